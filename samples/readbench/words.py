"""Sentences, people and places for the benchmark's pages, drawn with a seed. All of them are invented. Knows nothing of layouts."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import yaml

_KINDS = ("General Hospital", "Medical Center", "Community Hospital", "Family Medicine", "Internal Medicine Associates", "Regional Health Center")
_STREETS = ("Alder Street", "Birch Avenue", "Chapel Road", "Dover Lane", "Elm Court", "Garrison Way", "Harvest Drive")
_TODAY = date(2025, 9, 30)
_SLOT = re.compile(r"<(\d+)-(\d+)>|\(([^()]*\|[^()]*)\)")


class Person(NamedTuple):
    """Somebody who stands in the patient index."""

    mrn: str
    last: str
    first: str
    middle: str
    sex: str
    dob: date
    phone: str
    street: str
    town: str
    zip: str


class Visit(NamedTuple):
    """Where, when and by whom something was written about a person."""

    person: Person
    day: date
    facility: str
    author: str
    number: str


def make_visit(rng: Random) -> Visit:
    """A person and a visit, drawn anew; the same state of `rng` gives the same."""
    day = _TODAY - timedelta(days=rng.randrange(700))
    doctor = f"{_drawn(rng.choice(('male', 'female')), rng)} {rng.choice('ABCDEGHKLMRT')}. {_drawn('doctors', rng)}"
    facility = f"{_drawn('places', rng)} {rng.choice(_KINDS)}"
    return Visit(_make_person(rng), day, facility, doctor, f"{rng.choice('ABCDHKRSX')}{rng.randint(24, 25)}-{rng.randint(10_000, 99_999)}")


def _make_person(rng: Random) -> Person:
    sex = rng.choice("MF")
    return Person(
        mrn=_mrn(rng),
        last=_drawn("last", rng),
        first=_drawn("male" if sex == "M" else "female", rng),
        middle=rng.choice(("", *"ABCDEFGHJKLMNPRSTW")),
        sex=sex,
        dob=date(1932, 1, 1) + timedelta(days=rng.randrange(27_000)),
        phone=f"({rng.randint(201, 989)}) 555-{rng.randint(1000, 9999)}",
        street=f"{rng.randint(11, 9899)} {rng.choice(_STREETS)}",
        town=_drawn("places", rng),
        zip=f"{rng.randint(10_000, 99_499)}",
    )


def _drawn(kind: str, rng: Random) -> str:
    return rng.choice(_texts()[kind])


def _mrn(rng: Random) -> str:
    """A number as one house or another prints it."""
    return rng.choice(
        (f"{rng.randint(10**6, 10**7 - 1)}", f"{rng.randint(10**7, 10**8 - 1)}", f"S{rng.randint(10, 99)}-{rng.randint(10_000, 99_999)}")
    )


def write_index(path: Path, people: Iterable[Person]) -> None:
    """The people as a patient CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("mrn", "last_name", "first_name", "middle_name", "sex", "dob", "phone", "address_line", "city", "state", "zip"))
        for who in people:
            out.writerow((who.mrn, who.last, who.first, who.middle, who.sex, who.dob.isoformat(), who.phone, who.street, who.town, "PA", who.zip))


def sentences(subject: str, rng: Random) -> list[str]:
    """All sentences of a subject in a drawn order, their slots filled."""
    pool: Sequence[str] = _texts()[subject]
    return [_SLOT.sub(lambda slot: _fill(slot, rng), text) for text in rng.sample(pool, len(pool))]


def _fill(slot: re.Match[str], rng: Random) -> str:
    low, high, choices = slot.groups()
    return rng.choice(choices.split("|")) if choices else str(rng.randint(int(low), int(high)))


@cache
def _texts() -> dict[str, list[str]]:
    texts: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "text.yaml").read_text(encoding="utf-8"))
    return texts
