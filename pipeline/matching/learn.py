"""Learns from a site's own documents, without labels, how often identifiers agree. Knows ranking; stores nothing.

Expectation and maximisation (Fellegi and Sunter 1969, Dempster et al. 1977): each claim counts for its candidates by their shares.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.matching import compare as level
from pipeline.matching.compare import FIELDS
from pipeline.matching.keys import claim_keys
from pipeline.matching.ranking import rank
from pipeline.matching.weights import SHIPPED, Weights, weights_of
from pipeline.ports import PatientLookup
from schemas.patient import PatientClaim
from schemas.rules import MatchRules

ROUNDS = 6
WORTH_OF_SHIPPED = 100.0  # documents that what ships is worth; so few documents change little
TELLING_SHARE = 1e-3
# levels that are no answer to the same question as the others of their field: their m stays as shipped
APART = {
    "first_name": frozenset({level.SWAPPED, level.NEARLY_SWAPPED}),
    "dob": frozenset({level.YEAR_ONLY}),
    "mrn": frozenset({level.FOREIGN, level.FOREIGN_DIFFER}),
}


def learn_weights(claims: Sequence[PatientClaim], lookup: PatientLookup, *, rules: MatchRules, rounds: int = ROUNDS) -> Weights:
    """Weights under which these claims, of whom nobody said whose they are, are best explained."""
    found = [lookup.find(claim_keys(claim), limit=rules.max_candidates) for claim in claims]
    weights = SHIPPED
    for _ in range(rounds):
        counts = {field: dict.fromkeys(table, 0.0) for field, table in SHIPPED.m.items()}
        for claim, entries in zip(claims, found, strict=True):
            ranking = rank(claim, entries, lookup, rules=rules, weights=weights)
            for entry, share in zip(ranking.entries, ranking.shares.entries, strict=True):
                if share > TELLING_SHARE:
                    _count(counts, entry.levels, share)
        weights = weights_of({field: _maximised(field, table) for field, table in counts.items()})
    return weights


def _count(counts: dict[str, dict[str, float]], levels: Sequence[str], share: float) -> None:
    for field, name in zip(FIELDS, levels, strict=True):
        if name in counts[field]:
            counts[field][name] += share


def _maximised(field: str, counts: dict[str, float]) -> dict[str, float]:
    """Shares of the levels, drawn towards those that ship."""
    shipped, kept = SHIPPED.m[field], APART.get(field, frozenset())
    whole = sum(shipped[name] for name in counts if name not in kept)
    total = sum(count for name, count in counts.items() if name not in kept)
    return {
        name: shipped[name] if name in kept else (count + WORTH_OF_SHIPPED * shipped[name] / whole) / (total + WORTH_OF_SHIPPED)
        for name, count in counts.items()
    }
