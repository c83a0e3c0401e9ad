"""Brings the patient index in line with rows that come in, batch by batch: entries, keys, aliases, counts, and what each batch owes the documents."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from schemas.patient import IndexPatient
from schemas.record import AuditEntry
from store import aliases, audit, owed
from store.aliases import KeysOf
from store.database import reading, writing
from store.patients import COLUMNS, facts_of, hash_of, mark_of, patient_of, rows_of, tally, unpack_keys
from store.tables import patient, patient_key

Keyed = tuple[IndexPatient, tuple[str, ...]]


class UpsertCount(NamedTuple):
    """What an import did."""

    new: int = 0
    changed: int = 0
    same: int = 0


Told = Callable[[UpsertCount], AuditEntry]


class _Pen(NamedTuple):
    """How a batch is written."""

    now: datetime
    told: Told | None
    keys_of: KeysOf | None


class _Entry(NamedTuple):
    patient: IndexPatient
    keys: bytes
    digest: bytes


def upsert(
    engine: Engine, rows: Iterable[Keyed], *, now: datetime, batch: int = 2000, told: Told | None = None, keys_of: KeysOf | None = None
) -> UpsertCount:
    """Bring the index in line with `rows`, by MRN. Each batch is a short transaction of its own; the rest of the index stays as it is.

    What `told` makes of the sums is put on record with the last batch. `keys_of` makes the keys of former names, phones and addresses, which
    go on leading to the entry; without it they are not kept.
    """
    total = UpsertCount()
    for entries, last in _and_whether_last(_batches(rows, batch)):
        total = _write(engine, entries, total, _Pen(now, told if last else None, keys_of))
    return total


def _pack(keys: Iterable[str]) -> bytes:
    hashes = sorted({hash_of(key) for key in keys})
    return struct.pack(f"<{len(hashes)}q", *hashes)


def _batches(rows: Iterable[Keyed], batch: int) -> Iterator[dict[str, _Entry]]:
    """Entries by MRN, `batch` at a time; of two rows with one MRN the later one comes in a later batch, and so wins."""
    entries: dict[str, _Entry] = {}
    for row, keys in rows:
        if len(entries) >= batch or row.mrn in entries:
            yield entries
            entries = {}
        packed = _pack(keys)
        digest = hashlib.blake2b("\x1f".join(facts_of(row)).encode("utf-8", "replace") + packed, digest_size=16).digest()
        entries[row.mrn] = _Entry(row, packed, digest)
    if entries:
        yield entries


def _and_whether_last(batches: Iterator[dict[str, _Entry]]) -> Iterator[tuple[dict[str, _Entry], bool]]:
    """Each batch and whether it is the last one; of no batches an empty one."""
    held = next(batches, {})
    for entries in batches:
        yield held, False
        held = entries
    yield held, True


def _write(engine: Engine, entries: Mapping[str, _Entry], total: UpsertCount, pen: _Pen) -> UpsertCount:
    """One batch; the sums with it. Rows that are as they were are seen while reading, so that a repeated import holds up nobody."""
    with reading(engine) as conn:
        differing = _differing(conn, entries)
    count = UpsertCount(same=len(entries))
    if not differing and pen.told is None:
        return _sum(total, count)
    with writing(engine) as conn:
        differing = _differing(conn, differing)  # somebody may have written the same meanwhile
        if differing:
            count = _replace(conn, differing, len(entries) - len(differing), pen)
            owed.note(conn, owed.Act.WRITTEN, pen.now)
        if pen.told:
            audit.append(conn, pen.told(_sum(total, count)), pen.now)
    return _sum(total, count)


def _sum(one: UpsertCount, other: UpsertCount) -> UpsertCount:
    return UpsertCount(*map(sum, zip(one, other, strict=True)))


def _differing(conn: Connection, entries: Mapping[str, _Entry]) -> dict[str, _Entry]:
    known = dict(conn.execute(select(patient.c.mrn, patient.c.digest).where(patient.c.mrn.in_(list(entries)))).tuples().all())
    return {mrn: entry for mrn, entry in entries.items() if known.get(mrn) != entry.digest}


def _replace(conn: Connection, entries: Mapping[str, _Entry], same: int, pen: _Pen) -> UpsertCount:
    before = {row.mrn: row for row in rows_of(conn, list(entries))}
    new = [entry for mrn, entry in entries.items() if mrn not in before]
    changed = {mrn: entry for mrn, entry in entries.items() if mrn in before}
    if new:
        conn.execute(insert(patient), [_values(entry, pen.now) | {"active": True} for entry in new])
    if changed:
        _drop_keys(conn, [(row.rid, row.key_hashes) for row in before.values()])
        conn.execute(_UPDATE, [{f"to_{name}": value for name, value in _values(entry, pen.now).items()} for entry in changed.values()])
    _add_keys(conn, [(row.rid, entries[row.mrn].keys) for row in rows_of(conn, list(entries))])
    if changed and pen.keys_of:
        now_are = {mrn: entry.patient for mrn, entry in changed.items()}
        _keep_aliases(conn, [patient_of(row) for row in before.values()], now_are, pen.keys_of, pen.now)
    merged = {row.mrn for row in before.values() if not row.active}  # somebody else stands for these in the counts
    counted = [mrn for mrn in entries if mrn not in merged]
    tally(conn, [entries[mrn].patient for mrn in counted], [before[mrn] for mrn in counted if mrn in before])
    return UpsertCount(len(new), len(changed), same)


def _keep_aliases(conn: Connection, before: Sequence[IndexPatient], after: Mapping[str, IndexPatient], keys_of: KeysOf, now: datetime) -> None:
    """What changed entries were called before leads to them as they are now."""
    aliases.keep(conn, before, after, now)
    faces = aliases.faces(conn, after)
    packed = {number: _pack(keys_of(face)) for number, (face, _) in faces.items()}
    _drop_keys(conn, [(-number, keys) for number, (_, keys) in faces.items()])
    _add_keys(conn, [(-number, keys) for number, keys in packed.items()])
    aliases.note_keys(conn, packed)


_UPDATE = (
    update(patient)
    .where(patient.c.mrn == bindparam("to_mrn"))
    .values({name: bindparam(f"to_{name}") for name in (*COLUMNS[1:], "key_hashes", "digest", "updated_at")})
)


def _values(entry: _Entry, now: datetime) -> dict[str, Any]:
    return dict(zip(COLUMNS, facts_of(entry.patient), strict=True)) | {"key_hashes": entry.keys, "digest": entry.digest, "updated_at": now}


def _add_keys(conn: Connection, packed: Iterable[tuple[int, bytes]]) -> None:
    """In the order of the index, which spares the disk."""
    pairs = sorted((key, rid) for rid, keys in packed for key in unpack_keys(keys))
    if pairs:
        mark = mark_of(conn)
        conn.exec_driver_sql(f"INSERT INTO patient_key (key, rid) VALUES ({mark}, {mark})", pairs)  # noqa: S608


def _drop_keys(conn: Connection, packed: Iterable[tuple[int, bytes]]) -> None:
    pairs = [{"old_key": key, "old_rid": rid} for rid, keys in packed for key in unpack_keys(keys)]
    if pairs:
        conn.execute(delete(patient_key).where(patient_key.c.key == bindparam("old_key"), patient_key.c.rid == bindparam("old_rid")), pairs)
