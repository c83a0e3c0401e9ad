"""Filed documents that a change of the patient index may concern: those of entries that changed, or that are found by the same keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, func, select

from schemas.record import DocumentStatus
from store.patients import unpack_keys
from store.tables import alias, document, patient, patient_key

ALIKE = 2  # keys that two entries share before one may be taken for the other
BATCH = 500


def filed_near(conn: Connection, since: datetime) -> list[str]:
    """Documents filed to entries that were written at or after `since`, or to entries alike to these.

    Who holds documents is found by all that leads there: merged entries, and how each was registered before.
    """
    numbers = _numbers(conn)
    if not numbers:
        return []
    holders = _faces(conn, list(numbers))
    touched = {row.rid for row in conn.execute(select(patient.c.rid).where(patient.c.updated_at >= since))}
    fewer, others = sorted((touched, holders.keys()), key=len)
    near = {rid for pair in _alike(conn, fewer, others) for rid in pair} | touched
    heads = {holders[rid] for rid in near if rid in holders}
    return filed_to(conn, sorted(number for head in heads for number in numbers[head]))


def _numbers(conn: Connection) -> dict[str, list[str]]:
    """The numbers under which documents are filed, by the one that stands for them today."""
    found: dict[str, list[str]] = {}
    for row in conn.execute(select(patient.c.mrn, _HEAD).where(patient.c.mrn.in_(select(document.c.patient_mrn).where(_FILED)))):
        found.setdefault(row.head, []).append(row.mrn)
    return found


def _faces(conn: Connection, heads: Sequence[str]) -> dict[int, str]:
    """By what these people are found: their entries, those merged into them, and aliases under a minus sign; each with whom it leads to."""
    found: dict[int, str] = {}
    for part in _parts(heads):
        theirs = patient.c.mrn.in_(part) | patient.c.survivor_mrn.in_(part)
        found |= {row.rid: row.head for row in conn.execute(select(patient.c.rid, _HEAD).where(theirs))}
        former = select(alias.c.rid, _HEAD).join(patient, patient.c.mrn == alias.c.mrn).where(theirs)
        found |= {-row.rid: row.head for row in conn.execute(former)}
    return found


def filed_to(conn: Connection, mrns: Sequence[str]) -> list[str]:
    """Documents filed under these numbers."""
    found: list[str] = []
    for part in _parts(mrns):
        found += conn.execute(select(document.c.id).where(document.c.patient_mrn.in_(part), _FILED).order_by(document.c.rowno)).scalars()
    return found


def held(conn: Connection, *, reason: str = "") -> list[str]:
    """Documents that wait for a clerk, for this reason if one is given."""
    query = select(document.c.id).where(document.c.status == str(DocumentStatus.REVIEW)).order_by(document.c.rowno)
    if reason:
        query = query.where(document.c.reasons.cast(Text).contains(f'"{reason}"', autoescape=True))
    return list(conn.execute(query).scalars())


_FILED = document.c.status == str(DocumentStatus.FILED)
_HEAD = func.coalesce(patient.c.survivor_mrn, patient.c.mrn).label("head")


def _alike(conn: Connection, some: Iterable[int], others: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Pairs of entries or aliases, one of each, that share enough keys."""
    wanted = set(others)
    for part in _parts(list(some)):
        under: dict[int, list[int]] = {}
        for rid, packed in _packed(conn, part):
            for key in unpack_keys(packed):
                under.setdefault(key, []).append(rid)
        shared: Counter[tuple[int, int]] = Counter()
        for keys in _parts(list(under)):
            for key, rid in conn.execute(select(patient_key.c.key, patient_key.c.rid).where(patient_key.c.key.in_(keys))).all():
                if rid in wanted:
                    shared.update((one, rid) for one in under[key] if one != rid)
        yield from (pair for pair, count in shared.items() if count >= ALIKE)


def _packed(conn: Connection, rids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    for row in conn.execute(select(patient.c.rid, patient.c.key_hashes).where(patient.c.rid.in_(rids))):
        yield row.rid, row.key_hashes
    for row in conn.execute(select(alias.c.rid, alias.c.key_hashes).where(alias.c.rid.in_([-rid for rid in rids if rid < 0]))):
        yield -row.rid, row.key_hashes


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))
