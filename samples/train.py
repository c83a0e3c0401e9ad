"""Trains the document-type text model that ships: `python -m samples.train [--reports CSV.GZ] [--into models/doctype]`.

Learns from the seed corpus and, when given, from a table of transcribed reports (columns document_type, transcription).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.spacy_types import BUCKETS, LinearTypes, features, save, shares_of, weighted
from samples import corpus

SEED = 20_261
NOISE = (0.0, 0.02, 0.05, 0.09)
CHECKED = (0.0, 0.05)  # shares of misread characters at which held-out texts are scored
FOLDS = 3
ANCHOR_FEATURES = 2000  # of a type's mean text


Features = tuple[NDArray[np.int64], NDArray[np.float32]]


CARD = """# Document-type text model

A blank English spaCy pipeline with one component, `chartroom_doctype`: a linear model over hashed words, word pairs and character
3- and 4-grams, float16 weights in `.npz` (no pickle), softmax with a temperature. It reads the text of a document and gives a share per
type; titles are weighed against it in `pipeline/classify.py`.

- Made by `{command}` in {seconds:.0f} s of processor time.
- Learnt from {learnt}. The seed texts are generated from the phrase lists in `samples/corpus`, written for this purpose. The reports
  (published as CC0 by their uploader, about 95 % rightly labelled, no titles, no patient blocks) are not part of this repository; only
  hashed weights were kept of them. Every text was learnt as it is and once as a page: header lines, cut ends, misread characters.
- Temperature {temperature:.3f}, set on held-out texts with 5 % of the characters misread.

{folds}-fold cross-validation (held-out reports, or seed texts when no reports are given), text alone, no title:

| misread | texts | accuracy | calibration error | covered at 99 % right | from confidence | share at 0.98 or more | of those right |
| --- | --- | --- | --- | --- | --- | --- | --- |
{rows}

Limits: laboratory, immunization, medication, insurance, legal, nursing, maternity, ECG and similar pages are known from seed texts alone, so
that no figure for real ones exists; consultation, history and physical, and progress notes are often mistaken for one another without
a title; English only; no handwriting.
"""


class Text(NamedTuple):
    """A labelled text; `group` keeps copies of one text, and texts of one layout, on the same side of a split."""

    slug: str
    text: str
    source: str  # seed or report
    group: str


def seed_texts(each: int, rng: Random) -> list[Text]:
    """`each` texts of every type of the seed corpus."""
    return [
        Text(slug, corpus.body(slug, rng, layout), "seed", f"{slug}/{layout}")
        for slug, layouts in sorted(corpus.seeds().items())
        for layout in sorted(layouts)
        for _ in range(max(8, each // len(layouts)))
    ]


def report_texts(path: Path) -> list[Text]:
    """The table's texts; rows without a type are left out."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [Text(row["document_type"], row["transcription"], "report", row["row_id"]) for row in rows if row["document_type"]]


def vary(texts: Sequence[Text], rng: Random) -> list[Text]:
    """Every text as it is, and once more as a page: between header lines, cut off at a page end, misread."""
    return [made for text in texts for made in (text, text._replace(text=as_page(text.text, rng.choice(NOISE), rng)))]


def as_page(text: str, noise: float, rng: Random) -> str:
    """A text as a scanned page gives it."""
    shown = text if rng.random() < 0.5 else text[: rng.randint(900, 3600)]
    return corpus.damage(corpus.furnish(shown, rng), noise, rng)


def rarities(rows: Sequence[NDArray[np.int64]]) -> NDArray[np.float16]:
    """Inverse document frequency of every bucket, in natural logarithms."""
    seen = np.zeros(BUCKETS)
    for buckets in rows:
        seen[buckets] += 1
    return (np.log((1 + len(rows)) / (1 + seen)) + 1).astype(np.float16)


def matrix(found: Sequence[Features], idf: NDArray[np.float16]) -> Any:
    """Weighted features as a sparse matrix."""
    from scipy.sparse import csr_matrix

    rows = [weighted(one, idf) for one in found]
    ends = np.cumsum([0, *(len(buckets) for buckets, _ in rows)])
    return csr_matrix((np.concatenate([v for _, v in rows]), np.concatenate([b for b, _ in rows]), ends), shape=(len(rows), BUCKETS))


def fit(texts: Sequence[Text]) -> LinearTypes:
    """A linear model of the texts as given (temperature one)."""
    from sklearn.svm import LinearSVC

    found = [features(text.text) for text in texts]
    idf = rarities([buckets for buckets, _ in found])
    labels = np.array([text.slug for text in texts])
    slugs, counts = np.unique(labels, return_counts=True)
    balance = {slug: float((counts.mean() / count) ** 0.5) for slug, count in zip(slugs, counts, strict=True)}
    rows = matrix(found, idf)
    svm = LinearSVC(C=0.5, tol=0.01, class_weight=balance, random_state=SEED).fit(rows, labels)
    return LinearTypes(
        tuple(map(str, slugs)), svm.coef_.astype(np.float16), svm.intercept_.astype(np.float32), idf, 1.0, anchors(rows, labels, slugs)
    )


def anchors(rows: Any, labels: NDArray[Any], slugs: NDArray[Any]) -> NDArray[np.float16]:
    """The mean text of every type, of which only the weightiest features are kept."""
    means = np.zeros((len(slugs), BUCKETS), np.float32)
    for at, slug in enumerate(slugs):
        mean = np.asarray(rows[np.flatnonzero(labels == slug)].mean(axis=0)).ravel()
        kept = np.argsort(-mean)[:ANCHOR_FEATURES]
        means[at, kept] = mean[kept]
    return means.astype(np.float16)


