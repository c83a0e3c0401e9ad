"""How index entries were registered before: former names, phones and addresses, each still a way to find the entry.

An alias is the entry as it is now with its former name, phone and address: a birth date that was corrected is no alias of the right one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from schemas.patient import IndexPatient
from store.tables import alias

FIELDS = ("last_name", "first_name", "middle_name", "phone", "address_line", "city", "state", "zip")

KeysOf = Callable[[IndexPatient], Iterable[str]]


def keep(conn: Connection, before: Iterable[IndexPatient], after: Mapping[str, IndexPatient], now: datetime) -> None:
    """Note how entries that changed were registered until now, once each."""
    gone = {(face.mrn, _facts(face)): face for entry in before for face in _given_up(entry, after[entry.mrn])}
    known = {(row.mrn, _facts(row)) for row in _of(conn, sorted({mrn for mrn, _ in gone}))}
    rows = [{"mrn": face.mrn, **_values(face), "key_hashes": b"", "until": now} for key, face in gone.items() if key not in known]
    if rows:
        conn.execute(insert(alias), rows)


def faces(conn: Connection, entries: Mapping[str, IndexPatient]) -> dict[int, tuple[IndexPatient, bytes]]:
    """The aliases of these entries by number: the entry under its former name, phone and address, and its packed keys till now."""
    return {row.rid: (_face(entries[row.mrn], row), row.key_hashes) for row in _of(conn, list(entries))}


def faces_by_number(
    conn: Connection, numbers: Sequence[int], entries: Callable[[list[str]], Mapping[str, tuple[IndexPatient, str]]]
) -> dict[int, tuple[IndexPatient, str]]:
    """Entries as these aliases show them, each with the number that stands for it."""
    rows = conn.execute(select(alias).where(alias.c.rid.in_(numbers))).all()
    now = entries(sorted({row.mrn for row in rows}))
    return {row.rid: (_face(now[row.mrn][0], row), now[row.mrn][1]) for row in rows}


def note_keys(conn: Connection, packed: Mapping[int, bytes]) -> None:
    """The packed keys under which aliases now stand."""
    for number, keys in packed.items():
        conn.execute(update(alias).where(alias.c.rid == number).values(key_hashes=keys))


def _given_up(before: IndexPatient, after: IndexPatient) -> Iterator[IndexPatient]:
    """The entry as it was registered until now, and under a former surname that its row tells no more."""
    if _facts(before) != _facts(after):
        yield before
    if before.previous_last_name not in {"", after.previous_last_name, after.last_name}:
        yield replace(before, last_name=before.previous_last_name)


def _of(conn: Connection, mrns: Sequence[str]) -> Sequence[Any]:
    return conn.execute(select(alias).where(alias.c.mrn.in_(mrns))).all() if mrns else []


def _face(entry: IndexPatient, row: Any) -> IndexPatient:
    return replace(entry, **_values(row))


def _values(row: Any) -> dict[str, str]:
    return {name: getattr(row, name) for name in FIELDS}


def _facts(row: Any) -> tuple[str, ...]:
    return tuple(getattr(row, name) for name in FIELDS)
