"""File names that command: what is shown and exported stays text."""

import json
import os
from datetime import UTC, datetime

import pytest
from conftest import House

from schemas.source import Delivery, Priority
from workers.receipt import receipt_text, write_receipt

NAMES = [
    "\x1b]0;mine\x07\x1b[31m.pdf",
    "a\nb.pdf",
    "\u2028\x85.pdf",
    "\u202efdp.exe",
    "[red]x[].pdf",
    "=1+1.pdf",
    "M\udcfcller.pdf",
    "M\udce9ller.pdf",
]


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    for name in NAMES:
        (house.inbox / name).write_text(f"no scan: {NAMES.index(name)}")
    return house


def test_names_are_shown_and_exported_as_text(house, tmp_path):
    shown = house.run("ingest", house.inbox, "--wait")
    assert all(sign.isprintable() or sign == "\n" for sign in shown)
    assert "[red]x[].pdf" in shown
    assert "M\\xfcller.pdf" in shown
    assert sum("quarantined" in line for line in shown.splitlines()) == len(NAMES) + 1
    house.run("documents", "export", "--output", tmp_path / "x")
    assert sorted(json.loads(line)["source"]["name"] for line in (tmp_path / "x").read_text().splitlines()) == sorted(NAMES)
    house.run("documents", "export", "--format", "csv", "--output", tmp_path / "x")
    assert '"\'=1+1.pdf"' in (tmp_path / "x").read_text()
    assert '"M\\udcfcller.pdf"' in (tmp_path / "x").read_text()
    assert "M\\xfcller.pdf" in house.run("review", "list")


def test_a_receipt_bears_the_name_itself(tmp_path):
    delivery = Delivery("d" * 20, 1, "desk", NAMES[-1], "0" * 64, 1, "o", "", Priority.NORMAL, datetime(2026, 1, 1, tzinfo=UTC))
    written = write_receipt(tmp_path, delivery, receipt_text(delivery, [], now=delivery.taken_at))
    assert os.fsencode(written.name) == b"M\xe9ller.pdf.receipt.txt"
    assert "M\\xe9ller.pdf" in written.read_text(encoding="utf-8")
