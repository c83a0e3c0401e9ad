"""What the build of a page says of its type: headings that stand together, columns of results, the opening and close of a letter.

Knows lines and sets of headings; knows nothing of titles, the text model or thresholds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process

from pipeline.title_words import COLUMNS, HEADING_SETS, TOLD, HeadingSet
from pipeline.titles import fold

HEADING = re.compile(r"(?:^|(?<=[.;!?]\s)|(?<=\s{2}))\W{0,3}([A-Za-z][A-Za-z /&'()-]{2,44}?)\s*(?:[:;]|$)")
UNITS = re.compile(
    r"(?<![a-z])(?:[mun]?g|mcg|ng|pg|mmol|meq|m?iu|u|units?|cells|g|x?10[e^*]\d+|k|m)\s?/\s?(?:[dmu]?l|mcl|hpf|lpf)(?![a-z])|(?<![a-z])(?:fl|mm/hr)(?![a-z])"
    r"|thousand/|million/|\bml/min",
    re.IGNORECASE,
)
DEAR = re.compile(r"^\W{0,3}(dear\b|to whom it may concern)(.*)", re.IGNORECASE)
DOCTOR = re.compile(r"\b(dr|doctor|colleague|md|do|physician|provider)\b", re.IGNORECASE)
CLOSE = re.compile(
    r"^\W{0,3}(very |yours? )?(sincere|tru|respectful|cordial|faithful)(ly)?\b.{0,24}$"
    r"|^\W{0,3}((with )?(kind|best|warm)(est)? (personal )?regards)\b",
    re.IGNORECASE,
)
CONSULTED = re.compile(
    r"asking (me|us) to (see|evaluate|consult)|in consultation"
    r"|(seen|see|saw|evaluat\w+|consult\w*)\b.{0,80}\b(in|for|on)( \w+)? consultation",
    re.IGNORECASE,
)
ANSWERED = re.compile(
    r"thank(s| ?you)( \w+)? for (referring|the (kind )?referral|sending|(your|the) (kind |courteous )?(referral|opportunity)"
    r"|allowing (me|us) to (see|participate|evaluate))",
    re.IGNORECASE,
)
ASKED = re.compile(
    r"\b(i am|we are) referring\b|(kindly|please) (see|evaluate)\b|would (you|appreciate your) (please |kindly )?(see|evaluat)"
    r"|appreciate your (opinion|evaluation|input)",
    re.IGNORECASE,
)


class Build(NamedTuple):
    """A type that the build of the pages speaks for: what was seen, and how often such a find is wrong (0..1)."""

    slug: str
    seen: tuple[str, ...]
    doubt: float


def find_builds(lines: Sequence[str], rows: Sequence[str]) -> tuple[Build, ...]:
    """The types the build of a document speaks for, at most one find a type; a row may hold several lines printed side by side."""
    named = [*_heading_sets(headings(lines)), *_letter(lines)]
    found = named or list(_results(lines, rows))  # a table of results inside another paper is a part of it
    best: dict[str, Build] = {}
    for build in sorted(found, key=lambda b: b.doubt):
        best.setdefault(build.slug, build)
    return tuple(best.values())


def headings(lines: Sequence[str]) -> dict[str, str]:
    """The known headings that stand in the lines: as the sets name them, and as printed."""
    known = _known(HEADING_SETS)
    found: dict[str, str] = {}
    for printed in (hit[1].strip() for line in lines for hit in HEADING.finditer(line)):
        key = fold(printed)
        near = process.extractOne(key, known.keys(), scorer=fuzz.ratio, score_cutoff=90 if len(key) > 8 else 100)
        if near:
            found.setdefault(known[near[0]], printed)
    return found


@lru_cache(maxsize=2)
def _known(sets: tuple[HeadingSet, ...]) -> dict[str, str]:
    return {fold(name): name for one in sets for group in (*one.groups, one.against) for name in group}


def _heading_sets(found: dict[str, str]) -> Iterator[Build]:
    """Sets of which enough headings stand together."""
    for one in HEADING_SETS:
        seen = [next((found[name] for name in group if name in found), None) for group in one.groups]
        shown = tuple(text for text in seen if text)
        if len(shown) >= one.needed and not any(name in found for name in one.against):
            yield Build(one.slug, shown, one.doubt * 0.5 ** (len(shown) - one.needed))


def _results(lines: Sequence[str], rows: Sequence[str]) -> Iterator[Build]:
    """A table of measurements: its columns are named and many lines carry a unit."""
    measured = [line for line in rows if UNITS.search(line) and len(line.split()) <= 14]
    short = [fold(line) for line in rows if len(line.split()) <= 14]
    columns = [name for name in COLUMNS if any(fold(name) in line for line in short)]
    told = {fold(line.partition(":")[0]) for line in lines} & _TOLD_FOLDS
    if len(told) < 2 and len(measured) >= 4 and len(measured) >= 0.12 * len(rows) and len(columns) >= 2:
        yield Build("laboratory_report", tuple(columns), 0.02)


_TOLD_FOLDS = frozenset(fold(name) for name in TOLD)


def _letter(lines: Sequence[str]) -> Iterator[Build]:
    """A letter: addressed, closed, and what it says it is about."""
    opened = next(((at, hit[2]) for at, line in enumerate(lines) if (hit := DEAR.match(line))), None)
    if opened is None:
        return
    at, whom = opened
    first = " ".join(lines[at + 1 : at + 7])
    closed = any(CLOSE.match(line) for line in lines[at + 1 :])
    if (hit := CONSULTED.search(first)) is not None:
        yield Build("consultation", ("Dear …", hit[0]), 0.04)
    elif (hit := ANSWERED.search(first)) is not None:
        yield Build("consultation", ("Dear …", hit[0]), 0.1)
    elif (hit := ASKED.search(first)) is not None:
        yield Build("referral", ("Dear …", hit[0]), 0.3)
    elif closed and not DOCTOR.search(whom):
        yield Build("correspondence", ("Dear …", "Sincerely"), 0.04)
