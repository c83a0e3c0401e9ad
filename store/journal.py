"""The journal of deliveries: what was taken over, what was passed over, and what is not settled yet. Knows no documents."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, case, delete, func, insert, select, update

from schemas.faults import InvariantBroken
from schemas.record import AuditEntry
from schemas.source import Delivery, DeliveryState, Priority
from store import audit
from store.tables import attempt, delivery, passed_over, reading

URGENCY = case({"stat": 0, "normal": 1}, value=delivery.c.priority, else_=2)
MANY = 10_000  # databases bound the number of values in one statement


class Progress(NamedTuple):
    """A delivery in work: pages whose reading is kept, of how many."""

    delivery_id: str
    read: int
    pages: int


def take(  # noqa: PLR0913 - a delivery has this many facts
    conn: Connection,
    *,
    id: str,  # noqa: A002 - the contract's name
    key: str,
    source: str,
    name: str,
    sha256: str,
    size: int,
    object_key: str,
    facility: str,
    priority: Priority,
    pages_hint: int | None = None,
    now: datetime,
) -> tuple[Delivery, bool]:
    """Enter a delivery, once: the same `key` again gives the entry made first, and False."""
    if known := conn.execute(select(delivery).where(delivery.c.key == key)).first():
        return delivery_of(known), False
    facts = {"id": id, "key": key, "source": source, "name": name, "sha256": sha256, "size": size, "object_key": object_key, "facility": facility}
    state = {"priority": str(priority), "state": str(DeliveryState.TAKEN), "pages_hint": pages_hint, "taken_at": now}
    conn.execute(insert(delivery).values(**facts, **state))
    watched = source.partition("/")[0]  # a sub-folder's name may be a patient's
    audit.append(conn, AuditEntry("delivery.taken", id, "intake", {"source": watched, "sha256": sha256, "size": size}), now)
    return get(conn, id), True


def get(conn: Connection, id: str) -> Delivery:  # noqa: A002 - the contract's name
    """One delivery. InvariantBroken when there is none: ids are only handed out by the journal."""
    row = conn.execute(select(delivery).where(delivery.c.id == id)).first()
    if row is None:
        raise InvariantBroken(f"Delivery {id} is not in the journal.")
    return delivery_of(row)


def ids(conn: Connection, *, among: Collection[str] | None = None) -> set[str]:
    """The ids of all deliveries, or those among these."""
    query = select(delivery.c.id)
    if among is not None and len(among) <= MANY:
        query = query.where(delivery.c.id.in_(among))
    return set(conn.execute(query).scalars())


def deliveries(conn: Connection, *, ids: Sequence[str] | None = None) -> list[Delivery]:
    """All deliveries, or those with these ids, in the order they were taken."""
    query = select(delivery).order_by(delivery.c.sequence)
    if ids is not None and len(ids) <= MANY:
        query = query.where(delivery.c.id.in_(ids))
    wanted = None if ids is None else set(ids)
    return [delivery_of(row) for row in conn.execute(query) if wanted is None or row.id in wanted]


def in_turn(conn: Connection, most: int) -> dict[str, Priority]:
    """The first `most` of what still has to be worked on, by id: urgent before normal before low, the oldest first."""
    waiting = select(delivery.c.id, delivery.c.priority).where(delivery.c.state == str(DeliveryState.TAKEN))
    return {row.id: Priority(row.priority) for row in conn.execute(waiting.order_by(URGENCY, delivery.c.sequence).limit(most))}


def unsettled_ids(conn: Connection) -> set[str]:
    """The ids of what still has to be worked on."""
    return set(conn.execute(select(delivery.c.id).where(delivery.c.state == str(DeliveryState.TAKEN))).scalars())


def earlier_of(conn: Connection, delivery_: Delivery) -> list[Delivery]:
    """The deliveries of the same content that were taken before, the first one first."""
    same = (delivery.c.sha256 == delivery_.sha256) & (delivery.c.sequence < delivery_.sequence)
    return [delivery_of(row) for row in conn.execute(select(delivery).where(same).order_by(delivery.c.sequence))]


def count_attempt(conn: Connection, id: str, *, part: int = 0) -> int:  # noqa: A002 - the contract's name
    """Note that work on a delivery, or on the part of it that begins at a page, begins once more; how often it has begun."""
    mine = (attempt.c.delivery_id == id) & (attempt.c.part == part)
    before = conn.execute(select(attempt.c.begun).where(mine)).scalar()
    if before is None:
        conn.execute(insert(attempt).values(delivery_id=id, part=part, begun=1))
        return 1
    conn.execute(update(attempt).where(mine).values(begun=before + 1))
    return int(before) + 1


def excuse_attempt(conn: Connection, id: str, *, part: int, begun: int) -> None:  # noqa: A002 - the contract's name
    """Take back the count of a beginning, once however often it is said: if it ends now, it is not for the file's sake."""
    mine = (attempt.c.delivery_id == id) & (attempt.c.part == part) & (attempt.c.begun == begun)
    conn.execute(update(attempt).where(mine).values(begun=begun - 1))


def forget_attempts(conn: Connection, id: str) -> None:  # noqa: A002 - the contract's name
    """Drop the counts of a delivery that has settled."""
    conn.execute(delete(attempt).where(attempt.c.delivery_id == id))


