"""The patient's name and birth date beside the patient's own facts, without a label: banners, and a name on the line over a fact.

Knows the anchors that may stand in for a label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.fields.dates import MONTH
from pipeline.fields.geometry import Row, Token, cells, say
from pipeline.fields.labels import Label
from pipeline.fields.lexicon import Meaning
from pipeline.fields.names import is_given
from pipeline.fields.nearby import is_part_of_name
from pipeline.fields.places import Marked, in_column_of, next_line, owner
from pipeline.fields.reading import Ground, Sighting, sighting
from pipeline.fields.spoken import name_word, names_another, tells_age
from pipeline.fields.values import SEXES, Value, read_date, read_person, read_sex
from schemas.document import FieldName, Role
from schemas.rules import ExtractRules

BANNER, STACKED, TOLD_BIRTH = 0.88, 0.86, 0.82
BANNER_FOOT, BANNER_DEPTH, FIRST_CARE, LAST_CARE = 0.85, 0.3, 1995, 2040
TOLD = Meaning("patient_dob")
AGE = re.compile(r"(\d{1,3})\s?-?(?:y|yo|yrs?|years?|y\.?/?o)[mf]?\b|\((\d{1,3})\)|\b(\d{1,3})\s?/?\s?[mf]\b", re.IGNORECASE)
STREET = re.compile(r"^\d{1,6}[A-Za-z]?$")
NAME_REACH, MRN_SURE = 6, 0.84


def read_banners(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """A name on the line of a birth date or record number, or alone on the line over it."""
    told = [(label, value) for label, value in _told_births(page, rules)]
    yield from (sighting(page, FieldName.PATIENT_DOB, Role.PATIENT, v, Ground(TOLD_BIRTH, "beside the age", x.row)) for x, v in told)
    for label in (*page.labels, *(label for label, _ in told)):
        if label.meaning.what not in {"patient_dob", "patient_mrn"} or (label.meaning.what == "patient_dob" and owner(page, label) == "contact"):
            continue
        if value := _name_before(page, label, rules):
            yield sighting(page, FieldName.PATIENT_NAME, Role.PATIENT, value, Ground(BANNER, f"on the line of '{label.printed}'", label.row))
        elif found := _name_over(page, label, rules):
            value, row = found
            yield sighting(page, FieldName.PATIENT_NAME, Role.PATIENT, value, Ground(STACKED, f"on the line over '{label.printed}'", row))
        yield from _sex_before(page, label, rules)


def _told_births(page: Marked, rules: ExtractRules) -> Iterator[tuple[Label, Value]]:
    """As in "01/02/1950 (74 yr) M" at the head of a page: a date with nothing but an age and a sex beside it, that fit each other."""
    for at, row in enumerate(page.sheet.rows):
        if BANNER_DEPTH < page.sheet.row_tops[at] / page.sheet.height < BANNER_FOOT:
            continue
        for start, token in enumerate(row):
            value = read_date(row[start : start + 3], rules) if _opens_date(token.text) else None
            if value and (run := _age_run(page, at, start, start + len(value.tokens))) and _told_of(page, at, row[run[0] : run[1]], value):
                yield Label(TOLD, at, run[0], run[1], "age", colon=False, alone=False), value


def _opens_date(text: str) -> bool:
    return text.lower().strip(".,") in MONTH or (any(c.isdigit() for c in text) and not tells_age(text))


def _age_run(page: Marked, at: int, start: int, end: int) -> tuple[int, int] | None:
    """The words of age and sex around a date, unless a label stands directly before it."""
    row = page.sheet.rows[at]
    low, high = start, end
    while low > 0 and tells_age(row[low - 1].text):
        low -= 1
    while high < len(row) and tells_age(row[high].text):
        high += 1
    labelled = any(x.start < high and x.end >= low for x in page.by_row.get(at, ()))
    return None if labelled or (low, high) == (start, end) or (low > 0 and not row[low].fresh and row[low - 1].text[-1].isalpha()) else (low, high)


def _told_of(page: Marked, at: int, run: Row, born: Value) -> bool:
    """Whether an age beside a date fits it; or a sex alone does, on the line of a record number."""
    rest = [t for t in run if t not in born.tokens]
    sexed = bool(rest) and all(t.text.strip(".,()").lower() in SEXES for t in rest)
    numbered = any(x.meaning.what == "patient_mrn" and x.meaning.strength > MRN_SURE for x in page.by_row.get(at, ()))
    return _fits_age(run, born) or (sexed and numbered)


def _fits_age(run: Row, born: Value) -> bool:
    told = [int(found[1] or found[2] or found[3]) for found in AGE.finditer(say(t for t in run if t not in born.tokens).replace("_", " "))]
    return len(told) == 1 and FIRST_CARE <= int(born.text[:4]) + told[0] <= LAST_CARE


def _sex_before(page: Marked, label: Label, rules: ExtractRules) -> Iterator[Sighting]:
    """As in "F, 53 yrs DOB:": the sex told with an age before the birth date or number."""
    row = page.sheet.rows[label.row]
    start = max((other.end for other in page.by_row.get(label.row, ()) if other.end <= label.start), default=0)
    lead = row[start : label.start]
    if any(t.text[:1].isdigit() for t in lead) and all(tells_age(t.text) for t in lead) and (sex := read_sex(lead, rules)):
        yield sighting(page, FieldName.PATIENT_SEX, Role.PATIENT, sex, Ground(0.85, f"before '{label.printed}'", label.row))


def _name_before(page: Marked, label: Label, rules: ExtractRules) -> Value | None:
    row = page.sheet.rows[label.row]
    before = [other for other in page.by_row.get(label.row, ()) if other.end <= label.start]
    if any(_speaks_of_someone(other) for other in before):
        return None
    start = before[-1].end if before else 0
    lead = row[start : label.start]
    if any(token.colon for token in lead):
        return None
    if before and not any(t.fresh for t in lead):
        return _run_before(row, label.start, start, rules)
    if not in_column_of(page, label, lead[0].x0 if lead else 0.0) or _opens_address(page, lead, label.row):
        return None
    return _whole_cell_name(lead, rules) or _run_before(row, label.start, start, rules) or _plain_name(_last_cell(lead), rules)


def _last_cell(lead: Row) -> Row:
    return next((lead[start:end] for start, end in reversed(list(cells(lead)))), ())


def _plain_name(cell: Row, rules: ExtractRules) -> Value | None:
    """As in "John A. Smith": a cell that is all name and begins with a given name."""
    value = read_person(cell, rules) if cell and is_given(cell[0].text) else None
    return value if value and not value.others and len(value.tokens) == len(cell) else None


def _speaks_of_someone(label: Label) -> bool:
    """Whether a label before a name says whose it is; "Patient" within a sentence does not."""
    spoken = label.meaning.role == "patient" and not label.colon and not label.alone
    return (label.meaning.what == "name" or bool(label.meaning.role)) and not spoken


def _opens_address(page: Marked, lead: Row, row: int) -> bool:
    """A name over a street line belongs to an address, not to a banner."""
    under = next_line(page, (lead[0].x0,), row)[0] if lead else ()
    return bool(under) and len(under) > 1 and bool(STREET.match(under[0].text)) and not under[1].text[:1].isdigit()


def _whole_cell_name(lead: Row, rules: ExtractRules) -> Value | None:
    """A cell that is a name and little else."""
    for start, end in cells(lead):
        if not lead[start].fresh:
            continue
        value = read_person(lead[start:end], rules, formal=True)
        if value and end - start - len(value.tokens) <= 3 and _nothing_but_years(lead[start + len(value.tokens) : end]):
            return value
    return None


def _nothing_but_years(tokens: Sequence[Token]) -> bool:
    return not any(t.text[:1].isupper() and t.text.strip("().,").lower() not in SEXES for t in tokens)


def _run_before(row: Row, stop: int, start: int, rules: ExtractRules) -> Value | None:
    """As in "… saw Mr. John Smith (DOB": the run of name words that ends at the label."""
    at = stop
    while at > max(start, stop - NAME_REACH) and name_word(row[at - 1]) and not (row[at - 1].text.endswith(".") and at == stop):
        at -= 1
    if at < stop and row[at].text == "I,":  # "I, John Smith, born …" of a consent
        at += 1
    if stop - at < 2 or row[stop].fresh or (at > 0 and names_another(row[at - 1])):
        return None
    return read_person(row[at:stop], rules)


def _name_over(page: Marked, label: Label, rules: ExtractRules) -> tuple[Value, int] | None:
    """A "LAST, FIRST" alone in the cell over the line or cell that the label leads, or one line higher over age and sex."""
    lefts = _left_edges(page, label)
    for row in (label.row - 1, label.row - 2):
        if row < 0 or not lefts or _gap(page, row) > 2.6 * page.sheet.word_height or _lonely_head(page, row - 1, lefts):
            return None
        if value := _name_cell(page, row, lefts, rules, plain=label.meaning.what == "patient_dob"):
            return value, row
        if not all(tells_age(token.text) or read_date((token,), rules) for token in page.sheet.rows[row]):
            return None
    return None


def _gap(page: Marked, row: int) -> float:
    return page.sheet.row_tops[row + 1] - page.sheet.row_tops[row]


def _left_edges(page: Marked, label: Label) -> tuple[float, ...]:
    """Where the print that a label leads begins: its own cell, and its line when only age and sex stand before it."""
    row = page.sheet.rows[label.row]
    own = (row[label.start].x0,) if row[label.start].fresh else ()
    led = all(tells_age(token.text) for token in row[: label.start])
    return (*own, row[0].x0) if led else own


def _name_cell(page: Marked, row: int, lefts: Sequence[float], rules: ExtractRules, *, plain: bool) -> Value | None:
    tokens = page.sheet.rows[row]
    for start, end in cells(tokens):
        aligned = any(abs(tokens[start].x0 - left) <= 2 * page.sheet.word_height for left in lefts)
        labelled = any(x.start < end and start < x.end for x in page.by_row.get(row, ()))
        if (
            aligned
            and not labelled
            and not is_part_of_name(page, tokens[start:end], row)
            and (value := whole_name(tokens[start:end], rules) or (plain and _plain_name(tokens[start:end], rules)) or None)
        ):
            return value
    return None


def whole_name(cell: Row, rules: ExtractRules) -> Value | None:
    """A cell that is "LAST, FIRST", with age and sex at most."""
    value = read_person(cell, rules, formal=True)
    rest = cell[len(value.tokens) :] if value else ()
    return value if value and "," in say(value.tokens) and all(tells_age(token.text) for token in rest) else None


def _lonely_head(page: Marked, row: int, lefts: Sequence[float]) -> bool:
    """Whether a heading of somebody else stands over a column."""
    heads = (x for x in page.by_row.get(row, ()) if x.alone and x.meaning.role not in {"", "patient"})
    return any(page.left(x) <= left + page.sheet.word_height for x in heads for left in lefts if not _patient_between(page, row, x, left))


def _patient_between(page: Marked, row: int, head: Label, left: float) -> bool:
    """Whether the patient's heading stands on the same row nearer to a column than another's."""
    limit = left + page.sheet.word_height
    return any(x.meaning.role == "patient" and page.left(head) < page.left(x) <= limit for x in page.by_row.get(row, ()))
