"""The index database: opening it, the journal, readings, documents and the queue."""

import json
import multiprocessing
import os
import subprocess
import sys
import threading
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, select, text, update

from schemas.faults import ConfigFault, InvariantBroken, StoreFault
from schemas.page import Barcode, Box, PageKind, PageReading, ReadFrom, Reread, SignaturePlace, Word
from schemas.record import DocumentRecord, DocumentStatus, ReviewItem, StoredField
from schemas.source import DeliveryState, Priority
from store import audit, database, documents, journal, queue, readings
from store.database import open_index, reading, writing
from store.memory import MemoryObjects
from store.tables import delivery as delivery_table
from store.tables import filing, metadata

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
NAME = StoredField("DOE, JANE", 0.9, 1, (0.1, 0.1, 0.4, 0.2), raw="Jane Doe", rule="label", rivals=("DOE, JANET",))


def record(delivery, pages=(1,), status=DocumentStatus.FILED, name=None, **changes):
    plain = DocumentRecord(
        id=name or f"{delivery.id}-{min(pages, default=0)}",
        delivery_id=delivery.id,
        source_name=delivery.name,
        sha256=delivery.sha256,
        pages=pages,
        status=status,
        document_type="progress_note",
        loinc="11506-3",
        document_type_confidence=0.97,
        patient_mrn="M1",
        patient_probability=0.9999,
        fields={"patient_name": NAME},
        reasons=() if status is DocumentStatus.FILED else ("patient.weak",),
        object_key=delivery.object_key,
        filed_at=NOW if status is DocumentStatus.FILED else None,
        evidence={"cut": ["title"], "links": []},
    )
    return replace(plain, **changes)


def item(record, name="i1", **changes):
    return replace(ReviewItem(name, record.id, record.reasons, "normal", NOW), **changes)


def resolve(engine, decision, item_id="i1"):
    with writing(engine) as conn:
        return documents.resolve(conn, item_id=item_id, actor="clerk7", decision=decision, now=LATER)


def see(engine, look, *args, **kwargs):
    with reading(engine) as conn:
        return look(conn, *args, **kwargs)


def rows(engine, table):
    return see(engine, lambda conn: conn.execute(select(table)).all())


# ── the database


def open_in_process(url, gate):
    gate.wait()
    open_index(url).dispose()


def test_several_processes_may_start_at_once(tmp_path):
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(4)
    starts = [context.Process(target=open_in_process, args=(f"sqlite:///{tmp_path}/new/index.db", gate)) for _ in range(4)]
    [start.start() for start in starts]
    [start.join(60) for start in starts]
    assert [start.exitcode for start in starts] == [0, 0, 0, 0]


def test_every_connection_waits_for_the_disk(tmp_path):
    engine = open_index(f"sqlite:///{tmp_path}/index.db")
    with reading(engine) as first, reading(engine) as second:
        for conn in (first, second):
            found = [conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "journal_mode", "foreign_keys", "busy_timeout")]
            assert found == [2, "wal", 1, 30000]


def test_the_chain_leads_to_the_tables(engine):
    assert ScriptDirectory.from_config(database.migration_config()).get_current_head() == database.HEAD
    with reading(engine) as conn:
        options = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith(("document_words", "alembic"))}
        found = compare_metadata(MigrationContext.configure(conn, opts=options), metadata)
    assert [change for change in found if "document_text" not in str(change)] == []


def test_the_index_is_for_its_owner_alone(tmp_path):
    open_index(f"sqlite:///{tmp_path}/index.db")
    assert oct((tmp_path / "index.db").stat().st_mode)[-3:] == "600"


@pytest.mark.parametrize("url", ["sqlite://", "mysql://host/db"])
def test_other_databases_are_refused(url):
    with pytest.raises(ConfigFault):
        open_index(url)


def test_faults_do_not_tell_values(engine, take):
    with pytest.raises(InvariantBroken) as caught, writing(engine) as conn:
        conn.execute(filing.insert().values(document_id="DOE, JANE", act="file", mrn="M1", actor="x", at=NOW))
    assert "DOE" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_failed_transaction_leaves_nothing(engine):
    with pytest.raises(ZeroDivisionError), writing(engine) as conn:  # noqa: PT012
        journal.note_ignored(conn, source="fax", name="~$a.doc", rule="~$*", now=NOW)
        raise ZeroDivisionError
    assert see(engine, journal.ignored_counts) == {}


