"""A made-up county: families with their names, and how a hospital has registered those who were ever there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from samples.matchbench.noise import mistype, slip, valid
from samples.matchbench.tables import Stock, Tables, Weighted
from samples.matchbench.worlds import World
from schemas.patient import IndexPatient

TODAY = date(2026, 6, 30)
FIRST_MRN = 2_000_000
_TOWNS = ("SAN PEDRO", "DOVER", "HARLAN", "BRISTOL", "EL CAMPO", "NORTHFIELD", "ASHTON", "GRETNA", "KINGMAN", "LA MESA", "WINSLOW", "TRENTON")
_STREET_NAMES = """
    ADAMS ALDER BAKER BEACH BIRCH BRIDGE CANAL CENTRAL CLARK COLONIAL CREEK DEPOT EAGLE EAST FERRY FIELD GARDEN GREEN GROVE HARBOR HICKORY HOLLY
    INDIAN IRON JUNIPER KING LAUREL LIBERTY LINDEN LOCUST MAGNOLIA MARKET MILITARY MONROE NORTH ORCHARD PALM PEACH PIONEER POND QUARRY RAILROAD
    ROSE SCHOOL SHORE SPRUCE STATE SUMMIT TAYLOR TEMPLE VINE WATER WEST WILSON WOOD
"""
_STREETS = tuple(_STREET_NAMES.split())
_ENDINGS = ("ST", "ST", "AVE", "AVE", "RD", "DR", "LN", "CT", "BLVD", "WAY")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as they are. `mrns` are their records in the index, none for one who was never there."""

    facts: IndexPatient  # without an MRN
    kinds: tuple[str, ...] = ()  # what makes them hard to tell apart
    contact: tuple[str, str] = ("", "")  # last and first name of a grown-up of the household
    people: str = ""  # which stock their names are from
    mrns: tuple[str, ...] = ()


class County(NamedTuple):
    """Everybody, and the records that the index holds."""

    people: list[Person]
    records: list[IndexPatient]


class _Draw(NamedTuple):
    rng: Random
    world: World
    tables: Tables

    def happens(self, share: float) -> bool:
        return self.rng.random() < share


def make_county(world: World, tables: Tables, *, size: int, seed: int) -> County:
    """People and an index of about `size` records."""
    draw = _Draw(Random(f"{world.name} {seed}"), world, tables)
    people: list[Person] = []
    records: list[IndexPatient] = []
    mrn = FIRST_MRN
    for one in _everybody(draw):
        if len(records) >= size:
            break
        mrns: list[str] = []
        if not draw.happens(world.away):
            for again in range(2 if draw.happens(world.duplicated) else 1):
                mrn += draw.rng.choice((1, 1, 2, 3))
                mrns.append(str(mrn))
                records.append(_registered(draw, one, str(mrn), again=bool(again)))
        people.append(replace(one, mrns=tuple(mrns)))
    return County(people, records)


def _everybody(draw: _Draw) -> Iterator[Person]:
    """Household after household, without end, with the strangers who bear the same names."""
    peoples, shares = list(draw.world.peoples), list(draw.world.peoples.values())
    while True:
        people = draw.rng.choices(peoples, shares)[0]
        for one in _household(draw, people):
            yield one
            if draw.happens(draw.world.namesakes):
                yield _namesake(draw, one)


def _household(draw: _Draw, people: str) -> list[Person]:
    rng, stock = draw.rng, draw.tables[people]
    family, address, phone = _surname(draw, stock, people), _address(draw), _phone(draw)
    shared = draw.happens(draw.world.shared_phone)
    age = rng.choices((24, 35, 47, 58, 68, 77, 86), (12, 17, 17, 18, 17, 12, 7))[0] + rng.randint(-5, 5)
    members = [_adult(draw, stock, family, age, rng.choice("MF"))]
    if draw.happens(0.55):
        members.append(_spouse(draw, people, members[0], age))
    father = next((one.facts for one in members if one.facts.sex == "M"), None)
    if age < 62 and draw.happens(0.55):
        members += _children(draw, stock, father.last_name if father else family, age, father)
    elif father and draw.happens(draw.world.same_name_son):  # a grown son under the same roof
        members.append(_junior(draw, stock, father))
    home = [replace(one, people=people, facts=replace(one.facts, **address, phone=phone if shared else _phone(draw))) for one in _told_apart(members)]
    adults = [(one.facts.last_name, one.facts.first_name) for one in members if date.fromisoformat(one.facts.dob).year < TODAY.year - 18]
    return [replace(one, contact=_other(adults, (one.facts.last_name, one.facts.first_name))) for one in home]


