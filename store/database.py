"""Opens the index database and its transactions. Knows SQLite's and Postgres' ways; knows nothing of what is kept.

One writer at a time on either: SQLite by BEGIN IMMEDIATE, Postgres by an advisory lock. Order of commit is order of sequence,
which the audit chain and the rule "the lowest of equal contents is the original" rest on.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, InterfaceError, OperationalError

from schemas.faults import ConfigFault, Fault, InvariantBroken, LeaseEnded, StoreFault
from store import leases

HEAD = "0011"  # newest revision under migrations/versions
WRITER_LOCK = 0x43484152  # "CHAR"
NOTICED = ("tcp_keepalives_idle=10", "tcp_keepalives_interval=5", "tcp_keepalives_count=3")
NOTICING = {"connect_timeout": "10", "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3", "tcp_user_timeout": "25000"}
ALONE = text(
    "SELECT pg_advisory_xact_lock(:lock), set_config('idle_in_transaction_session_timeout', '60s', true)"
)  # a writer that stands still lets go
PRAGMAS = ("busy_timeout=30000", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-65536")


def open_index(url: str) -> Engine:
    """The index database at `url`, brought to the newest schema. Several processes may start at once."""
    kind = _parsed(url)
    if kind.get_backend_name() == "sqlite":
        return _open_sqlite(url, kind.database or "")
    if kind.get_backend_name() == "postgresql":
        engine = create_engine(noticed(url), hide_parameters=True, pool_pre_ping=True)
        _migrate(engine)
        return engine
    raise ConfigFault("The index database must be SQLite or Postgres.", next_step="Correct index.url.")


def open_to_read(url: str) -> Engine:
    """The index database at `url` as it stands, read only. ConfigFault when it is none, or one of another version."""
    kind = _parsed(url)
    backend, path = kind.get_backend_name(), Path(kind.database or "")
    if backend == "sqlite" and not path.is_file():
        raise ConfigFault("There is no database to read.", next_step="Check the path; three slashes and then the path.")
    if backend == "sqlite":
        engine = create_engine(url, hide_parameters=True, creator=lambda: sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True))
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif backend == "postgresql":
        engine = create_engine(noticed(url), hide_parameters=True)
    else:
        raise ConfigFault("The index database must be SQLite or Postgres.", next_step="Correct the address.")
    with reading(engine) as conn:
        revision, tables = _revision(conn), {*inspect(conn).get_table_names()}
    if revision is None or not {"delivery", "document", "audit"} <= tables:
        raise ConfigFault("That database is no index of Chartroom's.", next_step="Check the address; nothing was written.")
    if revision != HEAD:
        raise ConfigFault(
            f"That index belongs to another version (schema {revision}).", next_step=f"Bring it to schema {HEAD} with `chartroom migrate`."
        )
    return engine


def noticed(url: str) -> str:
    """A Postgres address where either side notices within half a minute that the other's machine is gone, and lets go or tries again."""
    address = make_url(url)
    said = address.query.get("options", "")
    options = " ".join([*([said] if isinstance(said, str) else said), *(f"-c {setting}" for setting in NOTICED)])
    asked = {**NOTICING, **address.query, "options": options.strip()}
    return address.update_query_dict(asked).render_as_string(hide_password=False)


def fenced(engine: Engine, number: int) -> Engine:
    """The same database for one who works under a lease: what it writes commits only while that lease stands."""
    return engine.execution_options(lease=number)


def _parsed(url: str) -> URL:
    try:
        kind = make_url(url)
        kind.get_dialect()
    except ArgumentError:  # without its text: an address holds a password
        raise ConfigFault("The address of the index database cannot be read.", next_step="Correct index.url.") from None
    return kind


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write, alone among writers; commits at the end, rolls back on any error.

    LeaseEnded for one who is fenced and was taken for dead: leases are ended by writers alone, so none can end while in the block.
    """
    with _faults(), engine.connect().execution_options(writing=True) as conn, conn.begin():
        if conn.dialect.name == "postgresql":
            conn.execute(ALONE, {"lock": WRITER_LOCK})
        number = conn.get_execution_options().get("lease")
        if number is not None and not leases.stands(conn, number):
            raise LeaseEnded("This worker was taken for dead by others.", next_step="It ends and begins anew.")
        yield conn


@contextmanager
def beating(engine: Engine) -> Iterator[Connection]:
    """A short transaction that raises a beat, without waiting for other writers."""
    with _faults(), engine.connect().execution_options(writing=True) as conn, conn.begin():
        yield conn


@contextmanager
def alone(engine: Engine, errand: str, *, most_seconds: int) -> Iterator[bool]:
    """Whether nobody else on any machine goes this errand. On Postgres: nobody else does while in the block, for `most_seconds` at most."""
    with _faults(), engine.connect() as conn, conn.begin():
        lock = int.from_bytes(hashlib.sha256(errand.encode()).digest()[:4], "big")
        conn.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{most_seconds}s'"))
        yield bool(conn.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": lock}).scalar())


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one moment of the database and hinders nobody."""
    with _faults(), engine.connect() as conn:
        if conn.dialect.name == "postgresql":
            conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with conn.begin():
            yield conn


