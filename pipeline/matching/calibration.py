"""What a raw doubt has meant: how many proposals were wrong, a step a row, and how many that leaves possible.

From `python -m samples.calibrate --size 60000` with `--world town --documents 80000 --seed 101` and `--world city county --documents 40000
--seed 201`: 160,000 claims, one in ten about somebody absent. The people and the noise are made up: how often a scan is wrong in this way
at a real site, no trial of ours can say.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

EDGES = (1e-5, 1e-4, 3e-4, 1e-3, 1e-2, 0.1, 0.3, 1.0)


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
    Step(1e-05, 0, 80_125, 3.8e-5, 3.8e-5),
    Step(0.0001, 0, 15_640, 2.0e-4, 3.8e-5),
    Step(0.0003, 4, 17_484, 5.3e-4, 8.1e-5),
    Step(0.001, 10, 6_362, 2.7e-3, 1.9e-4),
    Step(0.01, 8, 3_176, 4.6e-3, 2.6e-4),
    Step(0.1, 3, 120, 6.4e-2, 2.9e-4),
    Step(0.3, 0, 6, 4.0e-1, 2.9e-4),
    Step(1, 0, 3, 6.4e-1, 2.9e-4),
)
# proposals that a gate holds whatever the doubt
HELD = (
    Step(1e-05, 0, 1_836, 1.7e-3, 1.7e-3),
    Step(0.0001, 0, 1_128, 2.7e-3, 1.7e-3),
    Step(0.0003, 2, 818, 7.7e-3, 1.7e-3),
    Step(0.001, 0, 1_422, 7.7e-3, 1.7e-3),
    Step(0.01, 34, 6_028, 7.7e-3, 4.3e-3),
    Step(0.1, 128, 3_496, 4.3e-2, 1.3e-2),
    Step(0.3, 282, 2_119, 1.5e-1, 2.9e-2),
    Step(1, 17045, 19_949, 8.6e-1, 4.8e-1),
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
