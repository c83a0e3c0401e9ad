"""Training pages for the reader: sheets of three sets with every word and its place known, on paper that took many trips.

Each sheet is set in any family and size an office uses. `samples.wears` says what happens to the paper. The benchmark's sheets are not used.
"""

from __future__ import annotations

import io
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from reportlab.pdfgen.canvas import Canvas

from samples.batches import Kind
from samples.damage import render_pages
from samples.draw import HEIGHT, WIDTH, Layout, draw_document
from samples.facts import make_case
from samples.fonts import FAMILIES
from samples.layouts import demo, practice, rehearsal
from samples.people import make_people
from samples.wears import WEARS
from schemas.page import Box

SHEETS: tuple[tuple[Kind, tuple[Layout, ...]], ...] = (
    ("demo", demo.LAYOUTS),
    ("practice", practice.LAYOUTS),
    ("rehearsal", rehearsal.LAYOUTS),
)
SIZES = (7.0, 13.0)  # points


class TrueWord(NamedTuple):
    """A word as printed, and its place on the sheet before it was scanned."""

    text: str
    box: Box


class WornPage(NamedTuple):
    """One scanned page with the words that were printed on it."""

    layout: str
    wear: str
    pixels: NDArray[np.uint8]
    dpi: tuple[float, float]
    bilevel: bool
    words: tuple[TrueWord, ...]


def make_pages(wear: str, count: int, seed: int) -> Iterator[WornPage]:
    """`count` pages of one wear, each of another layout as long as there are enough."""
    rng = np.random.default_rng(seed)
    people = make_people(60, seed=seed)
    sheets = [(kind, layout) for kind, layouts in SHEETS for layout in layouts]
    for number, at in enumerate(np.resize(rng.permutation(len(sheets)), count)):
        kind, layout = sheets[at]
        case = make_case(people[number % len(people)], kind=kind, seed=seed + number)
        layout = replace(layout, family=FAMILIES[int(rng.integers(len(FAMILIES)))], size=float(np.clip(rng.normal(9.5, 1.3), *SIZES)))
        yield worn(layout, draw(layout, case), wear, rng)


def draw(layout: Layout, case: object) -> bytes:
    """The document as a PDF."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    draw_document(canvas, layout, case)  # type: ignore[arg-type]
    canvas.save()
    return out.getvalue()


def worn(layout: Layout, pdf: bytes, wear: str, rng: np.random.Generator) -> WornPage:
    """The first page of a document after its trip."""
    device, dpi = WEARS[wear]
    page = render_pages(pdf, dpi)[0]
    pixels, seen = device(page, rng)
    return WornPage(layout.name, wear, pixels, seen, bool(np.isin(pixels, (0, 255)).all()), words_on(pdf))


def words_on(pdf: bytes) -> tuple[TrueWord, ...]:
    """The words of the first page, as poppler finds them in the PDF, in the order of its lines."""
    with tempfile.TemporaryDirectory(prefix="samples-") as folder:
        source = Path(folder) / "in.pdf"
        source.write_bytes(pdf)
        table = subprocess.run(["pdftotext", "-tsv", "-l", "1", str(source), "-"], check=True, capture_output=True, text=True).stdout
    rows = [line.split("\t") for line in table.splitlines()[1:]]
    return tuple(true_word(row) for row in rows if row[0] == "5")


def true_word(row: list[str]) -> TrueWord:
    """A word out of poppler's table."""
    x, y, wide, high = map(float, row[6:10])
    return TrueWord(row[11], Box(x / WIDTH, y / HEIGHT, (x + wide) / WIDTH, (y + high) / HEIGHT))
