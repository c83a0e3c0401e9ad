"""What agreement is worth: log2(m/u) a level. m is shipped or learnt; u comes from the name frequencies of the live index and uniform tables.

m: how often the level occurs for one person's document and index entry; u: how often for a document and somebody else's entry.
Model: Fellegi and Sunter (1969), with frequency-adjusted names; a missing field weighs 0.
"""

from __future__ import annotations

from math import log2
from typing import NamedTuple

from pipeline.matching import compare as level
from pipeline.matching.compare import FIELDS, Levels
from pipeline.matching.fold import Who, fold_name
from schemas.patient import NameFrequencies

LAST_M = {
    level.EXACT: 0.80,
    level.OCR: 0.03,
    level.ONE_EDIT: 0.08,
    level.PREVIOUS: 0.015,
    level.PART: 0.03,
    level.TWO_EDITS: 0.015,
    level.SIMILAR: 0.02,
    level.DIFFER: 0.02,
    level.SWAPPED: 0.009,
    level.NEARLY_SWAPPED: 0.002,
}
FIRST_M = {
    level.EXACT: 0.76,
    level.OCR: 0.05,
    level.ONE_EDIT: 0.06,
    level.NICKNAME: 0.04,
    level.INITIAL: 0.02,
    level.COMPOUND: 0.02,
    level.MIDDLE_USED: 0.01,
    level.TWO_EDITS: 0.01,
    level.SIMILAR: 0.02,
    level.PLACEHOLDER: 0.01,
    level.DIFFER: 0.015,
    level.NEARLY_SWAPPED: 1.0,
    level.SWAPPED: 1.0,  # its rarity is charged once, to the last name
}
# How many other names lie as near as this one, in multiples of the commoner name's share, and a floor.
NEIGHBOURS = {
    level.EXACT: (1.0, 0.0),
    level.OCR: (1.3, 1e-5),
    level.PREVIOUS: (1.3, 1e-5),
    level.PART: (2.0, 1e-4),
    level.ONE_EDIT: (2.0, 1e-4),
    level.NICKNAME: (1.5, 2e-3),
    level.COMPOUND: (1.5, 2e-4),
    level.MIDDLE_USED: (1.5, 2e-3),
    level.TWO_EDITS: (3.0, 1e-3),
    level.SIMILAR: (3.0, 4e-3),
    level.SWAPPED: (1.0, 0.0),
    level.NEARLY_SWAPPED: (3.0, 1e-4),
}
FIXED_U = {level.INITIAL: 0.09, level.PLACEHOLDER: 0.01, level.DIFFER: 0.96}
RAREST_SHARE = 2e-5  # no name counts as rarer than this, however large the index
UNSEEN_SHARE = 1e-3  # a name whose share nobody told
PRIOR_PEOPLE = 200  # how many entries that guess is worth

# field -> level -> (m, u)
TABLES: dict[str, dict[str, tuple[float, float]]] = {
    "middle_name": {level.EXACT: (0.40, 0.008), level.INITIAL: (0.48, 0.09), level.SIMILAR: (0.06, 0.03), level.DIFFER: (0.03, 0.87)},
    "suffix": {level.EXACT: (0.95, 0.2), level.GENERATION: (0.02, 0.02), level.DIFFER: (0.01, 0.75)},
    "sex": {level.EXACT: (0.985, 0.5), level.DIFFER: (0.01, 0.5)},
    "dob": {
        level.EXACT: (0.93, 4e-5),
        level.ONE_DIGIT: (0.022, 1.6e-3),
        level.TRANSPOSED: (0.006, 3e-4),
        level.DAY_MONTH: (0.006, 6e-5),
        level.DAY_OR_MONTH: (0.006, 1e-3),
        level.CENTURY: (0.004, 6e-5),
        level.YEAR_ONLY: (0.95, 0.02),
        level.DIFFER: (0.02, 0.995),
    },
    "phone": {level.EXACT: (0.62, 5e-5), level.ONE_DIGIT: (0.05, 1e-4), level.TRANSPOSED: (0.01, 1e-4), level.DIFFER: (0.22, 0.999)},
    "address": {
        level.EXACT: (0.5, 3e-5),
        level.HOUSE_STREET: (0.1, 6e-5),
        level.HOUSE_ZIP: (0.06, 2e-4),
        level.STREET_ZIP: (0.05, 2e-3),
        level.ZIP_ONLY: (0.09, 0.03),
        level.DIFFER: (0.2, 0.97),
    },
    "ssn_last4": {level.EXACT: (0.92, 1e-4), level.ONE_DIGIT: (0.05, 3.6e-3), level.TRANSPOSED: (0.005, 3e-4), level.DIFFER: (0.03, 0.995)},
    "mrn": {
        level.EXACT: (0.9, 1e-6),
        level.ONE_DIGIT: (0.05, 0.05),
        level.TRANSPOSED: (0.01, 0.01),
        level.TWO_DIGITS: (0.01, 0.01),
        level.DIFFER: (0.03, 0.99),
        level.FOREIGN: (0.05, 3e-4),
        level.FOREIGN_DIFFER: (1.0, 1.0),
    },
}
DEFAULT_DATE_BITS = 5.0  # 1 January stands in for dates nobody knows
OTHER_CHILD_BITS = -2.0


