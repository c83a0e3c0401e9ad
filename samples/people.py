"""Synthetic people for a patient index, as a registry really holds them: families, namesakes, gaps and double entries. Knows no documents."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from schemas.patient import IndexPatient

COLUMNS = tuple(field.name for field in fields(IndexPatient))
TODAY = date(2026, 6, 30)  # no synthetic person is born, and nothing happens, after this day
_BATCH = 4096  # draws are made in arrays of this size: one call of numpy for thousands of people
_ACCENTED = ("Núñez", "Peña", "García-Ruiz", "Müller", "Lefèvre", "Björk", "Ibáñez", "Muñoz", "Gagné", "Søndergaard")
_APOSTROPHES = ("O'Brien", "O'Connor", "D'Angelo", "O'Neal", "D'Amico", "O'Malley", "L'Heureux", "O'Shea")
_PARTICLES = ("De La Cruz", "Van Dyke", "St. John", "Mc Kinney", "Von Berg", "Del Rio", "La Rue")
_ACCENTED_FIRST = ("José", "María", "Zoë", "Renée", "André", "Inés", "Chloé", "Jesús")
_TOWNS = 48


class _Names(NamedTuple):
    """Names and how often each is drawn."""

    values: Sequence[str]
    weights: np.ndarray


class _Sources(NamedTuple):
    """The lists everything is drawn from."""

    last: _Names
    male: _Names
    female: _Names
    streets: Sequence[str]
    towns: Sequence[tuple[str, str, str]]


class _Draw:
    """Random numbers and weighted names, refilled thousands at a time."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.sources = _sources()
        self._uniform: list[float] = []
        self._pools: dict[str, list[str]] = {}

    def chance(self, share: float) -> bool:
        """True for about this share of the calls."""
        return self.uniform() < share

    def uniform(self) -> float:
        """A number in 0..1."""
        if not self._uniform:
            self._uniform = self.rng.random(_BATCH).tolist()
        return self._uniform.pop()

    def below(self, top: int) -> int:
        """A whole number in 0..top-1."""
        return int(self.uniform() * top)

    def pick(self, values: Sequence[str]) -> str:
        """One of the values."""
        return values[self.below(len(values))]

    def name(self, kind: str) -> str:
        """A weighted name of `last`, `male` or `female`."""
        pool = self._pools.setdefault(kind, [])
        if not pool:
            names: _Names = getattr(self.sources, kind)
            pool.extend(names.values[i] for i in self.rng.choice(len(names.values), size=_BATCH, p=names.weights))
        return pool.pop()


def make_people(count: int, *, seed: int = 1) -> list[IndexPatient]:
    """`count` index entries: about 1 in 3 living with relatives, 1 in 60 entered twice, every gap and trap in small shares."""
    draw = _Draw(seed)
    people: list[IndexPatient] = []
    while len(people) < count:
        people.extend(_household(draw))
        _add_trap(draw, people)
    return _number(people[:count], draw)


def write_people(path: Path, people: Iterable[IndexPatient]) -> None:
    """The index as the contract's CSV."""
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows([getattr(person, column) for column in COLUMNS] for person in people)


def relative(person: IndexPatient, *, seed: int, kind: str) -> IndexPatient:
    """Somebody who is easily taken for `person`: their `twin`, or a `namesake` born on another day. Has no MRN."""
    return _RELATIVES[kind](_Draw(seed), replace(person, mrn=""))


@lru_cache(maxsize=1)
def _sources() -> _Sources:
    from faker.providers.address.en_US import Provider as Places
    from faker.providers.person.en_US import Provider as Persons

    streets = [f"{name} {suffix}" for name in list(Persons.last_names)[:300:3] for suffix in ("St", "Ave", "Dr", "Rd", "Ln", "Ct", "Way", "Blvd")]
    before, after, middle = Places.city_prefixes, Places.city_suffixes, list(Persons.last_names)[3::7]
    towns = [f"{before[i % len(before)]} {middle[i]}{after[i % len(after)]}" for i in range(_TOWNS)]
    places = [(town, "OH" if i % 8 else "KY", f"{43000 + 37 * i:05d}") for i, town in enumerate(towns)]
    return _Sources(_names(Persons.last_names), _names(Persons.first_names_male), _names(Persons.first_names_female), streets, places)


def _names(weighted: dict[str, float]) -> _Names:
    weights = np.array(list(weighted.values()), dtype=float)
    return _Names(list(weighted), weights / weights.sum())


