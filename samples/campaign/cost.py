"""What a second worker is worth, what the engine costs beside the reading, and what a worker with nothing to do costs."""

from __future__ import annotations

import ctypes
import os
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

from samples.campaign.crowd import Crowd, roles
from samples.campaign.house import PEOPLE, House, cpu_seconds, make_house, program, until
from samples.campaign.plan import Plan, say
from samples.campaign.scans import draw_letter
from samples.campaign.stub import make_drop, work_as
from samples.report import Row, at_least, at_most, not_run

SCALING = "pages a minute with two workers against one"
OVERHEAD = "engine, journal and index beside a page's own cost"
IDLE = "a worker with nothing to do"
GOALS = ((SCALING, ">= 1.85", "x"), (OVERHEAD, "<= 5", "%"), (IDLE, "<= 3", "% of a core"))
ROUNDS = 3  # one worker and two by turns
STUB_FILES = 60
IDLE_SECONDS = 7.0
CHILD_SUBREAPER = 36  # of prctl


class Timed(NamedTuple):
    """What reading a set of pages took."""

    pages_a_minute: float
    cpu_seconds: float  # with the start of the program
    others: float  # cores that all other processes of the machine kept busy meanwhile


def run(folder: Path, plan: Plan) -> list[Row]:
    """Nothing to do; the pipeline that costs nothing; then real pages."""
    if not plan.pages:
        return [not_run(goal, "the quick form leaves it out", target=target, unit=unit) for goal, target, unit in GOALS]
    idle, own = _idle_share(folder / "idle"), _own_cost(folder / "own")
    pages = plan.pages // ROUNDS
    timed = [[_read(folder / f"slots-{slots}-{turn}", slots, pages + 2 * slots) for slots in (1, 2)] for turn in range(ROUNDS)]
    started = _read(folder / "start", 1, 1).cpu_seconds
    a_page = median(one.cpu_seconds - started for one, _ in timed) / (pages + 1)
    one, two = min(timed, key=lambda pair: pair[1].others)  # what others take, two workers lack first
    gain = two.pages_a_minute / one.pages_a_minute
    rates = ", ".join(f"{one.pages_a_minute:.1f} and {two.pages_a_minute:.1f} ({two.others:.2f} cores busy otherwise)" for one, two in timed)
    beside = median(both.cpu_seconds - started for _, both in timed) / (pages + 3)
    say(f"pages/min with one worker and two: {rates}")
    say(f"{1000 * own:.0f} CPU-ms a page besides its own {1000 * a_page:.0f}, which is {1000 * beside:.0f} with two workers side by side")
    return [
        at_least(SCALING, round(gain, 2), 1.85, n=2 * pages, unit="x", note=f"the quietest of {ROUNDS}: {two.others:.2f} cores busy otherwise"),
        at_most(OVERHEAD, round(100 * own / a_page, 2), 5, n=STUB_FILES, unit="%"),
        at_most(IDLE, round(idle, 2), 3, n=ROUNDS, unit="% of a core"),
    ]


def _read(folder: Path, slots: int, pages: int) -> Timed:
    """Real scans through the real pipeline; how fast is the slope of what has settled over time while all workers worked."""
    house = make_house(folder, engine={"slots": slots})
    (house.folder / "scans").mkdir()
    for number in range(pages):
        draw_letter(house.folder / "scans" / f"{number}.png", number, lines=16)
    ctypes.CDLL(None).prctl(CHILD_SUBREAPER, 1, 0, 0, 0)  # else what the workers leave behind ends uncounted, and that is what reads
    before, busy, began = os.times(), _busy_seconds(), time.monotonic()
    subprocess.run([program(), "ingest", house.folder / "scans", "--wait"], env=house.environ, check=True, capture_output=True, timeout=900)
    until(_nobody_left, 30)
    after, busy_after = os.times(), _busy_seconds()
    ctypes.CDLL(None).prctl(CHILD_SUBREAPER, 0, 0, 0, 0)
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    others = (busy_after - busy - cpu) / (time.monotonic() - began)
    return Timed(60 * _slope(_settled_while_all_worked(house)), cpu, others)


def _settled_while_all_worked(house: House) -> list[float]:
    """When each file settled, from the moment that every worker had settled one until the first of them settled its last."""
    settling = "SELECT executor_id, completed_at_epoch_ms / 1000.0 FROM operation_outputs JOIN workflow_status USING (workflow_uuid)"
    with closing(sqlite3.connect(house.var / "engine.db")) as conn:
        rows = conn.execute(f"{settling} WHERE function_name = 'settle' ORDER BY 2").fetchall()
    by_worker: dict[str, list[float]] = {}
    for worker, at in rows:
        by_worker.setdefault(worker, []).append(at)
    begin, end = max(times[0] for times in by_worker.values()), min(times[-1] for times in by_worker.values())
    return [at for _, at in rows if begin <= at <= end]


def _busy_seconds() -> float:
    """Processor time that the whole machine has used, with what a host above it took."""
    user, nice, system, _idle, _waiting, irq, soft, stolen = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + soft + stolen) / os.sysconf("SC_CLK_TCK")


def _nobody_left() -> bool:
    """Whether all that this process has inherited has ended and was counted."""
    with suppress(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
        return False
    return True


def _slope(times: list[float]) -> float:
    """How many a second, by the straight line through all of them."""
    return float(np.polyfit(np.array(times) - times[0], np.arange(len(times)), 1)[0]) if len(times) > 1 else 0.0


def _own_cost(folder: Path) -> float:
    """CPU-seconds a page of everything but reading: watcher, worker, journal, index and objects, by a pipeline that costs nothing."""
    house = make_house(folder)
    drops = [make_drop(number, people=PEOPLE) for number in range(STUB_FILES)]
    with Crowd(house, roles(1)) as crowd:
        house.drop(drops[:1])
        until(lambda: crowd.rests(1), 60)
        before = sum(map(cpu_seconds, crowd.pids.values()))
        house.drop(drops[1:])
        until(lambda: crowd.rests(STUB_FILES), 120)
        used = sum(map(cpu_seconds, crowd.pids.values())) - before
    return used / sum(drop.pages for drop in drops[1:])


def _idle_share(folder: Path) -> float:
    """Per cent of a core, at the pace that ships."""
    house = make_house(folder, engine={"slots": 1})
    with Crowd(house, {"worker": partial(work_as, 0)}) as crowd:
        time.sleep(IDLE_SECONDS)
        shares = []
        for _ in range(ROUNDS):
            before = cpu_seconds(crowd.pids["worker"])
            time.sleep(IDLE_SECONDS)
            shares.append(100 * (cpu_seconds(crowd.pids["worker"]) - before) / IDLE_SECONDS)
    return median(shares)
