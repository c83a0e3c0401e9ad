"""Who was shown a document as it was filed, as the audit trail has it: from then on it counts as distributed. Changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from schemas.record import DocumentRecord, DocumentStatus
from store import audit, merges, users
from store.tables import audit as trail
from store.tables import filing, patient, review_item

SHOWN = "chart.seen"
UNFILED = "document.unfiled"


class Sighting(NamedTuple):
    """Somebody, or a program acting for them, and when they were first shown a document as filed."""

    actor: str
    at: datetime


class Unfiling(NamedTuple):
    """A document once taken out of a chart: why, by whom, and who had seen it there."""

    at: datetime
    reason: str
    actor: str
    seen_by: tuple[str, ...]


def seen_by(conn: Connection, record: DocumentRecord) -> list[Sighting]:
    """Who has been shown a filed document since it was filed, the first one first."""
    if record.status is not DocumentStatus.FILED or record.filed_at is None:
        return []
    shown = (trail.c.subject == record.id, trail.c.action == SHOWN, trail.c.at >= record.filed_at)
    rows = conn.execute(select(trail.c.actor, func.min(trail.c.at)).where(*shown).group_by(trail.c.actor).order_by(func.min(trail.c.at)))
    return [Sighting(actor, at if isinstance(at, datetime) else datetime.fromisoformat(at)) for actor, at in rows]


def unfilings(conn: Connection, document_id: str) -> list[Unfiling]:
    """How often a document was taken out of a chart, the last time first."""
    rows = audit.search(conn, subject=document_id, action=UNFILED)
    return [Unfiling(row.at, row.entry.detail["reason"], row.entry.actor, tuple(row.entry.detail.get("seen_by", ()))) for row in rows]


def traces_of(conn: Connection, mrn: str) -> list[str]:
    """The ids under which the trail tells of a patient: their entries, all that was ever filed to them, and the questions about it."""
    numbers = merges.family(conn, mrn)
    entries = conn.execute(select(patient.c.rid).where(patient.c.mrn.in_(numbers))).scalars()
    filed = list(conn.execute(select(filing.c.document_id).where(filing.c.mrn.in_(numbers)).distinct()).scalars())
    items = conn.execute(select(review_item.c.id).where(review_item.c.document_id.in_(filed))).scalars()
    return [*numbers, *map(str, entries), *filed, *items]


def name_of(conn: Connection, actor: str) -> str:
    """How people call somebody whom the trail names by an id."""
    kind, _, name = actor.partition(":")
    user = users.get(conn, name) if kind == "user" else None
    return user.display if user else actor
