"""How often identifiers of one person agree on this installation's own documents, learnt without labels, beside what ships.

Nothing is filed by what is learnt here and nothing of it is kept: it tells whether the weights that ship fit the house.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.match import claim_of
from pipeline.matching.learn import APART, learn_weights
from pipeline.matching.weights import SHIPPED
from schemas.patient import PatientClaim
from schemas.rules import MatchRules
from store import documents, neighbours, settled
from store.database import reading
from store.patients import PatientIndex
from workers.rematch import extraction_of
from workers.wire import Stores

NEWEST = 1000  # documents filed last, and as many that wait


class Agreeing(NamedTuple):
    """One level of one field: how often it occurs between a person's document and entry as shipped, and here."""

    field: str
    level: str
    shipped: float
    here: float


def weigh_own(stores: Stores, rules: MatchRules) -> tuple[int, tuple[Agreeing, ...]]:
    """How many documents named a person, and every level that can be learnt from them, in the order of the fields."""
    claims = list(_claims(stores))
    learnt = learn_weights(claims, PatientIndex(stores.index), rules=rules)
    return len(claims), tuple(
        Agreeing(field, level, m / _whole(field), learnt.m[field][level])
        for field, table in SHIPPED.m.items()
        for level, m in table.items()
        if level not in APART.get(field, ())
    )


def _whole(field: str) -> float:
    return sum(m for level, m in SHIPPED.m[field].items() if level not in APART.get(field, ()))


def _claims(stores: Stores) -> Iterator[PatientClaim]:
    """What the newest documents say about their patients, filed ones and held ones alike."""
    with reading(stores.index) as conn:
        waiting = [documents.get(conn, name) for name in neighbours.held(conn)[-NEWEST:]]
        records = [*settled.filed_last(conn, NEWEST), *waiting]
    for record in records:
        if record and (claim := claim_of(extraction_of(record))).last_name:
            yield claim
