"""Writes plausible clinical texts by type from phrase lists: bodies without a title line, so that the body alone carries the type.

Also the paper around them (header blocks) and the damage that reading does. All people and places are invented here.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "corpus"


def _words(text: str) -> list[str]:
    return text.split()


LAST = _words(
    "Albers Brandt Castell Dorsey Ekman Farrow Gentry Holloway Ibarra Jansen Keller Lindqvist Marlow Nystrom Okafor Pruitt Quigley Rourke Sandoval"
)
FIRST = _words("Ada Bruno Clara Denis Elsa Felix Greta Hugo Irene Jonas Karin Leo Mona Nils Olga Peter Rita Samuel Tess Victor")
PLACES = ("Riverside", "Lakeview", "Northgate", "Cedar Hill", "St. Brendan", "Fairmont", "Harbor", "Mill Creek", "Summit", "Westbrook")
KINDS = ("Hospital", "Medical Center", "Clinic", "Medical Associates", "Health System", "Regional Hospital", "Family Practice")
CONFUSIONS = {
    "l": "1I|",
    "1": "lI",
    "i": "lj",
    "0": "O",
    "o": "0c",
    "e": "co",
    "c": "e",
    "s": "5",
    "5": "S",
    "b": "6h",
    "h": "b",
    "a": "o",
    "n": "ri",
    "u": "ii",
}
PAIRS = (("rn", "m"), ("m", "rn"), ("cl", "d"), ("d", "cl"), ("vv", "w"), ("w", "vv"), ("li", "h"), ("fi", "h"))
HEADER = (
    "{facility} Phone {phone} Fax {phone}",
    "Patient: {name} DOB: {date} MRN: {id}",
    "Name {name} Sex (M|F) Age <1-90>",
    "Patient Name: {name}",
    "Date of birth: {date}",
    "Medical record number {id} Account {id}",
    "Provider: {provider}",
    "Page <1-4> of <1-6>",
    "Visit date: {date}",
    "Date: {date}",
    "<10-999> Main Street",
    "Attending: {provider}",
    "Printed {date} {time}",
    "Electronically signed by {provider} on {date}",
    "cc: {provider}",
    "PCP: {provider}",
    "Encounter {id}",
    "Insurance: {payer}",
)


@cache
def _lexicon() -> dict[str, list[str]]:
    words: dict[str, list[str]] = yaml.safe_load((FOLDER / "lexicon.yaml").read_text())
    return words


@cache
def seeds() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Layouts by type: slug → layout → blocks."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for path in sorted(path for path in FOLDER.glob("*.yaml") if path.name != "lexicon.yaml"):
        for slug, layouts in yaml.safe_load(path.read_text()).items():
            found.setdefault(slug, {}).update(layouts)
    return found


def body(slug: str, rng: Random, layout: str | None = None) -> str:
    """One text of a type, without a title."""
    layouts = seeds()[slug]
    blocks = layouts[layout or rng.choice(sorted(layouts))]
    parts = [_block(block, rng) for block in blocks if rng.random() < block.get("odds", 0.85)]
    return "\n".join(part for part in parts if part) or _block(blocks[-1], rng)


def _block(block: dict[str, Any], rng: Random) -> str:
    low, _, high = str(block.get("take", "1-3")).partition("-")
    pool, count = block["of"], rng.randint(int(low), int(high))
    chosen = rng.sample(pool, min(count, len(pool))) + rng.choices(pool, k=max(0, count - len(pool)))
    lines = [expand(template, rng) for template in chosen]
    text = " ".join(lines) if block.get("prose") else "\n".join(lines)
    head = rng.choice(block.get("head", [""]))
    return f"{_cased(head, rng)}{rng.choice((': ', chr(10), ':' + chr(10)))}{text}" if head else text


def _cased(head: str, rng: Random) -> str:
    return head.upper() if rng.random() < 0.5 else head


def expand(template: str, rng: Random) -> str:
    """Draw every {list}, (choice|choice) and <low-high> of a template."""
    text = re.sub(r"\{(\w+)\}", lambda hit: _fill(hit[1], rng), template)
    text = re.sub(r"\(([^()|]*(?:\|[^()|]*)+)\)", lambda hit: rng.choice(hit[1].split("|")), text)
    text = re.sub(r"<([A-Z])-([A-Z])>", lambda _: rng.choice(string.ascii_uppercase), text)
    return re.sub(r"<(\d+)-(\d+)>", lambda hit: str(rng.randint(int(hit[1]), int(hit[2]))), text)


def _fill(name: str, rng: Random) -> str:
    lexicon = _lexicon()
    return expand(rng.choice(lexicon[name]), rng) if name in lexicon else _invent(name, rng)


def _invent(name: str, rng: Random) -> str:
    person = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    made = {
        "name": person,
        "provider": f"{person}, {rng.choice(('MD', 'DO', 'NP', 'PA-C'))}",
        "facility": f"{rng.choice(PLACES)} {rng.choice(KINDS)}",
        "phone": f"({rng.randint(201, 989)}) 555-{rng.randint(0, 9999):04d}",
        "date": _date(rng),
        "time": f"{rng.randint(0, 23):02d}{rng.choice((':', ''))}{rng.randint(0, 59):02d}",
        "id": f"{rng.choice(('', 'A', 'MR', '00'))}{rng.randint(10_000, 9_999_999)}",
        "lot": "".join(rng.choices(string.ascii_uppercase, k=2)) + str(rng.randint(100, 9999)),
        "initials": "".join(rng.choices(string.ascii_uppercase, k=2)),
    }
    return made[name]


def _date(rng: Random) -> str:
    year, month, day = rng.randint(1940, 2025), rng.randint(1, 12), rng.randint(1, 28)
    return rng.choice(
        (
            f"{month:02d}/{day:02d}/{year}",
            f"{year}-{month:02d}-{day:02d}",
            f"{month}/{day}/{year % 100:02d}",
            f"{_lexicon()['month'][month - 1]} {day}, {year}",
        )
    )


def furnish(text: str, rng: Random) -> str:
    """The text between header and footer lines, as paper from a sender has them."""
    top, bottom = rng.randint(0, 6), rng.randint(0, 2)
    lines = [expand(template, rng) for template in rng.sample(HEADER, top + bottom)]
    return "\n".join([*lines[:top], text, *lines[top:]])


def damage(text: str, share: float, rng: Random) -> str:
    """The text as bad reading gives it: confused, dropped and joined characters at about `share` of all places."""
    if share <= 0:
        return text
    for a, b in PAIRS:
        text = re.sub(a, lambda hit, b=b: b if rng.random() < share * 2 else hit[0], text)  # type: ignore[misc]
    return "".join(_misread(text, share, rng))


def _misread(text: str, share: float, rng: Random) -> Iterator[str]:
    for char in text:
        if rng.random() >= share:
            yield char
            continue
        kind = rng.random()
        if char == " " or kind < 0.15:
            continue  # dropped, or two words joined
        yield f"{char} " if kind < 0.3 else rng.choice(CONFUSIONS.get(char, ".,'" + string.ascii_lowercase))
