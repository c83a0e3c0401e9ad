"""Patient blocks made of labels and values: beside, above, below, in columns, cells and banners. Knows places; the words come from the case."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from samples.langbench.case import Case, Item
from samples.langbench.sheet import WIDE, Sheet

LEFT, RIGHT = 50.0, WIDE - 50.0
_CORE = ("name", "dob", "mrn")


def chosen(case: Case, rng: Random, *, most: int, date: str = "day") -> list[Item]:
    """Name, birth date and number first or nearly so, then some of what else such a block holds."""
    rest = ["sex", date, "provider", "referrer", "account", "phone", "address", "age", "printed", "room", "insurance", "contact"]
    more = rng.sample(rest, k=max(0, min(len(rest), most) - 3))
    keys = [*_CORE, *sorted(more, key=rest.index)]
    if rng.random() < 0.25:
        keys[1], keys[2] = keys[2], keys[1]
    return list(case.has(*keys))


def colon_list(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """One pair a line, "Label: value", the label bold."""
    items = chosen(case, rng, most=rng.randint(4, 8))
    for item in items:
        end = sheet.put(LEFT, y, f"{item.label}: ", cut="bold")
        sheet.put(end + 2, y, item.value)
        y += sheet.lead
    return y + 8, items


def colon_columns(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """Pairs in two columns with a rule above and below."""
    items = chosen(case, rng, most=rng.choice((6, 8)))
    half, top = (len(items) + 1) // 2, y
    sheet.rule(LEFT, top, RIGHT, top)
    for at, item in enumerate(items):
        x, row = LEFT + 4 + (at // half) * 258, top + 5 + (at % half) * sheet.lead
        line = f"{item.label}: {_short(sheet, item, 245 - sheet.wide(item.label))}"
        sheet.put(x, row, line, size=fit(sheet, line, 252))
    y = top + 8 + half * sheet.lead
    sheet.rule(LEFT, y, RIGHT, y)
    return y + 8, items


def tabbed(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """Labels in one column, values at a tab stop."""
    items = chosen(case, rng, most=rng.randint(5, 9))
    stop = max(150.0, *(sheet.wide(item.label.upper()) + 14 for item in items))
    for item in items:
        sheet.put(LEFT, y, item.label.upper())
        sheet.put(LEFT + stop, y, item.value, cut="bold" if item.key == "name" else "regular")
        y += sheet.lead
    return y + 8, items


def right_aligned(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """Labels that end at a common edge, values that begin behind it."""
    items = chosen(case, rng, most=6)
    for item in items:
        sheet.put(LEFT + 118, y, f"{item.label}:", align="right", cut="bold")
        sheet.put(LEFT + 126, y, item.value)
        y += sheet.lead
    return y + 8, items


def leaders(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """Dots lead from label to value."""
    items = chosen(case, rng, most=6)
    for item in items:
        label = item.label + " "
        while sheet.wide(label) < 150:
            label += "."
        sheet.put(LEFT, y, label)
        sheet.put(LEFT + 158, y, item.value)
        y += sheet.lead
    return y + 8, items


def one_line(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """Everything on one line with gaps."""
    items = list(case.has("name", "dob", "mrn"))
    text = rng.choice(("    ", "   ", "  |  ")).join(f"{item.label}: {item.value}" for item in items)
    sheet.put(LEFT, y, text, size=min(sheet.size, sheet.size * (RIGHT - LEFT) / sheet.wide(text)))
    sheet.rule(LEFT, y + sheet.lead + 2, RIGHT, y + sheet.lead + 2)
    return y + sheet.lead + 12, items


def gray_banner(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """The name large on gray, the rest small below it, only some of it labelled."""
    sheet.box(LEFT, y, RIGHT, y + 2.9 * sheet.lead, fill=rng.choice((222, 232, 240)), thick=0)
    sheet.put(LEFT + 6, y + 4, case.value("name"), size=sheet.size * 1.35, cut="bold")
    dob, mrn, sex = case.has("dob", "mrn", "sex")
    text = f"{mrn.label}: {mrn.value}   {dob.label}: {dob.value} ({case.value('age')})   {sex.value}"
    sheet.put(LEFT + 6, y + 1.65 * sheet.lead + 3, text)
    return y + 2.9 * sheet.lead + 10, case.has("name", "dob", "mrn", "sex")


def screen_header(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """The head of a screen print: the name alone, then a line of what the system knows, a rule, and who printed it."""
    sheet.put(LEFT, y, case.value("name"), size=sheet.size * 1.2, cut="bold")
    dob, mrn, sex = case.has("dob", "mrn", "sex")
    sheet.put(
        RIGHT,
        y,
        f"{case.label('printed')}: {case.value('printed')} {rng.randint(7, 18)}:{rng.randint(10, 59)}",
        align="right",
        size=sheet.size * 0.85,
    )
    y += 1.3 * sheet.lead
    sheet.put(LEFT, y, f"{sex.value}, {case.value('age')}, DOB: {dob.value}   MRN: {mrn.value}   PCP: {case.sender}", size=sheet.size * 0.9)
    y += sheet.lead + 2
    sheet.rule(LEFT, y, RIGHT, y, thick=1.2)
    return y + 8, case.has("name", "dob", "mrn", "sex")


def small_above(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """Form cells: a small label in the corner, the value under it."""
    items = chosen(case, rng, most=rng.choice((6, 9)))
    wide, high = (RIGHT - LEFT) / 3, 2.5 * sheet.size
    for at, item in enumerate(items):
        x, top = LEFT + (at % 3) * wide, y + (at // 3) * high
        sheet.box(x, top, x + wide, top + high)
        sheet.put(x + 3, top + 1.5, item.label, size=max(6.0, sheet.size * 0.62))
        sheet.put(x + 6, top + 0.98 * sheet.size, text := _short(sheet, item, wide - 10), size=fit(sheet, text, wide - 10))
    return y + -(-len(items) // 3) * high + 10, items


def caps_above(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """Labels in a line, values in the line below, without rules."""
    items = chosen(case, rng, most=8)
    for row in (items[:4], items[4:]):
        for at, item in enumerate(row):
            x = LEFT + at * 130
            sheet.put(x, y, item.label.upper(), size=sheet.size * 0.72, cut="bold")
            sheet.put(x, y + sheet.size, text := _short(sheet, item, 124), size=fit(sheet, text, 124))
        y += 2.5 * sheet.size
    return y + 6, items


def head_row(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A table of one row under shaded column heads."""
    items = [*case.has("name", "dob", "sex", "mrn", "day")]
    if rng.random() < 0.4:
        items[0], items[3] = items[3], items[0]
    edges = [LEFT, LEFT + 170, LEFT + 255, LEFT + 315, LEFT + 420, RIGHT]
    high = 1.6 * sheet.size
    sheet.box(LEFT, y, RIGHT, y + high, fill=225)
    sheet.box(LEFT, y + high, RIGHT, y + 2 * high)
    for at, item in enumerate(items):
        sheet.rule(edges[at], y, edges[at], y + 2 * high)
        room = edges[at + 1] - edges[at] - 8
        sheet.put(edges[at] + 4, y + 3, item.label, cut="bold", size=fit(sheet, item.label, room, "bold"))
        sheet.put(edges[at] + 4, y + high + 3, item.value, size=fit(sheet, item.value, room))
    return y + 2 * high + 10, items


