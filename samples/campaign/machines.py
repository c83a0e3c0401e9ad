"""Workers on a shared index: a dead one's work is taken over; and what two workers are worth beside one, and the engine beside the reading."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from samples.campaign.crowd import Crowd, roles
from samples.campaign.house import PEOPLE, House, audit, broken, cpu_seconds, judge, make_house, program, until
from samples.campaign.plan import Plan, say
from samples.campaign.scans import draw_letter
from samples.campaign.servers import postgres_programs, postgres_server, s3_server, s3_settings
from samples.campaign.stub import make_drop, work_as
from samples.report import Row, at_least, at_most, not_run
from schemas.source import DeliveryState
from store import journal
from store.database import reading
from workers import watcher

TAKEOVER = "a worker on Postgres and S3 killed for good: all that was in hand then has settled after"
LOST = "a worker on Postgres and S3 killed for good: files lost, doubled, to a wrong person, not settled, or gaps"
SCALING = "pages a minute with two workers against one"
OVERHEAD = "engine, journal and index beside a page's own cost"
IDLE = "a worker with nothing to do"
SLOW_SECONDS = 1.0  # that reading a page takes in the take-over
STUB_FILES = 60
IDLE_SECONDS = 20.0


class Timed(NamedTuple):
    """What reading a set of pages took."""

    pages: int
    minutes: float
    cpu_seconds: float


def run(folder: Path, plan: Plan) -> list[Row]:
    """All rows about machines."""
    return [*_take_over(folder, plan), *_worth(folder, plan)]


def _take_over(folder: Path, plan: Plan) -> list[Row]:
    programs = postgres_programs()
    if programs is None:
        return [not_run(TAKEOVER, "there is no Postgres here", target="<= 60", unit="s"), not_run(LOST, "the same", target="= 0", unit="files")]
    with postgres_server(folder / "postgres", programs) as url, s3_server(folder / "s3") as s3:
        engine = {"url": url, "poll_seconds": 0.1, "slots": 1}
        house = make_house(folder / "house", objects=s3_settings(folder, s3), index={"url": url}, engine=engine)
        drops = [make_drop(number, people=PEOPLE, slow=SLOW_SECONDS) for number in range(plan.s3_files)]
        machines = {f"machine {name}": partial(_work_on, house.folder / name) for name in "ab"}
        with Crowd(house, {"watcher": watcher.main, **machines}) as crowd:
            house.drop(drops)
            until(lambda: len(_settled(house)) >= 3, 120)
            crowd.end("machine a")
            died, in_hand = time.monotonic(), _in_hand(url)
            until(lambda: not in_hand - _settled(house), 300, 0.2)
            taken_up = time.monotonic() - died
            until(lambda: len(_settled(house)) >= len(drops), 300, 0.2)
        outcome = judge(house, drops)
        whole, ledger = audit(house)
    say(f"take-over: {len(in_hand)} in hand when it died, settled after {taken_up:.1f} s; {outcome}; chartroom audit: {ledger}")
    return [
        at_most(TAKEOVER, round(taken_up, 1), 60, n=len(in_hand), unit="s", hard=True),
        at_most(LOST, broken(outcome) + (not whole), 0, n=len(drops), unit="files", hard=True),
    ]


def _work_on(data: Path) -> int:
    """A worker on a machine of its own: its data folder is nobody else's."""
    os.environ["CHARTROOM_DATA_DIR"] = str(data)
    return work_as(0)


def _in_hand(url: str) -> set[str]:
    """The files that any worker had begun."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "")) as conn:
        rows = conn.execute("SELECT workflow_uuid FROM dbos.workflow_status WHERE status = 'PENDING' AND name = 'process_file'").fetchall()
    return {row[0] for row in rows}


def _settled(house: House) -> set[str]:
    stores = house.stores()
    with reading(stores.index) as conn:
        found = {one.id for one in journal.deliveries(conn) if one.state is DeliveryState.SETTLED}
    stores.index.dispose()
    return found


def _worth(folder: Path, plan: Plan) -> list[Row]:
    own = _own_cost(folder)
    idle = at_most(IDLE, round(_idle_share(folder), 2), 3, n=1, unit="% of a core")
    if not plan.pages:
        left_out = "the quick form leaves it out"
        return [not_run(SCALING, left_out, target=">= 1.85", unit="x"), not_run(OVERHEAD, left_out, target="<= 5", unit="%"), idle]
    one, two = (_read(folder / f"slots-{slots}", slots, plan.pages) for slots in (1, 2))
    gain = two.pages / two.minutes / (one.pages / one.minutes)
    share = 100 * own / (one.cpu_seconds / one.pages)
    say(f"{one.pages / one.minutes:.1f} pages/min with one worker, {two.pages / two.minutes:.1f} with two")
    say(f"{1000 * own:.0f} CPU-ms a page besides reading")
    return [at_least(SCALING, round(gain, 2), 1.85, n=one.pages, unit="x"), at_most(OVERHEAD, round(share, 2), 5, n=STUB_FILES, unit="%"), idle]


def _read(folder: Path, slots: int, pages: int) -> Timed:
    """Real scans through the real pipeline: from the first settled file to the last, so that no start-up counts."""
    house = make_house(folder, engine={"slots": slots})
    (house.folder / "scans").mkdir()
    for number in range(pages + 2 * slots):
        draw_letter(house.folder / "scans" / f"{number}.png", number, lines=16)
    before = os.times()
    subprocess.run([program(), "ingest", house.folder / "scans", "--wait"], env=house.environ, check=True, capture_output=True, timeout=900)
    after = os.times()
    with closing(sqlite3.connect(house.var / "index.db")) as conn:
        times = sorted(datetime.fromisoformat(row[0]) for row in conn.execute("SELECT settled_at FROM delivery"))
    counted = times[slots : slots + pages]
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Timed(pages - 1, (counted[-1] - counted[0]).total_seconds() / 60, cpu * (pages - 1) / len(times))


def _own_cost(folder: Path) -> float:
    """CPU-seconds a page of everything but reading: watcher, worker, journal, index and objects, by a pipeline that costs nothing."""
    house = make_house(folder / "own")
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
    house = make_house(folder / "idle", engine={"slots": 1})
    with Crowd(house, {"worker": partial(work_as, 0)}) as crowd:
        time.sleep(IDLE_SECONDS / 4)
        before = cpu_seconds(crowd.pids["worker"])
        time.sleep(IDLE_SECONDS)
        return 100 * (cpu_seconds(crowd.pids["worker"]) - before) / IDLE_SECONDS
