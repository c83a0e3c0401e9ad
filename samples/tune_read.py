"""Measures the reader on training pages and calibrates its confidence: `python -m samples.tune_read [--pages 9] [--write]`.

Prints, for each wear, words lost, wrong words added, CPU-seconds a page; then, on layouts and wears held out, what share of the words of each
band of stated confidence was right, and how far a page's confidence was from its share of right words. `--write` keeps the curves in
`pipeline/confidence_table.py`. `--turned 200` counts pages read the wrong way up instead.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.attempt import Reader, mean_confidence, on_upright_page
from pipeline.clean import clean
from pipeline.confidence import KINDS, KNOTS, LEVELS, kind_of, level_of
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
FORMS = str.maketrans("’‘“”–—‐−", "''\"\"----")  # of one sign
BENDS, STIFF = (0.5, 0.7, 0.85, 0.92, 0.95), 0.3  # raw confidences where the law may bend; how freely
LEAST, MOST = 0.01, 0.998
EDGES, MANY = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01), 500  # of the bands that are judged; words in one that say something
TABLE = Path(__file__).parents[1] / "pipeline" / "confidence_table.py"
HEAD = '''"""Share found right, by quality, kind (KINDS), mean raw confidence of the page (LEVELS) and raw confidence (KNOTS).

Written by `python -m samples.tune_read --write`. {note}
"""

CURVES: dict[str, dict[str, tuple[tuple[float, ...], ...]]] = {{
{rows}}}
'''

Curves = dict[tuple[str, str], list[list[float]]]  # by quality and kind, one a level


class Seen(NamedTuple):
    """One word as read, and whether it was right."""

    quality: str
    page_mean: float
    raw: float
    right: bool
    layout: str
    wear: str
    kind: str


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
        TABLE.write_text(HEAD.format(note=note, rows=_rows(fit(words))), encoding="utf-8")


def _rows(made: Curves) -> str:
    """The table's lines, one a curve."""
    lines = []
    for quality in sorted({quality for quality, _ in made}):
        kinds = (f'        "{kind}": (\n{"".join(map(_row, made[quality, kind]))}        ),\n' for kind in KINDS)
        lines.append(f'    "{quality}": {{\n{"".join(kinds)}    }},\n')
    return "".join(lines)


def _row(curve: Sequence[float]) -> str:
    return f"            ({', '.join(f'{value:.3f}' for value in curve)}),\n"


def read_wear(wear: str, *, count: int, seed: int) -> list[Result]:
    """Every page of one wear, read."""
    with tempfile.TemporaryDirectory(prefix="tune-") as folder:
        return [read_one(page, Path(folder)) for page in make_pages(wear, count, seed + sum(map(ord, wear)))]


def read_one(page: WornPage, folder: Path) -> Result:
    """One page through look, recipe and engine, its confidences as the engine gave them."""
    image = folder / "page.png"
    Image.fromarray(page.pixels).save(image, compress_level=1)
    before, rules = cpu_seconds(), ReadRules()
    received = within_bounds(open_scan(RenderedPage(1, 612, 792, image, *page.dpi, bilevel=page.bilevel, image_share=1.0)))
    scan, look = as_positive(received, look_at(received, rules.blank_ink), rules.blank_ink)
    reader = Reader(open_recogniser(rules), "eng", folder / "page.pgm", monotonic() + rules.page_seconds, monotonic)
    best = recognise(clean(scan, look, rules.target_dpi), scan, look, reader, rules)[0]
    return judged(page, best.cleaned.quality, on_upright_page(best), cpu_seconds() - before)


def judged(page: WornPage, quality: str, words: Sequence[Word], seconds: float) -> Result:
    """What was read of a page, held against what was printed."""
    found = list(rightness(words, page.words))
    printed = [word.text for word in page.words if _says(word.text)]
    kept = [word.text for word, right in zip(words, found, strict=True) if right and _says(word.text)]
    numbers = sum(_number(text) for text in printed)
    return Result(
        page.wear,
        len(printed),
        len(printed) - len(kept),
        sum(_says(word.text) for word in words) - len(kept),
        numbers,
        numbers - sum(map(_number, kept)),
        seconds,
        tuple(
            Seen(quality, mean_confidence(words), w.confidence, r, page.layout, page.wear, kind_of(w.text)) for w, r in zip(words, found, strict=True)
        ),
    )


