"""The main job on a set of records it has not seen, held against the truth: `python -m samples.bench [--quick] [--seed N] [--keep DIR]`.

Runs the real program as a subprocess in a data folder of its own. Knows the command line and the export; imports nothing of the product.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from samples.batches import BatchTruth, make_batches, read_truth
from samples.people import make_people, write_people
from samples.report import Row, at_most, not_run, passed, plain, print_report, write_report
from samples.score import score_export

SEED = 20261
_REPORT = Path("var/bench/main.json")
_INGEST_SECONDS = 780.0
_SAFETY = ("pages unaccounted", "documents filed to a wrong person", "filed documents with two patients")


class Ran(NamedTuple):
    """A command that came to its end (or was cut off: code None)."""

    code: int | None
    seconds: float
    last_line: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes the set, runs the program, prints the table, writes the report. 1 when a hard row fails."""
    options = _options(arguments)
    started = time.monotonic()
    work = Path(options.keep or tempfile.mkdtemp(prefix="chartroom-bench-"))
    try:
        rows = measure(work, seed=options.seed, quick=options.quick, program=options.program)
    finally:
        if not options.keep:
            shutil.rmtree(work, ignore_errors=True)
    print_report(rows, title=f"Main job, seed {options.seed}{', quick' if options.quick else ''}, {os.cpu_count()} cores")
    write_report(options.output, rows, seconds=time.monotonic() - started)
    sys.stdout.write(f"written to {options.output}\n")
    return 0 if passed(rows) else 1


def measure(work: Path, *, seed: int, quick: bool, program: str) -> list[Row]:
    """All rows of the table, from an empty folder."""
    work.mkdir(parents=True, exist_ok=True)
    truths = prepare(work, seed=seed, people=2_000 if quick else 20_000, batches=24 if quick else None)
    rows = [plain("files", len(truths), n=len(truths), unit="files"), plain("pages", sum(b.page_count for b in truths), n=len(truths), unit="pages")]
    rows += _main_job(work, truths, program)
    return rows if quick else [*rows, _import_row(work, seed, program)]


def prepare(work: Path, *, seed: int, people: int, batches: int | None) -> list[BatchTruth]:
    """The index as CSV and the files to ingest, with their truth; made once a folder."""
    if not (work / "truth.jsonl").exists():
        index = make_people(people, seed=seed)
        write_people(work / "patients.csv", index)
        make_batches(work / "in", index, kind="bench", count=batches, seed=seed, progress=_progress if sys.stdout.isatty() else None)
    return read_truth(work / "truth.jsonl")


def _main_job(work: Path, truths: Sequence[BatchTruth], program: str) -> list[Row]:
    """Import, ingest, export, audit: one after the other, each only when the one before it worked."""
    data, export = work / "data", work / "export.jsonl"
    shutil.rmtree(data, ignore_errors=True)
    imported = run(program, data, "patients", "import", str(work / "patients.csv"), seconds=120)
    if imported.code != 0:
        return _could_not(f"patients import: {_why(imported)}")
    ingested = run(program, data, "ingest", str(work / "in"), "--wait", seconds=_INGEST_SECONDS)
    if ingested.code is None:
        return _could_not(f"ingest: {_why(ingested)}")
    exported = run(program, data, "documents", "export", "--format", "jsonl", "--output", str(export), seconds=60)
    if exported.code != 0:
        return _could_not(f"documents export: {_why(exported)}")
    audited = run(program, data, "audit", seconds=120)
    lines = [json.loads(line) for line in export.read_text(encoding="utf-8").splitlines() if line]
    return [
        *score_export(truths, lines),
        _speed_row(ingested, sum(batch.page_count for batch in truths)),
        Row("audit exit code", audited.code, "= 0", audited.code == 0, 1, "code", hard=True, note="" if audited.code == 0 else _why(audited)),
    ]


def _speed_row(ingested: Ran, pages: int) -> Row:
    """How fast files went through; nothing is said of a run that failed."""
    if ingested.code != 0:
        return not_run("pages a minute, ingest to settled", _why(ingested), target="", unit="pages/min")
    return plain("pages a minute, ingest to settled", round(60 * pages / ingested.seconds, 1), n=pages, unit="pages/min")


def _import_row(work: Path, seed: int, program: str) -> Row:
    """How long 100,000 people take to import into an empty index."""
    goal, data, people = "import of 100,000 people", work / "import-data", work / "people-100k.csv"
    shutil.rmtree(data, ignore_errors=True)
    write_people(people, make_people(100_000, seed=seed + 1))
    ran = run(program, data, "patients", "import", str(people), seconds=240)
    if ran.code != 0:
        return not_run(goal, _why(ran), target="<= 60", unit="s")
    return at_most(goal, round(ran.seconds, 1), 60, n=100_000, unit="s")


def run(program: str, data: Path, *words: str, seconds: float) -> Ran:
    """Runs the program with its own data folder; its output goes to a log beside it."""
    data.mkdir(parents=True, exist_ok=True)
    log = data.parent / f"{data.name}-{words[0]}.log"
    environment = {**os.environ, "CHARTROOM_DATA_DIR": str(data)}
    started = time.monotonic()
    with log.open("wb") as out:
        code = _wait([program, *words], environment, out.fileno(), seconds)
    tail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    return Ran(code, time.monotonic() - started, tail[0][:160] if tail else "")


def _wait(command: list[str], environment: dict[str, str], out: int, seconds: float) -> int | None:
    try:
        return subprocess.run(command, env=environment, stdout=out, stderr=subprocess.STDOUT, timeout=seconds, check=False).returncode
    except subprocess.TimeoutExpired:
        return None
    except OSError:
        return 127


def _why(ran: Ran) -> str:
    return f"stopped after {ran.seconds:.0f} s" if ran.code is None else f"exit code {ran.code}: {ran.last_line}"


def _could_not(why: str) -> list[Row]:
    """The rows that stand for a run that did not come to its end: none is met."""
    hard = [not_run(goal, why, target="= 0", unit="", hard=True) for goal in _SAFETY]
    clean = not_run("clean single documents of known patients filed without a clerk", why, target=">= 60", unit="%")
    return [*hard, clean, not_run("audit exit code", why, target="= 0", unit="code", hard=True)]


def _progress(done: int, total: int) -> None:
    sys.stderr.write(f"\rmaking sample files {done}/{total}" + ("\n" if done == total else ""))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m samples.bench", description="Runs the main job on an unseen sample set and holds it against its targets."
    )
    parser.add_argument("--quick", action="store_true", help="24 files and 2,000 people")
    parser.add_argument("--seed", type=int, default=SEED, help="which set to make")
    parser.add_argument("--keep", default="", help="work in this folder and leave everything there")
    parser.add_argument("--program", default=str(Path(sys.executable).parent / "chartroom"), help="which chartroom to run")
    parser.add_argument("--output", type=Path, default=_REPORT, help="where the figures go")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
