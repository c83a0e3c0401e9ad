"""Fits the weights by which batches are cut: `python -m samples.train_split [--into models/split] [--recognise PAGES]`.

Learns from streams of the `demo` and `practice` layouts and judges on those of `rehearsal`, which it never learns from.
`--judge` makes nothing, and judges the weights that ship on the same streams.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from pipeline.cut_weights import CutWeights, shipped_weights
from pipeline.page_signs import read_signs
from pipeline.split import split_batch, weighed_signals
from samples.score_split import Tally, calibration_error, tally
from samples.stream_readings import Read, misread, recognised, with_identities
from samples.streams import Kind, Leaf, make_streams
from schemas.rules import ReadRules, SplitRules
from workers.wire import open_recogniser

Floats = NDArray[np.float64]

SEED = 20_262
STIFFNESS = 1.0  # how strongly a weight is held near what was assumed of it before any page was seen
TRUST = 0.6  # of the assumed weights: signals seen together say less than each alone
# log-odds assumed by people who know such pages; a signal that is not named is assumed to say nothing
ASSUMED_BIAS = -1.6
ASSUMED = {
    "bare numbering goes on": -6.5,
    "bare page in the same layout after a full one": -0.9,
    "begins mid-sentence": -2.0,
    "body opens": 1.2,
    "cannot be read": -0.6,
    "continued": -3.5,
    "followed by page two": 3.0,
    "follows a cover": 6.0,
    "head names the patient": -0.8,
    "header labels": 1.8,
    "later section on top": -1.2,
    "lesser title on top": 2.2,
    "letterhead": 1.6,
    "list goes on": -1.5,
    "names a patient": 0.5,
    "numbered later": -2.2,
    "numbered one": 4.5,
    "numbered one of one": 4.5,
    "numbering breaks": 2.0,
    "numbering goes on": -6.5,
    "numbering goes on behind it": -4.0,
    "numbering of the short file goes on": -6.5,
    "numbering skips": -4.0,
    "other dates and numbers in the header": 1.0,
    "other letterhead": 1.4,
    "packet numbering goes on": -6.5,
    "page size changes": 1.6,
    "patient perhaps other": 3.4,
    "previous ends early": 0.9,
    "previous ends very early": 1.5,
    "previous has more to come": -1.5,
    "previous runs to the end": -0.5,
    "previous was signed": 1.7,
    "previous was the last": 2.2,
    "same dates and numbers in the header": -1.0,
    "same header as before": -2.0,
    "same letterhead as before": -0.4,
    "same patient": -0.4,
    "same running head": -1.8,
    "same title as before": -1.2,
    "scan quality changes": 0.8,
    "sentence goes on": -1.5,
    "table goes on": -1.5,
    "title of the first page again": 2.2,
    "title on top": 4.8,
    "type size changes": 0.6,
}
SINGLE, FEW, MANY = (1, 2), (1, 3), (4, 10)  # documents in a stream
LEARNT: tuple[tuple[Kind, int, tuple[int, int]], ...] = (
    ("demo", 250, SINGLE),
    ("demo", 150, FEW),
    ("demo", 450, MANY),
    ("practice", 300, SINGLE),
    ("practice", 200, FEW),
    ("practice", 700, MANY),
)
JUDGED: tuple[tuple[str, tuple[int, int], int], ...] = (("many documents", MANY, 800), ("one to three documents", FEW, 150))


CARD = """# Weights for cutting batches

Log-odds for each signal that a page begins a document (`pipeline/signals.py`, `pipeline/continuity.py`), read by `pipeline/cut_weights.py`.

- Made by `python -m samples.train_split` in {seconds:.0f} s of processor time.
- Learnt from {learnt} pages of streams of the `demo` and `practice` layouts, with character noise over their words: logistic regression
  held near weights assumed beforehand.
- Judged on streams of the `rehearsal` layouts, which were not learnt from. Streams of many documents are hard: 30 of 100 senders print bare
  later pages, 25 the full header on each; 6 of 10 neighbours are one patient, the others half of the time family; pages are missing or unreadable.
  `whole`: streams cut right throughout; `borders`: starts of another patient.
{table}

Limits: noise is not recognition, and synthetic senders are not real ones. A page that cannot be read shows nothing to weigh; it is asked about.
"""
TABLE = """
| streams of | pages | documents | page-start F1 | whole | borders missed | sure | wrong of the sure | sure of two patients | calibration error |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""


class Example(NamedTuple):
    """What a page showed after the pages of the true document before it, and whether it begins another."""

    signals: tuple[str, ...]
    begins: bool


class Sample(NamedTuple):
    """A stream as read, with its truth."""

    leaves: tuple[Leaf, ...]
    read: Read


def misread_samples(kind: Kind, pages: int, documents: tuple[int, int], seed: int) -> Iterator[Sample]:
    """Streams read with character noise."""
    rng = Random(seed)
    for stream in make_streams(kind, pages, seed=seed, documents=documents):
        yield Sample(stream.leaves, with_identities(misread(stream, rng)))