@dataclass(frozen=True)
class HeldOut:
    """Raw scores of texts by a model that did not see them, and which slug is right."""

    raw: NDArray[np.float64]
    right: NDArray[np.int64]


class Fold(NamedTuple):
    """One part of a cross-validation: what to learn from, what to score, under which seed."""

    learn: tuple[Text, ...]
    score: tuple[tuple[int, Text], ...]
    seed: int


def score_fold(fold: Fold) -> tuple[tuple[str, ...], dict[tuple[float, int], NDArray[Any]]]:
    """The slugs of a model of one fold, and its raw scores by noise and position."""
    model = fit(vary(fold.learn, Random(fold.seed)))
    return model.slugs, {(noise, i): score_raw(model, as_read(text.text, noise, i)) for noise in CHECKED for i, text in fold.score}


def held_out(texts: Sequence[Text], background: Sequence[Text]) -> dict[float, HeldOut]:
    """Every text scored, clean and noisy, by a model trained on the other folds and the background."""
    order = Random(SEED).sample(range(len(texts)), len(texts))
    raw: dict[tuple[float, int], NDArray[Any]] = {}
    slugs: tuple[str, ...] = ()
    with ProcessPoolExecutor(2) as pool:
        for slugs, scores in pool.map(score_fold, [_fold(texts, background, set(order[k::FOLDS]), SEED + k) for k in range(FOLDS)]):  # noqa: B007
            raw |= scores
    right = np.array([slugs.index(text.slug) for text in texts])
    return {noise: HeldOut(np.array([raw[noise, i] for i in range(len(texts))]), right) for noise in CHECKED}


def _fold(texts: Sequence[Text], background: Sequence[Text], out: set[int], seed: int) -> Fold:
    learn = [text for i, text in enumerate(texts) if i not in out]
    return Fold((*learn, *background), tuple((i, texts[i]) for i in sorted(out)), seed)


def as_read(text: str, noise: float, at: int) -> str:
    """A whole text misread at a share, the same way every time."""
    return corpus.damage(text, noise, Random(SEED + at))


def score_raw(model: LinearTypes, text: str) -> NDArray[Any]:
    """Scores before temperature."""
    buckets, values = weighted(features(text), model.idf)
    return np.asarray(model.weights[:, buckets].astype(np.float32) @ values + model.offsets)


def best_temperature(held: HeldOut) -> float:
    """The temperature under which the right slugs are most likely."""
    grid = np.geomspace(0.05, 1.0, 60)
    losses = [-np.log(shares_of(held.raw, t)[np.arange(len(held.right)), held.right]).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


class Figures(NamedTuple):
    """What held-out scores say: accuracy, expected calibration error, and how much is covered at 99 % right."""

    accuracy: float
    calibration_error: float
    coverage_99: float
    coverage_at: float  # the confidence from which that holds
    sure_share: float  # share of texts at 0.98 or more
    sure_right: float


def measure(held: HeldOut, temperature: float) -> Figures:
    """Figures of held-out scores under a temperature."""
    shares = shares_of(held.raw, temperature)
    top, hit = shares.max(axis=1), shares.argmax(axis=1) == held.right
    running = np.cumsum(hit[np.argsort(-top)]) / np.arange(1, len(hit) + 1)
    covered = np.flatnonzero(running >= 0.99)
    bins = np.minimum((top * 10).astype(int), 9)
    error = sum(abs(top[bins == b].mean() - hit[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist()))
    last = int(covered[-1]) if len(covered) else -1
    sure = top >= 0.98
    right = hit[sure].mean() if sure.any() else 1.0
    return Figures(hit.mean(), float(error), (last + 1) / len(hit), float(-np.sort(-top)[last]), sure.mean(), right)


def train(reports: Path | None, each: int) -> tuple[LinearTypes, list[str]]:
    """The model and the lines of figures that its card shows."""
    seed = seed_texts(each, Random(SEED))
    extra = report_texts(reports) if reports else []
    model = fit(vary(seed + extra, Random(SEED)))
    lines = [f"{len(seed)} seed texts of {len(model.slugs)} types" + (f"; {len(extra)} transcribed reports" if extra else "")]
    temperature, figures = calibrate(extra or seed, seed if extra else [])
    return replace(model, temperature=temperature), lines + figures


def calibrate(texts: Sequence[Text], background: Sequence[Text]) -> tuple[float, list[str]]:
    """Temperature from noisy held-out scores, and figures clean and noisy."""
    held = held_out(texts, background)
    temperature = best_temperature(held[CHECKED[-1]])
    return temperature, [_row(noise, measure(held[noise], temperature), len(texts)) for noise in CHECKED]


def _row(noise: float, figures: Figures, count: int) -> str:
    return f"| {noise:.0%} | {count} | " + " | ".join(f"{value:.3f}" for value in figures) + " |"


def main() -> None:
    """Train, write the model folder and its card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=Path, help="csv.gz with document_type and transcription")
    parser.add_argument("--into", type=Path, default=Path("models/doctype"))
    parser.add_argument("--each", type=int, default=60, help="seed texts a type")
    args = parser.parse_args()
    model, lines = train(args.reports, args.each)
    save(model, args.into)
    card = CARD.format(
        command="python -m samples.train" + (" --reports CSV.GZ" if args.reports else ""),
        learnt=lines[0],
        rows="\n".join(lines[1:]),
        folds=FOLDS,
        temperature=model.temperature,
        seconds=sum(os.times()[:4]),
    )
    (args.into / "CARD.md").write_text(card)
    print(card)  # noqa: T201


if __name__ == "__main__":
    main()