# ── the journal


def test_a_delivery_is_taken_once(engine, take):
    first, is_new = take("d1")
    again, is_new_again = take("d2", key="key-d1")
    assert (is_new, is_new_again, again) == (True, False, first)
    assert see(engine, journal.get, "d1") == first
    assert [row.entry.action for row in see(engine, audit.entries)] == ["delivery.taken"]


def test_takers_at_the_same_moment_agree(engine, take):
    seen = []
    threads = [threading.Thread(target=lambda n=n: seen.append(take(f"d{n}", key="one"))) for n in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(is_new for _, is_new in seen) == [False] * 5 + [True]
    assert len({delivery.id for delivery, _ in seen}) == 1


@pytest.mark.parametrize("name", ["a/b c.pdf", os.fsdecode(b"sub/\xff\xfe//.pdf"), "back\\slash.pdf", "e\u0301.pdf", "new\nline"])
def test_names_are_kept_byte_for_byte(engine, take, name):
    taken, _ = take("d1", name=name)
    assert os.fsencode(see(engine, journal.get, "d1").name) == os.fsencode(name)
    assert taken.name == name


def test_urgent_work_comes_first_then_the_oldest(engine, take, settle):
    for name, priority in (("a", Priority.LOW), ("b", Priority.NORMAL), ("c", Priority.STAT), ("d", Priority.NORMAL), ("e", Priority.STAT)):
        take(name, priority=priority)
    settle(see(engine, journal.get, "e"), 1, [record(see(engine, journal.get, "e"))])
    assert list(see(engine, journal.in_turn, 9)) == ["c", "b", "d", "a"]
    assert see(engine, journal.in_turn, 2) == {"c": Priority.STAT, "b": Priority.NORMAL}
    assert see(engine, journal.states) == {"taken": 4, "settled": 1}


def test_earlier_deliveries_of_the_same_content_are_found_in_order(engine, take):
    first, second, other, third = take("d1")[0], take("d2")[0], take("d3", sha256="1" * 64)[0], take("d4")[0]
    assert see(engine, journal.earlier_of, third) == [first, second]
    assert see(engine, journal.earlier_of, first) == see(engine, journal.earlier_of, other) == []


def test_attempts_are_counted(engine, take):
    take("d1")
    counted = []
    for _ in range(3):
        with writing(engine) as conn:
            counted.append(journal.count_attempt(conn, "d1"))
    assert counted == [1, 2, 3]


def test_tries_are_counted_by_part_and_forgotten(engine, take):
    take("d1")
    with writing(engine) as conn:
        assert [journal.count_attempt(conn, "d1", part=part) for part in (0, 5, 5, 9)] == [1, 1, 2, 1]
        journal.forget_attempts(conn, "d1")
        assert journal.count_attempt(conn, "d1", part=5) == 1


def test_progress_of_opened_files_is_told_in_kept_pages(engine, take):
    (one, _), (other, _) = take("d1", sha256="a" * 64), take("d2", sha256="b" * 64)
    with writing(engine) as conn:
        assert journal.in_work(conn) == []
        journal.note_pages(conn, one.id, 500)
        for key in ("old", "new"):
            readings.save(conn, sha256=one.sha256, key=key, pages={1: "x", 2: "y"})
        readings.save(conn, sha256=other.sha256, key="new", pages={1: "x"})
        assert journal.in_work(conn) == [("d1", 2, 500)]


def test_an_index_of_the_first_revision_is_brought_up_with_its_tries(tmp_path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    old = create_engine(url)
    with old.begin() as conn:
        config = database.migration_config()
        config.attributes["connection"] = conn
        command.upgrade(config, "0001")
        columns = "id, key, source, name, sha256, size, object_key, facility, priority, state, attempts, taken_at"
        values = "'d1', 'd1', 's', 'n', 'x', 1, 'o', 'f', 'normal', 'taken', 2, '2026-11-21T12:00:00.000000+00:00'"
        conn.execute(text(f"INSERT INTO delivery ({columns}) VALUES ({values})"))
    old.dispose()
    with writing(open_index(url)) as conn:
        assert journal.count_attempt(conn, "d1") == 3
        assert journal.get(conn, "d1").name == "n"


def test_what_is_passed_over_is_counted_once(engine):
    for name in ("~$a.doc", "~$b.doc", "~$a.doc"):
        with writing(engine) as conn:
            journal.note_ignored(conn, source="fax", name=name, rule="~$*", now=NOW)
            journal.note_refused(conn, source="fax", name=name, kind="link", now=NOW)
    assert see(engine, journal.ignored_counts) == {"~$*": 2}
    assert see(engine, journal.refused_counts) == {"link": 2}
    assert not any("a.doc" in str(row) for row in see(engine, audit.entries))


def test_a_time_without_zone_is_refused(take):
    with pytest.raises(Exception, match="without a zone"):
        take("d1", now=datetime(2026, 1, 1))  # noqa: DTZ001


# ── readings

shares = st.floats(0, 1)
boxes = st.builds(Box, shares, shares, shares, shares)
words = st.builds(Word, st.text(st.characters()), boxes, shares, st.integers(0, 500))
page_readings = st.builds(
    PageReading,
    number=st.integers(1, 2000),
    kind=st.sampled_from(PageKind),
    words=st.lists(words, max_size=5).map(tuple),
    read_from=st.sampled_from(ReadFrom),
    turn=st.sampled_from([0, 90, 180, 270]),
    width_pt=st.floats(1, 14400),
    barcodes=st.lists(st.builds(Barcode, st.text(), st.text(), boxes), max_size=2).map(tuple),
    problem=st.none() | st.text(),
    signatures=st.lists(st.builds(SignaturePlace, st.text(), boxes, st.floats(0, 9), st.floats(0, 9), st.booleans()), max_size=2).map(tuple),
    rereads=st.lists(st.builds(Reread, st.text(), boxes, st.lists(words, max_size=2).map(tuple)), max_size=2).map(tuple),
)


@given(page_readings)
def test_a_reading_comes_back_as_it_was(page):
    assert readings.unpack(readings.pack(page)) == page


def test_a_reading_kept_before_signatures_were_looked_for_is_loaded():
    page = PageReading(1, PageKind.TEXT)
    value = json.loads(zlib.decompress(readings.pack(page)))
    del value["signatures"]
    assert readings.unpack(zlib.compress(json.dumps(value).encode())) == page


def test_readings_are_kept_by_content_and_key(engine):
    objects, page = MemoryObjects(), PageReading(2, PageKind.TEXT, (Word("Jane", Box(0.1, 0.2, 0.3, 0.4), 0.5, 0),))
    with writing(engine) as conn:
        readings.save(conn, sha256="ab", key="v1", pages={2: objects.put_bytes(readings.pack(replace(page, turn=90)))})
        readings.save(conn, sha256="ab", key="v1", pages={2: objects.put_bytes(readings.pack(page))})
        readings.save(conn, sha256="ab", key="v2", pages={1: objects.put_bytes(readings.pack(page))})
    assert see(engine, readings.load, objects, sha256="ab", key="v1") == {2: page}
    assert see(engine, readings.kept_pages, sha256="ab", key="v1") == {2}
    assert see(engine, readings.load, objects, sha256="xx", key="v1") == {}


# ── documents


def test_settling_keeps_everything_and_happens_once(engine, take, settle):
    delivery, _ = take("d1")
    filed, held = record(delivery, (1, 2)), record(delivery, (3,), DocumentStatus.REVIEW)
    assert settle(delivery, 3, [filed, held], [item(held)])
    assert not settle(delivery, 3, [filed, held], [item(held)])
    assert see(engine, documents.of_delivery, "d1") == [filed, held]
    assert see(engine, documents.get, filed.id) == filed
    assert see(engine, documents.of_patient, "M1") == [filed]
    assert see(engine, documents.filings, filed.id) == [("file", "M1", "pipeline", NOW)]
    assert see(engine, queue.open_items) == [item(held)]
    assert see(engine, documents.counts) == {"filed": 1, "review": 1, "quarantined": 0, "set_aside": 0}
    assert see(engine, journal.get, "d1").state is DeliveryState.SETTLED


@pytest.mark.parametrize(
    ("count", "cuts"), [(3, [(1,), (3,)]), (2, [(1, 2), (2,)]), (1, [(1, 2)]), (1, []), (0, []), (0, [(), ()]), (2, [(1, 2), ()])]
)
def test_every_page_is_in_exactly_one_document(engine, take, settle, count, cuts):
    delivery, _ = take("d1")
    cut = [record(delivery, pages, DocumentStatus.SET_ASIDE, name=f"x{n}") for n, pages in enumerate(cuts)]
    with pytest.raises(InvariantBroken):
        settle(delivery, count, cut)
    assert see(engine, documents.of_delivery, "d1") == []
    assert see(engine, journal.get, "d1").state is DeliveryState.TAKEN


def test_a_file_that_cannot_be_opened_is_one_document_without_pages(engine, take, settle):
    delivery, _ = take("d1")
    assert settle(delivery, 0, [record(delivery, (), DocumentStatus.QUARANTINED, reasons=("file.encrypted",))])
    assert [line["source"]["pages"] for line in see(engine, lambda conn: list(documents.export(conn)))] == [[]]


@pytest.mark.parametrize("change", [{"patient_mrn": None}, {"document_type": None}, {"object_key": None}, {"status": DocumentStatus.REVIEW}])
def test_half_a_filing_and_an_unasked_hold_are_refused(take, settle, change):
    delivery, _ = take("d1")
    with pytest.raises(InvariantBroken):
        settle(delivery, 1, [record(delivery, **change)])


def test_a_delivery_that_was_never_taken_cannot_settle(take, settle):
    stranger = replace(take("d1")[0], id="d2")
    with pytest.raises(InvariantBroken):
        settle(stranger, 1, [record(stranger)])


def test_filings_are_only_ever_added(engine, take, settle):
    delivery, _ = take("d1")
    settle(delivery, 1, [record(delivery)])
    for change in (update(filing).values(mrn="M2"), filing.delete()):
        with pytest.raises(InvariantBroken), writing(engine) as conn:
            conn.execute(change)


def test_the_export_keeps_the_contract(engine, take, settle):
    second, first = take("d1", name="z.pdf")[0], take("d2", name="a.pdf")[0]
    settle(first, 1, [record(first, patient_mrn=None, patient_probability=None, status=DocumentStatus.SET_ASIDE)])
    held = record(second, (1,), DocumentStatus.REVIEW)
    settle(second, 2, [record(second, (2,)), held], [item(held)])
    lines = see(engine, lambda conn: list(documents.export(conn)))
    assert [(line["source"]["name"], line["source"]["pages"]) for line in lines] == [("z.pdf", [1]), ("z.pdf", [2]), ("a.pdf", [1])]
    contract = "document_id source status document_type loinc document_type_confidence patient fields reasons object_key filed_at"
    assert " ".join(list(lines[0])[:11]) == contract
    assert lines[0]["patient"] == {"mrn": "M1", "probability": 0.9999}
    assert lines[2]["patient"] is None
    assert lines[1]["fields"] == {"patient_name": {"value": "DOE, JANE", "confidence": 0.9, "page": 1, "box": [0.1, 0.1, 0.4, 0.2]}}
    assert datetime.fromisoformat(lines[1]["filed_at"]) == NOW


# ── the clerk


@pytest.fixture
def held(take, settle):
    delivery, _ = take("d1")
    held = record(delivery, (1,), DocumentStatus.REVIEW)
    settle(delivery, 1, [held], [item(held)])
    return held


def test_a_clerk_files(engine, held):
    fields = {"patient_name": "ROE, JANE", "service_date": "2026-01-02"}
    after = resolve(engine, {"act": "file", "mrn": "M9", "type": "consultation", "loinc": "11488-4", "fields": fields})
    assert after == see(engine, documents.get, held.id)
    assert (after.status, after.patient_mrn, after.document_type, after.loinc, after.filed_at) == ("filed", "M9", "consultation", "11488-4", LATER)
    assert after.fields["patient_name"] == replace(NAME, value="ROE, JANE", confidence=1.0, rule="clerk", rivals=())
    assert after.fields["service_date"].page == 1
    assert see(engine, documents.filings, held.id) == [("file", "M9", "clerk7", LATER)]
    assert see(engine, queue.open_items) == []
    assert see(engine, queue.get, "i1").resolved_at == LATER
    assert see(engine, audit.entries, limit=1)[0].entry.action == "document.resolved"


@pytest.mark.parametrize(("act", "status"), [("set_aside", "set_aside"), ("quarantine", "quarantined")])
def test_a_clerk_files_nowhere(engine, held, act, status):
    after = resolve(engine, {"act": act, "reason": "cover"})
    assert (after.status, after.reasons, after.filed_at) == (status, ("cover",), None)
    assert see(engine, documents.filings, held.id) == []


@pytest.mark.parametrize("decision", [{"act": "file"}, {"act": "set_aside"}, {"act": "burn"}, {}])
def test_half_a_decision_changes_nothing(engine, held, decision):
    with pytest.raises(StoreFault):
        resolve(engine, decision)
    assert see(engine, documents.get, held.id) == held
    assert len(see(engine, queue.open_items)) == 1


def test_an_item_is_resolved_once(engine, held):
    resolve(engine, {"act": "file", "mrn": "M1"})
    with pytest.raises(StoreFault, match="already"):
        resolve(engine, {"act": "file", "mrn": "M2"})
    with pytest.raises(StoreFault, match="no review item"):
        resolve(engine, {"act": "file", "mrn": "M2"}, "i2")
    assert see(engine, documents.get, held.id).patient_mrn == "M1"


@pytest.mark.parametrize(
    ("decision", "acts"),
    [
        ({"act": "file", "mrn": "M1"}, ["file"]),
        ({"act": "file", "mrn": "M2"}, ["file", "refile"]),
        ({"act": "set_aside", "reason": "cover"}, ["file", "unfile"]),
    ],
)
def test_a_check_confirms_moves_or_unfiles(engine, take, settle, decision, acts):
    delivery, _ = take("d1")
    filed = record(delivery)
    settle(delivery, 1, [filed], [item(filed, blind=True, reasons=("policy.sampled",))])
    after = resolve(engine, decision)
    assert [act for act, *_ in see(engine, documents.filings, filed.id)] == acts
    assert after.filed_at == {"file": NOW, "refile": LATER, "unfile": None}[acts[-1]]


def test_the_queue_hands_out_urgent_then_old(engine, take, settle):
    delivery, _ = take("d1")
    held = [record(delivery, (n,), DocumentStatus.REVIEW) for n in (1, 2, 3)]
    items = [item(held[0], "late", opened_at=LATER), item(held[1], "old"), item(held[2], "urgent", opened_at=LATER, priority="stat", blind=True)]
    settle(delivery, 3, held, items)
    assert [found.id for found in see(engine, queue.open_items)] == ["urgent", "old", "late"]
    assert [found.id for found in see(engine, queue.open_items, limit=1)] == ["urgent"]
    assert see(engine, queue.counts) == {"open": 2, "blind": 1, "resolved": 0}
    assert see(engine, queue.reason_counts) == {"patient.weak": 3}
    assert see(engine, queue.of_document, held[0].id) == [items[0]]


def test_one_audit_row_for_each_change_of_state(engine, held):
    resolve(engine, {"act": "file", "mrn": "M1"})
    actions = [row.entry.action for row in see(engine, audit.entries)][::-1]
    assert actions == ["delivery.taken", "document.review", "review.opened", "delivery.settled", "document.resolved"]
    assert see(engine, audit.verify_chain) is None
    assert not any("DOE" in str(row) for row in see(engine, audit.entries))
    assert len(rows(engine, delivery_table)) == 1


TRY_TO_LOCK = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)  # the bytes that SQLite's readers share
"""


def test_opening_the_index_again_lets_go_of_no_lock(tmp_path):
    first = open_index(f"sqlite:///{tmp_path}/index.db")
    with reading(first) as conn:
        queue.counts(conn)
        open_index(f"sqlite:///{tmp_path}/index.db").dispose()
        tried = subprocess.run([sys.executable, "-c", TRY_TO_LOCK, tmp_path / "index.db"], capture_output=True, text=True, check=False)
    assert "BlockingIOError" in tried.stderr
