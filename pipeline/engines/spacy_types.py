"""The document-type text model: a hashed linear model, and the spaCy component that holds it.

Knows weights, their calibration and their file; knows nothing of titles or thresholds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.classify import text_of
from pipeline.engines.type_features import BUCKETS, Floats, Ints, common_words, document_features, fold, weighted, word_bucket

COMPONENT = "chartroom_doctype"
FLOOR = 0.0001  # no type is ever ruled out by text alone


@dataclass(frozen=True)
class LinearTypes:
    """A linear model of document types: one row of weights a slug, an offset each, rarities, and what makes shares of scores.

    `confusions`: a row a slug, of what texts are that the model takes for it; rows sum to 1, none: it takes nothing for another.
    `anchors`: the mean text of each type it was trained on, a row of features a slug; what a house teaches it later is held against them.
    """

    slugs: tuple[str, ...]
    weights: NDArray[np.float16]
    offsets: NDArray[np.float32]
    idf: NDArray[np.float16]
    temperature: float
    confusions: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    anchors: NDArray[np.float16] = field(default_factory=lambda: np.zeros((0, BUCKETS), np.float16))

    def scores(self, text: str) -> dict[str, float]:
        """Calibrated share per slug; sums to 1."""
        return dict(zip(self.slugs, self.shares(text).tolist(), strict=True))

    def shares(self, text: str) -> NDArray[Any]:
        """Calibrated shares in the order of the slugs."""
        return shares_of(self.raw(text), self.temperature, self.confused())

    def confused(self) -> NDArray[np.float32]:
        """The confusions with a row for every slug; a type that was taught later is taken for no other."""
        whole = np.eye(len(self.slugs), dtype=np.float32)
        whole[: len(self.confusions), : len(self.confusions)] = self.confusions
        return whole

    def raw(self, text: str) -> NDArray[Any]:
        """Scores before calibration."""
        return self.raw_of(document_features(text))

    def raw_of(self, found: tuple[Ints, Floats]) -> NDArray[Any]:
        """Scores of a text's features."""
        buckets, values = weighted(found, self.idf)
        return np.asarray(self._columns(buckets) @ values + self.offsets)

    def known(self, text: str) -> float:
        """The share of a text's words that were met in training, 0..1."""
        buckets = np.fromiter((word_bucket(word) for word in set(fold(text)) if len(word) > 2), np.int64)
        return float((self.idf[buckets] > 0).mean()) if len(buckets) else 0.0

    def evidence(self, text: str, slug: str, against: str | None = None, count: int = 5) -> tuple[str, ...]:
        """The words that speak for `slug` more than for another type, or than for the others, weightiest first; no names, no numbers."""
        if slug not in self.slugs:
            return ()
        words = common_words(text)
        buckets = np.fromiter((word_bucket(word) for word in words), np.int64)
        rows = self._columns(buckets)
        other = rows[self.slugs.index(against)] if against in self.slugs else rows.mean(axis=0)
        gain = (rows[self.slugs.index(slug)] - other) * self.idf[buckets]
        return tuple(words[i] for i in np.argsort(-gain)[:count] if gain[i] > 0)

    def _columns(self, buckets: Ints) -> Floats:
        return self._by_bucket[buckets].astype(np.float32).T

    @cached_property
    def _by_bucket(self) -> NDArray[np.float16]:
        return np.ascontiguousarray(self.weights.T)


def shares_of(raw: NDArray[Any], temperature: float, confusions: NDArray[Any]) -> NDArray[Any]:
    """Softmax of scores over a temperature, each type's share given to those it is in truth, kept off zero."""
    scaled = raw / temperature
    shares = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    shares = (shares / shares.sum(axis=-1, keepdims=True)) @ confusions
    return np.asarray(shares * (1 - FLOOR * raw.shape[-1]) + FLOOR)


class DoctypeComponent:
    """The spaCy component: fills `doc.cats`."""

    def __init__(self, linear: LinearTypes | None = None) -> None:
        self.linear = linear

    def __call__(self, doc: Any) -> Any:
        if self.linear is not None:
            doc.cats = self.linear.scores(text_of(doc._.pages))
        return doc

    def to_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> None:
        """Weights as .npz, names as JSON."""
        del exclude
        path = Path(path)
        path.mkdir(parents=True, exist_ok=True)
        if self.linear is None:
            return
        m = self.linear
        np.savez_compressed(path / "weights.npz", weights=m.weights, offsets=m.offsets, idf=m.idf, anchors=m.anchors, confusions=m.confusions)
        about = {"slugs": m.slugs, "temperature": m.temperature, "buckets": BUCKETS}
        (path / "model.json").write_text(json.dumps(about, indent=1) + "\n")

    def from_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> DoctypeComponent:
        """Reads what `to_disk` wrote."""
        del exclude
        path = Path(path)
        about = json.loads((path / "model.json").read_text())
        if about["buckets"] > BUCKETS:
            raise ValueError(f"{path}: a model of {about['buckets']} buckets, not {BUCKETS}")
        with np.load(path / "weights.npz", allow_pickle=False) as kept:
            weights, idf, anchors = (_widened(kept[name]) for name in ("weights", "idf", "anchors"))
            self.linear = LinearTypes(tuple(about["slugs"]), weights, kept["offsets"], idf, about["temperature"], kept["confusions"], anchors)
        return self


def _widened(kept: NDArray[Any]) -> NDArray[Any]:
    """What an earlier version kept, with nothing for the features that it did not know."""
    return np.pad(kept, [(0, 0)] * (kept.ndim - 1) + [(0, BUCKETS - kept.shape[-1])])
