"""Leases of those who work on one installation from several machines: who is there, and under which number, which is never given twice.

A lease lives by its beat, a count that its holder raises. Whether a beat stands still is for whoever looks to judge, by a clock of their own: no two
machines' clocks are compared. Once a lease has ended, nothing is written under its number any more: `store.database.fenced`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, insert, select, update

from store.tables import lease

WORKER, WATCHER = "worker", "watcher"
FORGOTTEN_AFTER = timedelta(days=7)


class Lease(NamedTuple):
    """One who is there: number, what it does, where, its beat and when it last raised it by its own clock, and what it tells of itself."""

    number: int
    part: str
    place: str
    beat: int
    seen_at: datetime
    told: Any


def begin(conn: Connection, part: str, place: str, *, now: datetime) -> int:
    """A new lease, which ends the one that stood at the same place: its holder is gone, or it would hold the place. Its number."""
    conn.execute(delete(lease).where(lease.c.ended_at < now - FORGOTTEN_AFTER))
    _end(conn, lease.c.place == place, lease.c.part == part, now=now)
    made = insert(lease).values(part=part, place=place, beat=0, seen_at=now, told={})
    return int(conn.execute(made.returning(lease.c.number)).scalar_one())


def beat(conn: Connection, number: int, *, now: datetime, told: Any = None) -> bool:
    """Raise the beat; False when the lease has ended."""
    news = {"beat": lease.c.beat + 1, "seen_at": now} | ({} if told is None else {"told": told})
    return _changed(conn, update(lease).where(lease.c.number == number, lease.c.ended_at.is_(None)).values(**news))


def end(conn: Connection, number: int, *, beat: int | None = None, now: datetime) -> bool:
    """End a lease; with a `beat`, only where that is still its last one."""
    same = [] if beat is None else [lease.c.beat == beat]
    return _end(conn, lease.c.number == number, *same, now=now)


def current(conn: Connection, part: str) -> list[Lease]:
    """The leases that have not ended."""
    query = select(lease).where(lease.c.part == part, lease.c.ended_at.is_(None)).order_by(lease.c.number)
    return [_lease(row) for row in conn.execute(query)]


def stands(conn: Connection, number: int) -> bool:
    """Whether a lease has not ended."""
    return conn.execute(select(lease.c.number).where(lease.c.number == number, lease.c.ended_at.is_(None))).first() is not None


def _end(conn: Connection, *which: Any, now: datetime) -> bool:
    return _changed(conn, update(lease).where(*which, lease.c.ended_at.is_(None)).values(ended_at=now))


def _changed(conn: Connection, statement: Any) -> bool:
    return bool(conn.execute(statement.returning(lease.c.number)).first())


def _lease(row: Row[Any]) -> Lease:
    return Lease(row.number, row.part, row.place, row.beat, row.seen_at, row.told)
