"""The text model on transcribed reports that have no title and no patient block, learnt and judged by folds. Knows the training, no pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np

from pipeline.engines.spacy_types import LinearTypes
from samples import train
from samples.langbench import goals
from samples.report import Row

FOLDS = 5
NOISE = {goals.BODY_CLEAN: 0.0, goals.BODY_NOISY: 0.10}
_TYPES = 17
_MISREAD = {
    "l": "1",
    "1": "l",
    "I": "l",
    "O": "0",
    "0": "O",
    "o": "c",
    "e": "c",
    "c": "e",
    "S": "5",
    "5": "S",
    "s": "5",
    "B": "8",
    "8": "B",
    "h": "b",
    "n": "ri",
    "m": "rn",
    "u": "ii",
    "a": "o",
    "t": "f",
    "f": "t",
    "g": "q",
    "i": "j",
    "d": "cl",
    "w": "vv",
    ",": ".",
    ".": ",",
    "Z": "2",
    "y": "v",
}


class Fold(NamedTuple):
    """What to learn from and what to judge."""

    learn: tuple[train.Text, ...]
    judge: tuple[train.Text, ...]
    seed: int


def body_rows(reports: Path | None, seed: int) -> Iterator[Row]:
    """Accuracy clean and noisy over all folds; rows that were not run where there is no table."""
    if reports is None:
        yield from (goal.missing("needs a table of transcribed reports: --reports CSV.GZ") for goal in NOISE)
        return
    texts = train.report_texts(reports)
    folds = folds_of(texts, seed)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        hits = [hit for found in pool.map(judge_fold, folds) for hit in found]
    kinds = len({text.slug for text in texts})
    for goal, right in zip(NOISE, np.mean(hits, axis=0), strict=True):
        yield goal.reached(float(right), len(hits), note=f"near copies in one fold; {kinds} types, of {_TYPES} asked for")


def folds_of(texts: Sequence[train.Text], seed: int) -> list[Fold]:
    """Every text judged once; near copies of one report on one side."""
    groups = sorted({text.group for text in texts})
    order = Random(seed).sample(groups, len(groups))
    return [
        Fold(tuple(text for text in texts if text.group not in out), tuple(text for text in texts if text.group in out), seed + at)
        for at, out in enumerate(set(order[at::FOLDS]) for at in range(FOLDS))
    ]


def judge_fold(fold: Fold) -> list[tuple[bool, ...]]:
    """Of every text held out, whether it is typed right at each noise."""
    model = train.fit(train.vary(fold.learn, Random(fold.seed)))
    rng = Random(fold.seed)
    return [tuple(_best(model, misread(text.text, noise, rng)) == text.slug for noise in NOISE.values()) for text in fold.judge]


def misread(text: str, share: float, rng: Random) -> str:
    """A text in which this share of the characters is taken for another, dropped or doubled, or has a blank thrown in."""
    return "".join(_misread(letter, rng) if rng.random() < share else letter for letter in text) if share else text


def _misread(letter: str, rng: Random) -> str:
    kind = rng.random()
    if kind < 0.65 and letter in _MISREAD:
        return _MISREAD[letter]
    if kind < 0.8:
        return ""
    return letter + rng.choice((" ", letter, ".", "'")) if kind < 0.93 else rng.choice("abcdeilnorstu1 ")


def _best(model: LinearTypes, text: str) -> str:
    shares = model.scores(text)
    return max(shares, key=lambda slug: shares[slug])
