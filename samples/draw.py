"""A sheet of letter paper and the few strokes all layouts are drawn with. Knows ink and places, nothing of patients.

Places are in points from the top left corner.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from samples.facts import Case
from samples.fonts import Type, load_type

WIDTH, HEIGHT = 612.0, 792.0
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Layout:
    """One family of pages: what type of document it makes, in which type faces, and which fields it prints."""

    name: str
    slug: str
    draw: Callable[[Sheet, Case], None]
    family: str
    prints: tuple[str, ...]
    size: float = 10.0
    margin: float = 54.0
    facilities: tuple[int, ...] = ()  # which senders of the set use it; empty: any


class Sheet:
    """A document being drawn: a cursor that runs down the page and turns it when full."""

    def __init__(self, canvas: Canvas, faces: Type, *, size: float, margin: float, total: int) -> None:
        self.canvas, self.faces, self.size, self.margin, self.total = canvas, faces, size, margin, total
        self.page, self.y, self.bottom = 1, margin, HEIGHT - margin - 14
        self.running: Callable[[Sheet], None] | None = None
        self.footer: Callable[[Sheet], None] | None = None

    @property
    def right(self) -> float:
        """The right margin's place."""
        return WIDTH - self.margin

    @property
    def inner(self) -> float:
        """The width between the margins."""
        return WIDTH - 2 * self.margin

    def face(self, style: str) -> str:
        """The name of the cut for `b` (bold), `i` (italic) or empty."""
        return {"b": self.faces.bold, "i": self.faces.italic}.get(style, self.faces.regular)

    def width(self, text: str, *, size: float = 0, style: str = "") -> float:
        """How wide a text is set."""
        return float(stringWidth(text, self.face(style), size or self.size))

    def put(self, x: float, y: float, text: str, *, size: float = 0, style: str = "", align: str = "left") -> None:
        """A text with its baseline at y; `align` says what x is: left, right or middle of it."""
        shift = {"left": 0.0, "right": 1.0, "middle": 0.5}[align] * self.width(text, size=size, style=style)
        self.canvas.setFont(self.face(style), size or self.size)
        self.canvas.drawString(x - shift, HEIGHT - y, text)

    def stroke(self, x0: float, y0: float, x1: float, y1: float, *, width: float = 0.7) -> None:
        """A straight line."""
        self.canvas.setLineWidth(width)
        self.canvas.line(x0, HEIGHT - y0, x1, HEIGHT - y1)

    def box(self, x: float, y: float, width: float, height: float, *, shade: float = 1.0, line: float = 0.7) -> None:
        """A rectangle from its top left corner, filled with gray (1 is white); line 0 draws no edge."""
        self.canvas.setFillGray(shade)
        self.canvas.setLineWidth(line)
        self.canvas.rect(x, HEIGHT - y - height, width, height, stroke=int(line > 0), fill=int(shade < 1))
        self.canvas.setFillGray(0)

    def white(self, x: float, y: float, text: str, *, size: float = 0, style: str = "b", align: str = "left") -> None:
        """A text in white, for dark bars."""
        self.canvas.setFillGray(1)
        self.put(x, y, text, size=size, style=style, align=align)
        self.canvas.setFillGray(0)

    def down(self, points: float) -> None:
        """Moves the cursor."""
        self.y += points

    def need(self, points: float) -> None:
        """Turns the page when less than this is left."""
        if self.y + points > self.bottom:
            self.turn()

    def turn(self) -> None:
        """Ends the page and begins the next below its running header."""
        self.finish()
        self.page, self.y = self.page + 1, self.margin
        if self.running:
            self.running(self)

    def finish(self) -> None:
        """Ends the last page."""
        if self.footer:
            self.footer(self)
        self.canvas.showPage()

    def rule(self, *, width: float = 0.7, gap: float = 8) -> None:
        """A line from margin to margin."""
        self.stroke(self.margin, self.y, self.right, self.y, width=width)
        self.down(gap)

    def line(self, text: str, *, size: float = 0, style: str = "", align: str = "left", lead: float = 1.3) -> None:
        """One line of text at the cursor."""
        size = size or self.size
        self.need(size * lead)
        self.down(size * lead)
        x = {"left": self.margin, "right": self.right, "middle": WIDTH / 2}[align]
        self.put(x, self.y, text, size=size, style=style, align=align)

    def para(self, text: str, *, indent: float = 0, size: float = 0, style: str = "", after: float = 5) -> None:
        """A paragraph, broken to the margins."""
        size = size or self.size
        for row in simpleSplit(text, self.face(style), size, self.inner - indent):
            self.need(size * 1.3)
            self.down(size * 1.3)
            self.put(self.margin + indent, self.y, row, size=size, style=style)
        self.down(after)

    def bullets(self, texts: Iterable[str], *, mark: str = "-") -> None:
        """A list, one paragraph an item; `mark` `1.` numbers it."""
        for number, text in enumerate(texts, start=1):
            self.para(f"{number}. {text}" if mark == "1." else f"{mark} {text}", indent=12, after=1)
        self.down(5)

    def heading(self, text: str, *, style: str = "bold") -> None:
        """A section heading: bold, underlined, or in a gray or black bar."""
        self.need(self.size * 4)
        self.down(4)
        if style in ("bar", "black"):
            self.box(self.margin, self.y, self.inner, self.size + 6, shade=0.85 if style == "bar" else 0.1, line=0)
            (self.put if style == "bar" else self.white)(self.margin + 4, self.y + self.size + 1.5, text, style="b")
            self.down(self.size + 6)
            return
        self.line(text, style="b")
        if style == "underlined":
            self.stroke(self.margin, self.y + 2, self.margin + self.width(text, style="b"), self.y + 2)
            self.down(2)
        self.down(3)

    def pairs(
        self, rows: Sequence[Sequence[Pair]], xs: Sequence[float], *, gap: float = 82, lead: float = 1.45, colon: str = ":", bold: bool = True
    ) -> None:
        """Labels with their values beside them, each row's pairs at `xs`; a pair without value is left out."""
        for row in rows:
            self.down(self.size * lead)
            for (label, value), x in zip(row, xs, strict=False):
                if value:
                    self.put(x, self.y, f"{label}{colon}", style="b" if bold else "")
                    self.put(x + max(gap, self.width(f"{label}{colon} ", style="b")), self.y, value)
        self.down(4)

    def cells(self, rows: Sequence[Sequence[Pair]], widths: Sequence[float], *, height: float = 27, below: bool = False) -> None:
        """Boxed form cells: a small label in each with its value under it (or above it)."""
        for row in rows:
            x = self.margin
            for (label, value), width in zip(row, widths, strict=False):
                self.box(x, self.y, width, height)
                label_y, value_y = (self.y + height - 3, self.y + 12) if below else (self.y + 8, self.y + height - 6)
                self.put(x + 3, label_y, label, size=6.5)
                self.put(x + 3, value_y, value)
                x += width
            self.down(height)

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float], *, ruled: bool = True, shade: float = 0.88) -> None:
        """A table with a header row; rows turn the page one by one and repeat the header."""
        self._row(head, widths, style="b", ruled=ruled, shade=shade)
        for row in rows:
            before = self.page
            self.need(self.size * 1.7)
            if self.page != before:
                self._row(head, widths, style="b", ruled=ruled, shade=shade)
            self._row(row, widths, ruled=ruled)
        self.down(6)

    def _row(self, values: Sequence[str], widths: Sequence[float], *, style: str = "", ruled: bool, shade: float = 1.0) -> None:
        height, x = self.size * 1.6, self.margin
        for value, width in zip(values, widths, strict=False):
            if ruled or shade < 1:
                self.box(x, self.y, width, height, shade=shade, line=0.5 if ruled else 0)
            self.put(x + 3, self.y + height - self.size * 0.45, value, style=style)
            x += width
        self.down(height)

    def tick(self, text: str, *, on: bool, x: float = 0) -> None:
        """A check box with its text; at the margin and on a new line unless x is given."""
        if not x:
            self.need(self.size * 1.6)
            self.down(self.size * 1.6)
        x = x or self.margin
        self.box(x, self.y - self.size * 0.8, self.size * 0.85, self.size * 0.85)
        if on:
            self.put(x + 1.2, self.y - 0.6, "X", style="b", size=self.size * 0.9)
        self.put(x + self.size * 1.4, self.y, text)

    def signature(self, seed: int, x: float, y: float, *, width: float = 110) -> None:
        """A scrawl, as a pen leaves it."""
        import random

        rng, path = random.Random(seed), self.canvas.beginPath()
        path.moveTo(x, HEIGHT - y)
        for step in range(1, 8):
            points = [(x + (step - 1 + third / 3) * width / 7, HEIGHT - y + rng.uniform(-5, 11)) for third in (1, 2, 3)]
            path.curveTo(*points[0], *points[1], *points[2])
        self.canvas.setLineWidth(1.1)
        self.canvas.drawPath(path)


