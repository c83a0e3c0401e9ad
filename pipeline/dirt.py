"""Tells the dirt of a black-and-white scan from its print: by size against the letters of the page, and by place beside them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pipeline.look import FAX_DPI, TOUCHING, Gray, Marks, Mask, Scan, marks_of

DIRT = 1.8e-4  # square inches: no larger than a full stop
SURE_DIRT = 5.5e-5
DOT = 0.65  # full stops and the dots of letters cover more than this share of their stroke squared
NEAR_X, NEAR_Y = 0.035, 0.02  # inches between a full stop and its word
LOWEST, HIGHEST = 0.035, 0.25  # inches: letters
# Shares of the height of small letters:
SIGN, SIGN_AREA = 0.5, 0.13  # full stops, commas and dots of letters are no larger
BESIDE, UNDER, OVER = 0.8, 0.3, 0.55  # how far from its letter a sign stands; type of one width sets it farthest
LEAN = 0.3  # of an italic colon
DASH = 0.3  # how long one is at least
GAP = 0.1  # between the pieces of a broken stroke
TAIL = 0.42  # how far a letter reaches below its line

Labels = NDArray[np.int32]
Places = NDArray[np.floating | np.integer]


def dirt_of(scan: Scan) -> Mask | None:
    """Where a black-and-white scan is dirty: marks too small for any sign, and small ones where no sign stands. None where there is little dirt."""
    labels, count = ndimage.label(scan.pixels < 128, TOUCHING)
    marks = marks_of(labels, count)
    inch = scan.dpi_x * scan.dpi_y
    small = marks.area <= DIRT * inch
    lone = small & ~near_print(scan, marks, ~small)
    if lone.sum() < max(100, 0.25 * (~small).sum()):
        return None
    surely = marks.area <= SURE_DIRT * inch
    if min(scan.dpi_x, scan.dpi_y) < FAX_DPI:  # there the full stops are two or three pixels, and letters hardly more than specks
        dirt = lone | surely
    else:
        dirt = surely | (marks.area <= DOT * stroke_of(scan.pixels) ** 2) | out_of_place(labels, marks, letter_height(scan, marks))
    drop: Mask = np.concatenate(([False], dirt))[labels]
    return drop


def stroke_of(pixels: Gray) -> float:
    """How many pixels wide the strokes of a black-and-white page are, specks of one pixel left out."""
    black = np.pad(pixels[::4] < 128, ((0, 0), (1, 1))).astype(np.int8).ravel()
    change = np.diff(black)
    lengths = np.flatnonzero(change < 0) - np.flatnonzero(change > 0)
    runs = lengths[lengths > 1]
    return float(np.median(runs)) if runs.size else 1.0


def letter_height(scan: Scan, marks: Marks) -> float:
    """How many pixels high the small letters of a page are; 0 where there are none."""
    high = marks.high[(marks.high >= LOWEST * scan.dpi_y) & (marks.high <= HIGHEST * scan.dpi_y)]
    return float(np.percentile(high, 35)) if high.size else 0.0


def near_print(scan: Scan, marks: Marks, printed: Mask) -> Mask:
    """Which marks lie as near to print as a full stop to its word."""
    beside, over = NEAR_X * scan.dpi_x, NEAR_Y * scan.dpi_y
    large = marks.where(printed)
    return inside(marks, painted(scan.pixels.shape, large.x0 - beside, large.y0 - over, large.x1 + beside, large.y1 + over))


def out_of_place(labels: Labels, marks: Marks, height: float) -> Mask:
    """Which small marks touch no letter and stand neither where a full stop or comma, nor a dot, nor an apostrophe would."""
    small = (np.maximum(marks.wide, marks.high) <= SIGN * height) & (marks.area <= SIGN_AREA * height**2)
    letters = marks.where(~small & (marks.high >= 0.6 * height) & (marks.high <= 4 * height))
    left, right, head, foot = letters.x0, letters.x1, letters.y0, letters.y1
    tailed = np.where(letters.high > 1.2 * height, TAIL, 0.0)  # or with an ascender: the box does not say which
    size = np.clip(letters.high, height, 2 * height)
    stops = painted(labels.shape, right - 0.15 * height, foot - (UNDER + tailed) * height, right + BESIDE * height, foot + UNDER * height)
    narrow = letters.wide <= 0.5 * height
    dotted = letters.high <= np.where(narrow, 1.6, 1.2) * height
    aside = np.where(narrow, -1, 0.2 * letters.wide)[dotted]  # the dot of a broad i stands over its stem
    dots = painted(labels.shape, left[dotted] + aside, head[dotted] - OVER * height, right[dotted] - aside, head[dotted])
    quotes = painted(labels.shape, left - 0.4 * height, head - 0.2 * size, right + BESIDE * height, head + 0.3 * size)
    under = marks.where(inside(marks, stops) & (marks.high <= 0.7 * height))
    colons = painted(labels.shape, under.x0 - 1, under.y0 - height, under.x1 + LEAN * height, under.y0 - 0.2 * height)
    tall, wide = marks.high >= 1.4 * marks.wide, (marks.wide >= 1.8 * marks.high) & (marks.wide >= DASH * height)
    in_place = inside(marks, stops | dots | colons) | (inside(marks, quotes) & tall) | wide
    return small & ~in_place & ~touching(labels, small, max(1, round(GAP * height)))


def painted(shape: tuple[int, ...], x0: Places, y0: Places, x1: Places, y1: Places) -> Mask:
    """A mask of rectangles."""
    mask = np.zeros(shape, dtype=bool)
    for left, top, right, bottom in zip(*(np.maximum(0, edge).astype(int) for edge in (x0, y0, x1, y1)), strict=True):
        mask[top:bottom, left:right] = True
    return mask


def inside(marks: Marks, mask: Mask) -> Mask:
    """Which marks have their middle in a mask."""
    found: Mask = mask[(marks.y0 + marks.y1) // 2, (marks.x0 + marks.x1) // 2]
    return found


def touching(labels: Labels, small: Mask, gap: int) -> Mask:
    """Which marks are but a few pixels away from print: pieces broken off a thin stroke."""
    grown = np.concatenate(([False], ~small))[labels]
    for axis in (0, 1):
        for step in (-1, 1) * gap:
            grown |= np.roll(grown, step, axis=axis)
    return np.bincount(labels[grown], minlength=small.size + 1)[1:] > 0
