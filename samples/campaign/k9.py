"""K9: hostile files among others, through the real pipeline: nobody dies, nothing is lost silently, no budget is passed, the others lose no time.

One run of `chartroom ingest --wait`: letters alone, then as many again with the hostile files among them, then letters alone again. Of every file the
engine's journal knows how long a worker had it in hand. A hostile file costs its own time, which its budgets bound; what it may not do is to
make a worker slower at the others. Budgets are lower than those that ship, to end in time.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from hashlib import sha256
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from pipeline.engines import nursery, recogniser
from samples.campaign.house import House, audit, export, family, make_house, program
from samples.campaign.plan import Plan, say
from samples.campaign.scans import draw_letter
from samples.hostile import make_hostile
from samples.report import Row, at_least, at_most, not_run
from schemas.rules import ReadRules
from workers.steps import PAGES_A_STEP

DEATHS = "K9 hostile files: deaths of workers"
SILENT = "K9 hostile files: lost or called blank without being so, or gaps of the audit"
BUDGETS = "K9 hostile files: budgets of time or memory passed by more than a tenth"
OTHERS = "K9 throughput of the others beside hostile files, by a worker's time on each"
GOALS = ((DEATHS, "= 0", "deaths"), (SILENT, "= 0", "files"), (BUDGETS, "= 0", "processes and files"), (OTHERS, ">= 90", "%"))
CPU, WALL, MEGABYTES = 4, 8, 700
RENDER = {"page_cpu_seconds": CPU, "page_wall_seconds": WALL, "memory_megabytes": MEGABYTES}
SLOTS, LETTERS = 2, 30
LENIENCE = 1.1
TRIES = 2  # at a page, each of which is given a second more to answer
MOST_SECONDS, SECONDS_A_FILE = 300.0, 20.0
JOBS = "pipeline.engines.child"


class Cost(NamedTuple):
    """Processor time and memory: of a process by itself, or the most that it may use."""

    cpu_seconds: float
    megabytes: float

    def passes(self, most: Cost) -> bool:
        """Whether it is more than a tenth over."""
        return self.cpu_seconds > LENIENCE * most.cpu_seconds or self.megabytes > LENIENCE * most.megabytes


JOB = Cost(PAGES_A_STEP * (CPU + 1), MEGABYTES)  # opens a file, or so many of its pages
PROGRAM = Cost(CPU + 1, MEGABYTES)  # started by a job for one page
READER = Cost(ReadRules().page_seconds, recogniser.MEGABYTES)


class Ran(NamedTuple):
    """One run: how long, workers that ended by themselves, and what each process that opened or read may use and was last seen to have used."""

    seconds: float
    deaths: int
    used: dict[int, tuple[Cost, Cost]]


def run(folder: Path, plan: Plan) -> list[Row]:
    """Half of the letters alone, all of them beside the hostile files, the other half alone."""
    if not plan.pages:
        return [not_run(goal, "the quick form leaves it out", target=target, unit=unit) for goal, target, unit in GOALS]
    marked = {sha256(one.data).hexdigest() for one in make_hostile(folder / "own") if one.marked}
    if plan.hostile:
        shutil.copytree(plan.hostile, folder / "given", symlinks=True)
    hostile = [path for place in ("own", "given") for path in sorted((folder / place).rglob("*")) if path.is_symlink() or path.is_file()]
    before, beside, after = (_letters(folder / name, count) for name, count in zip(("a", "b", "c"), _shares(LETTERS), strict=True))
    house = make_house(folder / "house", render=RENDER, engine={"slots": SLOTS})
    ran = _ingest(house, [*before, *_mixed(beside, hostile), *after])
    digests = {path: sha256(path.read_bytes()).hexdigest() for path in hostile if not path.is_symlink()}
    silent = _silent(export(house), digests, marked)
    passed = _passed(house, ran)
    whole, ledger = audit(house)
    took = _worker_seconds(house)
    alone, with_them = (median(took[path.name] for path in letters) for letters in ([*before, *after], beside))
    cost = sorted(took.get(path.name, 0.0) for path in hostile)
    say(f"K9: {len(hostile)} hostile files and {2 * LETTERS} letters in {ran.seconds:.0f} s; {sum(cost):.0f} s of workers for the hostile ones")
    say(f"K9: a letter took {alone:.2f} s alone, {with_them:.2f} s beside them; {len(silent)} silent ({', '.join(silent[:5])}); audit: {ledger}")
    return [
        at_most(DEATHS, ran.deaths, 0, n=len(hostile), unit="deaths", hard=True),
        at_most(SILENT, len(silent) + (not whole), 0, n=len(hostile), unit="files", hard=True),
        at_most(BUDGETS, passed, 0, n=len(ran.used) + len(hostile), unit="processes and files"),
        at_least(OTHERS, round(100 * alone / with_them, 1), 90, n=LETTERS, unit="%"),
    ]


def _shares(letters: int) -> tuple[int, int, int]:
    return letters // 2, letters, letters - letters // 2


def _letters(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    paths = [folder / f"letter-{folder.name}-{number}.png" for number in range(count)]
    for number, path in enumerate(paths):
        draw_letter(path, 1000 * ord(folder.name) + number)
    return paths


def _mixed(letters: Sequence[Path], hostile: Sequence[Path]) -> list[Path]:
    """Both evenly mixed, each in its order."""
    placed = [(number / len(paths), path) for paths in (letters, hostile) for number, path in enumerate(paths)]
    return [path for _, path in sorted(placed, key=lambda one: one[0])]


def _passed(house: House, ran: Ran) -> int:
    """Processes that used more memory or processor time than their pages may; files whose opening took more than theirs may, silence included."""
    over = [f"{used.cpu_seconds:.1f} s and {used.megabytes:.0f} MB of {most}" for most, used in ran.used.values() if used.passes(most)]
    with closing(sqlite3.connect(house.var / "index.db")) as conn:
        rows = conn.execute("SELECT name, opening_seconds, max(coalesce(page_count, 0), 1) FROM delivery").fetchall()
    files = [f"{name}: {seconds:.1f} s for {pages} pages" for name, seconds, pages in rows if seconds > LENIENCE * pages * (WALL + TRIES)]
    say(f"K9: over their budgets: {len(over)} of {len(ran.used)} processes, {len(files)} files{''.join(f'; {one}' for one in [*over, *files])}")
    return len(over) + len(files)


def _silent(lines: Iterable[dict[str, Any]], digests: dict[Path, str], marked: set[str]) -> list[str]:
    """Hostile files of which the export says nothing, or that their page was blank though something stands on it. Equal ones are told one by one."""
    told: dict[str, dict[str, set[str]]] = {}
    for line in lines:
        told.setdefault(line["source"]["sha256"], {}).setdefault(line["delivery_id"], set()).update(line["reasons"])
    often, empty = Counter(digests.values()), dict[str, set[str]]()
    untold = [path for path, digest in digests.items() if len(told.get(digest, empty)) < often[digest]]
    blank = [path for path, digest in digests.items() if digest in marked and "image.blank" in chain.from_iterable(told.get(digest, empty).values())]
    return [path.name for path in (*untold, *blank)]


def _worker_seconds(house: House) -> dict[str, float]:
    """By the name of a file: how long workers had it in hand, by the steps of the engine's journal."""
    with closing(sqlite3.connect(house.var / "index.db")) as conn:
        conn.execute("ATTACH ? AS engine", (str(house.var / "engine.db"),))
        steps = "SELECT substr(workflow_uuid, 1, 20) AS id, completed_at_epoch_ms - started_at_epoch_ms AS took FROM engine.operation_outputs"
        rows = conn.execute(f"SELECT name, sum(took) / 1000.0 FROM delivery JOIN ({steps} WHERE child_workflow_id IS NULL) USING (id) GROUP BY name")
        return dict(rows.fetchall())


