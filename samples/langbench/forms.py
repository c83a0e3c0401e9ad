"""How people, dates and numbers are written on American paper, some of it Spanish. Knows persons, no page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from samples.langbench.people import TODAY, Person, digits

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_MESES = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre")

DATE_FORMS: dict[str, Callable[[date], str]] = {
    "03/07/1951": lambda d: f"{d.month:02}/{d.day:02}/{d.year}",
    "3/7/1951": lambda d: f"{d.month}/{d.day}/{d.year}",
    "3/7/51": lambda d: f"{d.month}/{d.day}/{d.year % 100:02}",
    "03-07-1951": lambda d: f"{d.month:02}-{d.day:02}-{d.year}",
    "Mar 7, 1951": lambda d: f"{_MONTHS[d.month - 1][:3]} {d.day}, {d.year}",
    "March 7, 1951": lambda d: f"{_MONTHS[d.month - 1]} {d.day}, {d.year}",
    "07-Mar-1951": lambda d: f"{d.day:02}-{_MONTHS[d.month - 1][:3]}-{d.year}",
    "07 MAR 1951": lambda d: f"{d.day:02} {_MONTHS[d.month - 1][:3].upper()} {d.year}",
    "1951-03-07": lambda d: d.isoformat(),
    "03.07.1951": lambda d: f"{d.month:02}.{d.day:02}.{d.year}",
}
_DATE_WEIGHTS = (34, 16, 5, 8, 8, 8, 6, 4, 4, 3)
IN_PROSE = ("March 7, 1951", "3/7/1951", "03/07/1951", "Mar 7, 1951")
SPANISH = "7 de marzo de 1951"


def _turned(person: Person) -> str:
    given = " ".join(part for part in (person.first, person.middle) if part)
    return f"{person.last}{' ' + person.suffix if person.suffix else ''}, {given}"


def _address(person: Person) -> str:
    return "" if person.age(TODAY) < 18 else "Mrs." if person.sex == "F" else "Mr."


def _dotted(person: Person) -> str:
    middle = f"{person.middle}." if len(person.middle) == 1 else person.middle
    return " ".join(part for part in (person.first, middle, person.last, person.suffix) if part)


NAME_FORMS: dict[str, Callable[[Person], str]] = {
    "LAST, FIRST M": lambda p: _turned(p).upper(),
    "Last, First M": _turned,
    "LAST,FIRST M": lambda p: _turned(p).upper().replace(", ", ",", 1),
    "First M Last": lambda p: p.natural,
    "FIRST M LAST": lambda p: p.natural.upper(),
    "First M. Last": _dotted,
    "Mr. First Last": lambda p: f"{_address(p)} {p.natural}".strip(),
}
_NAME_WEIGHTS = (26, 20, 6, 22, 12, 9, 0)


def date_form(rng: Random) -> str:
    """One way of writing dates, by how common it is."""
    return rng.choices(list(DATE_FORMS), _DATE_WEIGHTS)[0]


def write_date(day: date, form: str) -> str:
    """A day in a form."""
    return f"{day.day} de {_MESES[day.month - 1]} de {day.year}" if form == SPANISH else DATE_FORMS[form](day)


def name_form(rng: Random) -> str:
    """One way of writing names, by how common it is."""
    return rng.choices(list(NAME_FORMS), _NAME_WEIGHTS)[0]


def write_name(person: Person, form: str) -> str:
    """A person in a form."""
    return NAME_FORMS[form](person)


def write_phone(number: str, rng: Random) -> str:
    """Ten digits as somebody writes them."""
    area, middle, end = number[:3], number[3:6], number[6:]
    return rng.choice(
        (f"({area}) {middle}-{end}", f"{area}-{middle}-{end}", f"({area}){middle}-{end}", f"{area}.{middle}.{end}", f"1-{area}-{middle}-{end}")
    )


def make_mrn(rng: Random) -> str:
    """A record number as one sender or another makes them."""
    kind = rng.randrange(7)
    if kind == 0:
        return f"{rng.choice(('MR', 'H', 'E', 'BW'))}{digits(7, rng)}"
    if kind == 1:
        return f"{digits(3, rng)}-{digits(2, rng)}-{digits(3, rng)}"
    if kind == 2:
        return f"00{digits(6, rng)}"
    return digits(rng.choice((6, 7, 8, 8, 9)), rng)


def write_sex(person: Person, rng: Random) -> str:
    """M, Male, F, FEMALE."""
    word = "Female" if person.sex == "F" else "Male"
    return rng.choice((word, word.upper(), word[0], word[0]))
