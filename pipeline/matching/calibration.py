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
    Step(1e-06, 0, 72_339, 1, 3.35e-05, 4.34e-05),
    Step(1e-05, 0, 10_156, 0, 1.23e-04, 4.34e-05),
    Step(3e-05, 0, 11_511, 1, 2.04e-04, 4.34e-05),
    Step(0.0001, 0, 3_902, 0, 4.69e-04, 4.34e-05),
    Step(0.0002, 2, 16_818, 31, 5.63e-04, 9.56e-05),
    Step(0.0003, 0, 951, 1, 1.21e-03, 9.61e-05),
    Step(0.0005, 0, 1_712, 1, 1.38e-03, 9.61e-05),
    Step(0.0007, 0, 4_082, 33, 1.89e-03, 1.32e-04),
    Step(0.001, 0, 380, 4, 2.93e-03, 1.36e-04),
    Step(0.002, 0, 309, 8, 3.58e-03, 1.46e-04),
    Step(0.005, 0, 2_033, 22, 3.58e-03, 1.69e-04),
    Step(0.01, 0, 95, 2, 2.17e-02, 1.71e-04),
    Step(0.03, 0, 59, 1, 4.32e-02, 1.72e-04),
    Step(0.1, 0, 16, 2, 1.34e-01, 1.75e-04),
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
    Step(1e-06, 0, 1_547, 0, 5.56e-04, 1.94e-03),
    Step(1e-05, 0, 602, 0, 7.67e-04, 1.94e-03),
    Step(3e-05, 0, 944, 0, 8.57e-04, 1.94e-03),
    Step(0.0001, 0, 1_145, 0, 1.03e-03, 1.94e-03),
    Step(0.0002, 0, 891, 0, 1.36e-03, 1.94e-03),
    Step(0.0003, 0, 510, 1, 1.60e-03, 1.94e-03),
    Step(0.0005, 0, 380, 5, 1.82e-03, 1.94e-03),
    Step(0.0007, 0, 611, 2, 1.82e-03, 1.94e-03),
    Step(0.001, 0, 1_189, 5, 1.91e-03, 1.94e-03),
    Step(0.002, 1, 2_769, 15, 2.47e-03, 1.94e-03),
    Step(0.005, 5, 3_281, 100, 7.51e-03, 2.16e-03),
    Step(0.01, 3, 1_187, 68, 1.46e-02, 2.89e-03),
    Step(0.03, 11, 1_585, 222, 3.07e-02, 5.28e-03),
    Step(0.1, 27, 1_902, 454, 5.15e-02, 9.78e-03),
    Step(0.2, 25, 1_571, 654, 7.66e-02, 1.48e-02),
    Step(0.3, 27, 621, 695, 1.89e-01, 2.04e-02),
    Step(0.4, 34, 332, 630, 2.90e-01, 2.58e-02),
    Step(0.5, 33, 264, 693, 3.59e-01, 3.14e-02),
    Step(0.6, 204, 1_844, 853, 3.59e-01, 4.28e-02),
    Step(0.7, 122, 328, 1046, 6.09e-01, 5.32e-02),
    Step(0.8, 143, 308, 1640, 7.35e-01, 6.72e-02),
    Step(0.9, 202, 346, 3349, 8.57e-01, 9.14e-02),
    Step(0.97, 220, 424, 7173, 8.79e-01, 1.32e-01),
    Step(1, 617, 982, 101064, 9.81e-01, 4.34e-01),
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
