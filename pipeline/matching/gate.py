"""What must agree before a document is filed without a clerk. Knows levels; knows nothing of weights.

Two identifiers (NPSG.01.01.01): the name, and a birth date or a number that is the patient's own. A contradiction holds whatever the score
says. Birth date and record number want two witnesses, and so does whatever tells a patient from a twin, a namesake at home or a newborn.
What a household shares, telephone and address, never makes one of its members out of another.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.matching import compare as level
from pipeline.matching.compare import FIELDS, Levels
from pipeline.matching.fold import Who
from pipeline.matching.nicknames import may_be_anothers
from schemas.patient import PatientClaim

SURE_NAME = frozenset({level.EXACT, level.OCR})
STRONG_LAST = SURE_NAME | {level.ONE_EDIT, level.PREVIOUS, level.PART}
STRONG_FIRST = SURE_NAME | {level.ONE_EDIT, level.NICKNAME, level.COMPOUND}
LIKE_LAST = STRONG_LAST | {level.TWO_EDITS, level.SIMILAR, level.SWAPPED, level.NEARLY_SWAPPED}
LIKE_FIRST = STRONG_FIRST | {level.TWO_EDITS, level.SIMILAR, level.SWAPPED, level.NEARLY_SWAPPED, level.INITIAL, level.MIDDLE_USED, level.PLACEHOLDER}
NEAR_DATE = frozenset({level.ONE_DIGIT, level.TRANSPOSED, level.DAY_MONTH, level.DAY_OR_MONTH, level.CENTURY})
FITTING_DATE = NEAR_DATE | {level.EXACT, level.YEAR_ONLY, ""}
SAME_HOME = frozenset({level.EXACT, level.HOUSE_STREET})
NO_NAME = frozenset({level.INITIAL, level.PLACEHOLDER, level.MIDDLE_USED})  # fits more than one child of a home
OTHER_SPELLING = frozenset({level.OCR, level.ONE_EDIT, level.TWO_EDITS, level.SIMILAR})
NEAR_NUMBER = frozenset({level.ONE_DIGIT, level.TRANSPOSED, level.TWO_DIGITS})
GENERATION_YEARS = 12  # between parent and child; a child may have its parent's middle name too
CONTRADICTING = ("suffix", "sex", "dob", "ssn_last4", "mrn", "middle_name")
TELLING = ("first_name", "middle_name", "suffix", "sex", "dob", "phone", "ssn_last4", "mrn")
NAMED = frozenset({"first_name", "middle_name", "suffix"})

READ_TWICE = "read twice"
BY_THE_INDEX = "equals the entry that the name found"


def contradictions(levels: Levels, *, mrn_sightings: int = 1) -> tuple[str, ...]:
    """Identifiers that a document and an entry of the same name cannot both have right; a number that two looks read is no slip."""
    printed = levels.mrn in NEAR_NUMBER and mrn_sightings > 1
    return tuple(field for field in CONTRADICTING if getattr(levels, field) == level.DIFFER or (printed and field == "mrn"))


def is_namelike(levels: Levels) -> bool:
    """Whether both names may be the same names, however badly read."""
    return levels.last_name in LIKE_LAST and levels.first_name in LIKE_FIRST


def may_be_the_same(levels: Levels) -> bool:
    """Whether an entry cannot be told from the document's patient by name and birth date alone."""
    return is_namelike(levels) and levels.dob in FITTING_DATE


def corroboration(levels: Levels) -> tuple[str, ...]:
    """Further identifiers that agree in full."""
    return (*_numbers(levels), *(("middle_name",) if levels.middle_name == level.EXACT else ()))


def _numbers(levels: Levels) -> tuple[str, ...]:
    agreeing = {
        "mrn": levels.mrn == level.EXACT,
        "phone": levels.phone == level.EXACT,
        "address": levels.address in SAME_HOME,
        "ssn_last4": levels.ssn_last4 == level.EXACT,
    }
    return tuple(name for name, agrees in agreeing.items() if agrees)


class Beside(NamedTuple):
    """A claim beside the entry that fits it best. `borne`: the given name as read may well be somebody's; `known`: the index or a list has it."""

    levels: Levels
    claim: PatientClaim
    mine: Who
    theirs: Who
    borne: bool
    known: bool


def missing_identifiers(beside: Beside) -> tuple[str, ...]:
    """What would still have to agree, in words; empty when the identifiers carry filing."""
    return tuple(dict.fromkeys(_missing(beside)))


