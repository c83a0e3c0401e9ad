"""What a document says, by geometry on word boxes: fields with place and rule, the people named, and whose each page is.

Knows labels and places; must not know the patient index: nothing here asks whether a value is true, only where it stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pipeline.confidence import NEVER_SURE
from pipeline.fields.crosschecks import DATES_OF_CARE, weighed
from pipeline.fields.dates import other_century
from pipeline.fields.issuers import OURS
from pipeline.fields.names import shortened
from pipeline.fields.reading import Sighting
from pipeline.fields.witnesses import CHECKED, verdict_on
from pipeline.page_language import PageLanguage
from schemas.document import Extraction, Field, FieldName, PageIdentity, Person, Role
from schemas.page import Box, PageKind
from schemas.rules import ExtractRules

VERSION = 5
SUREST = 0.995
ONE_LOOK = 0.89  # the most that a birth date or record number is worth that was looked at once, or beside which the page has another
CONTESTED = 0.75  # what a value keeps when another reads about as well
ABOUT_AS_WELL = 0.8
NEARLY_AS_WELL = 0.6
WITNESSED = 0.5  # what is left of the doubt when a second engine read the same
PLAIN_DATE_COLUMN = ("below 'date'", "below 'date time'", "below 'date/time'")
ANNOUNCED = {"name": FieldName.PATIENT_NAME, "patient_dob": FieldName.PATIENT_DOB, "patient_mrn": FieldName.PATIENT_MRN}
PATIENTS = ("", "patient")
TWO_WITNESSES = (FieldName.PATIENT_DOB, FieldName.PATIENT_MRN)
LISTS = {FieldName.ICD10_CODES, FieldName.CPT_CODES}


def extract(pages: Sequence[PageLanguage], *, rules: ExtractRules) -> Extraction:
    """One best value a field over the pages of a document, and every person named in a role."""
    seen = _births_before_care([s for page in pages for s in page.sightings])
    own: dict[FieldName, list[Sighting]] = defaultdict(list)
    for one in _opening_days(seen):
        if one.field and (one.role is Role.PATIENT or not one.field.startswith("patient_")):
            own[one.field].append(one)
    by_number = {page.number: page for page in pages}
    best = (_listed(name, found) if name in LISTS else _best(name, found, by_number, rules) for name, found in own.items())
    said = Extraction(tuple(sorted(best, key=lambda f: list(FieldName).index(f.name))), tuple(_people(seen)))
    return weighed([page.reading for page in pages], said)


def identities(pages: Sequence[PageLanguage], *, rules: ExtractRules) -> tuple[PageIdentity, ...]:
    """Who each page says its patient is; empty where it says nothing."""
    return tuple(_identity(page, rules) for page in pages)


def unanswered(page: PageLanguage, said: Extraction) -> tuple[Box, ...]:
    """Where labels stand that announce the patient's name, birth date or number, if that was not found."""
    missing = {what for what, name in ANNOUNCED.items() if said.field(name) is None}
    return tuple(page.marked.box(x) for x in page.marked.labels if x.meaning.what in missing and x.meaning.role in PATIENTS)


def _identity(page: PageLanguage, rules: ExtractRules) -> PageIdentity:
    said = extract([page], rules=rules)
    found = {field.name: field.value for field in said.fields}
    return PageIdentity(page.number, found.get(FieldName.PATIENT_NAME), found.get(FieldName.PATIENT_DOB), found.get(FieldName.PATIENT_MRN))


def _births_before_care(seen: list[Sighting]) -> list[Sighting]:
    """A birth date after the last date of care was printed with two digits of the year: it lies a century earlier."""
    care = max((s.value for s in seen if s.field in DATES_OF_CARE), default="")
    return [_earlier(s) if care and s.field is FieldName.PATIENT_DOB and s.value > care else s for s in seen]


def _opening_days(seen: list[Sighting]) -> list[Sighting]:
    """Of the days under a column's plain "Date", page for page, the earliest: a running record is filed under its first day."""
    days = [s for s in seen if s.field is FieldName.SERVICE_DATE and s.rule.lower() in PLAIN_DATE_COLUMN]
    later = [s for s in days if s.value > min(d.value for d in days)]
    return [s for s in seen if s not in later]


def _earlier(one: Sighting) -> Sighting:
    short = not any(part in one.raw for part in (one.value[:4],))
    before = other_century(one.value) if short else None
    return one._replace(value=before) if before else one


