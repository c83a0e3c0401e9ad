"""How often a proposal of the matcher is wrong, by its raw doubt, in several made-up worlds: what `pipeline/matching/calibration.py` states.

`python -m samples.calibrate [--documents N] [--absent N] [--size N] [--seed S] [--world NAME …] [--learn]`. Nearly every error is about
somebody absent, so these are drawn by themselves, many, and weighed as the tenth of all documents that they are. The people and the damage
are made up: how often a scan is wrong in this way at a real site, no trial of ours can say.
"""

from __future__ import annotations

import argparse
import random
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, fields, replace
from functools import reduce
from itertools import accumulate
from math import floor, fsum, log10
from typing import NamedTuple

from scipy.stats import gamma

from pipeline.match import claim_keys, judge, rank
from pipeline.matching.calibration import EDGES, Step, stated_error
from pipeline.matching.learn import learn_weights
from pipeline.matching.weights import SHIPPED
from pipeline.ports import PatientLookup
from samples.claims import HELD_OUT, WORLDS, Page, Population, World, pages, populate
from samples.memory_patients import MemoryPatients
from schemas.match import Matched, MatchOutcome
from schemas.rules import MatchRules

ABSENT = 0.1  # share of documents about people who are not in the index


class Proposal(NamedTuple):
    """The best entry proposed for a claim: how doubtful, whether a gate holds it, whether it is somebody else's, whether one is right."""

    doubt: float
    held: bool
    wrong: bool
    known: bool = True


class Counts(NamedTuple):
    """Proposals of one or more steps: those about known people that are wrong, all about known people, and those about absent people."""

    wrong: int = 0
    known: int = 0
    absent: int = 0

    def and_(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class Drawn(NamedTuple):
    """How many claims were drawn about people of the index and about absent people, and what each stands for among all documents."""

    known: int
    absent: int

    @property
    def weights(self) -> tuple[float, float]:
        """The share of all documents that one claim of either kind is."""
        return (1 - ABSENT) / max(self.known, 1), ABSENT / max(self.absent, 1)

    def size(self, counts: Counts) -> float:
        """The share of all documents that these proposals are."""
        return counts.known * self.weights[0] + counts.absent * self.weights[1]

    def share(self, counts: Counts) -> float:
        """The share of wrong ones among these."""
        return (counts.wrong * self.weights[0] + counts.absent * self.weights[1]) / (self.size(counts) or 1.0)


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

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})

    @property
    def drawn(self) -> Drawn:
        """The claims by whether their person is in the index."""
        return Drawn(self.known, self.documents - self.known)


def decide_all(people: Population, lookup: PatientLookup, claims: Iterable[Page], rules: MatchRules, tally: Tally) -> None:
    """Decide every claim and count it."""
    for page in claims:
        tally.documents += 1
        tally.known += page.known
        found = lookup.find(claim_keys(page.claim), limit=rules.max_candidates)
        if not found:
            tally.outcomes[f"{page.kind}: nobody found"] += page.known
            continue
        ranking = rank(page.claim, found, lookup, rules=rules)
        _count(tally, people, page, ranking.shares.doubt(0), judge(ranking, rules=rules))


def _count(tally: Tally, people: Population, page: Page, doubt: float, outcome: MatchOutcome) -> None:
    persons = [people.person_of[candidate.mrn] for candidate in outcome.candidates]
    wrong = persons[0] != page.soul.number
    tally.proposals.append(Proposal(doubt, outcome.raw_doubt == 1, wrong, page.known))
    if page.known:
        tally.outcomes[f"{page.kind}: {_word(outcome)}"] += 1
        tally.places[next((place for place, person in enumerate(persons, start=1) if person == page.soul.number), 99)] += 1
    if isinstance(outcome, Matched):
        tally.filed += 1
        if wrong:
            tally.misfiled["known" if page.known else "absent"] += 1


def _word(outcome: MatchOutcome) -> str:
    if isinstance(outcome, Matched):
        return "filed"
    if outcome.raw_doubt < 1:
        return "below the line"
    details = getattr(outcome, "missing", ()) or getattr(outcome, "fields", ()) or (("twice",) if getattr(outcome, "twice", ()) else ())
    return f"{type(outcome).__name__} {'/'.join(details)}".strip()


def steps(proposals: Iterable[Proposal], drawn: Drawn) -> Iterator[Step]:
    """A row an edge. More doubt is never less wrong, so that a step with few proposals may borrow from those above it."""
    counts = [Counts()] * len(EDGES)
    for p in proposals:
        place = bisect_left(EDGES, p.doubt)
        counts[place] = counts[place].and_(Counts(int(p.known and p.wrong), int(p.known), int(not p.known)))
    so_far = list(accumulate(counts, Counts.and_))
    states = line = 0.0
    for place, (edge, here) in enumerate(zip(EDGES, counts, strict=True)):
        states = max(states, drawn.share(here), min(bounded(some, drawn) for some in accumulate(counts[place:], Counts.and_)))
        line = max(line, bounded(so_far[place], drawn))
        yield Step(edge, *here, states, line)


def bounded(counts: Counts, drawn: Drawn) -> float:
    """The largest share of wrong ones among these that would still give so few with a chance of 5 %."""
    size = drawn.size(counts)
    return min(weighted_bound((counts.wrong, counts.absent), drawn.weights) / size, 1.0) if size else 1.0


