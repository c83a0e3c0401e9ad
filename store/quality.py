"""What blind checks and planted items have shown: who had filed, and whether somebody who did not know decided the same. Reckons no rates."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from store import merges
from store.tables import document, review_item, verdict
from store.verdicts import MACHINE


class Check(NamedTuple):
    """A filed document that somebody decided again without seeing how it was filed."""

    by: str  # who had filed it: machine or person
    source: str
    document_type: str
    wrong: bool


class Planted(NamedTuple):
    """A planted item that was answered. `misfiled`: it would have gone to another person."""

    right: bool
    misfiled: bool


def checks(conn: Connection, *, since: datetime | None = None) -> list[Check]:
    """Blind checks that were decided and not taken back, oldest first."""
    stands = merges.survivors(conn)
    by, filed = func.coalesce(verdict.c.checked, MACHINE), func.coalesce(verdict.c.filed_mrn, verdict.c.machine_mrn)  # of old the machine alone
    query = (
        select(by, verdict.c.source, document.c.document_type, filed, verdict.c.clerk_mrn)
        .join(document, document.c.id == verdict.c.document_id)
        .join(review_item, review_item.c.id == verdict.c.item_id)
        .where(verdict.c.blind, review_item.c.undone_at.is_(None))
        .order_by(verdict.c.sequence)
    )
    rows = conn.execute(query.where(verdict.c.at >= since) if since else query)
    return [Check(who, source, kind or "", stands.get(was, was) != stands.get(said, said)) for who, source, kind, was, said in rows]


def planted(conn: Connection, *, since: datetime | None = None) -> list[Planted]:
    """Planted items that were answered and not taken back, oldest first."""
    answered = review_item.c.known & review_item.c.resolved_at.is_not(None) & review_item.c.undone_at.is_(None)
    query = select(review_item.c.resolution).where(answered).order_by(review_item.c.resolved_at)
    said = conn.execute(query.where(review_item.c.resolved_at >= since) if since else query).scalars()
    return [Planted(one["right"], one["misfiled"]) for one in said if one.get("act") == "answer"]
