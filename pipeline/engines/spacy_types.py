"""The document-type text model: a blank English spaCy pipeline whose one component is a hashed linear model.

Knows features, weights and their file; knows nothing of pages, titles or thresholds.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from schemas.faults import EngineFault

COMPONENT = "chartroom_doctype"
BUCKETS = 1 << 16  # the lower half holds words and word pairs, the upper half character n-grams
HALF = BUCKETS >> 1
WORDS_READ = 1500
FLOOR = 0.0001  # no type is ever ruled out by text alone

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


def fold(text: str) -> list[str]:
    """Lower-case ASCII words; every digit becomes 0, so that dates and numbers keep their shape and lose their value."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z0]+", re.sub(r"\d", "0", plain))[:WORDS_READ]


def word_bucket(word: str) -> int:
    """The bucket of a word or a word pair."""
    return crc32(word.encode()) & (HALF - 1)


def _char_buckets(words: Sequence[str]) -> Ints:
    """Buckets of the 3- and 4-grams that lie inside a word or touch one of its ends."""
    codes = np.frombuffer(f" {' '.join(words)} ".encode(), np.uint8).astype(np.uint64)
    return np.concatenate([_ngrams(codes, 3), _ngrams(codes, 4)])


def _ngrams(codes: NDArray[np.uint64], n: int) -> Ints:
    count = len(codes) - n + 1
    if count < 1:
        return np.empty(0, np.int64)
    key, inside = np.full(count, n, np.uint64), np.ones(count, bool)
    for at in range(n):
        part = codes[at : at + count]
        key = (key << np.uint64(8)) | part
        inside &= (part != ord(" ")) | (at in {0, n - 1})
    mixed = (key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(49)
    return mixed[inside].astype(np.int64) + HALF


def features(text: str) -> tuple[Ints, Floats]:
    """Buckets and dampened counts (1 + ln n) of a text's words, word pairs and character n-grams."""
    words = fold(text)
    pairs = (f"{a} {b}" for a, b in pairwise(words))
    lexical = np.fromiter((word_bucket(w) for w in (*words, *pairs)), np.int64)
    buckets, counts = np.unique(np.concatenate([lexical, _char_buckets(words)]), return_counts=True)
    return buckets, (1 + np.log(counts)).astype(np.float32)


def weighted(found: tuple[Ints, Floats], idf: NDArray[Any]) -> tuple[Ints, Floats]:
    """Features times rarity; words and characters are each brought to length one."""
    buckets, counts = found
    values = counts * idf[buckets].astype(np.float32)
    for block in (buckets < HALF, buckets >= HALF):
        values[block] /= float(np.linalg.norm(values[block])) or 1.0
    return buckets, values.astype(np.float32)


@dataclass(frozen=True)
class LinearTypes:
    """A linear model of document types: one row of weights a slug, an offset each, rarities, and a temperature.

    `anchors`: the mean text of each type it was trained on, a row of features a slug; what a house teaches it later is held against them.
    """

    slugs: tuple[str, ...]
    weights: NDArray[np.float16]
    offsets: NDArray[np.float32]
    idf: NDArray[np.float16]
    temperature: float
    anchors: NDArray[np.float16] = field(default_factory=lambda: np.zeros((0, BUCKETS), np.float16))

    def scores(self, text: str) -> dict[str, float]:
        """Calibrated share per slug; sums to 1."""
        buckets, values = weighted(features(text), self.idf)
        raw = self._columns(buckets) @ values + self.offsets
        shares = shares_of(raw, self.temperature)
        return dict(zip(self.slugs, shares.tolist(), strict=True))

    def evidence(self, text: str, slug: str, count: int) -> tuple[str, ...]:
        """The words that speak for `slug` more than for the other types, weightiest first."""
        if slug not in self.slugs:
            return ()
        words = sorted({w for w in fold(text) if len(w) > 2 and "0" not in w})
        buckets = np.fromiter((word_bucket(w) for w in words), np.int64)
        rows = self._columns(buckets)
        gain = (rows[self.slugs.index(slug)] - rows.mean(axis=0)) * self.idf[buckets]
        return tuple(words[i] for i in np.argsort(-gain)[:count] if gain[i] > 0)

    def _columns(self, buckets: Ints) -> Floats:
        return self._by_bucket[buckets].astype(np.float32).T

    @cached_property
    def _by_bucket(self) -> NDArray[np.float16]:
        return np.ascontiguousarray(self.weights.T)


def shares_of(raw: NDArray[Any], temperature: float) -> NDArray[Any]:
    """Softmax of scores over a temperature, kept off zero."""
    scaled = raw / temperature
    shares = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    kept = 1 - FLOOR * raw.shape[-1]
    return np.asarray(shares * kept + FLOOR)


class DoctypeComponent:
    """The spaCy component: fills `doc.cats`."""

    def __init__(self, linear: LinearTypes | None = None) -> None:
        self.linear = linear

    def __call__(self, doc: Any) -> Any:
        if self.linear is not None:
            doc.cats = self.linear.scores(doc.text)
        return doc

    def to_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> None:
        """Weights as .npz, names as JSON."""
        del exclude
        path = Path(path)
        path.mkdir(parents=True, exist_ok=True)
        if self.linear is None:
            return
        m = self.linear
        np.savez_compressed(path / "weights.npz", weights=m.weights, offsets=m.offsets, idf=m.idf, anchors=m.anchors)
        about = {"slugs": m.slugs, "temperature": m.temperature, "buckets": BUCKETS}
        (path / "model.json").write_text(json.dumps(about, indent=1) + "\n")

    def from_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> DoctypeComponent:
        """Reads what `to_disk` wrote."""
        del exclude
        path = Path(path)
        about = json.loads((path / "model.json").read_text())
        with np.load(path / "weights.npz", allow_pickle=False) as kept:
            anchors = kept["anchors"] if "anchors" in kept else np.zeros((0, BUCKETS), np.float16)
            self.linear = LinearTypes(tuple(about["slugs"]), kept["weights"], kept["offsets"], kept["idf"], float(about["temperature"]), anchors)
        return self


def _blank() -> Any:
    """A blank English pipeline that knows our component."""
    import spacy
    from spacy.language import Language

    if not Language.has_factory(COMPONENT):
        Language.factory(COMPONENT, func=lambda nlp, name: DoctypeComponent())  # noqa: ARG005
    return spacy.blank("en")


def save(linear: LinearTypes, path: Path) -> None:
    """Write a trained model as a spaCy pipeline folder."""
    nlp = _blank()
    nlp.add_pipe(COMPONENT).linear = linear
    nlp.to_disk(path)


class SpacyTypes:
    """The `TypeModel` port over a saved pipeline; read on first use."""

    def __init__(self, path: Path) -> None:
        self._path = Path(path)

    @cached_property
    def _nlp(self) -> Any:
        import spacy

        _blank()
        try:
            return spacy.load(self._path)
        except (OSError, ValueError, KeyError) as broken:
            raise EngineFault("The document-type model cannot be read; run `python -m samples.train`.") from broken

    def scores(self, text: str) -> dict[str, float]:
        """Calibrated share per slug; sums to 1."""
        cats: dict[str, float] = self._nlp(text).cats
        return cats

    def evidence(self, text: str, slug: str, count: int = 5) -> tuple[str, ...]:
        """The words that weighed most for `slug`."""
        linear: LinearTypes = self._nlp.get_pipe(COMPONENT).linear
        return linear.evidence(text, slug, count)
