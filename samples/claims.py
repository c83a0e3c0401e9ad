"""Made-up populations and what damaged pages say about their people: for calibrating patient matching. Knows no scorer.

A population is households with twins, juniors, maiden names and chance namesakes; part of it is not in the index, person by person, so
that absent twins, fathers and namesakes exist. Several worlds differ in names, damage and registration, so that nothing is fitted to one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from rapidfuzz.distance import OSA

from pipeline.matching.fold import fold_name
from pipeline.matching.nicknames import related_names
from samples.blur import blur, blur_digits
from schemas.patient import IndexPatient, PatientClaim

TODAY = date(2025, 12, 31)
STREETS = "MAIN OAK MAPLE CEDAR ELM PARK LAKE HILL WALNUT SPRING CHURCH PINE RIVER FRANKLIN HIGHLAND MEADOW SUNSET LINCOLN MILL RIDGE VALLEY".split()  # noqa: SIM905
NEWBORN = 0.03  # of the children that a household has yet to have
FAMILY_NAMED = 0.10  # of sons of fathers


@dataclass(frozen=True, slots=True)
class World:
    """How a place's people, registration and scans are."""

    name: str
    locales: tuple[tuple[str, float], ...] = (("en_US", 1.0),)
    outside: float = 0.15  # share of people who are not in the index
    about_outsiders: float = 0.10  # share of documents about them
    twice: float = 0.03  # entries registered a second time
    typos: float = 0.01  # registered with a slip
    twins: float = 0.015  # of births
    namesakes: float = 0.002  # planted: same name, same or near birth date
    new_year: float = 0.004  # registered with 1 January
    ssn_known: float = 0.75
    damage: tuple[tuple[float, float, float], ...] = ((0.55, 0.002, 0.96), (0.32, 0.02, 0.9), (0.13, 0.06, 0.78))  # share, errors, confidence
    dob_missing: float = 0.08
    dob_slips: float = 0.02
    mrn_ours: float = 0.15
    mrn_foreign: float = 0.45
    phone: float = 0.45
    address: float = 0.5
    moved: float = 0.12
    ssn: float = 0.06
    nickname: float = 0.06
    swapped: float = 0.02
    provider: float = 0.015
    guarantor: float = 0.005
    seen_twice: float = 0.35


WORLDS = (
    World("town"),
    World(
        "city", (("en_US", 0.45), ("es_MX", 0.3), ("vi_VN", 0.12), ("en_IN", 0.13)), outside=0.25, twice=0.05, typos=0.02, new_year=0.02,
        namesakes=0.004, mrn_ours=0.1, mrn_foreign=0.3, phone=0.55, address=0.6, moved=0.2, ssn=0.02, nickname=0.04,
    ),
    World(
        "county", (("en_US", 0.85), ("es_MX", 0.1), ("en_GB", 0.05)), outside=0.1, twice=0.02, twins=0.03, ssn_known=0.9, dob_missing=0.06,
        damage=((0.35, 0.004, 0.95), (0.4, 0.02, 0.88), (0.25, 0.05, 0.75)), mrn_ours=0.2, phone=0.35, address=0.4, ssn=0.1, nickname=0.09,
    ),
)  # fmt: skip

# nothing is chosen by these: they show what a change is worth elsewhere
HELD_OUT = (
    World(
        "harbour", (("en_US", 0.6), ("es_MX", 0.25), ("fr_FR", 0.15)), outside=0.2, twice=0.04, typos=0.03, twins=0.02, new_year=0.01,
        namesakes=0.003, ssn_known=0.5, dob_missing=0.1, dob_slips=0.03, mrn_ours=0.05, mrn_foreign=0.5, phone=0.5, address=0.45, moved=0.18,
        ssn=0.1, nickname=0.08, swapped=0.03, provider=0.02, guarantor=0.01, seen_twice=0.2,
    ),
    World(
        "valley", (("en_US", 0.8), ("en_IN", 0.2)), outside=0.3, twice=0.01, twins=0.04, namesakes=0.001, dob_missing=0.05, mrn_ours=0.3,
        phone=0.6, address=0.65, moved=0.08, ssn=0.2, nickname=0.1, seen_twice=0.5,
    ),
    World("parish", outside=0.15, namesakes=0.0005),  # the town, where 6 in 10,000 share name and birth date, as by the census
    World(
        "delta", (("en_US", 0.5), ("es_CO", 0.2), ("pt_BR", 0.2), ("pl_PL", 0.1)), outside=0.2, twice=0.05, typos=0.03, new_year=0.03,
        namesakes=0.002, ssn_known=0.4, dob_missing=0.1, dob_slips=0.03, mrn_ours=0.2, phone=0.6, address=0.55, moved=0.2, swapped=0.05,
        seen_twice=0.3,
    ),
)  # fmt: skip


