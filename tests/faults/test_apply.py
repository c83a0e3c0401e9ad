"""Apply: a plan comes true once, as a whole, and only as long as nobody overtook it."""

import pytest
import stub_worker
from one_file import NOW, drop, rows

from schemas.config import Config
from schemas.document import Extraction, Field, FieldName, TypeGuess
from schemas.faults import EngineFault
from schemas.filing import BatchPlan, Filing, Hold, PlannedDocument, SetAside
from schemas.match import Candidate, TooWeak
from schemas.page import Box, PageKind, PageReading
from schemas.record import DocumentStatus
from schemas.source import FileKind, Opened, PageFacts
from store import queue
from store.database import reading
from workers import show
from workers.apply import OvertakenError, Sheaf, Traces, apply_plan, document_id, hold_all, hold_attached, is_sampled
from workers.audit import take_ledger


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