def recognised_samples(kind: Kind, pages: int, documents: tuple[int, int], seed: int) -> Iterator[Sample]:
    """Streams damaged by machines and read by the product's own reader: about two seconds a page."""
    ocr, rng = open_recogniser(ReadRules()), Random(seed)
    for stream in make_streams(kind, pages, seed=seed, documents=documents):
        yield Sample(stream.leaves, with_identities(recognised(stream, ocr, rng)))


def examples(samples: Iterable[Sample]) -> list[Example]:
    """Every page but those where another patient's name settles the matter."""
    return [example for sample in samples for example in _examples(sample)]


def _examples(sample: Sample) -> Iterator[Example]:
    pages = [(leaf, page, who) for leaf, page, who in zip(sample.leaves, *sample.read, strict=True) if leaf.what != "blank"]
    signs = [read_signs(page, who, len(sample.leaves)) for _, page, who in pages]
    begun = 0
    for at in range(1, len(pages)):
        begins = pages[at][0].document != pages[at - 1][0].document
        signals = weighed_signals(signs[at], signs[begun:at], signs[at + 1] if at + 1 < len(signs) else None)
        if signals is not None:
            yield Example(signals, begins)
        begun = at if begins else begun


def fit(learnt: Sequence[Example]) -> CutWeights:
    """Logistic regression over the signals by name, held near the assumed weights (a Gaussian prior round them)."""
    names = sorted({signal for example in learnt for signal in example.signals} | set(ASSUMED))
    place = {name: at for at, name in enumerate(names)}
    shown = np.zeros((len(learnt), len(names) + 1))
    shown[:, -1] = 1
    for row, example in zip(shown, learnt, strict=True):
        row[[place[signal] for signal in example.signals]] = 1
    begins = np.array([example.begins for example in learnt], dtype=float)
    assumed = TRUST * np.array([*(ASSUMED.get(name, 0.0) for name in names), ASSUMED_BIAS])
    held = np.array([STIFFNESS] * len(names) + [0.01])

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds, off = shown @ weights, weights - assumed
        slope = shown.T @ (1 / (1 + np.exp(-odds)) - begins) + held * off
        return float(np.logaddexp(0, odds).sum() - begins @ odds + (held * off**2).sum() / 2), slope

    found = minimize(loss, assumed, jac=True, method="L-BFGS-B", options={"maxiter": 2000}).x
    return CutWeights(round(float(found[-1]), 2), {name: round(float(weight), 2) for name, weight in zip(names, found[:-1], strict=True)})


def judge(samples: Sequence[Sample], weights: CutWeights) -> tuple[Tally, float]:
    """The counts over streams that were not learnt from, and the calibration error of the chances."""
    cut = [(s.leaves, split_batch(*s.read, rules=SplitRules(), weights=weights)) for s in samples]
    seen = examples(samples)
    return tally(cut), calibration_error([weights.chance(example.signals) for example in seen], [example.begins for example in seen])


def row(name: str, counts: Tally, error: float) -> str:
    """One line of the card."""
    return (
        f"| {name} | {counts.pages} | {counts.starts} | {counts.f1:.3f} | {counts.whole} of {counts.streams} | {counts.crossed} of {counts.borders}"
        f" | {counts.sure / counts.documents:.0%} | {counts.sure_wrong} of {counts.sure} | {counts.sure_mixed} | {error:.3f} |"
    )


def judged_on_unseen(weights: CutWeights, recognise: int) -> str:
    """The card's table: figures on streams that were not learnt from, `recognise` pages of them by real recognition as well."""
    judged = [(name, list(misread_samples("rehearsal", pages, many, SEED + 50 + at))) for at, (name, many, pages) in enumerate(JUDGED)]
    if recognise:
        judged.append(("many documents, recognised", list(recognised_samples("rehearsal", recognise, MANY, SEED + 99))))
    return TABLE + "\n".join(row(name, *judge(samples, weights)) for name, samples in judged)


def main() -> None:
    """Fit, judge, and write the weights with their card; or judge those that ship."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path("models/split"))
    parser.add_argument("--recognise", type=int, default=0, help="pages to judge by real recognition as well; two seconds each")
    parser.add_argument("--judge", action="store_true", help="judge the weights that ship, make none")
    args = parser.parse_args()
    if args.judge:
        print(judged_on_unseen(shipped_weights(), args.recognise))  # noqa: T201
        return
    learnt = [e for at, (kind, pages, many) in enumerate(LEARNT) for e in examples(misread_samples(kind, pages, many, SEED + at))]
    weights = fit(learnt)
    table = judged_on_unseen(weights, args.recognise)
    args.into.mkdir(parents=True, exist_ok=True)
    kept = {"bias": weights.bias, "weights": weights.weights}
    (args.into / "weights.json").write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    card = CARD.format(learnt=len(learnt), seconds=sum(os.times()[:4]), table=table)
    (args.into / "CARD.md").write_text(card, encoding="utf-8")
    print(card)  # noqa: T201


if __name__ == "__main__":
    main()