def _missing(beside: Beside) -> Iterator[str]:
    levels = beside.levels
    one_name = levels.last_name in STRONG_LAST or levels.first_name in STRONG_FIRST
    if levels.mrn == level.EXACT and levels.dob == level.EXACT and one_name and levels.first_name not in (level.DIFFER, level.PLACEHOLDER):
        return  # our number and the birth date are two identifiers by themselves; a twin under it by mistake has another given name
    if (not is_namelike(levels) or levels.first_name == level.MIDDLE_USED) and not _may_have_married(levels):
        yield "first and last name"
    if levels.dob == level.EXACT:
        yield from _missing_with_date(beside)
        return
    if beside.mine.suffix and not beside.theirs.suffix:
        yield "a birth date that is right, beside a generation mark that the entry lacks"
    if not levels.dob or levels.dob == level.YEAR_ONLY:
        yield from _missing_without_date(beside)
    elif levels.dob not in NEAR_DATE:
        yield "birth date"
    elif not _carries_a_near_date(beside):
        yield "an identifier of the patient alone, beside a birth date that is nearly right"


def is_siblings_name(beside: Beside) -> bool:
    """Whether the given name may as well be that of a brother or sister: an initial, a newborn's, or another name that people bear."""
    first = beside.levels.first_name
    if first in NO_NAME:
        return True
    mine, theirs = beside.mine.first, beside.theirs.first
    if first == level.NICKNAME:
        alike = len(mine) == len(theirs) and level.spelling_level(mine, theirs) in OTHER_SPELLING  # Anna, Anne
        return alike or (beside.levels.sex != level.EXACT and may_be_anothers(mine, theirs))  # Sam for Samantha and for Samuel
    return first in OTHER_SPELLING and not _is_misread(beside)


def _is_misread(beside: Beside) -> bool:
    """Whether the given name as read is nobody's: a large index lacks it, or look-alike letters make a name that no index and no list has.

    What two looks read is printed there: it is somebody's.
    """
    nobodys = not beside.borne or (beside.levels.first_name == level.OCR and not beside.known)
    return nobodys and beside.claim.name_sightings < 2


def _own_numbers(levels: Levels) -> tuple[str, ...]:
    """Numbers that agree and that nobody else at home has."""
    return tuple(name for name in _numbers(levels) if name in ("mrn", "ssn_last4"))


def _carries_a_near_date(beside: Beside) -> bool:
    """Whether it is the entry's birth date with a slip, and no relative's: who bears one name at one home is told apart by the year."""
    levels, years = beside.levels, abs(int(beside.mine.dob[:4]) - int(beside.theirs.dob[:4]))
    if not names_carry(levels):
        return False
    if _own_numbers(levels):
        return True
    if years:  # read twice, the other year is printed there
        slip = years <= GENERATION_YEARS and beside.claim.dob_sightings < 2
        return levels.middle_name == level.EXACT and slip and not is_siblings_name(beside)
    return levels.middle_name == level.EXACT or (_supports(levels) and levels.first_name != level.NICKNAME and not is_siblings_name(beside))


def names_carry(levels: Levels) -> bool:
    """Whether first and last name would have found the entry without anything else, if need be the other way round."""
    if levels.last_name == level.SWAPPED:
        return True
    strong = levels.last_name in STRONG_LAST and levels.first_name in STRONG_FIRST
    return strong and (levels.last_name in SURE_NAME or levels.first_name in SURE_NAME)


def _may_have_married(levels: Levels) -> bool:
    """Another last name beside the given name, birth date and a number: two people of one birth do not share a given name."""
    return levels.last_name == level.DIFFER and levels.first_name in SURE_NAME and levels.dob == level.EXACT and bool(_numbers(levels))


def _supports(levels: Levels) -> bool:
    """Whether anything beside name and birth date fits that chance would hardly make fit."""
    near_number = levels.phone in (level.ONE_DIGIT, level.TRANSPOSED) or levels.address == level.HOUSE_ZIP
    return near_number or bool(corroboration(levels))


def _missing_without_date(beside: Beside) -> Iterator[str]:
    """The patient's own number by two witnesses, or SSN digits beside telephone or address; with a year of birth two numbers."""
    levels = beside.levels
    numbers = set(_numbers(levels)) - {"mrn"}
    enough = len(numbers) > 1 and ("ssn_last4" in numbers or (bool(levels.dob) and not is_siblings_name(beside)))
    if not names_carry(levels):
        yield "first and last name"
    if levels.mrn != level.EXACT and not enough:
        yield "birth date"
    if beside.claim.dob.endswith("-01-01"):
        yield "a birth date other than 1 January"


