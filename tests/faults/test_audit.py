"""The auditor finds every gap: each kind of damage, done by hand to a house that was whole, is told; a whole house has none."""

import io
import json
import sqlite3
from datetime import UTC, datetime

import pytest
import stub_worker
from reportlab.pdfgen.canvas import Canvas

from schemas.config import Config, Folder
from schemas.decision import Wish
from schemas.document import TypeGuess
from schemas.faults import EngineFault, InputFault, StoreFault
from schemas.filing import BatchPlan, Filing, Hold, PlannedDocument, SetAside
from schemas.page import PageKind, PageReading
from schemas.source import FileKind, Opened, PageFacts
from store import documents, journal, readings
from store.database import reading, writing
from workers.apply import Sheaf, apply_plan, apply_whole
from workers.audit import take_ledger
from workers.ingest import ingest
from workers.patients import import_patients
from workers.resolve import resolve_item
from workers.take_over import look_at, move_to_taken
from workers.wire import connect

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NOTE = TypeGuess("progress_note", 0.97)
PLAN = BatchPlan(
    (
        PlannedDocument((1, 2), Filing("M1", 0.9999), NOTE),
        PlannedDocument((3,), Hold(("patient.weak",)), NOTE),
        PlannedDocument((4,), SetAside("image.blank")),
    )
)


def pdf(pages, word="page"):
    data = io.BytesIO()
    canvas = Canvas(data)
    for number in range(pages):
        canvas.drawString(72, 700, f"{word} {number}")
        canvas.showPage()
    canvas.save()
    return data.getvalue()


class Composer:
    lost = 0

    def compose(self, original, opened, pages, into):
        if self.lost is None:
            raise EngineFault("no", permanent=True)
        path = into / "out.pdf"
        path.write_bytes(pdf(len(pages) - self.lost, f"sheet {pages[0].number}"))
        return path


