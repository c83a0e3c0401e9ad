"""Which objects the index names, and how far a day's reading of them has come. Knows rows; reads no object."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select

from schemas.record import AuditEntry
from store import audit
from store.tables import archival, delivery, document, page_image, page_picture, reading, scrub
from store.tables_learning import model

ACTION = "store.scrubbed"
NAMING = (delivery, reading, document, page_image, page_picture, archival, model)


class Progress(NamedTuple):
    """A day's reading: objects up to and with this address are read, so many, and these were missing or changed."""

    upto: str = ""
    read: int = 0
    bad: tuple[str, ...] = ()
    done: bool = False


class Scrub(NamedTuple):
    """What one whole reading found: objects read, and the addresses whose bytes are gone or wrong."""

    at: datetime
    read: int
    bad: tuple[str, ...]


def named(conn: Connection) -> Iterator[str]:
    """The address of every object that a row names; one that several name comes several times."""
    for table in NAMING:
        wanted = select(table.c.object_key).where(table.c.object_key.is_not(None), table.c.object_key != "")
        yield from conn.execute(wanted, execution_options={"yield_per": 5000}).scalars()


def progress(conn: Connection, day: int) -> Progress:
    """How far the reading of a day has come."""
    row = conn.execute(select(scrub).where(scrub.c.day == day)).first()
    return Progress(row.upto, row.read, tuple(row.bad), bool(row.done)) if row else Progress()


def keep(conn: Connection, day: int, come: Progress) -> None:
    """Note how far it has come; those of other days are forgotten."""
    conn.execute(delete(scrub))
    conn.execute(insert(scrub).values(day=day, upto=come.upto, read=come.read, bad=list(come.bad), done=come.done))


def enter(conn: Connection, read: int, bad: tuple[str, ...], now: datetime) -> None:
    """Put what a whole reading found into the audit trail."""
    detail: dict[str, Any] = {"read": read, "bad": list(bad)}
    audit.append(conn, AuditEntry(ACTION, "objects", "system:scrub", detail), now)


def last(conn: Connection) -> Scrub | None:
    """What the last whole reading found, if there was one."""
    found = audit.search(conn, subject="objects", action=ACTION, limit=1)
    return Scrub(found[0].at, found[0].entry.detail["read"], tuple(found[0].entry.detail["bad"])) if found else None
