"""How the people whom two pages name compare: the same, another, perhaps another. Knows identities, no pages."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from rapidfuzz.distance import Levenshtein

from pipeline.titles import fold
from schemas.document import PageIdentity


class Person(StrEnum):
    """How the patient of one page compares with another's."""

    SAME = "same"
    OTHER = "other"
    PERHAPS_OTHER = "perhaps other"
    UNSAID = "unsaid"


def names_one_person(identities: Sequence[PageIdentity]) -> bool:
    """Whether the pages that name somebody surely name the same person: none differs, and each agrees with another."""
    named = [identity for identity in identities if says(identity)]
    group, rest = named[:1], named[1:]
    for one in group:
        verdicts = [compare(one, other) for other in rest]
        if {Person.OTHER, Person.PERHAPS_OTHER} & set(verdicts):
            return False
        group += [other for other, verdict in zip(rest, verdicts, strict=True) if verdict is Person.SAME]
        rest = [other for other, verdict in zip(rest, verdicts, strict=True) if verdict is not Person.SAME]
    return bool(named) and not rest


def says(identity: PageIdentity) -> bool:
    """Whether a page names anybody."""
    return bool(identity.name or identity.dob or identity.mrn)


def compare(a: PageIdentity, b: PageIdentity) -> Person:
    """Whether two pages name the same patient. One identifier must agree to the letter; only two witnesses make another person certain."""
    name, dob, mrn = _names(a.name, b.name), _digits(a.dob, b.dob), _digits(a.mrn, b.mrn)
    verdicts = (name, dob, mrn)
    differing, agreeing = verdicts.count(False), verdicts.count(True)
    if not differing and not agreeing:
        return Person.UNSAID
    if name is False or dob is False:
        return Person.PERHAPS_OTHER if agreeing >= 2 else Person.OTHER
    return Person.SAME if _to_the_letter(a, b) and (not differing or (name and dob)) else Person.PERHAPS_OTHER


def share_an_identifier(a: PageIdentity, b: PageIdentity) -> bool:
    """Whether name, birth date or number of two pages agree, so that a differing one may be a misreading."""
    return True in (_names(a.name, b.name), _digits(a.dob, b.dob), _digits(a.mrn, b.mrn))


def _to_the_letter(a: PageIdentity, b: PageIdentity) -> bool:
    """Whether name, birth date or number agree but for look-alike characters: one letter off, alone, may be a sister."""
    names = bool(a.name and b.name and name_parts(a.name) == name_parts(b.name))
    return names or any(one and other and fold(one) == fold(other) for one, other in ((a.dob, b.dob), (a.mrn, b.mrn)))


def _names(a: str | None, b: str | None) -> bool | None:
    """Whether two names agree in family and given name; None when one is not said."""
    if not a or not b:
        return None
    (last_a, first_a), (last_b, first_b) = name_parts(a), name_parts(b)
    lasts = _near(last_a, last_b)
    firsts = not first_a or not first_b or _near(first_a, first_b) or (1 in {len(first_a), len(first_b)} and first_a[0] == first_b[0])
    crossed = _near(last_a, first_b) and _near(first_a, last_b)
    return (lasts and firsts) or crossed


def name_parts(name: str) -> tuple[str, str]:
    """Folded family and first given name."""
    last, comma, given = name.partition(",")
    if not comma:
        given, _, last = name.strip().rpartition(" ")
    first = given.split()[0] if given.split() else ""
    return fold(last), fold(first)


def _near(a: str, b: str) -> bool:
    return Levenshtein.distance(a, b) <= max(1, min(len(a), len(b)) // 4)


def _digits(a: str | None, b: str | None) -> bool | None:
    """Whether two numbers agree but for one misread character; None when one is not said."""
    if not a or not b:
        return None
    return Levenshtein.distance(fold(a), fold(b)) <= 1
