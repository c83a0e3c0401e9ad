"""Documents of a chart along time: by year as a list, and all on one line a type as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from review.drawings import Picture, timeline
from review.pages import worded
from schemas.record import DocumentRecord

UNDATED = "without a service date"
MARKS = 6  # dates along the foot


def by_year(records: Sequence[DocumentRecord]) -> dict[str, list[tuple[str, DocumentRecord]]]:
    """Documents by the year of their service date, then by date, the newest first; undated ones last."""
    dated = sorted(((date_of(record), record) for record in records), key=lambda pair: (pair[0], pair[1].id), reverse=True)
    years: dict[str, list[tuple[str, DocumentRecord]]] = {}
    for day, record in dated:
        years.setdefault(day[:4] or UNDATED, []).append((day, record))
    return years


def date_of(record: DocumentRecord) -> str:
    """The service date, or else the date of admission; empty when neither was read."""
    field = record.fields.get("service_date") or record.fields.get("admit_date")
    return field.value if field else ""


def picture_of(records: Sequence[DocumentRecord]) -> Picture | None:
    """The dated documents, a lane a type; None when fewer than two days are known, for there is no line then."""
    dated = [(day, record) for record in records if (day := _day(date_of(record)))]
    days = sorted({day for day, _ in dated})
    if len(days) < 2:
        return None
    first, span = days[0], (days[-1] - days[0]).days
    marks = [((day - first).days / span, worded(record.document_type or "document")) for day, record in dated]
    says = f"{len(dated)} documents from {days[0]} to {days[-1]}, the oldest on the left."
    return timeline("timeline", "Documents by service date and type", says, marks, _foot(days[0], days[-1]))


def _foot(first: date, last: date) -> list[tuple[float, str]]:
    """New Years between the two, or the two themselves when there are too few or too many of them."""
    span = (last - first).days
    turns = [date(year, 1, 1) for year in range(first.year + 1, last.year + 1)]
    turns = turns[:: -(-len(turns) // MARKS) or 1]
    if len(turns) > 1:
        return [((day - first).days / span, str(day.year)) for day in turns]
    return [(0.0, str(first)), (1.0, str(last))]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