class Soul(NamedTuple):
    """A person as they are: their true facts, and who shares their home."""

    number: int
    facts: IndexPatient
    home: int


class Population(NamedTuple):
    """Who lives there, and the index: entries with the number of the person they are about."""

    souls: tuple[Soul, ...]
    members: tuple[Soul, ...]
    outsiders: tuple[Soul, ...]
    entries: tuple[IndexPatient, ...]
    person_of: dict[str, int]  # MRN to person
    homes: dict[int, tuple[Soul, ...]]


class Page(NamedTuple):
    """A claim, whom it is about, and what is odd about it."""

    claim: PatientClaim
    soul: Soul
    known: bool
    kind: str


def populate(world: World, count: int, rng: random.Random) -> Population:
    """A population whose index has about `count` entries."""
    souls: list[Soul] = []
    home = 0
    while len(souls) < count / (1 - world.outside) / (1 + world.twice):
        souls += [Soul(len(souls) + i, facts, home) for i, facts in enumerate(_household(world, rng))]
        home += 1
        if rng.random() < world.namesakes * 2.5:
            known = rng.choice(souls).facts
            twin_in_name = _namesake(known, world, rng)
            souls.append(Soul(len(souls), twin_in_name, home))
            home += 1
    inside = [soul for soul in souls if rng.random() >= world.outside]
    chosen = {soul.number for soul in inside}
    entries, person_of = _register(inside, world, rng)
    numbered = {person: entry.mrn for entry in reversed(entries) for person in (person_of[entry.mrn],)}
    souls = [soul._replace(facts=replace(soul.facts, mrn=numbered.get(soul.number, ""))) for soul in souls]
    homes: dict[int, list[Soul]] = {}
    for soul in souls:
        homes.setdefault(soul.home, []).append(soul)
    members = tuple(soul for soul in souls if soul.number in chosen)
    outsiders = tuple(soul for soul in souls if soul.number not in chosen)
    return Population(tuple(souls), members, outsiders, tuple(entries), person_of, {number: tuple(home) for number, home in homes.items()})


def _register(inside: Sequence[Soul], world: World, rng: random.Random) -> tuple[list[IndexPatient], dict[str, int]]:
    """Entries as a registry holds them: gaps, slips, and some people twice."""
    entries: list[IndexPatient] = []
    person_of: dict[str, int] = {}
    again = [soul for soul in inside if rng.random() < world.twice]
    numbers = rng.sample(range(1_000_000, 1_000_000 + 4 * (len(inside) + len(again))), len(inside) + len(again))
    for mrn, soul, second in zip(numbers, [*inside, *again], [False] * len(inside) + [True] * len(again), strict=True):
        facts = _second_entry(soul.facts, rng) if second else soul.facts
        entry = replace(_with_gaps(facts, world, rng), mrn=f"{mrn:08d}")
        entries.append(entry)
        person_of[entry.mrn] = soul.number
    return entries, person_of


def _with_gaps(facts: IndexPatient, world: World, rng: random.Random) -> IndexPatient:
    changes: dict[str, str] = {}
    if rng.random() >= world.ssn_known:
        changes["ssn_last4"] = ""
    if rng.random() < 0.05:
        changes["phone"] = ""
    if rng.random() < world.new_year:
        changes["dob"] = f"{facts.dob[:4]}-01-01"
    elif rng.random() < world.typos:
        changes |= rng.choice(
            [{"last_name": blur(facts.last_name, 0.15, rng)}, {"first_name": blur(facts.first_name, 0.15, rng)}, {"dob": slip(facts.dob, rng)}]
        )
    return replace(facts, **changes)


