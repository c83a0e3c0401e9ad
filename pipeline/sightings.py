"""Everything that one page says of its patient, its days and its people: labels, banners, prose and second looks together.

Knows one page; weighs nothing against other pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.confidence import NEVER_SURE
from pipeline.fields.coded import read_codes, with_npis
from pipeline.fields.days import read_days
from pipeline.fields.geometry import lay_out
from pipeline.fields.issuers import with_issuers
from pipeline.fields.nearby import read_nearby
from pipeline.fields.places import Marked, mark
from pipeline.fields.reading import Sighting, read_labels
from pipeline.fields.senders import address_under
from pipeline.fields.unlabelled import read_unlabelled
from pipeline.fields.witnesses import CHECKED, headings_in, in_bands, same_letters, same_place, with_bands
from schemas.document import FieldName, Role
from schemas.page import PageKind, PageReading
from schemas.rules import ExtractRules

SECOND_LOOK = 0.8  # what a value is worth that only the second engine found
DOUBTFUL = 0.75
BAND = ":band"
LEAST = 0.2  # a worth below this is not a reading


def sightings_of(page: PageReading, marked: Marked, rules: ExtractRules) -> list[Sighting]:
    """All sightings on one page worth the name; on one that cannot be read, worth little, however surely a second look saw them."""
    seen = _sightings_with_second(page, marked, rules)
    most = max((s.worth for s in seen), default=0.0)
    if page.kind is not PageKind.UNREADABLE or most <= NEVER_SURE:
        return seen
    return [s._replace(worth=s.worth * NEVER_SURE / most) for s in seen]


def _sightings_with_second(page: PageReading, marked: Marked, rules: ExtractRules) -> list[Sighting]:
    """Those of a second look where the first saw nothing, or saw it badly."""
    bands = [again for again in page.rereads if again.source.endswith(BAND)]
    first = _sightings_of(marked, rules)
    if not bands:
        return first
    marked_again = mark(lay_out(with_bands(page, bands)))
    again = [_as_second(s, bands[0].source) for s in _sightings_of(marked_again, rules) if in_bands(s.box, bands)]
    led, leads = headings_in(marked, bands), headings_in(marked_again, bands)
    kept = [s for s in first if led > leads or not _disowned(s, again)]
    owned = again if leads > led else [s for s in again if not _disowned(s, first)]
    return [*kept, *(s for s in owned if _adds(s, first))]


def _as_second(one: Sighting, source: str) -> Sighting:
    return one._replace(source=source, worth=one.worth * SECOND_LOOK, rule=f"{one.rule} (second look)")


def _disowned(one: Sighting, others: Iterable[Sighting]) -> bool:
    """Whether another look gives what would be the patient's to a relative or a clinician."""
    return one.role is Role.PATIENT and any(o.role in {Role.CONTACT, Role.PROVIDER} and same_place(one, o) and same_letters(one, o) for o in others)


def _adds(again: Sighting, first: Sequence[Sighting]) -> bool:
    """Whether what a second look saw is new: another identity or date, or a value that the first did not see or saw badly."""
    known = [s for s in first if (s.field, s.role) == (again.field, again.role)]
    if any(same_letters(s, again) for s in known):
        return False
    return again.field is None or again.field in CHECKED or all(s.worth < DOUBTFUL for s in known)


def _sightings_of(marked: Marked, rules: ExtractRules) -> list[Sighting]:
    found = with_npis(marked, [*read_labels(marked, rules), *read_codes(marked), *read_unlabelled(marked, rules)])
    found += read_nearby(marked, found, rules)
    found += read_days(marked, found, rules)
    if not any(s.field is FieldName.PATIENT_ADDRESS and s.role is Role.PATIENT for s in found):
        found += [a for s in found if s.field is FieldName.PATIENT_NAME for a in address_under(marked, s)]
    return _once_a_place([s for s in with_issuers(marked, found, rules) if s.worth >= LEAST])


def _once_a_place(found: Iterable[Sighting]) -> list[Sighting]:
    """The same value of the same field on the same row counts once, at its best."""
    kept: dict[tuple[object, ...], Sighting] = {}
    for one in found:
        key = (one.field, one.role, one.value, one.row)
        if key not in kept or kept[key].worth < one.worth:
            kept[key] = one
    return list(kept.values())
