"""Documents and what became of them. Writes a delivery's outcome or a clerk's decision whole or not at all; decides nothing.

Every change goes with its filing rows, review items and audit rows in the caller's one transaction.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from schemas.faults import InvariantBroken, StoreFault
from schemas.record import AuditEntry, DocumentRecord, DocumentStatus, ReviewItem, StoredField
from schemas.source import Delivery, DeliveryState
from store import audit, corrected, merges, queue, search, shadows, verdicts, why
from store.columns import canonical
from store.decided import decided, is_fileable
from store.tables import delivery, document, filing, review_item

PIPELINE = "pipeline"
REPLACED = "replaced"  # of a row whose pages were put together anew: it is in no list, and comes back when the cuts are taken back
CHANGED = ("status", "document_type", "loinc", "document_type_confidence", "patient_mrn", "patient_probability", "fields", "reasons", "filed_at")


def settle(  # noqa: PLR0913 - one outcome, all of it
    conn: Connection,
    *,
    delivery: Delivery,
    page_count: int,
    records: Sequence[DocumentRecord],
    texts: Mapping[str, str],
    items: Sequence[ReviewItem],
    now: datetime,
) -> bool:
    """Write what became of every page of a delivery; False, and nothing written, when that was done before."""
    _check_pages(delivery, page_count, records)
    _check_records(delivery, records, items)
    if not _close_delivery(conn, delivery, page_count, now):
        return False
    records = _by_survivor(conn, [_dated(record, now) for record in records])
    conn.execute(insert(document), [values_of(record) for record in records])
    search.add_texts(conn, delivery.id, texts)
    shadows.note(conn, records)
    append_filings(conn, [("file", record.id, record.patient_mrn) for record in records if record.status is DocumentStatus.FILED], PIPELINE, now)
    queue.add(conn, items)
    audit.append_all(conn, _settling(delivery, page_count, records, items), now)
    return True


def resolve(conn: Connection, *, item_id: str, actor: str, decision: dict[str, Any], now: datetime) -> DocumentRecord:
    """Carry out a clerk's decision on a review item. StoreFault when the item is unknown, resolved, or the decision incomplete."""
    item = _open_item(conn, item_id)
    before = _known(conn, item.document_id)
    decision = _to_survivor(conn, before, decision)
    after = decided(before, decision, {"item": item_id, "actor": actor, "at": now.isoformat()}, now)
    verdicts.note(conn, item, before, decision, {"actor": actor, "at": now})
    corrected.note(conn, item_id, before, decision, actor, now)
    replace_record(conn, before, after, actor, now)
    _close(conn, item_id, actor, decision, now, before)
    detail = {
        "item": item_id,
        "act": decision["act"],
        "mrn": after.patient_mrn,
        "type": after.document_type,
        "fields": sorted(decision.get("fields") or {}),
        "row": row_seal(after),
    }
    audit.append(conn, AuditEntry("document.resolved", after.id, actor, detail), now)
    return after


def reconsider(conn: Connection, before: DocumentRecord, after: DocumentRecord, *, sampled: bool, actor: str, now: datetime) -> None:
    """Write what matching again made of a document: a held one with other candidates or reasons, or filed; a filed one stays where it is.

    A filed document that is given reasons is asked about, and stays filed until a clerk decides. `sampled`: one that is filed now is asked
    about blind besides.
    """
    asked = next((item for item in queue.of_document(conn, before.id) if item.resolved_at is None and not (item.blind or item.known)), None)
    doubts, (after,) = after.reasons, _by_survivor(conn, [_dated(after, now)])
    after = replace(after, reasons=() if after.status is DocumentStatus.FILED else after.reasons)
    replace_record(conn, before, after, actor, now)
    closed = asked is not None and before.status is DocumentStatus.REVIEW and after.status is DocumentStatus.FILED
    if asked is not None and closed:
        _close(conn, asked.id, actor, {"act": "file", "mrn": after.patient_mrn, "by": actor}, now)
    elif asked is not None:
        # whoever has it open looks at other candidates by now: their decision is refused
        news = {"reasons": list(doubts or asked.reasons), "fence": review_item.c.fence + 1}
        conn.execute(update(review_item).where(review_item.c.id == asked.id).values(**news))
    detail = {"item": asked.id if asked else None, "closed": closed, "mrn": after.patient_mrn, "reasons": list(doubts), "row": row_seal(after)}
    audit.append(conn, AuditEntry("document.rematched", after.id, actor, detail), now)
    if doubts and asked is None:
        ask(conn, after, doubts, actor, now)
    if closed and sampled:
        ask(conn, after, ("policy.sampled",), actor, now, blind=True)


def get(conn: Connection, id: str) -> DocumentRecord | None:  # noqa: A002 - the contract's name
    """One document."""
    row = conn.execute(_records().where(document.c.id == id)).first()
    return _record(row) if row else None


