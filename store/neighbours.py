"""Filed documents that a change of the patient index may concern: those of entries that changed, or that are found by the same keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, select

from schemas.record import DocumentStatus
from store.patients import unpack_keys
from store.tables import document, patient, patient_key

ALIKE = 2  # keys that two entries share before one may be taken for the other
BATCH = 500


def filed_near(conn: Connection, since: datetime) -> list[str]:
    """Documents filed to entries that were written at or after `since`, or to entries alike to these."""
    holders = {row.rid: row.mrn for row in conn.execute(_HOLDERS)}
    if not holders:
        return []
    touched = {row.rid: row.mrn for row in conn.execute(select(patient.c.rid, patient.c.mrn).where(patient.c.updated_at >= since))}
    fewer, others = sorted((touched, holders), key=len)
    pairs = _alike(conn, fewer, others)
    near = {rid for pair in pairs for rid in pair if rid in holders} | (holders.keys() & touched.keys())
    return filed_to(conn, [holders[rid] for rid in sorted(near)])


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
_HOLDERS = select(patient.c.rid, patient.c.mrn).where(patient.c.mrn.in_(select(document.c.patient_mrn).where(_FILED)))


def _alike(conn: Connection, some: Iterable[int], others: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Pairs of entries, one of each, that share enough keys."""
    wanted = set(others)
    for part in _parts(list(some)):
        under: dict[int, list[int]] = {}
        for row in conn.execute(select(patient.c.rid, patient.c.key_hashes).where(patient.c.rid.in_(part))):
            for key in unpack_keys(row.key_hashes):
                under.setdefault(key, []).append(row.rid)
        shared: Counter[tuple[int, int]] = Counter()
        for keys in _parts(list(under)):
            for key, rid in conn.execute(select(patient_key.c.key, patient_key.c.rid).where(patient_key.c.key.in_(keys))).all():
                if rid in wanted:
                    shared.update((one, rid) for one in under[key] if one != rid)
        yield from (pair for pair, count in shared.items() if count >= ALIKE)


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))
