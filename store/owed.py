"""What a change of the patient index owes the documents: noted in the transaction of the change, struck out when they were matched again.

Whoever is killed in between leaves it standing, and the next one to look finds it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from store.tables import owed as table


class Act(StrEnum):
    """What was done to the index."""

    WRITTEN = "written"  # entries came or changed
    MERGED = "merged"
    PARTED = "parted"
    APART = "apart"  # a clerk called entries different people
    ONE_AGAIN = "one again"  # and took that back


class Debt(NamedTuple):
    """One change whose documents are still to be looked at: entries concerned, and documents to be asked about whoever filed them."""

    number: int
    act: Act
    mrns: tuple[str, ...]
    documents: tuple[str, ...]
    at: datetime


def note(conn: Connection, act: Act, at: datetime, mrns: Iterable[str] = (), documents: Iterable[str] = ()) -> None:
    """Put down a change, with the change itself."""
    conn.execute(insert(table).values(act=str(act), at=at, mrns=sorted(set(mrns)), documents=sorted(set(documents))))


def standing(conn: Connection, acts: Collection[Act] = tuple(Act)) -> list[Debt]:
    """The changes of these kinds that nobody has followed to the end, in order."""
    rows = conn.execute(select(table).where(table.c.act.in_([str(act) for act in acts])).order_by(table.c.number)).all()
    return [Debt(row.number, Act(row.act), tuple(row.mrns), tuple(row.documents), row.at) for row in rows]


def newest(conn: Connection) -> int:
    """The number of the last change that nobody has followed to the end; 0 where there is none."""
    return conn.execute(select(func.max(table.c.number))).scalar() or 0


def strike_out(conn: Connection, debts: Collection[Debt]) -> None:
    """What these changes owed is done."""
    for debt in debts:
        conn.execute(delete(table).where(table.c.number == debt.number))
