"""Pages of one source file that a clerk puts together anew: what was asked, what came of it, and how it is taken back.

What is replaced leaves its chart and stays as a row that no list shows; the same pages put together again are the same document again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from schemas.faults import InputFault, StaleClaim
from schemas.record import AuditEntry, DocumentRecord, DocumentStatus, ReviewItem
from store import audit, corrected, documents, opinions, queue, search
from store.tables import document, review_item
from store.tables import recut as table

ACT = "recut"
PREFIX = "recut-"

Parts = tuple[tuple[int, ...], ...]


class Recut(NamedTuple):
    """Pages to be put together anew: the new documents' pages, and the documents they replace as they were."""

    id: str
    delivery_id: str
    item_id: str
    actor: str
    parts: Parts
    before: Mapping[str, Mapping[str, Any]]
    state: str  # asked, done, undone, failed
    asked_at: datetime


def ask(  # noqa: PLR0913 - who cuts what, and under which lease
    conn: Connection, item: ReviewItem, parts: Sequence[Sequence[int]], actor: str, fence: int, *, may: Collection[str], now: datetime
) -> Recut:
    """Have the pages of a leased item's source file put together like this; only documents `may` change.

    InputFault when the parts are not the same pages, each once, or leave the item's own document as it is.
    StaleClaim when the lease is over, or somebody else is at one of them.
    """
    if not queue.holds(conn, item.id, actor, fence, now=now):
        raise StaleClaim("This item is no longer in your hands, or it has changed.", next_step="Nothing was written; look at it again.")
    record = _known(conn, item.document_id)
    there = documents.of_delivery(conn, record.delivery_id)
    wanted = {tuple(sorted(part)) for part in parts if part}
    old = [one for one in there if one.pages not in wanted]
    new = tuple(sorted(wanted - {one.pages for one in there}))
    if sorted(page for part in parts for page in part) != sorted(page for one in there for page in one.pages) or not new:
        raise InputFault("Every page must stand in exactly one document, and something must change.", next_step="Look at the marks again.")
    if record.id not in {one.id for one in old}:  # its question would neither be answered nor stand again
        raise InputFault("The document of this item would stay as it is.", next_step="Open an item of the document whose pages you want to cut.")
    if not {one.id for one in old} <= set(may):
        raise InputFault("A document that stays as it is would change.", next_step="Leave its pages together.")
    if pending(conn, record.delivery_id) or any(_in_other_hands(one, actor, now) for name in old for one in queue.of_document(conn, name.id)):
        raise StaleClaim("Somebody else is at a document of this file.", next_step="Nothing was changed; try again in a few minutes.")
    count = conn.execute(select(func.count()).select_from(table).where(table.c.delivery_id == record.delivery_id)).scalar_one()
    name = PREFIX + hashlib.sha256(f"{record.delivery_id}:{count}".encode()).hexdigest()[:20]
    before = {one.id: documents.state_of(one) for one in old}
    facts = {"delivery_id": record.delivery_id, "item_id": item.id, "actor": actor, "parts": [list(part) for part in new], "before": before}
    conn.execute(insert(table).values(id=name, **facts, state="asked", asked_at=now))
    parts_then_and_now = corrected.written(one.pages for one in old), corrected.written(new)
    corrected.note_cut(conn, item.id, record, parts_then_and_now, actor, now)
    _close_items(conn, name, [one.id for one in old], actor, now)
    conn.execute(update(review_item).where(review_item.c.id == item.id).values(resolved_by=actor, before={}))  # it can be taken back
    audit.append(conn, AuditEntry("pages.cut_asked", record.delivery_id, actor, {"recut": name, "documents": sorted(before), "parts": len(new)}), now)
    return get(conn, name)


def get(conn: Connection, name: str) -> Recut:
    """One of them."""
    return _recut(conn.execute(select(table).where(table.c.id == name)).one())


def waiting(conn: Connection) -> list[Recut]:
    """What was asked and is not done yet, the oldest first."""
    return [_recut(row) for row in conn.execute(select(table).where(table.c.state == "asked").order_by(table.c.asked_at))]


def pending(conn: Connection, delivery_id: str) -> bool:
    """Whether pages of a source file are being put together anew."""
    asked = (table.c.delivery_id == delivery_id) & (table.c.state == "asked")
    return conn.execute(select(table.c.id).where(asked)).first() is not None


def settle(
    conn: Connection, recut: Recut, records: Sequence[DocumentRecord], texts: Mapping[str, str], items: Sequence[ReviewItem], *, now: datetime
) -> bool:
    """Put the new documents in the place of the old; False, and nothing written, when that was done, taken back, or an old one has changed."""
    if get(conn, recut.id).state != "asked" or not _are_as_before(conn, recut):
        return False
    _replace(conn, [_known(conn, name) for name in recut.before], recut.actor, now)
    for record in records:
        _put(conn, record, recut.actor, now, f"document.{record.status}")
    search.add_texts(conn, recut.delivery_id, {name: text for name, text in texts.items() if not search.text_of(conn, name)})
    for item in items:
        _open(conn, replace(item, id=queue.new_id(conn, item.document_id)), documents.PIPELINE, now)
    _note(conn, recut, "done", "pages.cut", now)
    return True


def fail(conn: Connection, recut: Recut, *, now: datetime) -> None:
    """Give up: everything stays as it was, and the questions stand again."""
    if get(conn, recut.id).state == "asked":
        _note(conn, recut, "failed", "pages.cut_failed", now)
        corrected.take_back(conn, recut.item_id, documents.PIPELINE, now)
        _reopen(conn, recut, documents.PIPELINE, now)


