"""What a raw doubt has meant: how many proposals that passed the gate were wrong, a step a row, and how many that leaves possible.

From `python -m samples.match_bench --calibrate --populations 4 --size 100000 --documents 100000 --seed 101`: 400,000 claims, one in ten about
somebody absent, one in eighty about an absent twin, junior or namesake of an entry. The people and the noise are made up: how often a scan is
wrong in this way at a real site, no trial of ours can say.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple


class Step(NamedTuple):
    """Documents with raw doubts up to `doubt`: how many were wrong, of how many, and the error stated: the 95 % upper bound of their share."""

    doubt: float
    wrong: int
    of: int
    states: float


STEPS = (
    Step(3e-7, 0, 127_022, 2.4e-5),
    Step(1e-5, 2, 135_521, 4.7e-5),  # the last step that files at the shipped line of 1e-4
    Step(1e-3, 70, 36_651, 2.4e-3),
    Step(1e-2, 122, 5_577, 2.6e-2),
    Step(1.0, 78, 529, 1.8e-1),
)
SUREST = STEPS[0].states
_BOUNDS = [step.doubt for step in STEPS]


def stated_error(doubt: float) -> float:
    """The probability of being wrong that may be shown for a raw doubt (one minus the posterior share)."""
    return max(STEPS[min(bisect_left(_BOUNDS, doubt), len(STEPS) - 1)].states, min(doubt, 1.0))


def held_error(doubt: float) -> float:
    """The probability of being wrong that may be shown for a proposal that the gates hold."""
    return stated_error(doubt)
