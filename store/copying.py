"""Copies a whole index database into an empty one, of whichever kind, and proves that nothing was lost. Knows tables, not their use."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Table, func, insert, select, text

from schemas.faults import ConfigFault, InvariantBroken
from store.database import reading, writing
from store.tables import metadata

BATCH = 1000


class CopiedTable(NamedTuple):
    """One table as copied: rows, and a digest of all their values in the order of their keys, equal on both sides."""

    name: str
    rows: int
    digest: str


def copy_index(source: Engine, target: Engine, *, progress: Callable[[int, int], object] = lambda *_: None) -> list[CopiedTable]:
    """Every row of `source` in `target`, which must be empty: in one transaction, counted and compared before it commits.

    ConfigFault when the target holds anything; InvariantBroken when a table differs afterwards. Then nothing was written.
    """
    tables, copied = metadata.sorted_tables, []
    with reading(source) as old, writing(target) as new:
        _wait_long(new)
        if full := [table.name for table in tables if _count(new, table)]:
            raise ConfigFault(f"The database to copy into is not empty (table {full[0]}).", next_step="Give a new one.")
        total, done = sum(_count(old, table) for table in tables), 0
        for table in tables:
            for rows in _batches(old, table):
                new.execute(insert(table), rows)
                done += len(rows)
                progress(done, total)
        for table in tables:
            copied.append(_seal(old, table))
            if _seal(new, table) != copied[-1]:
                raise InvariantBroken(f"Table {table.name} differs after copying.", next_step="Tell IT; nothing was written.")
        _set_counters(new)
    return copied


def _wait_long(conn: Connection) -> None:
    """A writer that may stand still for as long as the other side is busy."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def _count(conn: Connection, table: Table) -> int:
    return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


def _batches(conn: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    found = conn.execution_options(yield_per=BATCH).execute(select(table).order_by(*table.primary_key))
    for rows in found.mappings().partitions(BATCH):
        yield [dict(row) for row in rows]


def _seal(conn: Connection, table: Table) -> CopiedTable:
    digests = sorted(
        hashlib.sha256(repr(list(row.values())).encode("utf-8", "surrogateescape")).digest() for rows in _batches(conn, table) for row in rows
    )
    return CopiedTable(table.name, len(digests), hashlib.sha256(b"".join(digests)).hexdigest())


def _set_counters(conn: Connection) -> None:
    """Postgres counts on by itself only for rows that it numbered."""
    if conn.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            place = {"table": table.name, "column": column.name}
            if conn.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), place).scalar():
                last = f"SELECT max({column.name}) FROM {table.name}"  # noqa: S608 - names of our own tables
                conn.execute(text(f"SELECT setval(pg_get_serial_sequence(:table, :column), coalesce(({last}), 1), ({last}) IS NOT NULL)"), place)
