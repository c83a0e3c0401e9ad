"""The real program as subprocesses on a data folder of the test's own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CHARTROOM = str(Path(sys.executable).with_name("chartroom"))


class House:
    """One data folder and its command line."""

    def __init__(self, folder, **settings):
        self.var, self.inbox, self.config = folder / "var", folder / "inbox", folder / "config.yaml"
        self.inbox.mkdir(parents=True)
        self.port = free_port()
        watched = {"name": "desk", "path": str(self.inbox), "quiet_seconds": 1.0, "scan_seconds": 0.5, "receipts": str(folder / "receipts")}
        self.config.write_text(yaml.safe_dump({"folders": [watched], "sample": {"sample_share": 0.0}, "web": {"port": self.port}, **settings}))
        self.receipts = folder / "receipts"
        self.env = {**os.environ, "CHARTROOM_DATA_DIR": str(self.var), "CHARTROOM_CONFIG": str(self.config), "PYTHONPATH": str(ROOT)}

    def write_setting(self, key, value):
        self.config.write_text(yaml.safe_dump({**yaml.safe_load(self.config.read_text()), key: value}))

    def run(self, *words, code=0):
        return self._run(words, code).stdout

    def said(self, *words, code=0):
        """Also what it said of troubles."""
        done = self._run(words, code)
        return done.stdout + done.stderr

    def _run(self, words, code):
        done = subprocess.run([CHARTROOM, *map(str, words)], env=self.env, capture_output=True, text=True, timeout=540, check=False)
        assert done.returncode == code, f"{words}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
        return done

    def start(self, *words):
        log = (self.var.parent / "log.txt").open("ab")
        return subprocess.Popen([CHARTROOM, *map(str, words)], env=self.env, stdout=log, stderr=log, start_new_session=True)

    def export(self):
        out = self.var.parent / "export.jsonl"
        self.run("documents", "export", "--output", out)
        return [json.loads(line) for line in out.read_text().splitlines()]

    def audit(self):
        ledger = json.loads(self.run("audit", "--json"))
        assert ledger["gaps"] == []
        return ledger


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def family(root):
    """A process and all that descend from it, as the kernel tells."""
    children = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(ready, seconds=120):
    end = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.3)
    return found


def pages_by_file(lines):
    pages = {}
    for line in lines:
        pages.setdefault(line["source"]["name"], Counter()).update(line["source"]["pages"])
    return pages


@pytest.fixture
def house(tmp_path):
    return House(tmp_path / "house")
