"""Words of a page as visual rows and cells. Knows places; must not know what a word means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from schemas.page import Box, PageReading, Word

GLUED_COLON = re.compile(r"(?<=[A-Za-z.)#])[:;](?=[^\s/\\])")
BAR_FOR_I = re.compile(r"^[|¦](?=[a-z]{3,})")  # "|barra" is a last name, not a cell's edge
BAR = re.compile(r"[|¦•·●■▪‖]")
CELL_GAP = 1.25  # in heights of a printed word: wider white space begins a new cell
LOOSE_HEIGHT = 2.2


class Token(NamedTuple):
    """A word or a part of one, in points from the top left of the upright page. `fresh`: it begins a new cell."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float
    colon: bool = False
    fresh: bool = False

    @property
    def middle(self) -> float:
        """Height of its middle on the page."""
        return (self.y0 + self.y1) / 2


Row = tuple[Token, ...]


@dataclass(frozen=True)
class Sheet:
    """One page laid out: rows from top to bottom, tokens from left to right."""

    number: int
    width: float
    height: float
    word_height: float
    rows: tuple[Row, ...]

    @cached_property
    def row_tops(self) -> tuple[float, ...]:
        """Middle height of each row."""
        return tuple(sum(t.middle for t in row) / len(row) for row in self.rows)

    def box(self, tokens: Sequence[Token]) -> Box:
        """The rectangle around some tokens as shares of the page."""
        return Box(
            _share(min(t.x0 for t in tokens), self.width),
            _share(min(t.y0 for t in tokens), self.height),
            _share(max(t.x1 for t in tokens), self.width),
            _share(max(t.y1 for t in tokens), self.height),
        )


def lay_out(page: PageReading) -> Sheet:
    """Rebuild the visual rows of a page from its word boxes, whatever order they came in."""
    width, height = (page.height_pt, page.width_pt) if page.turn % 180 else (page.width_pt, page.height_pt)
    tokens = [token for word in page.words for token in _tokens(word, width, height)]
    usual = _median(t.y1 - t.y0 for t in tokens) or 10.0
    rows = (_with_cells(row, usual) for row in _gather(tokens, usual))
    ordered = sorted((row for row in rows if row), key=lambda row: sum(t.middle for t in row) / len(row))
    return Sheet(page.number, width, height, usual, tuple(ordered))


def cells(row: Row) -> Iterator[tuple[int, int]]:
    """Start and end (exclusive) of each cell of a row."""
    start = 0
    for at in range(1, len(row)):
        if row[at].fresh:
            yield start, at
            start = at
    if row:
        yield start, len(row)


def say(tokens: Iterable[Token]) -> str:
    """The tokens as one printed string."""
    return " ".join(t.text + (":" if t.colon else "") for t in tokens)


def sureness(tokens: Sequence[Token]) -> float:
    """Mean reader confidence, weighted by length."""
    weight = sum(len(t.text) or 1 for t in tokens)
    return sum(t.confidence * (len(t.text) or 1) for t in tokens) / weight if tokens else 0.0


def _share(value: float, whole: float) -> float:
    return min(1.0, max(0.0, value / whole))


def _tokens(word: Word, width: float, height: float) -> Iterator[Token]:
    box, text = word.box, BAR_FOR_I.sub("I", word.text.strip())
    x0, x1 = box.x0 * width, box.x1 * width
    place = 0
    for part, is_bar in _parts(text):
        left = x0 + (x1 - x0) * place / len(text)
        place += len(part)
        right = x0 + (x1 - x0) * place / len(text)
        colon = part[-1] in ":;" and not is_bar
        bare = "" if is_bar else part.rstrip(":;") if colon else part
        yield Token(bare, left, box.y0 * height, right, box.y1 * height, word.confidence, colon, is_bar)


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    if text.isalnum():
        yield text, False
        return
    at = 0
    cuts = sorted({m.end() for m in GLUED_COLON.finditer(text)} | {e for m in BAR.finditer(text) for e in m.span()} | {len(text)})
    for cut in cuts:
        if cut > at:
            yield text[at:cut], bool(BAR.fullmatch(text[at:cut]))
        at = cut


def _gather(tokens: Sequence[Token], usual: float) -> list[list[Token]]:
    """Chain each token to the row whose last token lies at its height; skewed lines hold together."""
    rows: list[list[Token]] = []
    ends: list[float] = []
    for token in sorted(tokens, key=lambda t: t.x0):
        middle = token.middle
        reach = 0.55 * min(max(token.y1 - token.y0, usual * 0.6), usual * LOOSE_HEIGHT)
        best, distance = -1, reach
        for at, end in enumerate(ends):
            gap = abs(end - middle)
            if gap < distance:
                best, distance = at, gap
        if best < 0:
            rows.append([token])
            ends.append(middle)
        else:
            rows[best].append(token)
            ends[best] += (middle - ends[best]) * _weight(token.text)
    return rows


def _weight(text: str) -> float:
    """How well a word tells the height of its line: a comma at its end pulls its middle down, a sign alone says nothing."""
    return 1.0 if text[-1:].isalnum() else 0.6 if sum(c.isalnum() for c in text) > 1 else 0.0


def _with_cells(row: Sequence[Token], usual: float) -> Row:
    """Mark where cells begin; bars separate and vanish."""
    marked: list[Token] = []
    after_bar, edge, held = True, 0.0, usual
    for token in row:
        if token.fresh:
            after_bar = True
            continue
        if not token.text and marked and token.colon:
            marked[-1] = marked[-1]._replace(colon=True, x1=token.x1)
        elif token.text == "," and marked:
            marked[-1] = marked[-1]._replace(text=marked[-1].text + ",", x1=token.x1)
        elif token.text:
            wide = token.x0 - edge > CELL_GAP * max(usual, min(held, token.y1 - token.y0))
            marked.append(token._replace(fresh=after_bar or wide))
            after_bar = False
        edge, held = token.x1, token.y1 - token.y0
    return tuple(marked)


def _median(values: Iterable[float]) -> float:
    ranked = sorted(values)
    return ranked[len(ranked) // 2] if ranked else 0.0
