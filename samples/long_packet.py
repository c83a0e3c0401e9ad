"""One packet of many scanned pages through the real program: how long it takes, and the most memory that a worker with all its children held.

`python -m samples.long_packet [--pages N]` prints the figures. Memory is the proportional set size, so that what processes share counts once.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

from samples.damage import RENDER_DPI, Scan, damage_page, pdf_bytes, render_pages
from samples.facts import make_case
from samples.layouts import rehearsal
from samples.people import make_people
from samples.readpages import draw
from samples.report import at_most, plain, print_report

LIMIT = 1024  # megabytes a worker
SAMPLED_EVERY = 0.3  # seconds
_SCANNERS = ("clean200", "skew300bw", "clean300", "faxfine")


class Held(NamedTuple):
    """The most memory seen, in megabytes: of one worker with its children, and of everything together."""

    worker: float
    everything: float


def main() -> int:
    """Makes the packet, runs it through, prints the figures."""
    parser = argparse.ArgumentParser(description="One long packet through the real program: its time and the memory of its workers.")
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--seed", type=int, default=91)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chartroom-packet-") as folder:
        packet = Path(folder) / "packet.pdf"
        write_packet(packet, pages=options.pages, seed=options.seed)
        code, seconds, held = take_in(packet, Path(folder) / "var")
    rows = [
        at_most("most memory of a worker with all its children", round(held.worker), LIMIT, n=options.pages, unit="MB"),
        plain("most memory of the program and all its workers", round(held.everything), n=options.pages, unit="MB"),
        plain("pages a minute", round(60 * options.pages / seconds, 1), n=options.pages, unit="pages/min"),
    ]
    print_report(rows, title=f"One packet of {options.pages} pages, {os.cpu_count()} cores, {seconds:.0f} s")
    return code or int(held.worker > LIMIT)


def write_packet(path: Path, *, pages: int, seed: int) -> None:
    """Scanned documents of many people one after the other in one PDF, an image a page."""
    path.write_bytes(pdf_bytes(islice(_scans(seed), pages)))


def _scans(seed: int) -> Iterator[Scan]:
    people = make_people(200, seed=seed)
    for number in count():
        layout, wear = rehearsal.LAYOUTS[number % len(rehearsal.LAYOUTS)], _SCANNERS[number % len(_SCANNERS)]
        drawn = draw(layout, make_case(people[number % len(people)], kind="rehearsal", seed=seed + number))
        for at, sheet in enumerate(render_pages(drawn, RENDER_DPI.get(wear, (200, 200)))):
            yield damage_page(sheet, wear, seed=seed + 100 * number + at)


def take_in(packet: Path, data: Path) -> tuple[int, float, Held]:
    """Exit code, seconds and memory of `chartroom ingest --wait`."""
    command = [str(Path(sys.executable).parent / "chartroom"), "ingest", "--wait", str(packet)]
    started = time.monotonic()
    with subprocess.Popen(command, env={**os.environ, "CHARTROOM_DATA_DIR": str(data)}, stdout=subprocess.DEVNULL) as program:
        seen: list[Held] = [Held(0, 0)]
        watcher = threading.Thread(target=lambda: seen.extend(_watch(program)), daemon=True)
        watcher.start()
        code = program.wait()
        watcher.join()
    return code, time.monotonic() - started, Held(*(max(each) for each in zip(*seen, strict=True)))


def _watch(program: subprocess.Popen[bytes]) -> Iterator[Held]:
    while program.poll() is None:
        yield memory_below(program.pid)
        time.sleep(SAMPLED_EVERY)


def memory_below(program: int) -> Held:
    """What the processes below this one hold now, the largest of its children with all that is below it first."""
    children = _children()
    workers = [sum(map(_megabytes, _tree(child, children))) for child in children.get(program, ())]
    return Held(max(workers, default=0.0), sum(workers) + _megabytes(program))


def _tree(process: int, children: Mapping[int, Sequence[int]]) -> Iterator[int]:
    yield process
    for child in children.get(process, ()):
        yield from _tree(child, children)


def _children() -> Mapping[int, Sequence[int]]:
    below: dict[int, list[int]] = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):  # it ended in the meantime
            continue
        below[parent].append(int(stat.parent.name))
    return below


def _megabytes(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    sys.exit(main())
