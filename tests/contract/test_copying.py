"""An index database copied into an empty one of either kind is the same, numbers on as before, and is never half copied."""

from datetime import UTC, datetime

import pytest

from pipeline.match import patient_keys
from schemas.faults import ConfigFault, InvariantBroken
from schemas.patient import IndexPatient
from schemas.source import Priority
from store import audit, copying, journal
from store.copying import copy_index
from store.database import open_index, reading, writing
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
