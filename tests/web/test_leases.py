"""Leases on review items: never in two hands, never decided under a number that has passed on, taken back only by compensating events."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from schemas.decision import Wish
from schemas.faults import Fault, StaleClaim
from schemas.record import DocumentStatus
from store import corrections, documents, queue
from store.database import reading, writing
from workers.resolve import resolve_item

CLERKS = st.sampled_from(["user:a", "user:b", "user:c"])
PLACES = st.integers(0, 2)


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    from web_desk import START, Desk

    from schemas.config import Config
    from workers.wire import connect

    folder = tmp_path_factory.mktemp("leases")
    desk = Desk(Config(), folder, connect(Config(), folder), [START])
    desk.people(("M1", "Doe"))
    yield desk
    desk.stores.index.dispose()


NUMBERS = iter(range(1, 10**6))


def machine(desk):
    class Hands(RuleBasedStateMachine):
        """Three clerks over three items; the model knows who was handed what, and until when."""

        @initialize()
        def begin(self):
            self.now = datetime(2026, 11, 21, 9, tzinfo=UTC)
            self.names = [next(NUMBERS) for _ in range(3)]
            for name in self.names:
                desk.put(name, f"{name}.pdf")
            self.handed, self.decided, self.numbers = {}, set(), {}

        @rule(clerk=CLERKS, place=PLACES)
        def claim(self, clerk, place):
            item = f"item-{self.names[place]}"
            with writing(desk.stores.index) as conn:
                fence = queue.claim(conn, item, clerk, now=self.now)
            other = [who for (who, what), until in self.handed.items() if what == item and who != clerk and until > self.now]
            assert (fence is None) == bool(other or item in self.decided)
            if fence is not None:
                self.handed[clerk, item] = self.now + queue.LASTS
                before = self.numbers.get((clerk, item))
                taken = [number for (_, what), number in self.numbers.items() if what == item]
                assert fence == before or fence > max(taken, default=0)  # a number never goes to somebody else
                self.numbers[clerk, item] = fence

        @rule(clerk=CLERKS, place=PLACES, wait=st.sampled_from([0, 1, 4, 6]))
        def decide(self, clerk, place, wait):
            item = f"item-{self.names[place]}"
            self.now += timedelta(minutes=wait)
            fence = self.numbers.get((clerk, item), 0)
            rightly = self.handed.get((clerk, item), self.now) > self.now and item not in self.decided
            if rightly:
                resolve_item(desk.stores, item, Wish(set_aside="cover"), actor=clerk, now=self.now, fence=fence)
                self.decided.add(item)
                return
            with reading(desk.stores.index) as conn:
                was = queue.get(conn, item)
            with pytest.raises(StaleClaim):
                resolve_item(desk.stores, item, Wish(set_aside="cover"), actor=clerk, now=self.now, fence=fence)
            with reading(desk.stores.index) as conn:
                assert queue.get(conn, item) == was

        @rule(minutes=st.integers(1, 7))
        def wait(self, minutes):
            self.now += timedelta(minutes=minutes)

        @rule(clerk=CLERKS)
        def leave(self, clerk):
            with writing(desk.stores.index) as conn:
                queue.give_back(conn, clerk)
            self.handed = {key: until for key, until in self.handed.items() if key[0] != clerk}

        @invariant()
        def one_holder_at_most(self):
            for name in getattr(self, "names", []):
                holders = [who for (who, what), until in self.handed.items() if what == f"item-{name}" and until > self.now]
                assert len(holders) <= 1

    return Hands


def test_no_item_is_ever_in_two_hands_and_no_stale_decision_is_written(stores):
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(machine(stores), settings=settings(max_examples=30, stateful_step_count=20, deadline=None))


def test_the_next_item_comes_leased_and_a_third_one_goes_back(stores):
    names = [next(NUMBERS) for _ in range(4)]
    for name in names:
        stores.put(name, f"{name}.pdf")
    with writing(stores.stores.index) as conn:
        first = queue.sit_down(conn, f"item-{names[0]}", "user:x", queue.Wanted(), now=stores.now)
        other = queue.sit_down(conn, f"item-{names[3]}", "user:x", queue.Wanted(), now=stores.now)
        mine = [item.id for item in queue.open_items(conn) if item.holder == "user:x"]
        queue.give_back(conn, "user:x")
    assert first.following is not None
    assert sorted(mine) == sorted([f"item-{names[3]}", other.following.id])


def test_undo_takes_the_filing_back_and_asks_again_and_only_once(stores):
    name, now = next(NUMBERS), stores.now
    stores.put(name, "undo.pdf")
    with reading(stores.stores.index) as conn:
        before = documents.get(conn, f"doc{name}")
    resolve_item(stores.stores, f"item-{name}", Wish(patient="M1", anyway=True), actor="user:a", now=now)
    for who in ("user:b", "user:a"):
        with writing(stores.stores.index) as conn:
            if who == "user:b":
                with pytest.raises(StaleClaim):
                    corrections.undo(conn, f"item-{name}", who, now=now)
            else:
                again = corrections.undo(conn, f"item-{name}", who, now=now)
    with writing(stores.stores.index) as conn:
        record = documents.get(conn, before.id)
        assert (record.status, record.patient_mrn, record.reasons, record.fields) == (
            before.status,
            before.patient_mrn,
            before.reasons,
            before.fields,
        )
        assert [act for act, *_ in documents.filings(conn, record.id)] == ["file", "unfile"]
        assert (again.reasons, queue.get(conn, again.id).holder) == (record.reasons, "user:a")
        with pytest.raises(StaleClaim):
            corrections.undo(conn, f"item-{name}", "user:a", now=now)
        with pytest.raises(Fault):
            corrections.unfile(conn, record, "user:a", "wrong_patient", now=now)  # it is in no chart
    resolve_item(stores.stores, again.id, Wish(patient="M1", anyway=True), actor="user:a", now=now)
    with writing(stores.stores.index) as conn:
        item = corrections.unfile(conn, documents.get(conn, before.id), "user:a", "wrong_patient", now=now)
        assert documents.get(conn, before.id).status is DocumentStatus.REVIEW
        assert item.reasons == ("patient.unfiled",)


def test_three_skips_hand_an_item_to_the_lead(stores):
    name = next(NUMBERS)
    stores.put(name, "skip.pdf")
    seen = []
    with writing(stores.stores.index) as conn:
        for _ in range(3):
            queue.skip(conn, f"item-{name}", "user:a", "later", now=stores.now)
            seen.append(queue.get(conn, f"item-{name}").escalated)
    assert seen == [False, False, True]


def test_the_shell_does_not_decide_what_a_clerk_has_open(stores):
    name = next(NUMBERS)
    stores.put(name, "held.pdf")
    with writing(stores.stores.index) as conn:
        queue.claim(conn, f"item-{name}", "user:a", now=stores.now)
    with pytest.raises(StaleClaim, match="Somebody"):
        resolve_item(stores.stores, f"item-{name}", Wish(set_aside="cover"), actor="shell:b", now=stores.now)


def test_the_next_item_is_of_the_same_sender_unless_something_is_urgent_or_late(desk):
    from schemas.source import Priority
    from store.tables import document

    for number in range(1, 6):
        desk.put(number, f"{number}.pdf", priority=Priority.STAT if number == 5 else Priority.NORMAL)
        desk.pass_time(minutes=1)
    with writing(desk.stores.index) as conn:
        conn.execute(document.update().where(document.c.id.in_(["doc1", "doc4"])).values(read_facility="Northgate"))
        following = lambda after, now: queue.next_item(conn, "user:a", queue.Wanted(), now=now, after=after).id  # noqa: E731
        assert following("item-1", desk.now) == "item-5"
        resolved = {"resolved_at": desk.now, "resolved_by": "t"}
        conn.execute(queue.table.update().where(queue.table.c.id == "item-5").values(**resolved))
        assert following("item-1", desk.now) == "item-4"
        assert following("item-2", desk.now) == "item-1"
        conn.execute(queue.table.update().where(queue.table.c.id == "item-3").values(opened_at=desk.now - queue.TARGET))
        assert following("item-1", desk.now) == "item-3"
