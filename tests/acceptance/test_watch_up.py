"""The whole process tree on a real scan: taken from the folder, settled, a receipt; processes that die come back, none is left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from schemas.config import Config
from store import documents, journal
from store.database import reading
from workers.audit import take_ledger
from workers.settings import read_settings
from workers.wire import connect


def scan(path, *lines):
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("L", (1275, 1650), 255)
    draw = ImageDraw.Draw(page)
    for row, line in enumerate(lines):
        draw.text((120, 120 + row * 60), line, font=ImageFont.load_default(36), fill=0)
    page.save(path, "PDF", resolution=150)


def until(condition, seconds=100):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")


class House:
    def __init__(self, tmp_path):
        self.inbox, self.var = tmp_path / "inbox", tmp_path / "var"
        self.inbox.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        config = {
            "folders": [{"name": "fax", "path": str(self.inbox), "quiet_seconds": 1, "scan_seconds": 0.5}],
            "engine": {"slots": 1},
            "web": {"port": port},
        }
        (tmp_path / "c.yaml").write_text(json.dumps(config))
        self.environ = {**os.environ, "CHARTROOM_CONFIG": str(tmp_path / "c.yaml"), "CHARTROOM_DATA_DIR": str(self.var)}
        self.stores = connect(Config(), self.var)
        self.lines = (tmp_path / "lines").open("w+")
        self.process = subprocess.Popen([sys.executable, "-m", "workers.cli", "up"], env=self.environ, stdout=self.lines, cwd=Path.cwd())

    def children(self):
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid and fields[0] != "Z":
                found.append(int(stat.parent.name))
        return found

    def settled(self):
        with reading(self.stores.index) as conn:
            return journal.states(conn)["settled"]

    def ledger(self):
        settings = read_settings(self.environ)
        return take_ledger(settings.config, settings.data_dir)


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    yield made
    made.process.kill()
    made.process.wait()


def test_scan_dropped_in_a_folder_settles_with_a_receipt_while_processes_die(house, tmp_path):
    children = until(lambda: len(house.children()) >= 2 and house.children())
    scan(tmp_path / "a.pdf", "Riverside Clinic", "PROGRESS NOTE", "Patient: DOE, JANE", "DOB: 03/14/1962", "Date of service: 06/02/2024")
    (tmp_path / "a.pdf").rename(house.inbox / "a.pdf")
    until((house.var / "run" / "slot-0.lock").exists)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    receipt = until(lambda: list(tmp_path.glob("inbox-receipts/a.pdf.receipt.txt")))[0].read_text()
    assert "Pages in    1" in receipt
    assert "DOE" not in receipt
    assert house.settled() == 1
    assert house.ledger().gaps == []
    with reading(house.stores.index) as conn:
        assert [line["source"]["pages"] for line in documents.export(conn)] == [[1]]


def test_no_process_outlives_the_tree(house):
    children = until(lambda: len(house.children()) >= 2 and house.children())
    time.sleep(3)
    house.process.kill()
    until(
        lambda: not [pid for pid in children if Path(f"/proc/{pid}").exists() and b"workers" in Path(f"/proc/{pid}/cmdline").read_bytes()], seconds=10
    )


def test_second_up_on_one_data_folder_is_refused(house):
    until(lambda: (house.var / "run" / "work.lock").exists() and house.children())
    second = subprocess.run([sys.executable, "-m", "workers.cli", "up"], env=house.environ, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 1
    assert "runs already" in second.stderr


def test_told_to_stop_everything_stops(house, tmp_path):
    until(lambda: len(house.children()) >= 2)
    house.process.send_signal(signal.SIGTERM)
    assert house.process.wait(90) == 0
    assert f"watching fax: {house.inbox}, receipts go to {house.inbox}-receipts\n" in (tmp_path / "lines").read_text()
    assert house.children() == []
