"""What papers say below their heads: sentences, lists and tables of each type, filled in for one case. Knows words, no places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import yaml

from samples.langbench.case import Case
from samples.langbench.people import TODAY

_FILES = ("notes.yaml", "results.yaml", "papers.yaml")
_SLOT = re.compile(r"<([^<>|]+)>")
_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)")


class Part(NamedTuple):
    """A piece of a body: a heading, running text, lines, a table (heads first) or a drawn trace."""

    kind: str  # heading, text, lines, table, trace
    rows: tuple[tuple[str, ...], ...]


class Text(NamedTuple):
    """The titles and sections of one kind of paper."""

    titles: list[str]
    parts: dict[str, Any]


@cache
def load_texts() -> dict[str, Any]:
    """Titles and bodies by slug."""
    folder = Path(__file__).parent
    return {slug: entry for name in _FILES for slug, entry in yaml.safe_load((folder / name).read_text(encoding="utf-8")).items()}


def slugs() -> tuple[str, ...]:
    """Every type that has papers here."""
    return tuple(load_texts())


def choose_text(slug: str, rng: Random) -> Text:
    """One kind of paper of a type."""
    entry = load_texts()[slug]
    return Text(**(rng.choice(entry) if isinstance(entry, list) else entry))


def write_body(text: Text, case: Case, rng: Random, *, rounds: int, every: bool) -> list[Part]:
    """A body, with all it may say or most of it; every round after the first is headed by its own date, as appended entries are."""
    parts: list[Part] = []
    for number in range(rounds):
        if number:
            parts.append(Part("heading", ((_fill(rng.choice(("Addendum <date>", "Entry of <date>", "Prior record, <date>")), case, rng),),)))
        for key, said in text.parts.items():
            parts += _part(key, said, case, rng, every=every)
    return parts


def _part(key: str, said: Any, case: Case, rng: Random, *, every: bool) -> Iterator[Part]:
    """One section, with one of its headings."""
    word, _, names = key.partition(" ")
    if key == "trace":
        yield Part("trace", tuple((line,) for line in said))
        return
    if word == "table":
        rows = [tuple(_fill(row, case, rng).split("|")) for row in (said if every else _some(said, rng, least=3))]
        yield Part("table", (tuple(names.split("|")), *rows))
        return
    heading = rng.choice((names if word == "list" else key).split("/")).strip()
    if heading:
        yield Part("heading", ((heading,),))
    chosen = [_fill(text, case, rng) for text in (said if every else _some(said, rng, least=2))]
    yield Part("lines", tuple((line,) for line in chosen)) if word == "list" else Part("text", ((" ".join(chosen),),))


def _some(said: Sequence[str], rng: Random, *, least: int) -> list[str]:
    """Most of what may be said, in its order."""
    keep = rng.randint(min(least, len(said)), len(said))
    return [said[at] for at in sorted(rng.sample(range(len(said)), keep))]


def _fill(text: str, case: Case, rng: Random) -> str:
    return _SLOT.sub(lambda found: _slot(found[1], case, rng), text)


def _slot(slot: str, case: Case, rng: Random) -> str:
    she = case.patient.sex == "F"
    years = case.patient.age(case.day)
    known = {
        "age": str(years or 1),
        "sexword": ("girl" if she else "boy") if years < 18 else ("woman" if she else "man"),
        "he": "she" if she else "he",
        "He": "She" if she else "He",
        "his": "her" if she else "his",
        "him": "her" if she else "him",
        "His": "Her" if she else "His",
        "kin": case.kin.natural,
        "author": case.signer,
        "referrer": case.sender,
        "house": case.house.name,
        "payer": case.payer,
        "workplace": case.workplace,
        "initials": case.author.first[0] + case.author.last[0],
    }
    if slot == "date":
        return case.date(max(case.patient.born, min(TODAY, case.day - timedelta(days=rng.randint(0, 500)))))
    if slot in known:
        return known[slot]
    if found := _RANGE.fullmatch(slot):
        low, high = found[1], found[2]
        return (
            f"{rng.uniform(float(low), float(high)):.1f}"
            if "." in low
            else str(rng.randint(int(low), int(high))).zfill(len(low) if low[0] == "0" else 1)
        )
    ways = slot.split("/")
    return ways[int(case.account) % len(ways)] if len(ways) > 2 and " " in slot else rng.choice(ways)  # phrases of one paper fit together
