"""One paper from letterhead to signature, over as many pages as it takes, and what is true of it. Knows layouts and bodies; knows no neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import NamedTuple

from samples.langbench import forms
from samples.langbench.case import Case, Item
from samples.langbench.families import FAMILIES
from samples.langbench.pairs import LEFT, RIGHT, fit
from samples.langbench.people import House
from samples.langbench.sheet import HIGH, WIDE, Sheet
from samples.langbench.writing import Part, Text, choose_text, write_body
from samples.readbench.fonts import Family

LETTERS = frozenset({"letter", "narrative", "cover"})
ONGOING = frozenset(  # papers to which entries are added for as long as it goes on; the others are written once
    {
        *("progress_note", "laboratory_report", "immunization_record", "medication_list", "continuity_of_care", "nursing_note", "therapy_note"),
        *("behavioral_health", "substance_use", "maternity", "anesthesia_record"),
    }
)

LEAST = 150.0  # points of text for which somebody takes another page


class Look(NamedTuple):
    """How a sender sets its papers."""

    family: Family
    size: float
    letterhead: str  # centre, left, mark, none
    title: str  # centre, left, box, bar
    capitals: bool
    heading: str  # bold, capitals, run-in, underlined


class Plan(NamedTuple):
    """What a paper is to be like."""

    slug: str
    layout: str
    titled: bool
    header: bool  # letterhead and patient block on the first page
    pages: int
    later: str  # what stands above later pages: full, run, name, nothing
    numbering: str  # of, bare of, page, nothing
    foot: bool  # without a header: whether a foot line names the patient


@dataclass(frozen=True, slots=True)
class Truth:
    """What is printed on a paper, and of whom. Empty strings are not printed."""

    slug: str
    layout: str
    group: str
    titled: bool
    patient: str
    name: str
    dob: str  # ISO
    mrn: str
    others: tuple[str, ...]  # everybody else the paper may name
    pages: int
    numbered: bool  # every page says which of how many it is


def choose_look(fonts: tuple[Family, ...], rng: Random) -> Look:
    """How one sender sets its papers."""
    heading = rng.choice(("bold", "capitals", "run-in", "underlined", "bold"))
    place = rng.choice(("centre", "left", "mark", "centre"))
    return Look(
        rng.choice(fonts),
        rng.choice((9.0, 9.5, 10.0, 10.5, 11.0, 11.5)),
        place,
        rng.choice(("centre", "left", "box", "bar")),
        rng.random() < 0.45,
        heading,
    )


def compose(plan: Plan, case: Case, look: Look, rng: Random) -> tuple[list[Sheet], Truth]:
    """The pages of a paper and what is true of them."""
    group, _ = FAMILIES[plan.layout]
    sheets = [Sheet(look.family, look.size)]
    text = choose_text(plan.slug, rng)
    title = rng.choice(text.titles) if plan.titled else ""
    y, printed = _first_head(sheets[0], title, plan, case, look, rng)
    printed = (*printed, *_fill(sheets, y, title, text, plan, case, look, rng))
    if not plan.header and plan.foot:
        printed = (*printed, *_foot_line(sheets, case))
    numbered = _number(sheets, plan.numbering, rng)
    said = {item.key: item.value for item in reversed(printed)}
    others = (
        *(person.natural for person in (case.author, case.referrer, case.kin)),
        f"Baby Boy {case.patient.last}",
        f"Baby Girl {case.patient.last}",
    )
    born = case.patient.born.isoformat() if "dob" in said else ""
    who, layout = f"{case.patient.natural} {case.patient.born}", plan.layout if plan.header else "none"
    group = group if plan.header else "no header"
    name, mrn = said.get("name", ""), said.get("mrn", "")
    truth = Truth(plan.slug, layout, group, plan.titled, who, name, born, mrn, others, len(sheets), numbered)
    return sheets, truth


def _fill(sheets: list[Sheet], y: float, title: str, text: Text, plan: Plan, case: Case, look: Look, rng: Random) -> tuple[Item, ...]:
    """Writes the body over as many pages as it takes and signs it; returns what later heads print of the patient."""
    ongoing = plan.pages > 1 and plan.slug in ONGOING
    parts = write_body(text, case, rng, rounds=3 if ongoing else 1, every=plan.pages > 1)
    pieces = [piece for part in parts for piece in _pieces(part)]
    whole = sum(_high(sheets[0], piece) for piece in pieces)
    most = plan.pages if ongoing else min(plan.pages, max(1, int(whole / LEAST)))
    share = HIGH if ongoing else whole / most * rng.uniform(1.02, 1.2)
    floor = HIGH - (155 if plan.layout == "foot label" or FAMILIES[plan.layout][0] in LETTERS else 100)
    limit = floor if most == 1 else min(floor, y + share, y + (floor - y) * rng.uniform(0.7, 0.97))
    printed: tuple[Item, ...] = ()
    for piece in pieces:
        if y + _high(sheets[-1], piece) > limit:
            if len(sheets) == most:
                break
            sheets.append(Sheet(look.family, look.size))
            y, again = _later_head(sheets[-1], title, plan, case, look, rng)
            printed = (*printed, *again)
            limit = min(floor, y + share) if len(sheets) < most else floor - rng.uniform(0, 260)
        y = _set(sheets[-1], y, piece, look)
    _sign(sheets[-1], y + look.size, plan, case, rng)
    return printed


def _first_head(sheet: Sheet, title: str, plan: Plan, case: Case, look: Look, rng: Random) -> tuple[float, tuple[Item, ...]]:
    """Letterhead, title and patient block, the last two in either order; without a header only the title."""
    if not plan.header:
        return (_title(sheet, 46.0, title, look) if title else 48.0), ()
    group, block = FAMILIES[plan.layout]
    y = _letterhead(sheet, case.house, look, rng, narrow=plan.layout in {"corner", "sticker"})
    above = rng.random() < 0.7 or group in LETTERS
    if title and above:
        y = _title(sheet, y, title, look)
    y, printed = block(sheet, y, case, rng)
    if title and not above:
        y = _title(sheet, y, title, look)
    return y, tuple(printed)


def _letterhead(sheet: Sheet, house: House, look: Look, rng: Random, *, narrow: bool) -> float:
    """Who sends it: name, address, numbers."""
    y, numbers = 32.0, f"Phone {forms.write_phone(house.phone, rng)}   Fax {forms.write_phone(house.fax, rng)}"
    large, small = look.size * 1.5, look.size * 0.85
    if look.letterhead == "centre" and not narrow:
        sheet.put(WIDE / 2, y, house.name, size=large, cut="bold", align="centre")
        sheet.put(WIDE / 2, y + large * 1.2, f"{house.street}, {house.town}   {numbers}", size=small, align="centre")
        return y + large * 1.2 + small * 2.6
    x = LEFT
    if look.letterhead == "mark":
        sheet.box(LEFT, y, LEFT + 34, y + 34, fill=rng.choice((0, 60, 120)))
        x += 42
    room = (WIDE - 246 if narrow else RIGHT) - x
    for at, line in enumerate((house.name, house.street, house.town, numbers)):
        sheet.put(
            x,
            y,
            line,
            size=min(large, look.size * room / sheet.wide(line, cut="bold")) if at == 0 else min(small, fit(sheet, line, room)),
            cut="bold" if at == 0 else "regular",
        )
        y += large * 1.15 if at == 0 else small * 1.22
    return y + look.size


def _title(sheet: Sheet, y: float, title: str, look: Look) -> float:
    text, size = (title.upper() if look.capitals else title), look.size * 1.3
    if look.title == "bar":
        sheet.box(LEFT, y - 2, RIGHT, y + size * 1.3, fill=214, thick=0)
    if look.title == "box":
        half = sheet.wide(text, size, "bold") / 2 + 10
        sheet.box(WIDE / 2 - half, y - 3, WIDE / 2 + half, y + size * 1.35)
    if look.title in {"centre", "box"}:
        sheet.put(WIDE / 2, y, text, size=size, cut="bold", align="centre")
    else:
        sheet.put(LEFT + 4, y, text, size=size, cut="bold")
    return y + size * 1.9


def _later_head(sheet: Sheet, title: str, plan: Plan, case: Case, look: Look, rng: Random) -> tuple[float, tuple[Item, ...]]:
    """What stands above a page that continues, and what of the patient it prints."""
    if plan.later == "full" and plan.header and FAMILIES[plan.layout][0] not in LETTERS:
        y = _letterhead(sheet, case.house, look, rng, narrow=plan.layout in {"corner", "sticker"})
        y, printed = FAMILIES[plan.layout][1](sheet, y, case, rng)
        return _title(sheet, y, title + rng.choice((" (continued)", "")), look) if title and rng.random() < 0.5 else y, tuple(printed)
    if plan.later in {"full", "run"}:
        line = f"{case.value('name')}    DOB: {case.dob}    {case.label('mrn')}: {case.mrn}"
        sheet.put(LEFT, 34, line, size=fit(sheet, line, 400))
        sheet.rule(LEFT, 38 + look.size, RIGHT, 38 + look.size)
        return 52 + look.size, case.has("name", "dob", "mrn")
    if plan.later == "name":
        sheet.put(LEFT, 34, f"{rng.choice(('Patient: ', 'RE: ', ''))}{case.value('name')}")
        return 50 + look.size, case.has("name")
    return 44.0, ()


def _pieces(part: Part) -> list[Part]:
    """What may stand apart: a table's rows stay together with their heads."""
    return [Part("lines", (row,)) for row in part.rows] if part.kind == "lines" else [part]


