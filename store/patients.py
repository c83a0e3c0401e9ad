"""The patient index: entries, the blocking keys under which they are found, and how common their names are.

Knows nothing of what a key means: keys are strings that the caller made, kept as 64-bit hashes. A collision only adds a candidate.
"""

from __future__ import annotations

import hashlib
import struct
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from heapq import nsmallest
from math import floor
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, bindparam, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from schemas.patient import IndexPatient, NameFrequencies, PatientClaim
from schemas.record import AuditEntry
from store import aliases, apart, audit, owed
from store.aliases import KeysOf
from store.database import glancing, reading, writing
from store.tables import name_count, patient, patient_key

COLUMNS = tuple(item.name for item in fields(IndexPatient))
COMMON = 250  # a key shared by more entries than this tells nobody apart
COMMONEST = 5000  # how far a common key is followed when there is no other
FEWEST = 5  # an entry that shares fewer than a fifth of the keys that the first one shares is no candidate
RARITY = 128  # keys a claim may have: rarities of so many never add up to a key
MOST_KEPT = 100_000
KEPT_SECONDS = 60.0
SIZE = ("size", "")
CHANGES = ("changes", "")

_HASHER = hashlib.blake2b(digest_size=8)
_BITS = struct.Struct(">q")
_facts = attrgetter(*COLUMNS)

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


def get(conn: Connection, mrn: str) -> IndexPatient | None:
    """The entry with this MRN."""
    row = conn.execute(select(patient).where(patient.c.mrn == mrn)).first()
    return _patient(row) if row else None


def size(engine: Engine) -> int:
    """How many entries there are."""
    return _counted(engine, SIZE)


def changes(engine: Engine) -> int:
    """How often the index was written: where the number is another one, so is the index."""
    return _counted(engine, CHANGES)


def _counted(engine: Engine, what: tuple[str, str]) -> int:
    with reading(engine) as conn:
        return conn.execute(select(name_count.c.bearers).where(name_count.c.kind == what[0], name_count.c.name == what[1])).scalar() or 0


