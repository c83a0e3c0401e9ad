"""What verdicts prove: lines with a stated error, the queue behind them, and stated against measured error. Pure arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import ceil, floor, log, log10
from typing import NamedTuple

from scipy.stats import beta

from samples.matchbench.judge import Verdict

CONFIDENCE = 0.95
FIRST, STEP = 0.40, 0.0025  # shares of all documents at which a line is tried, from the safest on; fixed before anything is known


class Line(NamedTuple):
    """A limit to the raw score: what it files, what of that is wrong, and the bound that is proved."""

    doubt: float
    filed: int
    misfiled: int
    upper: float


class Decade(NamedTuple):
    """Documents whose stated P(wrong) lies within one power of ten."""

    exponent: int
    n: int
    stated: float
    wrong: int
    ratio: float  # how far off, 1 for exact; within the error of counting it is 1


class Forced(NamedTuple):
    """Precision, recall and their mean when each document must be answered."""

    precision: float
    recall: float
    f1: float
    n: int


def upper(wrong: int, n: int) -> float:
    """Clopper-Pearson's one-sided upper bound of an error rate."""
    return 1.0 if wrong >= n else float(beta.ppf(CONFIDENCE, wrong + 1, n - wrong))


def lower(wrong: int, n: int) -> float:
    """Clopper-Pearson's one-sided lower bound of an error rate."""
    return 0.0 if not wrong else float(beta.ppf(1 - CONFIDENCE, wrong, n - wrong + 1))


def certify(verdicts: Sequence[Verdict], limit: float) -> Line | None:
    """The widest line proved to misfile at most `limit`, by a fixed sequence of tests that ends with the first failure.

    The lines are set by how much they file, never by what turned out wrong, so that all tests together hold at 95 %
    (Learn then Test, Angelopoulos et al. 2021).
    """
    ranked = sorted((verdict for verdict in verdicts if verdict.fileable), key=lambda verdict: verdict.doubt)
    proved: Line | None = None
    seen = misfiled = 0
    share = max(FIRST, log(1 - CONFIDENCE) / log(1 - limit) / max(1, len(verdicts)))  # fewer prove nothing, even without an error
    while (wanted := ceil(share * len(verdicts))) <= len(ranked):
        share += STEP
        if wanted <= seen:
            continue
        doubt = ranked[wanted - 1].doubt
        while seen < len(ranked) and ranked[seen].doubt <= doubt:  # documents of equal doubt are filed together
            misfiled += not ranked[seen].right
            seen += 1
        if (bound := upper(misfiled, seen)) > limit:
            break
        proved = Line(doubt, seen, misfiled, bound)
    return proved


def files(line: Line | None) -> Callable[[Verdict], bool]:
    """Whether a document is filed under this line; none is filed where nothing is proved."""
    return lambda verdict: line is not None and verdict.fileable and verdict.doubt <= line.doubt


def in_first(verdicts: Sequence[Verdict], places: int) -> float:
    """Share of these documents with the true person among the first `places` candidates."""
    return sum(0 <= verdict.place < places for verdict in verdicts) / max(1, len(verdicts))


def forced(verdicts: Sequence[Verdict]) -> Forced:
    """Each half of the documents is answered with the limit to the stated error that was best for the other half."""
    halves = verdicts[::2], verdicts[1::2]
    right = asserted = 0
    for one, other in (halves, halves[::-1]):
        limit = _best_limit(one)
        answered = [verdict for verdict in other if verdict.proposed and verdict.stated <= limit]
        right += sum(verdict.right for verdict in answered)
        asserted += len(answered)
    known = sum(verdict.known for verdict in verdicts)
    precision, recall = right / max(1, asserted), right / max(1, known)
    return Forced(precision, recall, 2 * precision * recall / max(1e-9, precision + recall), len(verdicts))


def _best_limit(verdicts: Sequence[Verdict]) -> float:
    known = sum(verdict.known for verdict in verdicts)
    right, best, limit = 0, -1.0, 1.0
    ranked = sorted((verdict for verdict in verdicts if verdict.proposed), key=lambda verdict: verdict.stated)
    for at, verdict in enumerate(ranked, start=1):
        right += verdict.right
        last = at == len(ranked) or ranked[at].stated > verdict.stated
        if last and (f1 := 2 * right / (at + known)) > best:
            best, limit = f1, verdict.stated
    return limit


def decades(verdicts: Sequence[Verdict], *, lowest: int = -5) -> list[Decade]:
    """Stated against measured P(wrong), decade by decade, the doubtful first; all that is below 1e-5 goes together."""
    groups: dict[int, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.proposed:
            groups.setdefault(max(lowest, min(-1, floor(log10(max(verdict.stated, 1e-12))))), []).append(verdict)
    return [_decade(exponent, groups[exponent]) for exponent in sorted(groups, reverse=True)]


def _decade(exponent: int, verdicts: Sequence[Verdict]) -> Decade:
    n, wrong = len(verdicts), sum(not verdict.right for verdict in verdicts)
    stated = sum(verdict.stated for verdict in verdicts) / n
    counted = stated * n >= 10 and wrong  # where there are too few to count, only what the bounds contradict is off
    measured = wrong / n if counted else min(max(stated, lower(wrong, n)), upper(wrong, n))
    return Decade(exponent, n, stated, wrong, max(stated / measured, measured / stated))


def strata(verdicts: Sequence[Verdict], filed: Callable[[Verdict], bool]) -> list[tuple[str, int, int, int]]:
    """Per kind of document: how many, how many filed, how many of these to a wrong person."""
    count, done, wrong = Counter[str](), Counter[str](), Counter[str]()
    for verdict in verdicts:
        count.update(verdict.kinds)
        if filed(verdict):
            done.update(verdict.kinds)
            wrong.update(() if verdict.right else verdict.kinds)
    return [(kind, count[kind], done[kind], wrong[kind]) for kind, _ in count.most_common()]
