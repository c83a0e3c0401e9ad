"""Whose record it is, as shares of one: each index entry, an absent relative of each, and somebody nobody knows.

An absent relative shares the entry's surname and household and is not in the index: a twin, a parent or child of the same name, anybody
else who lives there. Without these hypotheses the share of the best entry is far too certain.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp2, fsum, log2
from typing import NamedTuple

from pipeline.matching import compare as level
from pipeline.matching.compare import FIELDS, Levels


class Kin(NamedTuple):
    """A relative's prior relative to the entry itself, and what the two share."""

    share: float
    common: frozenset[str]


TWIN = Kin(0.03, frozenset({"last_name", "dob", "phone", "address"}))
NAMESAKE = Kin(0.05, frozenset({"last_name", "first_name", "phone", "address", "sex"}))
HOUSEHOLD = Kin(2.0, frozenset({"last_name", "phone", "address"}))
SIMILAR_TWIN_BITS = 3.0  # twins' and siblings' given names look alike more often than strangers'
OTHER_TWIN_BITS = -4.0  # two children of one birth are not given one name
ONE_NAME = frozenset({level.EXACT, level.OCR, level.NICKNAME})
NEAR_NAMES = frozenset({level.ONE_EDIT, level.SIMILAR, level.TWO_EDITS, level.INITIAL})


class Posterior(NamedTuple):
    """Shares that sum to one: of the entries in their order, of their absent relatives, and of somebody unknown."""

    entries: tuple[float, ...]
    relatives: float
    stranger: float

    def doubt(self, place: int) -> float:
        """What is left when the entry at `place` is taken away, summed rather than subtracted."""
        return self.relatives + self.stranger + fsum(share for i, share in enumerate(self.entries) if i != place)


def posterior(compared: Sequence[tuple[Levels, tuple[float, ...]]], *, size: int, unknown_share: float) -> Posterior:
    """Shares for entries given as (levels, bits), in an index of `size` people."""
    known = log2((1 - unknown_share) / max(size, 1))
    absent = log2(max(unknown_share, 1e-6) / (1 - unknown_share)) + known
    entries = [known + fsum(bits) for _, bits in compared]
    kin = [absent + relative_bits(levels, bits, relative) for levels, bits in compared for relative in (TWIN, NAMESAKE, HOUSEHOLD)]
    stranger = log2(max(unknown_share, 1e-6))
    top = max([*entries, *kin, stranger])
    weights = [exp2(e - top) for e in entries]
    relatives, unknown = fsum(exp2(k - top) for k in kin), exp2(stranger - top)
    total = fsum(weights) + relatives + unknown
    return Posterior(tuple(w / total for w in weights), relatives / total, unknown / total)


def relative_bits(levels: Levels, bits: Sequence[float], kin: Kin) -> float:
    """Bits for an absent relative of the entry: what they share counts, the rest is drawn at random."""
    shared = fsum(weight for field, weight in zip(FIELDS, bits, strict=True) if field in kin.common)
    return log2(kin.share) + shared + (0.0 if "first_name" in kin.common else _likeness_bits(levels.first_name))


def _likeness_bits(first: str) -> float:
    if first in ONE_NAME:
        return OTHER_TWIN_BITS
    return SIMILAR_TWIN_BITS if first in NEAR_NAMES else 0.0
