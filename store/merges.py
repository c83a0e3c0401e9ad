"""Index entries that are one person: the survivor stands for those merged into it. Documents keep the number they were filed under.

Every merge and unmerge is a row that stays; `patient.survivor_mrn` is where a merged entry leads in the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, or_, select, update

from schemas.faults import InputFault
from schemas.record import AuditEntry, DocumentStatus
from store import audit, owed
from store.patients import tally
from store.tables import document, filing, patient
from store.tables import merge as table


def survivor(conn: Connection, mrn: str) -> str:
    """The number that stands for this one; itself when it was not merged."""
    return survivors(conn, [mrn]).get(mrn, mrn)


def survivors(conn: Connection, mrns: Iterable[str] | None = None) -> dict[str, str]:
    """Merged numbers (of these, or all) and the one that stands for each."""
    query: Select[Any] = select(patient.c.mrn, patient.c.survivor_mrn).where(patient.c.survivor_mrn.is_not(None))
    if mrns is not None:
        query = query.where(patient.c.mrn.in_(sorted(set(mrns))))
    return {row[0]: row[1] for row in conn.execute(query).all()}


def family(conn: Connection, mrn: str) -> list[str]:
    """Every number of the person who has this one, the survivor first."""
    head = survivor(conn, mrn)
    return [head, *conn.execute(select(patient.c.mrn).where(patient.c.survivor_mrn == head).order_by(patient.c.mrn)).scalars()]


def merge(conn: Connection, mrn: str, into: str, *, actor: str, now: datetime) -> bool:
    """Have `into` stand for `mrn`; False when it does already. InputFault for a number that is unknown, merged elsewhere, or its own survivor."""
    head = _known(conn, into)
    if _parents(conn, [mrn]).get(mrn) == into:
        return False
    if _known(conn, mrn) != mrn:
        raise InputFault("That entry is merged into another one.", next_step="`chartroom patients unmerge` parts them first.")
    if head == mrn:
        raise InputFault("An entry cannot be merged into itself.", next_step="Give the number that is to stay second.")
    _append(conn, "merge", mrn, into, actor, now)
    moved = (patient.c.mrn == mrn) | (patient.c.survivor_mrn == mrn)
    conn.execute(update(patient).where(moved).values(survivor_mrn=head, active=False))
    tally(conn, [], [_entry(conn, mrn)])
    owed.note(conn, owed.Act.MERGED, now, [mrn, into])
    return True


def unmerge(conn: Connection, mrn: str, *, actor: str, now: datetime) -> str | None:
    """Let an entry stand for itself again, with what was merged into it before; the number it led to, None when it was parted already.

    What was filed to others while they stood for it is owed a question. InputFault for an entry that was never merged.
    """
    head = _known(conn, mrn)
    if merged_at(conn, mrn) is None:
        raise InputFault("That entry is not merged.", next_step="Check the MRN.")
    parents = _parents(conn, family(conn, mrn)[1:])
    if mrn not in parents:
        return None
    own, meanwhile = below(conn, mrn), _filed_meanwhile(conn, mrn, parents)
    _append(conn, "unmerge", mrn, parents[mrn], actor, now)
    conn.execute(update(patient).where(patient.c.mrn == mrn).values(survivor_mrn=None, active=True))
    conn.execute(update(patient).where(patient.c.mrn.in_(own[1:])).values(survivor_mrn=mrn))
    tally(conn, [_entry(conn, mrn)], [])
    owed.note(conn, owed.Act.PARTED, now, [head, mrn], meanwhile)
    return head


def below(conn: Connection, mrn: str) -> list[str]:
    """This number and those that were merged into it, one upon the other."""
    parents = _parents(conn, family(conn, mrn)[1:])
    return [mrn, *(name for name in parents if name != mrn and _leads_to(parents, name, mrn))]


def merged_at(conn: Connection, mrn: str) -> datetime | None:
    """When an entry was merged last, if it was."""
    at: datetime | None = conn.execute(
        select(table.c.at).where(table.c.mrn == mrn, table.c.act == "merge").order_by(table.c.sequence.desc()).limit(1)
    ).scalar()
    return at


def is_used(conn: Connection, mrn: str, since: datetime, *, but: str) -> bool:
    """Whether anything came of it since that entries are one person: another merge, or a filing of a document other than `but`."""
    people = family(conn, mrn)
    moved = select(table.c.sequence).where(or_(table.c.mrn.in_(people), table.c.survivor_mrn.in_(people)), table.c.at > since)
    filed = select(filing.c.sequence).where(filing.c.mrn.in_(people), filing.c.at >= since, filing.c.document_id != but)
    return any(conn.execute(query.limit(1)).first() is not None for query in (moved, filed))


def count(conn: Connection) -> int:
    """How many entries are merged into others."""
    return conn.execute(select(func.count(patient.c.survivor_mrn)).where(patient.c.survivor_mrn.is_not(None))).scalar_one()


def _append(conn: Connection, act: str, mrn: str, other: str, actor: str, now: datetime) -> None:
    conn.execute(insert(table).values(act=act, mrn=mrn, survivor_mrn=other, actor=actor, at=now))
    audit.append(conn, AuditEntry(f"patient.{act}d", mrn, actor, {"survivor": other}), now)


def _known(conn: Connection, mrn: str) -> str:
    """The survivor of a number that the index must hold."""
    row = conn.execute(select(patient.c.mrn, patient.c.survivor_mrn).where(patient.c.mrn == mrn)).first()
    if row is None:
        raise InputFault("That MRN is not in the patient index.", next_step="Import the patient first: `chartroom patients import`.")
    return str(row.survivor_mrn or row.mrn)


def _filed_meanwhile(conn: Connection, mrn: str, parents: dict[str, str]) -> list[str]:
    """Documents filed to each number that this one led to, since it did: along a chain of merges one after the other stood for it."""
    found: list[str] = []
    since = merged_at(conn, mrn)
    while since and mrn in parents:
        mrn = parents[mrn]
        filed = (document.c.patient_mrn == mrn) & (document.c.status == str(DocumentStatus.FILED)) & (document.c.filed_at >= since)
        found += conn.execute(select(document.c.id).where(filed)).scalars()
        since = max(since, merged_at(conn, mrn) or since)
    return found


def _entry(conn: Connection, mrn: str) -> Any:
    return conn.execute(select(patient.c.last_name, patient.c.first_name).where(patient.c.mrn == mrn)).one()


def _parents(conn: Connection, mrns: Iterable[str]) -> dict[str, str]:
    """Those of these that are merged now, each with the number it was merged into itself."""
    last = select(func.max(table.c.sequence)).where(table.c.mrn.in_(list(mrns))).group_by(table.c.mrn)
    rows = conn.execute(select(table.c.act, table.c.mrn, table.c.survivor_mrn).where(table.c.sequence.in_(last))).all()
    return {row.mrn: row.survivor_mrn for row in rows if row.act == "merge"}


def _leads_to(parents: dict[str, str], name: str, goal: str) -> bool:
    while name in parents:
        name = parents[name]
        if name == goal:
            return True
    return False
