"""A long queue: documents that the real program held, each the whole of its file, again and again through the store's own functions."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert, select

from samples.reviewbench.site import Site
from schemas.record import DocumentRecord, DocumentStatus, ReviewItem
from schemas.source import Delivery
from store import documents, journal, search
from store.database import reading, writing
from store.tables import reading as reading_rows

AT_ONCE = 250  # a transaction
SPREAD = timedelta(hours=20)  # ages of what waits


def fill_up(site: Site, count: int, *, name: str = "copy", own: bool = False) -> int:
    """Until at least `count` items wait; how many wait then. With `own` each file has content of its own, so that the auditor takes it for a file."""
    waiting = site.open_items()
    with reading(site.stores.index) as conn:
        found = [documents.get(conn, item.document_id) for item in waiting]
        whole = [one for one in found if one and one.status is DocumentStatus.REVIEW and len(documents.of_delivery(conn, one.delivery_id)) == 1]
        texts = {record.id: search.text_of(conn, record.id) for record in whole}
    wanted, now = max(0, count - len(waiting)), datetime.now(UTC)
    for start in range(0, wanted, AT_ONCE):
        with writing(site.stores.index) as conn:
            for number in range(start, min(wanted, start + AT_ONCE)):
                record = whole[number % len(whole)]
                original = own_copy(site, conn, record, f"{name}{number}") if own else journal.get(conn, record.delivery_id)
                put(conn, record, original, f"{name}{number:06}", texts[record.id], now=now - SPREAD * (number / wanted))
    return len(waiting) + wanted


def own_copy(site: Site, conn: Connection, record: DocumentRecord, mark: str) -> Delivery:
    """The source file of a document with a mark behind its last byte, kept as another object."""
    first = journal.get(conn, record.delivery_id)
    with site.stores.objects.open(first.object_key) as stream:
        content = stream.read() + f"\n%{mark}".encode()
    key, sha256 = site.stores.objects.put_bytes(content), hashlib.sha256(content).hexdigest()
    kept = conn.execute(select(reading_rows).where(reading_rows.c.sha256 == first.sha256)).mappings()
    conn.execute(insert(reading_rows), [{**row, "sha256": sha256} for row in kept])
    return replace(first, object_key=key, sha256=sha256, size=len(content))


def put(conn: Connection, record: DocumentRecord, original: Delivery, id: str, text: str, *, now: datetime, name: str = "") -> None:  # noqa: A002
    """One file more with the same pages, whose document waits as the item `<id>-item`."""
    delivery, _ = journal.take(
        conn,
        id=id,
        key=id,
        source="fax",
        name=name or f"{id}.pdf",
        sha256=original.sha256,
        size=original.size,
        object_key=original.object_key,
        facility=original.facility,
        priority=original.priority,
        now=now,
    )
    copied = replace(record, id=f"{id}-document", delivery_id=delivery.id, source_name=delivery.name)
    item = ReviewItem(f"{id}-item", copied.id, record.reasons, "normal", now)
    documents.settle(conn, delivery=delivery, page_count=len(copied.pages), records=[copied], texts={copied.id: text}, items=[item], now=now)
