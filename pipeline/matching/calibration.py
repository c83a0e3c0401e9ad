"""What a raw doubt has meant: how many proposals were wrong, a step a row, and how many that leaves possible.

From `python -m samples.calibrate`: FIGURES. The people and the noise are made up: how often a scan is wrong in this way at a real site, no
trial of ours can say.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

EDGES = (1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0)


class Step(NamedTuple):
    """Proposals with raw doubts up to `doubt` and above the step before: how many were wrong, of how many.

    `states` is the 95 % upper bound of their share (Clopper and Pearson), `line` that of all proposals up to here.
    """

    doubt: float
    wrong: int
    of: int
    states: float
    line: float


# proposals that no gate holds
STEPS = (
    Step(1e-6, 0, 127_022, 2.4e-5, 2.4e-5),
    Step(3e-6, 0, 127_022, 2.4e-5, 2.4e-5),
    Step(1e-5, 2, 135_521, 4.7e-5, 4.7e-5),
    Step(3e-5, 2, 135_521, 4.7e-5, 4.7e-5),
    Step(1e-4, 2, 135_521, 4.7e-5, 4.7e-5),
    Step(3e-4, 70, 36_651, 2.4e-3, 2.4e-3),
    Step(1e-3, 70, 36_651, 2.4e-3, 2.4e-3),
    Step(3e-3, 122, 5_577, 2.6e-2, 2.6e-2),
    Step(1e-2, 122, 5_577, 2.6e-2, 2.6e-2),
    Step(3e-2, 78, 529, 1.8e-1, 2.6e-2),
    Step(0.1, 78, 529, 1.8e-1, 2.6e-2),
    Step(0.3, 78, 529, 1.8e-1, 2.6e-2),
    Step(1.0, 78, 529, 1.8e-1, 2.6e-2),
)
# proposals that a gate holds whatever the doubt
HELD = STEPS
SUREST = STEPS[0].states


def stated_error(doubt: float, *, held: bool = False) -> float:
    """The probability of being wrong that may be shown for a raw doubt (one minus the posterior share)."""
    return max(_step(HELD if held else STEPS, doubt).states, min(doubt, 1.0))


def line_at(doubt: float) -> float:
    """The most of all proposals at least as sure that may be wrong."""
    return _step(STEPS, doubt).line


def _step(table: tuple[Step, ...], doubt: float) -> Step:
    return table[min(bisect_left(EDGES, doubt), len(table) - 1)]
