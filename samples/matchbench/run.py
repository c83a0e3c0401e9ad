"""Whose record it is, measured on made-up counties and on FEBRL: `python -m samples.matchbench.run [--quick] [--seed N]`.

`make bench-match` makes the environment of the other packages first.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from samples.matchbench.documents import make_documents
from samples.matchbench.febrl import febrl_documents, febrl_patients
from samples.matchbench.judge import build_index, judge_all, latencies
from samples.matchbench.people import make_county
from samples.matchbench.phases import phase, told
from samples.matchbench.rows import (
    MERGES,
    REMATCHES,
    Trial,
    detail_rows,
    febrl_left_out,
    febrl_row,
    filed_row,
    latency_row,
    main_rows,
    merged_row,
    merges_left_out,
    rows_left_out,
)
from samples.matchbench.rule import try_rule
from samples.matchbench.tables import Tables, load_tables
from samples.matchbench.worlds import BORDER, COUNTY, World
from samples.report import Row, passed, print_report, write_report
from schemas.patient import IndexPatient, PatientClaim

SEED = 4717
_ROOT = Path(__file__).parents[2]
_REPORT = Path("var/bench/match.json")
_PEERS = Path("var/peers/match/bin/python")
_SEEN = ("last_name", "first_name", "sex", "dob", "phone", "address_line", "zip")  # what Splink is given
_PROCESSES = 2
_TIMED = 3000
_LINKED = 10_000
_MERGE_SECONDS = 900
_MEMORY = Path("/dev/shm")


class Plan(NamedTuple):
    """How much is measured; without `many_people` neither a second county nor a large one, nor merging."""

    people: int
    many_people: int
    documents: int


FULL = Plan(100_000, 1_000_000, 200_000)
QUICK = Plan(100_000, 0, 80_000)  # with 40,000 nothing could be certified: 29,956 filed without an error prove 1 in 10,000


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes the counties, asks the matcher, prints the table, writes the reports."""
    options = _options(arguments)
    if not options.peers.exists():
        sys.stderr.write("The packages to compare with are missing. Run: make bench-match\n")
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the counties and whoever judges them go with it
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chartroom-match-") as folder:
        rows, details = measure(Path(folder), QUICK if options.quick else FULL, peers=options.peers, seed=options.seed)
    seconds = time.monotonic() - started
    print_report(rows, title=f"Patient matching, seed {options.seed}{', quick' if options.quick else ''}, {os.cpu_count()} cores, {seconds:.0f} s")
    write_report(options.output, rows, seconds=seconds)
    write_report(options.output.with_name(f"{options.output.stem}-detail.json"), details, seconds=seconds)
    sys.stdout.write(f"written to {options.output}\n")
    return 0 if passed(rows) else 1


def measure(work: Path, plan: Plan, *, peers: Path, seed: int) -> tuple[list[Row], list[Row]]:
    """All rows of the table, and the details: kinds of documents, decades of stated error."""
    _ask_peers(peers, "tables", work / "tables.json")
    tables = load_tables(work / "tables.json")
    county = try_county(COUNTY, tables, work, peers=peers, seed=seed, size=plan.people, documents=plan.documents)
    rows, details = [*main_rows(county), latency_row(county, 1)], detail_rows(county)
    if plan.many_people:
        border = try_county(BORDER, tables, work, peers=None, seed=seed, size=plan.people, documents=plan.documents)
        many = try_county(COUNTY, tables, work, peers=peers, seed=seed + 1, size=plan.many_people, documents=plan.documents)
        rows += [*main_rows(border), filed_row(many, 80), latency_row(many, 2), merges_row()]
        details += [*detail_rows(border), *detail_rows(many)]
    else:
        rows += rows_left_out("quick")
    return rows + febrl_rows(work, peers), details


def try_county(world: World, tables: Tables, work: Path, *, peers: Path | None, seed: int, size: int, documents: int) -> Trial:
    """One county from its first inhabitant to the last verdict; its index is real and is gone afterwards."""
    name = f"{size // 1_000_000}M" if size >= 1_000_000 else f"{size // 1000}k"
    with phase(f"{name} {world.name}: people"):
        county = make_county(world, tables, size=size, seed=seed)
        pages = make_documents(county, world, tables, count=documents, seed=seed)
    database = work / f"{world.name}-{size}.db"
    url = f"sqlite:///{database}"
    if peers:
        _write_csv(work / "people.csv", ((one.mrn, "", one) for one in county.records))
        _write_csv(work / "pages.csv", ((str(number), " ".join(page.mrns), page.claim) for number, page in enumerate(pages[:_LINKED])))
    with phase(f"{name} {world.name}: index", len(county.records)) as done:
        build_index(url, told(county.records, done))
    thumb = try_rule(county.records, pages)
    del county
    with phase(f"{name} {world.name}: documents", documents) as done:
        verdicts = judge_all(url, pages, processes=_PROCESSES, done=done)
    with phase(f"{name} {world.name}: single decisions"):
        took = list(latencies(url, [page.claim for page in pages[-_TIMED:]]))
    splink = _ask_splink(peers, work) if peers else None
    for file in work.glob(f"{database.name}*"):
        file.unlink()
    return Trial(world.name, name, verdicts, took, splink, thumb)


