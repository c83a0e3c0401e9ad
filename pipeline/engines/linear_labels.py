"""The model of protected content: one hashed logistic row over the words around a hint. Knows weights and their file, no page."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.type_features import PASSAGE_BUCKETS, features, weighted
from schemas.faults import EngineFault

EVEN = np.ones(PASSAGE_BUCKETS, np.float16)  # every word counts alike: the passages are short


class LinearAsking(NamedTuple):
    """One row of weights and an offset."""

    weights: NDArray[np.float16]
    offset: float

    def asks(self, passage: str) -> float:
        """How likely a passage asks for protection, and does not only mention what is protected, 0..1."""
        buckets, values = weighted(features(passage), EVEN)
        raw = float(self.weights[buckets].astype(np.float32) @ values) + self.offset
        return float(1 / (1 + np.exp(-raw)))


def save(model: LinearAsking, path: Path) -> None:
    """Weights as .npz, the rest as JSON."""
    path.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path / "weights.npz", weights=model.weights)
    (path / "model.json").write_text(json.dumps({"offset": model.offset, "buckets": PASSAGE_BUCKETS}, indent=1) + "\n")


class KeptAsking:
    """The `AskingModel` port over a saved model; read on first use."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _model(self) -> LinearAsking:
        try:
            about: dict[str, Any] = json.loads((self._path / "model.json").read_text())
            with np.load(self._path / "weights.npz", allow_pickle=False) as kept:
                return LinearAsking(kept["weights"], float(about["offset"]))
        except (OSError, ValueError, KeyError) as broken:
            raise EngineFault("The model of protected content cannot be read; run `python -m samples.train_labels`.") from broken

    def asks(self, passage: str) -> float:
        """How likely a passage asks for protection, 0..1."""
        return self._model.asks(passage)
