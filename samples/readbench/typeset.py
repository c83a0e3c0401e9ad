"""Sets words on a letter page and remembers them in reading order; draws it as pixels or as a PDF with a text layer. Knows no medicine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from samples.readbench.fonts import Cut, Family, load, width

WIDE, HIGH = 612.0, 792.0
_BOTTOM = 740.0
Gray = NDArray[np.uint8]


class Printed(NamedTuple):
    """One word on the page: left end and baseline in points from the top left corner."""

    text: str
    x: float
    y: float
    size: float
    cut: Cut


class Stroke(NamedTuple):
    """A ruled line, in points."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as set: its words in reading order, and its ruled lines."""

    family: Family
    words: tuple[Printed, ...]
    strokes: tuple[Stroke, ...] = ()

    @property
    def truth(self) -> tuple[str, ...]:
        """Every word in reading order."""
        return tuple(word.text for word in self.words)


@dataclass(slots=True)
class Pen:
    """Writes a sheet from top to bottom."""

    family: Family
    size: float = 10.0
    left: float = 54.0
    right: float = WIDE - 54.0
    y: float = 60.0
    words: list[Printed] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)

    @property
    def step(self) -> float:
        """From one baseline to the next."""
        return self.size * 1.32

    @property
    def full(self) -> bool:
        """Whether another line would run into the foot of the page."""
        return self.y + self.step > _BOTTOM

    def line(self, text: str, *, cut: Cut = "regular", scale: float = 1.0, at: float | None = None, centered: bool = False) -> None:
        """One line of text; the pen goes down to the next."""
        size = self.size * scale
        start = self.left if at is None else at
        if centered:
            start = (self.left + self.right - self._width(text, cut, size)) / 2
        self._set(text.split(), start, cut, size)
        self.y += size * 1.32

    def pairs(self, *pairs: tuple[str, str]) -> None:
        """Labels with their values side by side on one line, each in its share of the width."""
        share = (self.right - self.left) / len(pairs)
        for number, (label, value) in enumerate(pairs):
            end = self._set(label.split(), self.left + number * share, "bold", self.size)
            self._set(value.split(), end + self.size * 0.35, "regular", self.size)
        self.y += self.step * 1.08

    def heading(self, text: str) -> None:
        """A heading with some room above."""
        self.y += self.size * 0.45
        self.line(text, cut="bold", scale=1.04)

    def prose(self, text: str, *, cut: Cut = "regular", hang: float = 0.0) -> None:
        """A paragraph, broken into lines; what does not fit on the page is left out with its whole line."""
        for number, words in enumerate(self._lines(text.split(), cut, hang)):
            if self.full:
                return
            self._set(words, self.left + (hang if number else 0), cut, self.size)
            self.y += self.step

    def row(self, cells: Sequence[str], stops: Sequence[float], *, cut: Cut = "regular") -> None:
        """One row of a table: cells at their stops, given as shares of the width."""
        for cell, stop in zip(cells, stops, strict=True):
            self._set(cell.split(), self.left + stop * (self.right - self.left), cut, self.size)
        self.y += self.step * 1.12

    def rule(self) -> None:
        """A line across the page."""
        at = self.y - self.size * 0.75
        self.strokes.append(Stroke(self.left, at, self.right, at))
        self.y += self.size * 0.5

    def gap(self, lines: float = 0.5) -> None:
        """Leave room."""
        self.y += lines * self.step

    def sheet(self) -> Sheet:
        """The page as it now stands."""
        return Sheet(self.family, tuple(self.words), tuple(self.strokes))

    def _width(self, text: str, cut: Cut, size: float) -> float:
        return width(text, self.family.file(cut), size)

    def _set(self, words: Sequence[str], x: float, cut: Cut, size: float) -> float:
        """Print words from x on; where the last one ends."""
        space = self._width(" ", cut, size)
        for word in words:
            self.words.append(Printed(word, x, self.y, size, cut))
            x += self._width(word, cut, size) + space
        return x - space

    def _lines(self, words: Sequence[str], cut: Cut, hang: float) -> Iterator[list[str]]:
        space, room = self._width(" ", cut, self.size), self.right - self.left
        line: list[str] = []
        used = 0.0
        for word in words:
            wide = self._width(word, cut, self.size)
            if line and used + wide > room - hang:
                yield line
                line, used = [], 0.0
            line.append(word)
            used += wide + space
        if line:
            yield line


def draw(sheet: Sheet, dpi: int) -> Gray:
    """The page as gray pixels, black on white."""
    scale = dpi / 72
    image = Image.new("L", (round(WIDE * scale), round(HIGH * scale)), 255)
    pen = ImageDraw.Draw(image)
    for word in sheet.words:
        font = load(sheet.family.file(word.cut), round(word.size * scale))
        pen.text((word.x * scale, word.y * scale), word.text, font=font, fill=0, anchor="ls")
    for stroke in sheet.strokes:
        pen.line([(stroke.x0 * scale, stroke.y0 * scale), (stroke.x1 * scale, stroke.y1 * scale)], fill=0, width=max(1, round(0.7 * scale)))
    return np.asarray(image)


def write_with_layer(sheets: Sequence[Sheet], path: Path) -> None:
    """The pages as a program prints them: a PDF whose words are text."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(WIDE, HIGH), invariant=1)
    for sheet in sheets:
        for word in sheet.words:
            file = sheet.family.file(word.cut)
            if file.stem not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(TTFont(file.stem, str(file)))
            canvas.setFont(file.stem, word.size)
            canvas.drawString(word.x, HIGH - word.y, word.text)
        for stroke in sheet.strokes:
            canvas.line(stroke.x0, HIGH - stroke.y0, stroke.x1, HIGH - stroke.y1)
        canvas.showPage()
    canvas.save()