def _household(draw: _Draw) -> list[IndexPatient]:
    """One adult alone, a couple, or a couple with children, at one address and often on one telephone."""
    head = _person(draw, draw.name("last") if draw.chance(0.965) else _odd_last_name(draw), _birthday(draw, 18, 92))
    if draw.chance(0.72):
        return [_with_gaps(draw, head)]
    spouse = _move_in(draw, head, _person(draw, head.last_name, _near_birthday(draw, head.dob, 8)), opposite=True)
    children = [_child(draw, head) for _ in range(draw.below(4))] if _age(head.dob) in range(22, 60) else []
    return [_with_gaps(draw, person) for person in (head, spouse, *children)]


def _person(draw: _Draw, last: str, dob: str) -> IndexPatient:
    sex = "F" if draw.chance(0.52) else "M"
    first, middle = _first_name(draw, sex), _middle_name(draw, sex)
    town, state, zip_code = draw.sources.towns[draw.below(_TOWNS)]
    previous = draw.name("last") if sex == "F" and draw.chance(0.16) else ""
    if sex == "F" and previous and draw.chance(0.12):
        last = f"{previous}-{last}"
    return IndexPatient(
        mrn="", last_name=last, first_name=first, middle_name=middle, sex=sex, dob=dob, ssn_last4=f"{draw.below(10000):04d}",
        phone=_phone(draw), address_line=_street(draw), city=town, state=state, zip=zip_code, previous_last_name=previous,
    )  # fmt: skip


def _first_name(draw: _Draw, sex: str) -> str:
    if draw.chance(0.012):
        return draw.pick(_ACCENTED_FIRST)
    return draw.name("female" if sex == "F" else "male")


def _middle_name(draw: _Draw, sex: str) -> str:
    if draw.chance(0.25):
        return ""
    name = draw.name("female" if sex == "F" else "male")
    return name[0] if draw.chance(0.3) else name


def _odd_last_name(draw: _Draw) -> str:
    kind = draw.below(4)
    if kind == 0:
        return f"{draw.name('last')}-{draw.name('last')}"
    return draw.pick((_ACCENTED, _APOSTROPHES, _PARTICLES)[kind - 1])


def _street(draw: _Draw) -> str:
    unit = f" Apt {1 + draw.below(40)}" if draw.chance(0.12) else ""
    return f"{1 + draw.below(9800)} {draw.pick(draw.sources.streets)}{unit}"


def _phone(draw: _Draw) -> str:
    return f"{draw.pick(('614', '740', '513', '937', '859'))}{200 + draw.below(790)}{draw.below(10000):04d}"


def _birthday(draw: _Draw, youngest: int, oldest: int) -> str:
    return (TODAY - timedelta(days=int(365.25 * youngest) + draw.below(int(365.25 * (oldest - youngest))))).isoformat()


def _near_birthday(draw: _Draw, dob: str, years: int) -> str:
    day = date.fromisoformat(dob) + timedelta(days=draw.below(730 * years) - 365 * years)
    return min(day, TODAY - timedelta(days=30)).isoformat()


def _age(dob: str) -> int:
    return (TODAY - date.fromisoformat(dob)).days // 365


def _move_in(draw: _Draw, head: IndexPatient, person: IndexPatient, *, opposite: bool = False) -> IndexPatient:
    """The person at the head's address, with the head's telephone in half the cases."""
    phone = head.phone if draw.chance(0.5) else person.phone
    person = replace(person, phone=phone, address_line=head.address_line, city=head.city, state=head.state, zip=head.zip)
    if opposite and person.sex == head.sex and draw.chance(0.95):
        sex = "M" if head.sex == "F" else "F"
        person = replace(person, sex=sex, first_name=_first_name(draw, sex), middle_name=_middle_name(draw, sex), previous_last_name="")
    return person


def _child(draw: _Draw, head: IndexPatient) -> IndexPatient:
    oldest = max(1, min(24, _age(head.dob) - 18))
    last = head.last_name.split("-")[-1]
    return replace(_move_in(draw, head, _person(draw, last, _birthday(draw, 0, oldest))), previous_last_name="", last_name=last)


def _with_gaps(draw: _Draw, person: IndexPatient) -> IndexPatient:
    """What registration did not ask, or the patient did not say."""
    shares = {"ssn_last4": 0.28, "phone": 0.07, "middle_name": 0.08, "address_line": 0.03, "sex": 0.004, "dob": 0.002}
    gaps = {field: "" for field, share in shares.items() if draw.chance(share)}
    if _age(person.dob) > 68 and draw.chance(0.05):
        gaps["deceased_date"] = (TODAY - timedelta(days=draw.below(2000))).isoformat()
    return replace(person, **gaps)


