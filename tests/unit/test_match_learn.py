"""Weights learnt from claims of which nobody says whose they are."""

import random
from dataclasses import replace
from math import fsum

import pytest

from pipeline.match import rank
from pipeline.matching.learn import APART, learn_weights
from pipeline.matching.weights import SHIPPED
from samples.claims import WORLDS, pages, populate
from samples.memory_patients import MemoryPatients
from schemas.rules import MatchRules

RULES = MatchRules()
WORLD = replace(WORLDS[0], moved=0.6, phone=0.9)


@pytest.fixture(scope="module")
def learnt():
    rng = random.Random(8)
    people = populate(WORLD, 2500, rng)
    claims = [page.claim for page in pages(WORLD, people, 700, rng)]
    lookup = MemoryPatients(people.entries)
    return claims, lookup, learn_weights(claims, lookup, rules=RULES, rounds=3)


def test_where_people_move_often_another_phone_says_little(learnt):
    _, _, weights = learnt
    assert weights.m["phone"]["different"] > 2 * SHIPPED.m["phone"]["different"]
    assert weights.bits["phone"]["different"] > SHIPPED.bits["phone"]["different"]


def test_what_is_learnt_are_shares(learnt):
    _, _, weights = learnt
    for field, table in weights.m.items():
        shared = [m for name, m in table.items() if name not in APART.get(field, ())]
        assert fsum(shared) == pytest.approx(1)
        assert all(m > 0 for m in table.values())


def test_learnt_weights_rank_as_well(learnt):
    claims, lookup, weights = learnt
    ranked = [rank(c, lookup.find(keys(c), limit=24), lookup, rules=RULES, weights=w) for c in claims[:200] for w in (SHIPPED, weights)]
    tops = [r.entries[0].patient.mrn if r.entries else "" for r in ranked]
    assert sum(a == b for a, b in zip(tops[::2], tops[1::2], strict=True)) > 190


def test_no_claims_leave_what_ships(learnt):
    _, lookup, _ = learnt
    none = learn_weights([], lookup, rules=RULES, rounds=1)
    assert none.m["dob"]["year only"] == SHIPPED.m["dob"]["year only"]
    whole = fsum(m for name, m in SHIPPED.m["sex"].items())
    assert none.m["sex"]["exact"] == pytest.approx(SHIPPED.m["sex"]["exact"] / whole)


def keys(claim):
    from pipeline.match import claim_keys

    return claim_keys(claim)