def _second_entry(facts: IndexPatient, rng: random.Random) -> IndexPatient:
    """The same person registered again: moved, married, misspelt, short form, or a slip in the birth date."""
    kind = rng.randrange(5)
    if kind == 0:
        return replace(facts, phone=_phone(rng), address_line=_street(rng), zip=_zip(rng), middle_name=facts.middle_name[:1])
    if kind == 1:
        return replace(facts, last_name=blur(facts.last_name, 0.12, rng), ssn_last4="")
    if kind == 2:
        short = sorted(related_names(fold_name(facts.first_name)))
        return replace(facts, first_name=rng.choice(short) if short else facts.first_name, middle_name="", phone=_phone(rng))
    if kind == 3:
        return replace(facts, dob=slip(facts.dob, rng))
    return replace(facts, ssn_last4="", phone="")


@lru_cache(maxsize=16)
def _names(locale: str) -> dict[str, tuple[list[str], list[float]]]:
    from importlib import import_module

    provider = import_module(f"faker.providers.person.{locale}").Provider
    male = getattr(provider, "first_names_male", None) or provider.first_names
    female = getattr(provider, "first_names_female", None) or provider.first_names
    return {"last": _weighed(provider.last_names), "M": _weighed(male), "F": _weighed(female)}


def _weighed(table: object) -> tuple[list[str], list[float]]:
    """Names and cumulative weights; names without weights fall off as names do."""
    if isinstance(table, dict):
        return [name.upper() for name in table], list(accumulate(float(w) for w in table.values()))
    names = [name.upper() for name in dict.fromkeys(table)]  # type: ignore[call-overload]
    return names, list(accumulate(1 / (rank + 3) for rank in range(len(names))))


def _draw(locale: str, kind: str, rng: random.Random) -> str:
    names, weights = _names(locale)[kind]
    return rng.choices(names, cum_weights=weights)[0]


def _household(world: World, rng: random.Random) -> list[IndexPatient]:
    locale = rng.choices([name for name, _ in world.locales], [share for _, share in world.locales])[0]
    last = _draw(locale, "last", rng)
    if rng.random() < (0.7 if locale == "es_MX" else 0.03):
        last = f"{last}{rng.choice('- ')}{_draw(locale, 'last', rng)}"
    shared = _phone(rng), _street(rng), _zip(rng)
    head = _person(locale, rng.choice("MF"), TODAY - timedelta(days=rng.randint(19 * 365, 90 * 365)), last, shared, rng)
    home = [head]
    if rng.random() < 0.45:
        born = date.fromisoformat(head.dob) + timedelta(days=rng.randint(-2500, 2500))
        spouse = _person(locale, "FM"[head.sex == "F"], min(born, TODAY - timedelta(days=18 * 365)), last, shared, rng)
        if spouse.sex == "F":
            spouse = replace(spouse, previous_last_name=_draw(locale, "last", rng) if rng.random() < 0.5 else "")
        home.append(spouse)
    for _ in range(rng.choice([0, 0, 1, 1, 2, 2, 3])):
        home += _children(world, locale, home[0], shared, rng)
    return home


def _person(locale: str, sex: str, born: date, last: str, shared: tuple[str, str, str], rng: random.Random) -> IndexPatient:
    phone, line, zip_code = shared
    middle = _draw(locale, sex, rng) if rng.random() < 0.72 else ""
    return IndexPatient(
        "", last, _draw(locale, sex, rng), middle if rng.random() < 0.55 else middle[:1], "", sex, born.isoformat(), f"{rng.randrange(10000):04d}",
        phone if rng.random() < 0.6 else _phone(rng), line, "RIVERTON", "OH", zip_code,
    )  # fmt: skip


