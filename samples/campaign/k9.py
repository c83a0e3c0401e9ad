"""K9: hostile files among others, through the real pipeline: nobody dies, nothing is lost silently, no budget is passed, the others lose no time.

Three runs of `chartroom ingest --wait`: the others alone, the hostile ones alone, both. What both take together, less what the hostile ones take
alone, is what the others had: beside what they take alone, that is their throughput. Budgets are lower than those that ship, to end in time.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from samples.campaign.house import House, audit, cpu_seconds, export, family, make_house, program
from samples.campaign.plan import Plan, say
from samples.campaign.scans import draw_letter
from samples.hostile import make_hostile
from samples.report import Row, at_least, at_most, not_run

DEATHS = "K9 hostile files: deaths of workers"
SILENT = "K9 hostile files: lost or called blank without being so, or gaps of the audit"
BUDGETS = "K9 hostile files: budgets of time or memory passed by more than a tenth"
OTHERS = "K9 throughput of the others beside hostile files"
GOALS = ((DEATHS, "= 0", "deaths"), (SILENT, "= 0", "files"), (BUDGETS, "= 0", "processes"), (OTHERS, ">= 90", "%"))
CPU, WALL, MEGABYTES = 4, 8, 700
RENDER = {"page_cpu_seconds": CPU, "page_wall_seconds": WALL, "memory_megabytes": MEGABYTES}
SLOTS = 2
MOST_SECONDS, SECONDS_A_FILE = 300.0, 20.0  # of one run: both together
JOBS = "pipeline.engines.child"


class Ran(NamedTuple):
    """One run: how long, workers that ended by themselves, and the worst of the openers' children by CPU-seconds and megabytes."""

    seconds: float
    deaths: int
    cpu: dict[int, float]
    megabytes: dict[int, float]


def run(folder: Path, plan: Plan) -> list[Row]:
    """The three runs."""
    if not plan.pages:
        return [not_run(goal, "the quick form leaves it out", target=target, unit=unit) for goal, target, unit in GOALS]
    bad, good = folder / "hostile", folder / "good"
    made = make_hostile(bad / "own")
    if plan.hostile:
        shutil.copytree(plan.hostile, bad / "given", symlinks=True)
    good.mkdir()
    for number in range(plan.pages):
        draw_letter(good / f"letter-{number}.png", number)
    houses = {name: make_house(folder / name, render=RENDER, engine={"slots": SLOTS}) for name in ("good-alone", "bad-alone", "together")}
    alone = _ingest(houses["good-alone"], good)
    apart = _ingest(houses["bad-alone"], bad)
    both = _ingest(houses["together"], bad, good)
    lines = export(houses["together"])
    files = [path for path in bad.rglob("*") if path.is_file() and not path.is_symlink()]
    silent = _silent(lines, bad, files, {one.name for one in made if one.marked})
    passed = sum(seconds > 1.1 * (CPU + 1) for seconds in apart.cpu.values()) + sum(size > 1.1 * MEGABYTES for size in apart.megabytes.values())
    whole, ledger = audit(houses["together"])
    share = 100 * alone.seconds / max(0.1, both.seconds - apart.seconds)
    died = sum(ran.deaths for ran in (alone, apart, both))
    say(f"K9: {len(files)} hostile files in {apart.seconds:.0f} s, {plan.pages} others in {alone.seconds:.0f} s, together {both.seconds:.0f} s")
    say(f"K9: {died} deaths, {len(silent)} silent ({', '.join(silent[:5])}), {passed} budgets passed; chartroom audit: {ledger}")
    return [
        at_most(DEATHS, died, 0, n=len(files), unit="deaths", hard=True),
        at_most(SILENT, len(silent) + (not whole), 0, n=len(files), unit="files", hard=True),
        at_most(
            BUDGETS,
            passed,
            0,
            n=len(apart.cpu),
            unit="processes",
            note="" if not plan.hostile else "files of many pages may use a page's budget each",
        ),
        at_least(OTHERS, round(min(share, 999.0), 1), 90, n=plan.pages, unit="%"),
    ]


def _silent(lines: list[dict[str, Any]], bad: Path, files: list[Path], marked: set[str]) -> list[str]:
    """Hostile files of which the export says nothing, or that their page was blank though something stands on it."""
    told = {line["source"]["name"]: line for line in lines}
    named = {path: path.relative_to(bad).as_posix() for path in files}
    return [path.name for path, name in named.items() if _is_silent(told.get(name.replace("\\", "\\\\"), told.get(name)), marked=path.name in marked)]


def _is_silent(line: dict[str, Any] | None, *, marked: bool) -> bool:
    return line is None or (marked and "image.blank" in line["reasons"])


def _ingest(house: House, *paths: Path) -> Ran:
    began = time.monotonic()
    until = began + MOST_SECONDS + SECONDS_A_FILE * sum(one.is_file() for path in paths for one in path.rglob("*"))
    cpu: dict[int, float] = {}
    megabytes: dict[int, float] = {}
    with (house.folder / "ingest.log").open("wb") as log:
        running = subprocess.Popen([program(), "ingest", *paths, "--wait"], env=house.environ, stdout=log, stderr=log)
        while running.poll() is None and time.monotonic() < until:
            commands = dict(_commands(running.pid))
            for pid in commands:
                if _is_job(pid, commands):
                    _measure(pid, cpu, megabytes)
            time.sleep(0.25)
        running.kill()
    said = (house.var / "run" / "ingest.log").read_text(encoding="utf-8")
    return Ran(time.monotonic() - began, said.count(": ended ("), cpu, megabytes)


def _commands(root: int) -> Iterator[tuple[int, str]]:
    for pid in family(root):
        with suppress(OSError):
            yield pid, Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def _measure(pid: int, cpu: dict[int, float], megabytes: dict[int, float]) -> None:
    with suppress(OSError, ValueError, IndexError):
        cpu[pid] = cpu_seconds(pid)
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        peak = next((line for line in lines if line.startswith("VmHWM")), "")  # what has just ended has none
        megabytes[pid] = int(peak.split()[1]) / 1024


def _is_job(pid: int, commands: dict[int, str]) -> bool:
    """Whether it was forked for one call: by the process that forks such children, and not that one itself."""
    return JOBS in commands.get(_parent(pid), "") and JOBS in commands[pid]


def _parent(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return 0