@contextmanager
def glancing(engine: Engine) -> Iterator[Connection]:
    """For single statements, each of which sees its own moment: a third of what a transaction costs, for who reads as often as the matcher."""
    with _faults(), engine.connect() as conn:
        yield conn


def _open_sqlite(url: str, database: str) -> Engine:
    if database in {"", ":memory:"}:
        raise ConfigFault("The index database must be a file.", next_step="Correct index.url.")
    path = Path(database)
    with _disk():
        path.parent.mkdir(parents=True, exist_ok=True)
    with _disk(), suppress(FileExistsError):  # never opened when it exists: closing it would drop the locks of this process's connections
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    with _disk(), path.with_name(path.name + ".lock").open("w") as gate:  # the change to WAL does not wait for other starters by itself
        fcntl.flock(gate, fcntl.LOCK_EX)
        _refuse_foreign(engine)
        _turn_on_wal(engine)
        _migrate(engine)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Transactions are begun by `_begin_sqlite`, never by the driver; FULL, because NORMAL loses commits at a power cut."""
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(conn: Connection) -> None:
    if conn.get_execution_options().get("writing"):
        conn.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # takes no lock, so it cannot fail; the matcher reads too often for SQLAlchemy's way
        conn.connection.cursor().execute("BEGIN")


def _refuse_foreign(engine: Engine) -> None:
    """ConfigFault for a file that holds tables and is no index: ours would be added to somebody else's, or to the journal of durable work."""
    with reading(engine) as conn:
        if _revision(conn) is None and inspect(conn).get_table_names():
            raise ConfigFault("That database holds something else than an index.", next_step="Give a file of its own; nothing was written.")


def _turn_on_wal(engine: Engine) -> None:
    """Persistent in the file; outside of any transaction."""
    with _faults():
        raw = engine.raw_connection()
        try:
            mode = raw.cursor().execute("PRAGMA journal_mode=WAL").fetchone()[0]
        finally:
            raw.close()
    if mode != "wal":
        raise ConfigFault("The index database cannot use a write-ahead log there.", next_step="Put it on a local disk.")


def _migrate(engine: Engine) -> None:
    """To HEAD, inside one writing transaction: whoever comes second finds it done."""
    with reading(engine) as conn:
        revision = _revision(conn)
    if revision == HEAD:
        return
    if revision is not None and revision > HEAD:
        raise ConfigFault(f"The index database belongs to a newer version (schema {revision}).", next_step="Run that version here too.")
    from alembic import command

    with writing(engine) as conn:
        config = migration_config()
        config.attributes["connection"] = conn
        command.upgrade(config, "head")


def migration_config() -> Any:
    """Alembic's configuration, without a file of its own."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _revision(conn: Connection) -> str | None:
    if not inspect(conn).has_table("alembic_version"):
        return None
    return conn.execute(text("SELECT version_num FROM alembic_version")).scalar()


@contextmanager
def _disk() -> Iterator[None]:
    """What the disk refuses as a fault."""
    try:
        yield
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "unknown error")
        raise StoreFault(
            f"The folder of the index database refuses ({name}).", next_step="See that its disk is mounted, writable and not full."
        ) from None


@contextmanager
def _faults() -> Iterator[None]:
    """Driver errors as faults that name the kind of error and no value: a driver's message may hold patient data."""
    try:
        yield
    except DBAPIError as error:
        raise _fault(error) from None
    except sqlite3.Error as error:  # from `_prepare_sqlite`, which SQLAlchemy hands on as it is
        raise StoreFault(f"The index database does not open ({error.sqlite_errorname}).", next_step="See that it is whole.", permanent=True) from None


def _fault(error: DBAPIError) -> Fault:
    kind = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or type(error.orig).__name__
    if isinstance(error, IntegrityError):
        return InvariantBroken(f"The index database refused a change ({kind}).", next_step="Tell IT; nothing was written.")
    passing = isinstance(error, (OperationalError, InterfaceError))
    return StoreFault(
        f"The index database does not answer as it should ({kind}).", next_step="See that its disk or server is up.", permanent=not passing
    )
