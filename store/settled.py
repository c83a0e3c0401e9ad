"""Filed documents whose patient is known for certain, from which people are tested and taught. Changes nothing."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select

from schemas.catalogue import Catalogue
from schemas.protection import may_distribute
from schemas.record import DocumentRecord, DocumentStatus
from store import documents
from store.tables import document, review_item, verdict

TRIES = 8


def confirmed(conn: Connection, place: int, catalogue: Catalogue) -> DocumentRecord | None:
    """A document that somebody filed or checked as others had, without seeing how; `place` chooses among them. None that is protected."""
    said = select(verdict.c.item_id).join(review_item, review_item.c.id == verdict.c.item_id)
    agreed = exists(
        said.where(
            verdict.c.document_id == document.c.id,
            verdict.c.clerk_mrn == document.c.patient_mrn,
            or_(review_item.c.blind, review_item.c.follows.is_not(None)),
            review_item.c.undone_at.is_(None),
        )
    )
    return _one(conn, place, agreed, catalogue)


def filed(conn: Connection, place: int, catalogue: Catalogue) -> DocumentRecord | None:
    """A filed document about which nothing is asked; `place` chooses among them. None that is protected."""
    return _one(conn, place, document.c.patient_mrn.is_not(None), catalogue)


def filed_last(conn: Connection, most: int) -> list[DocumentRecord]:
    """The documents filed last, the newest first."""
    filed = select(document.c.id).where(document.c.status == str(DocumentStatus.FILED)).order_by(document.c.filed_at.desc(), document.c.rowno.desc())
    found = (documents.get(conn, name) for name in conn.execute(filed.limit(most)).scalars().all())
    return [record for record in found if record is not None]


def _one(conn: Connection, place: int, wanted: ColumnElement[bool], catalogue: Catalogue) -> DocumentRecord | None:
    """The first one from a place on of which people might be confused: with a candidate who is not the patient."""
    guarded = [kind.slug for kind in catalogue.types.values() if kind.sensitivity is not None]
    asked = exists(select(review_item.c.id).where(review_item.c.document_id == document.c.id, review_item.c.resolved_at.is_(None)))
    settled = (document.c.status == str(DocumentStatus.FILED), document.c.document_type.not_in(guarded), ~asked, wanted)
    count = conn.execute(select(func.count()).select_from(document).where(*settled)).scalar_one()
    for step in range(min(TRIES, count)):
        chosen = select(document.c.id).where(*settled).order_by(document.c.rowno).offset((place + step) % count).limit(1)
        record = documents.get(conn, conn.execute(chosen).scalar_one())
        if record is None or not may_distribute(record, catalogue):  # its own words may ask for protection, whatever its type
            continue
        if any(one["mrn"] != record.patient_mrn for one in record.evidence.get("candidates", [])):
            return record
    return None
