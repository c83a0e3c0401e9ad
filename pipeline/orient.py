"""Which way up a page is, told by reading a part of it. Knows the engine, nothing of what the page is."""

from __future__ import annotations

import numpy as np
from PIL import Image

from pipeline.attempt import BLOCK, COLUMNS, Attempt, Reader, attempt, worth
from pipeline.clean import turned
from pipeline.look import Gray, Look


def better_turned(first: Attempt, look: Look, reader: Reader) -> Attempt:
    """The page read again the right way up, if a part of it reads far better turned."""
    turn = right_turn(densest(first.cleaned.pixels), first.cleaned.dpi, look, reader)
    return attempt(first.cleaned, turn, COLUMNS, reader) if turn else first


def right_turn(part: Gray, dpi: int, look: Look, reader: Reader) -> int:
    """The clockwise quarter turn at which a part of the page reads best; 0 unless another is far better."""
    turns = (0, 90, 270) if look.sideways else (0, 180)
    worths = {turn: worth(reader.words(turned(part, turn), dpi, BLOCK)) for turn in turns}
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
