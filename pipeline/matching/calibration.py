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
    Step(1e-06, 0, 72_339, 1, 3.34e-05, 4.34e-05),
    Step(1e-05, 0, 10_216, 0, 1.22e-04, 4.34e-05),
    Step(3e-05, 0, 11_559, 1, 2.02e-04, 4.34e-05),
    Step(0.0001, 0, 3_954, 0, 4.67e-04, 4.34e-05),
    Step(0.0002, 2, 16_836, 31, 5.62e-04, 9.55e-05),
    Step(0.0003, 0, 964, 1, 1.20e-03, 9.59e-05),
    Step(0.0005, 0, 1_724, 1, 1.37e-03, 9.59e-05),
    Step(0.0007, 0, 4_088, 33, 1.88e-03, 1.32e-04),
    Step(0.001, 0, 392, 4, 2.90e-03, 1.36e-04),
    Step(0.002, 0, 315, 8, 3.51e-03, 1.45e-04),
    Step(0.005, 0, 2_041, 22, 3.51e-03, 1.69e-04),
    Step(0.01, 0, 95, 2, 2.16e-02, 1.71e-04),
    Step(0.03, 0, 60, 1, 4.27e-02, 1.72e-04),
    Step(0.1, 0, 16, 2, 1.34e-01, 1.74e-04),
    Step(0.2, 0, 5, 2, 3.19e-01, 1.77e-04),
    Step(0.3, 0, 3, 0, 5.99e-01, 1.77e-04),
    Step(0.4, 0, 0, 0, 1.0, 1.77e-04),
    Step(0.5, 0, 0, 0, 1.0, 1.77e-04),
    Step(0.6, 0, 1, 0, 1.0, 1.77e-04),
    Step(0.7, 0, 1, 0, 1.0, 1.77e-04),
    Step(0.8, 0, 0, 0, 1.0, 1.77e-04),
    Step(0.9, 0, 0, 0, 1.0, 1.77e-04),
    Step(0.97, 0, 0, 3, 1.0, 1.80e-04),
    Step(1, 0, 0, 3, 1.0, 1.84e-04),
)
# proposals that a gate holds whatever the doubt
HELD = (
    Step(1e-06, 0, 1_547, 0, 5.76e-04, 1.94e-03),
    Step(1e-05, 0, 542, 0, 8.03e-04, 1.94e-03),
    Step(3e-05, 0, 896, 0, 8.82e-04, 1.94e-03),
    Step(0.0001, 0, 1_093, 0, 1.05e-03, 1.94e-03),
    Step(0.0002, 0, 873, 0, 1.38e-03, 1.94e-03),
    Step(0.0003, 0, 497, 1, 1.61e-03, 1.94e-03),
    Step(0.0005, 0, 368, 5, 1.88e-03, 1.94e-03),
    Step(0.0007, 0, 605, 2, 1.88e-03, 1.94e-03),
    Step(0.001, 0, 1_177, 5, 1.92e-03, 1.94e-03),
    Step(0.002, 1, 2_763, 15, 2.48e-03, 1.94e-03),
    Step(0.005, 5, 3_273, 100, 7.53e-03, 2.20e-03),
    Step(0.01, 3, 1_187, 68, 1.46e-02, 2.93e-03),
    Step(0.03, 11, 1_584, 222, 3.08e-02, 5.35e-03),
    Step(0.1, 27, 1_902, 454, 5.15e-02, 9.91e-03),
    Step(0.2, 25, 1_571, 654, 7.66e-02, 1.50e-02),
    Step(0.3, 27, 621, 695, 1.89e-01, 2.06e-02),
    Step(0.4, 34, 332, 630, 2.90e-01, 2.60e-02),
    Step(0.5, 33, 264, 693, 3.59e-01, 3.17e-02),
    Step(0.6, 204, 1_844, 853, 3.59e-01, 4.32e-02),
    Step(0.7, 122, 328, 1046, 6.09e-01, 5.37e-02),
    Step(0.8, 143, 308, 1640, 7.35e-01, 6.78e-02),
    Step(0.9, 202, 346, 3349, 8.57e-01, 9.22e-02),
    Step(0.97, 220, 424, 7173, 8.79e-01, 1.33e-01),
    Step(1, 617, 982, 101064, 9.81e-01, 4.37e-01),
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
