"""What scanners, fax machines and copiers make of a printed page: six qualities. Takes gray pixels at 300 dpi; knows nothing of text or recipes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

Gray = NDArray[np.uint8]
Real = NDArray[np.float32]
DRAWN_DPI = 300


class Scan(NamedTuple):
    """What a scanner delivers: pixels, resolution across and down, and whether they are 1 bit."""

    pixels: Gray
    dpi_x: int
    dpi_y: int
    bilevel: bool


def clean300(page: Gray, rng: np.random.Generator) -> Scan:
    """A good office scanner at 300 dpi in gray."""
    return Scan(_bytes(_grain(_soften(page, 0.5), rng, 4)), 300, 300, bilevel=False)


def clean200(page: Gray, rng: np.random.Generator) -> Scan:
    """The same at 200 dpi, with the sensor's noise."""
    return Scan(_bytes(_grain(_resize(page, 200, 200), rng, 6)), 200, 200, bilevel=False)


def skew300bw(page: Gray, rng: np.random.Generator) -> Scan:
    """Black and white at 300 dpi, fed askew over dirty glass: up to 2.2 degrees, speckle all over."""
    angle = rng.choice((-1, 1)) * rng.uniform(0.7, 2.2)
    ink = _grain(_turn(_soften(page, 0.7), angle), rng, 20) < rng.uniform(120, 165)
    return Scan(_speckle(_paper(ink), rng, 4_000), 300, 300, bilevel=True)


def faxfine(page: Gray, rng: np.random.Generator) -> Scan:
    """A fax in fine mode: 204 x 196, black and white."""
    return _fax(page, rng, 196)


def faxstd(page: Gray, rng: np.random.Generator) -> Scan:
    """A fax in standard mode: half as many lines."""
    return _fax(page, rng, 98)


def poor200(page: Gray, rng: np.random.Generator) -> Scan:
    """A fine fax, printed, copied and scanned again in gray: shaded, streaked, askew."""
    received = faxfine(page, rng).pixels.astype(np.float32)
    printed = _stretch(received, round(received.shape[0] * 300 / 196), round(received.shape[1] * 300 / 204))
    faded = 225 - (255 - ndimage.gaussian_filter(printed, 1.1)) * rng.uniform(0.55, 0.7)
    askew = _turn(faded, rng.choice((-1, 1)) * rng.uniform(0.8, 2.5), paper=225.0)
    scan = _stretch(askew, round(askew.shape[0] * 2 / 3), round(askew.shape[1] * 2 / 3))
    lit = scan * _shade(scan.shape, rng)
    for at in rng.uniform(0.12, 0.88, 3):
        left = int(at * lit.shape[1])
        lit[:, left : left + int(rng.integers(2, 5))] *= rng.uniform(0.35, 0.6)
    return Scan(_bytes(_grain(lit, rng, 9)), 200, 200, bilevel=False)


QUALITIES: dict[str, Callable[[Gray, np.random.Generator], Scan]] = {
    "clean300": clean300,
    "clean200": clean200,
    "skew300bw": skew300bw,
    "faxfine": faxfine,
    "faxstd": faxstd,
    "poor200": poor200,
}


def lay(page: Gray, rng: np.random.Generator, *, quarter_turns: int, skew: float) -> Scan:
    """A page at 200 dpi, laid on the glass any way round: so many clockwise quarter-turns, then askew; every other one black and white."""
    turned = np.rot90(_resize(page, 200, 200), -quarter_turns)
    grainy = _grain(_turn(turned, skew), rng, 5)
    bilevel = bool(rng.random() < 0.5)
    return Scan(_paper(grainy < 150) if bilevel else _bytes(grainy), 200, 200, bilevel=bilevel)


def blank_back(rng: np.random.Generator) -> Scan:
    """The empty back of a sheet: paper, a little dust."""
    sheet = _grain(np.full((2200, 1700), 244, np.float32), rng, 4)
    return Scan(_speckle(_bytes(sheet), rng, 12), 200, 200, bilevel=False)


def save(scan: Scan, stem: Path) -> Path:
    """The scan as a scanner stores it: gray as JPEG, 1 bit as Group 4."""
    image = Image.fromarray(scan.pixels)
    if scan.bilevel:
        image.convert("1", dither=Image.Dither.NONE).save(stem.with_suffix(".tif"), compression="group4", dpi=(scan.dpi_x, scan.dpi_y))
        return stem.with_suffix(".tif")
    image.save(stem.with_suffix(".jpg"), quality=88, dpi=(scan.dpi_x, scan.dpi_y))
    return stem.with_suffix(".jpg")


def _fax(page: Gray, rng: np.random.Generator, lines: int) -> Scan:
    """What arrives over the line: a thermal scanner's threshold, ragged edges, a little askew."""
    seen = _resize(_turn(_soften(page, 1.2), rng.uniform(-0.5, 0.5)), 204, lines)
    ink = _grain(seen, rng, 30) < rng.uniform(125, 165)
    return Scan(_speckle(_paper(ink), rng, 250), 204, lines, bilevel=True)


def _shade(shape: tuple[int, ...], rng: np.random.Generator) -> Real:
    """A copier's light: a dark side and a dark blotch, smooth."""
    down, across = np.mgrid[0 : 1 : shape[0] * 1j, 0 : 1 : shape[1] * 1j].astype(np.float32)
    slope = rng.choice((-1, 1)) * (across - 0.5) * rng.uniform(0.35, 0.5) + rng.choice((-1, 1)) * (down - 0.5) * rng.uniform(0.2, 0.35)
    there = (across - rng.uniform(0.2, 0.8)) ** 2 + (down - rng.uniform(0.2, 0.8)) ** 2
    light: Real = np.clip(0.8 + slope - 0.25 * np.exp(-there / 0.05), 0.3, 1.05).astype(np.float32)
    return light


def _speckle(pixels: Gray, rng: np.random.Generator, count: int) -> Gray:
    """Dark dots of one to a few pixels, anywhere."""
    out = pixels.copy()
    high, wide = out.shape
    tall, broad = rng.integers(1, 4, count), rng.integers(1, 4, count)
    for y, x, h, w in zip(rng.integers(0, high, count), rng.integers(0, wide, count), tall, broad, strict=True):
        out[y : y + h, x : x + w] = 0
    return out


def _turn(page: Gray | Real, degrees: float, *, paper: float = 255.0) -> Real:
    """Askew by so many degrees; what comes in at the corners is paper."""
    image = Image.fromarray(page.astype(np.float32))
    return np.asarray(image.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=paper), dtype=np.float32)


def _resize(page: Gray | Real, dpi_x: int, dpi_y: int) -> Real:
    """From the drawn resolution to another."""
    return _stretch(page.astype(np.float32), round(page.shape[0] * dpi_y / DRAWN_DPI), round(page.shape[1] * dpi_x / DRAWN_DPI))


def _stretch(page: Real, high: int, wide: int) -> Real:
    return np.asarray(Image.fromarray(page).resize((wide, high), Image.Resampling.BOX if high < page.shape[0] else Image.Resampling.BICUBIC))


def _soften(page: Gray, sigma: float) -> Real:
    soft: Real = ndimage.gaussian_filter(page.astype(np.float32), sigma)
    return soft


def _grain(page: Real, rng: np.random.Generator, sigma: float) -> Real:
    return page + rng.normal(0, sigma, page.shape).astype(np.float32)


def _paper(ink: NDArray[np.bool_]) -> Gray:
    return np.where(ink, 0, 255).astype(np.uint8)


def _bytes(page: Real) -> Gray:
    return np.clip(np.rint(page), 0, 255).astype(np.uint8)
