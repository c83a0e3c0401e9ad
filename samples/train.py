"""Trains the document-type text model that ships: `python -m samples.train [--reports CSV.GZ] [--into models/doctype]`.

Learns from the seed corpus and, when given, from a table of transcribed reports (columns document_type, transcription).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import yaml
from numpy.typing import NDArray

from pipeline.engines.language import save
from pipeline.engines.spacy_types import LinearTypes
from pipeline.engines.type_features import BUCKETS, PART, document_features, fold, weighted
from samples import corpus
from samples.type_figures import TITLED, HeldOut, calibrate, halves, measure, rows, with_titles
from schemas.catalogue import build_catalogue
from schemas.rules import ClassifyRules

SEED = 20_261
NOISE = (0.0, 0.02, 0.05, 0.09)
CHECKED = (0.0, 0.05, 0.1)  # shares of misread characters at which held-out texts are scored
FOLDS = 5
SEEDS_SCORED = 8  # seed texts of a layout that are scored
MET = 3  # a feature of fewer texts is not kept
CATALOGUE = Path(__file__).parents[1] / "schemas/doctypes.yaml"
SHARED = 0.6  # of the word pairs of the shorter of two near copies
KEPT = 100_000  # features that have weights
ANCHOR_FEATURES = 2000  # of a type's mean text


Features = tuple[NDArray[np.int64], NDArray[np.float32]]

ALONE = """| misread | texts | right | calibration error | covered at 99 % right | folder right | calibration error | covered at 99.5 % right |
| --- | --- | --- | --- | --- | --- | --- | --- |"""
BESIDE = """| misread | type sure | of these wrong | calibration error | folder sure | of these wrong | calibration error |
| --- | --- | --- | --- | --- | --- | --- |"""
CARD = """# Document-type text model

A blank English spaCy pipeline with one component, `chartroom_doctype`: a linear model over hashed words, word pairs, character
3- to 5-grams, headings in their order, and the words at a text's two ends; float16 weights in `.npz` (no pickle), softmax with a
temperature, and a matrix of what texts are that it takes for each type. It reads the text of a document and gives a share per type;
titles are weighed against it in `pipeline/classify.py`.

- Made by `{command}` in {seconds:.0f} s of processor time.
- The seed texts are generated from the phrase lists in `samples/corpus`, written for this purpose. The reports (published as CC0 by their
  uploader, about 95 % rightly labelled, no titles, no patient blocks) are not part of this repository; only hashed weights were kept of them.
  Every text was learnt as it is and once as a page: header lines, cut ends, misread characters. No copy of a learnt report, near or exact, is judged.

{figures}

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
    typed = [row for row in rows if row["document_type"]]
    twins = near_copies([row["transcription"] for row in typed])
    return [Text(row["document_type"], row["transcription"], "report", f"report {twin}") for row, twin in zip(typed, twins, strict=True)]


