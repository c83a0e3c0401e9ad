"""Names, addresses and numbers brought to one form for comparing. Knows spelling and OCR look-alikes; knows nothing of weights."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from schemas.patient import IndexPatient, PatientClaim

SUFFIXES = frozenset({"JR", "SR", "II", "III", "IV", "V"})
PARTICLES = frozenset(
    {"DE", "LA", "LAS", "LOS", "DEL", "DER", "DEN", "VAN", "VON", "DI", "DA", "DOS", "EL", "AL", "BIN", "MC", "MAC", "ST", "SAN", "LE", "Y"}
)
PLACEHOLDERS = ("BABY", "INFANT", "NEWBORN", "UNKNOWN", "UNNAMED", "NOFIRST", "TESTPATIENT")
PLACEHOLDER_NAMES = frozenset({"BB", "BG", "BOY", "GIRL", "BABYBOY", "BABYGIRL", "TWIN", "TWINA", "TWINB", "NB", "UNK"})
DIRECTIONS = frozenset({"N", "S", "E", "W", "NE", "NW", "SE", "SW", "NORTH", "SOUTH", "EAST", "WEST"})
_LOOKS_LIKE_LETTER = str.maketrans("0158246", "OISBZAG")
_LOOKS_LIKE_DIGIT = str.maketrans("OQDILSBZ|", "000115821")
_LOOKS_ALIKE = str.maketrans("QDLJU", "OOIIV")
_NOT_LETTERS = re.compile(r"[^A-Z]+")
_NOT_DIGITS = re.compile(r"\D+")
_NOT_ALNUM = re.compile(r"[^A-Z0-9]+")
_HOUSE = re.compile(r"^\W*(?:P\.?\s*O\.?\s*BOX\s*)?(\d+)[A-Z]?\b")
_ZIP = re.compile(r"(?<!\d)(\d{5})(?:-\d{4})?\s*$")


class Who(NamedTuple):
    """A claim or an index entry in comparable form; an empty string means unknown."""

    last: str
    last_parts: tuple[str, ...]
    previous: str
    first: str
    middle: str
    suffix: str
    sex: str
    dob: str
    ssn: str
    phone: str
    house: str
    street: str
    zip: str
    mrn: str


def upper(text: str) -> str:
    """Upper case without accents."""
    if text.isascii():
        return text.upper()
    return "".join(c for c in unicodedata.normalize("NFKD", text).upper() if not unicodedata.combining(c))


@lru_cache(maxsize=65536)
def fold_name(text: str) -> str:
    """Letters only, upper case, accents removed, digits read as the letters they look like."""
    plain = upper(text)
    return plain if plain.isalpha() and plain.isascii() else _NOT_LETTERS.sub("", plain.translate(_LOOKS_LIKE_LETTER))


@lru_cache(maxsize=65536)
def fold_ocr(folded: str) -> str:
    """A folded name with letters and pairs that scanners confuse made equal: O/Q/D, I/L/J, RN/M, CL/D, VV/W, U/V."""
    text = folded
    if "RN" in text:
        text = text.replace("RN", "M")
    if "CL" in text:
        text = text.replace("CL", "D")
    if "VV" in text:
        text = text.replace("VV", "W")
    return text.translate(_LOOKS_ALIKE)


def digits(text: str) -> str:
    """Digits only; letters that stand between digits are not guessed."""
    return text if not text or text.isdigit() else _NOT_DIGITS.sub("", text)


def fold_number(text: str) -> str:
    """A record number without punctuation and leading zeros."""
    if text.isdigit() and text.isascii():
        return text.lstrip("0")
    return _NOT_ALNUM.sub("", upper(text)).lstrip("0")


def fold_phone(text: str) -> str:
    """Ten digits, or nothing."""
    number = digits(text)
    return number[-10:] if len(number) == 10 or (len(number) == 11 and number[0] == "1") else ""


@lru_cache(maxsize=65536)
def surname_parts(text: str) -> tuple[str, ...]:
    """The parts of a double surname, folded; particles are left out. A plain surname is its own one part."""
    plain = upper(text)
    if plain.isalpha():
        return (fold_name(plain),)
    parts = tuple(fold_name(part) for part in re.split(r"[\s\-/]+", plain) if part)
    return tuple(part for part in parts if len(part) > 1 and part not in PARTICLES)


def is_placeholder(first: str) -> bool:
    """Whether a folded given name stands for a newborn or somebody not yet named."""
    return first in PLACEHOLDER_NAMES or first.startswith(PLACEHOLDERS)


@lru_cache(maxsize=65536)
def house_and_street(line: str) -> tuple[str, str]:
    """House (or box) number, and the first word of the street's own name, folded; empty where there is none."""
    plain = upper(line)
    found = _HOUSE.match(plain)
    house, end = (found[1], found.end()) if found else ("", 0)
    if found and "BOX" in found[0]:
        return house, "BOX"
    words = (_NOT_ALNUM.sub("", word) for word in plain[end:].partition(",")[0].split())
    return house, next((word for word in words if word and word not in DIRECTIONS), "")


def zip_of(address: str) -> str:
    """The five-digit ZIP code at the end of an address, or nothing."""
    found = _ZIP.search(address)
    return found[1] if found else ""


def known_suffix(text: str) -> str:
    """JR, SR, II … or nothing."""
    plain = _NOT_ALNUM.sub("", upper(text))
    return {"2ND": "II", "3RD": "III", "JUNIOR": "JR", "SENIOR": "SR"}.get(plain, plain if plain in SUFFIXES else "")


def who_is(person: IndexPatient | PatientClaim) -> Who:
    """A claim or an index entry in comparable form."""
    house, street = house_and_street(person.address_line) if person.address_line else ("", "")
    previous = person.previous_last_name if isinstance(person, IndexPatient) else ""
    sex = person.sex.upper()
    return Who(
        fold_name(person.last_name),
        surname_parts(person.last_name),
        fold_name(previous),
        fold_name(person.first_name),
        fold_name(person.middle_name),
        known_suffix(person.suffix) if person.suffix else "",
        sex if sex in ("M", "F") else "",
        person.dob,
        digits(person.ssn_last4),
        fold_phone(person.phone),
        house,
        street,
        person.zip[:5],
        fold_number(person.mrn),
    )


def digits_meant(text: str) -> str:
    """Digits of a short number, with letters read as the digits they look like."""
    return digits(upper(text).translate(_LOOKS_LIKE_DIGIT))