def note_pages(conn: Connection, id: str, pages: int) -> None:  # noqa: A002 - the contract's name
    """Note how many pages a delivery turned out to have, so that its progress can be told."""
    conn.execute(update(delivery).where(delivery.c.id == id).values(pages_hint=pages))


def spend(conn: Connection, id: str, seconds: float) -> None:  # noqa: A002 - the contract's name
    """Add to the processor time that opening a delivery's pages has taken."""
    conn.execute(update(delivery).where(delivery.c.id == id).values(opening_seconds=delivery.c.opening_seconds + seconds))


def spent(conn: Connection, *, sha256: str) -> float:
    """The processor time that opening this content's pages has taken, in the delivery where it took most."""
    return float(conn.execute(select(func.max(delivery.c.opening_seconds)).where(delivery.c.sha256 == sha256)).scalar() or 0.0)


def leave_receipt(conn: Connection, id: str, *, due: bool) -> None:  # noqa: A002 - the contract's name
    """Note that the receipt of a delivery is to be written where its watched folder is, or that it was."""
    conn.execute(update(delivery).where(delivery.c.id == id).values(receipt_due=due))


def receipts_due(conn: Connection) -> list[Delivery]:
    """Settled deliveries whose receipt is still to be written, the oldest first."""
    return [delivery_of(row) for row in conn.execute(select(delivery).where(delivery.c.receipt_due).order_by(delivery.c.sequence).limit(MANY))]


def in_work(conn: Connection) -> list[Progress]:
    """How far each opened delivery has come that is not settled, in the order they were taken."""
    read = select(func.count(reading.c.page.distinct())).where(reading.c.sha256 == delivery.c.sha256).scalar_subquery()
    opened = (delivery.c.state == str(DeliveryState.TAKEN)) & delivery.c.pages_hint.is_not(None)
    return [Progress(*row) for row in conn.execute(select(delivery.c.id, read, delivery.c.pages_hint).where(opened).order_by(delivery.c.sequence))]


def note_ignored(conn: Connection, *, source: str, name: str, rule: str, now: datetime) -> None:
    """Count a file that the ignore list names; the same one is counted once."""
    _note(conn, {"outcome": "ignored", "source": source, "name": name, "rule": rule}, now)


def note_refused(conn: Connection, *, source: str, name: str, kind: str, now: datetime) -> None:
    """Count something in a watched folder that is no file: a link, a pipe, a device."""
    _note(conn, {"outcome": "refused", "source": source, "name": name, "rule": kind}, now)


def ignored_counts(conn: Connection) -> dict[str, int]:
    """How many files each rule of the ignore list passed over."""
    return _passed_over(conn, "ignored")


def refused_counts(conn: Connection) -> dict[str, int]:
    """How many things of each kind were refused."""
    return _passed_over(conn, "refused")


def refused_since(conn: Connection, since: datetime) -> int:
    """How many things were refused in watched folders since then."""
    lately = (passed_over.c.outcome == "refused") & (passed_over.c.noted_at >= since)
    return int(conn.execute(select(func.count()).where(lately)).scalar_one())


def states(conn: Connection) -> dict[str, int]:
    """How many deliveries are in each state."""
    query = select(delivery.c.state, func.count()).group_by(delivery.c.state)
    return {str(state): 0 for state in DeliveryState} | {state: count for state, count in conn.execute(query)}  # noqa: C416 - rows are no pairs to mypy


def settled_since(conn: Connection, since: datetime) -> int:
    """How many deliveries have settled since then."""
    return int(conn.execute(select(func.count()).where(delivery.c.settled_at >= since)).scalar_one())


def longest_waiting(conn: Connection) -> tuple[datetime, str] | None:
    """When the delivery that has waited longest was taken, and the address of its original."""
    wanted = select(delivery.c.taken_at, delivery.c.object_key).where(delivery.c.state == str(DeliveryState.TAKEN))
    row = conn.execute(wanted.order_by(delivery.c.sequence).limit(1)).one_or_none()
    return None if row is None else (row.taken_at, row.object_key)


def delivery_of(row: Row[Any]) -> Delivery:
    """A row of the journal as a value."""
    return Delivery(
        id=row.id,
        sequence=row.sequence,
        source=row.source,
        name=row.name,
        sha256=row.sha256,
        size=row.size,
        object_key=row.object_key,
        facility=row.facility,
        priority=Priority(row.priority),
        taken_at=row.taken_at,
        state=DeliveryState(row.state),
    )


def _note(conn: Connection, what: dict[str, str], now: datetime) -> None:
    same = [passed_over.c[name] == value for name, value in what.items()]
    if conn.execute(select(passed_over.c.rule).where(*same)).first():
        return
    conn.execute(insert(passed_over).values(**what, noted_at=now))
    subject = hashlib.sha256(os.fsencode(what["name"])).hexdigest()[:16]  # a file name may be a patient's
    audit.append(conn, AuditEntry(f"file.{what['outcome']}", subject, "intake", {"source": what["source"], "rule": what["rule"]}), now)


def _passed_over(conn: Connection, outcome: str) -> dict[str, int]:
    query = select(passed_over.c.rule, func.count()).where(passed_over.c.outcome == outcome).group_by(passed_over.c.rule)
    return {row[0]: row[1] for row in conn.execute(query)}