class PatientIndex:
    """The index as the matcher asks it. How common names and keys are may be told from up to a minute ago."""

    def __init__(self, engine: Engine, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._clock = engine, clock
        self._counts: dict[tuple[str, str], int] = {}
        self._common: set[int] = set()
        self._learnt_at = -KEPT_SECONDS

    def find(self, keys: Iterable[str], *, limit: int) -> list[IndexPatient]:
        """Entries that share a key, most shared keys first, rarer keys before commoner ones; of one person the entry or alias that shares most.

        A key that more than 250 entries share is passed over, unless no other key leads anywhere. An entry that shares fewer than a fifth
        of the keys that the first one shares is left out.
        """
        hashes = sorted({_hash(key) for key in keys})
        if not hashes:
            return []
        _, common = self._learnt()
        with glancing(self._engine) as conn:
            postings = _postings(conn, [key for key in hashes if key not in common], COMMON + 1)
            common.update(key for key, rids in postings.items() if len(rids) > COMMON)
            telling = {key: rids for key, rids in postings.items() if key not in common}
            if not telling:
                telling = _postings(conn, [key for key in hashes if key in common], COMMONEST)
            return _entries(conn, _ranked(telling, 2 * limit), limit)

    def frequencies(self, *claims: PatientClaim) -> NameFrequencies:
        """How many entries bear the claims' last and first names, by folded name, and how many entries there are."""
        last, first = {fold(claim.last_name) for claim in claims} - {""}, {fold(claim.first_name) for claim in claims} - {""}
        counts, _ = self._learnt()
        wanted = (SIZE, *(("last", name) for name in last), *(("first", name) for name in first))
        if missing := [name for name in wanted if name not in counts]:
            counts |= self._count(missing)
        return NameFrequencies({name: counts["last", name] for name in last}, {name: counts["first", name] for name in first}, counts[SIZE])

    def apart(self, mrn: str) -> frozenset[str]:
        """Entries that a clerk has called other people than the one with this number."""
        with reading(self._engine) as conn:
            return apart.others(conn, mrn)

    def _learnt(self) -> tuple[dict[tuple[str, str], int], set[int]]:
        """Names counted and keys known to be common; what is old is left behind, for whoever still uses it."""
        now = self._clock()
        if now - self._learnt_at >= KEPT_SECONDS or max(len(self._counts), len(self._common)) > MOST_KEPT:
            self._counts, self._common, self._learnt_at = {}, set(), now
        return self._counts, self._common

    def _count(self, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
        with glancing(self._engine) as conn:
            rows = _raw(conn, _count_query(len(names), _mark(conn)), [part for name in names for part in name])
        return dict.fromkeys(names, 0) | {(kind, name): bearers for kind, name, bearers in rows}


def fold(name: str) -> str:
    """A name as its letters A to Z alone: "O'Brien-Peña" is OBRIENPENA."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name).upper() if "A" <= letter <= "Z")


def _hash(key: str) -> int:
    """64 signed bits of BLAKE2b."""
    hasher = _HASHER.copy()  # half the time of a new one
    hasher.update(key.encode("utf-8", "surrogatepass"))
    bits: int = _BITS.unpack(hasher.digest())[0]
    return bits


def _pack(keys: Iterable[str]) -> bytes:
    hashes = sorted({_hash(key) for key in keys})
    return struct.pack(f"<{len(hashes)}q", *hashes)


def unpack_keys(packed: bytes) -> tuple[int, ...]:
    """The hashes under which an entry stands."""
    return struct.unpack(f"<{len(packed) // 8}q", packed)


def _batches(rows: Iterable[Keyed], batch: int) -> Iterator[dict[str, _Entry]]:
    """Entries by MRN, `batch` at a time; of two rows with one MRN the later one comes in a later batch, and so wins."""
    entries: dict[str, _Entry] = {}
    for row, keys in rows:
        if len(entries) >= batch or row.mrn in entries:
            yield entries
            entries = {}
        packed = _pack(keys)
        digest = hashlib.blake2b("\x1f".join(_facts(row)).encode("utf-8", "replace") + packed, digest_size=16).digest()
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
    before = {row.mrn: row for row in _known(conn, list(entries))}
    new = [entry for mrn, entry in entries.items() if mrn not in before]
    changed = {mrn: entry for mrn, entry in entries.items() if mrn in before}
    if new:
        conn.execute(insert(patient), [_values(entry, pen.now) | {"active": True} for entry in new])
    if changed:
        _drop_keys(conn, [(row.rid, row.key_hashes) for row in before.values()])
        conn.execute(_UPDATE, [{f"to_{name}": value for name, value in _values(entry, pen.now).items()} for entry in changed.values()])
    _add_keys(conn, [(row.rid, entries[row.mrn].keys) for row in _known(conn, list(entries))])
    if changed and pen.keys_of:
        _keep_aliases(conn, [_patient(row) for row in before.values()], {mrn: entry.patient for mrn, entry in changed.items()}, pen.keys_of, pen.now)
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


def _known(conn: Connection, mrns: list[str]) -> Sequence[Any]:
    return conn.execute(select(patient).where(patient.c.mrn.in_(mrns))).all()


def _values(entry: _Entry, now: datetime) -> dict[str, Any]:
    return dict(zip(COLUMNS, _facts(entry.patient), strict=True)) | {"key_hashes": entry.keys, "digest": entry.digest, "updated_at": now}


def _add_keys(conn: Connection, packed: Iterable[tuple[int, bytes]]) -> None:
    """In the order of the index, which spares the disk."""
    pairs = sorted((key, rid) for rid, keys in packed for key in unpack_keys(keys))
    if pairs:
        mark = _mark(conn)
        conn.exec_driver_sql(f"INSERT INTO patient_key (key, rid) VALUES ({mark}, {mark})", pairs)  # noqa: S608


def _drop_keys(conn: Connection, packed: Iterable[tuple[int, bytes]]) -> None:
    pairs = [{"old_key": key, "old_rid": rid} for rid, keys in packed for key in unpack_keys(keys)]
    if pairs:
        conn.execute(delete(patient_key).where(patient_key.c.key == bindparam("old_key"), patient_key.c.rid == bindparam("old_rid")), pairs)


def _names(people: Iterable[Any]) -> Counter[tuple[str, str]]:
    """How often each folded name occurs, and how many people there are."""
    found: Counter[tuple[str, str]] = Counter()
    for person in people:
        found.update((SIZE, ("last", fold(person.last_name)), ("first", fold(person.first_name))))
    return found


def tally(conn: Connection, came: Iterable[Any], went: Iterable[Any]) -> None:
    """Move the name counts by who came and who went, and count the change itself."""
    now = _names(came)
    now.subtract(_names(went))
    now[CHANGES] += 1
    moves = [{"kind": kind, "name": name, "bearers": count} for (kind, name), count in now.items() if count]
    conn.execute(_MOVE, moves)


_MOVE = text(
    "INSERT INTO name_count (kind, name, bearers) VALUES (:kind, :name, :bearers) "
    "ON CONFLICT (kind, name) DO UPDATE SET bearers = name_count.bearers + excluded.bearers"
)


@lru_cache(maxsize=128)
def _count_query(count: int, mark: str) -> str:
    one = f"(kind = {mark} AND name = {mark})"
    return f"SELECT kind, name, bearers FROM name_count WHERE {' OR '.join([one] * count)}"  # noqa: S608


def _postings(conn: Connection, hashes: Sequence[int], most: int) -> dict[int, list[int]]:
    """The entries under each key, at most `most` a key."""
    found: dict[int, list[int]] = {}
    if not hashes:
        return found
    for key, rid in _raw(conn, _posting_query(len(hashes), most, _mark(conn)), hashes):
        if key in found:
            found[key].append(rid)
        else:
            found[key] = [rid]
    return found


@lru_cache(maxsize=128)
def _posting_query(count: int, most: int, mark: str) -> str:
    one = f"SELECT * FROM (SELECT key, rid FROM patient_key WHERE key = {mark} LIMIT {most:d}) AS p"  # noqa: S608
    return " UNION ALL ".join(f"{one}{n}" for n in range(count))


def _ranked(postings: Mapping[int, list[int]], limit: int) -> list[int]:
    """Rows by how many keys they share, then by how rare these are."""
    shared: dict[int, float] = {}
    for rids in postings.values():
        worth = 1 + 1 / (len(rids) * RARITY)  # the count of keys, with their rarity behind the point
        for rid in rids:
            shared[rid] = shared.get(rid, 0.0) + worth
    fewest = floor(max(shared.values(), default=0.0)) / FEWEST
    kept = [(-worth, rid) for rid, worth in shared.items() if worth >= fewest]
    return [rid for _, rid in nsmallest(limit, kept)]


def _entries(conn: Connection, rids: Sequence[int], limit: int) -> list[IndexPatient]:
    """At most `limit` entries of these rows and aliases (negative), in this order, each person once."""
    people: dict[str, IndexPatient] = {}
    for start in range(0, len(rids), limit):
        for head, entry in _faces(conn, rids[start : start + limit]):
            people.setdefault(head, entry)
        if len(people) >= limit:
            break
    return list(people.values())[:limit]


def _faces(conn: Connection, rids: Sequence[int]) -> Iterator[tuple[str, IndexPatient]]:
    """The entries of these rows and aliases, each with the number that stands for it."""
    own, former = [rid for rid in rids if rid > 0], [-rid for rid in rids if rid < 0]
    rows = {row[0]: row for row in _raw(conn, _rows_query(len(own), _mark(conn)), own)} if own else {}
    formerly = aliases.faces_by_number(conn, former, lambda mrns: _heads(conn, mrns)) if former else {}
    for rid in rids:
        if rid < 0:
            entry, head = formerly[-rid]
            yield head, entry
        else:
            _, survivor, *facts = rows[rid]
            yield survivor or facts[0], IndexPatient(*facts)


def _heads(conn: Connection, mrns: list[str]) -> dict[str, tuple[IndexPatient, str]]:
    """Entries by MRN, each with the number that stands for it."""
    return {row.mrn: (_patient(row), row.survivor_mrn or row.mrn) for row in _known(conn, mrns)}


@lru_cache(maxsize=128)
def _rows_query(count: int, mark: str) -> str:
    return f"SELECT rid, survivor_mrn, {', '.join(COLUMNS)} FROM patient WHERE rid IN ({', '.join([mark] * count)})"  # noqa: S608


def _mark(conn: Connection) -> str:
    """What stands for a value in a statement that goes straight to the driver."""
    return "?" if conn.dialect.name == "sqlite" else "%s"


def _raw(conn: Connection, query: str, values: Sequence[int | str]) -> list[tuple[Any, ...]]:
    """Rows straight from the driver: SQLAlchemy's result would take longer to make than the rows to find."""
    error_class = conn.dialect.loaded_dbapi.Error
    cursor = conn.connection.cursor()
    try:
        cursor.execute(query, tuple(values))
        return list(cursor.fetchall())
    except error_class as error:
        raise DBAPIError.instance(query, None, error, error_class, hide_parameters=True, dialect=conn.dialect) from None
    finally:
        cursor.close()


def _patient(row: Row[Any]) -> IndexPatient:
    return IndexPatient(*_facts(row))
