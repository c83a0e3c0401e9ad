"""What `make bench-read` holds the reading of pages against: one goal a target, and the row each becomes. Knows no measurement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from samples.readbench.meter import CommandFailed
from samples.report import Row, at_least, at_most, not_run


class Goal(NamedTuple):
    """A figure and its limit."""

    text: str
    limit: float
    unit: str
    least: bool = False

    @property
    def target(self) -> str:
        """The limit in words."""
        return f">= {self.limit:g}" if self.least else f"= {self.limit:g}" if self.limit == 0 else f"<= {self.limit:g}"

    def reached(self, value: float, n: int, *, note: str = "") -> Row:
        """The row of a figure that was measured."""
        judge = at_least if self.least else at_most
        return replace(judge(self.text, value, self.limit, n=n, unit=self.unit), value=round(value, 4), note=note)

    def missing(self, why: str) -> Row:
        """The row of a figure that could not be measured."""
        return not_run(self.text, why, target=self.target, unit=self.unit)


CLEAN_OF_DEFAULT = Goal("CPU a page, clean mix, against OCRmyPDF default", 0.9, "x")
CLEAN_OF_CLEANED = Goal("CPU a page, clean mix, against OCRmyPDF deskew+rotate+clean", 0.33, "x")
CLEAN_OF_NAIVE = Goal("CPU a page, clean mix, against naive pytesseract, three calls", 0.08, "x")
FAX_OF_CLEANED = Goal("CPU a page, fax-heavy mix, against OCRmyPDF deskew+rotate+clean", 0.55, "x")
FAXES = Goal("one-page faxes a minute, folder to settled", 45, "files/min", least=True)
FAXES_OF_CLEANED = Goal("one-page faxes a minute, against OCRmyPDF deskew+rotate+clean", 2, "x", least=True)
MIX = Goal("pages a minute, realistic mix, folder to settled", 75, "pages/min", least=True)
MIX_OF_CLEANED = Goal("pages a minute, realistic mix, against OCRmyPDF deskew+rotate+clean", 3, "x", least=True)
UNREAD = Goal("CPU of a page that needs no OCR", 0.07, "CPU-s")
DIRTY = Goal("word error, dirty skewed 1-bit", 2.8, "%")
DIRTY_OF_PEER = Goal("word error, dirty skewed 1-bit, against OCRmyPDF's best setting", 0.25, "x")
STANDARD = Goal("word error, 204x98 fax", 12, "%")
POOR = Goal("word recall, shaded and streaked copy of a fax", 82, "%", least=True)
REAL = Goal("word recall, real scans", 0, "%", least=True)  # without a target: to be told
STANDARD_FIELDS = Goal("six fields readable, standard fax", 92, "%", least=True)
POOR_FIELDS = Goal("six fields readable, worst copy", 92, "%", least=True)
STATED = Goal("stated against true word correctness, worst band", 0.05, "share")
TURNED = Goal("pages wrong way up, four rotations, skew to 5 degrees", 0, "pages")
HARM = Goal("word accuracy a recipe costs on clean pages, against plain Tesseract", 0.3, "points")

GOALS = (
    CLEAN_OF_DEFAULT,
    CLEAN_OF_CLEANED,
    CLEAN_OF_NAIVE,
    FAX_OF_CLEANED,
    FAXES,
    FAXES_OF_CLEANED,
    MIX,
    MIX_OF_CLEANED,
    UNREAD,
    DIRTY,
    DIRTY_OF_PEER,
    STANDARD,
    POOR,
    REAL,
    STANDARD_FIELDS,
    POOR_FIELDS,
    STATED,
    TURNED,
    HARM,
)


FAX_RATES = (FAXES, FAXES_OF_CLEANED)
MIX_RATES = (MIX, MIX_OF_CLEANED)


def section(goals: Sequence[Goal], measure: Callable[[], Iterable[Row]]) -> list[Row]:
    """The rows that a measurement gives; once it fails, a row that says why for each of its goals not reached before."""
    rows: list[Row] = []
    try:
        rows.extend(measure())
    except CommandFailed as failed:
        known = {row.goal for row in rows}
        rows += [goal.missing(str(failed)) for goal in goals if goal.text not in known]
    return rows


def in_order(rows: Iterable[Row]) -> list[Row]:
    """The goals in their order, each exactly once, then the figures without a goal."""
    found = {row.goal: row for row in rows}
    lost = "the quick form runs no other program"
    wanted = [found.pop(goal.text) if goal.text in found else goal.missing(lost) for goal in GOALS]
    return [*wanted, *found.values()]
