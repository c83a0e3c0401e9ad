"""An index database copied into an empty one of either kind is the same, numbers on as before, and is never half copied."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from pipeline.match import patient_keys
from schemas.faults import ConfigFault, InvariantBroken, StoreFault
from schemas.patient import IndexPatient
from schemas.source import Priority
from store import audit, copying, journal
from store.copying import copy_index
from store.database import open_index, open_to_read, reading, writing
from store.objects import key_of
from store.upsert import upsert

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PEOPLE = [IndexPatient("M1", "O'Neil", "Zoë"), IndexPatient("M2", "Doe", "Jane", dob="1970-01-02")]


def take(engine, number):
    plain = {"source": "fax", "name": f"{number}\udcff.pdf", "sha256": "0" * 64, "size": 7, "now": NOW, "facility": "", "priority": Priority.NORMAL}
    with writing(engine) as conn:
        return journal.take(conn, id=f"d{number}", key=f"k{number}", object_key=key_of("0" * 64), **plain)


@pytest.fixture
def filled(tmp_path):
    source = open_index(f"sqlite:///{tmp_path}/filled.db")
    take(source, 1)
    take(source, 2)
    upsert(source, [(person, patient_keys(person)) for person in PEOPLE], now=NOW)
    return source


def rows(engine):
    with reading(engine) as conn:
        return journal.deliveries(conn), audit.entries(conn), audit.head(conn)


def test_a_copy_is_equal_and_numbers_on(filled, engine):
    tables = copy_index(filled, engine)
    assert {table.name: table.rows for table in tables}["delivery"] == 2
    assert rows(engine) == rows(filled)
    take(engine, 3)
    upsert(engine, [(IndexPatient("M3", "New", "Ann"), ("k",))], now=NOW)
    assert len(rows(engine)[0]) == 3


def test_and_back_again(filled, engine, tmp_path):
    copy_index(filled, engine)
    again = open_index(f"sqlite:///{tmp_path}/again.db")
    assert copy_index(engine, again) == copy_index(filled, open_index(f"sqlite:///{tmp_path}/straight.db"))
    assert rows(again) == rows(filled)


def test_a_database_that_holds_anything_is_not_written_over(filled, engine):
    take(engine, 1)
    with pytest.raises(ConfigFault, match="not empty"):
        copy_index(filled, engine)


def test_a_lost_row_undoes_the_copy(filled, engine, monkeypatch):
    batches, seal = copying._batches, copying._seal
    monkeypatch.setattr(copying, "_batches", lambda conn, table: (part[1:] for part in batches(conn, table) if len(part) > 1))

    def seal_what_is_there(conn, table):
        monkeypatch.setattr(copying, "_batches", batches)
        return seal(conn, table)

    monkeypatch.setattr(copying, "_seal", seal_what_is_there)
    with pytest.raises(InvariantBroken, match="differs after copying"):
        copy_index(filled, engine)
    assert rows(engine)[0] == []


def test_a_copy_is_made_from_an_index_that_is_only_read(filled, tmp_path):
    filled.dispose()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    source = open_to_read(f"sqlite:///{tmp_path}/filled.db")
    with pytest.raises(StoreFault, match="READONLY"):
        take(source, 3)
    copy = open_index(f"sqlite:///{tmp_path / 'elsewhere' / 'copy.db'}")
    copy_index(source, copy)
    assert rows(copy) == rows(filled)
    assert len(rows(copy)[0]) == 2
    source.dispose()
    assert {name: (tmp_path / name).read_bytes() for name in before} == before


def test_what_is_read_only_is_the_same_on_either_kind(filled, engine):
    copy_index(filled, engine)
    again = open_to_read(engine.url.render_as_string(hide_password=False))
    assert rows(again) == rows(filled)
    again.dispose()


@pytest.mark.parametrize("foreign", ["CREATE TABLE song (title TEXT)", "CREATE TABLE alembic_version AS SELECT '0011' AS version_num", ""])
def test_what_is_no_index_is_neither_copied_nor_copied_into(tmp_path, foreign):
    path = tmp_path / "foreign.db"
    with closing(sqlite3.connect(path)) as made:
        made.executescript(foreign or "PRAGMA user_version = 1")
    before = path.read_bytes()
    with pytest.raises(ConfigFault, match="no index"):
        open_to_read(f"sqlite:///{path}")
    assert path.read_bytes() == before
    if foreign.startswith("CREATE TABLE song"):
        with pytest.raises(ConfigFault, match="something else"):
            open_index(f"sqlite:///{path}")
        assert path.read_bytes() == before


def test_an_index_of_another_version_is_not_copied(filled, tmp_path):
    with writing(filled) as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0010'")
    with pytest.raises(ConfigFault, match="another version"):
        open_to_read(f"sqlite:///{tmp_path}/filled.db")
