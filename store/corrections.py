"""Takes decisions back by compensating events: nothing is edited away, the question stands again as a new item. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from schemas.faults import StaleClaim
from schemas.record import AuditEntry, DocumentRecord, DocumentStatus, ReviewItem
from store import audit, corrected, documents, merges, opinions, owed, patients, queue, recuts, sightings
from store.tables import review_item

UNFILED = "patient.unfiled"
REGISTERED, MERGED = "registered", "merged"  # what stays in the patient index when a decision is taken back


def undo(conn: Connection, item_id: str, actor: str, *, now: datetime) -> ReviewItem:
    """Take back one's own last word on a document: it is as it was before, and the question stands again, in one's own hands.

    Entries that were merged by it are parted where nothing else came of it; what stays in the patient index is noted with the new question.
    StaleClaim when somebody has decided or asked something about the document since.
    """
    item = queue.get(conn, item_id)
    act = (item.resolution or {}).get("act") if item else None
    if item is not None and act == opinions.ANSWER:
        return opinions.take_back(conn, item, actor, now=now)
    if item is not None and item.resolution and act == recuts.ACT:
        return recuts.undo(conn, item.resolution["recut"], actor, now=now)
    record = documents.get(conn, item.document_id) if item else None
    row = conn.execute(select(review_item.c.before, review_item.c.resolved_by).where(review_item.c.id == item_id)).first()
    if item is None or record is None or row is None or row.before is None or row.resolved_by != actor or not _is_last_word(conn, item, record):
        raise StaleClaim("That decision can no longer be taken back.", next_step="If it is filed wrongly, take it out of its chart.")
    if any(one.actor != actor for one in sightings.seen_by(conn, record)):
        raise StaleClaim("Others have seen it in that chart by now.", next_step="Take it out of the chart for a reason; who saw it is put on record.")
    opinions.withdraw(conn, record.id, actor, now=now)
    corrected.take_back(conn, item_id, actor, now)
    again = queue.reopened(item, queue.new_id(conn, record.id))
    stays = _part(conn, item, actor, now)
    after = _noted(documents.as_it_was(record, row.before), again.id, actor, "undo", now, stays=stays)
    conn.execute(update(review_item).where(review_item.c.id == item_id).values(undone_at=now))
    if item.resolution and item.resolution.get("apart"):
        patients.tally(conn, (), ())  # whoever matches just now looks again
        owed.note(conn, owed.Act.ONE_AGAIN, now, item.resolution["apart"])
    _carry_out(conn, record, after, again, "document.undone", actor, {"item": item_id, "stays": stays}, now)
    queue.claim(conn, again.id, actor, now=now)
    return again


def left_standing(item: ReviewItem, record: DocumentRecord) -> list[str]:
    """What a decision left in the patient index when it was taken back and this item asked anew: REGISTERED, MERGED."""
    last = (record.evidence.get("decisions") or [{}])[-1]
    return list(last.get("stays", ())) if last.get("item") == item.id else []


def unfile(conn: Connection, record: DocumentRecord, actor: str, reason: str, *, now: datetime) -> ReviewItem:
    """Take a filed document out of its chart for a reason, with who has seen it there on record; whose it is is asked anew.

    StaleClaim when it is not filed or already asked about.
    """
    current = documents.get(conn, record.id)
    if current is None or current.status is not DocumentStatus.FILED or _is_asked(conn, record.id):
        raise StaleClaim("This document is not filed, or waits for a decision already.", next_step="Open it in the queue.")
    opinions.withdraw(conn, current.id, actor, now=now)
    item = ReviewItem(queue.new_id(conn, current.id), current.id, (UNFILED,), "normal", now)
    seen = [one.actor for one in sightings.seen_by(conn, current)]
    after = _noted(replace(current, status=DocumentStatus.REVIEW, reasons=(UNFILED,), filed_at=None), item.id, actor, "unfile", now)
    _carry_out(conn, current, after, item, "document.unfiled", actor, {"reason": reason, "mrn": current.patient_mrn, "seen_by": seen}, now)
    return item


def _part(conn: Connection, item: ReviewItem, actor: str, now: datetime) -> list[str]:
    """Part the entries that a decision had merged, where nothing else came of it; what stays."""
    decision, since = item.resolution or {}, item.resolved_at
    stays, other = [REGISTERED] if decision.get("new") else [], decision.get("merge")
    if not other or since is None or merges.survivor(conn, other) == other or merges.merged_at(conn, other) != since:
        return stays
    if merges.is_used(conn, other, since, but=item.document_id):
        return [*stays, MERGED]
    merges.unmerge(conn, other, actor=actor, now=now)
    return stays


def _carry_out(  # noqa: PLR0913 - one act, all of it
    conn: Connection,
    before: DocumentRecord,
    after: DocumentRecord,
    item: ReviewItem,
    action: str,
    actor: str,
    detail: dict[str, Any],
    now: datetime,
) -> None:
    documents.replace_record(conn, before, after, actor, now)
    queue.add(conn, [item])
    opened = AuditEntry("review.opened", item.id, actor, {"document": after.id, "blind": item.blind})
    done = AuditEntry(action, after.id, actor, {**detail, "asked": item.id, "row": documents.row_seal(after)})
    audit.append_all(conn, [done, opened], now)


def _is_last_word(conn: Connection, item: ReviewItem, record: DocumentRecord) -> bool:
    last = (record.evidence.get("decisions") or [{}])[-1]
    return last.get("item") == item.id and item.resolved_at is not None and not _is_asked(conn, record.id)


def _is_asked(conn: Connection, document_id: str) -> bool:
    return any(item.resolved_at is None and not (item.blind or item.known) for item in queue.of_document(conn, document_id))


def _noted(record: DocumentRecord, item_id: str, actor: str, act: str, now: datetime, *, stays: Sequence[str] = ()) -> DocumentRecord:
    said = {"item": item_id, "actor": actor, "at": now.isoformat(), "act": act, **({"stays": list(stays)} if stays else {})}
    return replace(record, evidence={**record.evidence, "decisions": [*record.evidence.get("decisions", []), said]})
