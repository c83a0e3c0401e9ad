"""Workers on a shared index: one dies for good, and its work is taken over."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

from samples.campaign.crowd import Crowd
from samples.campaign.house import PEOPLE, House, audit, broken, judge, make_house, until
from samples.campaign.plan import Plan, say
from samples.campaign.servers import postgres_programs, postgres_server, s3_server, s3_settings
from samples.campaign.stub import make_drop, work_as
from samples.report import Row, at_most, not_run
from schemas.source import DeliveryState
from store import journal
from store.database import reading
from workers import watcher

TAKEOVER = "a worker on Postgres and S3 killed for good: all that was in hand then has settled after"
LOST = "a worker on Postgres and S3 killed for good: files lost, doubled, to a wrong person, not settled, or gaps"
SLOW_SECONDS = 1.0  # that reading a page takes in the take-over


def run(folder: Path, plan: Plan) -> list[Row]:
    """One of two workers, each on a machine of its own, is killed for good while files are in work."""
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
        outcome = judge(house, drops, ledger=False)
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