def _high(sheet: Sheet, part: Part) -> float:
    if part.kind == "text":
        return (len(sheet.wrap(part.rows[0][0], RIGHT - LEFT)) + 0.6) * sheet.lead
    return {"heading": 3.2, "trace": 12.0}.get(part.kind, len(part.rows) * 1.1 + 0.5) * sheet.lead


def _set(sheet: Sheet, y: float, part: Part, look: Look) -> float:
    """Writes a piece and returns where the next begins."""
    if part.kind == "heading":
        text = part.rows[0][0]
        shown = text.upper() if look.heading == "capitals" else f"{text}:" if look.heading in {"run-in", "underlined"} else text
        end = sheet.put(LEFT, y + 3, shown, cut="bold")
        if look.heading == "underlined":
            sheet.rule(LEFT, y + 4 + look.size * 1.15, end, y + 4 + look.size * 1.15)
        return y + 4 + sheet.lead
    if part.kind == "text":
        return sheet.paragraph(LEFT, y, RIGHT - LEFT, part.rows[0][0]) + sheet.lead * 0.5
    if part.kind == "trace":
        return _trace(sheet, y, [row[0] for row in part.rows])
    if part.kind == "lines":
        return sheet.paragraph(LEFT + 10, y, RIGHT - LEFT - 14, part.rows[0][0])
    return _table(sheet, y, part.rows)


