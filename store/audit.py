"""The audit trail: one row a state change, in the same transaction, each row sealed with the digest of the one before.

The chain shows that nothing was changed or taken out in the middle. Somebody who may write the database can write a new chain:
against that stands `head`, kept in a second place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select

from schemas.record import AuditEntry
from store.columns import canonical
from store.tables import audit

GENESIS = "0" * 64


class AuditRow(NamedTuple):
    """An entry as kept: its place in the chain, and when it was made."""

    sequence: int
    at: datetime
    entry: AuditEntry
    digest: str


class Head(NamedTuple):
    """The newest link of the chain."""

    sequence: int
    digest: str


def append(conn: Connection, entry: AuditEntry, now: datetime) -> None:
    """Add one entry at the end of the chain."""
    append_all(conn, [entry], now)


def append_all(conn: Connection, entries: Sequence[AuditEntry], now: datetime) -> None:
    """Add entries at the end of the chain, in order."""
    sequence, previous = head(conn)
    rows = []
    for sequence, entry in enumerate(entries, sequence + 1):  # noqa: B020 - goes on from the head
        row = {"sequence": sequence, "at": now, "action": entry.action, "subject": entry.subject, "actor": entry.actor, "detail": entry.detail}
        rows.append({**row, "previous": previous, "digest": (previous := _seal(previous, row))})
    if rows:
        conn.execute(insert(audit), rows)


def head(conn: Connection) -> Head:
    """The newest link; sequence 0 when there is none."""
    row = conn.execute(select(audit.c.sequence, audit.c.digest).order_by(audit.c.sequence.desc()).limit(1)).first()
    return Head(row.sequence, row.digest) if row else Head(0, GENESIS)


def entries(conn: Connection, *, subject: str | None = None, limit: int = 100) -> list[AuditRow]:
    """The newest entries, newest first; of one subject if given."""
    query = select(audit).order_by(audit.c.sequence.desc()).limit(limit)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    return [_row(row) for row in conn.execute(query)]


def search(  # noqa: PLR0913 - what may be asked of the trail
    conn: Connection,
    *,
    subject: str = "",
    actor: str = "",
    action: str = "",
    among: Collection[str] | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[AuditRow]:
    """Entries about an id or one of some, by an actor, with an action that begins so, older than a row; newest first. What is empty is not asked."""
    query = select(audit).order_by(audit.c.sequence.desc()).limit(limit)
    wanted = [(subject, audit.c.subject == subject), (actor, audit.c.actor == actor), (action, audit.c.action.startswith(action, autoescape=True))]
    query = query.where(*(condition for value, condition in wanted if value))
    if among is not None:
        query = query.where(audit.c.subject.in_(among))
    if before is not None:
        query = query.where(audit.c.sequence < before)
    return [_row(row) for row in conn.execute(query)]


def verify_chain(conn: Connection) -> int | None:
    """None when every link holds; else the sequence at which the chain first breaks."""
    expected, previous = 1, GENESIS
    for row in conn.execute(select(audit).order_by(audit.c.sequence), execution_options={"yield_per": 2000}):
        values = {name: getattr(row, name) for name in ("sequence", "at", "action", "subject", "actor", "detail")}
        if row.sequence != expected or row.previous != previous or row.digest != _seal(previous, values):
            return expected
        expected, previous = expected + 1, row.digest
    return None


def _seal(previous: str, row: dict[str, Any]) -> str:
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256((previous + canonical({**row, "at": at})).encode()).hexdigest()


def _row(row: Row[Any]) -> AuditRow:
    return AuditRow(row.sequence, row.at, AuditEntry(row.action, row.subject, row.actor, row.detail), row.digest)