class Weights(NamedTuple):
    """How often each level occurs for one person's document and entry (m), by field; and the bits of the fields that are not names."""

    m: dict[str, dict[str, float]]
    bits: dict[str, dict[str, float]]


def weights_of(m: dict[str, dict[str, float]]) -> Weights:
    """Weights for these m; u stays as shipped."""
    bits = {field: {name: log2(m[field][name] / u) for name, (_, u) in table.items()} for field, table in TABLES.items()}
    return Weights(m, bits)


SHIPPED = weights_of({"last_name": LAST_M, "first_name": FIRST_M} | {f: {name: m for name, (m, _) in t.items()} for f, t in TABLES.items()})


class Shares(NamedTuple):
    """Share of the index that bears a name, by folded name."""

    last: dict[str, float]
    first: dict[str, float]

    def of_last(self, one: str, other: str) -> float:
        """Share of the commoner of two last names."""
        return max(self.last.get(one, 0.0), self.last.get(other, 0.0)) or UNSEEN_SHARE

    def of_first(self, one: str, other: str) -> float:
        """Share of the commoner of two first names."""
        return max(self.first.get(one, 0.0), self.first.get(other, 0.0)) or UNSEEN_SHARE


def shares_of(counts: NameFrequencies) -> Shares:
    """Counts as shares, drawn towards 1 in 1,000 so that a small index makes no name look rarer or commoner than it is."""
    return Shares(_shares(counts.last, counts.size), _shares(counts.first, counts.size))


def _shares(counts: dict[str, int], size: int) -> dict[str, float]:
    folded: dict[str, int] = {}
    for name, count in counts.items():
        folded[fold_name(name)] = folded.get(fold_name(name), 0) + count
    return {name: max((count + PRIOR_PEOPLE * UNSEEN_SHARE) / (size + PRIOR_PEOPLE), RAREST_SHARE) for name, count in folded.items()}


def weigh(levels: Levels, claim: Who, other: Who, shares: Shares, weights: Weights = SHIPPED) -> tuple[float, ...]:
    """Bits of every field, in the order of FIELDS; 0 where a side does not say."""
    last_m, first_m = weights.m["last_name"], weights.m["first_name"]
    last = _name_bits(last_m, levels.last_name, shares.of_last(claim.last, other.last))
    first = _name_bits(first_m, levels.first_name, shares.of_first(claim.first, other.first))
    if levels.last_name in (level.SWAPPED, level.NEARLY_SWAPPED):
        last = _name_bits(last_m, levels.last_name, shares.of_last(claim.last, claim.first))
        first = _name_bits(first_m, levels.first_name, shares.of_first(claim.last, claim.first))
    rest = [weights.bits[field].get(name, 0.0) if name else 0.0 for field, name in zip(FIELDS[2:], levels[2:], strict=True)]
    bits = [last, first, *rest]
    _temper(bits, levels, claim)
    return tuple(bits)


def _temper(bits: list[float], levels: Levels, claim: Who) -> None:
    """A default birth date says little; a number whose issuer is not stated says nothing without both names and a birth date that fit;
    a page with the right last name seldom has a wholly wrong first one.
    """
    if levels.first_name == level.DIFFER and levels.last_name in (level.EXACT, level.OCR):
        bits[1] += OTHER_CHILD_BITS
    if levels.dob == level.EXACT and claim.dob.endswith("-01-01"):
        bits[5] = DEFAULT_DATE_BITS
    if levels.mrn == level.FOREIGN and (bits[0] <= 0 or bits[1] <= 0 or levels.dob in ("", level.YEAR_ONLY, level.DIFFER)):
        bits[9] = 0.0


def _name_bits(chance: dict[str, float], name: str, share: float) -> float:
    if not name:
        return 0.0
    if name in FIXED_U:
        return min(log2(chance[name] / FIXED_U[name]), 3.0)
    times, floor = NEIGHBOURS[name]
    return max(log2(chance[name] / min(times * share + floor, 0.5)), 0.0)