def _told_apart(members: list[Person]) -> list[Person]:
    """The father of a Jr is a Sr on some of his papers."""
    juniors = {(one.facts.last_name, one.facts.first_name) for one in members if "Jr/Sr" in one.kinds}
    return [
        replace(one, kinds=(*one.kinds, "Jr/Sr")) if "Jr/Sr" not in one.kinds and (one.facts.last_name, one.facts.first_name) in juniors else one
        for one in members
    ]


def _other(adults: list[tuple[str, str]], one: tuple[str, str]) -> tuple[str, str]:
    return next((name for name in adults if name != one), ("", ""))


def _facts(draw: _Draw, stock: Stock, last: str, first: str, sex: str, dob: str) -> IndexPatient:
    given: Weighted = stock.male if sex == "M" else stock.female
    middle = given.draw(draw.rng) if draw.happens(0.78) else ""
    ssn = "" if draw.happens(draw.world.no_ssn) else f"{draw.rng.randrange(10_000):04}"
    return IndexPatient("", last, first, "" if middle == first else middle, sex=sex, dob=dob, ssn_last4=ssn)


def _adult(draw: _Draw, stock: Stock, last: str, age: int, sex: str) -> Person:
    first = (stock.male if sex == "M" else stock.female).draw(draw.rng)
    return Person(_facts(draw, stock, last, first, sex, _born(draw, age)))


def _spouse(draw: _Draw, people: str, one: Person, age: int) -> Person:
    """Most bear one name; a wife was born with another, and some bear both."""
    stock, sex = draw.tables[people], "F" if one.facts.sex == "M" else "M"
    own = _surname(draw, stock, people)
    luck = draw.rng.random()
    other = _adult(draw, stock, own, age + draw.rng.randint(-6, 6), sex)
    if sex == "M" or luck < 0.22 or people in {"hispanic", "vietnamese", "chinese"}:
        return other
    shared = one.facts.last_name if luck > 0.32 else f"{own}-{one.facts.last_name}"
    return replace(other, facts=replace(other.facts, last_name=shared, previous_last_name=own))


def _children(draw: _Draw, stock: Stock, last: str, age: int, father: IndexPatient | None) -> list[Person]:
    youngest = max(0, age - 40)
    children: list[Person] = []
    for _ in range(draw.rng.choices((1, 2, 3, 4), (40, 36, 17, 7))[0]):
        sex, years = draw.rng.choice("MF"), draw.rng.randint(youngest, max(youngest, age - 20))
        if father and sex == "M" and not children and draw.happens(draw.world.same_name_son):
            children.append(_junior(draw, stock, father, years))
        elif draw.happens(draw.world.newborns * 4):
            born = (TODAY - timedelta(days=draw.rng.randint(0, 80))).isoformat()
            first = (stock.male if sex == "M" else stock.female).draw(draw.rng)
            children.append(Person(_facts(draw, stock, last, first, sex, born), ("newborn",)))
        else:
            children.append(_adult(draw, stock, last, years, sex))
    if draw.happens(draw.world.twins):
        children[-1] = replace(children[-1], kinds=(*children[-1].kinds, "twin"))
        children.append(_twin(draw, stock, children[-1]))
    return children


def _junior(draw: _Draw, stock: Stock, father: IndexPatient, years: int | None = None) -> Person:
    born = date.fromisoformat(father.dob).year
    age = years if years is not None else max(0, TODAY.year - born - draw.rng.randint(19, 36))
    facts = _facts(draw, stock, father.last_name, father.first_name, "M", _born(draw, age))
    middle = father.middle_name if draw.happens(0.7) else facts.middle_name
    suffix = draw.rng.choice(("JR", "JR", "JR", "II", "III")) if draw.happens(0.8) else ""
    return Person(replace(facts, middle_name=middle, suffix=suffix), ("Jr/Sr",))


def _twin(draw: _Draw, stock: Stock, one: Person) -> Person:
    """Born the same day at the same place; in a third of the pairs the names are alike as well."""
    sex = one.facts.sex if draw.happens(0.66) else draw.rng.choice("MF")
    given = stock.male if sex == "M" else stock.female
    names = [name for name in (given.draw(draw.rng) for _ in range(40)) if name != one.facts.first_name]
    alike = [name for name in names if name[0] == one.facts.first_name[0] or name[-3:] == one.facts.first_name[-3:]]
    first = alike[0] if alike and draw.happens(0.35) else names[0] if names else f"{one.facts.first_name[:4]}A"
    return Person(_facts(draw, stock, one.facts.last_name, first, sex, one.facts.dob), ("twin",))


