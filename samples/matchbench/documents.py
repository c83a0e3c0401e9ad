"""What senders' documents say about these people, as it comes off a scanned page: claims, with who they are really about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any, NamedTuple

from samples.matchbench.nicknames import NICKNAMES
from samples.matchbench.noise import Glass, habit, misread, mistype, slip, valid
from samples.matchbench.people import FIRST_MRN, TODAY, County, Person
from samples.matchbench.tables import Tables
from samples.matchbench.worlds import World
from schemas.patient import IndexPatient, PatientClaim


@dataclass(frozen=True, slots=True)
class Document:
    """A claim; the records of the person it is about, none for one who is not in the index; and what is special about it."""

    claim: PatientClaim
    mrns: tuple[str, ...]
    kinds: tuple[str, ...]


class _Page(NamedTuple):
    """How one document was written and scanned: errors on a page go together."""

    rng: Random
    world: World
    glass: Glass
    quality: str

    def happens(self, share: float) -> bool:
        return self.rng.random() < share

    def read(self, text: str) -> str:
        return misread(self.rng, text, self.glass)


def make_documents(county: County, world: World, tables: Tables, *, count: int, seed: int) -> list[Document]:
    """`count` documents; a tenth of them about people who are not in the index."""
    rng = Random(f"documents of {world.name} {seed}")
    known = [one for one in county.people if one.mrns]
    away = [one for one in county.people if not one.mrns]
    highest = int(county.records[-1].mrn)
    return [_document(rng, world, tables, rng.choice(away if rng.random() < world.absent else known), highest) for _ in range(count)]


def _document(rng: Random, world: World, tables: Tables, one: Person, highest: int) -> Document:
    page = _page(rng, world)
    kinds = [page.quality, *one.kinds, *(("absent",) if not one.mrns else ()), *(("two records",) if len(one.mrns) > 1 else ())]
    told = _as_told(page, tables, one, kinds)
    said = _name(page, told) | _dob(page, told.dob, kinds) | _number(page, one, highest, kinds)
    if page.happens(0.75):
        said["sex"] = told.sex
    if page.happens(world.phone):
        said["phone"] = page.read(told.phone)
    if page.happens(world.address):
        said |= _address(page, told)
    if page.happens(world.ssn):
        said["ssn_last4"] = page.read(told.ssn_last4)
    claim = PatientClaim(**said)
    if not (claim.phone or claim.address_line or claim.ssn_last4 or claim.mrn_is_ours) and claim.dob:
        kinds.append("name and DOB only")
    return Document(claim, one.mrns, tuple(kinds))


def _page(rng: Random, world: World) -> _Page:
    quality, _, rate = rng.choices(world.quality, [share for _, share, _ in world.quality])[0]
    worn = rate * rng.gammavariate(1.5, 1 / 1.5)
    return _Page(rng, world, Glass(min(worn, 0.3), habit(rng) if rng.random() < rate * 4 else None), quality)


def _as_told(page: _Page, tables: Tables, one: Person, kinds: list[str]) -> IndexPatient:
    """The person as the sender has them on file, and as the page names them."""
    rng, world, facts = page.rng, page.world, one.facts
    if page.happens(world.moved):
        facts = replace(facts, address_line=f"{rng.randint(1, 9999)} {facts.address_line.split(' ', 1)[-1]}", zip=f"87{rng.randrange(1000):03}")
    if facts.phone and page.happens(world.new_phone):
        facts = replace(facts, phone=f"{facts.phone[:3]}{rng.randint(200, 989)}{rng.randrange(10_000):04}")
    if page.happens(world.wrong_dob):
        facts = replace(facts, dob=slip(rng, facts.dob, TODAY))
        kinds.append("wrong DOB at the sender")
    if page.happens(world.short_year):
        facts = replace(facts, dob=_short_year(page, facts.dob))
    facts = _own_name(page, facts, kinds)
    if page.happens(0.012):
        part = rng.choice(("last_name", "first_name"))
        facts = replace(facts, **{part: mistype(rng, getattr(facts, part))})
    if page.happens(world.provider_name):
        stock = tables[rng.choice(list(world.peoples))]
        facts = _renamed(facts, stock.last.draw(rng), rng.choice((stock.male, stock.female)).draw(rng))
        kinds.append("provider's name")
    elif any(one.contact) and page.happens(world.guarantor_name):
        facts = _renamed(facts, *one.contact)
        kinds.append("guarantor's name")
    elif page.happens(world.swapped):
        facts = replace(facts, last_name=facts.first_name, first_name=facts.last_name)
        kinds.append("names swapped")
    case = str.title if page.happens(0.35) else str
    return replace(facts, last_name=case(facts.last_name), first_name=case(facts.first_name), middle_name=case(facts.middle_name))


def _own_name(page: _Page, facts: IndexPatient, kinds: list[str]) -> IndexPatient:
    """One of the forms in which a person's name is written."""
    rng = page.rng
    if facts.previous_last_name and page.happens(0.08):
        facts = replace(facts, last_name=facts.previous_last_name)
        kinds.append("maiden name")
    elif len(parts := facts.last_name.replace("-", " ").split()) > 1 and page.happens(0.5):
        facts = replace(facts, last_name=rng.choice((parts[0] if parts[0] != "AL" else parts[-1], parts[-1], "-".join(parts), "".join(parts))))
        kinds.append("double surname otherwise")
    if "newborn" in kinds and page.happens(0.5):
        facts = replace(facts, first_name="BABY BOY" if facts.sex == "M" else "BABY GIRL", middle_name="")
    elif facts.first_name in NICKNAMES and page.happens(page.world.nickname * 3):  # a third of all people have one
        facts = replace(facts, first_name=rng.choice(NICKNAMES[facts.first_name]))
        kinds.append("nickname")
    elif facts.middle_name and page.happens(0.012):
        facts = replace(facts, first_name=facts.middle_name, middle_name="")
        kinds.append("goes by the middle name")
    elif page.happens(0.01):
        facts = replace(facts, first_name=facts.first_name[:1])
    luck = rng.random()
    middle = facts.middle_name if luck < 0.22 else facts.middle_name[:1] if luck < 0.55 else ""
    lost = page.happens(0.008)  # the line broke off
    return replace(
        facts, middle_name="" if lost else middle, suffix=facts.suffix if page.happens(0.75) else "", first_name="" if lost else facts.first_name
    )


