"""How sure a word is, as the share of such words that was right: by its page's quality and by how surely the whole page was read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.attempt import mean_confidence
from pipeline.confidence_table import CURVES
from schemas.page import Word

VERSION = 4
KNOTS = (0.0, 0.2, 0.35, 0.5, 0.6, 0.7, 0.78, 0.84, 0.88, 0.91, 0.93, 0.95, 0.97, 1.0)  # raw confidences at which a curve is kept
KINDS, SHORT = ("word", "short", "sign"), 2  # of what was read; signs of a short piece at most
NEVER_SURE = 0.45  # the most that anything on an unreadable page is believed
LEVELS = (0.70, 0.78, 0.84, 0.88, 0.92)  # mean raw confidences of pages, one curve each


def calibrated(words: Sequence[Word], quality: str) -> tuple[Word, ...]:
    """The words with their confidence as the share of such words that is right on such a page."""
    mean = mean_confidence(words)
    curves = {kind: level_of(CURVES[quality][kind], mean) for kind in KINDS}
    return tuple(word._replace(confidence=float(np.interp(word.confidence, KNOTS, curves[kind_of(word.text)]))) for word in words)


def kind_of(text: str) -> str:
    """What was read: a word, a piece as short as dirt and halves of words are, or a lone sign, as streaks and strokes are read."""
    if not any(map(str.isalnum, text)):
        return "sign"
    return "short" if len(text) <= SHORT else "word"


def level_of(curves: Sequence[Sequence[float]], page_mean: float) -> NDArray[np.float64]:
    """The curve for a page of this mean confidence, between those of the levels beside it."""
    place = float(np.interp(page_mean, LEVELS, range(len(LEVELS))))
    low = min(int(place), len(LEVELS) - 2)
    below, above = np.array(curves[low]), np.array(curves[low + 1])
    return np.asarray(below + (place - low) * (above - below))
