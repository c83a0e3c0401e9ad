"""Who the sample records are about: people of the index in every position that is easy or hard to match, and people it does not hold."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from samples.people import relative
from schemas.patient import IndexPatient


class Role(NamedTuple):
    """One person on a document: as drawn, the true MRN (None: not in the index), other MRNs of the same person, the number to print."""

    patient: IndexPatient
    mrn: str | None
    also: tuple[str, ...] = ()
    printed_mrn: str | None = None  # None: the sender's own choice


@dataclass(frozen=True)
class Cast:
    """The index sorted by what makes a person easy or hard to match. `doubles` are entries of one person."""

    plain: Sequence[IndexPatient]
    twins: Sequence[IndexPatient]
    namesakes: Sequence[IndexPatient]
    juniors: Sequence[IndexPatient]
    doubles: Sequence[tuple[IndexPatient, ...]]
    couples: Sequence[tuple[IndexPatient, ...]]


def sort_cast(people: Sequence[IndexPatient]) -> Cast:
    """Sorts the index. People entered twice, or without a birth date, are never used as if they were plain."""
    adults = [p for p in people if "1925" < p.dob[:4] < "2007" and not p.deceased_date]
    doubles = [group for group in _groups(adults, _same_person_key) if len(group) > 1]
    twice = {p.mrn for group in _groups(adults, lambda p: (p.dob, p.first_name)) if len(group) > 1 for p in group}
    once = [p for p in adults if p.mrn not in twice]
    by_name = _groups(once, lambda p: (p.last_name, p.first_name))
    by_birth = _groups(once, lambda p: (p.last_name, p.dob, p.zip))
    shared = {p.mrn for groups in (by_name, by_birth) for group in groups if len(group) > 1 for p in group}
    homes = [group for group in _groups(once, lambda p: (p.address_line, p.zip)) if len(group) > 1 and group[0].address_line]
    return Cast(
        plain=[p for p in once if p.mrn not in shared],
        twins=[p for group in by_birth if len({q.first_name for q in group}) > 1 for p in group],
        namesakes=[p for group in by_name if len(group) > 1 and not any(q.suffix for q in group) for p in group],
        juniors=[p for group in by_name if len(group) > 1 for p in group if p.suffix],
        doubles=doubles,
        couples=[group[:2] for group in homes if group[0].first_name != group[1].first_name],
    )


def cast_role(cast: Cast, kind: str, seed: int) -> Role:
    """Somebody for this part: plain, twin, namesake, junior, double, borrowed, absent, absent_twin, absent_namesake."""
    rng = random.Random(seed)
    return _PARTS[kind](cast, rng)


def cast_couple(cast: Cast, seed: int) -> tuple[Role, Role]:
    """Two people of one home, of one last name as a rule."""
    first, second = random.Random(seed).choice(cast.couples)
    return Role(first, first.mrn), Role(second, second.mrn)


def _groups(people: Iterable[IndexPatient], key: Callable[[IndexPatient], Hashable]) -> list[tuple[IndexPatient, ...]]:
    found: dict[Hashable, list[IndexPatient]] = defaultdict(list)
    for person in people:
        found[key(person)].append(person)
    return [tuple(group) for group in found.values()]


def _same_person_key(person: IndexPatient) -> Hashable:
    """Entries of one person keep birth date, first name and telephone, or else the SSN digits."""
    return (person.dob, person.first_name, person.phone or person.ssn_last4 or person.mrn)


def _known(pool: str) -> Callable[[Cast, random.Random], Role]:
    def choose(cast: Cast, rng: random.Random) -> Role:
        person = rng.choice(getattr(cast, pool) or cast.plain)
        return Role(person, person.mrn)

    return choose


def _double(cast: Cast, rng: random.Random) -> Role:
    if not cast.doubles:
        return _known("plain")(cast, rng)
    person, *others = rng.choice(cast.doubles)
    return Role(person, person.mrn, tuple(other.mrn for other in others))


def _borrowed(cast: Cast, rng: random.Random) -> Role:
    """The sender's number happens to be another person's number in our index."""
    person, other = rng.sample(list(cast.plain), 2)
    return Role(person, person.mrn, printed_mrn=other.mrn)


def _absent(cast: Cast, rng: random.Random) -> Role:
    """Nobody we know, under a name and address that we might."""
    one, other, third = rng.sample(list(cast.plain), 3)
    stranger = relative(one, seed=rng.randrange(2**31), kind="namesake")
    return Role(_absent_as(stranger, other.last_name, third.first_name, cast), None)


def _absent_as(stranger: IndexPatient, last: str, first: str, cast: Cast) -> IndexPatient:
    from dataclasses import replace

    known = {(p.last_name, p.first_name) for p in cast.plain}
    name = last if (last, first) not in known else f"{last}-{stranger.last_name}"
    return replace(stranger, last_name=name, first_name=first, mrn="")


def _absent_relative(kind: str) -> Callable[[Cast, random.Random], Role]:
    def choose(cast: Cast, rng: random.Random) -> Role:
        person = rng.choice(cast.plain)
        return Role(relative(person, seed=rng.randrange(2**31), kind=kind), None)

    return choose


_PARTS: dict[str, Callable[[Cast, random.Random], Role]] = {
    "plain": _known("plain"),
    "twin": _known("twins"),
    "namesake": _known("namesakes"),
    "junior": _known("juniors"),
    "double": _double,
    "borrowed": _borrowed,
    "absent": _absent,
    "absent_twin": _absent_relative("twin"),
    "absent_namesake": _absent_relative("namesake"),
}
