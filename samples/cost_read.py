"""What reading training pages costs, by what it is spent on: `python -m samples.cost_read [--pages 4] [--wears …]`.

Every page goes the way of a received file: opened, read, looked at again, composed into a searchable PDF. Figures are processor time of this
process and of all that it starts; the first page of all, which pays for loading, is read twice and counted the second time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from pipeline import flow
from pipeline.engines.barcodes import Zxing
from pipeline.engines.composer import SearchablePdf
from pipeline.engines.language import SpacyLanguage
from pipeline.engines.opener import ChildOpener
from pipeline.engines.rapid import RapidOcr
from pipeline.ports import Tools
from samples.damage import Scan, pdf_bytes
from samples.memory_patients import MemoryPatients
from samples.readpages import WornPage, make_pages
from samples.tune_read import cpu_seconds
from samples.wears import WEARS
from schemas.config import Config
from schemas.source import Opened
from workers.wire import SHIPPED_MODEL, load_catalogue, open_recogniser

OPEN, FIRST, MORE, FIGURES, FIND, READ, COMPOSE, ALL = STAGES = (
    "open", "first reading", "more readings", "figures", "find print", "read print", "searchable PDF", "all",
)  # fmt: skip
CALLS = "calls"  # of the first engine for the page in hand


Spent = defaultdict[str, float]  # processor time in seconds, by stage


def main(arguments: Sequence[str] | None = None) -> None:
    """Read, count, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=4, help="pages of each wear")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--wears", nargs="*", default=list(WEARS))
    asked = parser.parse_args(arguments)
    say("wear", "pages", "words", *STAGES)
    spent: Spent = defaultdict(float)
    tools, composer = watched(spent)
    with tempfile.TemporaryDirectory(prefix="cost-") as folder:
        for number, wear in enumerate(asked.wears):
            pages = list(make_pages(wear, asked.pages, asked.seed + sum(map(ord, wear))))
            for page in pages if number else [pages[0], *pages]:
                if page is pages[0]:
                    spent.clear()
                go_through(page, Path(folder), tools, composer, spent)
            words = sum(len(page.words) for page in pages) // len(pages)
            say(wear, len(pages), words, *(f"{spent[stage] / len(pages):.2f}" for stage in STAGES))


def say(*cells: object) -> None:
    """One line of the table."""
    sys.stdout.write("".join(f"{cell!s:>15}" for cell in cells) + "\n")
    sys.stdout.flush()


def watched(spent: Spent) -> tuple[Tools, SearchablePdf]:
    """The engines that ship, every call of theirs counted."""
    rules = Config()
    ocr, second, opener, composer = open_recogniser(rules.read), RapidOcr(), ChildOpener(rules.render), SearchablePdf(rules.render)
    count(spent, ocr, "words", lambda: MORE if spent[CALLS] > 1 else FIRST)
    for engine, call, stage in (
        (ocr, "figures", FIGURES),
        (second, "strips", FIND),
        (second, "lines", READ),
        (opener, "inspect", OPEN),
        (opener, "render", OPEN),
        (composer, "compose", COMPOSE),
    ):
        count(spent, engine, call, partial(str, stage))
    types, nobody = SpacyLanguage(SHIPPED_MODEL), MemoryPatients([])
    return Tools(opener, ocr, Zxing(), types, nobody, load_catalogue(), second, figures=ocr), composer


def count(spent: Spent, engine: object, name: str, stage: Callable[[], str]) -> None:
    """Have a call of an engine count what it costs under the stage it belongs to."""
    call = getattr(engine, name)

    def counted(*given: Any, **more: Any) -> Any:
        spent[CALLS] += name == "words"
        before, at = cpu_seconds(), stage()
        try:
            return call(*given, **more)
        finally:
            spent[at] += cpu_seconds() - before

    setattr(engine, name, counted)


def go_through(page: WornPage, folder: Path, tools: Tools, composer: SearchablePdf, spent: Spent) -> None:
    """One page from file to searchable PDF, as a scanner's PDF of one page."""
    source = folder / "page.pdf"
    image = Image.fromarray(page.pixels)
    source.write_bytes(pdf_bytes([Scan(image.convert("1") if page.bilevel else image, (round(page.dpi[0]), round(page.dpi[1])))]))
    tools.known.clear()
    spent[CALLS], before = 0, cpu_seconds()
    opened = tools.opener.inspect(source)
    assert isinstance(opened, Opened)
    readings = flow.read_pages(source, opened, [1], folder, tools, Config())
    composer.compose(source, opened, readings, folder)
    spent[ALL] += cpu_seconds() - before


if __name__ == "__main__":
    main()