def _name(page: _Page, told: IndexPatient) -> dict[str, Any]:
    """The name as most looks read it."""
    parts = ("last_name", "first_name", "middle_name", "suffix")
    printed = "|".join(getattr(told, part) for part in parts)
    value, sightings = _looked(page, printed, lambda look: look.count("|") == 3)
    confidence = _confidence(page, right=value == printed)
    return dict(zip(parts, value.split("|"), strict=False)) | {"name_sightings": sightings, "name_confidence": confidence}


def _renamed(facts: IndexPatient, last: str, first: str) -> IndexPatient:
    return replace(facts, last_name=last, first_name=first, middle_name="", suffix="")


def _short_year(page: _Page, iso: str) -> str:
    """A year of two digits belongs to one of two centuries; seldom to the one that was taken."""
    year = int(iso[:4])
    other = year + 100 if year <= TODAY.year - 100 else year - 100
    taken = f"{other}{iso[4:]}"
    return taken if valid(taken, TODAY) and page.happens(0.5 if other > year else 0.04) else iso


def _dob(page: _Page, dob: str, kinds: list[str]) -> dict[str, Any]:
    """The birth date as most looks read it; what cannot be a birth date is not taken for one."""
    if page.happens(page.world.no_dob):
        kinds.append("no DOB")
        return {}
    sharper = page._replace(glass=page.glass._replace(rate=page.glass.rate * 0.6))  # dates are looked at with more care
    value, sightings = _looked(sharper, dob, _is_date)
    if not value:
        kinds.append("no DOB")
        return {}
    if value != dob:
        kinds.append("DOB misread")
    return {"dob": value, "dob_sightings": sightings, "dob_confidence": _confidence(page, right=value == dob)}


def _looked(page: _Page, text: str, usable: Callable[[str], bool]) -> tuple[str, int]:
    """The reading that most looks agree on, and how many: at one to three places, at the first of them twice.

    A second look at one place often repeats the error of the first.
    """
    looks = [page.read(text) for _ in range(page.rng.choices((1, 2, 3), (60, 30, 10))[0])]
    looks.append(looks[0] if page.happens(0.35) else page.read(text))
    usables = [look for look in looks if usable(look)]
    return max(((look, usables.count(look)) for look in usables), key=lambda found: found[1], default=("", 0))


def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and valid(text, TODAY) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _number(page: _Page, one: Person, highest: int, kinds: list[str]) -> dict[str, Any]:
    """The medical record number on the page: ours, or another hospital's, which may be one of ours by chance."""
    rng, luck = page.rng, page.rng.random()
    if one.mrns and luck < page.world.own_mrn:
        kinds.append("own MRN")
        told = rng.choice(one.mrns) if not page.happens(0.0005) else str(rng.randint(FIRST_MRN, highest))  # another patient's label
        read, sightings = _looked(page, told, bool)
        return {"mrn": read, "mrn_is_ours": page.happens(0.75), "mrn_sightings": sightings}
    if page.world.own_mrn <= luck < page.world.own_mrn + page.world.foreign_mrn:
        kinds.append("foreign MRN")
        return {"mrn": page.read(str(rng.randint(FIRST_MRN, highest)))}
    return {}


def _address(page: _Page, told: IndexPatient) -> dict[str, str]:
    """The address, seldom written as at the registration desk."""
    line, luck = told.address_line, page.rng.random()
    line = line.replace(" APT ", " #") if luck < 0.2 else line.replace(" ST", " STREET") if luck < 0.45 else line
    return {"address_line": page.read(line), "zip": page.read(told.zip) if page.happens(0.9) else ""}


def _confidence(page: _Page, *, right: bool) -> float:
    """What the reader says of itself: lower on a poor page and where it erred, and not always."""
    best = {"clean": 0.97, "fair": 0.93, "poor": 0.85}[page.quality]
    return round(min(0.99, max(0.05, page.rng.gauss(best if right else best - 0.18, 0.05 if right else 0.12))), 3)
