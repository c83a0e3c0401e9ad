"""Real worker processes on real SQLite: killed, stopped, poisoned, and several at one packet."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import stub_worker
from one_file import NOW, drop, rows

from schemas.config import Config
from schemas.record import DocumentStatus
from store import journal
from store.database import reading
from workers.ingest import count_settled, pages_read
from workers.slots import hold_slot
from workers.status import take_status
from workers.steps import PAGES_A_STEP


class Worker:
    def __init__(self, tmp_path, slot=0, version=""):
        environ = {
            **os.environ,
            "CHARTROOM_DATA_DIR": str(tmp_path / "var"),
            "CHARTROOM_CONFIG": str(tmp_path / "c.yaml"),
            "PYTHONPATH": str(Path.cwd()),
            "STUB_VERSION": version,
        }
        (tmp_path / "c.yaml").write_text("engine: {slots: 2, poll_seconds: 0.1}\nsample: {sample_share: 0.0}")
        self.environ, self.slot = environ, slot
        self.start()

    def start(self):
        with Path(self.environ["CHARTROOM_CONFIG"]).with_name("said").open("ab") as said:
            self.process = subprocess.Popen([sys.executable, stub_worker.__file__, "--slot", str(self.slot)], env=self.environ, stderr=said)

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def worker(tmp_path):
    started = []

    def start(slot=0, version=""):
        started.append(Worker(tmp_path, slot, version))
        return started[-1]

    yield start
    for each in started:
        each.kill()


def is_settled(delivery, stores, seconds=100):
    until = time.monotonic() + seconds
    while not count_settled([delivery.id], stores) and time.monotonic() < until:
        time.sleep(0.1)
    return bool(rows(stores, delivery))


def lines_of(trace, count, seconds=100):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        lines = trace.read_text().splitlines() if trace.exists() else []
        if len(lines) >= count:
            return lines
        time.sleep(0.05)
    raise AssertionError(f"{trace} has not {count} lines")


def test_killed_worker_goes_on_where_it_was_and_settles_once(tmp_path, stores, worker):
    delivery = drop(stores, tmp_path / "in", a="pages 24\nslow 0.05")["a"]
    running = worker()
    lines_of(tmp_path / "trace", 14)
    running.kill()
    running.start()
    assert is_settled(delivery, stores)
    (record,) = rows(stores, delivery)
    read = Counter(line.split()[2] for line in lines_of(tmp_path / "trace", 24))
    assert (record.status, len(record.pages)) == (DocumentStatus.FILED, 24)
    assert all(read[str(page)] == 1 for page in range(1, 13))
    assert max(read.values()) <= 2


def test_another_slot_goes_on_with_what_a_dead_one_left(tmp_path, stores, worker):
    delivery = drop(stores, tmp_path / "in", a="pages 12\nslow 0.1")["a"]
    first = worker(0)
    lines_of(tmp_path / "trace", 8)
    first.kill()
    worker(1)
    assert is_settled(delivery, stores)
    assert rows(stores, delivery)[0].status is DocumentStatus.FILED


def test_workers_share_a_packet_and_no_page_is_read_twice(tmp_path, stores, worker):
    delivery = drop(stores, tmp_path / "in", a="pages 60\nslow 0.05")["a"]
    worker(0), worker(1)
    assert is_settled(delivery, stores)
    lines = [line.split() for line in lines_of(tmp_path / "trace", 60)]
    share = Counter(pid for _, pid, _ in lines)
    assert Counter(page for _, _, page in lines) == {str(page): 1 for page in range(1, 61)}
    assert len(share) == 2
    assert min(share.values()) >= 60 / 4
    assert len(rows(stores, delivery)[0].pages) == 60


def test_packet_goes_on_at_the_page_after_every_worker_was_killed(tmp_path, stores, worker):
    delivery = drop(stores, tmp_path / "in", a="pages 40\nslow 0.05")["a"]
    both = [worker(0), worker(1)]
    lines_of(tmp_path / "trace", 12)
    with reading(stores.index) as conn:
        (progress,) = journal.in_work(conn)
    for one in both:
        one.kill()
    with reading(stores.index) as conn:
        kept = journal.in_work(conn)[0].read
    assert pages_read(stores) == f"{kept} of 40 pages"
    assert take_status(Config(), tmp_path / "var", stores, now=NOW)["files in work"] == {delivery.id: f"{kept} of 40 pages read"}
    both[0].start()
    assert is_settled(delivery, stores)
    read = Counter(line.split()[2] for line in lines_of(tmp_path / "trace", 40))
    assert progress.pages == 40
    assert kept >= progress.read >= 4
    assert sum(read.values()) <= 40 + 2 * PAGES_A_STEP
    assert sum(count == 1 for count in read.values()) >= kept
    assert len(rows(stores, delivery)[0].pages) == 40


def test_small_files_do_not_wait_behind_packets(tmp_path, stores, worker):
    packets = drop(stores, tmp_path / "in", a="pages 400\nslow 0.1", b="pages 401\nslow 0.1")
    running = worker()
    lines_of(tmp_path / "trace", 4)
    fax = drop(stores, tmp_path / "more", fax="pages 1\nname fax")["fax"]
    assert is_settled(fax, stores, 30)
    assert not any(rows(stores, packet) for packet in packets.values())
    assert running.process.poll() is None


def test_poison_in_a_packet_ends_the_packet_and_blocks_nobody(tmp_path, stores, worker):
    found = drop(stores, tmp_path / "in", a="pages 9\nkill 6", b="pages 10\nname b", c="pages 1\nname c")
    running = worker()
    until = time.monotonic() + 300
    while time.monotonic() < until and not all(rows(stores, d) for d in found.values()):
        if running.process.poll() is not None:
            running.start()
        time.sleep(0.1)
    assert [rows(stores, found[name])[0].status.value for name in "abc"] == ["quarantined", "filed", "filed"]


def test_work_begun_by_another_version_is_begun_anew_and_reads_no_page_again(tmp_path, stores, worker):
    found = drop(stores, tmp_path / "in", a="pages 12\nslow 0.1", b="pages 13\nslow 0.1\nname b", c="pages 1\nname c", d="pages 1\nname d")
    old = worker(version="1")
    lines_of(tmp_path / "trace", 6)
    old.kill()
    worker()
    assert all(is_settled(delivery, stores) for delivery in found.values())
    read = Counter(tuple(line.split()[2:]) for line in lines_of(tmp_path / "trace", 27))
    assert max(read.values()) <= 2
    assert sum(read.values()) <= 27 + PAGES_A_STEP


def test_poison_is_quarantined_and_blocks_nobody(tmp_path, stores, worker):
    found = drop(stores, tmp_path / "in", a="pages 1\nkill now", b="pages 1\nname b", c="pages 1\nname c")
    running = worker()
    until = time.monotonic() + 300
    while time.monotonic() < until and not all(rows(stores, d) for d in found.values()):
        if running.process.poll() is not None:
            assert running.process.returncode == -signal.SIGKILL
            running.start()
        time.sleep(0.1)
    assert [rows(stores, found[name])[0].status.value for name in "abc"] == ["quarantined", "filed", "filed"]
    assert len([line for line in lines_of(tmp_path / "trace", 3) if line.endswith(" 1 ")]) == 3


def test_nothing_of_a_page_or_a_name_leaves_store_and_index(tmp_path, stores, worker):
    found = drop(stores, tmp_path / "in", **{"Canary 1.pdf": "pages 2\nfail Canary", "Canary 2.pdf": "pages 2\nCanary"})
    worker()
    assert all(is_settled(delivery, stores) for delivery in found.values())
    until = time.monotonic() + 20
    while any((tmp_path / "var" / "scratch").rglob("original")) and time.monotonic() < until:
        time.sleep(0.1)  # what lay on the desk is cleared after a file has settled
    kept = [path for path in (tmp_path / "var").rglob("*") if path.is_file() and "objects" not in path.parts and not path.name.startswith("index.db")]
    assert {"engine.db", "slot-0.lock"} <= {path.name for path in kept}
    assert not [path for path in [*kept, tmp_path / "said"] if "Canary" in str(path) or b"Canary" in path.read_bytes()]
    assert b"ValueError" in (tmp_path / "said").read_bytes()


def test_second_worker_of_the_same_slot_does_not_work(tmp_path, stores, worker):
    lock = hold_slot(tmp_path / "var" / "run", "slot-0")
    assert worker(0).process.wait(100) == 3
    os.close(lock)


def test_told_to_stop_a_worker_finishes_its_step_and_leaves(tmp_path, stores, worker):
    drop(stores, tmp_path / "in", a="pages 600\nslow 0.05")
    running = worker()
    lines_of(tmp_path / "trace", 3)
    running.process.terminate()
    assert running.process.wait(20) == 0
    assert len(lines_of(tmp_path / "trace", 3)) % PAGES_A_STEP == 0
    with reading(stores.index) as conn:
        assert journal.states(conn)["taken"] == 1
