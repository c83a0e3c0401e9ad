"""How much came in, how much waits and how long it took, by the day (UTC), from journal, queue and filings. Names nobody and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Text, case, func, select, type_coerce

from schemas.record import DocumentStatus
from schemas.source import DeliveryState
from store.documents import PIPELINE
from store.tables import delivery, document, filing, review_item

NEWEST = 20_000  # filings whose way is timed


class Pages(NamedTuple):
    """Every page of every settled file, once by the journal and once by its documents; what is still being read is counted apart."""

    taken: int
    by_status: Mapping[str, int]
    files_at_work: int
    pages_at_work: int  # as far as their number is known

    @property
    def accounted(self) -> int:
        """Pages that stand in a document of some status."""
        return sum(self.by_status.values())


class Day(NamedTuple):
    """One day: pages that came, documents filed without a clerk, questions opened and answered (without random checks), the backlog at its end."""

    day: date
    pages: int
    filed_alone: int
    opened: int
    decided: int
    backlog: int


def pages(conn: Connection) -> Pages:
    """All pages of the house."""
    settled = delivery.c.state == str(DeliveryState.SETTLED)
    taken = conn.execute(select(func.coalesce(func.sum(delivery.c.page_count), 0)).where(settled)).scalar_one()
    found = {row[0]: row[1] for row in conn.execute(select(document.c.status, func.sum(_length(document.c.pages))).group_by(document.c.status))}
    files, hinted = conn.execute(select(func.count(), func.coalesce(func.sum(delivery.c.pages_hint), 0)).where(~settled)).one()
    return Pages(taken, {str(status): found.get(str(status), 0) for status in DocumentStatus}, files, hinted)


def days(conn: Connection, *, now: datetime, count: int) -> list[Day]:
    """The last `count` days, the present one last."""
    dates = [now.date() - timedelta(days=ago) for ago in reversed(range(count))]
    asked = (review_item.c.blind.is_(False), review_item.c.undone_at.is_(None))
    came = _by_day(conn, delivery.c.taken_at, dates[0], func.sum(func.coalesce(delivery.c.page_count, delivery.c.pages_hint, 0)))
    alone = _by_day(conn, filing.c.at, dates[0], func.count(), filing.c.act == "file", filing.c.actor == PIPELINE)
    opened = _by_day(conn, review_item.c.opened_at, dates[0], func.count(), *asked)
    decided = _by_day(conn, review_item.c.resolved_at, dates[0], func.count(), *asked)
    backlog: int = conn.execute(select(func.count()).where(review_item.c.resolved_at.is_(None), review_item.c.blind.is_(False))).scalar_one()
    found = []
    for day in reversed(dates):
        found.append(Day(day, came.get(day, 0), alone.get(day, 0), opened.get(day, 0), decided.get(day, 0), backlog))
        backlog = max(0, backlog + decided.get(day, 0) - opened.get(day, 0))
    return found[::-1]


def turnarounds(conn: Connection, *, since: datetime) -> list[timedelta]:
    """How long the newest documents took from the folder into a chart."""
    way = select(delivery.c.taken_at, filing.c.at).select_from(filing).join(document, document.c.id == filing.c.document_id)
    newest = way.join(delivery, delivery.c.id == document.c.delivery_id).where(filing.c.act == "file", filing.c.at >= since)
    return [filed - taken for taken, filed in conn.execute(newest.order_by(filing.c.sequence.desc()).limit(NEWEST))]


def _by_day(conn: Connection, moment: ColumnElement[Any], first: date, what: ColumnElement[Any], *only: ColumnElement[bool]) -> dict[date, int]:
    """A figure a day; moments are text of fixed width, whose first ten signs are the day."""
    day = func.substr(type_coerce(moment, Text), 1, 10)
    rows = conn.execute(select(day, what).where(type_coerce(moment, Text) >= first.isoformat(), *only).group_by(day))
    return {date.fromisoformat(row[0]): int(row[1]) for row in rows}


def _length(numbers: ColumnElement[Any]) -> ColumnElement[int]:
    """How many numbers stand in a JSON list, in words that both databases know."""
    text = type_coerce(numbers, Text)
    return case((text == "[]", 0), else_=func.length(text) - func.length(func.replace(text, ",", "")) + 1)
