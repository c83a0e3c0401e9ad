"""File names that command: what is shown and exported stays text."""

import json

import pytest
from conftest import House

NAMES = ["\x1b]0;mine\x07\x1b[31m.pdf", "a\nb.pdf", "\u2028\x85.pdf", "\u202efdp.exe", "[red]x[].pdf", "=1+1.pdf"]


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
    assert sum("quarantined" in line for line in shown.splitlines()) == len(NAMES) + 1
    house.run("documents", "export", "--output", tmp_path / "x")
    assert sorted(json.loads(line)["source"]["name"] for line in (tmp_path / "x").read_text().splitlines()) == sorted(NAMES)
    house.run("documents", "export", "--format", "csv", "--output", tmp_path / "x")
    assert '"\'=1+1.pdf"' in (tmp_path / "x").read_text()
