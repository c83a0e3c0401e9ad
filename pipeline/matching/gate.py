"""What must agree before a document is filed without a clerk. Knows levels; knows nothing of weights.

Two identifiers (NPSG.01.01.01): the name and the birth date, each by itself strong enough; without a birth date only numbers that are the
patient's own. A contradiction holds whatever the score says.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.matching import compare as level
from pipeline.matching.compare import FIELDS, Levels
from pipeline.matching.fold import Who
from schemas.patient import PatientClaim

SURE_NAME = frozenset({level.EXACT, level.OCR})
STRONG_LAST = SURE_NAME | {level.ONE_EDIT, level.PREVIOUS, level.PART}
STRONG_FIRST = SURE_NAME | {level.ONE_EDIT, level.NICKNAME, level.COMPOUND}
BADLY_READ = frozenset({level.TWO_EDITS, level.SIMILAR})
LIKE_LAST = STRONG_LAST | {level.TWO_EDITS, level.SIMILAR, level.SWAPPED}
LIKE_FIRST = STRONG_FIRST | {level.TWO_EDITS, level.SIMILAR, level.SWAPPED, level.INITIAL, level.MIDDLE_USED, level.PLACEHOLDER}
NEAR_DATE = frozenset({level.ONE_DIGIT, level.TRANSPOSED, level.DAY_MONTH})
FITTING_DATE = NEAR_DATE | {level.EXACT, level.CENTURY, level.YEAR_ONLY, ""}
SAME_HOME = frozenset({level.EXACT, level.HOUSE_STREET})
SAME_NUMBER = frozenset({level.EXACT, level.FOREIGN})
CONTRADICTING = ("suffix", "sex", "dob", "ssn_last4", "mrn", "middle_name")
SURE_READING = 0.6  # below this a name and birth date that agree exactly with an entry still want a second sighting


def contradictions(levels: Levels) -> tuple[str, ...]:
    """Identifiers that a document and an entry of the same name cannot both have right."""
    return tuple(field for field in CONTRADICTING if getattr(levels, field) == level.DIFFER)


def is_namelike(levels: Levels) -> bool:
    """Whether both names may be the same names, however badly read."""
    return levels.last_name in LIKE_LAST and levels.first_name in LIKE_FIRST


def may_be_the_same(levels: Levels) -> bool:
    """Whether an entry cannot be told from the document's patient by name and birth date alone."""
    return is_namelike(levels) and levels.dob in FITTING_DATE


def corroboration(levels: Levels) -> tuple[str, ...]:
    """Further identifiers that agree in full."""
    agreeing = {
        "mrn": levels.mrn in SAME_NUMBER,
        "phone": levels.phone == level.EXACT,
        "address": levels.address in SAME_HOME,
        "ssn_last4": levels.ssn_last4 == level.EXACT,
        "middle_name": levels.middle_name == level.EXACT,
    }
    return tuple(name for name, agrees in agreeing.items() if agrees)


def missing_identifiers(levels: Levels, claim: PatientClaim) -> tuple[str, ...]:
    """What would still have to agree, in words; empty when the identifiers carry filing."""
    return tuple(dict.fromkeys(_missing(levels, claim)))


def _missing(levels: Levels, claim: PatientClaim) -> Iterator[str]:
    if not _names_carry(levels):
        yield "first and last name"
    if claim.dob.endswith("-01-01"):
        yield "a birth date other than 1 January"
    if not levels.dob or levels.dob == level.YEAR_ONLY:
        yield from _missing_without_date(levels)
    elif levels.dob == level.EXACT:
        yield from _missing_with_date(levels, claim)
    elif levels.dob not in NEAR_DATE:
        yield "birth date"
    elif not _numbers(levels) or not _one_name_sure(levels):
        yield "a second identifier beside the birth date that is nearly right"


def _names_carry(levels: Levels) -> bool:
    if levels.last_name == level.SWAPPED:
        return levels.dob == level.EXACT and bool(_numbers(levels))
    if levels.last_name in BADLY_READ and levels.first_name in SURE_NAME:
        return levels.dob == level.EXACT and bool(_numbers(levels))
    return levels.last_name in STRONG_LAST and levels.first_name in STRONG_FIRST


def _one_name_sure(levels: Levels) -> bool:
    return levels.last_name in SURE_NAME or levels.first_name in SURE_NAME


def _numbers(levels: Levels) -> tuple[str, ...]:
    return tuple(name for name in corroboration(levels) if name != "middle_name")


def _missing_without_date(levels: Levels) -> Iterator[str]:
    agreeing = corroboration(levels)
    ours = levels.mrn == level.EXACT
    number_and_home = "ssn_last4" in agreeing and ("phone" in agreeing or "address" in agreeing)
    if not ours and not number_and_home:
        yield "birth date"


def _missing_with_date(levels: Levels, claim: PatientClaim) -> Iterator[str]:
    if corroboration(levels) or levels.middle_name in (level.INITIAL, level.SIMILAR):
        return
    if not _one_name_sure(levels):
        yield "a further identifier beside a name that is nearly right"
    if claim.dob_sightings < 2 and min(claim.name_confidence, claim.dob_confidence) < SURE_READING:
        yield "a second, surer reading of name or birth date"


def sets_apart(winner: Levels, rival: Levels, claim: PatientClaim) -> bool:
    """Whether something on the page fits the winner and not a rival of like name and birth date."""
    if any(_fits(winner, field) and getattr(rival, field) == level.DIFFER for field in FIELDS[2:] if field != "dob"):
        return True
    if winner.dob == level.EXACT and rival.dob not in ("", level.EXACT):
        return claim.dob_sightings > 1 or bool(set(corroboration(winner)) - set(corroboration(rival)))
    return False


def _fits(levels: Levels, field: str) -> bool:
    return bool(getattr(levels, field) in (level.EXACT, level.INITIAL, level.HOUSE_STREET))


def look_like_one_person(one: Who, other: Who) -> bool:
    """Whether two index entries are probably one person registered twice."""
    levels = level.compare(one, other, mrn_is_ours=False)
    if contradictions(levels._replace(dob="")) and levels.ssn_last4 != level.EXACT:
        return False
    names = levels.last_name in LIKE_LAST and levels.first_name in LIKE_FIRST
    same_numbers = len({"phone", "address", "ssn_last4"} & set(corroboration(levels)))
    if names and levels.dob in NEAR_DATE | {level.EXACT}:
        return True
    return (
        same_numbers >= 2
        and levels.dob == level.EXACT
        and (levels.first_name in LIKE_FIRST or levels.last_name in LIKE_LAST)
        and levels.ssn_last4 == level.EXACT
    )
