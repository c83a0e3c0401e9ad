"""The command line used wrongly: one line that says what to do, exit code 1 or 2, never a traceback."""

import os
import socket
import subprocess

import pytest
from conftest import CHARTROOM, House


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def refused(house, *words, code=1, **environ):
    done = subprocess.run([CHARTROOM, *words], env={**house.env, **environ}, capture_output=True, text=True, timeout=60, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    assert "Traceback" not in said
    return said


@pytest.mark.parametrize("words", [["status"], ["up"], ["documents", "export"], ["ingest", "."]])
def test_data_folder_that_cannot_be_used(house, words):
    house.var.write_text("a file stands here")
    assert str(house.var) in refused(house, *words)


@pytest.mark.parametrize("words", [["status"], ["up"], ["audit"]])
def test_index_that_is_no_database(house, words):
    house.var.mkdir()
    (house.var / "index.db").write_bytes(b"junk" * 5000)
    assert "index database" in refused(house, *words)


@pytest.mark.parametrize("words", [["status"], ["up"], ["audit"]])
def test_index_address_that_cannot_be_read_is_not_repeated(house, words):
    assert "secret" not in refused(house, *words, CHARTROOM__INDEX__URL="postgresql+none://me:secret@127.0.0.1:1/x")


def test_up_refuses_an_engine_address_of_no_known_kind(house):
    assert "engine.url" in refused(house, "up", CHARTROOM__ENGINE__URL="junk")


def test_up_ends_at_once_when_the_pages_could_not_be_served(house):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        said = refused(house, "up", CHARTROOM__WEB__PORT=str(other.getsockname()[1]))
    assert "is taken" in said
    assert said.count("\n") == 1
    said = refused(house, "up", CHARTROOM__WEB__HOST="0.0.0.0")
    assert "loopback" in said
    assert said.count("\n") == 1


def test_id_that_is_no_text(house):
    assert "UTF-8" in refused(house, "documents", "show", os.fsdecode(b"\xff"), code=2)


def test_export_never_replaces_what_is_no_plain_file(house, tmp_path):
    house.run("status")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "target")
    house.run("documents", "export", "--format", "csv", "--output", link)
    assert link.is_symlink()
    assert (tmp_path / "target").read_text().startswith('"document_id"')
    assert str(tmp_path) in refused(house, "documents", "export", "--output", str(tmp_path))
    assert "none" in refused(house, "documents", "export", "--output", str(tmp_path / "none" / "x"))
    assert not list(tmp_path.rglob("*.part"))
