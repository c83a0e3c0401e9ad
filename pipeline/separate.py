"""Tells separator sheets by their barcodes: a sheet that carries a separator's code and little else. Whose code it is, is judged in planning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.layer import boxes_mask, outside
from pipeline.look import Look, Mask, Scan, bars, inches, squared
from pipeline.ports import BarcodeReader
from pipeline.sheets import parts
from schemas.page import Barcode, PageKind, PageReading, place_on_source

VERSION = 2
BARCODE_DPI = 200
SEPARATOR_WORDS = 40  # a page with more words than these is no sheet, whatever codes it carries
UNREAD_LETTERS = 120  # and so is one with more marks than these that could not be read: it was written on
LARGEST_TYPE = 0.6  # inches: so is one with a larger mark that is neither a word nor a bar
LOOSE_INK = 0.012  # or with more ink than this share of the page that is neither code nor word: something was drawn on it
LEGIBLE = 0.5


def separated(read: PageReading, scan: Scan, look: Look, barcodes: BarcodeReader | None) -> PageReading:
    """The reading with its barcodes, unless it has too many words for a sheet; one with a separator's code and little else is a separator."""
    if barcodes is None or read.kind is PageKind.BLANK or len(read.words) > SEPARATOR_WORDS:
        return read
    found = barcodes.find(squared(scan, min(BARCODE_DPI, scan.dpi_x)))
    codes = tuple(code._replace(box=place_on_source(code.box, -read.turn)) for code in found)
    if any(parts(code.text) for code in codes) and carries_only(found, read, look):
        return replace(read, kind=PageKind.SEPARATOR, barcodes=codes, problem=None)
    return replace(read, barcodes=codes)


def carries_only(codes: Sequence[Barcode], read: PageReading, look: Look) -> bool:
    """Whether a sheet shows its codes and a few printed words, and nothing else that was written, drawn or pictured."""
    coded = boxes_mask([code.box for code in codes], look.ink)
    unread = look.letters.area.size * outside(look, coded) - sum(len(word.text) for word in read.words)
    if unread > UNREAD_LETTERS:
        return False
    own = coded | boxes_mask([place_on_source(word.box, read.turn) for word in read.words if word.confidence >= LEGIBLE], look.ink)
    drawings = look.drawings.where(~bars(look.drawings))
    loose = ~own[(drawings.y0 + drawings.y1) // 2, (drawings.x0 + drawings.x1) // 2]
    loose &= np.maximum(drawings.wide, drawings.high) >= inches(LARGEST_TYPE)
    return twice_centred(codes) or (not loose.any() and float((look.ink & ~own & ~barred(look)).mean()) <= LOOSE_INK)


def twice_centred(codes: Sequence[Barcode]) -> bool:
    """Whether separator's codes stand in the middle of the top and of the bottom third, as on our own printed sheets and on no sticker."""
    boxes = [code.box for code in codes if parts(code.text)]
    heights = [(box.y0 + box.y1) / 2 for box in boxes if abs(box.x0 + box.x1 - 1) < 0.1]
    return bool(heights) and min(heights) < 1 / 3 and max(heights) > 2 / 3


def barred(look: Look) -> Mask:
    """Where the bars of codes lie that were not decoded."""
    solid = look.drawings.where(bars(look.drawings))
    mask = np.zeros_like(look.ink)
    for x0, y0, x1, y1 in zip(solid.x0, solid.y0, solid.x1, solid.y1, strict=True):
        mask[y0:y1, x0:x1] = True
    return mask
