"""Workers of several machines on one queue: Postgres, an S3 server, a data folder each. One dies for good, one only seems to."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import stub_worker
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from schemas.config import Config, Engine, Folder, Index
from schemas.faults import ConfigFault, LeaseEnded, StoreFault
from schemas.record import DocumentStatus
from store import documents, journal, leases
from store.copying import copy_index
from store.database import alone, fenced, noticed, open_index, reading, writing
from workers.audit import take_ledger
from workers.crew import Pulse, SharedCrew
from workers.figures import take_figures
from workers.ingest import count_settled, ingest
from workers.patients import import_patients
from workers.settings import read_settings
from workers.sighting import STALE, Sign
from workers.slots import place_of
from workers.status import take_status
from workers.take_over import Origin, take_over
from workers.watcher import write_receipts_due
from workers.wire import connect, is_shared

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LEASE_SECONDS = 2


class House:
    """One installation: a configuration that every machine has, and machines with a data folder each."""

    def __init__(self, tmp_path, database, s3):
        self.folder, self.machines = tmp_path, {}
        (tmp_path / "access").write_text("key")
        (tmp_path / "secret").write_text("secretsecret")
        objects = f"kind: s3, endpoint: '{s3.endpoint}', bucket: b{time.monotonic_ns()}, secure: false"
        keys = f"access_key_file: {tmp_path}/access, secret_key_file: {tmp_path}/secret"
        engine = f"url: '{database}', slots: 1, poll_seconds: 0.1, lease_seconds: {LEASE_SECONDS}"
        lines = [f"objects: {{{objects}, {keys}}}", f"index: {{url: '{database}'}}", f"engine: {{{engine}}}", "sample: {sample_share: 0.0}"]
        (tmp_path / "c.yaml").write_text("\n".join([*lines, "idle: {page_images: false, archive: false}"]))
        self.settings = read_settings(self.environ("watch"))
        self.stores = connect(self.settings.config, self.settings.data_dir)
        (tmp_path / "people.csv").write_text("mrn,last_name,first_name,dob\nM1,DOE,JANE,1980-01-02\n")
        import_patients(tmp_path / "people.csv", self.stores, now=NOW)

    def environ(self, machine):
        return {"CHARTROOM_CONFIG": str(self.folder / "c.yaml"), "CHARTROOM_DATA_DIR": str(self.folder / machine)}

    def start(self, machine):
        environ = {**os.environ, **self.environ(machine), "PYTHONPATH": str(Path.cwd()), "STUB_TRACE": str(self.folder / f"trace-{machine}")}
        with (self.folder / f"said-{machine}").open("ab") as said:
            self.machines[machine] = subprocess.Popen([sys.executable, stub_worker.__file__, "--slot", "0"], env=environ, stderr=said)
        return self.machines[machine]

    def drop(self, **files):
        (self.folder / "in").mkdir(exist_ok=True)
        for name, content in files.items():
            (self.folder / "in" / name).write_text(content)
        return ingest([self.folder / "in"], self.settings.config, self.stores).deliveries

    def read_by(self, machine):
        trace = self.folder / f"trace-{machine}"
        return [tuple(line.split()[2:]) for line in trace.read_text().splitlines()] if trace.exists() else []

    def all_settled(self, deliveries):
        return count_settled([delivery.id for delivery in deliveries], self.stores) == len(deliveries)

    def is_whole(self, deliveries):
        """Every page filed once, and the auditor finds no gap."""
        with reading(self.stores.index) as conn:
            found = {delivery.name: documents.of_delivery(conn, delivery.id) for delivery in deliveries}
        assert all(len(records) == 1 and records[0].status is DocumentStatus.FILED for records in found.values())
        gaps = take_ledger(self.settings.config, self.settings.data_dir).gaps
        assert [gap for gap in gaps if "its PDF" not in gap] == []  # the stub makes no real one
        return {name: len(records[0].pages) for name, records in found.items()}


@pytest.fixture
def house(tmp_path, postgres_database, s3_server):
    made = House(tmp_path, postgres_database, s3_server)
    yield made
    for process in made.machines.values():
        process.kill()
        process.wait()
    made.stores.index.dispose()


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return value


def test_machines_share_a_packet_and_what_a_dead_one_had_is_taken_over(house):
    found = house.drop(packet="pages 32\nslow 0.1", **{f"fax{n}": f"pages 1\nname {n}\nslow 0.1" for n in range(3)})
    first, second = house.start("a"), house.start("b")
    until(lambda: len(house.read_by("a")) >= 6 and len(house.read_by("b")) >= 6)
    first.kill()
    died = time.monotonic()
    until(lambda: house.all_settled(found))
    assert time.monotonic() - died < 60
    assert second.poll() is None
    assert house.is_whole(found) == {"packet": 32} | {f"fax{n}": 1 for n in range(3)}
    read = Counter(house.read_by("a") + house.read_by("b"))
    assert sum(read.values()) <= 32 + 3 + 4 * 2  # at most the parts that the dead one had in hand are read again


def test_who_was_only_away_finds_its_work_taken_and_writes_nothing(house):
    found = house.drop(packet="pages 6\nslow 0.3")
    first = house.start("a")
    until(lambda: len(house.read_by("a")) >= 2)
    first.send_signal(signal.SIGSTOP)
    house.start("b")
    until(lambda: house.all_settled(found))
    before = house.is_whole(found)
    first.send_signal(signal.SIGCONT)
    assert first.wait(30) == 3
    assert house.is_whole(found) == before == {"packet": 6}
    assert "taken for dead" in (house.folder / "said-a").read_text()


def test_a_worker_told_to_stop_hands_its_work_over_at_once(house):
    found = house.drop(packet="pages 20\nslow 0.1")
    first = house.start("a")
    until(lambda: len(house.read_by("a")) >= 2)
    first.send_signal(signal.SIGTERM)
    assert first.wait(30) == 0
    with reading(house.stores.index) as conn:
        assert leases.current(conn, leases.WORKER) == []
    house.start("b")
    until(lambda: house.all_settled(found))
    assert house.is_whole(found) == {"packet": 20}
    assert max(Counter(house.read_by("a") + house.read_by("b")).values()) == 1


def test_the_watchers_machine_writes_the_receipt_that_the_workers_cannot(house):
    inbox = house.folder / "inbox"
    inbox.mkdir()
    (inbox / "a.pdf").write_text("pages 2")
    origin = Origin("fax")
    delivery = take_over(inbox / "a.pdf", name="a.pdf", origin=origin, stores=house.stores, now=NOW)
    house.start("a")  # its configuration names no folders
    until(lambda: receipts_due(house) == ["a.pdf"])
    elsewhere = replace(house.settings.config, folders=(Folder("lab", str(inbox)),))
    assert write_receipts_due(elsewhere, house.stores, now=NOW) == 0
    here = replace(house.settings.config, folders=(Folder("fax", str(inbox)),))
    assert write_receipts_due(here, house.stores, now=NOW) == 1
    assert delivery.id in (house.folder / "inbox-receipts" / "a.pdf.receipt.txt").read_text()
    assert receipts_due(house) == []
    assert write_receipts_due(here, house.stores, now=NOW) == 0


def receipts_due(house):
    with reading(house.stores.index) as conn:
        return [delivery.name for delivery in journal.receipts_due(conn)]


def test_watchers_and_workers_of_all_machines_are_seen_from_each(house, tmp_path):
    config, stores, now = house.settings.config, house.stores, datetime.now(UTC)
    (tmp_path / "web").mkdir()
    assert take_figures(config, tmp_path / "web", stores, now=now).watcher_runs is False
    signs = {name: Sign(stores.index, tmp_path / name) for name in ("lab", "fax")}
    for name, sign in signs.items():
        sign.run.mkdir()
        assert sign.tell([{"name": name, "waiting": 1, "oldest_wait_seconds": 2.0, "problems": {}}], now)
        assert not sign.tell([], now)
    worker = lease(stores.index, now=now)
    lease(stores.index, "slot-0@b", now=now - timedelta(minutes=5))
    seen = take_figures(config, tmp_path / "web", stores, now=now)
    assert (seen.watcher_runs, [folder.name for folder in seen.folders]) == (True, ["lab", "fax"])
    assert (seen.workers_running, seen.workers_known) == (1, 2)
    assert take_status(config, tmp_path / "web", stores, now=now)["watched folders"]["fax"] == "1 waiting, the oldest for 2 s"
    assert take_figures(config, tmp_path / "web", stores, now=now + 2 * STALE).watcher_runs is False
    for sign in signs.values():
        sign.stop(now)
    with writing(stores.index) as conn:
        leases.end(conn, worker, now=now)
    assert take_figures(config, tmp_path / "web", stores, now=now).watcher_runs is False


@pytest.fixture
def index(postgres_database):
    engine = open_index(postgres_database)
    yield engine
    engine.dispose()


def lease(index, place="slot-0@a", now=NOW):
    with writing(index) as conn:
        return leases.begin(conn, leases.WORKER, place, now=now)


def test_nothing_commits_under_a_lease_that_has_ended_and_no_number_comes_again(index):
    number = lease(index)
    mine = fenced(index, number)
    with writing(mine) as conn:
        journal.note_ignored(conn, source="fax", name="a", rule="x", now=NOW)
    with writing(index) as conn:
        assert leases.end(conn, number, now=NOW)
        assert not leases.end(conn, number, now=NOW)
    with pytest.raises(LeaseEnded), writing(mine) as conn:
        journal.note_ignored(conn, source="fax", name="b", rule="x", now=NOW)
    with reading(index) as conn:
        assert journal.ignored_counts(conn) == {"x": 1}
    with writing(index) as conn:
        later = leases.begin(conn, leases.WORKER, "slot-0@a", now=NOW + 2 * leases.FORGOTTEN_AFTER)
        assert later > number
        assert not leases.stands(conn, number)


def test_a_place_has_one_lease_and_a_beat_saves_it(index):
    first, other, second = lease(index), lease(index, "slot-0@b"), lease(index)
    with writing(index) as conn:
        assert [one.number for one in leases.current(conn, leases.WORKER)] == [other, second]
        assert not leases.beat(conn, first, now=NOW)
        heard = leases.current(conn, leases.WORKER)[0]
        assert leases.beat(conn, other, now=NOW, told={"waiting": 1})
        assert not leases.end(conn, other, beat=heard.beat, now=NOW)
        assert leases.current(conn, leases.WORKER)[0].told == {"waiting": 1}


def test_an_errand_is_gone_by_one(index):
    with (
        alone(index, "looking", most_seconds=20) as first,
        alone(index, "looking", most_seconds=20) as second,
        alone(index, "idle", most_seconds=9) as third,
    ):
        assert (first, second, third) == (True, False, True)
    with alone(index, "looking", most_seconds=20) as again:
        assert again


def test_either_side_notices_that_the_other_is_gone_and_what_was_asked_for_stays():
    asked = make_url(noticed("postgresql+psycopg://me:p%40ss@db/x?options=-csearch_path%3Da&connect_timeout=3")).query
    assert asked["options"].startswith("-csearch_path=a -c tcp_keepalives_idle=10")
    assert (asked["connect_timeout"], asked["tcp_user_timeout"]) == ("3", "25000")
    assert make_url(noticed("postgresql://me:p%40ss@db/x")).password == "p@ss"


def test_a_writer_that_stands_still_is_ended_and_one_that_copies_is_not(index, tmp_path):
    def patience(conn):
        return conn.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar()

    with writing(index) as conn:
        assert patience(conn) == "1min"
        assert conn.exec_driver_sql("SHOW tcp_keepalives_idle").scalar() in {"10", "0"}  # 0 on a socket of the same machine
    with reading(index) as conn:
        assert patience(conn) == "0"
    small = open_index(f"sqlite:///{tmp_path}/index.db")
    copy_index(small, index)
    small.dispose()
    with pytest.raises(StoreFault):
        _stand_still(index)
    with writing(index) as conn:
        assert journal.states(conn) == {"taken": 0, "settled": 0}


def _stand_still(index):
    with writing(index) as conn:
        conn.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '100ms'")
        time.sleep(1)
        journal.states(conn)


def test_two_data_folders_of_one_computer_are_two_places(tmp_path):
    places = [place_of(tmp_path / name, "slot-0") for name in "aab" if (tmp_path / name).mkdir(exist_ok=True) is None]
    assert places[0] == places[1] != places[2]
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["place"]


def heard(number, beat):
    return leases.Lease(number, leases.WORKER, "p", beat, NOW, {})


@given(gaps=st.lists(st.integers(1, 30), min_size=1, max_size=40), patience=st.integers(2, 20))
def test_only_who_was_silent_for_longer_than_the_patience_while_somebody_listened_is_dead(gaps, patience):
    pulse, at, still = Pulse(patience), 0, 0
    pulse.silent([heard(1, 7), heard(2, 0)], at)
    for turn, gap in enumerate(gaps, 1):
        at += gap
        still = still + gap if gap < patience else 0
        assert [one.number for one in pulse.silent([heard(1, 7), heard(2, turn)], at)] == ([1] if still > patience else [])


def test_beats_of_other_machines_count_whatever_their_clocks_say(index, tmp_path):
    crew = SharedCrew(tmp_path, index, 20.0)
    number = lease(index)
    with writing(index) as conn:
        leases.beat(conn, number, now=NOW - timedelta(days=400))
    with crew.holding_dead({f"worker-{number}", "worker-999", "worker-7"}, "worker-7") as dead:
        assert dead == {"worker-999"}


def test_index_and_journal_are_shared_both_or_neither():
    server = "postgresql+psycopg://chartroom@db/chartroom"
    assert not is_shared(Config())
    assert is_shared(Config(index=Index(url=server), engine=Engine(url=server)))
    for half in (
        Config(index=Index(url=server)),
        Config(engine=Engine(url=server)),
        Config(index=Index(url=server), engine=Engine(url="sqlite:///x")),
    ):
        with pytest.raises(ConfigFault, match="both, or neither"):
            is_shared(half)
