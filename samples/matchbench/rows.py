"""The table: what was measured of each made-up county as rows with their targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from samples.matchbench.judge import PLACES, Took, Verdict
from samples.matchbench.rule import RuleOfThumb
from samples.matchbench.score import Line, certify, decades, files, forced, in_first, strata, upper
from samples.report import Row, at_least, at_most, not_run, plain

LIMIT = 1e-4
MERGES = 2000
REMATCHES = 200
_MERGES_GOAL = "merge and unmerge: sequences without a loss"


class Trial(NamedTuple):
    """One county: its documents judged, how long single decisions took, and what Splink and a rule of thumb make of the same."""

    world: str
    size: str  # "100k"
    verdicts: Sequence[Verdict]
    took: Sequence[Took]
    splink: Mapping[str, float] | None
    thumb: RuleOfThumb

    @property
    def name(self) -> str:
        """As the rows say it."""
        return f"{self.size} {self.world}"


def main_rows(trial: Trial) -> list[Row]:
    """Every target that one county of 100k people can show."""
    verdicts, line = trial.verdicts, certify(trial.verdicts, LIMIT)
    filed = files(line) if line else _shipped
    known = _known(verdicts)
    held = [one for one in known if not filed(one)]
    under = "under the certified line" if line else "under the shipped line: none is certified"
    answer, steps = forced(verdicts), decades(verdicts)
    worst = max(steps, key=lambda step: step.ratio)
    return [
        filed_row(trial, 82),
        at_least(f"auto-filed at certified <= 1e-4 of known people, {trial.name}", _percent(known, line), 91, n=len(known), unit="%"),
        _absent_row(trial, [one for one in verdicts if not one.known], filed, under),
        _queue_row(trial, held, 3, 98, under),
        _queue_row(trial, held, 10, 99.5, under),
        at_least(f"forced-choice F1, {trial.name}", answer.f1, 0.99, n=answer.n, unit="F1"),
        at_most(
            f"stated against measured P(wrong), worst decade, {trial.name}",
            worst.ratio,
            3,
            n=len(verdicts),
            unit="times",
            note=f"stated {worst.stated:.2g}, wrong {worst.wrong} of {worst.n}",
        ),
        *_beside(trial),
    ]


def filed_row(trial: Trial, target: float) -> Row:
    """What is filed of all documents under the certified line."""
    line = certify(trial.verdicts, LIMIT)
    note = f"{line.misfiled} of {line.filed} misfiled, proved <= {line.upper:.2g}" if line else "no line could be proved"
    row = at_least(f"auto-filed at certified <= 1e-4, {trial.name}", _percent(trial.verdicts, line), target, n=len(trial.verdicts), unit="%")
    return replace(row, note=note)


def _absent_row(trial: Trial, absent: Sequence[Verdict], filed: Callable[[Verdict], bool], under: str) -> Row:
    return at_most(
        f"absent people auto-filed, {trial.name}", sum(map(filed, absent)) / max(1, len(absent)), 2e-4, n=len(absent), unit="share", note=under
    )


def _queue_row(trial: Trial, held: Sequence[Verdict], places: int, target: float, under: str) -> Row:
    goal = f"true person in the queue's first {places}, {trial.name}"
    note = f"known people not filed {under}"
    if places == PLACES:
        lost = [one for one in held if one.alike is not None]
        note += f"; {len(lost)} are not there, {sum((one.alike or 0) < 2 for one in lost)} of them with fewer than two identifiers like the person's"
    return replace(at_least(goal, 100 * in_first(held, places), target, n=len(held), unit="%"), note=note)


def _shipped(one: Verdict) -> bool:
    return one.filed


def _beside(trial: Trial) -> list[Row]:
    """Figures without a goal: the shipped line, the wider certified ones, and what the gates let through at all."""
    verdicts, known = trial.verdicts, _known(trial.verdicts)
    shipped, through = [one for one in verdicts if one.filed], [one for one in verdicts if one.fileable]
    rows = [
        plain(f"filed by the shipped line, {trial.name}", 100 * len(shipped) / len(verdicts), n=len(verdicts), unit="%", note=_wrong(shipped)),
        plain(f"of known people by the shipped line, {trial.name}", 100 * sum(one.filed for one in known) / len(known), n=len(known), unit="%"),
        plain(f"past the gates, before any line, {trial.name}", 100 * len(through) / len(verdicts), n=len(verdicts), unit="%", note=_wrong(through)),
    ]
    rows.append(_thumb_row(trial))
    for limit in (3e-4, 1e-3):
        line = certify(verdicts, limit)
        note = f"{line.misfiled} misfiled" if line else "no line could be proved"
        rows.append(plain(f"auto-filed at certified <= {limit:g}, {trial.name}", _percent(verdicts, line), n=len(verdicts), unit="%", note=note))
    return rows


def _thumb_row(trial: Trial) -> Row:
    filed, misfiled = trial.thumb
    goal = f"filed by the rule of thumb (birth date, name alike, nobody else), {trial.name}"
    note = f"{misfiled} of {filed} misfiled, at most {upper(misfiled, filed):.2g}"
    return plain(goal, 100 * filed / len(trial.verdicts), n=len(trial.verdicts), unit="%", note=note)


def latency_row(trial: Trial, target: float) -> Row:
    """The slowest twentieth of whole decisions begins here."""
    clock, processor = (sorted(each) for each in zip(*trial.took, strict=True))
    last = int(len(clock) * 0.95)
    goal = f"latency p95 of a whole decision, SQLite, {trial.size}"
    beside = f"Splink 5 median {trial.splink['median_ms']:.0f} ms, its best F1 {trial.splink['f1']:.4f}" if trial.splink else "Splink not run"
    note = f"median {clock[len(clock) // 2]:.2f} ms, processor alone p95 {processor[last]:.2f} ms; {beside}"
    return at_most(goal, round(clock[last], 3), target, n=len(clock), unit="ms", note=note)


def febrl_row(name: str, verdicts: Sequence[Verdict]) -> Row:
    """How well a public set is linked."""
    answer = forced(verdicts)
    return at_least(f"{name} F1", answer.f1, 0.999, n=answer.n, unit="F1")


def febrl_left_out(name: str, why: str) -> Row:
    """The same row where the set could not be had."""
    return not_run(f"{name} F1", why, target=">= 0.999", unit="F1")


def merged_row(sequences: int) -> Row:
    """Random sequences of merging and unmerging in which nothing was lost."""
    row = at_least(_MERGES_GOAL, sequences, MERGES, n=sequences, unit="sequences")
    return replace(row, note=f"after {REMATCHES} more all held documents were weighed anew and doubtful filings asked about")


def merges_left_out(why: str) -> Row:
    """The same row where the test did not come to its end."""
    return not_run(_MERGES_GOAL, why, target=f">= {MERGES}", unit="sequences")


def rows_left_out(why: str) -> list[Row]:
    """The rows that a short run has no time for."""
    return [
        not_run("auto-filed at certified <= 1e-4, 1M county", why, target=">= 80", unit="%"),
        not_run("latency p95 of a whole decision, SQLite, 1M", why, target="<= 2", unit="ms"),
        merges_left_out(why),
    ]


def detail_rows(trial: Trial) -> list[Row]:
    """Per kind of document what the certified (or else the shipped) line files, and stated against measured error per decade."""
    line = certify(trial.verdicts, LIMIT)
    filed = files(line) if line else _shipped
    rows = [
        plain(f"{kind}: filed, {trial.name}", 100 * done / count, n=count, unit="%", note=f"{wrong} misfiled")
        for kind, count, done, wrong in strata(trial.verdicts, filed)
    ]
    return rows + [
        plain(f"stated 1e{step.exponent} to 1e{step.exponent + 1}, {trial.name}", step.stated, n=step.n, unit="stated", note=f"{step.wrong} wrong")
        for step in decades(trial.verdicts)
    ]


def _known(verdicts: Sequence[Verdict]) -> list[Verdict]:
    return [one for one in verdicts if one.known]


def _percent(verdicts: Sequence[Verdict], line: Line | None) -> float:
    return 100 * sum(map(files(line), verdicts)) / max(1, len(verdicts))


def _wrong(filed: Sequence[Verdict]) -> str:
    wrong = [one for one in filed if not one.right]
    return f"{len(wrong)} misfiled, {sum(not one.known for one in wrong)} of them absent people"
