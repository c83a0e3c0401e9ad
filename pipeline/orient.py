"""Which way up a page is, told by reading a part of it. Knows the engine, nothing of what the page is."""

from __future__ import annotations

import numpy as np
from PIL import Image

from pipeline.attempt import BLOCK, COLUMNS, Attempt, Reader, attempt, mean_confidence, poor, worth
from pipeline.clean import Cleaned, turned
from pipeline.look import Gray, Look

SURE = 0.75  # mean raw confidence: upside down a page reads at 0.3 to 0.6


def read_upright(cleaned: Cleaned, look: Look, reader: Reader) -> Attempt:
    """The page read the right way up: rows that run up and down are turned first, others only where they read badly."""
    if look.sideways:
        return attempt(cleaned, right_turn(cleaned, look, reader), COLUMNS, reader)
    first = attempt(cleaned, 0, COLUMNS, reader)
    if mean_confidence(first.words) >= SURE and not poor(first, look):
        return first
    turn = right_turn(cleaned, look, reader)
    return attempt(cleaned, turn, COLUMNS, reader) if turn else first


def right_turn(cleaned: Cleaned, look: Look, reader: Reader) -> int:
    """The clockwise quarter turn at which a part of the page reads best; 0 unless another is far better."""
    part, turns = densest(cleaned.pixels), (0, 90, 270) if look.sideways else (0, 180)
    worths = {turn: worth(reader.words(turned(part, turn), cleaned, BLOCK)) for turn in turns}
    best = max(worths, key=lambda turn: worths[turn])
    return best if worths[best] > 1.5 * worths[0] + 1 else 0


def densest(pixels: Gray, share: float = 0.45) -> Gray:
    """The square part of an image that holds the most ink."""
    small = np.asarray(Image.fromarray(pixels).reduce(8), dtype=np.float64)
    size = max(1, int(share * min(small.shape)))
    sums = np.pad((255 - small).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    held = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    y, x = np.unravel_index(int(held.argmax()), held.shape)
    return pixels[y * 8 : (y + size) * 8, x * 8 : (x + size) * 8]
