"""Alarms by the figures that give them, and the same figures as metrics."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from schemas.config import Config, Folder, Objects
from schemas.faults import KeyMissing, StoreFault
from schemas.record import DocumentRecord, DocumentStatus, ReviewItem
from schemas.rules import AlarmRules, IntakeRules
from schemas.source import Priority
from store import documents, journal, queue
from store.database import writing
from store.scrubs import Scrub
from workers import disk, watcher
from workers.alarms import MEGABYTE, AlarmCode, find_alarms
from workers.figures import Figures, WatchedFolder, not_ready, take_figures
from workers.health import check_watch
from workers.metrics import render_metrics
from workers.settings import Settings
from workers.sighting import leave_here
from workers.slots import hold_slot
from workers.wire import connect

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CONFIG = Config(
    folders=(Folder("fax", "in"),),
    alarms=AlarmRules(stuck_minutes=60, ageing_hours=24, disk_low_megabytes=4000),
    intake=IntakeRules(min_free_megabytes=1000),
)
QUIET = Figures(
    deliveries={"taken": 1, "settled": 5},
    oldest_unsettled=NOW - timedelta(minutes=61),
    settled_in_patience=1,
    refused_lately=0,
    ignored=3,
    refused=2,
    documents={"filed": 4},
    renditions={"PDF/A-2b": 4},
    review={"open": 2, "blind": 1, "resolved": 9},
    oldest_item=NOW - timedelta(hours=24),
    people=100,
    watcher_runs=True,
    folders=(WatchedFolder("fax", 1, 7.5, {}),),
    workers_running=2,
    workers_known=2,
    disk_free=4000 * MEGABYTE,
    disk_total=90_000 * MEGABYTE,
    objects_answer=True,
    key_missing=None,
    scrub=Scrub(NOW - timedelta(hours=2), 50, ()),
)


def codes(config=CONFIG, **changes):
    return [alarm.code for alarm in find_alarms(replace(QUIET, **changes), config, now=NOW)]


def test_a_house_at_rest_gives_none():
    assert codes() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"settled_in_patience": 0}, "work.stuck"),
        ({"workers_running": 0}, "work.no_worker"),
        ({"watcher_runs": False}, "watch.not_running"),
        ({"folders": (WatchedFolder("fax", 0, 0.0, {"folder missing": 1}),)}, "watch.problem"),
        ({"refused_lately": 1}, "watch.refused"),
        ({"oldest_item": NOW - timedelta(hours=24, seconds=1)}, "review.ageing"),
        ({"disk_free": 3999 * MEGABYTE}, "disk.low"),
        ({"disk_free": 999 * MEGABYTE}, "disk.full"),
        ({"objects_answer": False}, "store.unreachable"),
        ({"key_missing": KeyMissing("The key 1 is not in the key file.", next_step="Put it back.")}, "store.key_missing"),
        ({"scrub": Scrub(NOW, 50, ("sha256/aa",))}, "store.damaged"),
        ({"scrub": Scrub(NOW - timedelta(days=7, seconds=1), 50, ())}, "store.unread"),
    ],
)
def test_each_alarm_has_its_cause_its_code_and_what_to_do(changes, code):
    alarms = find_alarms(replace(QUIET, **changes), CONFIG, now=NOW)
    assert [alarm.code for alarm in alarms] == [code]
    assert alarms[0].sentence.endswith(".")
    assert alarms[0].next_step.endswith(".")


def test_every_alarm_there_is_can_be_given():
    worst = {
        "settled_in_patience": 0,
        "workers_running": 0,
        "watcher_runs": False,
        "folders": (WatchedFolder("fax", 0, 0.0, {"x": 1}),),
        "refused_lately": 1,
    }
    worst |= {"oldest_item": NOW - timedelta(days=9), "disk_free": 0, "objects_answer": False, "scrub": Scrub(NOW - timedelta(days=8), 1, ("a",))}
    assert set(codes(**worst)) | set(codes(disk_free=3999 * MEGABYTE)) | set(codes(key_missing=KeyMissing("gone"))) == set(AlarmCode)


def test_nothing_to_do_needs_no_worker_and_no_folder_no_watcher():
    assert codes(deliveries={"taken": 0, "settled": 5}, oldest_unsettled=None, settled_in_patience=0, workers_running=0) == []
    assert codes(replace(CONFIG, folders=()), watcher_runs=False, folders=()) == []
    assert codes(settled_in_patience=0, oldest_unsettled=NOW - timedelta(minutes=59)) == []


def read(figures, alarms=()):
    found = {}
    for family in text_string_to_metric_families(render_metrics(figures, alarms, now=NOW).decode()):
        for sample in family.samples:
            found[(sample.name.removeprefix("chartroom_"), *sample.labels.values())] = sample.value
    return found


def test_the_figures_as_metrics():
    damaged = replace(QUIET, scrub=Scrub(NOW - timedelta(hours=2), 50, ("sha256/aa",)), folders=(WatchedFolder("fax", 1, 7.5, {"no events": 2}),))
    found = read(damaged, find_alarms(damaged, CONFIG, now=NOW))
    assert found["deliveries", "taken"] == 1
    assert found["documents", "filed"] == 4
    assert found["review_items", "open"] == 2
    assert found["review_oldest_seconds",] == 24 * 3600
    assert found["oldest_unsettled_seconds",] == 61 * 60
    assert found["folder_waiting", "fax"] == 1
    assert found["folder_problems", "fax", "no events"] == 2
    assert found["workers", "running"] == 2
    assert found["disk_free_bytes",] == 4000 * MEGABYTE
    assert found["scrub_bad_objects",] == 1
    assert found["scrub_age_seconds",] == 7200
    assert {name for name, value in ((key[1], value) for key, value in found.items() if key[0] == "alarm") if value} == {
        "store.damaged",
        "watch.problem",
    }
    assert {key[1] for key in found if key[0] == "alarm"} | set(codes(key_missing=KeyMissing("gone"))) == set(AlarmCode)


def test_a_house_that_never_scrubbed_has_no_figures_of_it():
    assert not [key for key in read(replace(QUIET, scrub=None)) if key[0].startswith("scrub")]


@pytest.fixture
def stores(tmp_path):
    made = connect(Config(), tmp_path / "var")
    yield made
    made.index.dispose()


def take(conn, number, at):
    facts = {"sha256": str(number), "size": 1, "object_key": f"sha256/{number}", "facility": "", "priority": Priority.NORMAL, "now": at}
    return journal.take(conn, id=f"d{number}", key=f"k{number}", source="fax/Doe", name="Doe.pdf", **facts)[0]


def settle(conn, delivery, items=()):
    """One document of no page, quarantined, an hour and a minute ago."""
    facts = (delivery.sha256, (), DocumentStatus.QUARANTINED, None, None, None, None, None, {}, ("file.corrupt",), None, None, {})
    record = DocumentRecord(f"doc{delivery.id}", delivery.id, delivery.name, *facts)
    documents.settle(conn, delivery=delivery, page_count=0, records=[record], texts={}, items=items, now=NOW - timedelta(minutes=61))


def test_figures_are_taken_from_index_folder_and_locks_and_name_nobody(tmp_path, stores):
    with writing(stores.index) as conn:
        take(conn, 1, NOW - timedelta(minutes=5))
        settled = take(conn, 2, NOW - timedelta(minutes=90))
        settle(conn, settled)
        journal.note_refused(conn, source="fax", name="Doe", kind="link", now=NOW - timedelta(hours=25))
        journal.note_refused(conn, source="fax", name="Roe", kind="link", now=NOW - timedelta(hours=23))
    run = tmp_path / "var" / "run"
    run.mkdir()
    (run / "slot-7.lock").touch()
    row = {"name": "fax", "waiting": 2, "oldest_wait_seconds": 3.0, "problems": {}}
    (run / "watch.json").write_text(f'{{"at": "{NOW.isoformat()}", "folders": [{str(row).replace(chr(39), chr(34))}]}}')
    seen = take_figures(CONFIG, tmp_path / "var", stores, now=NOW)
    assert seen.deliveries == {"taken": 1, "settled": 1}
    assert (seen.settled_in_patience, seen.refused_lately, seen.refused) == (0, 1, 2)
    assert (seen.watcher_runs, seen.folders) == (True, (WatchedFolder("fax", 2, 3.0, {}),))
    assert (seen.workers_running, seen.workers_known, seen.objects_answer) == (0, 1, True)
    assert take_figures(CONFIG, tmp_path / "var", stores, now=NOW + timedelta(minutes=2)).watcher_runs is False
    told = render_metrics(seen, find_alarms(seen, CONFIG, now=NOW), now=NOW).decode()
    assert "Doe" not in told + str(find_alarms(seen, CONFIG, now=NOW))
    assert hold_slot(run, "slot-7") is not None, "looking at the locks keeps none"


def test_the_oldest_item_is_one_that_somebody_must_decide(stores):
    with writing(stores.index) as conn:
        delivery = take(conn, 1, NOW)
        waits = [ReviewItem(f"i{hours}", f"doc{delivery.id}", (), "normal", NOW - timedelta(hours=hours), blind=hours > 2) for hours in (1, 2, 3)]
        assert queue.oldest_open(conn) is None
        settle(conn, delivery, waits)
        assert queue.oldest_open(conn) == NOW - timedelta(hours=2)


@pytest.mark.parametrize(
    ("ahead", "alive"), [(timedelta(seconds=-30), True), (timedelta(seconds=30), True), (timedelta(days=365), False), (timedelta(days=-1), False)]
)
def test_a_watcher_seen_in_the_future_proves_no_more_than_one_long_ago(tmp_path, stores, ahead, alive):
    now = datetime.now(UTC)
    leave_here(tmp_path / "var" / "run", [], now + ahead)
    assert take_figures(CONFIG, tmp_path / "var", stores, now=now).watcher_runs is alive
    with nullcontext() if alive else pytest.raises(StoreFault, match="in the future" if ahead > timedelta() else "s ago"):
        check_watch(Settings(CONFIG, tmp_path / "var", {}))


@pytest.mark.parametrize("told", ["[]", '{"at": 5, "folders": []}', '{"at": "2026-11-21T12:00:00", "folders": []}', "null", "{"])
def test_a_heartbeat_out_of_shape_is_none_and_breaks_nothing(tmp_path, stores, told):
    (tmp_path / "var" / "run").mkdir(exist_ok=True)
    (tmp_path / "var" / "run" / "watch.json").write_text(told)
    assert take_figures(CONFIG, tmp_path / "var", stores, now=NOW + timedelta(days=3)).watcher_runs is False


def test_the_watcher_and_alarms_look_at_the_disk_of_the_objects_too(tmp_path, stores, monkeypatch):
    monkeypatch.setattr(disk, "_room", lambda place: disk.Room(5, 10) if place == tmp_path / "far" else disk.Room(7, 10))
    config = replace(CONFIG, objects=Objects(path=str(tmp_path / "far")))
    assert watcher._free(config, tmp_path / "var") == 5
    seen = take_figures(config, tmp_path / "var", stores, now=NOW)
    assert (seen.disk_free, seen.disk_total) == (5, 10)
    assert "disk.full" in [alarm.code for alarm in find_alarms(seen, config, now=NOW)]


def test_a_store_that_does_not_answer_is_named(tmp_path, stores):
    assert not_ready(stores) == []
    with writing(stores.index) as conn:
        conn.exec_driver_sql("ALTER TABLE delivery RENAME TO lost")
    assert not_ready(stores) == ["index"]