def _missing_with_date(beside: Beside) -> Iterator[str]:
    """Where the name alone would not have found the entry, the birth date has found it and cannot be its own witness. Twins share it."""
    levels, claim = beside.levels, beside.claim
    found_by_name = names_carry(levels) and levels.last_name != level.SWAPPED
    if claim.dob.endswith("-01-01") and not _own_numbers(levels) and not (found_by_name and _numbers(levels)):
        yield "a birth date other than 1 January"
    newborns = [name for name in _own_numbers(levels) if name != "mrn" or claim.mrn_sightings > 1]  # twins have neighbouring numbers
    if levels.first_name == level.PLACEHOLDER and not newborns:
        yield "a number of the newborn's own that two looks agree on"
    elif is_siblings_name(beside) and not _own_numbers(levels) and levels.middle_name != level.EXACT:
        yield "an identifier of the patient alone, beside a given name that may be a twin's"
    seen_twice = claim.dob_sightings > 1 and levels.last_name in STRONG_LAST | {level.SWAPPED}
    if not names_carry(levels) and not _supports(levels) and not seen_twice:
        yield "a further identifier beside a name that is nearly right"


def witnesses(field: str, levels: Levels, claim: PatientClaim) -> tuple[str, ...]:
    """What bears out the document's value of a field besides one look at it."""
    found = [READ_TWICE] if sightings(field, claim) > 1 else []
    if field in ("dob", "mrn", "ssn_last4") and getattr(levels, field) == level.EXACT and names_carry(levels):
        found.append(BY_THE_INDEX)
    return tuple(found)


def sightings(field: str, claim: PatientClaim) -> int:
    """How many looks gave the value of a field."""
    if field == "dob":
        return claim.dob_sightings
    if field == "mrn":
        return claim.mrn_sightings
    return claim.name_sightings if field in NAMED or field == "last_name" else 1


def sets_apart(winner: Levels, rival: Levels, claim: PatientClaim) -> bool:
    """Whether something on the page fits the winner and not a rival of like name and birth date, and no date or number the rival alone."""
    if any(getattr(rival, field) == level.EXACT != getattr(winner, field) for field in ("dob", "ssn_last4", "mrn")):
        return False
    if any(_fits(winner, field) and _misses(rival, field) for field in FIELDS[2:] if field != "dob"):
        return True
    if winner.dob == level.EXACT and rival.dob not in ("", level.EXACT):
        return claim.dob_sightings > 1 or bool(set(corroboration(winner)) - set(corroboration(rival)))
    return False


def _fits(levels: Levels, field: str) -> bool:
    return bool(getattr(levels, field) in (level.EXACT, level.INITIAL, level.HOUSE_STREET))


def _misses(levels: Levels, field: str) -> bool:
    name = getattr(levels, field)
    return name == level.DIFFER or (field == "address" and name in (level.ZIP_ONLY, level.STREET_ZIP))


def are_close_kin(one: Who, other: Who) -> bool:
    """Whether two entries are twins, parent and child of one name, or mother and newborn at one home."""
    if one.phone != other.phone and (one.house, one.street[:1]) != (other.house, other.street[:1]):  # not at one home; spares the comparison
        return False
    levels = level.compare(one, other, mrn_is_ours=False)
    if levels.last_name not in STRONG_LAST and "BABY" not in (one.first[:4], other.first[:4]):
        return False
    at_home = levels.address in SAME_HOME or levels.phone == level.EXACT
    return at_home and (levels.dob == level.EXACT or levels.first_name in STRONG_FIRST or levels.first_name == level.PLACEHOLDER)


def kin_are_told_apart(winner: Levels, rival: Levels, claim: PatientClaim) -> bool:
    """Whether two fields fit the winner and not the relative, or one that was read by two witnesses."""
    telling = [field for field in TELLING if _tells(winner, rival, field)]
    return len(telling) > 1 or any(sightings(field, claim) > 1 or BY_THE_INDEX in witnesses(field, winner, claim) for field in telling)


def _tells(winner: Levels, rival: Levels, field: str) -> bool:
    mine, theirs = getattr(winner, field), getattr(rival, field)
    if field == "first_name":
        return mine in STRONG_FIRST and theirs in (level.DIFFER, level.PLACEHOLDER)
    return mine in (level.EXACT, level.INITIAL) and theirs == level.DIFFER
