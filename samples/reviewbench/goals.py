"""The rows of the table: what is to be shown, in the order in which it is printed, and how a row says that it could not be run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from samples.report import Row, not_run


class Goal(NamedTuple):
    """One row: its name, target and unit; a hard one fails the benchmark."""

    name: str
    target: str
    unit: str
    hard: bool = False


KEYS = Goal("keys for an easy item, median", "<= 2", "keys")
KEYS_MOST = Goal("keys for an easy item, p90", "<= 4", "keys")
MODELLED = Goal("modelled time for an easy item, median", "<= 5", "s")
SERVER = Goal("decision to next item, server, 10,000 waiting, 8 clerks, p95", "<= 100", "ms")
PAINTED = Goal("decision to next item painted in Chromium, the same load, p95", "<= 200", "ms")
HOLDERS = Goal("items in two hands", "= 0", "items", hard=True)
LOST = Goal("acknowledged decisions lost when the web process is killed", "= 0", "decisions", hard=True)
AXE = Goal("axe-core violations on every screen", "= 0", "violations")
KEYBOARD = Goal("controls and flows that a keyboard alone does not reach", "= 0", "misses")
DOORS = Goal("routes x roles x foreign objects", "= 0", "misses", hard=True)
XSS = Goal("stored scripts that ran, and breaches of the content policy", "= 0", "breaches", hard=True)
CANARY = Goal("canary names in logs, addresses, temporary files and metrics", "= 0", "finds", hard=True)
GOALS = (KEYS, KEYS_MOST, MODELLED, SERVER, PAINTED, HOLDERS, LOST, AXE, KEYBOARD, DOORS, XSS, CANARY)


def held(goal: Goal, value: float, *, n: int, note: str = "") -> Row:
    """A figure against its goal; never met when there was nothing to measure."""
    return Row(goal.name, value, goal.target, n > 0 and value <= float(goal.target.split()[1]), n, goal.unit, goal.hard, note)


def section(goals: Sequence[Goal], measure: Callable[[], Iterable[Row]]) -> list[Row]:
    """The rows of one part; when it fails, they say so and the other parts go on."""
    try:
        return list(measure())
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the rows must say so
        sys.stderr.write(f"not run: {type(error).__name__}: {error}\n")
        why = f"{type(error).__name__}: {str(error).splitlines()[0][:120] if str(error) else ''}"
        return [not_run(goal.name, why, target=goal.target, unit=goal.unit, hard=goal.hard) for goal in goals]


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Rows with a goal in the order of the goals, the plain ones behind."""
    names = [goal.name for goal in GOALS]
    return sorted(rows, key=lambda row: names.index(row.goal) if row.goal in names else len(names))


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all does not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, -int(-len(ranked) * share // 1) - 1))]
