"""Measures the reader on training pages and calibrates its confidence: `python -m samples.tune_read [--pages 9] [--write]`.

Prints, for each wear, words lost, wrong words added, CPU-seconds a page; then, on layouts and wears held out, what share of the words of each
band of stated confidence was right, and how far a page's confidence was from its share of right words. `--write` keeps the curves in
`pipeline/confidence_table.py`. `--turned 200` counts pages read the wrong way up instead.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.attempt import Reader, mean_confidence, on_upright_page
from pipeline.clean import clean
from pipeline.confidence import KNOTS, LEVELS, level_of
from pipeline.look import as_positive, look_at, open_scan, within_bounds
from pipeline.read import recognise
from samples.readpages import TrueWord, WornPage, make_pages
from samples.tune_turn import report_turned
from samples.wears import WEARS
from schemas.page import Word
from schemas.rules import ReadRules
from schemas.source import RenderedPage
from workers.wire import open_recogniser

NEAR = (0.06, 0.04)  # shares of the page: a word this far from where it was printed is another
ENOUGH, CARE = 300, 0.5  # words of a wear that make a curve of their own; share of the wears' spread that is taken off
LEAST, MOST = 0.01, 0.998
TABLE = Path(__file__).parents[1] / "pipeline" / "confidence_table.py"
HEAD = '''"""Share of words found right, by quality, mean raw confidence of the page (LEVELS) and raw confidence of the word (KNOTS).

Written by `python -m samples.tune_read --write`. {note}
"""

CURVES: dict[str, tuple[tuple[float, ...], ...]] = {{
{rows}
}}
'''


class Seen(NamedTuple):
    """One word as read, and whether it was right."""

    quality: str
    page_mean: float
    raw: float
    right: bool
    layout: str
    wear: str


class Result(NamedTuple):
    """What reading one page gave."""

    wear: str
    printed: int
    lost: int
    added: int
    numbers: int
    numbers_lost: int
    seconds: float
    words: tuple[Seen, ...]


def main() -> None:
    """Read, print, and keep the curves if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=9, help="pages of each wear")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--wears", nargs="*", default=list(WEARS))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--turned", type=int, default=0, help="this many pages, a quarter of them each way up")
    asked = parser.parse_args()
    if asked.turned:
        report_turned(asked.turned, asked.seed, asked.processes)
        return
    with ProcessPoolExecutor(asked.processes) as pool:
        results = [one for many in pool.map(partial(read_wear, count=asked.pages, seed=asked.seed), asked.wears) for one in many]
    report_wears(results)
    words = [word for result in results for word in result.words]
    report_bands(words)
    if asked.write:
        layouts = len({word.layout for word in words})
        note = f"From {len(words)} words of {len(results)} training pages in {layouts} layouts, {len(asked.wears)} kinds of wear, seed {asked.seed}."
        rows = [f'    "{quality}": (\n{_rows(curves)}    ),' for quality, curves in sorted(fit(words).items())]
        TABLE.write_text(HEAD.format(note=note, rows="\n".join(rows)), encoding="utf-8")


def _rows(curves: Sequence[Sequence[float]]) -> str:
    return "".join(f"        ({', '.join(f'{value:.3f}' for value in curve)}),\n" for curve in curves)


def read_wear(wear: str, *, count: int, seed: int) -> list[Result]:
    """Every page of one wear, read."""
    with tempfile.TemporaryDirectory(prefix="tune-") as folder:
        return [read_one(page, Path(folder)) for page in make_pages(wear, count, seed + sum(map(ord, wear)))]