class House:
    """One file of four pages settled: two filed, one held, one blank; one file quarantined, one still in work, one in a watched folder."""

    def __init__(self, tmp_path, composer=None):
        self.var, self.inbox = tmp_path / "var", tmp_path / "inbox"
        self.inbox.mkdir()
        self.config = Config(folders=(Folder("fax", str(self.inbox)),))
        self.stores = connect(self.config, self.var)
        (tmp_path / "people.csv").write_text("mrn,last_name,dob\nM1,Doe,1980-01-02\nM2,Roe,1981-01-02\n")
        import_patients(tmp_path / "people.csv", self.stores, now=NOW)
        (tmp_path / "in").mkdir()
        for name, data in {"a.pdf": pdf(4), "bad.pdf": b"what", "~$c.pdf": b"passed over"}.items():
            (tmp_path / "in" / name).write_bytes(data)
        taken = {d.name: d for d in ingest([tmp_path / "in"], self.config, self.stores).deliveries}
        self.file, self.bad, self.waiting = taken["a.pdf"], taken["bad.pdf"], taken["~$c.pdf"]
        self.settle(tmp_path, composer or Composer())
        apply_whole(self.bad, documents.DocumentStatus.QUARANTINED, "file.corrupt", 0, self.stores, now=NOW)
        self.filed, self.held, self.aside = (record.id for record in self.records())

    def settle(self, tmp_path, composer):
        kept = {n: PageReading(n, PageKind.TEXT) for n in (1, 2, 3, 4)}
        keys = {n: self.stores.objects.put_bytes(readings.pack(page)) for n, page in kept.items()}
        with writing(self.stores.index) as conn:
            readings.save(conn, sha256=self.file.sha256, key="k", pages=keys)
        sheaf = Sheaf(tmp_path / "in" / "a.pdf", Opened(FileKind.PDF, tuple(PageFacts(n, 612.0, 792.0) for n in kept)), kept, tmp_path)
        apply_plan(self.file, PLAN, sheaf, self.stores, composer, catalogue=stub_worker.CATALOGUE, sample_share=0.0, now=NOW)

    def records(self):
        with reading(self.stores.index) as conn:
            return documents.of_delivery(conn, self.file.id)

    def sql(self, *statements, **values):
        with sqlite3.connect(self.var / "index.db") as conn:
            conn.execute("PRAGMA foreign_keys=OFF")
            for (guard,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('audit', 'filing')").fetchall():
                conn.execute(f"DROP TRIGGER {guard}")  # an intruder would
            for statement in statements:
                assert conn.execute(statement, values).rowcount, statement

    def gaps(self):
        return take_ledger(self.config, self.var).gaps

    def object(self, key):
        return self.var / "objects" / key


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    assert made.gaps() == []
    return made


def names(house):
    return {"filed": house.filed, "held": house.held, "aside": house.aside, "file": house.file.id, "bad": house.bad.id}


DAMAGE = {
    "a document is gone": ("DELETE FROM document WHERE id = :filed",),
    "a document is gone with all its rows": (
        "DELETE FROM filing WHERE document_id = :filed",
        "DELETE FROM document WHERE id = :filed",
        "UPDATE document SET pages = '[1,2,3]', first_page = 1 WHERE id = :held",
    ),
    "a page is dropped": ("UPDATE document SET pages = '[1]' WHERE id = :filed",),
    "a page is dropped everywhere": ("DELETE FROM document WHERE id = :aside", "UPDATE delivery SET page_count = 3 WHERE id = :file"),
    "a page stands twice": ("UPDATE document SET pages = '[3,4]' WHERE id = :held",),
    "two documents exchange a page": (
        "UPDATE document SET pages = '[1]' WHERE id = :filed",
        "UPDATE document SET pages = '[2,3]' WHERE id = :held",
    ),
    "the patient is another": ("UPDATE document SET patient_mrn = 'M2' WHERE id = :filed",),
    "the patient is another, its filing too": (
        "UPDATE document SET patient_mrn = 'M2' WHERE id = :filed",
        "UPDATE filing SET mrn = 'M2' WHERE document_id = :filed",
    ),
    "the type is another": ("UPDATE document SET document_type = 'ecg' WHERE id = :filed",),
    "a field is another": ("UPDATE document SET fields = '{\"patient_dob\":{}}' WHERE id = :filed",),
    "a reason is another": ("UPDATE document SET reasons = '[\"type.unsure\"]' WHERE id = :held",),
    "a held document is quietly filed": (
        "UPDATE document SET status = 'filed', patient_mrn = 'M1', reasons = '[]', filed_at = '2026-11-21T12:00:00.000000+00:00' WHERE id = :held",
        "INSERT INTO filing (document_id, act, mrn, actor, at) VALUES (:held, 'file', 'M1', 'x', '2026')",
        "DELETE FROM review_item WHERE document_id = :held",
    ),
    "a filing is doubled": (
        "INSERT INTO filing (document_id, act, mrn, actor, at) SELECT document_id, act, mrn, actor, at FROM filing WHERE document_id = :filed",
    ),
    "a filing is gone": ("DELETE FROM filing WHERE document_id = :filed",),
    "a file is settled without documents": ("DELETE FROM document WHERE delivery_id = :bad",),
    "a file is open again": ("UPDATE delivery SET state = 'taken' WHERE id = :bad",),
    "a file is gone with all its documents": (
        "DELETE FROM document WHERE delivery_id = :bad",
        "DELETE FROM delivery WHERE id = :bad",
    ),
    "a file has another digest": ("UPDATE delivery SET sha256 = '0' WHERE id = :bad",),
    "a file came from elsewhere": ("UPDATE delivery SET source = 'x' WHERE id = :bad",),
    "a review item is gone": ("DELETE FROM review_item WHERE document_id = :held",),
    "a review item is quietly closed": ("UPDATE review_item SET resolved_at = '2026', resolved_by = 'x' WHERE document_id = :held",),
    "a resolved review item is gone": ("DELETE FROM review_item WHERE resolved_at IS NOT NULL",),
    "an item of nobody": (
        "INSERT INTO review_item (id, document_id, reasons, priority, opened_at, blind) VALUES ('i', 'nobody', '[]', 'normal', '2026', 0)",
    ),
    "a name passed over is gone": ("DELETE FROM passed_over",),
    "the words are gone": ("DELETE FROM document_text WHERE rowno = (SELECT rowno FROM document WHERE id = :filed)",),
    "the full-text index is empty": ("INSERT INTO document_words(document_words) VALUES ('delete-all')",),
    "a reading is gone": ("DELETE FROM reading WHERE page = 2",),
    "the patient is gone": ("DELETE FROM patient WHERE mrn = 'M1'",),
    "an audit row is changed": ("UPDATE audit SET actor = 'somebody' WHERE sequence = 2",),
    "an audit row is gone": ("DELETE FROM audit WHERE sequence = 2",),
    "the audit trail ends early": ("DELETE FROM audit WHERE sequence > 3",),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_changed_database_is_found(house, damage):
    if damage == "a resolved review item is gone":
        with reading(house.stores.index) as conn:
            item = documents.queue.open_items(conn)[0]
        resolve_item(house.stores, item.id, Wish(set_aside="cover"), actor="t", now=NOW)
        assert house.gaps() == []
    house.sql(*DAMAGE[damage], **names(house))
    assert house.gaps()


@pytest.mark.parametrize("kind", ["original", "quarantined original", "filed PDF", "held PDF", "reading"])
@pytest.mark.parametrize("how", ["gone", "changed", "cut"])
def test_a_lost_or_changed_object_is_found(house, kind, how):
    filed, held, _ = house.records()
    with reading(house.stores.index) as conn:
        read = conn.exec_driver_sql("SELECT object_key FROM reading WHERE page = 3").scalar()
    keys = {"original": house.file.object_key, "quarantined original": house.bad.object_key, "reading": read}
    path = house.object((keys | {"filed PDF": filed.object_key, "held PDF": held.object_key})[kind])
    data = path.read_bytes()
    path.unlink()
    if how != "gone":
        path.write_bytes(data[:-1] if how == "cut" else bytes([data[0] ^ 1]) + data[1:])
    assert house.gaps()


def test_a_decision_leaves_no_gap_and_its_change_is_found(house):
    with reading(house.stores.index) as conn:
        item, _ = documents.queue.open_items(conn)
    with pytest.raises(InputFault, match="proposed"):
        resolve_item(house.stores, item.id, Wish(patient="M2"), actor="t", now=NOW)
    resolve_item(house.stores, item.id, Wish(patient="M2", anyway=True), actor="t", now=NOW)
    assert house.gaps() == []
    house.sql("UPDATE filing SET mrn = 'M1' WHERE document_id = :held", "UPDATE document SET patient_mrn = 'M1' WHERE id = :held", **names(house))
    assert house.gaps() == [f"document {house.held} differs from its last audit row"]


@pytest.mark.parametrize(("wish", "status"), [(Wish(quarantine="file.encrypted"), "quarantined"), (Wish(set_aside="duplicate.near"), "set_aside")])
def test_a_quarantined_file_waits_after_what_is_held_until_a_clerk_closes_it(house, wish, status):
    with reading(house.stores.index) as conn:
        held, item = documents.queue.open_items(conn)
    assert (held.document_id, item.reasons) == (house.held, ("file.corrupt",))
    with pytest.raises(InputFault, match="no page"):
        resolve_item(house.stores, item.id, Wish(patient="M1", kind="ecg"), actor="t", now=NOW)
    assert resolve_item(house.stores, item.id, wish, actor="t", now=NOW).status == status
    assert house.gaps() == []
    with reading(house.stores.index) as conn:
        assert documents.queue.open_items(conn) == [held]


@pytest.mark.parametrize("wish", [Wish(set_aside="file.corrupt"), Wish(set_aside="patient.weak"), Wish(quarantine="cover"), Wish(quarantine="x")])
def test_a_decision_takes_only_the_reasons_that_fit_it(house, wish):
    with reading(house.stores.index) as conn:
        item = documents.queue.open_items(conn)[0]
    with pytest.raises(InputFault, match=r"no reason for that. One of: (duplicate.exact|cover|file.corrupt)"):
        resolve_item(house.stores, item.id, wish, actor="t", now=NOW)


def test_a_rendition_that_lost_a_page_is_found(tmp_path):
    composer = Composer()
    composer.lost = 1
    assert f"document {House(tmp_path, composer).filed}: its PDF has 1 pages instead of 2" in take_ledger(Config(), tmp_path / "var").gaps


def test_a_document_of_which_no_pdf_could_be_made_is_no_gap(tmp_path):
    composer = Composer()
    composer.lost = None
    house = House(tmp_path, composer)
    assert house.gaps() == []
    with reading(house.stores.index) as conn:
        item = documents.queue.open_items(conn)[0]
    with pytest.raises(InputFault, match="cannot be filed"):
        resolve_item(house.stores, item.id, Wish(patient="M1"), actor="t", now=NOW)
    resolve_item(house.stores, item.id, Wish(quarantine="file.corrupt"), actor="t", now=NOW)
    assert house.gaps() == []


def test_content_that_stands_in_the_index_twice_is_found(house, tmp_path):
    (tmp_path / "again.pdf").write_bytes((tmp_path / "in" / "a.pdf").read_bytes())
    house.file = ingest([tmp_path / "again.pdf"], house.config, house.stores).deliveries[0]
    house.settle(tmp_path, Composer())
    assert [gap for gap in house.gaps() if "stands in the index 2 times" in gap]


def test_a_file_moved_away_that_was_never_taken_is_found(house):
    for name in ("waits.pdf", "moved.pdf"):
        (house.inbox / name).write_bytes(name.encode())
    assert house.gaps() == []
    move_to_taken(house.inbox / "moved.pdf", "id", look_at(house.inbox / "moved.pdf"))
    assert house.gaps() == ["a file was moved out of watched folder fax that was never taken in"]


def test_ledger_says_what_is_there(house):
    ledger = json.loads(take_ledger(house.config, house.var).as_json())
    assert ledger["files"] == {"taken in": 3, "settled": 2, "in work": 1, "waiting in watched folders": 0}
    assert ledger["pages"] == {"received": 4, "filed": 2, "review": 1, "quarantined": 0, "set_aside": 1}
    assert ledger["checked"]["objects no row names"] == 0


def test_auditor_makes_nothing(tmp_path):
    with pytest.raises(StoreFault, match="no index database"):
        take_ledger(Config(), tmp_path / "var")
    assert not (tmp_path / "var").exists()


def test_journal_alone_is_no_gap(tmp_path):
    tmp_path = tmp_path / "odd #name"
    stores = connect(Config(), tmp_path / "var")
    (tmp_path / "a").write_bytes(b"x")
    ingest([tmp_path / "a"], Config(), stores)
    with reading(stores.index) as conn:
        assert journal.states(conn)["taken"] == 1
    assert take_ledger(Config(), tmp_path / "var").gaps == []
