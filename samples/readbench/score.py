"""Holds what was read against what stands on a page: words in order, words at all, fields, and stated confidence. Knows no engine."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

_SIGNS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "−": "-"})
EDGES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0001)
LEAST = 200  # words in a band that say something


class Count(NamedTuple):
    """Words on some pages, and how many of them went wrong or were found."""

    words: int = 0
    errors: int = 0  # fewest insertions, deletions and changes of words
    found: int = 0  # anywhere on the page

    def __add__(self, other: Count) -> Count:  # type: ignore[override]
        return Count(self.words + other.words, self.errors + other.errors, self.found + other.found)

    @property
    def error(self) -> float:
        """Word error in percent."""
        return 100 * self.errors / max(1, self.words)

    @property
    def recall(self) -> float:
        """Share of words found in any order, in percent."""
        return 100 * self.found / max(1, self.words)


class Band(NamedTuple):
    """Words of one quality class that were stated about equally sure."""

    quality: str
    low: float
    words: int
    stated: float
    true: float

    @property
    def off(self) -> float:
        """How far the stated share is from the true one."""
        return abs(self.stated - self.true)


def tokens(text: str) -> list[str]:
    """The words of a text; a sign that has several typographic forms counts as one."""
    return unicodedata.normalize("NFKC", text).translate(_SIGNS).split()


def count(truth: Sequence[str], read: str) -> Count:
    """One page's words held against its truth."""
    there, seen = tokens(" ".join(truth)), tokens(read)
    found = sum((Counter(there) & Counter(seen)).values())
    return Count(len(there), Levenshtein.distance(there, seen), found)


def right_words(truth: Sequence[str], read: Sequence[str]) -> list[bool]:
    """For each word read, whether it stands on the page: at its place in the order, or left over somewhere else."""
    there, seen = tokens(" ".join(truth)), [" ".join(tokens(word)) for word in read]
    right = [False] * len(seen)
    left = Counter(there)
    for block in Levenshtein.opcodes(there, seen).as_matching_blocks():
        for offset in range(block.size):
            right[block.b + offset] = True
            left[there[block.a + offset]] -= 1
    for number, word in enumerate(seen):
        if not right[number] and left[word] > 0:
            right[number] = True
            left[word] -= 1
    return right


def bands(words: Iterable[tuple[str, float, bool]]) -> list[Band]:
    """Quality, stated confidence and truth of words, pooled; bands with too few words are left out."""
    pools: dict[tuple[str, float], list[tuple[float, bool]]] = {}
    for quality, stated, right in words:
        low = max((edge for edge in EDGES[:-1] if stated >= edge), default=None)
        if low is not None:
            pools.setdefault((quality, low), []).append((stated, right))
    full = {key: pool for key, pool in pools.items() if len(pool) >= LEAST}
    return [
        Band(quality, low, len(pool), sum(stated for stated, _ in pool) / len(pool), sum(right for _, right in pool) / len(pool))
        for (quality, low), pool in sorted(full.items())
    ]


def folded(text: str) -> str:
    """Letters and digits alone, without case and accents: how a value is looked for."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in plain.casefold() if sign.isalnum())


def readable(value: str, texts: Iterable[str]) -> bool:
    """Whether a value stands in one of the texts."""
    wanted = folded(value)
    return any(wanted in folded(text) for text in texts)
