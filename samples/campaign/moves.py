"""Moved with work in flight: the index to Postgres, a backup to another place, sealed objects under another key. IT does it by the commands."""

from __future__ import annotations

import json
import shutil
import signal
import time
from pathlib import Path

from samples.campaign.crowd import Crowd, roles
from samples.campaign.house import PEOPLE, House, change_settings, chartroom, copy_house, make_house, progress, reckon, settled, until
from samples.campaign.plan import Plan
from samples.campaign.servers import postgres_programs, postgres_server
from samples.campaign.stub import Drop, make_drop
from samples.report import Row, not_run
from store.keys import create_key_file

COPIED = "index moved to Postgres by `chartroom db copy` with work in flight"
RESTORED = "backed up with work in flight, more taken in, restored in another place"
REWRAPPED = "sealed; key rotated, the old one lost for a while, objects rewrapped, with work in flight"
SLOW_SECONDS, LONG_SECONDS = 0.15, 2.0  # that reading a page takes; and in one file, so that there is work in flight
LOST_SECONDS = 3.0
REST_SECONDS = 120.0


def run(folder: Path, plan: Plan) -> list[Row]:
    """One after the other, each in a house of its own."""
    moves = ((copy_to_postgres, "copied"), (restore_elsewhere, "restored"), (change_keys, "rewrapped"))
    return [move(folder / name, plan.s3_files) for move, name in moves]


def copy_to_postgres(folder: Path, files: int) -> Row:
    """Everybody is killed, the index copied, and the same house goes on on Postgres."""
    programs = postgres_programs()
    if programs is None:
        return not_run(COPIED, "there is no Postgres here", target="= 0", unit="files", hard=True)
    house, drops = make_house(folder / "house"), _drops(files)
    _work_on_some(house, drops[: files // 2])
    left = progress(house).in_work
    with postgres_server(folder / "postgres", programs) as url:
        said = chartroom(house, "db", "copy", f"sqlite:///{house.var / 'index.db'}", url)
        (house.var / "index.db").rename(folder / "index-of-before.db")
        change_settings(house, index={"url": url}, engine={"url": url, "poll_seconds": 0.1, "slots": 2})
        with Crowd(house, roles()) as crowd:
            house.drop(drops[files // 2 :])
            until(lambda: not crowd.tend() and len(settled(house)) >= files, REST_SECONDS, 0.5)
        unequal = "every table is equal on both sides" not in said
        return reckon(COPIED, house, drops, n=left, besides=int(unequal), note=f"{files} files, of which {left} were in work")


def restore_elsewhere(folder: Path, files: int) -> Row:
    """A backup while files come in and workers have some in hand; then more comes in; then only backup and watched folder are left.

    The workers stand still meanwhile, whichever of them writes just then: else they might be done before the backup begins.
    """
    first, drops = make_house(folder / "first"), _drops(files)
    half, backup = files // 2, folder / "backup"
    with Crowd(first, roles()) as crowd:
        first.drop(drops[:half])
        until(lambda: progress(first).settled >= half // 3, REST_SECONDS)
        crowd.signal(signal.SIGSTOP, "worker 0", "worker 1")
        chartroom(first, "backup", backup)
        crowd.signal(signal.SIGCONT, "worker 0", "worker 1")
        first.drop(drops[half:])
        until(lambda: progress(first).settled > half, REST_SECONDS)
    house = copy_house(first, folder / "second")
    shutil.rmtree(house.var)
    chartroom(house, "restore", backup)
    left = progress(house).in_work
    _work_to_the_end(house, files)
    return reckon(RESTORED, house, drops, n=left, note=f"{files} files, of which {left} were in work")


def change_keys(folder: Path, files: int) -> Row:
    """Whoever runs without the old key waits for it; once all is rewrapped nobody asks for it any more."""
    folder.mkdir()
    keys = folder / "keys.json"
    create_key_file(keys)
    house, drops = make_house(folder / "house", objects={"key_file": str(keys)}), _drops(files)
    _work_on_some(house, drops[: files // 2])
    left = progress(house).in_work
    old = keys.read_text(encoding="utf-8")
    chartroom(house, "keys", "rotate")
    both = keys.read_text(encoding="utf-8")
    alone = _without(both, json.loads(old)["current"])
    _replace(keys, alone)
    with Crowd(house, roles()) as crowd:
        time.sleep(LOST_SECONDS)
        _replace(keys, both)
        house.drop(drops[files // 2 :])
        until(lambda: progress(house).settled > files // 2, REST_SECONDS)
        said = chartroom(house, "keys", "rewrap")
        _replace(keys, alone)
        crowd.kill(*crowd.pids)
        until(lambda: crowd.rests(files), REST_SECONDS)
    return reckon(REWRAPPED, house, drops, n=left, note=f"{files} files, of which {left} were in work; {said.strip()}")


def _drops(files: int) -> list[Drop]:
    """The last file of the first half takes long."""
    return [make_drop(number, people=PEOPLE, slow=LONG_SECONDS if number == files // 2 - 1 else SLOW_SECONDS) for number in range(files)]


def _work_on_some(house: House, drops: list[Drop]) -> None:
    """Until a third has settled; then everybody is killed."""
    with Crowd(house, roles()):
        house.drop(drops)
        until(lambda: progress(house).settled >= len(drops) // 3, REST_SECONDS)


def _work_to_the_end(house: House, files: int) -> None:
    with Crowd(house, roles()) as crowd:
        until(lambda: crowd.rests(files), REST_SECONDS)


def _without(ring: str, key_id: str) -> str:
    known = json.loads(ring)
    return json.dumps({**known, "keys": {name: key for name, key in known["keys"].items() if name != key_id}})


def _replace(keys: Path, text: str) -> None:
    aside = keys.with_suffix(".new")
    aside.write_text(text, encoding="utf-8")
    aside.chmod(0o600)
    aside.replace(keys)
