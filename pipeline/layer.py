"""Judges a text layer against the pixels of its page: only a layer that says what is seen there is believed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from pipeline.look import Look, Mask
from schemas.page import Box, Word

VERSION = 1
BROKEN = ("(cid:", "\ufffd", "\u25a1")
VOWELS = frozenset("aeiouyáéíóúàèìòùäëïöüâêîôûæøåãõ")
BORN_OUTSIDE = 0.30  # share of letters a page may show outside its layer: drawn logos and tables
PICTURE_OUTSIDE = 0.08  # the same where a picture is on the page: a scan, or a label with somebody's name
PICTURED, SCANNED = 0.02, 0.5
PAD = 0.004


def believed(layer: Sequence[Word], look: Look, image_share: float, least: int) -> bool:
    """Whether a layer is real text, upright, over ink, and leaves little ink uncovered."""
    if len(layer) < least or not real_text(layer) or not upright(layer):
        return False
    allowed = PICTURE_OUTSIDE if image_share > PICTURED else BORN_OUTSIDE
    covered = boxes_mask([word.box for word in layer], look.ink)
    return on_ink(layer, look.ink) >= 0.8 and outside(look, covered) <= allowed


def real_text(layer: Sequence[Word]) -> bool:
    """Whether the words are made of characters that people print, and look like a language."""
    text = "".join(word.text for word in layer)
    if not text or any(sign in text for sign in BROKEN):
        return sum(any(sign in word.text for sign in BROKEN) for word in layer) < 0.02 * len(layer)
    plain = sum(char.isalnum() for char in text)
    odd = sum(not char.isprintable() or 0xE000 <= ord(char) <= 0xF8FF for char in text)
    return plain >= 0.5 * len(text) and odd <= 0.01 * len(text) and spoken(layer)


def spoken(layer: Sequence[Word]) -> bool:
    """Whether most longer words have a vowel; a font with shifted codes gives words without."""
    longer = [word.text.lower() for word in layer if len(word.text) >= 4 and word.text.isalpha() and word.text.isascii()]
    return len(longer) < 8 or sum(bool(VOWELS & set(text)) for text in longer) >= 0.75 * len(longer)


def upright(layer: Sequence[Word]) -> bool:
    """Whether words are wider than high and follow one another to the right."""
    longer = [word.box for word in layer if len(word.text) >= 4]
    flat = sum(box.x1 - box.x0 > 0.5 * (box.y1 - box.y0) for box in longer)
    steps = [b.box.x0 > a.box.x0 for a, b in pairwise(layer) if a.line == b.line]
    return flat >= 0.5 * len(longer) and sum(steps) >= 0.5 * len(steps)


def boxes_mask(boxes: Sequence[Box], like: Mask) -> Mask:
    """Where boxes lie, a little padded."""
    mask = np.zeros_like(like)
    for box in boxes:
        rows, columns = span(box.y0, box.y1, like.shape[0]), span(box.x0, box.x1, like.shape[1])
        mask[rows, columns] = True
    return mask


def span(start: float, stop: float, size: int) -> slice:
    """Pixels between two shares, padded."""
    return slice(max(0, int((start - PAD) * size)), max(0, int(np.ceil((stop + PAD) * size))))


def on_ink(layer: Sequence[Word], ink: Mask) -> float:
    """Share of the words that have ink under them."""
    return float(np.mean(inked(layer, ink)))


def shown(layer: Sequence[Word], look: Look) -> tuple[Word, ...]:
    """The words, with no confidence in those of which nothing is seen: hidden text may name anybody."""
    seen = inked(layer, look.ink)
    return tuple(w if s or not any(map(str.isalnum, w.text)) else w._replace(confidence=0.0) for w, s in zip(layer, seen, strict=True))


def inked(layer: Sequence[Word], ink: Mask) -> list[bool]:
    """Which words have ink under them."""
    high, wide = ink.shape
    return [bool(ink[int(y0 * high) : int(y1 * high) + 1, int(x0 * wide) : int(x1 * wide) + 1].any()) for x0, y0, x1, y1 in (w.box for w in layer)]


def outside(look: Look, covered: Mask) -> float:
    """Share of the letters that no word of the layer covers."""
    letters = look.letters
    if not letters.area.size:
        return 0.0
    return float(1 - covered[(letters.y0 + letters.y1) // 2, (letters.x0 + letters.x1) // 2].mean())
