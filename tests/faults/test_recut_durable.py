"""A clerk's cuts are done by a worker though one dies at them, once, and without reading a page again."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.config import Config
from store import corrections, documents, queue, recuts
from store.database import reading, writing
from workers.ingest import ingest
from workers.wire import connect

STUB = Path(__file__).with_name("stub_worker.py")


@pytest.fixture
def start(tmp_path):
    """Starts a worker of its own as slot 0; what is left of it ends with the test."""
    running = []
    env = {
        **os.environ,
        "CHARTROOM_DATA_DIR": str(tmp_path / "var"),
        "CHARTROOM_CONFIG": str(tmp_path / "config.yaml"),
        "PYTHONPATH": str(Path.cwd()),
    }
    env |= {"STUB_TRACE": str(tmp_path / "trace"), "STUB_TRAP": str(tmp_path / "trap")}
    (tmp_path / "config.yaml").write_text("idle: {page_images: false, archive: false}\n")

    def worker():
        running.append(subprocess.Popen([sys.executable, STUB, "--slot", "0"], env=env, stderr=subprocess.DEVNULL))
        return running[-1]

    yield worker
    for one in running:
        one.kill()
        one.wait(10)


def until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)
    return found


def test_cuts_outlive_the_worker_that_was_at_them(tmp_path, start):
    stores = connect(Config(), tmp_path / "var")
    (tmp_path / "three").write_text("pages 3")
    (delivery,) = ingest([tmp_path / "three"], Config(), stores).deliveries

    def pages():
        with reading(stores.index) as conn:
            return [record.pages for record in documents.of_delivery(conn, delivery.id)]

    worker = start()
    assert until(pages) == [(1, 2, 3)]
    read = (tmp_path / "trace").read_text()
    (tmp_path / "trap").touch()
    now = datetime.now(UTC)
    with writing(stores.index) as conn:
        (record,) = documents.of_delivery(conn, delivery.id)
        item = corrections.unfile(conn, record, "user:a", "wrong_patient", now=now)
        fence = queue.claim(conn, item.id, "user:a", now=now)
        recuts.ask(conn, item, [(1,), (2, 3)], "user:a", fence, may=[record.id], now=now)
    assert until(lambda: worker.poll() is not None)
    assert pages() == [(1, 2, 3)]
    start()
    assert until(lambda: len(pages()) == 2)
    assert pages() == [(1,), (2, 3)]
    assert (tmp_path / "trace").read_text() == read
    stores.index.dispose()
