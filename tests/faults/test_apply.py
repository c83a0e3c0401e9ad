"""Apply and the steps of a file under failures: settled exactly once, every page once, whatever dies."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import stub_worker

from schemas.config import Config, Engine, Folder, Objects
from schemas.document import Extraction, Field, FieldName, TypeGuess
from schemas.faults import EngineFault, StoreFault
from schemas.filing import BatchPlan, Filing, Hold, PlannedDocument, SetAside
from schemas.match import Candidate, TooWeak
from schemas.page import Box, PageKind, PageReading
from schemas.record import DocumentStatus
from schemas.rules import AuditSampleRules
from schemas.source import FileKind, Opened, PageFacts
from store import documents, journal, queue
from store.database import reading
from store.keys import create_key_file, rotate_key_file
from tests.sheets import sheet
from workers import engine as durable
from workers import show, steps, work
from workers.apply import ATTACHED, OvertakenError, Sheaf, Traces, apply_plan, document_id, hold_all, hold_attached, is_sampled
from workers.audit import take_ledger
from workers.crew import LocalCrew
from workers.figures import take_figures
from workers.ingest import count_settled, ingest, pages_read
from workers.slots import hold_slot
from workers.status import take_status
from workers.steps import PAGES_A_STEP, Desk, give_up, process_file, process_part
from workers.supervise import Child, Tree
from workers.wire import connect

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def stores(tmp_path):
    return connect(Config(), tmp_path / "var")


def drop(stores, folder, **files):
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content)
    return {d.name: d for d in ingest([folder], Config(), stores).deliveries}


def rows(stores, delivery):
    with reading(stores.index) as conn:
        return documents.of_delivery(conn, delivery.id)


def sheaf(tmp_path, *, turn=0):
    original = tmp_path / "original"
    original.write_bytes(b"scan")
    facts = tuple(PageFacts(n, 612.0, 792.0) for n in (1, 2, 3))
    return Sheaf(original, Opened(FileKind.PDF, facts), {n: PageReading(n, PageKind.TEXT, turn=turn) for n in (1, 2, 3)}, tmp_path)


NOTE = TypeGuess("progress_note", 0.97, title="PROGRESS NOTE")
BEST = Candidate("M7", "DOE, JANE", "1980-01-02", 12.0, 0.6, ())
NAME = Field(FieldName.PATIENT_NAME, "DOE, JANE", "Jane Doe", 0.9, 2, Box(0.1, 0.2, 0.3, 0.4), "label")
PLAN = BatchPlan(
    (
        PlannedDocument((1,), Filing("M1", 0.9999), NOTE),
        PlannedDocument((2,), Hold(("patient.weak",)), NOTE, Extraction((NAME,)), TooWeak((BEST,))),
        PlannedDocument((3,), SetAside("image.blank")),
    )
)


def apply(plan, sheaf, delivery, stores, sample_share=0.0, composer=None, **facts):
    return apply_plan(
        delivery,
        plan,
        sheaf,
        stores,
        composer or stub_worker.Composer(),
        catalogue=stub_worker.CATALOGUE,
        sample_share=sample_share,
        now=NOW,
        **facts,
    )


def test_plan_comes_true_once(tmp_path, stores):
    delivery = drop(stores, tmp_path / "in", a="x")["a"]
    assert apply(PLAN, sheaf(tmp_path), delivery, stores)
    assert not apply(PLAN, sheaf(tmp_path), delivery, stores)
    filed, held, aside = rows(stores, delivery)
    assert (filed.status, filed.patient_mrn, filed.loinc, filed.filed_at) == (DocumentStatus.FILED, "M1", "11506-3", NOW)
    assert (held.status, held.patient_mrn, held.patient_probability, held.reasons) == (DocumentStatus.REVIEW, "M7", 0.6, ("patient.weak",))
    assert (aside.status, aside.object_key, aside.reasons) == (DocumentStatus.SET_ASIDE, None, ("image.blank",))
    assert stores.objects.open(filed.object_key).read().startswith(b"%PDF")
    assert held.evidence["candidates"][0]["mrn"] == "M7"
    with reading(stores.index) as conn:
        assert [(item.document_id, item.reasons) for item in queue.open_items(conn)] == [(held.id, ("patient.weak",))]


def test_boxes_are_put_back_on_the_page_as_scanned(tmp_path, stores):
    delivery = drop(stores, tmp_path / "in", a="x")["a"]
    apply(PLAN, sheaf(tmp_path, turn=90), delivery, stores)
    assert rows(stores, delivery)[1].fields["patient_name"].box == pytest.approx((0.2, 0.7, 0.4, 0.9))


def test_sampled_document_stays_filed_and_is_asked_blind(tmp_path, stores):
    delivery = drop(stores, tmp_path / "in", a="x")["a"]
    apply(PLAN, sheaf(tmp_path), delivery, stores, sample_share=1.0)
    with reading(stores.index) as conn:
        blind = [item for item in queue.open_items(conn) if item.blind]
    assert [item.reasons for item in blind] == [("policy.sampled",)]
    assert rows(stores, delivery)[0].status is DocumentStatus.FILED


def test_blind_check_shows_nothing_that_was_decided(tmp_path, stores, capsys):
    plan = BatchPlan((PlannedDocument((1, 2, 3), Filing("M77", 0.9999), NOTE, Extraction((NAME,)), TooWeak((BEST,))),))
    delivery = drop(stores, tmp_path / "in", a="x")["a"]
    apply(plan, sheaf(tmp_path), delivery, stores, sample_share=1.0)
    with reading(stores.index) as conn:
        (item,) = queue.open_items(conn)
    (record,) = rows(stores, delivery)
    show.item(item, record)
    show.queue([item], [record], now=NOW)
    shown = capsys.readouterr().out
    assert "Decide as if nobody had." in shown
    assert "DOE, JANE" in shown
    assert not [part for part in ("M77", "M7", "progress_note", "filed", "1980-01-02") if part in shown]


def test_sample_is_the_stated_share_and_repeatable():
    ids = [document_id("d", [n]) for n in range(4000)]
    chosen = [is_sampled(i, 0.05) for i in ids]
    assert 140 < sum(chosen) < 260
    assert chosen == [is_sampled(i, 0.05) for i in ids]


def test_document_that_cannot_be_composed_is_never_filed(tmp_path, stores):
    class Broken:
        def compose(self, *args):
            raise EngineFault("no", permanent=self.permanent)

        permanent = False

    delivery = drop(stores, tmp_path / "in", a="x")["a"]
    with pytest.raises(EngineFault):
        apply(PLAN, sheaf(tmp_path), delivery, stores, composer=Broken())
    assert rows(stores, delivery) == []
    Broken.permanent = True
    apply(PLAN, sheaf(tmp_path), delivery, stores, composer=Broken())
    assert [r.status.value for r in rows(stores, delivery)] == ["review", "review", "set_aside"]
    assert "file.failed" in rows(stores, delivery)[0].reasons
    assert [gap for gap in take_ledger(Config(), tmp_path / "var").gaps if "PDF" in gap] == []


def test_half_file_that_still_opens_files_nothing():
    decisions = [planned.decision for planned in hold_all(PLAN, "file.corrupt").documents]
    assert decisions == [Hold(("file.corrupt",)), Hold(("file.corrupt", "patient.weak")), SetAside("image.blank")]


# Steps of one file, driven by a plain run-at-once engine.


def desk(stores, tmp_path, reader=None, objects=None):
    config = Config(sample=AuditSampleRules(sample_share=0.0), engine=Engine(attempts=3))
    stores = stores._replace(objects=objects or stores.objects)
    return Desk(config, stores, reader or stub_worker.equip(config, stores), tmp_path / "scratch", lambda: NOW, lambda _: None)


def once(name, work):
    return work()


def work_on(desk_, delivery, run=once):
    """A file and its parts one after the other, as an engine with one worker would."""
    process_file(desk_, delivery.id, run, lambda parts, priority: [process_part(desk_, part, run) for part in parts])


def process(desk_, delivery):
    work_on(desk_, delivery)
    return rows(desk_.stores, delivery)


@pytest.fixture(autouse=True)
def _trace(tmp_path, monkeypatch):
    monkeypatch.setenv("STUB_TRACE", str(tmp_path / "trace"))


LINES = [f"Result {n}: value {n * 37} collected 03/0{n}/2024 and reviewed by the laboratory" for n in range(1, 9)]


def reading_words(stores):
    """A reader whose pages are full of print: the same for every file."""

    def read_pages(path, opened, pages, scratch):
        return tuple(sheet(LINES, number, fingerprint=f"{path}{number}") for number in pages)

    return replace(stub_worker.equip(Config(), stores), read_pages=read_pages)


def test_a_copy_among_other_bytes_is_not_filed_again(tmp_path, stores):
    found = drop(stores, tmp_path / "in", a="pages 1", b="pages 1\nname b")
    works = desk(stores, tmp_path, reader=reading_words(stores))
    (one,), (two,) = process(works, found["a"]), process(works, found["b"])
    assert (one.status, two.status, two.reasons) == (DocumentStatus.FILED, DocumentStatus.REVIEW, ("duplicate.near",))
    assert two.evidence["links"] == [f"document {one.id}: page 1 repeats its page 1"]
    assert process(works, found["b"]) == [two]


def test_of_two_copies_settled_at_once_one_is_filed(tmp_path, stores, monkeypatch):
    found = drop(stores, tmp_path / "in", a="pages 1", b="pages 1\nname b")
    works = desk(stores, tmp_path, reader=reading_words(stores))
    search, searched = steps.search_copies, []

    def meanwhile(delivery, *rest):
        searched.append(delivery.name)
        planned = search(delivery, *rest)
        if searched == ["a"]:
            process(works, found["b"])
        return planned

    monkeypatch.setattr(steps, "search_copies", meanwhile)
    one = process(works, found["a"])
    assert searched == ["a", "b", "a"]
    assert [record.status for record in one + rows(stores, found["b"])] == [DocumentStatus.REVIEW, DocumentStatus.FILED]


def test_nothing_is_written_of_a_plan_that_was_overtaken(tmp_path, stores):
    marks = frozenset(range(16))
    first, second = (drop(stores, tmp_path / name, **{name: name})[name] for name in "ab")
    apply(PLAN, sheaf(tmp_path), first, stores, traces=Traces({document_id(first.id, PLAN.documents[0].pages): {1: marks}}, frozenset()))
    traces = Traces({document_id(second.id, PLAN.documents[0].pages): {1: marks}}, frozenset())
    with pytest.raises(OvertakenError):
        apply(PLAN, sheaf(tmp_path), second, stores, traces=traces)
    assert rows(stores, second) == []
    apply(PLAN, sheaf(tmp_path), second, stores, traces=traces._replace(seen=frozenset({document_id(first.id, PLAN.documents[0].pages)})))
    assert len(rows(stores, second)) == len(PLAN.documents)


def test_file_is_read_filed_and_its_desk_cleared(tmp_path, stores):
    delivery = drop(stores, tmp_path / "in", a="pages 20")["a"]
    (record,) = process(desk(stores, tmp_path), delivery)
    assert (record.status, len(record.pages)) == (DocumentStatus.FILED, 20)
    assert list((tmp_path / "scratch").iterdir()) == []


def test_same_content_twice_is_one_document_and_one_duplicate_with_all_its_pages(tmp_path, stores):
    found = drop(stores, tmp_path / "in", a="pages 3", b="pages 3")
    one, two = process(desk(stores, tmp_path), found["a"]), process(desk(stores, tmp_path), found["b"])
    assert [r.status for r in one] == [DocumentStatus.FILED]
    assert [(r.status, r.reasons, r.pages) for r in two] == [(DocumentStatus.SET_ASIDE, ("duplicate.exact",), (1, 2, 3))]
    assert len(Path(os.environ["STUB_TRACE"]).read_text().splitlines()) == 3


def test_ignored_name_is_accounted_for_and_hides_no_real_file(tmp_path, stores):
    found = drop(stores, tmp_path / "in", **{"a.tmp": "pages 1"})
    (ignored,) = process(desk(stores, tmp_path), found["a.tmp"])
    real = drop(stores, tmp_path / "more", **{"a.pdf": "pages 1"})["a.pdf"]
    assert (ignored.status, ignored.reasons) == (DocumentStatus.SET_ASIDE, ("policy.ignored",))
    assert [r.status for r in process(desk(stores, tmp_path), real)] == [DocumentStatus.FILED]


@pytest.mark.parametrize(
    ("content", "reason"),
    [("what", "file.unsupported"), ("", "file.empty"), ("pages 1\nfail secret", "file.failed"), ("pages 2001", "file.too_large")],
)
def test_bad_file_is_quarantined_with_its_reason_and_its_original(tmp_path, stores, content, reason):
    delivery = drop(stores, tmp_path / "in", a=content)["a"]
    (record,) = process(desk(stores, tmp_path), delivery)
    assert (record.status, record.pages, record.reasons) == (DocumentStatus.QUARANTINED, (), (reason,))
    assert stores.objects.open(record.object_key).read() == content.encode()


def test_half_file_that_opens_goes_to_review(tmp_path, stores):
    delivery = drop(stores, tmp_path / "in", a="pages 2\nhalf")["a"]
    assert [(r.status, r.reasons) for r in process(desk(stores, tmp_path), delivery)] == [(DocumentStatus.REVIEW, ("file.corrupt",))]


def test_file_with_files_attached_inside_is_never_filed_by_itself(tmp_path, stores):
    def inspect(path):
        return replace(stub_worker.inspect(path), flags=("attachments",))

    delivery = drop(stores, tmp_path / "in", a="pages 2")["a"]
    at_work = desk(stores, tmp_path)
    (record,) = process(replace(at_work, reader=replace(at_work.reader, inspect=inspect)), delivery)
    assert (record.status, record.reasons) == (DocumentStatus.REVIEW, ("file.unsupported",))
    assert record.evidence["links"] == [ATTACHED]


@pytest.mark.parametrize(
    ("decision", "reasons"),
    [
        (SetAside("image.blank"), ("file.unsupported",)),
        (Hold(("patient.weak",)), ("patient.weak", "file.unsupported")),
        (Filing("M1", 0.9999), ("file.unsupported",)),
    ],
)
def test_whatever_stands_on_its_pages_a_clerk_is_told_of_attached_files(decision, reasons):
    (planned,) = hold_attached(BatchPlan((PlannedDocument((1,), decision, NOTE),))).documents
    assert planned.decision == Hold(reasons)


def test_store_that_is_down_for_long_costs_no_file(tmp_path, stores):
    class Down:
        failures = 50

        def __getattr__(self, name):
            def call(*args, **kwargs):
                self.failures -= 1
                if self.failures > 0:
                    raise StoreFault("down")
                return getattr(stores.objects, name)(*args, **kwargs)

            return call

    delivery = drop(stores, tmp_path / "in", a="pages 7")["a"]
    (record,) = process(desk(stores, tmp_path, objects=Down()), delivery)
    assert record.status is DocumentStatus.FILED


def sealed_house(tmp_path):
    create_key_file(tmp_path / "keys.json")
    return connect(Config(objects=Objects(key_file=str(tmp_path / "keys.json"))), tmp_path / "sealed")


def test_a_lost_key_stops_the_work_and_quarantines_nothing(tmp_path, caplog):
    """Tried far more often than a bad file is; the key put back, the file is filed."""
    stores, key_file = sealed_house(tmp_path), tmp_path / "keys.json"
    delivery, whole, waits = drop(stores, tmp_path / "in", a="pages 2")["a"], key_file.read_text(), []
    rotate_key_file(key_file)
    ring = json.loads(key_file.read_text())
    key_file.unlink()
    key_file.write_text(json.dumps(ring | {"keys": {ring["current"]: ring["keys"][ring["current"]]}}))
    bereft = connect(Config(objects=Objects(key_file=str(key_file))), tmp_path / "sealed")

    def wait(seconds):
        waits.append(take_figures(Config(), tmp_path / "sealed", bereft, now=datetime.now(UTC) + timedelta(minutes=5)).key_missing)
        if len(waits) == 20:
            key_file.write_text(whole)

    (record,) = process(replace(desk(bereft, tmp_path), sleep=wait), delivery)
    assert record.status is DocumentStatus.FILED
    assert len(waits) == 20
    assert {fault.code for fault in waits} == {"CR-KEY"}
    assert "step waits for the machine: KeyMissing: The key" in caplog.text


def test_restarts_while_the_store_is_down_cost_no_file(tmp_path, stores):
    class Down:
        def __getattr__(self, name):
            raise StoreFault("down")

    def restart(_):
        raise KeyboardInterrupt

    delivery = drop(stores, tmp_path / "in", a="pages 2")["a"]
    for _ in range(9):
        with pytest.raises(KeyboardInterrupt):
            process(replace(desk(stores, tmp_path, objects=Down()), sleep=restart), delivery)
    (record,) = process(desk(stores, tmp_path), delivery)
    assert record.status is DocumentStatus.FILED


def test_receipt_that_cannot_be_written_names_the_folder_and_holds_up_nothing(tmp_path, stores, caplog):
    (tmp_path / "no-folder").write_text("a file stands here")
    folder = Folder("ingest", str(tmp_path / "in"), receipts=str(tmp_path / "no-folder" / "receipts"))
    at_work = desk(stores, tmp_path)
    delivery = drop(stores, tmp_path / "in", a="pages 1")["a"]
    (record,) = process(replace(at_work, config=replace(at_work.config, folders=(folder,))), delivery)
    assert record.status is DocumentStatus.FILED
    assert [entry.getMessage() for entry in caplog.records] == [
        f"watched folder ingest: the receipt of {delivery.id} cannot be written (Not a directory)"
    ]


def test_full_disk_costs_no_file(tmp_path, stores):
    class Full:
        refused = 0

        def __getattr__(self, name):
            return getattr(stores.objects, name)

        def put_bytes(self, data):
            if self.refused < 20 and not data.startswith(b"%"):
                self.refused += 1
                raise StoreFault("no space")
            return stores.objects.put_bytes(data)

    delivery, full = drop(stores, tmp_path / "in", a="pages 7")["a"], Full()
    (record,) = process(desk(stores, tmp_path, objects=full), delivery)
    assert (record.status, full.refused) == (DocumentStatus.FILED, 20)
    named = {delivery.object_key, record.object_key}
    assert len(set(stores.objects.keys()) - named) == 7  # the readings; nothing is left of what was tried


def test_content_that_failed_is_read_when_it_comes_again(tmp_path, stores):
    found = drop(stores, tmp_path / "in", a="pages 3", b="pages 3", c="pages 3")
    give_up(desk(stores, tmp_path), found["a"].id)
    assert [process(desk(stores, tmp_path), found[name])[0].status.value for name in "bc"] == ["filed", "set_aside"]


def test_same_content_in_work_twice_is_owned_by_the_first(tmp_path, stores):
    found = drop(stores, tmp_path / "in", a="pages 3", b="pages 3")
    late, first = process(desk(stores, tmp_path), found["b"]), process(desk(stores, tmp_path), found["a"])
    assert [r.status.value for r in (*first, *late)] == ["filed", "set_aside"]


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


def test_crashes_without_progress_end_a_file_and_crashes_with_progress_do_not(tmp_path, stores):
    delivery = drop(stores, tmp_path / "in", a="pages 60")["a"]
    done = {}

    def crash_after_each_new_step(name, work):
        at.append(name)
        if len(at) in done:
            return done[len(at)]
        done[len(at)] = work()
        raise KeyboardInterrupt

    for _ in range(17):
        at = []
        with pytest.raises(KeyboardInterrupt):
            work_on(desk(stores, tmp_path), delivery, crash_after_each_new_step)
    at = []
    assert rows(stores, delivery)[0].status is DocumentStatus.FILED


def test_third_crash_at_one_place_is_the_last(tmp_path, stores):
    delivery = drop(stores, tmp_path / "in", a="pages 2")["a"]
    calls = Counter()

    def crash_in_read(name, work):
        calls[name] += 1
        if name == "read" and calls[name] <= 3:
            raise KeyboardInterrupt
        return work()

    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            work_on(desk(stores, tmp_path), delivery, crash_in_read)
    opened = {"outcome": None, "pages": 2, "kind": "pdf", "sizes": [[612.0, 792.0]] * 2, "flags": [], "whole": True, "attempt": 1}
    work_on(desk(stores, tmp_path), delivery, lambda name, work: opened if name == "open" else work())
    assert rows(stores, delivery)[0].reasons == ("file.failed",)


# Real worker processes on real SQLite.


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


def test_tree_lives_on_when_nothing_can_be_said_and_a_child_cannot_be_started(monkeypatch):
    def full(line):
        raise OSError(28, "No space left on device")

    def none_left(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", none_left)
    tree = Tree([Child("worker 0", ("workers.work",))], full)
    tree.tend()
    assert tree.children[0].process is None
    assert tree.children[0].not_before > time.monotonic()