def of_delivery(conn: Connection, delivery_id: str) -> list[DocumentRecord]:
    """The documents of a delivery, by page."""
    return [_record(row) for row in conn.execute(_records().where(document.c.delivery_id == delivery_id))]


def cuts(conn: Connection, delivery_id: str) -> dict[str, tuple[int, ...]]:
    """The pages of each document of a delivery, in order."""
    there = (document.c.delivery_id == delivery_id) & (document.c.status != REPLACED)
    query = select(document.c.id, document.c.pages).where(there).order_by(document.c.first_page, document.c.rowno)
    return {row.id: tuple(row.pages) for row in conn.execute(query)}


def of_patient(conn: Connection, mrn: str) -> list[DocumentRecord]:
    """The documents filed to a patient, under whichever of their numbers, in the order they came."""
    filed = document.c.patient_mrn.in_(merges.family(conn, mrn)) & (document.c.status == str(DocumentStatus.FILED))
    return [_record(row) for row in conn.execute(_records().where(filed))]


def counts(conn: Connection) -> dict[str, int]:
    """How many documents have each status."""
    found = {row[0]: row[1] for row in conn.execute(select(document.c.status, func.count()).group_by(document.c.status))}
    return {str(status): found.get(str(status), 0) for status in DocumentStatus}


def filings(conn: Connection, document_id: str) -> list[tuple[str, str, str, datetime]]:
    """Every filing act on a document in order: act, MRN, actor, time."""
    query = select(filing.c.act, filing.c.mrn, filing.c.actor, filing.c.at).where(filing.c.document_id == document_id).order_by(filing.c.sequence)
    return [(row.act, row.mrn, row.actor, row.at) for row in conn.execute(query)]


def export(conn: Connection) -> Iterator[dict[str, Any]]:
    """One line a document, in the order the deliveries came and then by page."""
    stands_for = merges.survivors(conn)
    for row in conn.execute(_records(), execution_options={"yield_per": 500}):
        yield line_of(_record(row), stands_for)


