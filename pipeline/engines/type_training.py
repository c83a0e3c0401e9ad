"""Teaches the text model from a house's own examples: the weights that ship plus a correction that is kept small.

Knows features, weights and labelled texts; knows nothing of where the examples come from or which model is live.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.spacy_types import LinearTypes
from pipeline.engines.type_features import BUCKETS, document_features, weighted

ENOUGH = 20  # a type of which there are fewer examples is not begun
MANY = 2000  # more examples are drawn from: the work grows with their square
PULL = 0.3  # how much a correction costs: many examples must agree before much changes
ANCHORED = 16.0  # examples that the mean text of a known type is worth

Doubles = NDArray[np.float64]


def learnable(base: LinearTypes, examples: Sequence[tuple[str, str]]) -> frozenset[str]:
    """The types that examples (slug, text) can teach: those known, and new ones of which there are enough."""
    counts = Counter(slug for slug, _ in examples)
    return frozenset(slug for slug, count in counts.items() if slug in base.slugs or count >= ENOUGH)


def fit_from(base: LinearTypes, examples: Sequence[tuple[str, str]], *, seed: int) -> LinearTypes:
    """The base plus a correction learnt from examples (slug, text), with new types where there are enough of them.

    Multinomial logistic loss under an L2 pull toward the base; the mean texts of the base's own types hold them where they are.
    Solved over the examples' inner products, so that the cost does not grow with the number of weights. The same seed gives the same model.
    """
    taught = learnable(base, examples)
    usable = [(slug, text) for slug, text in examples if slug in taught]
    if not usable:
        return base
    drawn = sorted(np.random.default_rng(seed).choice(len(usable), min(MANY, len(usable)), replace=False).tolist())
    learnt = [usable[at] for at in drawn]
    model = _with_room(base, sorted(taught - set(base.slugs)))
    rows = _stacked([weighted(document_features(text), model.idf) for _, text in learnt], base.anchors)
    named = [*(slug for slug, _ in learnt), *(slug for slug, anchor in zip(base.slugs, base.anchors, strict=False) if anchor.any())]
    right = np.array([model.slugs.index(slug) for slug in named])
    trust = np.where(np.arange(len(named)) < len(learnt), 1.0, ANCHORED)
    before = (rows @ model.weights.T.astype(np.float32) + model.offsets) / model.temperature
    wide = rows.astype(np.float64)  # examples that are all but equal: in float32 their products are not positive
    moved = _corrections((wide @ wide.T).toarray(), before.astype(np.float64), right, trust)
    weights = model.weights.astype(np.float32) + model.temperature * (rows.T @ moved.astype(np.float32)).T
    return replace(model, weights=weights.astype(np.float16))


def _with_room(base: LinearTypes, new: Sequence[str]) -> LinearTypes:
    """The base with rows for new types, which begin as strangers: as unlikely as a wrong type usually is."""
    if not new:
        return base
    scores = base.anchors.astype(np.float32) @ base.weights.T.astype(np.float32) + base.offsets
    wrong = scores[np.eye(*scores.shape) == 0] if len(scores) else base.offsets
    offsets = np.concatenate([base.offsets, np.full(len(new), wrong.mean(), np.float32)])
    weights = np.concatenate([base.weights, np.zeros((len(new), BUCKETS), np.float16)])
    return replace(base, slugs=(*base.slugs, *new), weights=weights, offsets=offsets)


def _stacked(found: Sequence[tuple[Any, Any]], anchors: NDArray[Any]) -> Any:
    """Examples and the anchors that have something in them, as one sparse matrix of a row each."""
    from scipy.sparse import csr_matrix, vstack

    ends = np.cumsum([0, *(len(buckets) for buckets, _ in found)])
    values, buckets = np.concatenate([v for _, v in found]), np.concatenate([b for b, _ in found])
    held = anchors[anchors.any(axis=1)].astype(np.float32)
    return vstack([csr_matrix((values, buckets, ends), shape=(len(found), BUCKETS)), csr_matrix(held)], format="csr")


def _corrections(inner: Doubles, before: Doubles, right: NDArray[np.int64], trust: Doubles) -> Doubles:
    """How much of each row is added to each type's weights: rows × types."""
    from scipy.optimize import minimize

    root = np.linalg.cholesky(inner + 1e-6 * np.eye(len(inner)))
    target = np.eye(before.shape[1])[right]

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        free = flat.reshape(before.shape)
        scores = before + root @ free
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(axis=1, keepdims=True)
        missed = -np.log(np.maximum((shares * target).sum(axis=1), 1e-12)) @ trust
        slope = root.T @ ((shares - target) * trust[:, None]) + PULL * free
        return float(missed + PULL / 2 * (flat @ flat)), slope.ravel()

    found = minimize(loss, np.zeros(before.size), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return np.asarray(np.linalg.solve(root.T, found.x.reshape(before.shape)))
