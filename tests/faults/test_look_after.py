"""Workers look after what the engine left: what ended without an outcome is begun again or quarantined, by one worker at a time."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from one_file import desk, drop, rows

from workers import engine as durable
from workers import work
from workers.crew import LocalCrew


class Durable:
    """As much of the engine as the look after its work needs."""

    def __init__(self, ended, broken=False):
        self.ends, self.broken, self.submitted, self.retried = ended, broken, [], []

    def states(self, ids):
        return {}

    def pace(self, *, busy):
        pass

    def executors(self):
        return set()

    def adopt(self, dead):
        return []

    def outdated(self, dead):
        return []

    def ended(self, ids):
        return self.ends

    def submit(self, delivery_id, priority):
        self.submitted.append(delivery_id)

    def retry(self, delivery_id, priority):
        if self.broken:
            raise OSError("database is locked")
        self.retried.append(delivery_id)


def test_work_that_ended_without_outcome_is_begun_again_or_quarantined(tmp_path, stores):
    found = drop(stores, tmp_path / "in", a="pages 1", b="pages 2", c="pages 3")
    ids = {name: found[name].id for name in "abc"}
    engine = Durable({ids["a"]: "SUCCESS", ids["b"]: "ERROR", ids["c"]: "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})
    work.look_after(desk(stores, tmp_path), engine, LocalCrew(tmp_path / "run", stores.index), "slot-0", set(ids.values()))
    assert engine.retried == [ids["a"], ids["b"]]
    assert [record.reasons for record in rows(stores, found["c"])] == [("file.failed",)]


def test_engine_is_asked_about_many_files_in_parts():
    asked, engine = [], object.__new__(durable.Engine)
    engine._list = lambda workflow_ids, status: asked.append(len(workflow_ids)) or []
    assert engine.ended(map(str, range(2500))) == engine.ended([]) == {}
    assert asked == [1000, 1000, 500]


def test_only_one_worker_looks_at_a_time(tmp_path, stores):
    found = drop(stores, tmp_path / "in", a="pages 1")
    code = "import sys, time; from pathlib import Path; from workers.slots import hold_slot; print(hold_slot(Path(sys.argv[1]), 'looking'), flush=True); time.sleep(60)"
    other = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "run"], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    other.stdout.readline()
    engine = Durable({found["a"].id: "ERROR"})
    work.look_after(desk(stores, tmp_path), engine, LocalCrew(tmp_path / "run", stores.index), "slot-0", set())
    assert engine.retried == []
    other.kill()
    other.wait()
    work.look_after(desk(stores, tmp_path), engine, LocalCrew(tmp_path / "run", stores.index), "slot-0", set())
    assert engine.retried == [found["a"].id]


def test_engine_that_fails_ends_no_worker_and_leaves_nothing_unsubmitted(tmp_path, stores):
    delivery, stopping = drop(stores, tmp_path / "in", a="pages 1")["a"], threading.Event()
    engine = Durable({delivery.id: "ERROR"}, broken=True)
    worker = threading.Thread(
        target=work.dispatch, args=(desk(stores, tmp_path), engine, LocalCrew(tmp_path / "run", stores.index), "slot-0", stopping)
    )
    worker.start()
    until = time.monotonic() + 30
    while len(engine.submitted) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    assert worker.is_alive()
    stopping.set()
    worker.join(30)
    assert engine.submitted[:2] == [delivery.id] * 2