def near_copies(texts: Sequence[str]) -> list[int]:
    """A number for each text; those that share most word pairs of the shorter have the same."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    pairs = [np.unique([crc32(f"{a} {b}".encode()) & (PART - 1) for a, b in pairwise(fold(text))]).astype(np.int64) for text in texts]
    ends = np.cumsum([0, *map(len, pairs)])
    shown = csr_matrix((np.ones(ends[-1], np.float32), np.concatenate(pairs), ends), shape=(len(texts), PART))
    common = (shown @ shown.T).tocoo()
    size = np.diff(ends)
    near = common.data >= SHARED * np.minimum(size[common.row], size[common.col])
    return list(map(int, connected_components(csr_matrix((common.data[near], (common.row[near], common.col[near])), shape=common.shape))[1]))


def vary(texts: Sequence[Text], rng: Random) -> list[Text]:
    """Every text as it is, and once more as a page: between header lines, cut off at a page end, misread."""
    return [made for text in texts for made in (text, text._replace(text=as_page(text.text, rng.choice(NOISE), rng)))]


def as_page(text: str, noise: float, rng: Random) -> str:
    """A text as a scanned page gives it."""
    shown = text if rng.random() < 0.5 else text[: rng.randint(900, 3600)]
    return corpus.damage(corpus.furnish(shown, rng), noise, rng)


def rarities(rows: Sequence[NDArray[np.int64]]) -> NDArray[np.float16]:
    """Inverse document frequency of every bucket, in natural logarithms; 0 where too few texts have it."""
    seen = np.zeros(BUCKETS)
    for buckets in rows:
        seen[buckets] += 1
    return np.where(seen < MET, 0.0, np.log((1 + len(rows)) / (1 + seen)) + 1).astype(np.float16)


def matrix(found: Sequence[Features], idf: NDArray[np.float16]) -> Any:
    """Weighted features as a sparse matrix."""
    from scipy.sparse import csr_matrix

    rows = [weighted(one, idf) for one in found]
    ends = np.cumsum([0, *(len(buckets) for buckets, _ in rows)])
    return csr_matrix((np.concatenate([v for _, v in rows]), np.concatenate([b for b, _ in rows]), ends), shape=(len(rows), len(idf)))


def fit(texts: Sequence[Text]) -> LinearTypes:
    """A linear model of the texts as given (temperature one)."""
    return fit_features([text.slug for text in texts], [document_features(text.text) for text in texts])


def fit_features(labels: Sequence[str], found: Sequence[Features]) -> LinearTypes:
    """The same of their features."""
    from sklearn.svm import LinearSVC

    idf = rarities([buckets for buckets, _ in found])
    named = np.array(labels)
    slugs, counts = np.unique(named, return_counts=True)
    balance = {slug: float((counts.mean() / count) ** 0.5) for slug, count in zip(slugs, counts, strict=True)}
    learnt = matrix(found, idf)
    svm = LinearSVC(C=0.3, tol=0.01, class_weight=balance, random_state=SEED).fit(learnt, named)
    offsets = svm.intercept_.astype(np.float32)
    return LinearTypes(tuple(map(str, slugs)), pruned(svm.coef_, idf), offsets, idf, 1.0, anchors=anchors(learnt, named, slugs))


def pruned(weights: NDArray[Any], idf: NDArray[np.float16]) -> NDArray[np.float16]:
    """The weights of the features that tell types apart best; the others are nothing, which packs well."""
    weights = np.where(idf > 0, weights, 0)
    telling = np.ptp(weights, axis=0) * idf
    small = np.argsort(-telling, kind="stable")[KEPT:]
    weights[:, small] = 0
    return weights.astype(np.float16)


def anchors(learnt: Any, labels: NDArray[Any], slugs: NDArray[Any]) -> NDArray[np.float16]:
    """The mean text of every type, of which only the weightiest features are kept."""
    means = np.zeros((len(slugs), BUCKETS), np.float32)
    for at, slug in enumerate(slugs):
        mean = np.asarray(learnt[np.flatnonzero(labels == slug)].mean(axis=0)).ravel()
        kept = np.argsort(-mean)[:ANCHOR_FEATURES]
        means[at, kept] = mean[kept]
    return means.astype(np.float16)


class Shown(NamedTuple):
    """A text as it is learnt, in every variant, and as it is scored, at every noise; none: it is not scored."""

    text: Text
    learnt: tuple[Features, ...]
    scored: tuple[Features, ...]


def show(job: tuple[int, Text, bool]) -> Shown:
    """The features of the text at a position."""
    at, text, scored = job
    learnt = tuple(document_features(made.text) for made in vary([text], Random(f"{SEED} {at}")))
    return Shown(text, learnt, tuple(document_features(as_read(text.text, noise, at)) for noise in CHECKED) if scored else ())


def shown(texts: Sequence[Text]) -> list[Shown]:
    """All texts; seed texts are thinned for scoring."""
    thin = _thinned(texts)
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(show, [(at, text, at in thin) for at, text in enumerate(texts)], chunksize=64))


def fit_shown(texts: Sequence[Shown]) -> LinearTypes:
    """A model of all variants of the texts (temperature one)."""
    return fit_features([one.text.slug for one in texts for _ in one.learnt], [found for one in texts for found in one.learnt])


def held_out(texts: Sequence[Shown], folds: int) -> dict[float, HeldOut]:
    """Texts at every noise, each scored by a model that saw neither it nor another text of its group."""
    part = _parts([one.text for one in texts], folds)

    def score(k: int) -> tuple[tuple[str, ...], dict[int, list[NDArray[Any]]]]:
        model = fit_shown([one for one, at in zip(texts, part, strict=True) if at != k])
        return model.slugs, {i: [model.raw_of(found) for found in one.scored] for i, one in enumerate(texts) if part[i] == k and one.scored}

    with ThreadPoolExecutor(2) as pool:  # the solver lets go of the interpreter
        scored = list(pool.map(score, range(folds)))
    slugs, raw = scored[0][0], {i: found for _, one in scored for i, found in one.items()}
    order = sorted(raw)
    right = np.array([slugs.index(texts[i].text.slug) for i in order])
    return {noise: HeldOut(slugs, np.array([raw[i][at] for i in order]), right) for at, noise in enumerate(CHECKED)}


def _parts(texts: Sequence[Text], folds: int) -> list[int]:
    """The fold in which each text is held out, one for a group; -1 for layouts without another one of their type, which are only learnt from."""
    groups: dict[tuple[str, str], dict[str, int]] = {}
    for text in texts:
        known = groups.setdefault((text.source, text.slug), {})
        known.setdefault(text.group, len(known))
    shift = {key: at for at, key in enumerate(groups)}
    lonely = {key for key, known in groups.items() if len(known) == 1}
    fold_of: dict[str, int] = {}
    for text in texts:
        key = (text.source, text.slug)
        fold_of.setdefault(text.group, -1 if key in lonely else (groups[key][text.group] + shift[key]) % folds)
    return [fold_of[text.group] for text in texts]


def _thinned(texts: Sequence[Text]) -> frozenset[int]:
    """The positions of all reports, and of a few seed texts of every layout."""
    seen: Counter[str] = Counter()
    kept = []
    for i, text in enumerate(texts):
        seen[text.group] += 1
        if text.source != "seed" or seen[text.group] <= SEEDS_SCORED:
            kept.append(i)
    return frozenset(kept)


def as_read(text: str, noise: float, at: int) -> str:
    """A whole text misread at a share, the same way every time."""
    return corpus.damage(text, noise, Random(SEED + at))


def train(reports: Path | None, each: int) -> tuple[LinearTypes, str]:
    """The model, and what its card tells of it."""
    seed = seed_texts(each, Random(SEED))
    extra = report_texts(reports) if reports else []
    texts = shown([*extra, *seed])
    model = fit_shown(texts)
    held = held_out(texts, FOLDS)
    calibration = calibrate(list(held.values()))
    learnt = f"{len(seed)} seed texts of {len(model.slugs)} types" + (f" and {len(extra)} transcribed reports" if extra else "")
    return replace(model, temperature=calibration.temperature, confusions=calibration.confusions.astype(np.float32)), told(learnt, held, len(extra))


def told(learnt: str, held: Mapping[float, HeldOut], reports: int) -> str:
    """The figures of held-out texts: reports apart from seed texts of layouts that were not learnt."""
    catalogue = build_catalogue(yaml.safe_load(CATALOGUE.read_text()))
    shares = halves(held)
    lines = [f"Learnt from {learnt}."]
    for name, part in (("reports", np.arange(reports)), ("seed texts of layouts not learnt", np.arange(reports, len(held[0.0].right)))):
        if len(part):
            read = {f"{noise:.0%}": (one.only(part), shares[noise][part]) for noise, one in held.items()}
            alone = {misread: measure(*both, catalogue) for misread, both in read.items()}
            among = {f"{misread}, among their own types": measure(*_among(*both), catalogue) for misread, both in read.items()}
            titled = {f"{noise:.0%}": with_titles(*read[f"{noise:.0%}"], noise, catalogue, ClassifyRules()) for noise in held}
            lines += [f"\n{FOLDS}-fold, {name}, text alone:\n\n{ALONE}\n{rows(alone | among)}"]
            lines += [f"\n{FOLDS}-fold, {name}, beside titles drawn for {TITLED:.0%} of them, at the default lines:\n\n{BESIDE}\n{rows(titled)}"]
    return "\n".join(lines)


def _among(held: HeldOut, shares: NDArray[Any]) -> tuple[HeldOut, NDArray[Any]]:
    """The shares as if no other types existed than those of the texts."""
    own = np.where(np.isin(np.arange(len(held.slugs)), held.right), shares, 0)
    return held, own / own.sum(axis=1, keepdims=True)


def main() -> None:
    """Train, write the model folder and its card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=Path, help="csv.gz with document_type and transcription")
    parser.add_argument("--into", type=Path, default=Path("models/doctype"))
    parser.add_argument("--each", type=int, default=60, help="seed texts a type")
    args = parser.parse_args()
    model, figures = train(args.reports, args.each)
    save(model, args.into)
    command = "python -m samples.train" + (" --reports CSV.GZ" if args.reports else "")
    card = CARD.format(command=command, figures=figures, seconds=sum(os.times()[:4]))
    (args.into / "CARD.md").write_text(card)
    print(card)  # noqa: T201


if __name__ == "__main__":
    main()
