"""The review queue: items and whether they are open. Knows an order to hand them out in; what to decide is the clerk's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, insert, select

from schemas.record import ReviewItem
from store.tables import document
from store.tables import review_item as table

URGENCY = case({"stat": 0, "normal": 1}, value=table.c.priority, else_=2)
QUARANTINED = case((document.c.status == "quarantined", 1), else_=0)


def add(conn: Connection, items: Sequence[ReviewItem]) -> None:
    """Put items into the queue."""
    if items:
        conn.execute(insert(table), [_values(item) for item in items])


def open_items(conn: Connection, *, limit: int | None = None) -> list[ReviewItem]:
    """What waits for a clerk: urgent first, what can be filed before what is quarantined, then the oldest."""
    waiting = select(table).join(document, document.c.id == table.c.document_id).where(table.c.resolved_at.is_(None))
    query = waiting.order_by(URGENCY, QUARANTINED, table.c.opened_at, table.c.id).limit(limit)
    return [item_of(row) for row in conn.execute(query)]


def get(conn: Connection, item_id: str) -> ReviewItem | None:
    """One item, open or resolved."""
    row = conn.execute(select(table).where(table.c.id == item_id)).first()
    return item_of(row) if row else None


def of_document(conn: Connection, document_id: str) -> list[ReviewItem]:
    """The items about a document, in the order they were opened."""
    query = select(table).where(table.c.document_id == document_id).order_by(table.c.opened_at, table.c.id)
    return [item_of(row) for row in conn.execute(query)]


def counts(conn: Connection) -> dict[str, int]:
    """How many items are open, open and blind (random checks, counted apart), and resolved."""
    state = case((table.c.resolved_at.is_not(None), "resolved"), (table.c.blind, "blind"), else_="open")
    found = {row[0]: row[1] for row in conn.execute(select(state, func.count()).group_by(state))}
    return {name: found.get(name, 0) for name in ("open", "blind", "resolved")}


def oldest_open(conn: Connection) -> datetime | None:
    """When the item that has waited longest for a decision was opened, random checks left out."""
    waiting = table.c.resolved_at.is_(None) & table.c.blind.is_(False)
    return conn.execute(select(func.min(table.c.opened_at)).where(waiting)).scalar()


def reason_counts(conn: Connection) -> dict[str, int]:
    """How many open items give each reason."""
    tally: dict[str, int] = {}
    for item in open_items(conn):
        for reason in item.reasons:
            tally[reason] = tally.get(reason, 0) + 1
    return tally


def item_of(row: Row[Any]) -> ReviewItem:
    """A row of the queue as a value."""
    return ReviewItem(
        id=row.id,
        document_id=row.document_id,
        reasons=tuple(row.reasons),
        priority=row.priority,
        opened_at=row.opened_at,
        blind=bool(row.blind),
        resolved_at=row.resolved_at,
        resolution=row.resolution,
    )


def _values(item: ReviewItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "document_id": item.document_id,
        "reasons": list(item.reasons),
        "priority": item.priority,
        "opened_at": item.opened_at,
        "blind": item.blind,
        "resolved_at": item.resolved_at,
        "resolution": item.resolution,
    }
