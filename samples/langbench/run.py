"""Type, cut and fields of papers that nobody tuned on, against their targets: `python -m samples.langbench.run [--quick] [--reports CSV.GZ]`.

Makes batches, has them read, asks every step, prints the table, writes `var/bench/language.json`. Decision 083 says how it is counted.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from samples.langbench import goals, judge
from samples.langbench.bodies import body_rows
from samples.langbench.examine import Examined, Job, examine_all
from samples.readbench.fonts import FAMILIES, Family, find_families
from samples.readbench.goals import section
from samples.readbench.meter import CommandFailed, spend
from samples.readbench.peers import SYSTEM_FONTS, fetch_debian
from samples.report import Row, print_report, write_report
from workers.show import progress
from workers.wire import SHIPPED_MODEL, load_catalogue

SEED = 83
_REPORT = Path("var/bench/language.json")
_FONTS = Path("var/peers")
_QUICK = "the quick form trains nothing"


class Size(NamedTuple):
    """How many batches."""

    batches: int
    papers: int = 0  # in each; 0: as many as such a batch has


FULL = Size(156)
QUICK = Size(12)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, prints, writes. 1 when the fonts cannot be had or a page cannot be read."""
    options = _options(arguments)
    started = time.monotonic()
    try:
        rows = measure(options.seed, QUICK if options.quick else FULL, find_fonts(options.fonts), options.reports, trains=not options.quick)
    except CommandFailed as failed:
        sys.stderr.write(f"The papers cannot be made or read: {failed}.\n")
        return 1
    print_report(rows, title=f"Language, seed {options.seed}{', quick' if options.quick else ''}, {os.cpu_count()} cores")
    write_report(options.output, rows, seconds=time.monotonic() - started)
    sys.stdout.write(f"written to {options.output}\n")
    return 0


def measure(seed: int, size: Size, fonts: tuple[Family, ...], reports: Path | None, *, trains: bool, processes: int = 2) -> list[Row]:
    """All rows, in the order of the goals."""
    jobs = [Job(seed, number, fonts, size.papers) for number in range(size.batches)]
    examined: list[Examined] = []
    with progress("reading and asking", unit="batches", total=len(jobs)) as bar:
        for one in examine_all(jobs, processes=processes):
            examined.append(one)
            bar(len(examined), len(jobs))
    rows = [*judge_all(sorted(examined, key=lambda one: one.batch.number)), *_size_rows()]
    if not trains:
        return goals.in_order([*rows, *(goal.missing(_QUICK) for goal in (goals.BODY_CLEAN, goals.BODY_NOISY, goals.TRAINING))])
    return goals.in_order([*rows, *body_rows(reports, seed), *section((goals.TRAINING,), _training_rows)])


def judge_all(examined: Sequence[Examined]) -> Iterator[Row]:
    """Every row that batches give."""
    findings = [finding for one in examined for finding in one.findings]
    folders = {slug: entry.folder for slug, entry in load_catalogue().types.items()}
    yield from judge.type_rows(findings)
    yield from judge.folder_rows(findings, folders)
    yield from judge.calibration_rows(findings)
    yield from judge.field_rows(findings)
    yield from judge.sure_rows(findings)
    yield from judge.person_rows(findings)
    yield from judge.split_rows(examined)
    yield from judge.gap_rows(findings)
    yield from judge.cost_rows(examined)


def find_fonts(home: Path) -> tuple[Family, ...]:
    """The families that no sample for training or trying is set in. CommandFailed when they cannot be had."""
    families = find_families(SYSTEM_FONTS) | find_families(fetch_debian(home) / "usr/share/fonts")
    if missing := set(FAMILIES) - set(families):
        raise CommandFailed(f"missing fonts: {', '.join(sorted(missing))}")
    return tuple(families[name] for name in FAMILIES)


def _training_rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="chartroom-training-") as folder:
        spent = spend([sys.executable, "-m", "samples.train", "--into", folder], seconds=900)
    yield goals.TRAINING.reached(spent.wall, 1, note=f"{spent.cpu:.0f} CPU-s")


def _size_rows() -> Iterator[Row]:
    size = sum(path.stat().st_size for path in SHIPPED_MODEL.rglob("*") if path.is_file())
    yield goals.MODEL.reached(size / 1e6, 1)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m samples.langbench.run", description="Measures type, cut and fields on papers nobody tuned on.")
    parser.add_argument("--quick", action="store_true", help="few batches, no training: three minutes")
    parser.add_argument("--seed", type=int, default=SEED, help="which papers to make")
    parser.add_argument("--reports", type=Path, help="csv.gz with document_type and transcription, for the rows of body text alone")
    parser.add_argument("--fonts", type=Path, default=_FONTS, help="where the fonts of the papers are kept")
    parser.add_argument("--output", type=Path, default=_REPORT, help="where the figures go")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
