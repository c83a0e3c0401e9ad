"""How far the plainest model comes on a table of reports, and what more reports bring: `python -m samples.type_reference --reports CSV.GZ`.

A linear support vector machine over words and word pairs, as scikit-learn has it: what the shipped model is held against. Ships nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from samples import corpus, train

FOLDS = 5
SEEDS = (1, 2, 3)
SHARES = (0.25, 0.5, 0.75, 1.0)  # of the reports that may be learnt
MISREAD = 0.1

Learner = Callable[[Sequence[train.Text], int], Callable[[Sequence[str]], NDArray[Any]]]


class Found(NamedTuple):
    """Shares of reports typed right, as they are and misread, over all folds and seeds."""

    learnt: int
    clean: float
    misread: float


def plain(texts: Sequence[train.Text], seed: int) -> Callable[[Sequence[str]], NDArray[Any]]:
    """Words and word pairs, learnt as they are."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    seen = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    svm = LinearSVC(random_state=seed).fit(seen.fit_transform([text.text for text in texts]), [text.slug for text in texts])
    return lambda bodies: np.asarray(svm.predict(seen.transform(bodies)))


def ours(texts: Sequence[train.Text], seed: int) -> Callable[[Sequence[str]], NDArray[Any]]:
    """As the shipped model learns."""
    model = train.fit(train.vary(texts, Random(seed)))
    return lambda bodies: np.array([model.slugs[int(model.raw(body).argmax())] for body in bodies])


def measure(texts: Sequence[train.Text], learner: Learner, share: float = 1.0, seeds: Sequence[int] = SEEDS) -> Found:
    """What a learner reaches on folds that no group of texts is on both sides of."""
    found = [one for seed in seeds for one in _folds(texts, learner, share, seed)]
    return Found(int(np.mean([one.learnt for one in found])), *(float(np.average([one[at] for one in found])) for at in (1, 2)))


def _folds(texts: Sequence[train.Text], learner: Learner, share: float, seed: int) -> Iterator[Found]:
    groups = sorted({text.group for text in texts})
    order = Random(seed).sample(groups, len(groups))
    for at in range(FOLDS):
        judged = set(order[at::FOLDS])
        left = [group for group in order if group not in judged]
        learnt = set(left[: round(share * len(left))])
        told = learner([text for text in texts if text.group in learnt], seed)
        held = [text for text in texts if text.group in judged]
        right = np.array([text.slug for text in held])
        clean, noisy = [text.text for text in held], [corpus.damage(text.text, MISREAD, Random(f"{seed} {i}")) for i, text in enumerate(held)]
        yield Found(sum(text.group in learnt for text in texts), float((told(clean) == right).mean()), float((told(noisy) == right).mean()))


def main() -> None:
    """Print a line a learner, way of folding and share learnt."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=Path, required=True, help="csv.gz with document_type and transcription")
    args = parser.parse_args()
    together = train.report_texts(args.reports)
    apart = [text._replace(group=str(at)) for at, text in enumerate(together)]
    print(f"{len(together)} reports, {len({text.group for text in together})} without near copies\n")  # noqa: T201
    print("| learner | near copies | learnt | right | right, 10 % misread |\n| --- | --- | --- | --- | --- |")  # noqa: T201
    for name, learner, kept, texts, share in (
        ("plain", plain, "in any fold", apart, 1.0),
        ("as shipped", ours, "in any fold", apart, 1.0),
        *(("plain", plain, "in one fold", together, share) for share in SHARES),
        ("as shipped", ours, "in one fold", together, 1.0),
    ):
        found = measure(texts, learner, share)
        print(f"| {name} | {kept} | {found.learnt} | {found.clean:.3f} | {found.misread:.3f} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
