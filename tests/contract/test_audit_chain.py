"""The audit chain: whole as written, broken at the first row that was touched."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, select, text, update

from schemas.faults import InvariantBroken
from schemas.record import AuditEntry
from store import audit
from store.database import reading, writing
from store.tables import audit as table

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def chain(engine):
    for n in range(6):
        with writing(engine) as conn:
            audit.append(conn, AuditEntry("document.filed", f"doc{n % 2}", "clerk", {"n": n, "ü": ["x", None]}), NOW)
    return engine


def tamper(engine, change):
    with writing(engine) as conn:
        on = " ON audit" if engine.dialect.name == "postgresql" else ""
        conn.execute(text(f"DROP TRIGGER audit_no_update{on}"))
        conn.execute(text(f"DROP TRIGGER audit_no_delete{on}"))
        conn.execute(change)


def verdict(engine):
    with reading(engine) as conn:
        return audit.verify_chain(conn)


def test_a_chain_as_written_holds(chain):
    assert verdict(chain) is None


def test_entries_are_newest_first_and_of_one_subject(chain):
    with reading(chain) as conn:
        assert [row.sequence for row in audit.entries(conn, limit=2)] == [6, 5]
        assert [row.sequence for row in audit.entries(conn, subject="doc0")] == [5, 3, 1]
        assert audit.entries(conn)[0].entry == AuditEntry("document.filed", "doc1", "clerk", {"n": 5, "ü": ["x", None]})


@pytest.mark.parametrize("change", [update(table).values(actor="nobody"), delete(table)])
def test_rows_cannot_be_changed_by_ordinary_means(chain, change):
    with pytest.raises(InvariantBroken), writing(chain) as conn:
        conn.execute(change)


@pytest.mark.parametrize(
    "values",
    [
        {"actor": "nobody"},
        {"detail": {"n": 9}},
        {"subject": "doc7"},
        {"at": datetime(2026, 3, 2, tzinfo=UTC)},
        {"digest": "0" * 64},
        {"previous": "0" * 64},
    ],
)
def test_a_changed_row_breaks_the_chain_there(chain, values):
    tamper(chain, update(table).where(table.c.sequence == 3).values(**values))
    assert verdict(chain) == 3


def test_a_row_taken_out_breaks_the_chain_there(chain):
    tamper(chain, delete(table).where(table.c.sequence == 4))
    assert verdict(chain) == 4


def test_the_head_shows_a_tail_that_was_cut_off(chain):
    with reading(chain) as conn:
        before = audit.head(conn)
    tamper(chain, delete(table).where(table.c.sequence == 6))
    with reading(chain) as conn:
        assert audit.verify_chain(conn) is None
        assert audit.head(conn) != before


def test_what_is_rolled_back_leaves_no_gap(chain):
    with pytest.raises(ZeroDivisionError), writing(chain) as conn:  # noqa: PT012
        audit.append(conn, AuditEntry("x", "y", "z", {}), NOW)
        raise ZeroDivisionError
    with writing(chain) as conn:
        audit.append(conn, AuditEntry("x", "y", "z", {}), NOW)
        assert conn.execute(select(func.max(table.c.sequence))).scalar() == 7
    assert verdict(chain) is None
