"""What the layouts to study fields on are put together from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from samples.draw import Pair, Sheet, given
from samples.facts import Case

CODES = ("99214", "93000", "36415", "71046", "80053", "97110")


def npi_of(case: Case) -> str:
    """A National Provider Identifier whose check digit is right."""
    body = f"1{case.seed * 7919 % 10**8:08d}"
    figures = [int(figure) for figure in reversed("80840" + body)]
    total = sum(sum(divmod(2 * figure, 10)) if at % 2 == 0 else figure for at, figure in enumerate(figures))
    return body + str(-total % 10)


def charges_of(case: Case) -> list[str]:
    """The procedure codes that a layout with charges prints."""
    return case.rng().sample(CODES, 2)


def told(texts: Sequence[str], case: Case) -> str:
    """Sentences with the patient's pronouns."""
    return " ".join(text.replace("{He}", case.he.capitalize()).replace("{he}", case.he) for text in texts)


def turned(name: str) -> str:
    """Last name first."""
    first, _, last = name.partition(" ")
    return f"{last}, {first}"


def tight(case: Case) -> str:
    """SMITH,JOHN A: how old systems keep a name."""
    return case.last_first.replace(", ", ",").upper()


def parent_born(case: Case) -> str:
    """A birth date a generation earlier."""
    return case.day(case.born - timedelta(days=9000 + case.seed % 3000))


def spouse_born(case: Case) -> str:
    """A birth date up to three years later."""
    return case.day(case.born + timedelta(days=300 + case.seed % 900))


def body(sheet: Sheet, case: Case) -> None:
    """History, examination, course and plan under headings."""
    ill = case.condition
    for title, texts in (("HISTORY", ill.history), ("EXAMINATION", ill.exam), ("COURSE", ill.course), ("PLAN", ill.plan)):
        sheet.heading(title)
        sheet.para(told(texts, case))


def stacked(sheet: Sheet, x: float, rows: Sequence[Pair], *, gap: float = 80, lead: float = 13, size: float = 0) -> None:
    """Labels and values below one another from the cursor, which stays."""
    for at, (label, value) in enumerate(given(*rows)):
        sheet.put(x, sheet.y + lead * (at + 1), label, style="b", size=size)
        sheet.put(x + gap, sheet.y + lead * (at + 1), value, size=size)


def lined(sheet: Sheet, cells: Sequence[tuple[float, float, str, str]]) -> None:
    """Values on rules, each with its label in small print under the rule."""
    sheet.down(26)
    for x, width, label, value in cells:
        sheet.put(x + 4, sheet.y - 3, value)
        sheet.stroke(x, sheet.y, x + width, sheet.y)
        sheet.put(x, sheet.y + 8, label, size=7)
    sheet.down(10)