def weighted_bound(errors: tuple[int, int], weights: tuple[float, float], confidence: float = 0.95) -> float:
    """The upper bound of a sum of counts of unlike weight: Fay and Feuer (1997); with one weight it is Poisson's exact bound."""
    total = sum(count * weight for count, weight in zip(errors, weights, strict=True))
    spread, most = sum(count * weight**2 for count, weight in zip(errors, weights, strict=True)), max(weights)
    return float(gamma.ppf(confidence, (total + most) ** 2 / (spread + most**2), scale=(spread + most**2) / (total + most)))


def report(tally: Tally) -> Iterator[str]:
    """The figures, a line each."""
    drawn, (known, absent) = tally.drawn, tally.drawn.weights
    right = tally.filed - sum(tally.misfiled.values())
    wrong = tally.misfiled["known"], tally.misfiled["absent"]
    filed = known * (right + wrong[0]) + absent * wrong[1]
    yield f"claims about known people {drawn.known}, about absent people {drawn.absent}, who stand for {ABSENT:.0%} of all documents"
    yield f"filed without a clerk {filed:.1%} of all, {right / max(drawn.known, 1):.1%} of those about known people"
    yield f"filed to another person: known {wrong[0]}, absent {wrong[1]} = {wrong[1] / max(drawn.absent, 1):.1e} of these"
    if filed:
        share, most = known * wrong[0] + absent * wrong[1], weighted_bound(wrong, drawn.weights)
        yield f"wrong among the filed {share / filed:.1e}, at most {most / filed:.1e}"
    passing = sum(not p.held for p in tally.proposals if p.known)
    yield f"the gates let through {passing / max(drawn.known, 1):.1%} of those about known people"
    score, precision, recall = forced_choice(tally.proposals, drawn)
    yield f"forced choice by what is stated: F1 {score:.4f}, precision {precision:.4f}, recall {recall:.4f}"
    for top in (1, 3, 10):
        yield f"the true person among the first {top}: {sum(n for place, n in tally.places.items() if place <= top) / max(drawn.known, 1):.4f}"
    for name, held in (("STEPS", False), ("HELD", True)):
        yield f"{name} = ("
        rows = steps([proposal for proposal in tally.proposals if proposal.held == held], drawn)
        yield from (f"    Step({row.doubt:g}, {row.wrong}, {row.known:_}, {row.absent}, {row.states:.2e}, {row.line:.2e})," for row in rows)
        yield ")"
    yield from stated_beside_measured(tally.proposals, drawn)
    yield "where documents about known people stop:"
    yield from (f"  {count / max(drawn.known, 1):7.2%}  {name}" for name, count in tally.outcomes.most_common(30))


def forced_choice(proposals: Sequence[Proposal], drawn: Drawn) -> tuple[float, float, float]:
    """Best F1, precision and recall when the best entry is taken wherever what is stated stays below one limit."""
    known, absent = drawn.weights
    best, taken, right = (0.0, 0.0, 0.0), 0.0, 0.0
    for p in sorted(proposals, key=_stated):
        taken += known if p.known else absent
        right += known if p.known and not p.wrong else 0.0
        if (score := 2 * right / (taken + 1 - ABSENT)) > best[0]:
            best = score, right / taken, right / (1 - ABSENT)
    return best


def _stated(proposal: Proposal) -> float:
    return stated_error(proposal.doubt, held=proposal.held)


def stated_beside_measured(proposals: Sequence[Proposal], drawn: Drawn) -> Iterator[str]:
    """What is stated by the tables that ship, beside what these claims show, a line a decade."""
    known, absent = drawn.weights
    decades: dict[int, list[Proposal]] = {}
    for p in proposals:
        decades.setdefault(max(-5, floor(log10(_stated(p)) - 1e-9)), []).append(p)
    for decade, some in sorted(decades.items()):
        sizes = [known if p.known else absent for p in some]
        wrong = fsum(size for p, size in zip(some, sizes, strict=True) if p.wrong)
        stated = fsum(size * _stated(p) for p, size in zip(some, sizes, strict=True)) / fsum(sizes)
        yield f"stated 1e{decade} to 1e{decade + 1}: {stated:.1e} beside {wrong / fsum(sizes):.1e} measured, {sum(p.wrong for p in some)} wrong"


def try_world(world: World, size: int, documents: int, absent: int, seed: int) -> Tally:
    """Draw one population and decide the claims about its known and its absent people."""
    rng, tally = random.Random(seed), Tally()
    people = populate(world, size, rng)
    lookup = MemoryPatients(people.entries)
    for share, count in ((0.0, documents), (1.0, absent)):
        decide_all(people, lookup, pages(replace(world, about_outsiders=share), people, count, rng), MatchRules(), tally)
    return tally


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
    parser.add_argument("--documents", type=int, default=5_000, help="about known people, in each world")
    parser.add_argument("--absent", type=int, default=5_000, help="about absent people, in each world")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--world", nargs="*", default=[world.name for world in WORLDS], choices=[world.name for world in (*WORLDS, *HELD_OUT)])
    parser.add_argument("--learn", action="store_true", help="learn weights without labels, and print them beside those that ship")
    args = parser.parse_args()
    named = {world.name: world for world in (*WORLDS, *HELD_OUT)}
    worlds = [named[name] for name in args.world]
    if args.learn:
        for offset, world in enumerate(worlds):
            sys.stdout.writelines(f"{line}\n" for line in learnt(world, args.size, args.documents, args.seed + offset))
        return
    with ProcessPoolExecutor(max_workers=2) as pool:
        tried = [pool.submit(try_world, world, args.size, args.documents, args.absent, args.seed + i) for i, world in enumerate(worlds)]
        tally = reduce(Tally.__add__, [one.result() for one in tried], Tally())
    sys.stdout.writelines(f"{line}\n" for line in report(tally))


if __name__ == "__main__":
    main()