def _table(sheet: Sheet, y: float, rows: tuple[tuple[str, ...], ...]) -> float:
    """Columns as wide as they need, over the whole breadth."""
    count = len(rows[0])
    needs = [max(sheet.wide(row[at], cut="bold") for row in rows if at < len(row)) + 8 for at in range(count)]
    scale = (RIGHT - LEFT) / sum(needs)
    size = sheet.size * min(1.0, scale)
    starts = [LEFT + sum(needs[:at]) * scale for at in range(count)]
    for number, row in enumerate(rows):
        for x, cell in zip(starts, row, strict=False):
            sheet.put(x, y, cell, size=size, cut="bold" if number == 0 else "regular")
        y += size * 1.36
        if number == 0:
            sheet.rule(LEFT, y, RIGHT, y)
            y += 2
    return y + sheet.lead * 0.5


def _trace(sheet: Sheet, y: float, leads: list[str]) -> float:
    """An electrocardiogram's lines with the names of their leads."""
    beat = ((0, 0), (9, -3), (14, 0), (18, 2), (20, -22), (23, 7), (26, 0), (36, -6), (44, 0))
    for row in leads:
        for at, name in enumerate(row.split()):
            left = LEFT + at * 126
            sheet.put(left, y, name, size=sheet.size * 0.8)
            for start in (left, left + 60):
                for (x0, y0), (x1, y1) in pairwise(beat):
                    sheet.rule(start + x0, y + 34 + y0, start + x1, y + 34 + y1)
        y += 56
    return y + 4


def _sign(sheet: Sheet, y: float, plan: Plan, case: Case, rng: Random) -> None:
    """Who signed, and who gets a copy."""
    if plan.slug in {"fax_cover", "insurance_id", "advance_directive", "laboratory_report", "immunization_record"}:
        return
    if plan.layout in {"re line", "re block", "letter table", "thanks", "to whom", "claim letter"} and plan.header:
        for at, line in enumerate(("Sincerely,", "", case.signer, f"cc: {case.sender}")):
            sheet.put(LEFT, y + at * sheet.lead, line)
        return
    stamp = f"{case.date(case.day)} {rng.randint(8, 19)}:{rng.randint(10, 59)}"
    sheet.put(
        LEFT,
        y,
        rng.choice(
            (
                f"Electronically signed by {case.signer} on {stamp}",
                f"{case.signer}   ({stamp})",
                f"Signed: {case.signer}",
                f"Dictated by: {case.signer}",
            )
        ),
    )


def _foot_line(sheets: list[Sheet], case: Case) -> tuple[Item, ...]:
    """A line at the foot that names the patient, on every page."""
    name, dob, mrn = case.has("name", "dob", "mrn")
    line = f"{name.label}: {name.value}   {dob.label}: {dob.value}   {mrn.label}: {mrn.value}"
    for sheet in sheets:
        sheet.put(LEFT, HIGH - 52, line, size=min(sheet.size * 0.9, fit(sheet, line, RIGHT - LEFT)))
    return name, dob, mrn


def _number(sheets: list[Sheet], numbering: str, rng: Random) -> bool:
    """Prints page numbers; whether each page says of how many."""
    if numbering == "nothing":
        return False
    total, low = len(sheets), rng.random() < 0.75
    form = (
        rng.choice(("Page {0} of {1}", "Page {0} of {1}", "Pg {0}/{1}", "page {0} of {1}", "Page: {0} / {1}"))
        if numbering == "of"
        else {"bare of": "{0} of {1}", "page": rng.choice(("Page {0}", "- {0} -"))}[numbering]
    )
    x, align = rng.choice(((WIDE / 2, "centre"), (RIGHT, "right")))
    for at, sheet in enumerate(sheets, start=1):
        sheet.put(x if low else RIGHT, HIGH - 36 if low else 11, form.format(at, total), size=sheet.size * 0.85, align=align if low else "right")
    return numbering != "page"