def _ingest(house: House, paths: Sequence[Path]) -> Ran:
    began = time.monotonic()
    until = began + MOST_SECONDS + SECONDS_A_FILE * len(paths)
    used: dict[int, tuple[Cost, Cost]] = {}
    with (house.folder / "ingest.log").open("wb") as log:
        running = subprocess.Popen([program(), "ingest", *paths, "--wait"], env=house.environ, stdout=log, stderr=log)
        while running.poll() is None and time.monotonic() < until:
            commands = dict(_commands(running.pid))
            for pid in commands:
                if (most := _budget(pid, commands)) and (found := _used(pid)):
                    used[pid] = most, found
            time.sleep(0.25)
        running.kill()
    said = (house.var / "run" / "ingest.log").read_text(encoding="utf-8")
    return Ran(time.monotonic() - began, said.count(": ended ("), used)


def _commands(root: int) -> Iterator[tuple[int, str]]:
    for pid in family(root):
        with suppress(OSError):
            yield pid, Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def _used(pid: int) -> Cost | None:
    """None for one that has just ended."""
    with suppress(OSError, IndexError, StopIteration):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        peak = next(line for line in lines if line.startswith("VmHWM"))
        return Cost(sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK"), int(peak.split()[1]) / 1024)
    return None


def _budget(pid: int, commands: dict[int, str]) -> Cost | None:
    """What this process may use, if it opens files or reads; None for any other."""
    if _is_job(pid, commands):
        return READER if nursery.RECOGNISER in commands[pid] else JOB
    return PROGRAM if _is_job(_parent(pid), commands) else None


def _is_job(pid: int, commands: dict[int, str]) -> bool:
    """Whether it was forked for one call: by the process that forks such children, and not that one itself."""
    return JOBS in commands.get(_parent(pid), "") and JOBS in commands.get(pid, "")


def _parent(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return 0
