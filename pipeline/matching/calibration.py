"""What a raw doubt has meant: how many proposals were wrong, a step a row, and how many that leaves possible.

From `python -m samples.calibrate --size 60000` with `--world town --documents 100000 --seed 101` and `--world city county --documents 50000
--seed 201`: 200,000 claims, one in ten about somebody absent. The people and the noise are made up: how often a scan is wrong in this way
at a real site, no trial of ours can say.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

EDGES = (1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.3, 1.0)


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
    Step(1e-05, 0, 105_871, 2.9e-5, 2.9e-5),
    Step(0.0001, 5, 24_583, 4.3e-4, 8.1e-5),
    Step(0.001, 12, 13_046, 1.5e-3, 1.8e-4),
    Step(0.01, 17, 4_690, 5.5e-3, 3.1e-4),
    Step(0.1, 4, 254, 3.6e-2, 3.4e-4),
    Step(0.3, 0, 13, 2.1e-1, 3.4e-4),
    Step(1, 0, 2, 7.8e-1, 3.4e-4),
)
# proposals that a gate holds whatever the doubt
HELD = (
    Step(1e-05, 1, 3_024, 1.6e-3, 1.6e-3),
    Step(0.0001, 0, 2_092, 1.6e-3, 1.6e-3),
    Step(0.001, 2, 2_827, 2.3e-3, 1.6e-3),
    Step(0.01, 61, 9_487, 8.0e-3, 4.6e-3),
    Step(0.1, 214, 4_840, 5.0e-2, 1.4e-2),
    Step(0.3, 443, 3_426, 1.4e-1, 3.0e-2),
    Step(1, 21164, 25_289, 8.5e-1, 4.4e-1),
)
SUREST = STEPS[0].states


def stated_error(doubt: float, *, held: bool = False) -> float:
    """The probability of being wrong that may be shown for a raw doubt (one minus the posterior share)."""
    return max(_step(HELD if held else STEPS, doubt).states, min(doubt, 1.0))


def line_at(doubt: float) -> float:
    """The most of all proposals at least as sure that may be wrong."""
    return _step(STEPS, doubt).line


def _step(table: tuple[Step, ...], doubt: float) -> Step:
    return table[min(bisect_left(EDGES, doubt), len(table) - 1)]
