"""Where a page asks for a signature by a printed label, and how much ink stands there that is no print. Knows words and pixels, no document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from pipeline.fields.geometry import Row, Sheet, Token, cells, lay_out, say
from pipeline.look import TOUCHING, Mask, Scan
from pipeline.reread import cut, upright
from schemas.page import Box, PageKind, PageReading, SignaturePlace

LABEL = re.compile(r"\b(?:signature|sign here|firma)\b|^\W*signed(?: by)?\W*$", re.IGNORECASE | re.MULTILINE)
NO_LABEL = re.compile(r"\b(?:electronic|e-?sign|on file|date|digital|without)|\.\W*$", re.IGNORECASE)
MOST_WORDS = 9  # of a label; more is a sentence about signatures
DPI = 150
DARK = 0.3  # of the paper's brightness that is missing
RULE, POST, EDGE = 0.25, 0.35, 2  # inches that a printed line runs straight, across and down; pixels it may be thick on either side
SPECK = 0.04  # inches
SLANT = 0.05  # rise of a printed line on a crooked page
PRINTED = 0.9  # confidence of a word that was printed: pen strokes are read as words too, but not surely
BESIDE, NARROWEST, WIDE = 0.3, 5.0, 18.0  # in heights of a word: from the label, the narrowest place for a name, the usual one
ABOVE, OVER, UNDER = 3.6, 2.0, 0.9  # in heights of a word: how far a pen reaches above a line, and below


class Pen(NamedTuple):
    """Ink that is no print, in squared heights of a word; how far it runs, in heights of a word; whether a line to sign on is seen."""

    ink: float
    spread: float
    ruled: bool


def signature_places(reading: PageReading, scan: Scan) -> tuple[SignaturePlace, ...]:
    """The places for a signature on a page, and what the pen left there."""
    if reading.kind is not PageKind.TEXT or not LABEL.search(reading.text):
        return ()
    sheet = lay_out(reading)
    labels = [(row, a, b) for row in sheet.rows for a, b in cells(row) if is_label(row[a:b])]
    if not labels:
        return ()
    paper = upright(scan, reading.turn)
    return tuple(place for row, a, b in labels if (place := look_beside(row, a, b, sheet, paper)))


def is_label(tokens: Sequence[Token]) -> bool:
    """Whether a cell asks for a signature."""
    text = say(tokens)
    return LABEL.search(text) is not None and NO_LABEL.search(text) is None and sum(any(map(str.isalpha, t.text)) for t in tokens) <= MOST_WORDS


def look_beside(row: Row, a: int, b: int, sheet: Sheet, paper: Scan) -> SignaturePlace | None:
    """What stands to the right of a label on its line, or above it; the fuller of both."""
    looked = [(pen_in(area, sheet, paper), box_of(area, sheet)) for area in areas(row, a, b, sheet)]
    if not looked:
        return None
    leads = row[b - 1].colon  # a label with a colon stands before its line, another mostly below it
    top = min(token.y0 for token in row[a:b]) / sheet.height
    pen, box = max(looked, key=lambda one: (one[0].ink, one[0].ruled, leads is (one[1].y1 > top)))
    ruled = any(one.ruled for one, _ in looked) or any("__" in token.text for token in row)
    return SignaturePlace(say(row[a:b]), box, round(pen.ink, 2), round(pen.spread, 1), ruled)


def areas(row: Row, a: int, b: int, sheet: Sheet) -> Iterator[tuple[float, float, float, float]]:
    """Where one would sign, in points: after the label up to the next print, and above it down from the next print."""
    high, label = sheet.word_height, row[a:b]
    top, foot = min(t.y0 for t in label), max(t.y1 for t in label)
    later = [t.x0 for t in row[b:] if is_print(t)]
    end = min([*later, sheet.width * 0.97, label[-1].x1 + 2 * WIDE * high])
    start = label[-1].x1 + BESIDE * high
    if end - start >= NARROWEST * high:
        yield start, max(0.0, top - OVER * high), end, min(sheet.height, foot + UNDER * high)
    left = max(0.0, label[0].x0 - high)
    right = min([*later, sheet.width * 0.97, max(label[-1].x1, label[0].x0 + WIDE * high)])
    over = [t.y1 for other in sheet.rows for t in other if is_print(t) and t.y1 <= top and t.x0 < right and t.x1 > left]
    ceiling = max([top - ABOVE * high, *(y for y in over if y > top - ABOVE * high)])
    if top - ceiling >= high:
        yield left, max(0.0, ceiling), right, top - 0.1 * high


def is_print(token: Token) -> bool:
    """Whether a word was surely printed."""
    return token.confidence >= PRINTED and sum(map(str.isalnum, token.text)) > 1


def box_of(area: tuple[float, float, float, float], sheet: Sheet) -> Box:
    """An area as shares of the page."""
    x0, y0, x1, y1 = area
    return Box(x0 / sheet.width, y0 / sheet.height, x1 / sheet.width, y1 / sheet.height)


def pen_in(area: tuple[float, float, float, float], sheet: Sheet, paper: Scan) -> Pen:
    """What is left of the ink of an area without printed words, printed lines and specks."""
    pixels = cut(paper, box_of(area, sheet), DPI)
    level = float(np.percentile(pixels, 90))
    dark: Mask = pixels < (1 - DARK) * max(level, 128.0)
    x0, y0, *_ = area
    for token in (token for row in sheet.rows for token in row if is_print(token)):
        columns = slice(*(max(0, round((x - x0) * DPI / 72)) for x in (token.x0 - 1, token.x1 + 1)))
        dark[slice(*(max(0, round((y - y0) * DPI / 72)) for y in (token.y0 - 1, token.y1 + 1))), columns] = False
    rules = straight(dark, RULE, 1)
    dark &= ~(widened(rules, 0) | widened(straight(dark, POST, 0), 1))
    high = max(1.0, sheet.word_height * DPI / 72)
    ink, spread = strokes(dark, high)
    return Pen(ink, spread, bool(rules.any(axis=0).mean() >= 0.5))


def straight(dark: Mask, inches: float, axis: int) -> Mask:
    """Ink that runs straight along an axis for at least this long."""
    length = round(inches * DPI)
    if dark.shape[axis] < length:
        return np.zeros_like(dark)
    return np.asarray(ndimage.binary_opening(dark, np.ones((1, length) if axis else (length, 1), dtype=bool)))


def widened(lines: Mask, axis: int) -> Mask:
    """Printed lines with their frayed edges."""
    return np.asarray(ndimage.maximum_filter1d(lines, 2 * EDGE + 1, axis=axis))


def is_stroke(high: int, wide: int) -> bool:
    """Whether a mark is neither a speck nor a piece of a printed line, which lies crooked on a crooked page."""
    return high > SPECK * DPI + SLANT * wide


def is_border(mark: tuple[slice, ...], shape: tuple[int, ...], high: float) -> bool:
    """Whether a mark is the edge of something printed above or below the area, such as the bar of a heading."""
    down, across = mark
    touches = down.start == 0 or down.stop == shape[0]
    return bool(touches and down.stop - down.start <= high and across.stop - across.start >= 0.3 * shape[1])


def strokes(dark: Mask, high: float) -> tuple[float, float]:
    """Area and extent of what is no speck, in heights of a word."""
    labels, count = ndimage.label(dark, TOUCHING)
    found = ndimage.find_objects(labels) if count else []
    kept = [s for s in found if is_stroke(s[0].stop - s[0].start, s[1].stop - s[1].start) and not is_border(s, dark.shape, high)]
    area = sum(int((labels[s] > 0).sum()) for s in kept)
    spread = max((s[1].stop for s in kept), default=0) - min((s[1].start for s in kept), default=0)
    return area / high**2, spread / high
