"""How often a proposal of the matcher is wrong, by its raw doubt, in several made-up worlds: what `pipeline/matching/calibration.py` states.

`python -m samples.calibrate [--documents N] [--size N] [--seed S] [--world NAME …] [--learn]`. The people and the damage are made up: how
often a scan is wrong in this way at a real site, no trial of ours can say.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.match import claim_keys, judge, rank
from pipeline.matching.calibration import EDGES, Step
from pipeline.matching.learn import learn_weights
from pipeline.matching.weights import SHIPPED
from pipeline.ports import PatientLookup
from samples.claims import HELD_OUT, WORLDS, Page, Population, World, pages, populate
from samples.memory_patients import MemoryPatients
from schemas.match import Matched, MatchOutcome
from schemas.rules import MatchRules


class Proposal(NamedTuple):
    """The best entry proposed for a claim: how doubtful, whether a gate holds it, whether it is somebody else's."""

    doubt: float
    held: bool
    wrong: bool


@dataclass
class Tally:
    """What became of the claims."""

    documents: int = 0
    known: int = 0
    filed: int = 0
    misfiled: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    places: Counter[int] = field(default_factory=Counter)
    proposals: list[Proposal] = field(default_factory=list)


def decide_all(people: Population, lookup: PatientLookup, claims: Iterable[Page], rules: MatchRules, tally: Tally) -> None:
    """Decide every claim and count it."""
    for page in claims:
        tally.documents += 1
        tally.known += page.known
        found = lookup.find(claim_keys(page.claim), limit=rules.max_candidates)
        if not found:
            tally.outcomes["nobody found"] += 1
            continue
        ranking = rank(page.claim, found, lookup, rules=rules)
        _count(tally, people, page, ranking.shares.doubt(0), judge(ranking, rules=rules))


def _count(tally: Tally, people: Population, page: Page, doubt: float, outcome: MatchOutcome) -> None:
    persons = [people.person_of[candidate.mrn] for candidate in outcome.candidates]
    wrong = persons[0] != page.soul.number
    tally.proposals.append(Proposal(doubt, outcome.raw_doubt == 1, wrong))
    tally.outcomes[f"{'known' if page.known else 'absent'} {page.kind} {_word(outcome)}"] += 1
    if page.known:
        tally.places[next((place for place, person in enumerate(persons, start=1) if person == page.soul.number), 99)] += 1
    if isinstance(outcome, Matched):
        tally.filed += 1
        if wrong:
            tally.misfiled["known" if page.known else "absent"] += 1


def _word(outcome: MatchOutcome) -> str:
    details = getattr(outcome, "missing", ()) or getattr(outcome, "fields", ()) or (("twice",) if getattr(outcome, "twice", ()) else ())
    return f"{type(outcome).__name__} {'/'.join(details)}".strip()


def steps(proposals: Sequence[Proposal]) -> Iterator[Step]:
    """A row an edge; neither of the bounds is ever less than the row above states."""
    low, states, line = -1.0, 0.0, 0.0
    for edge in EDGES:
        errors = [p.wrong for p in proposals if low < p.doubt <= edge]
        so_far = [p.wrong for p in proposals if p.doubt <= edge]
        states, line = max(states, upper_bound(sum(errors), len(errors))), max(line, upper_bound(sum(so_far), len(so_far)))
        yield Step(edge, sum(errors), len(errors), states, line)
        low = edge


def upper_bound(wrong: int, of: int, confidence: float = 0.95) -> float:
    """The largest share that would still give so few errors with this chance (Clopper and Pearson, one-sided)."""
    from scipy.stats import beta

    return float(beta.ppf(confidence, wrong + 1, of - wrong)) if of > wrong else 1.0


def report(tally: Tally) -> Iterator[str]:
    """The figures, a line each."""
    known = max(tally.known, 1)
    yield f"documents {tally.documents}, about known people {tally.known}"
    right = tally.filed - sum(tally.misfiled.values())
    yield f"filed without a clerk {tally.filed} = {tally.filed / tally.documents:.1%} of all, {right / known:.1%} of known"
    yield f"filed to another person {dict(tally.misfiled)}"
    for top in (1, 3, 10):
        yield f"the true person among the first {top}: {sum(n for place, n in tally.places.items() if place <= top) / known:.4f}"
    for name, held in (("STEPS", False), ("HELD", True)):
        yield f"{name} = ("
        rows = steps([proposal for proposal in tally.proposals if proposal.held == held])
        yield from (f"    Step({row.doubt:g}, {row.wrong}, {row.of:_}, {row.states:.1e}, {row.line:.1e})," for row in rows)
        yield ")"
    yield from (f"  {count:6d}  {name}" for name, count in tally.outcomes.most_common(30))


def try_world(world: World, size: int, documents: int, seed: int, tally: Tally) -> None:
    """Draw one population and decide the claims about it."""
    rng = random.Random(seed)
    people = populate(world, size, rng)
    decide_all(people, MemoryPatients(people.entries), pages(world, people, documents, rng), MatchRules(), tally)


def learnt(world: World, size: int, documents: int, seed: int) -> Iterator[str]:
    """Shipped m beside those learnt without labels, a line a field."""
    rng = random.Random(seed)
    people = populate(world, size, rng)
    claims = [page.claim for page in pages(world, people, documents, rng)]
    weights = learn_weights(claims, MemoryPatients(people.entries), rules=MatchRules())
    for name, table in weights.m.items():
        yield f"{name}: " + ", ".join(f"{level} {SHIPPED.m[name][level]:.3g} -> {m:.3g}" for level, m in table.items())


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument("--documents", type=int, default=5_000, help="in each world")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--world", nargs="*", default=[world.name for world in WORLDS])
    parser.add_argument("--learn", action="store_true", help="learn weights without labels, and print them beside those that ship")
    args = parser.parse_args()
    tally = Tally()
    for offset, world in enumerate(world for world in (*WORLDS, *HELD_OUT) if world.name in args.world):
        if args.learn:
            sys.stdout.writelines(f"{line}\n" for line in learnt(world, args.size, args.documents, args.seed + offset))
        else:
            try_world(world, args.size, args.documents, args.seed + offset, tally)
    if not args.learn:
        sys.stdout.writelines(f"{line}\n" for line in report(tally))


if __name__ == "__main__":
    main()