def read_one(page: WornPage, folder: Path) -> Result:
    """One page through look, recipe and engine, its confidences as the engine gave them."""
    image = folder / "page.png"
    Image.fromarray(page.pixels).save(image, compress_level=1)
    before, rules = _cpu(), ReadRules()
    received = within_bounds(open_scan(RenderedPage(1, 612, 792, image, *page.dpi, bilevel=page.bilevel, image_share=1.0)))
    scan, look = as_positive(received, look_at(received, rules.blank_ink), rules.blank_ink)
    reader = Reader(open_recogniser(rules), "eng", folder / "page.pgm", monotonic() + rules.page_seconds, monotonic)
    best = recognise(clean(scan, look, rules.target_dpi), scan, look, reader, rules)[0]
    seconds, words = _cpu() - before, on_upright_page(best)
    found = list(rightness(words, page.words))
    printed = [word.text for word in page.words if _says(word.text)]
    kept = [word.text for word, right in zip(words, found, strict=True) if right]
    numbers = sum(_number(text) for text in printed)
    return Result(
        page.wear,
        len(printed),
        len(printed) - len(kept),
        sum(_says(word.text) for word in words) - len(kept),
        numbers,
        numbers - sum(map(_number, kept)),
        seconds,
        tuple(Seen(best.cleaned.quality, mean_confidence(words), w.confidence, r, page.layout, page.wear) for w, r in zip(words, found, strict=True)),
    )


def _cpu() -> float:
    """Processor time of this process, of the servers it started, and of all their children that have ended."""
    ticks = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15] for pid in _family(os.getpid()))  # its own, its children's
    return sum(int(tick) for row in ticks for tick in row) / os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    for born in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, born.read_text().split()):
            yield from _family(child)


def _says(text: str) -> bool:
    return any(map(str.isalnum, text))


def _number(text: str) -> bool:
    return any(map(str.isdigit, text))


def rightness(words: Sequence[Word], truth: Sequence[TrueWord]) -> Iterator[bool]:
    """Whether each word read was printed there, sign for sign; every printed word counts once."""
    free: dict[str, list[TrueWord]] = defaultdict(list)
    for true in truth:
        free[true.text].append(true)
    for word in words:
        near = [true for true in free[word.text] if _near(word, true)] if _says(word.text) else []
        if near:
            free[word.text].remove(near[0])
        yield bool(near)


def _near(word: Word, true: TrueWord) -> bool:
    return abs(word.box.x0 - true.box.x0) < NEAR[0] and abs(word.box.y0 - true.box.y0) < NEAR[1]


def fit(words: Sequence[Seen]) -> dict[str, list[list[float]]]:
    """For each quality one rising curve a level of the page's mean confidence, at KNOTS.

    Each states less by half of what the wears differ among themselves: the next scanner is none of these.
    """
    made: dict[str, list[list[float]]] = {}
    for quality in sorted({word.quality for word in words}):
        own = [word for word in words if word.quality == quality]
        by_wear = [[word for word in own if word.wear == wear] for wear in sorted({word.wear for word in own})]
        each = [curves_of(some) for some in by_wear if len(some) >= ENOUGH]
        spread = np.std(each, axis=0) if len(each) > 1 else 0.0
        careful = np.clip(curves_of(own) - CARE * spread, LEAST, MOST)
        made[quality] = np.maximum.accumulate(careful, axis=1).tolist()
    return made


def curves_of(words: Sequence[Seen]) -> NDArray[np.float64]:
    """The share of words found right at KNOTS, a row a level; words of pages like the level's count most, of others a tenth."""
    from sklearn.isotonic import IsotonicRegression

    raw, right = np.array([w.raw for w in words]), np.array([w.right for w in words], dtype=float)
    means = np.array([w.page_mean for w in words])
    rows = []
    for middle in LEVELS:
        weight = np.maximum(0.1, np.exp(-(((means - middle) / 0.06) ** 2)))
        curve = IsotonicRegression(y_min=LEAST, y_max=MOST, out_of_bounds="clip").fit(raw, right, sample_weight=weight)
        rows.append(_smooth(raw, curve.predict(raw), weight))
    return np.array(rows)


