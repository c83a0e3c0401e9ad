"""Where the auditor reads: the index by plain SQL, the objects as plain files. Of an S3 or a sealed store it reads through the store's adapter."""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from schemas.config import Config
from schemas.faults import StoreFault
from workers.audit_ledger import Query
from workers.wire import index_url, open_objects


@contextmanager
def open_index(config: Config, folder: Path) -> Iterator[Query]:
    """The index at one moment, for reading. StoreFault when it is not there or does not let itself be read."""
    url = index_url(config, folder)
    with _on_sqlite(Path(url.partition("///")[2])) if url.startswith("sqlite") else _on_postgres(url) as query:
        yield query


@contextmanager
def _on_sqlite(path: Path) -> Iterator[Query]:
    if not path.exists():
        raise StoreFault(
            "There is no index database in this data folder.", next_step="Check CHARTROOM_DATA_DIR; `chartroom up` or `ingest` makes one."
        )
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as conn:
            conn.row_factory = sqlite3.Row
            conn.execute("BEGIN")  # one moment for all queries
            yield lambda sql: [dict(row) for row in conn.execute(sql)]
    except sqlite3.Error as error:
        raise _unreadable(error) from None


@contextmanager
def _on_postgres(url: str) -> Iterator[Query]:
    import psycopg
    from psycopg.rows import dict_row

    try:
        with closing(psycopg.connect(re.sub(r"^postgresql\+\w+", "postgresql", url), row_factory=dict_row)) as conn:
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield lambda sql: [dict(row) for row in conn.execute(sql).fetchall()]
    except psycopg.Error as error:
        raise _unreadable(error) from None


def _unreadable(error: Exception) -> StoreFault:
    """By the error's kind alone: a driver's text may hold an address with its password."""
    return StoreFault(f"The index database cannot be read ({type(error).__name__}).", next_step="See that it is whole and its disk or server is up.")


class Kept(Protocol):
    """The objects, by their keys; None for one that is missing or does not open."""

    def open(self, key: str, /) -> BinaryIO | None: ...

    def keys(self) -> Iterator[str]: ...


class _Folder:
    """Objects of a filesystem store, read without its adapter."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def open(self, key: str) -> BinaryIO | None:
        try:
            return (self.root / key).open("rb")
        except OSError:
            return None

    def keys(self) -> Iterator[str]:
        return (str(p.relative_to(self.root)) for p in (self.root / "sha256").rglob("*") if re.fullmatch(r"[0-9a-f]{64}", p.name))


class _Adapter:
    """Objects of an S3 store, or sealed ones, through the store's adapter: it opens nothing that is not whole."""

    def __init__(self, config: Config, folder: Path) -> None:
        self.objects = open_objects(config, folder)

    def open(self, key: str) -> BinaryIO | None:
        try:
            return self.objects.open(key)
        except StoreFault as fault:
            if not fault.permanent:  # a server that does not answer is no gap
                raise
            return None

    def keys(self) -> Iterator[str]:
        return self.objects.keys()


def open_kept(config: Config, folder: Path) -> Kept:
    """The objects of an installation: as plain files where they are, through the store's adapter where they are on S3 or sealed."""
    return _Adapter(config, folder) if config.objects.kind == "s3" or config.objects.key_file else _Folder(folder / config.objects.path)


def is_whole(key: str | None, objects: Kept) -> bool:
    """Whether the object is there and holds what its address says."""
    stream = objects.open(key) if key else None
    if key is None or stream is None:
        return False
    with stream:
        return key.startswith("hmac/") or digest_of(stream) == key.rpartition("/")[2]  # a keyed address says nothing here: its adapter has checked


def digest_of(stream: BinaryIO) -> str:
    """The SHA-256 of what is left of a stream."""
    digest = hashlib.sha256()
    while block := stream.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def plain_files(root: Path) -> Iterator[Path]:
    """All files below a folder, without links."""
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path
