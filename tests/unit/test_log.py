"""Logs: our own sentences, and of everybody else that they spoke and where; never what a page could have put there."""

import json
import logging

import pytest

from schemas.config import Log
from workers.log import Lines, say, set_up_log

PATIENT = "Roe, Richard 1950-02-03"


@pytest.fixture
def lines(monkeypatch):
    """What a process logs, in both forms."""
    caught = []

    class Keep(logging.Handler):
        def emit(self, record):
            caught.append((Lines("work", "text").format(record), json.loads(Lines("work", "json").format(record))))

    handler, root = Keep(), logging.getLogger()
    root.addHandler(handler)
    yield caught
    root.removeHandler(handler)


@pytest.mark.parametrize("name", ["chartroom.work", "workers.steps"])
def test_our_own_sentence_is_written_on_one_line(lines, name):
    logging.getLogger(name).warning("goes on with %s,\nleft by %s", "d1", "slot-2")
    text, facts = lines[0]
    assert (facts["said"], facts["level"], facts["part"], facts["from"]) == ("goes on with d1, left by slot-2", "warning", "work", name)
    assert text.endswith("work goes on with d1, left by slot-2")
    assert "\n" not in text


@pytest.mark.parametrize("name", ["pikepdf", "dbos", "uvicorn.error", "chartroomish", "root"])
def test_of_a_library_only_that_it_spoke(lines, name):
    logging.getLogger(name).error("cannot read %s", PATIENT)
    logging.getLogger(name).error(f"cannot read {PATIENT}")  # noqa: G004
    for text, facts in lines:
        assert "Roe" not in text + json.dumps(facts)
        assert facts["said"].startswith(f"{name} spoke at test_log:")


@pytest.mark.parametrize("name", ["chartroom.review", "dbos"])
def test_of_an_error_its_kind_and_places_alone(lines, name):
    try:
        int(PATIENT)
    except ValueError:
        logging.getLogger(name).exception("failed")
    text, facts = lines[0]
    assert facts["error"] == "ValueError"
    assert facts["places"][0].partition(":")[0].endswith("test_log.py")
    assert "Roe" not in text + json.dumps(facts)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_process_logs_to_standard_error_in_the_form_that_is_set(form, capsys):
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        set_up_log("web", Log(form))
        say("worker 0: started")
        logging.getLogger("dbos").info("chatter")
        said = capsys.readouterr().err.splitlines()
    finally:
        root.handlers[:], root.level = before, level
        logging.getLogger("chartroom").setLevel(logging.NOTSET)
    assert len(said) == 1
    assert (json.loads(said[0])["said"] if form == "json" else said[0].partition("web ")[2]) == "worker 0: started"
