"""Counts the training pages that the reader would read the wrong way up: four rotations, askew by up to five degrees, four kinds of paper."""

from __future__ import annotations

import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import numpy as np
from PIL import Image

from pipeline.attempt import Reader
from pipeline.clean import clean
from pipeline.engines.tesseract import Tesseract
from pipeline.look import as_positive, look_at, open_scan, within_bounds
from pipeline.orient import read_upright
from samples.readpages import WornPage, make_pages
from schemas.rules import ReadRules
from schemas.source import RenderedPage

WEARS = ("crooked", "dirty", "finethermal", "copy")
MOST = 5.0  # degrees


class Turned(NamedTuple):
    """A page, the skew it got besides its own, the turn that makes it upright, and the one the reader took."""

    layout: str
    wear: str
    angle: float
    asked: int
    taken: int


def report_turned(count: int, seed: int, processes: int) -> None:
    """How many pages are read the wrong way up, and which, as they are tried."""
    rounds = [(wear, seed + number) for number in range(count // (4 * len(WEARS))) for wear in WEARS]
    tried = wrong = 0
    with ProcessPoolExecutor(processes) as pool:
        for found in pool.map(turn_four, *zip(*rounds, strict=True)):
            missed = [one for one in found if one.asked != one.taken]
            tried, wrong = tried + len(found), wrong + len(missed)
            print(f"wrong way up: {wrong} of {tried}", *missed, flush=True)  # noqa: T201


def turn_four(wear: str, seed: int) -> list[Turned]:
    """Four pages of one wear, each turned by another quarter, the gray ones askew as far as a feeder lets them be."""
    rng = np.random.default_rng(seed)
    found = []
    with tempfile.TemporaryDirectory(prefix="tune-") as folder:
        for number, page in enumerate(make_pages(wear, 4, seed)):
            angle = 0.0 if wear == "crooked" else float(rng.uniform(-MOST, MOST)) / 2  # on top of its own skew
            asked = 90 * number
            found.append(Turned(page.layout, wear, round(angle, 1), asked, turn_of(page, angle, asked, Path(folder))))
    return found


def turn_of(page: WornPage, angle: float, asked: int, folder: Path) -> int:
    """The clockwise turn that the reader takes for a page that needs `asked`."""
    image = folder / "page.png"
    askew = Image.fromarray(page.pixels).rotate(angle, Image.Resampling.NEAREST, fillcolor=255)
    Image.fromarray(np.rot90(np.asarray(askew), asked // 90)).save(image, compress_level=1)
    dpi = page.dpi if asked % 180 == 0 else page.dpi[::-1]
    rules = ReadRules()
    received = within_bounds(open_scan(RenderedPage(1, 612, 792, image, *dpi, bilevel=page.bilevel, image_share=1.0)))
    scan, look = as_positive(received, look_at(received, rules.blank_ink), rules.blank_ink)
    reader = Reader(Tesseract(), "eng", folder / "page.pgm", monotonic() + rules.page_seconds, monotonic)
    return read_upright(clean(scan, look, rules.target_dpi), look, reader).turn
