"""Reads the print that the first reading passed over: flags beside a table, numbers in boxes, words standing alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.attempt import BLOCK, Attempt, Reader, received, sensible
from pipeline.clean import place_on_image, turned
from pipeline.layer import boxes_mask
from pipeline.look import DPI, Gray, Look, Marks, Mask
from schemas.page import Box, Word, place_on_source

FEWEST, SHARE = 5, 0.01  # letters left over that are worth another run of the engine
SURE = 0.88  # raw confidence: of what was read less surely, nine words in ten were wrong
PAD = 0.02  # inches


def with_leftover(tried: Attempt, look: Look, reader: Reader) -> Attempt:
    """The attempt, and the words of the letters that no word of it covers."""
    letters = uncovered(tried, look)
    if letters.area.size < max(FEWEST, SHARE * look.letters.area.size):
        return tried
    found = sensible(reader.words(only(letters, tried, look.ink), tried.cleaned, BLOCK))
    new = [word for word in found if word.confidence >= SURE and any(map(str.isalnum, word.text)) and not overlaps(word.box, tried.words)]
    return tried._replace(words=joined(tried.words, new)) if new else tried


def uncovered(tried: Attempt, look: Look) -> Marks:
    """The letters seen that lie in no word."""
    covered = boxes_mask([received(word.box, tried) for word in tried.words], look.ink)
    letters = look.letters
    return letters.where(~covered[(letters.y0 + letters.y1) // 2, (letters.x0 + letters.x1) // 2])


def only(letters: Marks, tried: Attempt, like: Mask) -> Gray:
    """The image with these letters alone."""
    image = turned(tried.cleaned.pixels, tried.turn)
    high, wide = image.shape
    kept = np.full_like(image, 255)
    pad = PAD * DPI
    for x0, y0, x1, y1 in zip(letters.x0, letters.y0, letters.x1, letters.y1, strict=True):
        at = Box((x0 - pad) / like.shape[1], (y0 - pad) / like.shape[0], (x1 + pad) / like.shape[1], (y1 + pad) / like.shape[0])
        box = place_on_source(place_on_image(at, tried.cleaned.way), -tried.turn)
        part = np.s_[max(0, int(box.y0 * high)) : int(box.y1 * high) + 1, max(0, int(box.x0 * wide)) : int(box.x1 * wide) + 1]
        kept[part] = image[part]
    return kept


def overlaps(box: Box, words: Sequence[Word]) -> bool:
    """Whether a box shares a good part of itself with a word."""
    size = max((box.x1 - box.x0) * (box.y1 - box.y0), 1e-9)
    return any(max(0.0, min(box.x1, b.x1) - max(box.x0, b.x0)) * max(0.0, min(box.y1, b.y1) - max(box.y0, b.y0)) > 0.3 * size for _, b, _, _ in words)


def joined(words: Sequence[Word], new: Sequence[Word]) -> tuple[Word, ...]:
    """All words in reading order: a new word goes into the line it stands level with, else on a line of its own below the one above it."""
    lines = [[word for word in words if word.line == number] for number in sorted({word.line for word in words})]
    for word in sorted(new, key=lambda word: (word.box.y0, word.box.x0)):
        level = [line for line in lines if is_level(word.box, line)]
        if level:
            max(level, key=lambda line: -abs(middle(line) - (word.box.y0 + word.box.y1) / 2)).append(word)
        else:
            above = sum(middle(line) < word.box.y0 for line in lines)
            lines.insert(above, [word])
    return tuple(word._replace(line=number) for number, line in enumerate(lines) for word in sorted(line, key=lambda word: word.box.x0))


def is_level(box: Box, line: Sequence[Word]) -> bool:
    """Whether a box stands at the height of a line."""
    y0, y1 = min(w.box.y0 for w in line), max(w.box.y1 for w in line)
    return y0 <= (box.y0 + box.y1) / 2 <= y1


def middle(line: Sequence[Word]) -> float:
    """The height at which a line stands."""
    return sum(word.box.y0 + word.box.y1 for word in line) / 2 / len(line)
