"""What a raw doubt has meant: share of wrong proposals among documents that passed the gate, a step a row.

Made by `python -m samples.match_bench --calibrate`. Monotone; never below what the trial could show: 0 wrong of 75,000 is at most 4 in
100,000 with 95 % confidence. All rows up to 1e-5 together, 1 wrong of 112,000, are at most 4.3 in 100,000.
"""

from __future__ import annotations

from bisect import bisect_left

# (raw doubt up to, share that was wrong). 160,000 claims over indexes of 90,000 made-up people, 119,000 past the gate, one claim in eighty about
# an absent twin, junior or namesake of an entry: 0 wrong of 75,000 up to 3e-7, 1 of 37,000 above that up to 1e-5, 70 of 11,300 up to 1e-3
STEPS: tuple[tuple[float, float], ...] = (
    (3e-7, 4e-5),
    (1e-5, 9e-5),
    (1e-3, 7e-3),
    (1e-2, 1.2e-2),
    (1.0, 1e-1),
)
SUREST = 4e-5
_BOUNDS = [bound for bound, _ in STEPS]


def stated_error(doubt: float) -> float:
    """The probability of being wrong that may be shown for a raw doubt (one minus the posterior share)."""
    return max(STEPS[min(bisect_left(_BOUNDS, doubt), len(STEPS) - 1)][1], min(doubt, 1.0), SUREST)
