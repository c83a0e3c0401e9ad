"""Accounts, links, tokens, sessions and opened glasses, on every index database."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.access import Glass, Role, Session, User
from schemas.faults import InvariantBroken
from store import audit, sessions, users
from store.database import reading, writing

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ANN = User("u1", "ann", "Ann Lee", (Role.CLERK, Role.LEAD), active=True, password_hash="h", keys={"undo": "z"})


@pytest.fixture
def conn(engine):
    with writing(engine) as conn:
        users.add(conn, ANN, actor="test", now=NOW)
    with writing(engine) as conn:
        yield conn


def test_an_account_comes_back_as_it_was(conn):
    assert users.get(conn, "u1") == users.named(conn, "ann") == ANN
    assert users.listing(conn) == [ANN]
    assert (users.get(conn, "u2"), users.named(conn, "ANN"), users.count(conn)) == (None, None, 1)


def test_a_name_is_taken_once(engine, conn):
    conn.commit()
    with pytest.raises(InvariantBroken), writing(engine) as other:
        users.add(other, User("u2", "ann", "x", (), active=True), actor="test", now=NOW)


def test_tries_are_counted_and_forgiven(conn):
    for _ in range(3):
        users.charge(conn, "u1", locked_until=NOW)
    assert (users.get(conn, "u1").failures, users.get(conn, "u1").locked_until) == (3, NOW)
    users.forgive(conn, "u1")
    assert users.get(conn, "u1") == ANN


def test_a_time_step_counts_once_and_never_backwards(conn):
    assert [users.use_step(conn, "u1", step) for step in (5, 5, 4, 6)] == [True, False, False, True]


def test_a_link_is_used_once_and_replaced_by_a_newer_one(conn):
    users.invite(conn, "t1", "u1", expires_at=NOW + timedelta(hours=1), actor="test", now=NOW)
    users.invite(conn, "t2", "u1", expires_at=NOW + timedelta(hours=1), actor="test", now=NOW)
    assert users.invited(conn, "t1", now=NOW) is None
    link = users.invited(conn, "t2", now=NOW)
    assert [users.use_invitation(conn, link, "u1") for _ in range(2)] == [True, False]


def test_the_link_of_the_first_user_ends_with_the_first_user(conn):
    users.invite(conn, "t1", None, expires_at=NOW + timedelta(hours=1), actor="test", now=NOW)
    assert users.invited(conn, "t1", now=NOW) is None


def test_disabling_ends_everything_that_opens(conn):
    users.invite(conn, "t1", "u1", expires_at=NOW + timedelta(hours=1), actor="test", now=NOW)
    users.add_token(conn, "t2", "u1", expires_at=NOW + timedelta(hours=1), actor="test", now=NOW)
    sessions.begin(conn, Session("t3", "u1", NOW, NOW, NOW, whole=True), now=NOW)
    assert users.of_token(conn, "t2", now=NOW) == ANN
    users.switch(conn, "u1", active=False, actor="test", now=NOW)
    users.switch(conn, "u1", active=True, actor="test", now=NOW)
    assert (users.invited(conn, "t1", now=NOW), users.of_token(conn, "t2", now=NOW), sessions.find(conn, "t3", now=NOW)) == (None, None, None)


@pytest.mark.parametrize(("idle", "open_for", "there"), [(14, 60, True), (15, 60, False), (1, 719, True), (1, 720, False)])
def test_a_session_lasts_as_long_as_it_may(conn, idle, open_for, there):
    seen = NOW - timedelta(minutes=idle)
    kept = Session("t", "u1", NOW - timedelta(minutes=open_for), seen, seen, whole=False)
    sessions.begin(conn, kept, now=kept.begun_at)
    assert sessions.find(conn, "t", now=NOW) == (kept if there else None)


def test_beginning_a_session_sweeps_out_what_is_over(engine, conn):
    sessions.begin(conn, Session("old", "u1", NOW, NOW, NOW, whole=True), now=NOW)
    sessions.begin(conn, Session("new", "u1", NOW, NOW, NOW, whole=True), now=NOW + timedelta(minutes=16))
    assert sessions.find(conn, "old", now=NOW) is None
    assert sessions.find(conn, "new", now=NOW) is not None


def test_a_glass_is_open_for_its_time_and_read_once(conn):
    opened = Glass("g", "u1", "M1", "safety", "words", NOW, NOW + timedelta(hours=1))
    sessions.open_glass(conn, opened)
    assert sessions.glasses_of(conn, "u1", now=NOW) == (opened,)
    assert sessions.glasses_of(conn, "u1", now=opened.until) == ()
    assert sessions.glasses_of(conn, "u2", now=NOW) == ()
    assert [sessions.review_glass(conn, "g", actor="user:p", now=NOW) for _ in range(2)] == [True, False]
    assert sessions.notices(conn)[0].reviewed_by == "user:p"


def test_the_trail_is_searched_by_what_is_asked(engine, conn):
    conn.commit()
    with reading(engine) as look:
        assert [row.entry.subject for row in audit.search(look, action="user.")] == ["u1"]
        assert audit.search(look, action="user%") == audit.search(look, actor="nobody") == audit.search(look, before=1) == []
        assert len(audit.search(look, subject="u1", actor="test", before=2)) == 1
