"""How the review benchmark counts: it would notice what it says is not there."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from samples.batches import DocumentTruth
from samples.report import passed
from samples.reviewbench import goals
from samples.reviewbench.leases import Held, overlaps
from samples.reviewbench.replay import Replayed, is_easy
from schemas.record import DocumentRecord, DocumentStatus

START = datetime(2026, 1, 1, tzinfo=UTC)


def held(item, holder, fence, since, until):
    return Held(item, holder, fence, START + timedelta(seconds=since), START + timedelta(seconds=until))


@pytest.mark.parametrize(
    ("second", "found"),
    [
        (held("i", "b", 2, 10, 20), 0),
        (held("i", "b", 2, 9, 20), 1),  # both believed to hold it
        (held("i", "b", 1, 11, 20), 1),  # a number that did not rise
        (held("i", "a", 1, 5, 20), 0),  # went on holding it
        (held("other", "b", 1, 5, 20), 0),
    ],
)
def test_an_item_in_two_hands_is_seen(second, found):
    assert overlaps([second, held("i", "a", 1, 0, 10)]) == found


def test_quantiles_are_values_that_were_measured():
    values = [5.0, 1.0, 2.0, 4.0, 3.0]
    assert [goals.quantile(values, share) for share in (0.5, 0.95, 0.9, 0.2, 1.0)] == [3.0, 5.0, 5.0, 1.0, 5.0]
    assert goals.quantile([1, 1, 2, 9], 0.5) == 1


def test_a_part_that_fails_says_so_in_its_rows_and_a_hard_one_fails_the_whole():
    def broken():
        raise RuntimeError("no browser")

    rows = goals.section((goals.XSS, goals.KEYS), broken)
    assert [(row.goal, row.met, row.value) for row in rows] == [(goals.XSS.name, False, None), (goals.KEYS.name, False, None)]
    assert "no browser" in rows[0].note
    assert not passed(rows)
    assert [row.goal for row in goals.in_order(rows)] == [goals.KEYS.name, goals.XSS.name]


def test_nothing_measured_is_not_met():
    assert not goals.held(goals.XSS, 0, n=0).met
    assert goals.held(goals.XSS, 0, n=1).met
    assert not goals.held(goals.KEYS, 3, n=40).met


def test_the_keystroke_level_model():
    assert Replayed(1, 1).seconds == pytest.approx(2.9)
    assert Replayed(2, 2).seconds == pytest.approx(4.45)


def test_easy_is_what_needs_no_typing_and_has_the_truth_among_what_is_proposed():
    evidence = {"candidates": [{"mrn": "M1"}, {"mrn": "M2"}], "type": {"runner_up": "consultation"}}
    record = DocumentRecord(
        "d", "f", "a.pdf", "0", (1,), DocumentStatus.REVIEW, "progress_note", None, 0.9, "M1", 0.9, {}, ("patient.weak",), "k", None, evidence
    )
    truth = DocumentTruth((1,), "consultation", "", "M2")
    assert is_easy(record, truth)
    assert not is_easy(record, replace(truth, mrn="M9"))
    assert not is_easy(record, replace(truth, document_type="ecg"))
    assert not is_easy(replace(record, reasons=("field.missing.service_date",)), truth)


BENCH = """
import sys, time
from types import SimpleNamespace
from pathlib import Path
from samples.reviewbench.program import Program
folder = Path(sys.argv[1])
program = Program(SimpleNamespace(folder=folder, environment={"CHARTROOM_DATA_DIR": str(folder / "var"), "CHARTROOM_CONFIG": str(folder / "config.yaml")}))
print(program._process.pid, flush=True)
time.sleep(60)
"""


def runs(pid):
    """Whether a process is there and no mere entry that nobody has collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_killed_benchmark_leaves_no_web_process(tmp_path):
    bench = subprocess.Popen([sys.executable, "-c", BENCH, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    web = int(bench.stdout.readline())
    try:
        assert runs(web)
        bench.kill()
        bench.wait()
        until = time.monotonic() + 30
        while runs(web) and time.monotonic() < until:
            time.sleep(0.05)
        assert not runs(web)
    finally:
        if runs(web):
            os.kill(web, signal.SIGKILL)
