"""Makes the sets of pages and binds them into files, with the truth beside: qualities, rotations, mixes, one-page faxes. Seeded; knows no reader."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import NamedTuple

import img2pdf
import numpy as np

from samples.readbench.fonts import Family
from samples.readbench.pages import LAYOUTS, Page, make_page, short_page
from samples.readbench.paper import DRAWN_DPI, QUALITIES, blank_back, lay, save
from samples.readbench.typeset import draw, write_with_layer

_FAX_HEAVY = ("faxstd", "faxfine", "poor200", "faxstd", "skew300bw", "faxfine", "faxstd", "poor200", "faxfine", "clean200", "faxstd", "poor200")
_USUAL = ("clean200", "faxfine", "clean200", "poor200", "clean300", "faxstd", "clean200", "skew300bw", "faxfine", "clean200")


class Sheaf(NamedTuple):
    """A file and what stands on its pages, in order."""

    path: Path
    pages: tuple[Page | None, ...]  # None: blank


class Picture(NamedTuple):
    """One scanned page: its image as a file, what stands on it, and the turn that makes it upright again."""

    path: Path
    page: Page
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Press:
    """Where pages are made, of which families, from which seed."""

    folder: Path
    families: tuple[Family, ...]
    seed: int

    def scan(self, number: int, quality: str) -> Picture:
        """Page `number` of the run in one quality; its layout and family follow from the number."""
        rng = Random(f"{self.seed} {quality} {number}")
        page = make_page(tuple(LAYOUTS)[number % len(LAYOUTS)], self._family(number), rng)
        noise = np.random.default_rng(rng.getrandbits(64))
        scan = QUALITIES[quality](draw(page.sheet, DRAWN_DPI), noise)
        return Picture(save(scan, self.folder / f"{quality}-{number:03d}"), page)

    def turned(self, number: int) -> Picture:
        """A short page laid on the glass any way round and up to five degrees askew."""
        rng = Random(f"{self.seed} turned {number}")
        page = short_page(self._family(number), rng)
        quarters, skew = number % 4, rng.uniform(-5, 5)
        scan = lay(draw(page.sheet, DRAWN_DPI), np.random.default_rng(rng.getrandbits(64)), quarter_turns=quarters, skew=skew)
        return Picture(save(scan, self.folder / f"turned-{number:03d}"), page, turn=-90 * quarters % 360)

    def blank(self, number: int) -> Path:
        """The empty back of a sheet."""
        return save(blank_back(np.random.default_rng([self.seed, number])), self.folder / f"blank-{number:03d}")

    def printed(self, number: int) -> Page:
        """A page as a program prints it."""
        return make_page(tuple(LAYOUTS)[number % len(LAYOUTS)], self._family(number), Random(f"{self.seed} printed {number}"))

    def _family(self, number: int) -> Family:
        return self.families[(number + number // len(LAYOUTS)) % len(self.families)]


def by_quality(press: Press, count: int) -> dict[str, list[Picture]]:
    """`count` pages of each quality, one a layout in turn."""
    wanted = [(number + count * place, quality) for place, quality in enumerate(QUALITIES) for number in range(count)]
    made = spread(_scan, [(press, *one) for one in wanted])
    return {quality: [picture for picture, (_, this) in zip(made, wanted, strict=True) if this == quality] for quality in QUALITIES}


def turned_pages(press: Press, count: int) -> list[Picture]:
    """Pages of all four rotations."""
    return spread(_turned, [(press, number) for number in range(count)])


def one_page_faxes(press: Press, count: int, folder: Path) -> list[Sheaf]:
    """As many faxes of one page, half fine and half standard, each a file and each about somebody else."""
    pictures = spread(_scan, [(press, 500 + number, ("faxfine", "faxstd")[number % 2]) for number in range(count)])
    return [bind([picture], folder / f"fax-{number:03d}.pdf") for number, picture in enumerate(pictures)]


def usual_mix(press: Press, packets: int, folder: Path) -> list[Sheaf]:
    """Packets of seven scanned pages, a blank back and a page that comes twice; beside each a born-digital file: 30 % need no reading."""
    wanted = [(press, 700 + number, _USUAL[number % len(_USUAL)]) for number in range(packets * 7)]
    pictures = spread(_scan, wanted)
    sheaves = []
    for number in range(packets):
        mine: list[tuple[Path, Page | None]] = [(one.path, one.page) for one in pictures[7 * number : 7 * number + 7]]
        sheaves.append(_bound([*mine, (press.blank(number), None), mine[0]], folder / f"packet-{number:02d}.pdf"))
        sheaves.append(_digital([press.printed(800 + number)], folder / f"portal-{number:02d}.pdf"))
    return sheaves


def unread_pages(press: Press, count: int, folder: Path) -> tuple[Sheaf, list[Sheaf]]:
    """A file of one scanned page, and files that add pages to it that need no reading: `count` blanks, repeats and printed pages each."""
    first = press.scan(900, "clean200")
    alone = bind([first], folder / "alone.pdf")
    blanks = _bound([(press.blank(300 + number), None) for number in range(count)], folder / "blanks.pdf")
    printed = _digital([press.printed(900 + number) for number in range(count)], folder / "printed.pdf")
    return alone, [bind([first] * (count + 1), folder / "repeats.pdf"), blanks, printed]


def fax_heavy(pictures: Mapping[str, Sequence[Picture]], count: int, path: Path) -> Sheaf:
    """A file most of whose pages came by fax or from a copier."""
    chosen = [pictures[quality][number % len(pictures[quality])] for number, quality in enumerate(_FAX_HEAVY[:count])]
    return bind(chosen, path)


def bind(pictures: Sequence[Picture], path: Path) -> Sheaf:
    """The images as pages of one PDF, unchanged inside."""
    return _bound([(picture.path, picture.page) for picture in pictures], path)


def _bound(parts: Sequence[tuple[Path, Page | None]], path: Path) -> Sheaf:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(img2pdf.convert([str(image) for image, _ in parts], rotation=img2pdf.Rotation.ifvalid))
    return Sheaf(path, tuple(page for _, page in parts))


def _digital(pages: Sequence[Page], path: Path) -> Sheaf:
    write_with_layer([page.sheet for page in pages], path)
    return Sheaf(path, tuple(pages))


def spread(work: Callable[..., Picture], calls: Iterable[tuple[object, ...]]) -> list[Picture]:
    """The same work on every core."""
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1), mp_context=get_context("spawn")) as pool:
        return list(pool.map(partial(_call, work), calls))


def _call(work: Callable[..., Picture], arguments: tuple[object, ...]) -> Picture:
    return work(*arguments)


def _scan(press: Press, number: int, quality: str) -> Picture:
    return press.scan(number, quality)


def _turned(press: Press, number: int) -> Picture:
    return press.turned(number)
