"""Days of care that no label announces: a stay told as a range, a visit's day in the title or right under it. Knows the few words that say so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.fields.dates import MONTH, years_between
from pipeline.fields.geometry import Row, Token, say
from pipeline.fields.names import is_credential
from pipeline.fields.places import Marked
from pipeline.fields.reading import Ground, Sighting, sighting
from pipeline.fields.spoken import fold_word, tells_age
from pipeline.fields.values import Value, read_date
from schemas.document import FieldName, Role
from schemas.rules import ExtractRules

STAY, VISIT, TOLD = 0.86, 0.64, 0.6
HEAD, FAX_EDGE, TOLD_DEPTH = 0.33, 0.05, 0.5
MOST_BETWEEN, LONGEST_STAY = 5, 1  # words between two days; years
STAYS = re.compile(r"\b(?:stay|hospitali[sz]ed|hospitali[sz]ation|inpatient|admi(?:t|tted|ssion)|adm|los|confinement)\b", re.IGNORECASE)
SAW = re.compile(r"\b(?:seen|saw|evaluated|examined|assessed|visited|met with)\b", re.IGNORECASE)
BEFORE_DAY, AFTER_DAY = 9, 5  # words of a sentence around its day
EARLIER = re.compile(r"\b(?:prior|previous(?:ly)?|past|last|history|earlier|next|planned|expected|coverage|leave)\b", re.IGNORECASE)
UNTIL = re.compile(
    r"^[\W_]*(?:[-–—]|to|thru|through|until|till|and)?[\W_]*(?:(?:was |and )?dis(?:ch(?:arged?)?)?(?: date| on)?|d/?c(?: date)?)?[\W_]*$",
    re.IGNORECASE,
)
VISITS = {"visit", "appointment", "encounter", "note", "consult", "consultation", "evaluation", "exam", "session", "followup", "examination"}
OTHER_DAYS = {
    "print",
    "printed",
    "run",
    "faxed",
    "fax",
    "sent",
    "received",
    "reported",
    "requested",
    "dob",
    "born",
    "birth",
    "due",
    "next",
    "last",
    "revised",
    "rev",
    "copied",
}


def read_days(page: Marked, found: Sequence[Sighting], rules: ExtractRules) -> Iterator[Sighting]:
    """Admission, discharge and day of care where nothing else on the page tells them."""
    known = {s.field for s in found}
    stays = [one for one in _stays(page, rules) if one.field not in known]
    yield from stays
    if not known & {FieldName.SERVICE_DATE, FieldName.ADMIT_DATE, FieldName.DISCHARGE_DATE} and not stays:
        born = {s.value for s in found if s.field is FieldName.PATIENT_DOB}
        days = list(_visit_days(page, rules)) or list(_told_days(page, rules))
        days = [s for s in days if s.value not in born and s.value > max(born, default="")]
        yield from days[:1] if len({s.value for s in days}) == 1 else ()


def _stays(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """As in "Admitted 01/02/2024 - Discharged 01/05/2024" and "Dates of stay: 1/2/2024 to 1/5/2024"."""
    for at, row in enumerate(page.sheet.rows):
        dated = list(_dates(row, rules))
        for (start, first), (later, last) in pairwise(dated):
            between = row[start + len(first.tokens) : later]
            if _one_stay(row[:start], between, first.text, last.text):
                yield sighting(page, FieldName.ADMIT_DATE, Role.PATIENT, first, Ground(STAY, "first day of the stay", at))
                yield sighting(page, FieldName.DISCHARGE_DATE, Role.PATIENT, last, Ground(STAY, "last day of the stay", at))
                return


def _one_stay(before: Row, between: Row, first: str, last: str) -> bool:
    lead = say(before)
    told = bool(STAYS.search(say(before[-MOST_BETWEEN:]))) and not EARLIER.search(lead) and (bool(between) or any(t.colon for t in before))
    return told and len(between) <= MOST_BETWEEN and bool(UNTIL.match(say(between))) and first <= last and years_between(first, last) < LONGEST_STAY


def _dates(row: Row, rules: ExtractRules) -> Iterator[tuple[int, Value]]:
    at = 0
    while at < len(row):
        value = read_date(row[at : at + 3], rules) if _may_open_date(row[at]) else None
        if value and value.tokens[0] is row[at]:
            yield at, value
            at += len(value.tokens)
        else:
            at += 1


def _may_open_date(token: Token) -> bool:
    return any(c.isdigit() for c in token.text) or token.text.lower().strip(".,") in MONTH


def _visit_days(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """A day in the head of a page beside nothing but the kind of visit or the clinician seen."""
    for at, row in enumerate(page.sheet.rows):
        if not FAX_EDGE < page.sheet.row_tops[at] / page.sheet.height < HEAD or _labelled(page, at):
            continue
        dated = list(_dates(row, rules))
        if len(dated) == 1 and _tells_visit(row, dated[0][0], dated[0][1]):
            yield sighting(page, FieldName.SERVICE_DATE, Role.PATIENT, dated[0][1], Ground(VISIT, "day beside the visit at the head of the page", at))


def _told_days(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """As in "On March 4, 2024 I evaluated" and "Seen by John Smith, MD on 03/04/2024"."""
    for at, row in enumerate(page.sheet.rows):
        for start, value in _dates(row, rules) if page.sheet.row_tops[at] < TOLD_DEPTH * page.sheet.height else ():
            near = say(row[max(0, start - BEFORE_DAY) : start + len(value.tokens) + AFTER_DAY])
            if start and row[start - 1].text.lower() == "on" and SAW.search(near) and not EARLIER.search(near):
                yield sighting(page, FieldName.SERVICE_DATE, Role.PATIENT, value, Ground(TOLD, "day of the visit in the text", at))


def _labelled(page: Marked, row: int) -> bool:
    """Whether a row asks for something; a facility's or a title's word in a heading does not."""
    return any(x.colon or x.meaning.what not in {"facility", "section"} for x in page.by_row.get(row, ()))


def _tells_visit(row: Row, start: int, day: Value) -> bool:
    rest = [t for t in row if t not in day.tokens]
    said = {fold_word(t.text) for t in rest}
    if not rest or said & OTHER_DAYS or any(t.colon or (t.text[:1].isalnum() and tells_age(t.text)) for t in rest):
        return False
    clinician = start == 0 and any(is_credential(t.text) and t.text.strip(".,()").isupper() for t in rest)
    opens_or_ends = start == 0 or row[-1] in day.tokens
    few = len(rest) <= MOST_BETWEEN
    return opens_or_ends and few and (clinician or bool(said & VISITS))