def _best(name: FieldName, found: list[Sighting], pages: Mapping[int, PageLanguage], rules: ExtractRules) -> Field:
    """The value that reads best, raised by each further place that gives it, lowered by a rival that reads about as well."""
    by_value: dict[str, list[Sighting]] = defaultdict(list)
    for one in _fullest(found) if name is FieldName.PATIENT_NAME else found:
        by_value[one.value].append(one)
    ranked = sorted(by_value.values(), key=_together, reverse=True)
    top = max(ranked[0], key=lambda s: s.worth)
    worth = min(SUREST, _together(ranked[0]))
    if len(ranked) > 1 and _together(ranked[1]) >= ABOUT_AS_WELL * worth:
        worth *= CONTESTED
    rule = next((s.rule for s in ranked[0] if s.rule.endswith(f"({OURS})")), top.rule)
    heard = [verdict_on(s, pages[s.page].reading, pages[s.page].looks, rules) for s in ranked[0]] if name in CHECKED else []
    witnesses = tuple(dict.fromkeys(source for verdict in heard for source in verdict.witnesses))
    against = [value for verdict in heard for value in verdict.rivals]
    worth = _weighed(worth, agreed=bool(witnesses) and len(ranked) == 1 and name is not FieldName.PATIENT_NAME, denied=bool(against))
    rivals = tuple(dict.fromkeys([group[0].value for group in ranked[1:]] + [o for s in ranked[0] for o in s.others] + against))
    unsettled = (len(ranked[0]) < 2 and not witnesses) or any(_together(group) > NEVER_SURE for group in ranked[1:])
    most = ONE_LOOK if name in TWO_WITNESSES and unsettled else SUREST
    surest = NEVER_SURE if all(pages[s.page].reading.kind is PageKind.UNREADABLE for s in ranked[0]) else most
    return Field(name, top.value, top.raw, round(min(worth, surest), 4), top.page, top.box, rule, len(ranked[0]), rivals, witnesses)


def _weighed(worth: float, *, agreed: bool, denied: bool) -> float:
    """A worth after other looks at the same place: half of the doubt is gone where one agreed, and it is contested where one did not.

    That the letters of a name are agreed on does not say whose name it is, nor that a date is, of two, the right one.
    """
    if denied:
        return worth * CONTESTED
    return min(SUREST, 1.0 - (1.0 - worth) * WITNESSED) if agreed else worth


def _fullest(found: list[Sighting]) -> list[Sighting]:
    """A name printed shorter elsewhere, without middle name or suffix, counts for the fuller one that is about as well read."""
    ranked = sorted(found, key=lambda s: len(s.value), reverse=True)
    fuller = (next((o.value for o in ranked if shortened(one.value, o.value) and _outdoes(o, one)), one.value) for one in found)
    return [one._replace(value=value) for one, value in zip(found, list(fuller), strict=True)]


def _outdoes(fuller: Sighting, one: Sighting) -> bool:
    """Whether a fuller name is about as well read; what a second look adds to a name that the first read may be dirt."""
    return fuller.worth > NEARLY_AS_WELL * one.worth and (not fuller.source or bool(one.source))


def _together(group: Sequence[Sighting]) -> float:
    """The best worth, and a part of what is left for each further place."""
    ranked = sorted((s.worth for s in group), reverse=True)
    left = 1.0 - min(ranked[0], SUREST)
    for worth in ranked[1:]:
        left *= 1.0 - 0.5 * worth
    return 1.0 - left


def _listed(name: FieldName, found: list[Sighting]) -> Field:
    """All items of a field that is a list, in print order."""
    items = dict.fromkeys(item for one in found for item in one.value.split(", "))
    first = found[0]
    return Field(name, ", ".join(items), first.raw, round(max(s.worth for s in found), 4), first.page, first.box, first.rule, len(found))


def _people(seen: Sequence[Sighting]) -> Iterator[Person]:
    """Everybody named, once a page and role, with the birth date nearest below or beside the name."""
    named: dict[tuple[str, Role, int], Sighting] = {}
    for one in seen:
        if one.field in {None, FieldName.PATIENT_NAME, FieldName.AUTHOR, FieldName.ORDERING_PROVIDER}:
            named.setdefault((one.value, one.role, one.page), one)
    births = [s for s in seen if s.field is FieldName.PATIENT_DOB]
    for (name, role, page), one in named.items():
        yield Person(name, role, page, one.box, _birth_of(one, births))


def _birth_of(person: Sighting, births: Sequence[Sighting]) -> str | None:
    near = [b for b in births if b.page == person.page and b.role is person.role and 0 <= b.row - person.row <= 6]
    return min(near, key=lambda b: b.row - person.row).value if near else None