def _children(world: World, locale: str, head: IndexPatient, shared: tuple[str, str, str], rng: random.Random) -> list[IndexPatient]:
    born = date.fromisoformat(head.dob) + timedelta(days=rng.randint(19 * 365, 38 * 365))
    if born > TODAY:  # most are not born yet, a few have just been
        if rng.random() > NEWBORN:
            return []
        born = TODAY - timedelta(days=rng.randrange(60))
    if (TODAY - born).days > 22 * 365 and rng.random() < 0.6:  # grown children mostly live elsewhere
        shared = _phone(rng), _street(rng), _zip(rng)
    child = _person(locale, rng.choice("MF"), born, head.last_name, shared, rng)
    if child.sex == head.sex == "M" and rng.random() < FAMILY_NAMED:
        child = replace(child, first_name=head.first_name, middle_name=head.middle_name, suffix=rng.choice(["JR", "JR", "II", ""]))
    if (TODAY - born).days < 40 and rng.random() < 0.5:
        child = replace(child, first_name="BABY BOY" if child.sex == "M" else "BABY GIRL", middle_name="")
    if rng.random() < world.twins:
        twin = _person(locale, rng.choice("MF"), born, head.last_name, shared, rng)
        if rng.random() < 0.2 or twin.first_name == child.first_name:
            twin = replace(twin, first_name=_alike(locale, child, rng))
        return [child, twin]
    return [child]


def _alike(locale: str, child: IndexPatient, rng: random.Random) -> str:
    """Another given name that is used there, one letter off or at least of the same initial."""
    names = [name for name in _names(locale)[child.sex][0] if name != child.first_name]
    near = [name for name in names if OSA.distance(name, child.first_name, score_cutoff=1) == 1]
    return rng.choice(near or [name for name in names if name[0] == child.first_name[0]] or names)


def _namesake(known: IndexPatient, world: World, rng: random.Random) -> IndexPatient:
    """Somebody else of the same name, born the same day or nearly so, living elsewhere."""
    stranger = _person(world.locales[0][0], known.sex, date.fromisoformat(known.dob), known.last_name, (_phone(rng), _street(rng), _zip(rng)), rng)
    return replace(stranger, first_name=known.first_name, dob=known.dob if rng.random() < 0.4 else slip(known.dob, rng))


def _phone(rng: random.Random) -> str:
    return f"{rng.choice(['330', '440', '724'])}{rng.randint(200, 989)}{rng.randrange(10000):04d}"


def _street(rng: random.Random) -> str:
    return f"{rng.randint(1, 9999)} {rng.choice(STREETS)} {rng.choice(['ST', 'AVE', 'RD', 'DR', 'LN'])}"


def _zip(rng: random.Random) -> str:
    return f"44{rng.randint(100, 399)}"


def slip(dob: str, rng: random.Random) -> str:
    """A birth date as people get it wrong: a digit, the year, day and month the other way round."""
    kind = rng.randrange(4)
    if kind == 0 and dob[8:] <= "12" and dob[8:] != dob[5:7]:
        return f"{dob[:4]}-{dob[8:]}-{dob[5:7]}"
    if kind == 1:
        return f"{int(dob[:4]) + rng.choice([-10, -1, 1, 10])}{dob[4:]}" if dob[5:] != "02-29" else dob
    if kind == 2:
        return f"{dob[:5]}{rng.randint(1, 12):02d}-{min(int(dob[8:]), 28):02d}"
    return f"{dob[:8]}{rng.randint(1, 28):02d}"


def pages(world: World, people: Population, count: int, rng: random.Random) -> Iterator[Page]:
    """Claims as scans would give them."""
    providers = rng.sample(people.souls, min(150, len(people.souls)))
    for _ in range(count):
        known = rng.random() >= world.about_outsiders
        soul = rng.choice(people.members if known else people.outsiders)
        claim, kind = _claim(world, people, soul, providers, rng)
        yield Page(claim, soul, known, kind)


