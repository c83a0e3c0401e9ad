"""Finds documents again by hashes of their pages. Knows hashes, not what they are made of; judges nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from schemas.likeness import ENOUGH
from schemas.record import DocumentStatus
from store.tables import delivery, document, likeness

MOST = 20  # documents to compare with, those that share most first

Sketches = Mapping[str, Mapping[int, Collection[int]]]  # document: page: hashes


class Near(NamedTuple):
    """A filed or held document that may show the same page."""

    document_id: str
    sha256: str
    pages: tuple[int, ...]


def add(conn: Connection, sketches: Sketches) -> None:
    """Keep the hashes of new documents, in the transaction that writes them."""
    numbers = {row.id: row.rowno for row in conn.execute(select(document.c.id, document.c.rowno).where(document.c.id.in_(sketches)))}
    rows = [
        {"hash": mark, "rowno": numbers[name], "page": page}
        for name, pages in sketches.items()
        for page, marks in pages.items()
        for mark in sorted(marks)
    ]
    conn.execute(delete(likeness).where(likeness.c.rowno.in_(numbers.values())))  # of pages put together as they once were
    if rows:
        conn.execute(insert(likeness), rows)


def near(conn: Connection, marks: Collection[int], *, but: str) -> list[Near]:
    """Filed and held documents, those of delivery `but` apart, one page of which shares enough hashes."""
    shared = func.count()
    query = (
        select(document.c.id, delivery.c.sha256, document.c.pages, shared)
        .join(document, document.c.rowno == likeness.c.rowno)
        .join(delivery, delivery.c.id == document.c.delivery_id)
        .where(likeness.c.hash.in_(marks), document.c.status.in_([str(DocumentStatus.FILED), str(DocumentStatus.REVIEW)]))
        .where(document.c.delivery_id != but)
        .group_by(document.c.rowno, document.c.id, delivery.c.sha256, document.c.pages, likeness.c.page)
        .having(shared >= ENOUGH)
        .order_by(shared.desc(), document.c.rowno)
        .limit(MOST)
    )
    found = {row.id: Near(row.id, row.sha256, tuple(row.pages)) for row in conn.execute(query)}
    return list(found.values())
