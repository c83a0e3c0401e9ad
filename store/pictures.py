"""Which object holds the picture of a page at a width, so that no page is rendered twice for viewing."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from store.tables import page_picture as table


def find(conn: Connection, *, sha256: str, page: int, width: int) -> str | None:
    """The key of the picture, if it was made."""
    query = select(table.c.object_key).where(table.c.sha256 == sha256, table.c.page == page, table.c.width == width)
    return conn.execute(query).scalar()


def note(conn: Connection, *, sha256: str, page: int, width: int, object_key: str) -> None:
    """Note where a picture is kept; a later one replaces an earlier one."""
    conn.execute(delete(table).where(table.c.sha256 == sha256, table.c.page == page, table.c.width == width))
    conn.execute(insert(table).values(sha256=sha256, page=page, width=width, object_key=object_key))
