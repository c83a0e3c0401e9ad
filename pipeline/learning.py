"""Whether a newly learnt version may decide: it is asked what the live one is asked, and may not be worse at anything that counts.

Knows answers and truths; knows no model, no page and no store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import comb
from typing import NamedTuple

from schemas.learning import Answer, Asked

CHANCE = 0.05  # one-sided: less likely than this by chance is worse
COVERAGE_LOSS = 0.03
RECALL_LOSS = 0.02
FEW = 2  # so many documents of a type may be lost before a share of them says anything


class Exam(NamedTuple):
    """Documents that both versions were asked about. `certain`: what they are is known, not only what stands in a chart."""

    name: str
    asked: tuple[Asked, ...]
    certain: bool = False


class Figures(NamedTuple):
    """How one version answered: documents, share answered surely, share of these that is wrong, share found at all."""

    asked: int
    coverage: float
    error: float
    found: float


def figures(answers: Sequence[tuple[str, Answer]]) -> Figures:
    """The figures of some answers beside what the documents are."""
    sure = [(truth, answer) for truth, answer in answers if answer.sure]
    wrong = sum(truth != answer.slug for truth, answer in sure)
    found = sum(truth == answer.slug for truth, answer in answers)
    return Figures(len(answers), len(sure) / max(len(answers), 1), wrong / max(len(sure), 1), found / max(len(answers), 1))


def of_live(exam: Exam) -> Figures:
    """How the version that decides now answered."""
    return figures([(one.truth, one.live) for one in exam.asked])


def of_other(exam: Exam) -> Figures:
    """How the version that is examined answered."""
    return figures([(one.truth, one.other) for one in exam.asked])


def objections(exams: Sequence[Exam]) -> tuple[str, ...]:
    """Everything that speaks against letting a version decide, in words; empty when it may."""
    return tuple(said for exam in exams for said in _objections(exam))


def _objections(exam: Exam) -> Iterator[str]:
    gained, lost = sure_errors(exam.asked)
    if gained > lost and (exam.certain or chance_of(gained, lost) < CHANCE):
        yield f"{exam.name}: surely wrong on {gained} documents on which the live version is not, the other way round on {lost}"
    before, after = (sum(answer.sure for answer in given) for given in ([one.live for one in exam.asked], [one.other for one in exam.asked]))
    if before - after > COVERAGE_LOSS * len(exam.asked):
        yield f"{exam.name}: sure of {after} of {len(exam.asked)} documents instead of {before}"
    for slug, (was, now, count) in sorted(_recalls(exam.asked).items()):
        if was - now > max(FEW, RECALL_LOSS * count):
            yield f"{exam.name}: finds {now} of {count} documents of type {slug} instead of {was}"


def sure_errors(asked: Sequence[Asked]) -> tuple[int, int]:
    """On how many documents only the examined version is surely wrong, and on how many only the live one."""
    wrong = [(one.other.sure and one.other.slug != one.truth, one.live.sure and one.live.slug != one.truth) for one in asked]
    return sum(other and not live for other, live in wrong), sum(live and not other for other, live in wrong)


def chance_of(gained: int, lost: int) -> float:
    """How likely so many new errors or more are if the versions are equally good (exact one-sided test of McNemar, 1947)."""
    count = gained + lost
    return float(sum(comb(count, k) for k in range(gained, count + 1)) / 2**count)


def _recalls(asked: Sequence[Asked]) -> dict[str, tuple[int, int, int]]:
    """By type: found by the live version, by the examined one, and how many there are."""
    count, live, other = Counter[str](), Counter[str](), Counter[str]()
    for one in asked:
        count[one.truth] += 1
        live[one.truth] += one.live.slug == one.truth
        other[one.truth] += one.other.slug == one.truth
    return {slug: (live[slug], other[slug], count[slug]) for slug in count}
