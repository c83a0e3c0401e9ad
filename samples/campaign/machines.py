"""Workers on a shared index: one dies for good, and its work is taken over; then all are upgraded one by one while files are in work."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

from samples.campaign.crowd import Crowd, Role
from samples.campaign.house import PEOPLE, House, make_house, reckon, settled, until
from samples.campaign.plan import Plan
from samples.campaign.servers import postgres_programs, postgres_server, s3_server, s3_settings
from samples.campaign.stub import make_drop, work_as
from samples.report import Row, at_most, not_run
from workers import engine, watcher

TAKEOVER = "a worker on Postgres and S3 killed for good: all that was in hand then has settled after"
LOST = "a worker on Postgres and S3 killed for good"
UPGRADED = "watcher and workers on Postgres and S3 upgraded one by one with work in flight"
SLOW_SECONDS = 1.0  # that reading a page takes in the take-over
QUICK_SECONDS = 0.3  # and in the upgrade
REST_SECONDS = 300.0
OLD = "of before"  # a version of the workflows' steps that is not ours


class Shared(NamedTuple):
    """The servers that all machines share."""

    database: str
    s3: str


def run(folder: Path, plan: Plan) -> list[Row]:
    """Two machines, each with a data folder of its own."""
    programs = postgres_programs()
    if programs is None:
        why = "there is no Postgres here"
        return [not_run(TAKEOVER, why, target="<= 60", unit="s"), *(not_run(what, why, target="= 0", unit="files") for what in (LOST, UPGRADED))]
    rows: list[Row] = []
    for name, campaign in (("died", take_over), ("upgraded", upgrade)):
        below = folder / name
        with postgres_server(below / "postgres", programs) as url, s3_server(below / "s3") as s3:
            rows += campaign(below, Shared(url, s3), plan.s3_files)
    return rows


def take_over(folder: Path, shared: Shared, files: int) -> list[Row]:
    """One of two workers is killed for good while files are in work."""
    house, drops = _house(folder, shared), [make_drop(number, people=PEOPLE, slow=SLOW_SECONDS) for number in range(files)]
    with Crowd(house, _roles(house, engine.VERSION)) as crowd:
        house.drop(drops)
        until(lambda: len(settled(house)) >= 3, 120)
        crowd.end("machine a")
        died, in_hand = time.monotonic(), _in_hand(shared.database)
        until(lambda: not in_hand - settled(house), REST_SECONDS, 0.2)
        taken_up = time.monotonic() - died
        until(lambda: len(settled(house)) >= files, REST_SECONDS, 0.2)
    return [at_most(TAKEOVER, round(taken_up, 1), 60, n=len(in_hand), unit="s", hard=True), reckon(LOST, house, drops, n=files)]


def upgrade(folder: Path, shared: Shared, files: int) -> list[Row]:
    """Each is told to stop and started in its new version, while the others go on in whichever they have."""
    house, drops = _house(folder, shared), [make_drop(number, people=PEOPLE, slow=QUICK_SECONDS) for number in range(files)]
    coming, left = iter(drops), 0
    with Crowd(house, _roles(house, OLD)) as crowd:
        for number, (role, part) in enumerate(_roles(house, engine.VERSION).items()):
            house.drop(next(coming) for _ in range(files // 3))
            until(partial(_at_work, house, shared, number + 1), 120, 0.2)
            left += len(_in_hand(shared.database))
            crowd.replace(role, part)
        house.drop(coming)
        until(lambda: len(settled(house)) >= files, REST_SECONDS, 0.2)
    return [reckon(UPGRADED, house, drops, n=left, note=f"{len(drops)} files, of which {left} were in hand")]


def _house(folder: Path, shared: Shared) -> House:
    rules = {"url": shared.database, "poll_seconds": 0.1, "slots": 1}
    return make_house(folder / "house", objects=s3_settings(folder, shared.s3), index={"url": shared.database}, engine=rules)


def _roles(house: House, version: str) -> dict[str, Role]:
    machines = {f"machine {name}": partial(_work_on, house.folder / name, version) for name in "ab"}
    return {"watcher": watcher.main, **machines}


def _work_on(data: Path, version: str) -> int:
    """A worker on a machine of its own: its data folder is nobody else's."""
    os.environ["CHARTROOM_DATA_DIR"] = str(data)
    setattr(engine, "VERSION", version)  # noqa: B010 - as a program of before would have it
    return work_as(0)


def _at_work(house: House, shared: Shared, least: int) -> bool:
    return len(settled(house)) >= least and bool(_in_hand(shared.database))


def _in_hand(url: str) -> set[str]:
    """The files that any worker had begun."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "")) as conn:
        rows = conn.execute("SELECT workflow_uuid FROM dbos.workflow_status WHERE status = 'PENDING' AND name = 'process_file'").fetchall()
    return {row[0] for row in rows}
