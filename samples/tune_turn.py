"""Counts the training pages that the reader would read the wrong way up: four rotations, askew by up to five degrees, four kinds of paper."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
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
    """How many pages are read the wrong way up, and which."""
    with ProcessPoolExecutor(processes) as pool:
        found = [one for many in pool.map(partial(turn_wear, count=count // len(WEARS), seed=seed), WEARS) for one in many]
    wrong = [one for one in found if one.asked != one.taken]
    print(f"wrong way up: {len(wrong)} of {len(found)}", *wrong, sep="\n")  # noqa: T201


def turn_wear(wear: str, *, count: int, seed: int) -> list[Turned]:
    """Every page of one wear, turned and tried."""
    with tempfile.TemporaryDirectory(prefix="tune-") as folder:
        return list(tried(wear, count, seed, Path(folder)))


def tried(wear: str, count: int, seed: int, folder: Path) -> Iterator[Turned]:
    """Each page turned by another quarter than the one before, the gray ones askew as far as a feeder lets them be."""
    rng = np.random.default_rng(seed)
    for number, page in enumerate(make_pages(wear, count, seed + 1)):
        angle = 0.0 if wear == "crooked" else float(rng.uniform(-MOST, MOST)) / 2  # on top of its own skew
        asked = 90 * (number % 4)
        yield Turned(page.layout, wear, round(angle, 1), asked, turn_of(page, angle, asked, folder))


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
