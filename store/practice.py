"""Answers given for practice: they touch nothing but the score of who gave them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from schemas.record import AuditEntry
from store import audit
from store.tables import practice as table


class Score(NamedTuple):
    """One's own answers so far, and how many named the right patient and the right type."""

    answers: int = 0
    patients: int = 0
    types: int = 0


def note(conn: Connection, actor: str, document_id: str, *, patient: bool, kind: bool, now: datetime) -> None:
    """Keep an answer; who gave it has been told how the document is filed, and is not asked about it blind any more."""
    conn.execute(insert(table).values(actor=actor, document_id=document_id, patient_right=patient, type_right=kind, at=now))
    audit.append(conn, AuditEntry("practice.seen", document_id, actor, {"patient": patient, "type": kind}), now)


def score(conn: Connection, actor: str) -> Score:
    """How somebody has done so far."""
    right = [func.count().filter(column) for column in (table.c.patient_right, table.c.type_right)]
    row = conn.execute(select(func.count(), *right).where(table.c.actor == actor)).one()
    return Score(row[0], row[1], row[2])
