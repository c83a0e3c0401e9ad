"""What the lead's dashboard shows, as pictures and sentences. A share of fewer than 20 is not shown: it would speak of persons, not of the work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from review.drawings import Picture, Series, Share, columns, lines, parts, shares
from review.pages import worded
from review.quality import ENOUGH, Quality, Rate
from schemas.line import LineKind, Standing
from store.throughput import Day, Pages

AHEAD = 7  # days
PACE = 7  # days, by which the days to come are judged
TARGET = timedelta(hours=24)
SPANS = (("1 h", 1), ("4 h", 4), ("8 h", 8), ("24 h", 24), ("2 d", 48), ("7 d", 168))
LINES = {
    LineKind.BUILTIN: "the shipped line",
    LineKind.SHADOW: "nothing",
    LineKind.CERTIFIED: "its own proof",
    LineKind.STOPPED: "nothing: stopped",
}


class Sum(NamedTuple):
    """One figure in large type; `look` is good, warn, bad or nothing."""

    figure: str
    says: str
    look: str
    shape: str


class Bound(NamedTuple):
    """What one source's decisions prove about its misfiles."""

    source: str
    line: str
    decisions: int
    errors: int
    upper: str
    next_look: str


def ledger(pages: Pages) -> tuple[Sum, Picture]:
    """Pages in against pages accounted, and where they are."""
    even = pages.taken == pages.accounted
    says = f"{pages.taken:,} pages in, {pages.accounted:,} accounted for"
    told = "pages accounted for" if even else "pages accounted for: they differ, ask IT for chartroom audit"
    said = Sum(f"{pages.accounted:,} of {pages.taken:,}", told, "good" if even else "bad", "=" if even else "≠")
    looks = (("filed", "filed", "good"), ("review", "in review", "warn"), ("quarantined", "quarantined", "bad"), ("set_aside", "set aside", "plain"))
    pieces = [(name, pages.by_status[status], look) for status, name, look in looks]
    pieces.append(("being read", pages.pages_at_work, "first"))
    return said, parts("pages", "Where the pages are", f"{says}; {pages.files_at_work:,} files are being read.", pieces)


def pace(days: Sequence[Day]) -> tuple[float, float] | None:
    """Questions opened and answered on a full day, as of late; None before the first full day."""
    begun = next((place for place, day in enumerate(days) if day.pages or day.opened or day.decided), len(days))
    full = days[begun:-1][-PACE:]
    return (sum(day.opened for day in full) / len(full), sum(day.decided for day in full) / len(full)) if full else None


def backlog(days: Sequence[Day]) -> tuple[Sum, Picture]:
    """What waits, and what will wait if days go on as they went."""
    now, going = days[-1].backlog, pace(days)
    ahead = [max(0.0, now + (going[0] - going[1]) * day) for day in range(AHEAD + 1)] if going else [None]
    says = _forecast(now, going, days[-1].day)
    labels = [_label(day.day) for day in days] + [_label(days[-1].day + timedelta(days=day)) for day in range(1, len(ahead))]
    waiting = Series("waiting", [day.backlog for day in days] + [None] * (len(ahead) - 1), "first")
    coming = Series("forecast", [None] * (len(days) - 1) + [None if value is None else round(value) for value in ahead], "second dashed")
    look = "" if going is None else "good" if ahead[-1] == 0 or going[1] >= going[0] else "warn"
    return Sum(f"{now:,}", "waiting for a decision", look, "●"), lines("backlog", "Waiting for a decision", says, labels, (waiting, coming))


def _forecast(now: int, going: tuple[float, float] | None, today: date) -> str:
    if going is None:
        return "A forecast needs one full day of work."
    came, went = going
    said = f"{came:,.0f} questions came and {went:,.0f} were answered on a day of late."
    if not now or went <= came:
        return said if went >= came else f"{said} At this pace {now + (came - went) * AHEAD:,.0f} will wait in {AHEAD} days."
    left = now / (went - came)
    return (
        f"{said} At this pace nothing waits on {_label(today + timedelta(days=round(left)))}."
        if left < 366
        else f"{said} At this pace that takes longer than a year."
    )


def questions(days: Sequence[Day]) -> Picture:
    """Questions opened and answered by the day."""
    series = (Series("opened", [day.opened for day in days], "second"), Series("answered", [day.decided for day in days], "first"))
    says = f"{sum(day.opened for day in days):,} opened and {sum(day.decided for day in days):,} answered in {len(days)} days."
    return columns("questions", "Questions opened and answered", says, [_label(day.day) for day in days], series)


def intake(days: Sequence[Day]) -> Picture:
    """Pages that came in by the day."""
    says = f"{sum(day.pages for day in days):,} pages in {len(days)} days."
    return columns("intake", "Pages in", says, [_label(day.day) for day in days], (Series("pages", [day.pages for day in days], "first"),))


