"""Reads a share of the object store every day and says what has rotted, while another copy of it still exists somewhere.

The share of a day is fixed by the first two digits of the addresses that rows name, so that every object is read once in `days` days, whoever was
stopped when. What was bad is read again each time, and told until it reads whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from schemas.faults import KeyMissing, StoreFault
from store import scrubs
from store.database import reading, writing
from store.objects import digest_of
from store.scrubs import Progress, Scrub
from workers.wire import Stores

PIECE_BYTES = 64 << 20
PIECE_OBJECTS = 500


def scrub(stores: Stores, *, days: int, now: datetime, progress: Callable[[int], object] = lambda _: None) -> Scrub:
    """Read today's share (everything for `days` 1) from end to end; the result stands in the audit trail."""
    bad, share = [], share_of(stores, now.toordinal(), days)
    for count, key in enumerate(share, start=1):
        bad += [] if is_whole(stores, key) else [key]
        progress(count)
    return _entered(stores, len(share), bad, now)


@dataclass
class Round:
    """A day's share read piece by piece, whenever nothing else is to be done; goes on where anybody left off."""

    stores: Stores
    days: int
    _day: int = 0
    _share: list[str] = field(default_factory=list)

    def piece(self, now: datetime) -> bool:
        """Read a little more of today's share; False when it is read."""
        day = now.toordinal()
        with reading(self.stores.index) as conn:
            come = scrubs.progress(conn, day)
        if come.done:
            return False
        if day != self._day:
            self._day, self._share = day, share_of(self.stores, day, self.days)
        come = self._read_on(come)
        with writing(self.stores.index) as conn:
            scrubs.keep(conn, day, come)
        if come.done:
            _entered(self.stores, come.read, come.bad, now)
        return True

    def _read_on(self, come: Progress) -> Progress:
        left, size = [key for key in self._share if key > come.upto], 0
        for count, key in enumerate(left, start=1):
            whole = is_whole(self.stores, key)
            come = Progress(key, come.read + 1, come.bad if whole else (*come.bad, key))
            size += (self.stores.objects.size(key) or 0) if whole else 0
            if size > PIECE_BYTES or count == PIECE_OBJECTS:
                return come
        return come._replace(done=True)


def share_of(stores: Stores, day: int, days: int) -> list[str]:
    """The addresses that are read on a day, in order."""
    with reading(stores.index) as conn:
        return sorted({key for key in scrubs.named(conn) if int(digest_of(key)[:4], 16) % days == day % days})


def is_whole(stores: Stores, key: str) -> bool:
    """Whether an object reads as what it was."""
    try:
        stores.objects.open(key).close()
    except StoreFault as fault:
        if not (fault.permanent or isinstance(fault, KeyMissing)):  # a server that does not answer is another matter
            raise
        return False
    return True


def missing_key(stores: Stores, keys: Iterable[str]) -> KeyMissing | None:
    """The fault of the first of these objects that cannot be opened for want of a key."""
    for key in keys:
        try:
            stores.objects.open(key).close()
        except KeyMissing as fault:
            return fault
        except StoreFault:
            continue
    return None


def _entered(stores: Stores, read: int, bad: Iterable[str], now: datetime) -> Scrub:
    """The result on record, with what was bad before and still is."""
    with reading(stores.index) as conn:
        before = scrubs.last(conn)
        named = set(scrubs.named(conn)) if before and before.bad else set()
    still = [key for key in (before.bad if before else ()) if key in named and not is_whole(stores, key)]
    result = Scrub(now, read, tuple(sorted({*bad, *still})))
    with writing(stores.index) as conn:
        scrubs.enter(conn, result.read, result.bad, now)
    return result
