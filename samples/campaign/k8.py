"""K8: odd deliveries: the same content ten times at once, overwritten while copied, thousands at once, odd names, things that are no files."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from samples.campaign.crowd import Crowd, roles
from samples.campaign.house import PEOPLE, House, audit, change_folder, make_house, progress, until
from samples.campaign.plan import Plan, say
from samples.campaign.stub import Drop, make_drop
from samples.report import Row, at_most
from store import documents, journal
from store.database import reading

ODD = "K8 odd deliveries (same x10, overwritten while copied, odd names, links, pipes, 100 GB sparse): wrongly accounted"
MANY = "K8 thousands of files at once: wrongly accounted"
NAMES = (
    "nfc-\u00e9.txt".encode(),
    "nfc-e\u0301.txt".encode(),
    b"new\nline.txt",
    b"not-utf8-\xff\xfe.txt",
    "\u202etxt.exe.txt".encode(),
    b" ends in a space ",
    b"dot.",
    b"x" * 251 + b".txt",
    b"CASE.txt",
    b"case.txt",
    b"-rf.txt",
    b"$(reboot).txt",
)
SPARSE_BYTES = 100 * 2**30
COPIES = 10
QUIET_SECONDS = 1.0
REST_SECONDS = 900.0


class Found(NamedTuple):
    """What the journal says: how often each content was delivered, how many of these are repeats, and what was passed over."""

    delivered: dict[str, int]
    repeats: int
    refused: dict[str, int]
    ignored: int


def run(folder: Path, plan: Plan) -> list[Row]:
    """Odd ones, then many."""
    return [deliver_oddly(folder), _many(folder, plan)]


def deliver_oddly(folder: Path) -> Row:
    """Everything odd at once in one folder."""
    house = make_house(folder / "odd")
    change_folder(house, quiet_seconds=QUIET_SECONDS)
    wanted = _odd_names(house)
    writers = [*_same_at_once(house, wanted), _overwritten(house, wanted)]
    things = _no_files(house)
    with Crowd(house, roles()) as crowd:
        for pid in writers:
            os.waitpid(pid, 0)
        settled = until(lambda: progress(house).settled >= sum(wanted.values()) and not progress(house).in_work and not crowd.tend(), 120)
        time.sleep(QUIET_SECONDS * 2)
    found = _found(house)
    wrong = sum(abs(found.delivered.get(digest, 0) - times) for digest, times in wanted.items())
    wrong += sum(digest not in wanted for digest in found.delivered)
    wrong += abs(found.repeats - (COPIES - 1)) + (found.refused != things) + (found.ignored != 2) + (not settled)
    whole, ledger = audit(house)
    say(
        f"K8 odd: {sum(found.delivered.values())} deliveries of {len(found.delivered)} contents, {found.repeats} repeats, passed over {found.refused}"
    )
    say(f"K8 odd: {wrong} wrongly accounted; chartroom audit: {ledger}")
    return at_most(ODD, wrong + (not whole), 0, n=sum(wanted.values()) + 5, unit="deliveries", hard=True)


def _many(folder: Path, plan: Plan) -> Row:
    house, side = make_house(folder / "many"), folder / "side"
    side.mkdir()
    drops = [make_drop(number, people=PEOPLE, blank=True) for number in range(plan.many)]
    for drop in drops:
        (side / drop.name).write_bytes(drop.data)
    with Crowd(house, roles()) as crowd:
        began = time.monotonic()
        for drop in drops:
            (side / drop.name).rename(house.inbox / drop.name)
        moved = time.monotonic() - began
        until(lambda: crowd.rests(plan.many), REST_SECONDS, 1.0)
        took = time.monotonic() - began
    found = _found(house)
    wrong = sum(found.delivered.get(drop.sha256) != 1 for drop in drops) + (len(found.delivered) - len(drops)) + plan.many - progress(house).settled
    whole, ledger = audit(house)
    say(f"K8 many: {plan.many} files within {moved:.1f} s, all settled after {took:.0f} s, {wrong} wrongly accounted; chartroom audit: {ledger}")
    return at_most(MANY, wrong + (not whole), 0, n=plan.many, unit="files", hard=True, note=f"settled after {took:.0f} s")


def _odd_names(house: House) -> dict[str, int]:
    """Each a content of its own."""
    wanted: dict[str, int] = {}
    for number, name in enumerate(NAMES):
        drop = make_drop(number, people=PEOPLE)
        _write(os.fsencode(house.inbox) + b"/" + name, [drop.data])
        wanted[drop.sha256] = 1
    for passed in ("~$open.docx", "half.part"):
        (house.inbox / passed).write_bytes(b"passed over")
    return wanted


def _same_at_once(house: House, wanted: dict[str, int]) -> list[int]:
    drop = make_drop(100, people=PEOPLE)
    wanted[drop.sha256] = COPIES
    return [_fork_writer(os.fsencode(house.inbox / f"same-{number}.txt"), _slowly(drop)) for number in range(COPIES)]


def _overwritten(house: House, wanted: dict[str, int]) -> int:
    """Written twice, slowly, the second time with something else: that is what is delivered."""
    first, last = make_drop(101, people=PEOPLE), make_drop(102, people=PEOPLE)
    wanted[last.sha256] = 1
    return _fork_writer(os.fsencode(house.inbox / "overwritten.txt"), [*_slowly(first)[:-1], b"", *_slowly(last)])


def _no_files(house: House) -> dict[str, int]:
    (house.inbox / "link.txt").symlink_to("/etc/hostname")
    os.mkfifo(house.inbox / "pipe.txt")
    kinds = {"link": 1, "pipe": 1}
    with suppress(OSError), (house.inbox / "sparse.pdf").open("wb") as sparse:
        sparse.truncate(SPARSE_BYTES)
        kinds["sparse"] = 1
    return kinds


def _slowly(drop: Drop) -> list[bytes]:
    return [drop.data[at : at + 4] for at in range(0, len(drop.data), 4)]


def _fork_writer(path: bytes, pieces: Iterable[bytes]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        _write(path, pieces, pause=QUIET_SECONDS / 20)
    finally:
        os._exit(0)


def _write(path: bytes, pieces: Iterable[bytes], pause: float = 0.0) -> None:
    """Piece by piece; an empty piece begins the file anew."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for piece in pieces:
        if not piece:
            os.ftruncate(fd, 0)
            os.lseek(fd, 0, os.SEEK_SET)
        os.write(fd, piece)
        time.sleep(pause)
    os.close(fd)


def _found(house: House) -> Found:
    stores = house.stores()
    with reading(stores.index) as conn:
        taken = journal.deliveries(conn)
        repeats = sum(record.reasons == ("duplicate.exact",) for one in taken for record in documents.of_delivery(conn, one.id))
        refused, ignored = journal.refused_counts(conn), sum(journal.ignored_counts(conn).values())
    stores.index.dispose()
    delivered: dict[str, int] = {}
    for one in taken:
        delivered[one.sha256] = delivered.get(one.sha256, 0) + 1
    return Found(delivered, repeats, refused, ignored)
