"""Which documents a person may see: the queue's because a decision is asked, protected ones beyond it only through a broken glass."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, Engine

from schemas.access import Right, Role, Visitor
from schemas.catalogue import Catalogue
from schemas.protection import may_distribute
from schemas.record import AuditEntry, DocumentRecord, DocumentStatus, ReviewItem
from store import audit, documents, merges, queue
from store.database import reading, writing


def is_for(visitor: Visitor, item: ReviewItem) -> bool:
    """Whether an item is this person's to see: what was handed on is the lead's."""
    return not item.escalated or Role.LEAD in visitor.user.roles


def seen_document(conn: Connection, visitor: Visitor, document_id: str, catalogue: Catalogue) -> DocumentRecord | None:
    """The document, if it is there and this person may see it; None tells neither from the other.

    Whoever has been handed it to be decided blind does not see it outside of the queue, nor a protected one as it is filed.
    """
    record = pictured_document(conn, visitor, document_id, catalogue)
    if record is None or queue.asked_blind(conn, [document_id], holder=visitor.actor):
        return None
    hidden = record.status is DocumentStatus.FILED and not may_distribute(record, catalogue) and not has_glass(conn, visitor, record)
    return None if hidden else record


def pictured_document(conn: Connection, visitor: Visitor, document_id: str, catalogue: Catalogue) -> DocumentRecord | None:
    """The document whose pages this person may look at; None as above. A protected one while they may be asked about it."""
    record = documents.get(conn, document_id)
    if record is None or Right.DOCUMENTS not in visitor.rights:
        return None
    if may_distribute(record, catalogue) or has_glass(conn, visitor, record):
        return record
    asked = [item for item in queue.of_document(conn, document_id) if item.resolved_at is None and is_for(visitor, item)]
    return record if any(queue.is_for(conn, item.id, visitor.actor) for item in asked) else None


def note_looks(index: Engine, visitor: Visitor, document_ids: Collection[str], now: datetime) -> None:
    """Put on record who has learnt from a list how documents were filed that others are asked about blind: they are not asked any more."""
    with reading(index) as conn:
        told = queue.asked_blind(conn, document_ids)
    note_shown(index, visitor, told, now)


def note_shown(index: Engine, visitor: Visitor, document_ids: Collection[str], now: datetime) -> None:
    """Put on record that somebody, or their program, was shown documents as they are filed."""
    if document_ids:
        with writing(index) as conn:
            audit.append_all(conn, [AuditEntry("chart.seen", name, visitor.actor, {}) for name in sorted(document_ids)], now)


def has_glass(conn: Connection, visitor: Visitor, record: DocumentRecord) -> bool:
    """Whether the person has emergency access to this document's patient now, under whichever of their numbers."""
    mrn = record.patient_mrn
    return mrn is not None and any(merges.survivor(conn, glass.mrn) == merges.survivor(conn, mrn) for glass in visitor.glasses)
