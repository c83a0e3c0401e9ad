"""Index entries that look like one person and that a clerk has called two. A decision that is taken back takes this back with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import permutations

from sqlalchemy import Connection, func, insert, or_, select

from store.tables import apart as table
from store.tables import patient, review_item


def note(conn: Connection, item_id: str, mrns: Iterable[str]) -> None:
    """Put down that these entries are different people, as decided with a review item."""
    pairs = permutations(sorted(set(mrns)), 2)
    conn.execute(insert(table), [{"item_id": item_id, "mrn": mrn, "other_mrn": other} for mrn, other in pairs])


def others(conn: Connection, mrn: str) -> frozenset[str]:
    """Every number of the people who were told apart from the one with this number."""
    standing = select(table.c.other_mrn).join(review_item, review_item.c.id == table.c.item_id).where(review_item.c.undone_at.is_(None))
    told = conn.execute(standing.where(table.c.mrn.in_(_family(conn, [mrn])))).scalars().all()
    return frozenset(_family(conn, told) if told else ())


def _family(conn: Connection, mrns: Collection[str]) -> Collection[str]:
    """Every number of the people who have these numbers."""
    heads = select(func.coalesce(patient.c.survivor_mrn, patient.c.mrn)).where(patient.c.mrn.in_(mrns))
    return conn.execute(select(patient.c.mrn).where(or_(patient.c.mrn.in_(heads), patient.c.survivor_mrn.in_(heads)))).scalars().all()
