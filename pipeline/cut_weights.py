"""How much each signal weighs when a batch is cut: log-odds fitted on sample streams, kept as data beside the other trained models."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from schemas.faults import EngineFault

SHIPPED = Path(__file__).parents[1] / "models/split/weights.json"


@dataclass(frozen=True, slots=True)
class CutWeights:
    """Log-odds that a page begins a document: of any page, and what each signal adds. A signal that is not named adds nothing."""

    bias: float
    weights: Mapping[str, float]

    def chance(self, signals: Iterable[str]) -> float:
        """The calibrated chance (0..1) that a page with these signals begins a document."""
        odds = self.bias + sum(self.weights.get(signal, 0.0) for signal in signals)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


@cache
def shipped_weights() -> CutWeights:
    """The weights that ship. EngineFault when they cannot be read."""
    try:
        kept = json.loads(SHIPPED.read_text(encoding="utf-8"))
        return CutWeights(float(kept["bias"]), {name: float(weight) for name, weight in kept["weights"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as broken:
        raise EngineFault("The weights for cutting batches cannot be read; run `python -m samples.train_split`.") from broken
