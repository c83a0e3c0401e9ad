"""How sure a word is, as the share of such words that was right. Knows raw confidences and page qualities, nothing of engines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.clean import Cleaned
from schemas.page import Word

VERSION = 1
# Raw confidence to share of words found right, measured by band; the highest band differs by quality (its last value).
BANDS = (0.0, 0.15, 0.40, 0.60, 0.75, 0.85, 0.925, 0.97)
SHARES = (0.10, 0.21, 0.30, 0.41, 0.57, 0.69, 0.93)
BEST = {"clean": 0.998, "dirty": 0.985, "fax": 0.98, "shaded": 0.95}


def calibrated(words: Sequence[Word], cleaned: Cleaned) -> tuple[Word, ...]:
    """The words with their confidence as the share of such words that is right at this quality."""
    best = BEST[cleaned.quality]  # below the best band a quality's shares shrink in the same measure
    values = np.interp([word.confidence for word in words], BANDS, [*(share * best for share in SHARES), best])
    return tuple(word._replace(confidence=float(value)) for word, value in zip(words, values, strict=True))