def draw_document(canvas: Canvas, layout: Layout, case: Case) -> int:
    """Draws one document at the end of the canvas and returns its pages. Drawn twice, as "Page 1 of 3" needs the 3."""
    total = _draw_once(Canvas(io.BytesIO()), layout, case, total=1)
    return _draw_once(canvas, layout, case, total=total)


def draw_bare(canvas: Canvas, layout: Layout, case: Case) -> None:
    """Draws a page of the same sender and hand under the house's name, which says neither whose it is nor of how many it is one."""
    sheet = Sheet(canvas, load_type(layout.family), size=layout.size, margin=layout.margin, total=1)
    sheet.line(case.facility.name, align="middle")
    sheet.down(16)
    for text in (*case.condition.exam, *case.condition.course, *case.condition.plan, case.condition.impression):
        sheet.para(text.format(he=case.he, He=case.he.capitalize()))
    sheet.finish()


def _draw_once(canvas: Canvas, layout: Layout, case: Case, *, total: int) -> int:
    sheet = Sheet(canvas, load_type(layout.family), size=layout.size, margin=layout.margin, total=total)
    layout.draw(sheet, case)
    sheet.finish()
    return sheet.page


def given(*pairs: Pair) -> list[Pair]:
    """The pairs that have a value."""
    return [pair for pair in pairs if pair[1]]
