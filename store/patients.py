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
from functools import lru_cache
from heapq import nsmallest
from math import floor
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, text
from sqlalchemy.exc import DBAPIError

from schemas.patient import IndexPatient, NameFrequencies, PatientClaim
from store import aliases, apart
from store.database import glancing, reading
from store.tables import name_count, patient

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
facts_of = attrgetter(*COLUMNS)


def get(conn: Connection, mrn: str) -> IndexPatient | None:
    """The entry with this MRN."""
    row = conn.execute(select(patient).where(patient.c.mrn == mrn)).first()
    return patient_of(row) if row else None


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
        hashes = sorted({hash_of(key) for key in keys})
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
            rows = _raw(conn, _count_query(len(names), mark_of(conn)), [part for name in names for part in name])
        return dict.fromkeys(names, 0) | {(kind, name): bearers for kind, name, bearers in rows}


def fold(name: str) -> str:
    """A name as its letters A to Z alone: "O'Brien-Peña" is OBRIENPENA."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name).upper() if "A" <= letter <= "Z")


def hash_of(key: str) -> int:
    """64 signed bits of BLAKE2b."""
    hasher = _HASHER.copy()  # half the time of a new one
    hasher.update(key.encode("utf-8", "surrogatepass"))
    bits: int = _BITS.unpack(hasher.digest())[0]
    return bits


def unpack_keys(packed: bytes) -> tuple[int, ...]:
    """The hashes under which an entry stands."""
    return struct.unpack(f"<{len(packed) // 8}q", packed)


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
    for key, rid in _raw(conn, _posting_query(len(hashes), most, mark_of(conn)), hashes):
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
    rows = {row[0]: row for row in _raw(conn, _rows_query(len(own), mark_of(conn)), own)} if own else {}
    formerly = aliases.faces_by_number(conn, former, lambda mrns: _heads(conn, mrns)) if former else {}
    for rid in rids:
        if rid < 0:
            entry, head = formerly[-rid]
            yield head, entry
        else:
            _, survivor, *facts = rows[rid]
            yield survivor or facts[0], IndexPatient(*facts)


def rows_of(conn: Connection, mrns: list[str]) -> Sequence[Any]:
    """The rows of these entries."""
    return conn.execute(select(patient).where(patient.c.mrn.in_(mrns))).all()


def _heads(conn: Connection, mrns: list[str]) -> dict[str, tuple[IndexPatient, str]]:
    """Entries by MRN, each with the number that stands for it."""
    return {row.mrn: (patient_of(row), row.survivor_mrn or row.mrn) for row in rows_of(conn, mrns)}


@lru_cache(maxsize=128)
def _rows_query(count: int, mark: str) -> str:
    return f"SELECT rid, survivor_mrn, {', '.join(COLUMNS)} FROM patient WHERE rid IN ({', '.join([mark] * count)})"  # noqa: S608


def mark_of(conn: Connection) -> str:
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


def patient_of(row: Row[Any]) -> IndexPatient:
    """The entry that a row holds."""
    return IndexPatient(*facts_of(row))
