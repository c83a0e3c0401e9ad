"""What a source's verified decisions prove about its errors. Statistics alone: knows no store and no clock.

A line is a raw doubt up to which documents are filed. It is proved by fixed-sequence testing (Angelopoulos and others, "Learn then Test",
2021) of Clopper-Pearson bounds, stands while all decisions so far still prove it, and is watched by a betting test that may be looked at after
every check (Ville's inequality). A line only rises at a look and falls at any time: what falls was not wrongly certified by falling.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import exp, log, log1p
from typing import NamedTuple

import numpy as np
from scipy.special import betaincinv

from schemas.line import Line, LineKind, Standing, Verdict
from schemas.rules import MatchRules

RISK = 0.05  # of ever certifying a line that does not hold, over all looks and rungs
RUNGS = (1e-3, 3e-4, 1e-4)
WIDEST = 0.01  # the least sure choice that may still be proved right
WORSE = (2.0, 4.0, 10.0, 30.0, 100.0)  # how many times the bound the watch bets on
GRID = tuple(10.0 ** (power / 4) for power in range(-60, 1))  # raw doubts that may become a line, the surest first


def proposing(rules: MatchRules) -> MatchRules:
    """The rules by which the matcher proposes: as far as its gate reaches where decisions are to prove a line, which then says what is filed."""
    return rules if rules.autofile == "builtin" else replace(rules, max_p_wrong=WIDEST)


class Decision(NamedTuple):
    """A verified choice: the machine's raw doubt, and whether it was wrong."""

    doubt: float
    wrong: bool


class Watch(NamedTuple):
    """Blind checks of what a line filed: how many, how many wrong, and the odds of each bet on a worse line (natural logarithms)."""

    checks: int = 0
    errors: int = 0
    odds: tuple[float, ...] = (0.0,) * len(WORSE)

    def after(self, wrong: bool, bound: float) -> Watch:
        """The watch after one more check."""
        worse = [min(0.5, times * bound) for times in WORSE]
        odds = [o + (log(p / bound) if wrong else log1p(-p) - log1p(-bound)) for o, p in zip(self.odds, worse, strict=True)]
        return Watch(self.checks + 1, self.errors + wrong, tuple(odds))

    @property
    def alarmed(self) -> bool:
        """Whether the mean of the bets has won 1 / RISK: at most RISK of all lines that hold are ever stopped."""
        top = max(self.odds)
        return top + log(sum(exp(o - top) for o in self.odds) / len(self.odds)) >= -log(RISK)


def upper_bound(errors: int, decisions: int, risk: float = RISK) -> float:
    """The share of errors that `errors` of `decisions` leave possible: Clopper and Pearson's one-sided bound at confidence 1 - risk."""
    return 1.0 if errors >= decisions else float(betaincinv(errors + 1, decisions - errors, 1 - risk))


def interval(errors: int, decisions: int, risk: float = RISK) -> tuple[float, float]:
    """The shares of errors that `errors` of `decisions` leave possible: Clopper and Pearson's two-sided interval at confidence 1 - risk."""
    low = float(betaincinv(errors, decisions - errors + 1, risk / 2)) if errors else 0.0
    return low, upper_bound(errors, decisions, risk / 2)


def needed(errors: int, bound: float, risk: float = RISK) -> int:
    """How many decisions with so many errors prove a bound at one look: 29,956 without one prove 1 in 10,000, 47,437 with one."""
    low, high = errors, int((errors + 1) * 40 / bound)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if upper_bound(errors, middle, risk) <= bound else (middle, high)
    return high


def threshold(decisions: Sequence[Decision], bound: float, risk: float = RISK) -> float | None:
    """The largest raw doubt up to which at most `bound` are wrong, with confidence 1 - risk; None when nothing is proved.

    Doubts are tested from the surest group that is large enough to prove anything upwards, until the first that is not proved. Where to begin
    depends on doubts alone, never on who was wrong.
    """
    doubts = np.array([d.doubt for d in decisions])
    wrong = np.sort([d.doubt for d in decisions if d.wrong])
    inside = np.searchsorted(np.sort(doubts), GRID, side="right")
    errors = np.searchsorted(wrong, GRID, side="right")
    enough, proved = needed(0, bound, risk), None
    for doubt, count, mistakes in zip(GRID, inside.tolist(), errors.tolist(), strict=True):
        if count >= enough:
            if upper_bound(mistakes, count, risk) > bound:
                break
            proved = doubt
    return proved