def two_head_rows(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """Two rows of column heads, each with its values, ruled off by thin lines."""
    rows = [case.has("name", "mrn", "account"), case.has("dob", "sex", "provider")]
    if rng.random() < 0.5:
        rows.reverse()
    for row in rows:
        for at, item in enumerate(row):
            x = LEFT + (0, 210, 350)[at]
            sheet.put(x, y, item.label, size=sheet.size * 0.85, cut="italic")
            sheet.put(x, y + sheet.size * 1.1, item.value, size=fit(sheet, item.value, (200, 130, 160)[at]))
        y += 2.5 * sheet.size
        sheet.rule(LEFT, y, RIGHT, y, thick=0.4)
        y += 3
    return y + 6, [item for row in rows for item in row]


def numbered_boxes(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A claim form's boxes, numbered."""
    name, dob, sex, address, phone, mrn = case.has("name", "dob", "sex", "address", "phone", "mrn")
    rows = [
        [("1. PATIENT'S NAME (Last Name, First Name, Middle Initial)", name, 300), ("2. PATIENT'S BIRTH DATE", dob, 132), ("3. SEX", sex, 80)],
        [("4. PATIENT'S ADDRESS (No., Street)", address, 300), ("5. TELEPHONE", phone, 110), ("6. PATIENT'S RECORD NO.", mrn, 102)],
    ]
    if rng.random() < 0.5:
        kin = Item("contact", "", case.kin.natural)
        rows.append([("7. INSURED'S NAME", kin, 300), ("8. INSURED'S DATE OF BIRTH", Item("contact", "", case.date(case.kin.born)), 212)])
    high = 2.6 * sheet.size
    for row in rows:
        x = LEFT
        for label, item, wide in row:
            sheet.box(x, y, x + wide, y + high)
            sheet.put(x + 2, y + 1, label, size=6.3)
            sheet.put(x + 8, y + 1.05 * sheet.size, item.value, size=fit(sheet, item.value, wide - 12))
            x += wide
        y += high
    return y + 10, [name, dob, sex, address, phone, mrn]


def label_below(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """Filled-in lines with the caption under each."""
    items = case.has("name", "dob", "mrn", "phone") if rng.random() < 0.6 else case.has("name", "dob", "sex", "day")
    captions = {
        "name": "Patient name (please print)",
        "dob": "Date of birth",
        "mrn": "Medical record number",
        "phone": "Telephone",
        "sex": "Sex",
        "day": "Date",
    }
    for pair in (items[:2], items[2:]):
        for at, item in enumerate(pair):
            x, end = (LEFT, LEFT + 300) if at == 0 else (LEFT + 330, RIGHT)
            sheet.put(x + 6, y, item.value, size=sheet.size * 1.05)
            sheet.rule(x, y + sheet.size * 1.32, end, y + sheet.size * 1.32)
            sheet.put(x + 2, y + sheet.size * 1.42, captions[item.key], size=sheet.size * 0.72)
        y += 2.9 * sheet.size
    return y + 4, items


def certificate(sheet: Sheet, y: float, case: Case, _rng: Random) -> tuple[float, Sequence[Item]]:
    """The name large in the middle, captions small beneath it and beneath the birth date."""
    sheet.put(WIDE / 2, y, case.value("name"), size=sheet.size * 1.5, cut="bold", align="centre")
    sheet.rule(WIDE / 2 - 150, y + 2 * sheet.size, WIDE / 2 + 150, y + 2 * sheet.size)
    sheet.put(WIDE / 2, y + 2.15 * sheet.size, "Name", size=sheet.size * 0.75, align="centre")
    y += 3.4 * sheet.size
    sheet.put(WIDE / 2 - 90, y, case.value("dob"), align="centre")
    sheet.put(WIDE / 2 + 90, y, case.value("mrn"), align="centre")
    sheet.put(WIDE / 2 - 90, y + 1.25 * sheet.size, "Date of Birth", size=sheet.size * 0.75, align="centre")
    sheet.put(WIDE / 2 + 90, y + 1.25 * sheet.size, "Record No.", size=sheet.size * 0.75, align="centre")
    return y + 3.2 * sheet.size, case.has("name", "dob", "mrn")


def cell_grid(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A ruled grid: label cell, value cell, label cell, value cell."""
    items = chosen(case, rng, most=rng.choice((6, 8)))
    high = 1.7 * sheet.size
    edges = (LEFT, LEFT + 105, LEFT + 262, LEFT + 367, RIGHT)
    for at, item in enumerate(items):
        x, top = edges[2 * (at % 2)], y + (at // 2) * high
        middle, end = edges[2 * (at % 2) + 1], edges[2 * (at % 2) + 2]
        sheet.box(x, top, middle, top + high, fill=235)
        sheet.box(middle, top, end, top + high)
        sheet.put(x + 3, top + 3, item.label, cut="bold", size=fit(sheet, item.label, 98, "bold"))
        sheet.put(middle + 4, top + 3, item.value, size=fit(sheet, item.value, end - middle - 8))
    return y + -(-len(items) // 2) * high + 10, items


def underscored(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A form whose lines were typed upon: "Name: ____"."""
    items = case.has("name", "dob") if rng.random() < 0.4 else case.has("name", "dob", "address", "phone")
    for item in items:
        end = sheet.put(LEFT, y, f"{item.label}: ")
        sheet.rule(end + 2, y + sheet.size * 1.12, min(RIGHT, end + 270), y + sheet.size * 1.12)
        sheet.put(end + 10, y - 0.5, item.value)
        y += 1.75 * sheet.size
    return y + 6, items


def dictated(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """A transcriptionist's head: capitals, wide gaps, two or three pairs a line."""
    items = case.has("name", "mrn", "dob", "admit", "provider") if rng.random() < 0.5 else case.has("name", "mrn", "dob", "sex", "day")
    for pair in (items[:2], items[2:4], items[4:]):
        for at, item in enumerate(pair):
            line = f"{item.label.upper()}:   {item.value.upper()}"
            sheet.put(LEFT + at * 290, y, line, size=fit(sheet, line, (284, 220)[at]))
        y += sheet.lead
    return y + 10, items


def bilingual(sheet: Sheet, y: float, case: Case, rng: Random) -> tuple[float, Sequence[Item]]:
    """English and Spanish labels on one line."""
    words = {
        "name": "Patient name / Nombre del paciente",
        "dob": "Date of birth / Fecha de nacimiento",
        "mrn": "Record no. / No. de expediente",
        "sex": "Sex / Sexo",
    }
    items = case.has("name", "dob", "mrn", "sex") if rng.random() < 0.6 else case.has("name", "dob")
    for item in items:
        end = sheet.put(LEFT, y, f"{words[item.key]}: ", cut="bold")
        sheet.put(end + 4, y, item.value)
        y += sheet.lead * 1.1
    return y + 8, items


def _short(sheet: Sheet, item: Item, wide: float) -> str:
    """A value cut at the end of its cell; a patient's own values are never cut."""
    text = item.value
    while item.key not in _CORE and text and sheet.wide(text) > wide:
        text = text[:-1]
    return text


def fit(sheet: Sheet, text: str, wide: float, cut: str = "regular") -> float:
    """The size at which a text fits its cell."""
    full = sheet.wide(text, cut="bold" if cut == "bold" else "regular")
    return min(sheet.size, sheet.size * wide / full) if full else sheet.size
