"""What a version that decides nothing would have said, a row a document, beside what was decided. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select

from schemas.learning import Answer, Asked
from schemas.record import DocumentRecord, DocumentStatus
from store.tables import document
from store.tables_learning import shadow as table


def note(conn: Connection, records: Sequence[DocumentRecord]) -> None:
    """Keep what the shadow said of each of these documents, where one was asked."""
    rows = [{"document_id": record.id, **record.evidence["shadow"]} for record in records if record.evidence.get("shadow")]
    if rows:
        conn.execute(insert(table), rows)


def counts(conn: Connection, number: int) -> tuple[int, int]:
    """How many documents a version was asked beside the live one, and of how many it said otherwise."""
    asked = select(func.count()).select_from(table).where(table.c.model == number)
    return conn.execute(asked).scalar_one(), conn.execute(asked.where(_differs())).scalar_one()


def asked(conn: Connection, number: int) -> list[Asked]:
    """The documents on which a version was asked and which are filed by now, with the type they are filed under."""
    query = select(table, document.c.document_type).join(document, document.c.id == table.c.document_id)
    filed = query.where(table.c.model == number, document.c.status == str(DocumentStatus.FILED)).order_by(document.c.rowno)
    return [Asked(row.document_type, Answer(row.live_type, bool(row.live_sure)), Answer(row.type, bool(row.sure))) for row in conn.execute(filed)]


def _differs() -> ColumnElement[bool]:
    return or_(table.c.live_type != table.c.type, table.c.live_sure != table.c.sure)