def _claim(world: World, people: Population, soul: Soul, providers: Sequence[Soul], rng: random.Random) -> tuple[PatientClaim, str]:
    """What a damaged page says about a person."""
    _, errors, confidence = rng.choices(world.damage, [d[0] for d in world.damage])[0]
    facts, kind = soul.facts, "plain"
    named = facts
    if (chance := rng.random()) < world.provider:
        named, kind = replace(rng.choice(providers).facts, middle_name="", suffix=""), "provider"
    elif chance < world.provider + world.guarantor:
        named, kind = rng.choice(_parents([one.facts for one in people.homes[soul.home]])), "guarantor"
    last, first, middle = _as_written(world, named, rng)
    address, phone, zip_code = _home(world, facts, rng)
    dob, dob_kind = _dob(world, facts.dob, errors, rng)
    mrn, ours = _mrn(world, facts, people, errors, rng)
    sights = 2 if rng.random() < world.seen_twice else 1
    read = [blur(name, errors, rng) for name in (last, first, middle)]
    claim = PatientClaim(
        read[0], read[1], read[2], named.suffix if rng.random() < 0.6 else "",
        (facts.sex if rng.random() < 0.996 else "FM"[facts.sex == "F"]) if rng.random() < 0.8 else "",
        dob, mrn, ours,
        ssn_last4=blur_digits(facts.ssn_last4, errors, rng) if rng.random() < world.ssn else "",
        phone=blur_digits(phone, errors, rng), address_line=blur(address, errors, rng), zip=blur_digits(zip_code, errors, rng) if address else "",
        name_confidence=min(0.99, rng.gauss(confidence, 0.05)), dob_confidence=min(0.99, rng.gauss(confidence, 0.05)),
        dob_sightings=sights,  # a page that repeats its head repeats all of it, and hardly ever does a scan misread both alike
        name_sightings=sights if read == [last, first, middle] else 1,
        mrn_sightings=sights if mrn == facts.mrn else 1,
    )  # fmt: skip
    return claim, kind if kind != "plain" else dob_kind


def _parents(home: Sequence[IndexPatient]) -> list[IndexPatient]:
    """Who answers for a home's bills: the oldest, and who is hardly younger."""
    oldest = min(int(one.dob[:4]) for one in home)
    return [one for one in home if int(one.dob[:4]) <= oldest + 15]


def _as_written(world: World, p: IndexPatient, rng: random.Random) -> tuple[str, str, str]:
    last, first, middle = p.last_name, p.first_name, p.middle_name
    short = sorted(related_names(fold_name(first)))
    if short and rng.random() < world.nickname:
        first = rng.choice(short)
    if p.previous_last_name and rng.random() < 0.05:
        last = p.previous_last_name
    if " " in last.replace("-", " ") and rng.random() < 0.25:
        last = last.replace("-", " ").split()[0]
    if rng.random() < world.swapped:
        last, first = first, last
    chance = rng.random()
    return last, first, "" if chance < 0.35 else middle[:1] if chance < 0.75 else middle


def _home(world: World, p: IndexPatient, rng: random.Random) -> tuple[str, str, str]:
    address = p.address_line if rng.random() < world.address else ""
    phone = p.phone if rng.random() < world.phone else ""
    if rng.random() < world.moved:
        return address and _street(rng), phone and _phone(rng), _zip(rng)
    return address, phone, p.zip


def _dob(world: World, dob: str, errors: float, rng: random.Random) -> tuple[str, str]:
    if rng.random() < world.dob_missing:
        return "", "no birth date"
    said = slip(dob, rng) if rng.random() < world.dob_slips else blur_digits(dob, errors * 0.25, rng)
    return said, "plain" if said == dob else "wrong birth date"


def _mrn(world: World, p: IndexPatient, people: Population, errors: float, rng: random.Random) -> tuple[str, bool]:
    """Our number, a sender's number that often is one of ours by chance, or none."""
    if p.mrn and rng.random() < world.mrn_ours:
        return blur_digits(p.mrn, errors, rng), True
    return (f"{rng.randint(1_000_000, 1_000_000 + 4 * len(people.entries)):08d}", False) if rng.random() < world.mrn_foreign else ("", False)