def looks(bound: float, count: int) -> Iterator[tuple[int, float]]:
    """When a rung is tested, within `count` decisions, and at what risk: at the count it needs without errors, then at doubled counts.

    The first look has half the risk and each further one half of what the one before had, so that all together stay within it.
    """
    at, risk = first_look(bound), RISK / 2
    while at <= count:
        yield at, risk
        at, risk = at * 2, risk / 2


def first_look(bound: float) -> int:
    """At how many decisions a rung is tested first: 3,688, 12,295 and 36,887."""
    return needed(0, bound, RISK / 2)


def climb(decisions: Sequence[Decision]) -> tuple[float, float] | None:
    """The strictest rung that decisions in the order they were made have proved and still prove, and the raw doubt up to which.

    A rung is tested only where the one before has been proved, which spends no further risk.
    """
    best = None
    for bound in RUNGS:
        earned = [threshold(decisions[:at], bound, risk) for at, risk in looks(bound, len(decisions))]
        proved, now = [doubt for doubt in earned if doubt is not None], threshold(decisions, bound)
        if not proved:
            break
        if now is not None:
            best = bound, min(max(proved), now)
    return best


def next_look(rung: float | None, count: int) -> int | None:
    """At how many decisions the next stricter rung is tested; None on the last."""
    stricter = [bound for bound in RUNGS if rung is None or bound < rung]
    if not stricter:
        return None
    at = first_look(stricter[0])
    while at <= count:
        at *= 2
    return at


def standing(verdicts: Iterable[Verdict], *, rules: MatchRules, model: str) -> Standing:
    """Where a source stands after all verdicts on it, in the order they were given. Those of another matcher's version prove nothing.

    Where checks stop a line, what was right so far proves nothing more, and what was wrong still counts.
    """
    decisions: list[Decision] = []
    watch, stopped, seen, unknown = Watch(), False, 0, 0
    for verdict in verdicts:
        seen, unknown = seen + 1, unknown + verdict.unknown
        if verdict.model != model or verdict.doubt is None:
            continue
        decisions.append(Decision(verdict.doubt, verdict.wrong))
        if verdict.blind and verdict.bound:
            watch = watch.after(verdict.wrong, verdict.bound)
            if watch.alarmed:
                decisions, watch, stopped = [d for d in decisions if d.wrong], Watch(), True
    proved = climb(decisions)
    errors, rung = sum(d.wrong for d in decisions), proved[0] if proved else None
    upper = upper_bound(errors, len(decisions))
    line = _line(proved, stopped, rules)
    ahead = next_look(rung, len(decisions))
    return Standing(line, len(decisions), errors, upper, rung, ahead, watch.checks, watch.errors, unknown / seen if seen else None, seen)


def _line(proved: tuple[float, float] | None, stopped: bool, rules: MatchRules) -> Line:
    """The line in force. Below the last rung nothing is filed that the line that ships would hold: two lines must agree.

    A source that was stopped files again as far as its decisions prove what the line promises.
    """
    if rules.autofile == "shadow":
        return Line(LineKind.SHADOW, rules.max_p_wrong, stated=rules.max_p_wrong)
    if stopped and (proved is None or (rules.autofile == "builtin" and proved[0] > rules.max_p_wrong)):
        return Line(LineKind.STOPPED, rules.max_p_wrong, stated=rules.max_p_wrong)
    if rules.autofile == "builtin" or proved is None:
        return Line(LineKind.BUILTIN, rules.max_p_wrong, proved[1] if stopped and proved else None, rules.max_p_wrong)
    bound, doubt = proved
    return Line(LineKind.CERTIFIED, bound, doubt, None if bound <= rules.max_p_wrong else rules.max_p_wrong)
