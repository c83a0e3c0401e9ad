"""Whether two pages are copies of one sheet: sent again, scanned again, printed from a portal. Knows readings, no store.

A page is found again by a few hashes of its word shingles (a bottom-k sketch: Broder 1997, "On the resemblance and containment of documents"),
and judged by the words and numbers that stand on the one page only. Forms look alike: what was filled in decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import partial
from hashlib import blake2b
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from pipeline.fields.dates import parse_date
from pipeline.page_signs import is_fax_line
from pipeline.titles import lines_of
from schemas.likeness import ENOUGH
from schemas.page import Box, PageReading, Word

VERSION = 2
SHINGLE = 3
KEPT = 8  # smallest hashes kept of all shingles, and as many of those with a number in them: forms differ in their numbers
FEWEST = 25  # words without which a page by itself makes no document known again
MOST_DIFFERING = 0.3  # of all words; 0.27 was the most between two scans of one sheet, one of them a bad fax
CLEAR = 0.94  # read so surely, a word that stands on one page only is seldom a misreading:
CLEARLY_OTHER = 3  # two scans of one sheet showed two such words at most
PARTS = re.compile(r"[a-z]+|\d{1,2}-\d{1,2}-\d{4}|\d{4}-\d{2}-\d{2}|\d+(?:[.,:/]\d+)*")
DATE = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|\d{4}[/-]\d{1,2}[/-]\d{1,2}")


class Likeness(StrEnum):
    """How two pages compare."""

    COPY = "copy"
    PERHAPS = "perhaps a copy"
    OTHER = "other"


class Token(NamedTuple):
    """A word as compared."""

    text: str
    confidence: float


class Imprint(NamedTuple):
    """What is compared of one page."""

    page: int
    fingerprint: str
    tokens: tuple[Token, ...]
    marks: frozenset[int]  # hashes by which it is found again; none for a page with too few words


def imprint(reading: PageReading) -> Imprint:
    """What is compared of a page as read."""
    tokens = tuple(tokens_of(reading))
    return Imprint(reading.number, reading.fingerprint, tokens, sketch([token.text for token in tokens]))


def tokens_of(reading: PageReading) -> list[Token]:
    """The words of a page in reading order without what a fax machine printed."""
    lines = [line.box for line in lines_of(reading) if not is_fax_line(line)]
    return _with_dates([token for word in reading.words if any(map(partial(_lies_in, word.box), lines)) for token in _tokens(word)])


def _with_dates(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with a date in words, such as "14 March 2024", as one."""
    joined: list[Token] = []
    at = 0
    while at < len(tokens):
        three = tokens[at : at + 3]
        written = sum(token.text.isalpha() for token in three) == 1 and parse_date(" ".join(token.text for token in three), pivot=0)
        joined.append(Token(written.iso, min(token.confidence for token in three)) if written else tokens[at])
        at += 3 if written else 1
    return joined


def _lies_in(inner: Box, outer: Box) -> bool:
    x, y = (inner.x0 + inner.x1) / 2, (inner.y0 + inner.y1) / 2
    return outer.x0 <= x <= outer.x1 and outer.y0 <= y <= outer.y1


def _tokens(word: Word) -> Iterable[Token]:
    return (Token(part, word.confidence) for part in PARTS.findall(word.text.lower()))


def sketch(words: Sequence[str]) -> frozenset[int]:
    """The smallest hashes of a page's shingles; none for a page with too few words."""
    if len(words) < FEWEST:
        return frozenset()
    shingles = {" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}
    return frozenset(_smallest(shingles)) | frozenset(_smallest(s for s in shingles if any(c.isdigit() for c in s)))


def _smallest(shingles: Iterable[str]) -> list[int]:
    return sorted(int.from_bytes(blake2b(shingle.encode(), digest_size=7).digest()) for shingle in shingles)[:KEPT]


def compare_pages(a: Imprint, b: Imprint) -> Likeness:
    """Whether one page is a copy of the other. A clearly read date, or three clear words or numbers, that differ make it another page."""
    if a.fingerprint and a.fingerprint == b.fingerprint:
        return Likeness.COPY
    unlike = a.marks and b.marks and len(a.marks & b.marks) < ENOUGH
    if unlike or not a.tokens or not b.tokens:
        return Likeness.OTHER
    left, right = _only(a.tokens, b.tokens), _only(b.tokens, a.tokens)
    if len(left) + len(right) > MOST_DIFFERING * (len(a.tokens) + len(b.tokens)) or _differs(left, right):
        return Likeness.OTHER
    return Likeness.COPY if _misread(left, right) else Likeness.PERHAPS


def _only(one: Sequence[Token], other: Sequence[Token]) -> list[Token]:
    """What stands oftener on one page than on the other."""
    extra = Counter(token.text for token in one) - Counter(token.text for token in other)
    found = []
    for token in one:
        if extra[token.text] > 0:
            extra[token.text] -= 1
            found.append(token)
    return found


def _differs(left: Sequence[Token], right: Sequence[Token]) -> bool:
    """Whether both pages show clearly what the other does not: what one of them only lacks may be cut off, or unreadable."""
    clear = [_clear(left, right), _clear(right, left)]
    numbers, words, dates = (min(sum(is_kind(text) for text in side) for side in clear) for is_kind in (_is_number, _is_long_word, _is_date))
    return dates > 0 or numbers + words >= CLEARLY_OTHER


def _clear(side: Sequence[Token], other: Sequence[Token]) -> list[str]:
    """What was clearly read on one side and is no part or spelling of anything on the other: a fax loses decimal points and parts words."""
    bare = [_bare(token.text) for token in other]
    return [token.text for token in side if token.confidence >= CLEAR and not any(_may_be(_bare(token.text), text) for text in bare)]


def _may_be(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    return short in long and 2 * len(short) > len(long)


def _bare(text: str) -> str:
    return re.sub(r"[.,:/-]", "", text)


def _misread(left: Sequence[Token], right: Sequence[Token]) -> bool:
    """Whether nothing differs but words that one look reads a little otherwise; a number may not differ at all."""
    words = [[token.text for token in side] for side in (left, right)]
    return not any(_is_number(text) for side in words for text in side) and all(
        any(_near(text, other) for other in words[1 - at]) for at in (0, 1) for text in words[at] if len(text) > 1
    )


def _near(a: str, b: str) -> bool:
    return Levenshtein.distance(a, b) <= max(1, min(len(a), len(b)) // 4)


def _is_number(text: str) -> bool:
    return text[0].isdigit()


def _is_long_word(text: str) -> bool:
    return text[0].isalpha() and len(text) > 2


def _is_date(text: str) -> bool:
    return DATE.fullmatch(text) is not None
