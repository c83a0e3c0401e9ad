"""Documents of which a clerk asked for a new scan: they wait, with every page accounted for, until it has come or is given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from schemas.decision import RESCAN
from schemas.faults import StaleClaim
from schemas.record import AuditEntry, DocumentRecord, DocumentStatus, ReviewItem
from store import audit, documents, queue
from store.tables import document, review_item

COME = "image.rescanned"


class Awaited(NamedTuple):
    """A document that waits for its new scan, since when, and who asked for it."""

    record: DocumentRecord
    since: datetime
    actor: str


def awaited(conn: Connection) -> list[Awaited]:
    """What waits for a new scan, the oldest first."""
    query = (
        select(document.c.id, review_item.c.resolved_at, review_item.c.resolved_by, review_item.c.resolution)
        .join(review_item, review_item.c.document_id == document.c.id)
        .where(document.c.status == str(DocumentStatus.QUARANTINED), review_item.c.resolved_at.is_not(None), review_item.c.undone_at.is_(None))
        .order_by(review_item.c.resolved_at)
    )
    asked = {row.id: row for row in conn.execute(query) if row.resolution.get("reason") in RESCAN}
    found = [(documents.get(conn, name), row) for name, row in asked.items()]
    return [Awaited(record, row.resolved_at, row.resolved_by) for record, row in found if record and record.reasons[0] in RESCAN]


def has_come(conn: Connection, document_id: str, actor: str, *, now: datetime) -> None:
    """The new scan is there: the old pages are set aside. StaleClaim when nothing is waited for."""
    before = _waiting(conn, document_id)
    _write(conn, before, replace(before, status=DocumentStatus.SET_ASIDE, reasons=(COME,)), actor, "document.rescanned", now)


def give_up(conn: Connection, document_id: str, actor: str, *, now: datetime) -> ReviewItem:
    """No better scan is to be had: what becomes of the document as it is is asked again. StaleClaim when nothing is waited for."""
    before = _waiting(conn, document_id)
    after = replace(before, status=DocumentStatus.REVIEW)
    _write(conn, before, after, actor, "document.not_rescanned", now)
    return documents.ask(conn, after, before.reasons, actor, now)


def _waiting(conn: Connection, document_id: str) -> DocumentRecord:
    found = next((one.record for one in awaited(conn) if one.record.id == document_id), None)
    if found is None or any(item.resolved_at is None for item in queue.of_document(conn, document_id)):
        raise StaleClaim("This document does not wait for a new scan.", next_step="Look at the list again.")
    return found


def _write(conn: Connection, before: DocumentRecord, after: DocumentRecord, actor: str, action: str, now: datetime) -> None:
    said = {"actor": actor, "at": now.isoformat(), "act": action}
    after = replace(after, evidence={**after.evidence, "decisions": [*after.evidence.get("decisions", []), said]})
    documents.replace_record(conn, before, after, actor, now)
    audit.append(conn, AuditEntry(action, after.id, actor, {"row": documents.row_seal(after)}), now)
