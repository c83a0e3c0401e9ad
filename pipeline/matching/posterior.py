"""Whose record it is, as shares of one: each index entry, people who are easily taken for it, and somebody nobody knows.

An absent relative or namesake of an entry is not in the index: a twin, a parent or child of the same name, anybody else who lives there,
somebody of the same name and birth date. A ward is the patient of a page that bears the entry's name as guarantor's. Without these
hypotheses the share of the best entry is far too certain.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp2, fsum, log2, prod
from typing import NamedTuple

from pipeline.matching import compare as level
from pipeline.matching.compare import FIELDS, Levels

NEAR_DATE = frozenset({level.ONE_DIGIT, level.TRANSPOSED, level.DAY_MONTH, level.DAY_OR_MONTH, level.CENTURY})
ONE_NAME = frozenset({level.EXACT, level.OCR, level.NICKNAME})
NEAR_NAMES = frozenset({level.ONE_EDIT, level.SIMILAR, level.TWO_EDITS, level.INITIAL})
SIMILAR_TWIN = 40.0  # given names of twins and siblings look alike so much oftener than those of strangers
MISREAD_TWIN = 0.3  # a spelling that nobody bears is an entry's name misread, hardly a sibling's
ONE_NAME_TWICE = 0.06  # two children of one birth are not given one name
NEAR_DATE_NAMESAKE = 300.0  # a namesake born nearly the same day, against chance
SEARCHED_BITS = 30.0  # relatives of entries so far behind the best one count for nothing


class Kin(NamedTuple):
    """Who may be taken for an entry: how many there are for each absent person, and how often each fact is shared."""

    name: str
    share: float
    common: tuple[tuple[int, float], ...]  # place in FIELDS, chance that they share it


def _kin(name: str, share: float, **common: float) -> Kin:
    return Kin(name, share, tuple((FIELDS.index(field), chance) for field, chance in common.items()))


TWIN = _kin("an absent twin", 0.03, last_name=1, dob=1, phone=0.6, address=0.9)
JUNIOR = _kin("an absent parent or child of the same name", 0.03, last_name=1, first_name=1, sex=1, middle_name=0.6, phone=0.5, address=0.6)
HOUSEHOLD = _kin("an absent member of the household", 2.0, last_name=0.9, phone=0.6, address=0.95)
DOUBLE = _kin("an absent namesake born the same day", 1e-3, last_name=1, first_name=1, dob=1, sex=1)
NAMESAKE = _kin("an absent namesake born nearly the same day", 1e-3, last_name=1, first_name=1, sex=1)
ABSENT = (TWIN, JUNIOR, HOUSEHOLD, DOUBLE, NAMESAKE)
WARD = _kin("a ward or spouse, the name being a guarantor's", 0.002, last_name=1, first_name=1, middle_name=1, phone=0.8, address=0.95)
SONS = {"M": 1.0, "F": 0.15, "": 0.6}  # daughters seldom bear their mother's name


class Rated(NamedTuple):
    """What the posterior needs of an entry: levels and bits in the order of FIELDS, and its sex. `times` is how much likelier than
    another entry it was before anything was read: an open request, other pages of the packet. `misread`: the given name as read is nobody's.
    """

    levels: Levels
    bits: tuple[float, ...]
    sex: str = ""
    times: float = 1.0
    misread: bool = False


class Posterior(NamedTuple):
    """Shares that sum to one: of the entries in their order, of those easily taken for them by kind, and of somebody unknown."""

    entries: tuple[float, ...]
    kin: dict[str, float]
    stranger: float
    prior_bits: float

    @property
    def relatives(self) -> float:
        """The share of all that are easily taken for an entry."""
        return fsum(self.kin.values())

    def doubt(self, place: int) -> float:
        """What is left when the entry at `place` is taken away, summed rather than subtracted."""
        return min(self.relatives + self.stranger + fsum(share for i, share in enumerate(self.entries) if i != place), 1.0)


def posterior(rated: Sequence[Rated], *, size: int, unknown_share: float) -> Posterior:
    """Shares for entries of an index of `size` people."""
    unknown = max(unknown_share, 1e-6)
    known = (1 - unknown_share) / max(size, 1)
    odds = unknown / (1 - unknown_share)
    totals = [fsum(entry.bits) + log2(entry.times) for entry in rated]
    best = max(totals, default=0.0)
    shift = exp2(-best)
    entries = [known * exp2(total - best) for total in totals]
    kin: dict[str, float] = {}
    for entry, total in zip(rated, totals, strict=True):
        if total > best - SEARCHED_BITS:
            for relative, weight in _relatives(entry, odds):
                kin[relative.name] = kin.get(relative.name, 0.0) + known * shift * weight
    stranger = unknown * shift
    whole = fsum(entries) + fsum(kin.values()) + stranger
    return Posterior(tuple(e / whole for e in entries), {k: v / whole for k, v in kin.items()}, stranger / whole, log2(known))


def _relatives(entry: Rated, odds: float) -> list[tuple[Kin, float]]:
    """Those easily taken for an entry, and their weight: what they share counts, the rest is drawn at random."""
    times = [exp2(bits) for bits in entry.bits]
    weights = {kin: kin.share * prod([chance * (times[place] - 1) + 1 for place, chance in kin.common]) for kin in (*ABSENT, WARD)}
    weights[TWIN] *= _sibling_names(entry)
    weights[HOUSEHOLD] *= _sibling_names(entry)
    weights[JUNIOR] *= SONS[entry.sex]
    weights[NAMESAKE] *= NEAR_DATE_NAMESAKE if entry.levels.dob in NEAR_DATE else 1.0 if not entry.levels.dob else 0.0
    return [(kin, weight * (entry.times if kin is WARD else odds)) for kin, weight in weights.items()]


def _sibling_names(entry: Rated) -> float:
    """How much oftener than strangers two children of one home have names that agree so."""
    first = entry.levels.first_name
    if first in ONE_NAME:
        return ONE_NAME_TWICE
    if first not in NEAR_NAMES:
        return 1.0
    return MISREAD_TWIN if entry.misread and first != level.INITIAL else SIMILAR_TWIN
