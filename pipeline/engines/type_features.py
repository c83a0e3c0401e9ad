"""What the text model sees of a text: hashed words, word pairs, character n-grams and marks of its build; and the words it may show.

Knows texts and buckets; knows nothing of types or weights.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from pipeline.title_words import COLUMNS, HEADING_SETS, SECTIONS

PART = 1 << 16
PASSAGE_BUCKETS = 4 * PART  # words, word pairs, character 3- and 4-grams, character 5-grams
BUCKETS = 6 * PART  # and of a whole text: headings in their order, the words at its two ends
WORDS_READ = 1500
END = 40  # words
HEADING = re.compile(r"(?:^|(?<=[.!?] )|(?<=  ))\s*([A-Z][A-Za-z0-9 /&,'()-]{1,60}?)\s*[:;]|^([A-Z][A-Z /&,-]{3,60})$", re.MULTILINE)
WEIGHTS = (1.0, 0.7, 1.0, 1.0, 1.0, 1.0)  # the length to which each part of a text is brought

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


def fold(text: str) -> list[str]:
    """Lower-case ASCII words; every digit becomes 0, so that dates and numbers keep their shape and lose their value."""
    return re.findall(r"[a-z0]+", re.sub(r"\d", "0", _ascii(text).lower()))[:WORDS_READ]


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def common_words(text: str) -> list[str]:
    """The words of a text that may be shown as evidence: printed small somewhere in it, or words of known headings; so no names, no numbers."""
    words = re.findall(r"[A-Za-z]{3,}", _ascii(text))
    return sorted({word for word in words if word.islower()} | {word.lower() for word in words if word.lower() in _heading_words()})


@cache
def _heading_words() -> frozenset[str]:
    named = [name for one in HEADING_SETS for group in one.groups for name in group]
    return frozenset(word for name in (*SECTIONS, *COLUMNS, *named) for word in name.split() if len(word) > 2)


def word_bucket(word: str) -> int:
    """The bucket of a word."""
    return crc32(word.encode()) & (PART - 1)


def _ngrams(codes: NDArray[np.uint64], n: int) -> Ints:
    """Hashes of the n-grams that lie inside a word or touch one of its ends."""
    count = len(codes) - n + 1
    if count < 1:
        return np.empty(0, np.int64)
    key, inside = np.full(count, n, np.uint64), np.ones(count, bool)
    for at in range(n):
        part = codes[at : at + count]
        key = (key << np.uint64(8)) | part
        inside &= (part != ord(" ")) | (at in {0, n - 1})
    mixed = (key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(48)
    return mixed[inside].astype(np.int64)


def document_features(text: str) -> tuple[Ints, Floats]:
    """The features of a text, and of its build: which headings follow one another, and how it begins and ends if it is long enough to have ends."""
    words = fold(text)
    end = END if len(words) > 2 * END else 0
    begins, ends = [f"^{word}" for word in words[:end]], [f"${word}" for word in words[len(words) - end :]]
    built = (
        _hashed(_headings(text)) + 4 * PART,
        _hashed([*begins, *_pairs(begins), *ends, *_pairs(ends)]) + 5 * PART,
    )
    (plain, counts), (marks, times) = features(text), _counted(built)
    return np.concatenate([plain, marks]), np.concatenate([counts, times])


def _headings(text: str) -> list[str]:
    """The headings of a text, the words of each, and each with the next; none of a text that has too few to have an order."""
    found = [" ".join(fold(inline or alone)) for inline, alone in HEADING.findall(text)]
    if len(found) < 2:
        return []
    return [*found, *(f".{word}" for one in found for word in one.split()), *_pairs(["^", *found, "$"])]


def features(text: str) -> tuple[Ints, Floats]:
    """Buckets and dampened counts (1 + ln n) of a text's words, word pairs and character n-grams."""
    words = fold(text)
    codes = np.frombuffer(f" {' '.join(words)} ".encode(), np.uint8).astype(np.uint64)
    return _counted(
        (
            _hashed(words),
            _hashed(_pairs(words)) + PART,
            np.concatenate([_ngrams(codes, 3), _ngrams(codes, 4)]) + 2 * PART,
            _ngrams(codes, 5) + 3 * PART,
        )
    )


def _counted(parts: Sequence[Ints]) -> tuple[Ints, Floats]:
    buckets, counts = np.unique(np.concatenate(parts), return_counts=True)
    return buckets, (1 + np.log(counts)).astype(np.float32)


def _pairs(words: Sequence[str]) -> list[str]:
    return [f"{a} {b}" for a, b in pairwise(words)]


def _hashed(words: Sequence[str]) -> Ints:
    return np.fromiter((word_bucket(word) for word in words), np.int64, len(words))


def weighted(found: tuple[Ints, Floats], idf: NDArray[Any]) -> tuple[Ints, Floats]:
    """Features times rarity, each part of a text brought to its own length; features that were never met count nothing."""
    buckets, counts = found
    values = counts * idf[buckets].astype(np.float32)
    for part, length in enumerate(WEIGHTS):
        block = (buckets >= part * PART) & (buckets < (part + 1) * PART)
        values[block] *= length / (float(np.linalg.norm(values[block])) or 1.0)
    return buckets, values.astype(np.float32)