def _smooth(raw: NDArray[np.float64], shares: NDArray[np.float64], weight: NDArray[np.float64]) -> list[float]:
    """The steps of a curve as their means around the knots, still rising."""
    near = [weight * np.exp(-(((raw - knot) / 0.02) ** 2)) + 1e-12 for knot in KNOTS]
    return [float(value) for value in np.maximum.accumulate([np.average(shares, weights=one) for one in near])]


def report_wears(results: Sequence[Result]) -> None:
    """Words lost and added, numbers lost, CPU-seconds, for each wear."""
    print(f"{'wear':14}{'pages':>6}{'words':>7}{'lost %':>8}{'added %':>9}{'numbers lost %':>16}{'CPU-s':>7}")  # noqa: T201
    for wear in dict.fromkeys(result.wear for result in results):
        own = [result for result in results if result.wear == wear]
        printed, numbers = sum(r.printed for r in own), sum(r.numbers for r in own)
        lost, added, gone = sum(r.lost for r in own), sum(r.added for r in own), sum(r.numbers_lost for r in own)
        seconds = sum(r.seconds for r in own) / len(own)
        shares = (100 * lost / printed, 100 * added / printed, 100 * gone / max(1, numbers))
        print(f"{wear:14}{len(own):6}{printed:7}{shares[0]:8.2f}{shares[1]:9.2f}{shares[2]:16.2f}{seconds:7.2f}")  # noqa: T201


def report_bands(words: Sequence[Seen]) -> None:
    """Stated against true share of right words by quality and band, and by page, on layouts and wears that made no curve."""
    stated = list(held_out(words))
    print(f"\n{'quality':10}{'band':>12}{'words':>7}{'stated':>8}{'right':>7}")  # noqa: T201
    for quality in sorted({word.quality for word, _ in stated}):
        for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 0.98), (0.98, 1.01)):
            band = [(w.right, value) for w, value in stated if w.quality == quality and low <= value < high]
            if band:
                right, said = np.mean(np.array(band, dtype=float), axis=0)
                print(f"{quality:10}{low:6.2f}-{min(high, 1):4.2f}{len(band):8}{said:8.3f}{right:7.3f}")  # noqa: T201
    report_pages(stated)


def report_pages(stated: Sequence[tuple[Seen, float]]) -> None:
    """How far the mean stated confidence of a page is from its share of right words, by quality."""
    pages: dict[tuple[str, str, float], list[tuple[float, float]]] = defaultdict(list)
    for word, value in stated:
        pages[word.quality, word.wear, word.page_mean].append((value, word.right))
    print(f"\n{'quality':10}{'pages':>7}{'off by':>8}{'at most':>9}")  # noqa: T201
    for quality in sorted({quality for quality, *_ in pages}):
        off = [abs(float(np.diff(np.mean(own, axis=0))[0])) for (kind, *_), own in pages.items() if kind == quality]
        print(f"{quality:10}{len(off):7}{np.mean(off):8.3f}{max(off):9.3f}")  # noqa: T201


def held_out(words: Sequence[Seen]) -> Iterator[tuple[Seen, float]]:
    """Each word with its stated confidence, by curves of other layouts and of other hands' damage."""
    layouts = sorted({word.layout for word in words})
    half = {layout: number % 2 for number, layout in enumerate(layouts)}
    for wear in sorted({word.wear for word in words}):
        for side in (0, 1):
            judged = [word for word in words if word.wear == wear and half[word.layout] == side]
            curves = fit([word for word in words if word.wear != wear and half[word.layout] != side])
            known = [word for word in judged if word.quality in curves]
            yield from zip(known, _stated(known, curves), strict=True)


def _stated(words: Sequence[Seen], curves: dict[str, list[list[float]]]) -> list[float]:
    return [float(np.interp(word.raw, KNOTS, level_of(curves[word.quality], word.page_mean))) for word in words]


if __name__ == "__main__":
    main()