def febrl_rows(work: Path, peers: Path) -> list[Row]:
    """The public sets, through the same matcher."""
    try:
        sets = _ask_peers(peers, "febrl", work / "febrl.json")
    except subprocess.CalledProcessError:
        return [febrl_left_out(name, "its package gave no data") for name in ("FEBRL3", "FEBRL4")]
    rows = []
    for name, (originals, others) in sets.items():
        index = febrl_patients(originals)
        url = f"sqlite:///{work / name}.db"
        build_index(url, index)
        rows.append(febrl_row(name.upper(), judge_all(url, febrl_documents(others, index), processes=_PROCESSES)))
    return rows


def merges_row() -> Row:
    """The stateful test of merging and unmerging at full length, in two processes on memory: what is asked is no disk's speed."""
    with tempfile.TemporaryDirectory(prefix="chartroom-merges-", dir=_MEMORY if _MEMORY.is_dir() else None) as folder, phase(f"{MERGES} sequences"):
        tries = [_try_merges(Path(folder) / str(number)) for number in range(_PROCESSES)]
        try:
            ended = [one.wait() for one in tries]
        except BaseException:  # they stand in process groups of their own, which an interruption does not reach
            _interrupt(tries)
            raise
    if any(ended):
        code = max(ended)
        return merges_left_out(f"not through after {_MERGE_SECONDS} s" if code == 124 else f"the test ended with {code}")
    return merged_row(MERGES)


def _try_merges(folder: Path) -> subprocess.Popen[bytes]:
    """One process's share of the sequences; interrupted, it ends the servers it started. The test fails when it ran fewer than it was asked for."""
    limit = ["timeout", "--signal=INT", "--kill-after=60", str(_MERGE_SECONDS)]
    tests = [
        *(str(_ROOT / "tests" / name) for name in ("contract/test_merges.py", "faults/test_merge_sequences.py")),
        "-k",
        "any_sequence and not postgres",
    ]
    command = [*limit, sys.executable, "-m", "pytest", "-q", "--timeout=0", "-p", "no:cacheprovider", f"--basetemp={folder}", *tests]
    share = {"CHARTROOM_MERGE_SEQUENCES": str(MERGES // _PROCESSES), "CHARTROOM_REMATCH_SEQUENCES": str(REMATCHES // _PROCESSES)}
    return subprocess.Popen(command, env=os.environ | share, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=_ROOT)


def _interrupt(tries: Sequence[subprocess.Popen[bytes]]) -> None:
    for one in tries:
        one.send_signal(signal.SIGINT)
    for one in tries:
        one.wait()


def _ask_splink(peers: Path, work: Path) -> dict[str, float] | None:
    """How long Splink takes; None where it fails, which the row then says."""
    try:
        found: dict[str, float] = _ask_peers(peers, "splink", work / "people.csv", work / "pages.csv", work / "splink.json")
    except subprocess.CalledProcessError:
        return None
    return found


def _ask_peers(peers: Path, task: str, *files: Path) -> Any:
    """What peers.py finds out in its own environment; it stands in the last of the files."""
    with phase(f"peers: {task}"):
        ran = subprocess.run([peers, Path(__file__).with_name("peers.py"), task, *files], check=False, capture_output=True, text=True)
    if ran.returncode:
        sys.stderr.write(ran.stderr[-2000:])  # they tell much while all goes well
        ran.check_returncode()
    return json.loads(files[-1].read_text(encoding="utf-8"))


def _write_csv(path: Path, rows: Iterable[tuple[str, str, IndexPatient | PatientClaim]]) -> None:
    """What Splink is given, with a number for each row and, beside the documents, the answers that its own are held against."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("unique_id", "mrns", *_SEEN))
        writer.writerows((number, mrns, *(getattr(row, name).upper() for name in _SEEN)) for number, mrns, row in rows)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one county of 100k, 80,000 documents, no million")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--peers", type=Path, default=_PEERS, help="the Python of the packages to compare with")
    parser.add_argument("--output", type=Path, default=_REPORT)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
