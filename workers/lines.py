"""Which line is in force for each source: what its verdicts prove, reckoned anew when there are new ones."""

from __future__ import annotations

from functools import lru_cache

from pipeline.certify import RUNGS, standing
from pipeline.match import VERSION
from schemas.line import Standing
from schemas.rules import AuditSampleRules, MatchRules
from store import verdicts
from store.database import reading
from workers.wire import Stores


def standing_of(stores: Stores, source: str, *, rules: MatchRules) -> Standing:
    """Where a source stands, and so what may be filed from it without a clerk."""
    with reading(stores.index) as conn:
        newest = verdicts.newest(conn, source)
    return _reckoned(stores, source, rules, newest)


def standings(stores: Stores, *, rules: MatchRules) -> dict[str, Standing]:
    """Where every source stands that delivered anything."""
    with reading(stores.index) as conn:
        names = verdicts.sources(conn)
    return {name: standing_of(stores, name, rules=rules) for name in names}


def sample_share(found: Standing, rules: AuditSampleRules) -> float:
    """The share of a source's filed documents that is checked blind: more of it until the last rung is proved."""
    proved = found.rung is not None and found.rung <= RUNGS[-1]
    return rules.sample_share if proved else min(1.0, rules.sample_share * rules.unproven_times)


@lru_cache(maxsize=64)
def _reckoned(stores: Stores, source: str, rules: MatchRules, _newest: tuple[int, int]) -> Standing:
    """`_newest` is the last verdict's number and how many were taken back: with the same two, the verdicts are the same."""
    with reading(stores.index) as conn:
        return standing(verdicts.of_source(conn, source), rules=rules, model=str(VERSION))