def _add_trap(draw: _Draw, people: list[IndexPatient]) -> None:
    """Now and then a twin, a Jr of a Sr, a namesake with a near birth date, or a second entry of somebody already there."""
    at = draw.below(len(people))
    known, roll = people[at], draw.uniform()
    if not known.dob or known.suffix or roll > sum(_TRAPS.values()):
        return
    if roll < _TRAPS["junior"]:
        people[at], junior = _senior_and_junior(draw, known)
        people.append(junior)
        return
    kind = "twin" if roll < 0.018 else "namesake" if roll < 0.038 else "again"
    people.append(_RELATIVES[kind](draw, known))


_TRAPS = {"junior": 0.009, "twin": 0.009, "namesake": 0.02, "again": 0.022}


def _twin(draw: _Draw, person: IndexPatient) -> IndexPatient:
    """Same birth date, last name and home; often names that look alike."""
    sex = person.sex or "F"
    names = draw.sources.female if sex == "F" else draw.sources.male
    alike = [name for name in names.values if name[:2] == person.first_name[:2] and name != person.first_name]
    others = [name for name in names.values if name != person.first_name]
    first = draw.pick(alike if alike and draw.chance(0.4) else others)
    return replace(
        person,
        first_name=first,
        middle_name=_middle_name(draw, sex),
        ssn_last4=f"{draw.below(10000):04d}",
        suffix="",
        previous_last_name="",
        deceased_date="",
    )


def _namesake(draw: _Draw, person: IndexPatient) -> IndexPatient:
    """Another person of the same name, born a digit, a month or a few years apart, living elsewhere."""
    stranger = _person(draw, person.last_name, person.dob or "1960-05-05")
    middle = person.middle_name if draw.chance(0.4) else stranger.middle_name
    return replace(
        stranger,
        last_name=person.last_name,
        first_name=person.first_name,
        middle_name=middle,
        sex=person.sex,
        dob=_slip(draw, stranger.dob),
        previous_last_name="",
    )


def _slip(draw: _Draw, dob: str) -> str:
    """A birth date that differs in little: day, month or year."""
    day = date.fromisoformat(dob)
    step = draw.pick(("day", "month", "year"))
    if step == "year":
        return day.replace(year=day.year - 1 - draw.below(9), day=min(day.day, 28)).isoformat()
    if step == "month":
        return day.replace(month=day.month % 12 + 1, day=min(day.day, 28), year=day.year - 1).isoformat()
    return (day - timedelta(days=(1, 9, 10)[draw.below(3)])).isoformat()


def _senior_and_junior(draw: _Draw, person: IndexPatient) -> tuple[IndexPatient, IndexPatient]:
    """The person as Sr, and a son of the same name at the same address as Jr."""
    father = date.fromisoformat(person.dob)
    born = min(father + timedelta(days=365 * 20 + draw.below(365 * 16)), TODAY - timedelta(days=100))
    names = {} if person.sex == "M" else {"first_name": draw.name("male"), "middle_name": _middle_name(draw, "M")}
    senior = replace(person, sex="M", suffix="Sr" if draw.chance(0.7) else "", previous_last_name="", **names)
    phone = person.phone if draw.chance(0.5) else _phone(draw)
    return senior, replace(senior, suffix="Jr", dob=born.isoformat(), ssn_last4=f"{draw.below(10000):04d}", phone=phone, deceased_date="")


def _again(draw: _Draw, person: IndexPatient) -> IndexPatient:
    """The same person entered a second time: moved, married, or misspelt. Birth date and telephone or SSN digits stay."""
    change = draw.pick(("moved", "misspelt", "initial"))
    if change == "moved":
        town, state, zip_code = draw.sources.towns[draw.below(_TOWNS)]
        return replace(person, address_line=_street(draw), city=town, state=state, zip=zip_code)
    if change == "initial":
        return replace(person, middle_name=person.middle_name[:1], ssn_last4="" if person.phone else person.ssn_last4)
    at = 1 + draw.below(max(1, len(person.last_name) - 1))
    return replace(person, last_name=person.last_name[:at] + person.last_name[at + 1 :])


_RELATIVES: dict[str, Callable[[_Draw, IndexPatient], IndexPatient]] = {"twin": _twin, "namesake": _namesake, "again": _again}


def _number(people: list[IndexPatient], draw: _Draw) -> list[IndexPatient]:
    """MRNs in no order of registration: seven digits, none twice."""
    numbers = draw.rng.permutation(9 * len(people))[: len(people)] + 1_000_000
    return [replace(person, mrn=str(number)) for person, number in zip(people, numbers.tolist(), strict=True)]
