"""The people, houses and providers that the benchmark's papers name. Made up from lists of its own; knows no page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

import yaml

TODAY = date(2025, 9, 30)

_LISTS = yaml.safe_load((Path(__file__).parent / "people.yaml").read_text(encoding="utf-8"))
_WOMEN: list[str] = _LISTS["women"]
_MEN: list[str] = _LISTS["men"]
_LAST: list[str] = _LISTS["last"]
_TWO_WORDS = ("De La Cruz", "Van Houten", "St. James", "Del Toro", "Von Stein", "La Fontaine")
_MARKED = ("O'Malley", "D'Angelo", "O'Keefe", "Smith-Barnes", "Reyes-Ortiz", "Hall-Whitney", "Perez-Molina", "McBride-Yost")
_TOWNS = (
    *(("Bellweather", "OH", "44"), ("Cedar Hollow", "PA", "18"), ("Fort Ridgely", "MN", "56"), ("Harmony Grove", "GA", "30")),
    *(("Las Palomas", "TX", "78"), ("Mill Crossing", "NY", "13"), ("North Haverly", "MA", "01"), ("Pine Bluffs", "WY", "82")),
    *(("Quail Creek", "AZ", "85"), ("Saint Aubin", "LA", "70"), ("Tamarack", "MI", "49"), ("Westlake Shores", "IL", "60")),
)
_STREETS = (
    "Alder",
    "Birchwood",
    "Calle Real",
    "Dogwood",
    "Elm Hollow",
    "Foxglove",
    "Granite Hill",
    "Juniper",
    "Kingfisher",
    "Lantern",
    "Magnolia",
    "Old Mill",
)
_WAYS = ("St", "Ave", "Rd", "Dr", "Lane", "Court", "Blvd", "Way")
_HOUSES = (
    *(
        "Bellweather Regional Hospital",
        "St. Brendan Medical Center",
        "Ridgely Family Medicine",
        "Las Palomas Community Clinic",
        "Tamarack Heart & Vascular",
    ),
    *(
        "Quail Creek Orthopaedics, P.C.",
        "Saint Aubin Parish Hospital",
        "Three Rivers Health System",
        "Haverly University Hospitals",
        "Lakeshore Women's Health",
    ),
    *(
        "Granite State Diagnostic Laboratories",
        "Summit Imaging Associates",
        "Mill Crossing VA Outpatient Clinic",
        "Children's Hospital of the Plains",
    ),
    *("Northwind Behavioral Services", "Harmony Rehabilitation & Wellness", "Blue Heron Home Health", "Pinecrest Nursing and Rehabilitation Center"),
    *("Meridian Gastroenterology Group LLC", "Evergreen Surgical Specialists", "Clínica Santa Rosalía", "Cornerstone Recovery Center"),
)
_DEGREES = ("MD", "M.D.", "DO", "D.O.", "NP", "PA-C", "MD, FACC", "MD, PhD", "APRN", "MBBS, MD")
_WORKPLACES = (
    "Acme Stamping Works",
    "Bellweather School District",
    "Hollis & Crane Logistics",
    "self-employed",
    "Retired",
    "Unified Poultry Co.",
    "City of Tamarack",
)
_PAYERS = (
    "Meridian Mutual Health",
    "Blue Prairie Cross",
    "Medicare Part B",
    "Golden State PPO",
    "UnityCare HMO",
    "Texas Medicaid STAR",
    "TrailGuard Insurance",
)


class Person(NamedTuple):
    """Somebody a paper can name."""

    last: str
    first: str
    middle: str
    suffix: str
    sex: str  # F or M
    born: date
    phone: str  # ten digits
    street: str
    town: str  # city, state ZIP

    @property
    def natural(self) -> str:
        """First middle last suffix."""
        return " ".join(part for part in (self.first, self.middle, self.last, self.suffix) if part)

    def age(self, on: date) -> int:
        """Whole years on a day."""
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


class House(NamedTuple):
    """A sender."""

    name: str
    street: str
    town: str
    phone: str
    fax: str


def digits(count: int, rng: Random) -> str:
    """Random digits that do not begin with 0 or 1."""
    return str(rng.randint(2, 9)) + "".join(str(rng.randint(0, 9)) for _ in range(count - 1))


def make_person(rng: Random, *, last: str = "", sex: str = "", ages: tuple[int, int] = (1, 96)) -> Person:
    """A person; `ages` on the day the benchmark's year ends."""
    sex = sex or rng.choice("FM")
    name = last or (rng.choice(_TWO_WORDS) if (kind := rng.random()) < 0.03 else rng.choice(_MARKED) if kind < 0.11 else rng.choice(_LAST))
    first = rng.choice(_WOMEN if sex == "F" else _MEN)
    middle = "" if (kind := rng.random()) < 0.35 else rng.choice(_WOMEN if sex == "F" else _MEN) if kind < 0.55 else rng.choice("ABCDEFGHJKLMNPRSTW")
    suffix = rng.choice(("Jr", "Sr", "III", "Jr.", "II")) if sex == "M" and rng.random() < 0.08 else ""
    born = TODAY - timedelta(days=round(365.25 * rng.uniform(*ages)))
    return Person(name, first, middle, suffix, sex, born, digits(10, rng), _street(rng), _town(rng))


def relative_of(person: Person, kind: str, rng: Random) -> Person:
    """A spouse, parent or child, mostly of the same last name and home."""
    years = person.age(TODAY)
    ages = {
        "spouse": (max(18, years - 6), max(22, years + 6)),
        "parent": (years + 19, years + 40),
        "child": (max(0, years - 38), max(1, years - 20)),
    }[kind]
    sex = ("M" if person.sex == "F" else "F") if kind == "spouse" else rng.choice("FM")
    made = make_person(rng, last=person.last if rng.random() < 0.8 else "", sex=sex, ages=ages)
    while made.first == person.first:  # a father and son of one name are another benchmark's business
        made = made._replace(first=rng.choice(_WOMEN if sex == "F" else _MEN))
    return made._replace(street=person.street, town=person.town, suffix="")


def make_provider(rng: Random) -> tuple[Person, str]:
    """A provider and the degree behind the name."""
    return make_person(rng, ages=(29, 68))._replace(suffix=""), rng.choice(_DEGREES)


def make_house(rng: Random) -> House:
    """A sender with its address and numbers."""
    return House(rng.choice(_HOUSES), _street(rng), _town(rng), digits(10, rng), digits(10, rng))


def make_workplace(rng: Random) -> str:
    """Where somebody works."""
    return rng.choice(_WORKPLACES)


def make_payer(rng: Random) -> str:
    """Who pays."""
    return rng.choice(_PAYERS)


def pick(rng: Random, weighted: Sequence[tuple[str, int]]) -> str:
    """One of several by weight."""
    return rng.choices([what for what, _ in weighted], [weight for _, weight in weighted])[0]


def _street(rng: Random) -> str:
    flat = rng.choice(("", "", "", f" Apt {rng.randint(1, 40)}", f", Unit {rng.choice('ABCD')}", f" Suite {rng.randint(100, 480)}"))
    return f"{rng.randint(11, 9899)} {rng.choice(_STREETS)} {rng.choice(_WAYS)}{flat}"


def _town(rng: Random) -> str:
    city, state, area = rng.choice(_TOWNS)
    return f"{city}, {state} {area}{rng.randint(100, 989)}"
