"""What a raw doubt has meant: how many proposals were wrong, a step a row, and how many that leaves possible.

From `python -m samples.calibrate --size 60000 --documents 50000 --absent 40000 --seed 301 --world county city town`: 150,000 claims about
people of the index and 120,000 about absent people, who stand for one document in ten. The people and the noise are made up: how often a
scan is wrong in this way at a real site, no trial of ours can say.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

EDGES = (1e-6, 1e-5, 3e-5, 1e-4, 2e-4, 3e-4, 5e-4, 7e-4, 1e-3, 2e-3, 5e-3, 1e-2, 3e-2, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1.0)


class Step(NamedTuple):
    """Proposals with raw doubts up to `doubt` and above the step before: how many were about known people, how many of these wrong, and how
    many were about absent people, which all are.

    `states` is the 95 % upper bound of the wrong ones' share (Fay and Feuer), `line` that of all proposals up to here.
    """

    doubt: float
    wrong: int
    known: int
    absent: int
    states: float
    line: float


# proposals that no gate holds
STEPS = (
    Step(1e-06, 0, 72_451, 1, 3.31e-05, 4.33e-05),
    Step(1e-05, 0, 10_291, 0, 1.18e-04, 4.33e-05),
    Step(3e-05, 0, 11_840, 1, 1.93e-04, 4.33e-05),
    Step(0.0001, 0, 4_414, 0, 4.47e-04, 4.33e-05),
    Step(0.0002, 2, 17_219, 31, 5.45e-04, 9.44e-05),
    Step(0.0003, 0, 1_114, 1, 1.12e-03, 9.47e-05),
    Step(0.0005, 0, 1_800, 1, 1.37e-03, 9.47e-05),
    Step(0.0007, 0, 4_128, 39, 1.76e-03, 1.37e-04),
    Step(0.001, 0, 871, 4, 2.30e-03, 1.41e-04),
    Step(0.002, 0, 992, 8, 2.71e-03, 1.49e-04),
    Step(0.005, 0, 2_296, 33, 3.31e-03, 1.84e-04),
    Step(0.01, 0, 155, 2, 1.97e-02, 1.86e-04),
    Step(0.03, 0, 120, 15, 4.15e-02, 2.03e-04),
    Step(0.1, 0, 36, 10, 9.64e-02, 2.14e-04),
    Step(0.2, 0, 11, 3, 2.35e-01, 2.18e-04),
    Step(0.3, 0, 3, 1, 6.40e-01, 2.19e-04),
    Step(0.4, 0, 0, 3, 1.0, 2.22e-04),
    Step(0.5, 0, 0, 0, 1.0, 2.22e-04),
    Step(0.6, 0, 1, 0, 1.0, 2.22e-04),
    Step(0.7, 0, 1, 0, 1.0, 2.22e-04),
    Step(0.8, 0, 0, 0, 1.0, 2.22e-04),
    Step(0.9, 0, 0, 0, 1.0, 2.22e-04),
    Step(0.97, 0, 0, 3, 1.0, 2.26e-04),
    Step(1, 0, 0, 3, 1.0, 2.29e-04),
)
# proposals that a gate holds whatever the doubt
HELD = (
    Step(1e-06, 0, 1_453, 0, 7.69e-04, 2.06e-03),
    Step(1e-05, 0, 483, 0, 1.16e-03, 2.06e-03),
    Step(3e-05, 0, 625, 0, 1.32e-03, 2.06e-03),
    Step(0.0001, 0, 663, 0, 1.58e-03, 2.06e-03),
    Step(0.0002, 0, 494, 0, 1.89e-03, 2.06e-03),
    Step(0.0003, 0, 362, 1, 2.12e-03, 2.06e-03),
    Step(0.0005, 0, 278, 5, 2.49e-03, 2.06e-03),
    Step(0.0007, 0, 571, 2, 2.49e-03, 2.06e-03),
    Step(0.001, 0, 702, 5, 2.62e-03, 2.06e-03),
    Step(0.002, 1, 2_126, 14, 3.15e-03, 2.06e-03),
    Step(0.005, 5, 3_011, 88, 7.61e-03, 2.61e-03),
    Step(0.01, 3, 1_053, 65, 1.60e-02, 3.48e-03),
    Step(0.03, 10, 1_488, 211, 3.09e-02, 6.22e-03),
    Step(0.1, 28, 1_875, 461, 5.33e-02, 1.17e-02),
    Step(0.2, 26, 1_582, 653, 7.67e-02, 1.77e-02),
    Step(0.3, 27, 621, 715, 1.92e-01, 2.43e-02),
    Step(0.4, 35, 329, 630, 2.94e-01, 3.06e-02),
    Step(0.5, 34, 270, 711, 3.60e-01, 3.73e-02),
    Step(0.6, 204, 1_842, 861, 3.60e-01, 5.01e-02),
    Step(0.7, 122, 329, 1052, 6.08e-01, 6.20e-02),
    Step(0.8, 143, 309, 1657, 7.35e-01, 7.81e-02),
    Step(0.9, 204, 345, 3401, 8.62e-01, 1.06e-01),
    Step(0.97, 221, 425, 7278, 8.81e-01, 1.52e-01),
    Step(1, 568, 944, 100413, 9.80e-01, 4.70e-01),
)
SUREST = STEPS[0].states


def stated_error(doubt: float, *, held: bool = False) -> float:
    """The probability of being wrong that may be shown for a raw doubt (one minus the posterior share)."""
    doubt = min(doubt, 1.0)
    return max(_between(HELD if held else STEPS, doubt), doubt)


def line_at(doubt: float) -> float:
    """The most of all proposals at least as sure that may be wrong."""
    return STEPS[bisect_left(EDGES, min(doubt, 1.0))].line


def _between(table: tuple[Step, ...], doubt: float) -> float:
    """What the step below states, rising within the step to what it states itself: nobody is stated to be as sure as somebody surer."""
    place = bisect_left(EDGES, doubt)
    if not place:
        return table[0].states
    low, high = table[place - 1], table[place]
    return low.states + (high.states - low.states) * (doubt - low.doubt) / (high.doubt - low.doubt)
