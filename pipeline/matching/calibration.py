"""What a raw doubt has meant: share of wrong proposals among documents that passed the gate, a step a row.

Made by `python -m samples.match_bench --calibrate`. Monotone; never below 1 in 100,000.
"""

from __future__ import annotations

from bisect import bisect_left

# (raw doubt up to, share that was wrong)
STEPS: tuple[tuple[float, float], ...] = (
    (1e-8, 1e-5),
    (1e-7, 2e-5),
    (1e-6, 5e-5),
    (1e-5, 9e-5),
    (1e-4, 5e-4),
    (1e-3, 3e-3),
    (1e-2, 2e-2),
    (1e-1, 2e-1),
    (1.0, 1.0),
)
SUREST = 1e-5
_BOUNDS = [bound for bound, _ in STEPS]


def stated_error(doubt: float) -> float:
    """The probability of being wrong that may be shown for a raw doubt (one minus the posterior share)."""
    return max(STEPS[min(bisect_left(_BOUNDS, doubt), len(STEPS) - 1)][1], SUREST)