def line_of(record: DocumentRecord, stands_for: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """A document as other programs read it, patients under the numbers that stand for theirs; keys are only ever added, at the end."""
    return {
        "document_id": record.id,
        "source": {"name": record.source_name, "sha256": record.sha256, "pages": list(record.pages)},
        "status": str(record.status),
        "document_type": record.document_type,
        "loinc": record.loinc,
        "document_type_confidence": record.document_type_confidence,
        "patient": _patient(record, stands_for),
        "fields": {name: {"value": f.value, "confidence": f.confidence, "page": f.page, "box": list(f.box)} for name, f in record.fields.items()},
        "reasons": list(record.reasons),
        "object_key": record.object_key,
        "filed_at": record.filed_at.isoformat() if record.filed_at else None,
        "delivery_id": record.delivery_id,
        "why": record.evidence.get("cut", []),
        "links": record.evidence.get("links", []),
        "match": why.of_match(record, stands_for),
        "request": record.evidence.get("request") or None,
        "flags": record.evidence.get("flags", []),
        "missing": record.evidence.get("missing", []),
        "protected": [code.removeprefix("sensitivity.") for code in record.evidence.get("protected", [])],
        "signature": (record.evidence.get("signature") or {}).get("state"),
    }


def _patient(record: DocumentRecord, stands_for: Mapping[str, str]) -> dict[str, Any] | None:
    """Whom it is filed to, or the best candidate while a clerk is asked."""
    if record.patient_mrn is None or record.status not in {DocumentStatus.FILED, DocumentStatus.REVIEW}:
        return None
    return {"mrn": stands_for.get(record.patient_mrn, record.patient_mrn), "probability": record.patient_probability}


def _check_pages(delivery: Delivery, page_count: int, records: Sequence[DocumentRecord]) -> None:
    counted = Counter(page for record in records for page in record.pages)
    if counted != Counter(range(1, page_count + 1)) or not records:
        raise InvariantBroken(f"Delivery {delivery.id}: its {page_count} pages are not each in exactly one document.")
    if page_count and not all(record.pages for record in records):
        raise InvariantBroken(f"Delivery {delivery.id}: a document without pages.")
    if not page_count and len(records) != 1:
        raise InvariantBroken(f"Delivery {delivery.id}: a file without pages is one document.")


def _check_records(delivery: Delivery, records: Sequence[DocumentRecord], items: Sequence[ReviewItem]) -> None:
    asked = {item.document_id for item in items}
    if asked - {record.id for record in records} or any(record.delivery_id != delivery.id for record in records):
        raise InvariantBroken(f"Delivery {delivery.id}: a document or review item of another one.")
    if any(record.status is DocumentStatus.REVIEW and record.id not in asked for record in records):
        raise InvariantBroken(f"Delivery {delivery.id}: a document is held and no clerk is asked.")
    if any(record.status is DocumentStatus.FILED and not is_fileable(record) for record in records):
        raise InvariantBroken(f"Delivery {delivery.id}: a document is filed without patient, type or object.")


def _close_delivery(conn: Connection, closing: Delivery, page_count: int, now: datetime) -> bool:
    """From taken to settled, once."""
    taken = (delivery.c.id == closing.id) & (delivery.c.state == str(DeliveryState.TAKEN))
    closed = conn.execute(update(delivery).where(taken).values(state=str(DeliveryState.SETTLED), settled_at=now, page_count=page_count))
    if not closed.rowcount and not conn.execute(select(delivery.c.id).where(delivery.c.id == closing.id)).first():
        raise InvariantBroken(f"Delivery {closing.id} is not in the journal.")
    return bool(closed.rowcount)


def _dated(record: DocumentRecord, now: datetime) -> DocumentRecord:
    return replace(record, filed_at=record.filed_at or now) if record.status is DocumentStatus.FILED else record


def _by_survivor(conn: Connection, records: Sequence[DocumentRecord]) -> list[DocumentRecord]:
    """Records with the number that stands for their patient now: an entry may have been merged while the document was matched."""
    stands = merges.survivors(conn, [record.patient_mrn for record in records if record.patient_mrn])
    return [replace(record, patient_mrn=stands.get(record.patient_mrn or "", record.patient_mrn)) for record in records]


def _to_survivor(conn: Connection, before: DocumentRecord, decision: dict[str, Any]) -> dict[str, Any]:
    """The decision with the number that stands for its patient; a document that is that person's keeps the number it is filed under."""
    if not decision.get("mrn"):
        return decision
    head = merges.survivor(conn, decision["mrn"])
    same = before.status is DocumentStatus.FILED and before.patient_mrn and merges.survivor(conn, before.patient_mrn) == head
    return {**decision, "mrn": before.patient_mrn if same else head}


def replace_record(conn: Connection, before: DocumentRecord, after: DocumentRecord, actor: str, now: datetime) -> None:
    """Write the document as it is now, and the filing act that leads there."""
    conn.execute(update(document).where(document.c.id == after.id).values(**values_of(after)))
    append_filings(conn, _moves(before, after), actor, now)


def _close(conn: Connection, item_id: str, actor: str, decision: dict[str, Any], now: datetime, before: DocumentRecord | None = None) -> None:
    closed = update(review_item).where(review_item.c.id == item_id)
    replaced = {name: state_of(before)[name] for name in CHANGED} if before else None
    conn.execute(closed.values(resolved_at=now, resolved_by=actor, resolution=decision, before=replaced))


def ask(conn: Connection, record: DocumentRecord, reasons: Sequence[str], actor: str, now: datetime, **facts: Any) -> ReviewItem:
    """Ask a clerk about a document that has settled; `facts` say whether it is a blind check, a planted item, or follows another one."""
    item = ReviewItem(queue.new_id(conn, record.id), record.id, tuple(reasons), opened_at=now, **{"priority": "normal", **facts})
    queue.add(conn, [item])
    audit.append(conn, AuditEntry("review.opened", item.id, actor, {"document": record.id, "blind": item.blind}), now)
    return item


def _settling(delivery: Delivery, page_count: int, records: Sequence[DocumentRecord], items: Sequence[ReviewItem]) -> list[AuditEntry]:
    documents = [AuditEntry(f"document.{record.status}", record.id, PIPELINE, settled_detail(record)) for record in records]
    opened = [AuditEntry("review.opened", item.id, PIPELINE, {"document": item.document_id, "blind": item.blind}) for item in items]
    counted = Counter(str(record.status) for record in records)
    return [*documents, *opened, AuditEntry("delivery.settled", delivery.id, PIPELINE, {"pages": page_count, **counted})]


def settled_detail(record: DocumentRecord) -> dict[str, Any]:
    """What the audit trail says of a document that has an outcome."""
    mrn = record.patient_mrn if record.status is DocumentStatus.FILED else None
    outcome = {"pages": list(record.pages), "mrn": mrn, "type": record.document_type, "reasons": list(record.reasons)}
    return {"delivery": record.delivery_id, **outcome, "row": row_seal(record)}


def row_seal(record: DocumentRecord) -> str:
    """Digest of the whole row, so that the audit trail tells a changed row without holding what stands in it."""
    return seal_of(state_of(record))


def seal_of(state: Mapping[str, Any]) -> str:
    """Digest of a row as JSON."""
    return hashlib.sha256(canonical(state).encode()).hexdigest()


def state_of(record: DocumentRecord) -> dict[str, Any]:
    """The row of a document as JSON."""
    at = record.filed_at.astimezone(UTC).isoformat(timespec="microseconds") if record.filed_at else None
    return values_of(record) | {"filed_at": at}


def as_it_was(record: DocumentRecord, state: Mapping[str, Any]) -> DocumentRecord:
    """The document as it was before a decision; what was decided since stays in its evidence."""
    at = state["filed_at"]
    kept = {**state, "status": DocumentStatus(state["status"]), "reasons": tuple(state["reasons"])}
    kept |= {"fields": {name: _field(value) for name, value in state["fields"].items()}, "filed_at": datetime.fromisoformat(at) if at else None}
    return replace(record, **kept)


def of_state(conn: Connection, name: str, state: Mapping[str, Any]) -> DocumentRecord:
    """A document as its row was, with what the journal knows of it."""
    row = conn.execute(_joined().where(document.c.id == name)).one()
    kept = {key: state[key] for key in ("evidence", "object_key")} | {"pages": tuple(state["pages"])}
    return as_it_was(_record(row, status=state["status"]), {**{key: state[key] for key in CHANGED}, **kept})


def append_filings(conn: Connection, acts: Sequence[tuple[str, str, str | None]], actor: str, now: datetime) -> None:
    """Note filing acts: act, document, MRN."""
    if acts:
        conn.execute(insert(filing), [{"act": act, "document_id": id_, "mrn": mrn, "actor": actor, "at": now} for act, id_, mrn in acts])


def _moves(before: DocumentRecord, after: DocumentRecord) -> list[tuple[str, str, str | None]]:
    """The filing act that leads from one state to the other; none when the chart stays the same."""
    was = before.patient_mrn if before.status is DocumentStatus.FILED else None
    now = after.patient_mrn if after.status is DocumentStatus.FILED else None
    if was == now:
        return []
    if now is None:
        return [("unfile", after.id, was)]
    return [("file" if was is None else "refile", after.id, now)]


def _open_item(conn: Connection, item_id: str) -> ReviewItem:
    item = queue.get(conn, item_id)
    if item is None:
        raise StoreFault(f"There is no review item {item_id}.", permanent=True)
    if item.resolved_at is not None:
        raise StoreFault(f"Review item {item_id} is already resolved.", next_step="Open the next one.", permanent=True)
    return item


def _known(conn: Connection, document_id: str) -> DocumentRecord:
    record = get(conn, document_id)
    if record is None:
        raise InvariantBroken(f"Document {document_id} is not in the index.")
    return record


def _records() -> Select[Any]:
    """Documents that stand, in the order of the export."""
    return _joined().where(document.c.status != REPLACED).order_by(delivery.c.sequence, document.c.first_page, document.c.rowno)


def _joined() -> Select[Any]:
    """Documents with what the journal knows of them."""
    return select(document, delivery.c.name.label("source_name"), delivery.c.sha256).join(delivery, delivery.c.id == document.c.delivery_id)


def _record(row: Row[Any], *, status: str = "") -> DocumentRecord:
    return DocumentRecord(
        id=row.id,
        delivery_id=row.delivery_id,
        source_name=row.source_name,
        sha256=row.sha256,
        pages=tuple(row.pages),
        status=DocumentStatus(status or row.status),
        document_type=row.document_type,
        loinc=row.loinc,
        document_type_confidence=row.document_type_confidence,
        patient_mrn=row.patient_mrn,
        patient_probability=row.patient_probability,
        fields={name: _field(value) for name, value in row.fields.items()},
        reasons=tuple(row.reasons),
        object_key=row.object_key,
        filed_at=row.filed_at,
        evidence=row.evidence,
    )


def _field(value: dict[str, Any]) -> StoredField:
    return StoredField(**{**value, "box": tuple(value["box"]), "rivals": tuple(value["rivals"]), "witnesses": tuple(value.get("witnesses", ()))})


def values_of(record: DocumentRecord) -> dict[str, Any]:
    """The columns of a document."""
    read = {name: search.clean(field.value) for name, field in record.fields.items()}
    return {
        "id": record.id,
        "delivery_id": record.delivery_id,
        "first_page": min(record.pages, default=0),
        "pages": list(record.pages),
        "status": str(record.status),
        "document_type": record.document_type,
        "loinc": record.loinc,
        "document_type_confidence": record.document_type_confidence,
        "patient_mrn": record.patient_mrn,
        "patient_probability": record.patient_probability,
        "fields": {name: asdict(field) for name, field in record.fields.items()},
        "reasons": list(record.reasons),
        "object_key": record.object_key,
        "filed_at": record.filed_at,
        "evidence": record.evidence,
        "read_name": read.get("patient_name", ""),
        "read_facility": read.get("facility", ""),
    }
