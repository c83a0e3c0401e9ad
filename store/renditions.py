"""What is made of pages and documents for looking at and for keeping: page images, archival PDFs. Knows rows, makes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, insert, or_, select

from schemas.record import DocumentRecord, DocumentStatus
from schemas.source import DeliveryState
from store.tables import archival, delivery, document, page_image, reading

SIZES = ("thumb", "web", "wide")  # 160, 900, 1800 pixels wide at most
NONE = ""  # a page of which no image can be made


class Unseen(NamedTuple):
    """Some pages of one source file that have no images yet."""

    sha256: str
    object_key: str
    pages: tuple[int, ...]


class Archived(NamedTuple):
    """A document's archival PDF: its object, or none and the clauses of PDF/A-2b that the pages break."""

    object_key: str | None
    findings: tuple[str, ...]
    made_at: datetime


def page_image_of(conn: Connection, record: DocumentRecord, page: int, size: str) -> str | None:
    """The object with the image of a source page in one of SIZES, as a viewer shows the source; None while there is none."""
    mine = (page_image.c.sha256 == record.sha256) & (page_image.c.page == page) & (page_image.c.size == size)
    return conn.execute(select(page_image.c.object_key).where(mine)).scalar() or None


def save_page_images(conn: Connection, sha256: str, images: Mapping[int, Mapping[str, str]]) -> None:
    """Note the objects of pages by size; an empty mapping says that the page has none, and is not tried again."""
    rows = [
        {"sha256": sha256, "page": page, "size": size, "object_key": by_size.get(size, NONE)} for page, by_size in images.items() for size in SIZES
    ]
    conn.execute(delete(page_image).where(page_image.c.sha256 == sha256, page_image.c.page.in_(images)))
    conn.execute(insert(page_image), rows)


def unseen(conn: Connection, most: int) -> Unseen | None:
    """The first few pages of a settled source file that were read and have no images."""
    known = and_(page_image.c.sha256 == reading.c.sha256, page_image.c.page == reading.c.page, page_image.c.size == SIZES[0])
    query = select(reading.c.sha256, delivery.c.object_key, reading.c.page).join(delivery, delivery.c.sha256 == reading.c.sha256)
    query = query.outerjoin(page_image, known).where(page_image.c.page.is_(None), delivery.c.state == str(DeliveryState.SETTLED))
    first = conn.execute(query.limit(1)).first()
    if first is None:
        return None
    pages = conn.execute(
        query.where(reading.c.sha256 == first.sha256).with_only_columns(reading.c.page).distinct().order_by(reading.c.page).limit(most)
    )
    return Unseen(first.sha256, first.object_key, tuple(pages.scalars()))


def unarchived(conn: Connection) -> tuple[str, str] | None:
    """A filed document without an archival rendition of its present form: its id and object."""
    query = select(document.c.id, document.c.object_key).outerjoin(archival, archival.c.document_id == document.c.id)
    filed = (document.c.status == DocumentStatus.FILED.value) & document.c.object_key.is_not(None)
    row = conn.execute(query.where(filed, or_(archival.c.made_from.is_(None), archival.c.made_from != document.c.object_key)).limit(1)).first()
    return None if row is None else (row.id, row.object_key)


def save_archival(conn: Connection, document_id: str, made_from: str, object_key: str | None, findings: Sequence[str], now: datetime) -> None:
    """Note a document's archival rendition, or that it cannot conform and why."""
    conn.execute(delete(archival).where(archival.c.document_id == document_id))
    facts = {"document_id": document_id, "made_from": made_from, "object_key": object_key, "findings": list(findings), "made_at": now}
    conn.execute(insert(archival).values(**facts))


def archival_of(conn: Connection, document_id: str) -> Archived | None:
    """The archival rendition of a document; None while none was tried."""
    row = conn.execute(select(archival).where(archival.c.document_id == document_id)).first()
    return None if row is None else Archived(row.object_key, tuple(row.findings), row.made_at)


def counts(conn: Connection) -> dict[str, int]:
    """How many filed documents have an archival rendition, and how many cannot conform."""
    made = [key is not None for key in conn.execute(select(archival.c.object_key)).scalars()]
    return {"PDF/A-2b": sum(made), "kept as received": len(made) - sum(made)}
