"""What a made-up county is like: who lives there, how its clinics register them, and what its faxes look like.

Two worlds, so that no figure rests on one set of assumptions. Shares are of people, of records or of documents, as said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class World:
    """The parameters of one made-up county; every share is between 0 and 1."""

    name: str
    peoples: Mapping[str, float]  # which stock of names a household has
    away: float = 0.15  # people who are not in the index, person by person
    duplicated: float = 0.03  # people with a second record
    mistyped: float = 0.01  # registrations with a typing error
    default_dob: float = 0.006  # registered as born on 1 January
    shared_phone: float = 0.55  # households with one telephone
    double_surname: float = 0.6  # Hispanic people who bear two surnames
    twins: float = 0.03  # families with children whose last two are twins
    same_name_son: float = 0.05  # sons named as their father
    namesakes: float = 0.004  # people with a stranger of the same name and the same or nearly the same birth date
    newborns: float = 0.008
    no_ssn: float = 0.35

    absent: float = 0.10  # documents about people who are not in the index
    quality: tuple[tuple[str, float, float], ...] = (("clean", 0.52, 0.003), ("fair", 0.34, 0.018), ("poor", 0.14, 0.065))  # share, character error
    no_dob: float = 0.058  # the other two of a hundred are read as something that is no date
    own_mrn: float = 0.167  # of documents about known people
    foreign_mrn: float = 0.45
    nickname: float = 0.06
    swapped: float = 0.02
    short_year: float = 0.10
    provider_name: float = 0.015
    guarantor_name: float = 0.005
    wrong_dob: float = 0.02  # the sender has another birth date
    moved: float = 0.12  # the sender has an old address
    new_phone: float = 0.12
    phone: float = 0.48
    address: float = 0.45
    ssn: float = 0.05


COUNTY = World(
    "county",
    MappingProxyType(
        {"white": 0.58, "black": 0.14, "hispanic": 0.17, "asian": 0.04, "vietnamese": 0.015, "chinese": 0.015, "indian": 0.025, "arabic": 0.015}
    ),
)

BORDER = World(
    "border",
    MappingProxyType(
        {"white": 0.30, "black": 0.08, "hispanic": 0.44, "asian": 0.04, "vietnamese": 0.05, "chinese": 0.02, "indian": 0.04, "arabic": 0.03}
    ),
    default_dob=0.015,
    mistyped=0.02,
    shared_phone=0.7,
    double_surname=0.75,
    twins=0.04,
    same_name_son=0.07,
    namesakes=0.006,
    no_ssn=0.55,
    quality=(("clean", 0.40, 0.004), ("fair", 0.40, 0.02), ("poor", 0.20, 0.06)),
    no_dob=0.08,
    own_mrn=0.12,
    moved=0.2,
    new_phone=0.2,
    phone=0.4,
    address=0.4,
    ssn=0.03,
)

WORLDS = (COUNTY, BORDER)
