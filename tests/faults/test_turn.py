"""Which files are handed to the engine: those whose turn is next, each once, whoever handed it over."""

from datetime import UTC, datetime

from schemas.config import Config
from schemas.source import Priority
from store import journal
from store.database import writing
from workers import work
from workers.wire import connect

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Queue:
    """The two verbs of the engine that handing over needs."""

    def __init__(self):
        self.order = []

    def states(self, ids):
        return dict.fromkeys(set(ids) & set(self.order), "ENQUEUED")

    def submit(self, delivery_id, priority):
        assert delivery_id not in self.order
        self.order.append(delivery_id)


def take(conn, name, priority=Priority.NORMAL):
    facts = {"source": "desk", "name": name, "sha256": name, "size": 1, "object_key": name, "facility": ""}
    journal.take(conn, id=name, key=name, priority=priority, now=NOW, **facts)


def settle(stores, *names):
    from sqlalchemy import update

    from store.tables import delivery

    with writing(stores.index) as conn:
        conn.execute(update(delivery).where(delivery.c.id.in_(names)).values(state="settled"))


def test_as_many_as_are_next_in_turn_are_handed_over_and_the_urgent_do_not_wait_behind_the_backlog(tmp_path, monkeypatch):
    monkeypatch.setattr(work, "IN_TURN", 3)
    stores, queue, mine, yours = connect(Config(), tmp_path / "var"), Queue(), set(), set()
    with writing(stores.index) as conn:
        for name in "abcdefgh":
            take(conn, name)
    work.submit_new(stores, queue, mine)
    work.submit_new(stores, queue, yours)
    assert queue.order == ["a", "b", "c"]
    assert mine == yours == {"a", "b", "c"}
    with writing(stores.index) as conn:
        take(conn, "urgent", Priority.STAT)
    settle(stores, "b")
    work.submit_new(stores, queue, yours)
    assert queue.order[3:] == ["urgent"]
    settle(stores, "a", "c", "urgent")
    work.submit_new(stores, queue, mine)
    assert queue.order[4:] == ["d", "e", "f"]
    settle(stores, *"defgh")
    work.submit_new(stores, queue, mine)
    assert mine == set()
    with writing(stores.index) as conn:
        assert journal.unsettled_ids(conn) == set()
