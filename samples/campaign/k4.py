"""K4: the power goes at every fsync of one document's life, and of what was not synced some is lost.

The system calls of one life are recorded with their data. For each fsync a folder is made as the disk may have been at that moment, in three
orders, and Chartroom is started on it:
`synced`: only what an fsync had covered: contents by one of the file, names by one of the folder;
`names first`: every name, as journalling file systems keep them, and of contents what was synced;
`torn`: names up to some point; of the contents not synced some pieces of 512 bytes and not others.
What was acknowledged must be in the index at once: a file that left the watched folder is journalled, one with a receipt has settled.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

from samples.campaign.calls import PASS, Call, Fate, can_watch
from samples.campaign.disk import Deed, deed_of, disk_after
from samples.campaign.house import House, audit, copy_house
from samples.campaign.plan import Plan, say
from samples.campaign.walk import SHEET, Walked, close, in_parallel, live_through, live_to_the_end, second_house, settled_house
from samples.report import Row, at_most, not_run

GOAL = "K4 power cut at every fsync: acknowledged work gone, or not whole after the restart"
ORDERS = ("synced", "names first", "torn")


class Cut(NamedTuple):
    """Where the power went: after so many deeds, and in which order the disk had written."""

    after: int
    order: str


def run(folder: Path, plan: Plan) -> list[Row]:
    """Every fsync of one life, each order."""
    if why := can_watch():
        return [not_run(GOAL, why, target="= 0", unit="cuts", hard=True)]
    first = settled_house(folder / "first")
    house = second_house(first, folder / "recorded")
    before, deeds = copy_house(house, folder / "before"), list[Deed]()
    live_through(house, 2, partial(_record, deeds, house))
    syncs = [at for at, deed in enumerate(deeds) if deed.kind == "fsync"]
    cuts = [Cut(at + done, order) for at in syncs[:: plan.stride] for done in (0, 1) for order in ORDERS]
    walked = list(in_parallel(partial(_walk, before, deeds), cuts, what="K4"))
    broken = [one for one in walked if not one.outcome.whole or not one.told]
    for one in broken:
        say(f"K4 {one.where}: {one.outcome}{'' if one.told else ' (acknowledged work was gone)'}")
    whole, ledger = audit(house)
    say(f"K4: {len(cuts)} power cuts at {len(cuts) // 6} of {len(syncs)} fsyncs, {len(broken)} with a loss; chartroom audit: {ledger}")
    return [at_most(GOAL, len(broken) + (not whole), 0, n=len(cuts), unit="cuts", hard=True, note=f"{len(cuts) // 6} of {len(syncs)} fsyncs")]


def _record(deeds: list[Deed], house: House, call: Call) -> Fate:
    deeds.append(deed_of(call, house.folder))
    return PASS


def _walk(before: House, deeds: Sequence[Deed], cut: Cut) -> Walked:
    house = copy_house(before, before.folder.with_name(f"k4-{cut.after}-{cut.order.replace(' ', '-')}"))
    disk_after(deeds[: cut.after], house.folder, order=cut.order, chance=random.Random(cut.after))
    promised = _acknowledged(deeds[: cut.after])
    kept = _kept(house) >= promised
    live_to_the_end(house, 2)
    return close(house, f"{cut.order} after {cut.after} calls", told=kept)


def _acknowledged(done: Sequence[Deed]) -> int:
    """What the outside has seen of the sheet: 0 nothing, 1 it left the watched folder, 2 there is a receipt."""
    if any(deed.kind == "rename" and deed.to.startswith("inbox-receipts/") for deed in done):
        return 2
    return int(any(deed.kind == "rename" and deed.place == f"inbox/{SHEET.name}" for deed in done))


def _kept(house: House) -> int:
    """How far the sheet has come by the index: 0 not there, 1 taken, 2 settled. Read from a copy, as a restart would find it."""
    with tempfile.TemporaryDirectory(dir=house.folder.parent) as aside:
        for path in house.var.glob("index.db*"):
            shutil.copy(path, aside)
        with closing(sqlite3.connect(Path(aside, "index.db"))) as conn:
            found = conn.execute("SELECT state FROM delivery WHERE sha256 = ?", (SHEET.sha256,)).fetchone()
    return 0 if found is None else 1 + (found[0] == "settled")
