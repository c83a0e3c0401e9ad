"""The rows about the whole way of a file: real `chartroom ingest --wait` in a fresh data folder, against OCRmyPDF on the same files."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from samples.readbench.goals import Goal
from samples.readbench.meter import Spent, median, spend
from samples.readbench.peers import CLEANED, Peers
from samples.readbench.sets import Sheaf
from samples.readbench.words import write_index
from samples.report import Row, plain

_PROGRAM = Path(sys.executable).parent / "chartroom"
_SECONDS = 1800.0


def rate_rows(
    goals: tuple[Goal, Goal], sheaves: Sequence[Sheaf], work: Path, peers: Callable[[], Peers] | None, *, per_file: bool, times: int
) -> Iterator[Row]:
    """How many files (or pages) a minute become settled, the share filed, and the others' rate on the same files."""
    units = len(sheaves) if per_file else sum(len(sheaf.pages) for sheaf in sheaves)
    data = work / "data"
    run = median([_ingest(sheaves, data) for _ in range(times)])
    ours = 60 * units / run.wall
    yield goals[0].reached(ours, units)
    yield plain(f"{goals[0].text}: CPU", round(run.cpu / units, 2), n=units, unit="CPU-s")
    yield _filed_row(goals[0].text, data, work)
    if peers is None:
        return
    theirs = 60 * units / _ocrmypdf_each(peers(), sheaves, work)
    yield goals[1].reached(ours / theirs, units)
    yield plain(f"{goals[1].text}: its rate", round(theirs, 1), n=units, unit=goals[0].unit)


def _ingest(sheaves: Sequence[Sheaf], data: Path) -> Spent:
    """From an empty data folder with the people of the pages in the index to every file settled; two files at once."""
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    people = [page.visit.person for sheaf in sheaves for page in sheaf.pages if page]
    write_index(data.with_suffix(".csv"), {person.mrn: person for person in people}.values())
    spend(_chartroom(data, "patients", "import", str(data.with_suffix(".csv"))), seconds=120)
    return spend(_chartroom(data, "ingest", str(sheaves[0].path.parent), "--wait"), seconds=_SECONDS)


def _filed_row(goal: str, data: Path, work: Path) -> Row:
    export = work / "export.jsonl"
    spend(_chartroom(data, "documents", "export", "--output", str(export)), seconds=120)
    states = [json.loads(line)["status"] for line in export.read_text(encoding="utf-8").splitlines()]
    note = ", ".join(f"{states.count(state)} {state}" for state in sorted(set(states)))
    return plain(f"{goal}: filed", round(100 * states.count("filed") / max(1, len(states)), 1), n=len(states), unit="%", note=note)


def _ocrmypdf_each(peers: Peers, sheaves: Sequence[Sheaf], work: Path) -> float:
    """Seconds for all files, two at a time, each file one call."""
    commands = [peers.ocrmypdf(sheaf.path, work / f"peer-{sheaf.path.name}", *CLEANED, "--skip-text", jobs=1) for sheaf in sheaves]
    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda command: spend(command, seconds=_SECONDS), commands))
    return time.monotonic() - began


def _chartroom(data: Path, *words: str) -> list[str]:
    """The program on a data folder of its own, two files at once."""
    return ["env", f"CHARTROOM_DATA_DIR={data.absolute()}", "CHARTROOM__ENGINE__SLOTS=2", str(_PROGRAM), *words]