def _namesake(draw: _Draw, one: Person) -> Person:
    """A stranger of the same name, born the same day or nearly so."""
    stock = draw.tables[one.people]
    dob = one.facts.dob if draw.happens(0.06) else slip(draw.rng, one.facts.dob, TODAY)
    facts = _facts(draw, stock, one.facts.last_name, one.facts.first_name, one.facts.sex, dob)
    return Person(replace(facts, **_address(draw), phone=_phone(draw)), ("namesake",), people=one.people)


def _surname(draw: _Draw, stock: Stock, people: str) -> str:
    last = stock.last.draw(draw.rng)
    if people == "hispanic" and draw.happens(draw.world.double_surname):
        return f"{last} {stock.last.draw(draw.rng)}"
    if people == "arabic" and draw.happens(0.12):
        return f"AL {last}"
    return last


def _born(draw: _Draw, age: int) -> str:
    days = round(max(0, age) * 365.25) + draw.rng.randrange(365)
    return max(TODAY - timedelta(days=days), date(1910, 1, 1)).isoformat()


def _phone(draw: _Draw) -> str:
    if draw.happens(0.05):
        return ""
    return f"{draw.rng.choice(('505', '575', '915', '806'))}{draw.rng.randint(200, 989)}{draw.rng.randrange(10_000):04}"


def _address(draw: _Draw) -> dict[str, str]:
    rng = draw.rng
    town = min(int(rng.expovariate(0.4)), len(_TOWNS) - 1)
    line = f"{rng.randint(1, 400) if draw.happens(0.4) else rng.randint(100, 9999)} {rng.choice(_STREETS)} {rng.choice(_ENDINGS)}"
    if draw.happens(0.2):
        line += rng.choice((" APT {}", " APT {}", " UNIT {}", " # {}")).format(rng.randint(1, 40))
    return {"address_line": line, "city": _TOWNS[town], "state": "NM", "zip": f"87{town:02}{rng.randrange(10)}"}


def _registered(draw: _Draw, one: Person, mrn: str, *, again: bool) -> IndexPatient:
    """The record that a registration desk made; a second one of the same person by another desk, in another year."""
    rng, facts = draw.rng, replace(one.facts, mrn=mrn)
    facts = replace(facts, last_name=_form(draw, facts.last_name), middle_name=_middle(draw, facts.middle_name))
    facts = replace(
        facts, previous_last_name=facts.previous_last_name if draw.happens(0.5) else "", suffix=facts.suffix if draw.happens(0.85) else ""
    )
    if "newborn" in one.kinds and draw.happens(0.6):
        name = rng.choice(("BABY BOY", "BABYBOY", "BOY")) if facts.sex == "M" else rng.choice(("BABY GIRL", "BABYGIRL", "GIRL"))
        facts = replace(facts, first_name=name, middle_name="", ssn_last4="")
    if draw.happens(draw.world.default_dob):
        facts = replace(facts, dob=f"{facts.dob[:4]}-01-01")
    if again:
        facts = _second_record(draw, facts)
    if draw.happens(draw.world.mistyped):
        field = rng.choice(("last_name", "first_name", "dob"))
        facts = replace(facts, **{field: slip(rng, facts.dob, TODAY) if field == "dob" else mistype(rng, getattr(facts, field))})
    return facts if valid(facts.dob, TODAY) else replace(facts, dob="")


def _second_record(draw: _Draw, facts: IndexPatient) -> IndexPatient:
    rng = draw.rng
    if draw.happens(0.5):
        facts = replace(facts, **_address(draw), phone=_phone(draw))
    if draw.happens(0.5):
        facts = replace(facts, ssn_last4="")
    if facts.previous_last_name and draw.happens(0.3):
        facts = replace(facts, last_name=facts.previous_last_name)
    field = rng.choice(("", "", "last_name", "first_name", "dob", "middle_name"))
    if field == "middle_name":
        return replace(facts, middle_name="")
    if field == "dob":
        return replace(facts, dob=slip(rng, facts.dob, TODAY))
    return replace(facts, **{field: mistype(rng, getattr(facts, field))}) if field else facts


def _form(draw: _Draw, last: str) -> str:
    """One of the forms in which a surname of two parts is written down."""
    if " " not in last and "-" not in last:
        return last
    luck, parts = draw.rng.random(), last.replace("-", " ").split()
    if luck < 0.5:
        return last
    return "-".join(parts) if luck < 0.65 else "".join(parts) if luck < 0.7 else parts[0] if parts[0] != "AL" and luck < 0.9 else parts[-1]


def _middle(draw: _Draw, middle: str) -> str:
    luck = draw.rng.random()
    return middle if luck < 0.5 else middle[:1] if luck < 0.8 else ""