def cpu_seconds() -> float:
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
        free[plain(true.text)].append(true)
    for word in words:
        there = free[plain(word.text)]
        near = min((true for true in there if _near(word, true)), key=lambda true: _apart(word, true), default=None)
        if near:
            there.remove(near)
        yield near is not None


def plain(text: str) -> str:
    """A word as it counts: the typographic forms of a sign are one, and the box that a cross stands in is no part of it."""
    return unicodedata.normalize("NFKC", text).translate(FORMS).strip("[]") or text


def _near(word: Word, true: TrueWord) -> bool:
    return abs(word.box.x0 - true.box.x0) < NEAR[0] and abs(word.box.y0 - true.box.y0) < NEAR[1]


def _apart(word: Word, true: TrueWord) -> float:
    return abs(word.box.x0 - true.box.x0) + abs(word.box.y0 - true.box.y0)


def fit(words: Sequence[Seen]) -> Curves:
    """For each quality and kind one rising curve a level of the page's mean confidence, at KNOTS.

    One smooth law a quality, for all its kinds and levels: curves learnt apart follow the hands and sheets that few of their words came from.
    """
    made: Curves = {}
    for quality in sorted({word.quality for word in words}):
        chances = chances_of([word for word in words if word.quality == quality])
        for kind in KINDS:
            found = [chances([(raw, level, kind) for raw in KNOTS]) for level in LEVELS]
            made[quality, kind] = np.maximum.accumulate(np.clip(found, LEAST, MOST), axis=1).tolist()
    return made


def chances_of(words: Sequence[Seen]) -> Callable[[Sequence[tuple[float, float, str]]], NDArray[np.float64]]:
    """The share right of such words, by raw confidence, mean of the page and kind: a logistic regression, straight between BENDS."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    law = make_pipeline(StandardScaler(), LogisticRegression(C=STIFF, max_iter=300))
    law.fit(_columns([(word.raw, word.page_mean, word.kind) for word in words]), [word.right for word in words])
    return lambda asked: np.asarray(law.predict_proba(_columns(asked))[:, 1])


def _columns(asked: Sequence[tuple[float, float, str]]) -> NDArray[np.float64]:
    raw, mean = (np.array([one[at] for one in asked], dtype=float)[:, None] for at in (0, 1))
    kinds = np.array([[kind == name for name in KINDS[1:]] for *_, kind in asked], dtype=float)
    return np.hstack([raw, np.maximum(0.0, raw - BENDS), kinds, kinds * raw, mean, mean * raw])


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
    worst: tuple[float, str] = (0.0, "none")
    print(f"\n{'quality':10}{'band':>12}{'words':>7}{'stated':>8}{'right':>7}")  # noqa: T201
    for quality in sorted({word.quality for word, _ in stated}):
        for low, high in pairwise(EDGES):
            band = [(w.right, value) for w, value in stated if w.quality == quality and low <= value < high]
            if not band:
                continue
            right, said = np.mean(np.array(band, dtype=float), axis=0)
            line = f"{quality:10}{low:6.2f}-{min(high, 1):4.2f}{len(band):8}{said:8.3f}{right:7.3f}"
            print(line)  # noqa: T201
            if low and len(band) >= MANY:
                worst = max(worst, (abs(right - said), line))
    print(f"worst of {MANY} words or more: off by {worst[0]:.3f}: {worst[1]}")  # noqa: T201
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
            made = fit([word for word in words if word.wear != wear and half[word.layout] != side])
            known = [word for word in judged if (word.quality, word.kind) in made]
            yield from ((word, _stated(word, made)) for word in known)


def _stated(word: Seen, made: Curves) -> float:
    return float(np.interp(word.raw, KNOTS, level_of(made[word.quality, word.kind], word.page_mean)))


if __name__ == "__main__":
    main()