def undo(conn: Connection, name: str, actor: str, *, now: datetime) -> ReviewItem:
    """Take back one's own cuts: the documents are as they were, and their questions stand again, the first in one's own hands.

    StaleClaim when a part was decided or is in somebody else's hands by now.
    """
    recut = get(conn, name)
    parts = _parts_of(conn, recut) if recut.state == "done" else []
    if recut.actor != actor or recut.state not in {"asked", "done"} or any(_is_decided(conn, part, actor, now) for part in parts):
        raise StaleClaim("These cuts can no longer be taken back.", next_step="Cut the pages anew.")
    if recut.state == "done":
        for part in parts:
            for item in queue.of_document(conn, part.id):
                if item.resolved_at is None:
                    opinions.close(conn, item, actor, {"act": opinions.WITHDRAWN}, now=now)
        _replace(conn, parts, actor, now)
        for one, state in recut.before.items():
            _put(conn, documents.of_state(conn, one, state), actor, now, "document.restored")
    _note(conn, recut, "undone", "pages.cut_undone", now)
    corrected.take_back(conn, recut.item_id, actor, now)
    conn.execute(update(review_item).where(review_item.c.id == recut.item_id).values(undone_at=now))
    again = _reopen(conn, recut, actor, now)
    queue.claim(conn, again.id, actor, now=now)
    return again


def _are_as_before(conn: Connection, recut: Recut) -> bool:
    now = {name: documents.get(conn, name) for name in recut.before}
    seal = documents.seal_of  # what was kept as JSON has lists for tuples
    return all(record is not None and seal(documents.state_of(record)) == seal(recut.before[name]) for name, record in now.items())


def _parts_of(conn: Connection, recut: Recut) -> list[DocumentRecord]:
    wanted = set(recut.parts)
    return [one for one in documents.of_delivery(conn, recut.delivery_id) if one.pages in wanted]


def _is_decided(conn: Connection, part: DocumentRecord, actor: str, now: datetime) -> bool:
    """Whether a person has answered something about a part since it was made, or is about to."""
    items = queue.of_document(conn, part.id)
    return bool(part.evidence.get("decisions")) or any(_in_other_hands(item, actor, now) for item in items)


def _in_other_hands(item: ReviewItem, actor: str, now: datetime) -> bool:
    return item.resolved_at is None and item.holder not in {None, actor} and item.held_until is not None and item.held_until > now


def _replace(conn: Connection, records: Sequence[DocumentRecord], actor: str, now: datetime) -> None:
    """Take documents out of their charts and every list."""
    for record in records:
        if record.status is DocumentStatus.FILED:
            documents.append_filings(conn, [("unfile", record.id, record.patient_mrn)], actor, now)
        conn.execute(update(document).where(document.c.id == record.id).values(status=documents.REPLACED))
        seal = documents.seal_of(documents.state_of(record) | {"status": documents.REPLACED})
        audit.append(conn, AuditEntry("document.replaced", record.id, actor, {"row": seal}), now)


def _put(conn: Connection, record: DocumentRecord, actor: str, now: datetime, action: str) -> None:
    """Write a document that is new, or is there again."""
    there = conn.execute(select(document.c.id).where(document.c.id == record.id)).first()
    values = documents.values_of(record)
    conn.execute(update(document).where(document.c.id == record.id).values(**values) if there else insert(document).values(**values))
    if record.status is DocumentStatus.FILED:
        documents.append_filings(conn, [("file", record.id, record.patient_mrn)], actor, now)
    audit.append(conn, AuditEntry(action, record.id, actor, documents.settled_detail(record)), now)


def _close_items(conn: Connection, name: str, document_ids: Sequence[str], actor: str, now: datetime) -> None:
    for one in document_ids:
        for item in queue.of_document(conn, one):
            if item.resolved_at is None:
                opinions.close(conn, item, actor, {"act": ACT, "recut": name}, now=now)


def _reopen(conn: Connection, recut: Recut, actor: str, now: datetime) -> ReviewItem:
    """The questions that the cuts had closed, as new items; the one on which the clerk was."""
    mine = None
    for one in recut.before:
        for item in queue.of_document(conn, one):
            if item.resolution == {"act": ACT, "recut": recut.id}:
                again = queue.reopened(item, queue.new_id(conn, one))
                _open(conn, again, actor, now)
                mine = again if item.id == recut.item_id else mine
    if mine is None:
        raise StaleClaim("These cuts can no longer be taken back.")
    return mine


def _open(conn: Connection, item: ReviewItem, actor: str, now: datetime) -> None:
    queue.add(conn, [item])
    audit.append(conn, AuditEntry("review.opened", item.id, actor, {"document": item.document_id, "blind": item.blind}), now)


def _note(conn: Connection, recut: Recut, state: str, action: str, now: datetime) -> None:
    conn.execute(update(table).where(table.c.id == recut.id).values(state=state, done_at=now))
    audit.append(conn, AuditEntry(action, recut.delivery_id, recut.actor, {"recut": recut.id}), now)


def _known(conn: Connection, name: str) -> DocumentRecord:
    record = documents.get(conn, name)
    if record is None:
        raise StaleClaim("That document is no longer there as it was.", next_step="Open the next one.")
    return record


def _recut(row: Any) -> Recut:
    parts = tuple(tuple(part) for part in row.parts)
    return Recut(row.id, row.delivery_id, row.item_id, row.actor, parts, row.before, row.state, row.asked_at)
