"""Training pages for the reader: sheets of three sets with every word and its place known, on paper that took many trips.

The paper is worn in more ways than `samples.damage` knows, so that no recipe fits one simulation alone. The benchmark's sheets are not used.
"""

from __future__ import annotations

import io
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from reportlab.pdfgen.canvas import Canvas
from scipy import ndimage

from samples.batches import Kind
from samples.damage import damage_page, render_pages
from samples.draw import HEIGHT, WIDTH, Layout, draw_document
from samples.facts import make_case
from samples.layouts import demo, practice, rehearsal
from samples.people import make_people
from schemas.page import Box

Pixels = NDArray[np.float32]
SHEETS: tuple[tuple[Kind, tuple[Layout, ...]], ...] = (
    ("demo", demo.LAYOUTS),
    ("practice", practice.LAYOUTS),
    ("rehearsal", rehearsal.LAYOUTS),
)
FACES = {
    "Helvetica": ("Helvetica", "Liberation Sans", "FreeSans"),
    "Times": ("Times", "Liberation Serif", "FreeSerif"),
    "Courier": ("Courier", "Liberation Mono", "FreeMono"),
}


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
        family = str(rng.choice(FACES.get(layout.family, (layout.family,))))
        yield worn(replace(layout, family=family), draw(replace(layout, family=family), case), wear, rng)


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


Worn = tuple[NDArray[np.uint8], tuple[float, float]]


def _sample(quality: str) -> Callable[[Image.Image, np.random.Generator], Worn]:
    """The wear that the sample batches know."""

    def device(page: Image.Image, rng: np.random.Generator) -> Worn:
        scan = damage_page(page, quality, seed=int(rng.integers(2**31)))
        return np.asarray(scan.image.convert("L")), scan.dpi

    return device


def _dirty(page: Image.Image, rng: np.random.Generator) -> Worn:
    """A crooked black-and-white scan: any threshold, any amount of dirt in single dots and in clots."""
    pixels = _noisy(_turned(page, rng, 2.4), rng, float(rng.uniform(8, 34)))
    black = pixels < rng.uniform(115, 180)
    dots = rng.random(pixels.shape) < 10 ** rng.uniform(-3.6, -2.9)
    clots = ndimage.binary_dilation(rng.random(pixels.shape) < 10 ** rng.uniform(-4.6, -4.0), iterations=1)
    white = rng.random(pixels.shape) < rng.choice([0, 0.004])
    return _two_tones((black | dots | clots) & ~white), (300, 300)


def _fax(lines: int) -> Callable[[Image.Image, np.random.Generator], Worn]:
    """A fax as another machine sends it: lines averaged or dropped, any threshold."""

    def device(page: Image.Image, rng: np.random.Generator) -> Worn:
        how = Image.Resampling.BOX if rng.random() < 0.5 else Image.Resampling.BICUBIC
        small = _turned(page, rng, 0.8).resize((1734, 11 * lines), how)
        pixels = _noisy(small, rng, float(rng.uniform(4, 24)))
        return _two_tones((pixels < rng.uniform(125, 175)) | (rng.random(pixels.shape) < 0.0001)), (204, lines)

    return device


def _copy(page: Image.Image, rng: np.random.Generator) -> Worn:
    """A fax printed and copied with a dark side, marks of the glass and a lamp that fails, scanned crooked in gray."""
    fax, _ = _fax(196)(page, rng)
    gray = np.asarray(
        Image.fromarray(fax).resize((1700, 2200), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(float(rng.uniform(0.5, 1.0))))
    )
    high, wide = gray.shape
    rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32) / np.float32(high)
    turn = rng.uniform(0, 2 * np.pi)
    slope = np.cos(turn) * (columns - 0.4) + np.sin(turn) * (rows - 0.5)
    light = 1 - rng.uniform(0.15, 0.45) * np.clip(slope + 0.5, 0, 1) - rng.uniform(0, 0.2) * np.exp(-(((rows - rng.random()) / 0.1) ** 2))
    pixels = (rng.uniform(20, 70) + gray * rng.uniform(0.68, 0.78)) * light
    for at in rng.integers(100, wide - 100, 3):
        band = np.s_[:, at : at + int(rng.integers(1, 5))]
        pixels[band] = pixels[band] * rng.uniform(0.4, 0.75) if rng.random() < 0.75 else np.maximum(pixels[band], 225)
    return _gray(_noisy(_turned(_picture(pixels), rng, 2.5), rng, float(rng.uniform(3, 10)))), (200, 200)


def _crooked(page: Image.Image, rng: np.random.Generator) -> Worn:
    """A plain gray scan fed in at up to five degrees."""
    return _gray(_noisy(_turned(page, rng, 5.0), rng, 4)), (200, 200)


def _pale(page: Image.Image, rng: np.random.Generator) -> Worn:
    """Little ink on paper of any brightness."""
    ink, paper = float(rng.uniform(0.15, 0.5)), float(rng.uniform(150, 250))
    soft = np.asarray(_turned(page, rng, 0.8).filter(ImageFilter.GaussianBlur(0.5)), dtype=np.float32)
    return _gray(_noisy(_picture(paper * (1 - ink * (1 - soft / 255))), rng, 3)), (200, 200)


def _turned(page: Image.Image, rng: np.random.Generator, most: float) -> Image.Image:
    return page.rotate(float(rng.uniform(-most, most)), resample=Image.Resampling.BICUBIC, fillcolor=255)


def _noisy(page: Image.Image, rng: np.random.Generator, sigma: float) -> Pixels:
    pixels = np.asarray(page, dtype=np.float32)
    return pixels + rng.standard_normal(pixels.shape, dtype=np.float32) * np.float32(sigma)


def _picture(pixels: NDArray[np.floating]) -> Image.Image:
    return Image.fromarray(_gray(pixels))


def _gray(pixels: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(pixels, 0, 255), dtype=np.uint8)


def _two_tones(black: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return np.where(black, np.uint8(0), np.uint8(255))


WEARS: dict[str, tuple[Callable[[Image.Image, np.random.Generator], Worn], tuple[int, int]]] = {
    "clean300": (_sample("clean300"), (300, 300)),
    "clean200": (_sample("clean200"), (200, 200)),
    "crooked": (_crooked, (200, 200)),
    "dirty": (_dirty, (300, 300)),
    "skew300bw": (_sample("skew300bw"), (300, 300)),
    "finefax": (_fax(196), (300, 300)),
    "faxfine": (_sample("faxfine"), (204, 196)),
    "standardfax": (_fax(98), (300, 300)),
    "faxstd": (_sample("faxstd"), (204, 196)),
    "copy": (_copy, (300, 300)),
    "shaded": (_sample("shaded"), (200, 200)),
    "pale": (_pale, (200, 200)),
}
