"""A sheet of paper that is written on from the top, in points, and its picture. Knows type and places, nothing of patients."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw

from samples.readbench.fonts import Cut, Family, load, width

WIDE, HIGH = 612.0, 792.0
DRAWN_DPI = 300


@lru_cache(maxsize=50_000)
def _wide(text: str, file: Path) -> float:
    return width(text, file, 1.0)


class Text(NamedTuple):
    """Words at a place: left end and top, in points."""

    x: float
    y: float
    text: str
    size: float
    cut: Cut = "regular"
    ink: int = 0
    mono: bool = False


class Shape(NamedTuple):
    """A rectangle, or a line from corner to corner."""

    x0: float
    y0: float
    x1: float
    y1: float
    thick: float = 0.6
    fill: int | None = None
    line: bool = False


class Sheet:
    """What stands on one page so far."""

    def __init__(self, family: Family, size: float) -> None:
        self.family, self.size = family, size
        self.texts: list[Text] = []
        self.shapes: list[Shape] = []

    @property
    def lead(self) -> float:
        """From one line to the next."""
        return self.size * 1.28

    def wide(self, text: str, size: float | None = None, cut: Cut = "regular") -> float:
        """How wide a text stands."""
        return _wide(text, self.family.file(cut)) * (size or self.size)

    def put(self, x: float, y: float, text: str, *, size: float | None = None, cut: Cut = "regular", align: str = "left", ink: int = 0) -> float:
        """Writes a line and returns where it ends; `align` tells which end of it `x` is."""
        size = size or self.size
        wide = self.wide(text, size, cut)
        left = x - {"left": 0.0, "centre": wide / 2, "right": wide}[align]
        self.texts.append(Text(left, y, text, size, cut, ink))
        return left + wide

    def rule(self, x0: float, y0: float, x1: float, y1: float, *, thick: float = 0.6) -> None:
        """A straight line."""
        self.shapes.append(Shape(x0, y0, x1, y1, thick, line=True))

    def box(self, x0: float, y0: float, x1: float, y1: float, *, fill: int | None = None, thick: float = 0.6) -> None:
        """A rectangle."""
        self.shapes.append(Shape(x0, y0, x1, y1, thick, fill))

    def wrap(self, text: str, wide: float, *, size: float | None = None, cut: Cut = "regular") -> list[str]:
        """The lines of a paragraph."""
        lines: list[list[str]] = []
        left, blank = 0.0, self.wide(" ", size, cut)
        for word in text.split():
            left -= blank + (need := self.wide(word, size, cut))
            if left < 0:
                lines.append([])
                left = wide - need
            lines[-1].append(word)
        return [" ".join(line) for line in lines]

    def paragraph(self, x: float, y: float, wide: float, text: str, *, size: float | None = None, cut: Cut = "regular") -> float:
        """Writes a paragraph and returns where the next line would begin."""
        for line in self.wrap(text, wide, size=size, cut=cut):
            self.put(x, y, line, size=size, cut=cut)
            y += (size or self.size) * 1.28
        return y


def picture(sheet: Sheet, dpi: int = DRAWN_DPI) -> Image.Image:
    """The page as gray dots."""
    scale = dpi / 72
    image = Image.new("L", (round(WIDE * scale), round(HIGH * scale)), 255)
    pen = ImageDraw.Draw(image)
    for x0, y0, x1, y1, thick, fill, line in sheet.shapes:
        place = (x0 * scale, y0 * scale, x1 * scale, y1 * scale)
        if line:
            pen.line(place, fill=0, width=max(1, round(thick * scale)))
        else:
            pen.rectangle(place, outline=0 if thick else None, fill=fill, width=max(1, round(thick * scale)))
    for text in sheet.texts:
        font = load(sheet.family.file(text.cut), round(text.size * scale))
        pen.text((text.x * scale, text.y * scale), text.text, font=font, fill=text.ink)
    return image
