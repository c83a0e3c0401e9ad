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
from samples.campaign.walk import SHEET, Walked, close, in_parallel, live_through, live_to_the_end, quarantined, second_house, settled_house
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
    live_through(house, 2, partial(record, deeds, house))
    syncs = [at for at, deed in enumerate(deeds) if deed.kind == "fsync"]
    tried = syncs[:: plan.stride]
    cuts = cuts_at(tried)
    walked = list(in_parallel(partial(cut_power, before, deeds), cuts, what="K4"))
    broken = [one for one in walked if not one.outcome.whole or not one.told]
    for one in broken:
        say(f"K4 {one.where}: {one.outcome}{'' if one.told else ' (acknowledged work was gone)'}")
    whole, ledger = audit(house)
    say(f"K4: {len(cuts)} power cuts at {len(tried)} of {len(syncs)} fsyncs, {len(broken)} with a loss; chartroom audit: {ledger}")
    note = f"{len(tried)} of {len(syncs)} fsyncs{quarantined(walked)}"
    return [at_most(GOAL, len(broken) + (not whole), 0, n=len(cuts), unit="cuts", hard=True, note=note)]


def cuts_at(syncs: Sequence[int]) -> list[Cut]:
    """Before and after each, in each order; what is after one may be before the next."""
    moments = sorted({at + done for at in syncs for done in (0, 1)})
    return [Cut(after, order) for after in moments for order in ORDERS]


def record(deeds: list[Deed], house: House, call: Call) -> Fate:
    """Note what is about to be done; let it pass."""
    deeds.append(deed_of(call, house.folder))
    return PASS


def cut_power(before: House, deeds: Sequence[Deed], cut: Cut) -> Walked:
    """Make the disk as that cut may leave it, hold it against what was acknowledged, and start on it."""
    house = copy_house(before, before.folder.with_name(f"k4-{cut.after}-{cut.order.replace(' ', '-')}"))
    disk_after(deeds[: cut.after], house.folder, order=cut.order, chance=random.Random(cut.after))
    promised = acknowledged(deeds[: cut.after])
    kept = kept_of(house) >= promised
    live_to_the_end(house, 2)
    return close(house, f"{cut.order} after {cut.after} calls", told=kept)


def acknowledged(done: Sequence[Deed]) -> int:
    """What the outside has seen of the sheet: 0 nothing, 1 it left the watched folder, 2 there is a receipt."""
    if any(deed.kind == "rename" and deed.to.startswith("inbox-receipts/") for deed in done):
        return 2
    return int(any(deed.kind == "rename" and deed.place == f"inbox/{SHEET.name}" for deed in done))


def kept_of(house: House) -> int:
    """How far the sheet has come by the index: 0 not there, 1 taken, 2 settled. Read from a copy, as a restart would find it."""
    with tempfile.TemporaryDirectory(dir=house.folder.parent) as aside:
        for path in house.var.glob("index.db*"):
            shutil.copy(path, aside)
        with closing(sqlite3.connect(Path(aside, "index.db"))) as conn:
            found = conn.execute("SELECT state FROM delivery WHERE sha256 = ?", (SHEET.sha256,)).fetchone()
    return 0 if found is None else 1 + (found[0] == "settled")
