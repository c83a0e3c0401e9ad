"""The words that announce values, read once from labels.yaml and folded. Knows no page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

LOOKALIKES = str.maketrans("015i8|", "olslbl")
NO_ROLE = ""
SHORTEST_MISSPELT = 5
LONG = 9
STEM_STRENGTH = 0.97
ATTRIBUTE_STRENGTH = 0.95


class Meaning(NamedTuple):
    """What a label announces: a field (or name, section, skip), whose, how telling it is, and whether it needs no colon."""

    what: str
    role: str = NO_ROLE
    strength: float = STEM_STRENGTH
    firm: bool = False
    fills: str = ""  # the field a provider's name fills
    open: bool = False  # misread so that it may be the patient's as well


def fold(text: str) -> str:
    """Letters and digits alone, without accents, with those that readers confuse made one."""
    text = text if text.isascii() else unicodedata.normalize("NFKD", text)
    kept = "".join(c for c in text.lower() if c.isalnum() or c == "|").translate(LOOKALIKES)
    return kept.replace("rn", "m").replace("vv", "w")


@cache
def data() -> Mapping[str, Any]:
    """labels.yaml as parsed."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: Mapping[str, Any] = yaml.load(files("pipeline.fields").joinpath("labels.yaml").read_text("utf-8"), Loader=loader)  # noqa: S506
    return loaded


@cache
def words(group: str) -> frozenset[str]:
    """One list of words, lower case."""
    return frozenset(str(w) for w in data()[group])


@cache
def folded_stems(group: str) -> frozenset[str]:
    """One list of words, folded."""
    return frozenset(fold(word) for word in words(group))


@cache
def meanings() -> dict[str, Meaning]:
    """Every phrase, folded, with what it announces. Earlier, narrower groups win."""
    table: dict[str, Meaning] = {}
    for phrase, meaning in _phrases():
        table.setdefault(fold(phrase), meaning)
    for phrase in data()["firm_values"]:
        key = fold(phrase)
        table[key] = table[key]._replace(firm=True)
    return table


@cache
def openings() -> frozenset[str]:
    """Every beginning of a folded phrase, of one person or several."""
    return frozenset(phrase[:length] for key in meanings() for phrase in (key, f"{key}s") for length in range(1, len(phrase) + 1))


@cache
def near_misses() -> dict[str, list[str]]:
    """Folded phrases by what is left when one letter is taken out; for finding labels one letter off."""
    left: dict[str, list[str]] = {}
    for key in meanings():
        if len(key) >= SHORTEST_MISSPELT:
            for shorter in set(without_one(key)):
                left.setdefault(shorter, []).append(key)
    return left


@cache
def long_phrases() -> dict[tuple[int, int, str], list[tuple[int, str]]]:
    """Folded phrases long enough to be known with two letters wrong, ranked, by their length and each third of them with its place."""
    table: dict[tuple[int, int, str], list[tuple[int, str]]] = {}
    for rank, key in enumerate(key for key in meanings() if len(key) >= LONG):
        for start, end in thirds(len(key)):
            table.setdefault((len(key), start, key[start:end]), []).append((rank, key))
    return table


def thirds(length: int) -> tuple[tuple[int, int], ...]:
    """Where the thirds of a phrase begin and end."""
    one, two = length // 3, 2 * length // 3
    return (0, one), (one, two), (two, length)


@cache
def longest_phrase() -> int:
    """Most letters in any folded phrase."""
    return max(map(len, meanings()))


def without_one(key: str) -> Iterator[str]:
    """The string with each letter left out in turn."""
    return (key[:at] + key[at + 1 :] for at in range(len(key)))


def _phrases() -> Iterator[tuple[str, Meaning]]:
    yield from ((phrase, Meaning("skip")) for phrase in data()["passed_over"])
    yield from _values()
    yield from _providers()
    yield from _bare_attributes()
    for role, stems in data()["roles"].items():
        for stem in stems:
            yield from _of_role(stem, role)
    for role, phrases in data()["section_alone"].items():
        yield from ((phrase, Meaning("section", role)) for phrase in phrases)


def _values() -> Iterator[tuple[str, Meaning]]:
    for what, by_strength in data()["values"].items():
        for strength, phrases in by_strength.items():
            yield from ((phrase, Meaning(what, NO_ROLE, float(strength))) for phrase in phrases)


def _providers() -> Iterator[tuple[str, Meaning]]:
    for fills, by_strength in data()["providers"].items():
        for strength, phrases in by_strength.items():
            meaning = Meaning("name", "provider", float(strength), fills="" if fills == "none" else fills)
            yield from ((variant, meaning) for phrase in phrases for variant in (phrase, f"{phrase} name"))


def _bare_attributes() -> Iterator[tuple[str, Meaning]]:
    firm = data()["firm"]
    for what, phrases in data()["attributes"].items():
        yield from ((phrase, Meaning(what, NO_ROLE, ATTRIBUTE_STRENGTH, what in firm and phrase not in words("not_firm"))) for phrase in phrases)


def _of_role(stem: str, role: str) -> Iterator[tuple[str, Meaning]]:
    named = Meaning("name", role)
    yield stem, named
    for word in data()["person_words"]:
        yield from ((phrase, named) for phrase in (f"{stem} {word}", f"{stem}s {word}", f"name of {stem}"))
    yield from ((f"{stem} {section}", Meaning("section", role)) for section in data()["sections"])


def role_of(key: str) -> str:
    """The role that a folded stem ("spouse", "spouses") names, if it does."""
    table = meanings()
    found = table.get(key) or table.get(key.removesuffix("s"))
    return found.role if found and found.what == "name" else NO_ROLE


def attribute_of(stem: str, attribute: str) -> Meaning | None:
    """What "spouse" before "date of birth" announces: the attribute, of that person."""
    found = meanings().get(attribute)
    if found is None or found.role != NO_ROLE or found.what not in data()["attributes"]:
        return None
    role = role_of(stem)
    return Meaning(found.what, role, found.strength) if role else None
