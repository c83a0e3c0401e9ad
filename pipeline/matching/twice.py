"""Whether two index entries are one person registered twice. Knows how entries agree and how common their names are."""

from __future__ import annotations

from math import exp2, fsum

from pipeline.matching import compare as level
from pipeline.matching.compare import Levels, compare
from pipeline.matching.fold import Who
from pipeline.matching.gate import LIKE_FIRST, LIKE_LAST, NEAR_DATE, contradictions, corroboration
from pipeline.matching.weights import Shares, weigh

SHARE = 0.03  # of entries have a second one
SUSPECTED = 0.1  # from this chance on


def look_like_one_person(one: Who, other: Who, shares: Shares, size: int) -> bool:
    """Whether two entries of like names or numbers are one person with a chance of one in ten or more."""
    if one.dob[:2] != other.dob[:2] and one.dob[2:] != other.dob[2:]:  # no date that is near; spares the comparison
        return False
    levels = compare(one, other, mrn_is_ours=False)
    if not _alike(levels):
        return False
    odds = SHARE / max(size, 1) * exp2(min(fsum(weigh(levels, one, other, shares)), 100.0))
    return odds > SUSPECTED / (1 - SUSPECTED)


def _alike(levels: Levels) -> bool:
    if contradictions(levels._replace(dob="")) and levels.ssn_last4 != level.EXACT:
        return False
    last, first = levels.last_name in LIKE_LAST, levels.first_name in LIKE_FIRST
    if last and first and levels.dob in NEAR_DATE | {level.EXACT}:
        return True
    same_numbers = {"phone", "address", "ssn_last4"} & set(corroboration(levels))
    return "ssn_last4" in same_numbers and len(same_numbers) >= 2 and levels.dob == level.EXACT and (last or first)