def turnaround(took: Sequence[timedelta]) -> tuple[Sum, Picture]:
    """How long the way into the chart was, against the target."""
    in_time = sum(span <= TARGET for span in took)
    share = in_time / len(took) if len(took) >= ENOUGH else None
    middle = sorted(took)[len(took) // 2] if share is not None else None
    said = f"{share:.1%}" if share is not None else "–"
    look = "" if share is None else "good" if share >= 0.95 else "warn" if share >= 0.8 else "bad"
    hours = [span.total_seconds() / 3600 for span in took]
    edges = [0.0, *(float(limit) for _, limit in SPANS), float("inf")]
    counts = [sum(low < hour <= high or (low == 0 == hour) for hour in hours) for low, high in pairwise(edges)]
    says = f"{in_time:,} of {len(took):,} documents of the last 7 days were in their chart within 24 hours"
    says += f", half of them within {_span(middle)}." if middle is not None else f". A share is shown from {ENOUGH} on."
    labels = [*(f"≤ {name}" for name, _ in SPANS), "longer"]
    picture = columns("turnaround", "From the folder into the chart", says, labels, (Series("documents", counts, "first"),))
    return Sum(said, "in the chart within 24 h", look, "◷"), picture


def straight_through(days: Sequence[Day]) -> tuple[Sum, Picture]:
    """The share of documents that needed no clerk."""
    shares = [_share(day.filed_alone, day.filed_alone + day.opened) for day in days]
    alone, asked = sum(day.filed_alone for day in days), sum(day.opened for day in days)
    whole = _share(alone, alone + asked)
    says = f"{alone:,} of {alone + asked:,} documents needed no clerk in {len(days)} days. Days with fewer than {ENOUGH} documents show no share."
    series = (Series("per cent", [None if share is None else round(100 * share, 1) for share in shares], "first"),)
    said = Sum("–" if whole is None else f"{whole:.1%}", "filed without a clerk", "", "→")
    return said, lines("straight", "Filed without a clerk, per cent", says, [_label(day.day) for day in days], series, top=100)


def bounds(standings: Mapping[str, Standing]) -> list[Bound]:
    """What each source's decisions prove."""
    return [
        Bound(
            name,
            LINES[one.line.kind],
            one.decisions,
            one.errors,
            per(one.upper) if one.decisions else "–",
            f"{one.next_look:,}" if one.next_look else "–",
        )
        for name, one in sorted(standings.items())
    ]


def worst_bound(standings: Mapping[str, Standing]) -> Sum:
    """The bound of the least proved source that files by itself."""
    filing = [one for one in standings.values() if one.line.kind in {LineKind.BUILTIN, LineKind.CERTIFIED}]
    proved = bool(filing) and all(one.line.kind is LineKind.CERTIFIED for one in filing)
    figure = per(max(one.line.bound for one in filing)) if filing else "–"
    said = (
        "misfiles at most, proved on own decisions" if proved else "misfiles at most by the line that ships" if filing else "nothing files by itself"
    )
    return Sum(figure, said, "good" if proved else "", "✓" if proved else "○")


def errors(found: Quality) -> list[Picture]:
    """Wrong patients found by asking again, with what so many checks leave possible."""
    machine, team = found.machine, found.team
    says = f"Of {machine.all.checked:,} documents filed without a clerk and decided again blind, {machine.all.wrong:,} went to another person."
    by_source = [_rate(name, rate) for name, rate in machine.by_source.items()]
    by_type = [_rate(worded(name) or "no type", rate) for name, rate in machine.by_type.items()]
    desk = [_rate("filed by people", team.all), _rate("planted, misfiled", found.misfiled), _rate("planted, other answer", found.unsolved)]
    asked = f"{team.all.checked:,} documents that people had filed were decided again, and {found.misfiled.checked:,} planted items answered."
    return [
        shares("by-source", "Wrong patient, by source", says, [_rate("all", machine.all), *by_source], "Source"),
        shares("by-type", "Wrong patient, by document type", says, [_rate("all", machine.all), *by_type], "Type"),
        shares("desk", "Wrong patient, the desk", asked, desk, "Kind"),
    ]


def _rate(name: str, rate: Rate) -> Share:
    """A rate as it is drawn; of too few checks none."""
    note = f"{rate.wrong:,} of {rate.checked:,}" if rate.share is not None else f"fewer than {ENOUGH} checks"
    return Share(name, rate.low, rate.share, rate.high, note)


def per(share: float) -> str:
    """A small share as 1 in so many."""
    return f"1 in {1 / share:,.0f}" if 0 < share < 0.1 else f"{share:.0%}"


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole >= ENOUGH else None


def _span(span: timedelta) -> str:
    minutes = span.total_seconds() / 60
    return f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours" if minutes < 2880 else f"{minutes / 1440:.0f} days"


def _label(day: date) -> str:
    return day.strftime("%d %b")
