"""Splitting and merging pages: whatever is cut, joined and taken back, every page stands exactly once, and nothing is read twice."""

from dataclasses import replace

import pytest
from cutting import CLERK, PAGES, Cutting
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review.screens.cut.marks import read_parts, written
from schemas.decision import Wish
from schemas.faults import InputFault, StaleClaim
from store import audit, corrections, documents, queue, recuts
from store.database import reading, writing
from store.search import search
from workers.recut import PATIENCE, submit_recuts
from workers.resolve import resolve_item
from workers.wire import equip


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """The pipeline as it is, with every engine; nothing is read by it here."""
    from schemas.config import Config
    from workers.wire import connect

    folder = tmp_path_factory.mktemp("reader")
    return lambda stores: equip(Config(), stores or connect(Config(), folder))


@pytest.fixture
def cutting(desk, reader):
    """A file of five pages that are read already, held as one document, and a worker's desk."""
    return Cutting(desk, reader(desk.stores))


def test_parts_become_documents_that_are_typed_and_asked_about_anew_and_no_page_is_read_twice(cutting, monkeypatch):
    monkeypatch.setattr("pipeline.engines.tesseract.Tesseract.read", None, raising=False)
    monkeypatch.setattr("pipeline.engines.opener.ChildOpener.render", None)
    old = cutting.records()[0]
    assert cutting.cut((1, 3), (2,), (4, 5))[0] == {"new": True}
    assert cutting.pages() == [(1, 3), (2,), (4, 5)]
    for record in cutting.records():
        assert record.status == "review"
        assert record.object_key
        assert record.evidence["cut"] == ["cut by hand"]
        assert "split.unsure" not in record.reasons
    with reading(cutting.desk.stores.index) as conn:
        assert documents.get(conn, old.id) is None
        assert [hit.document_id for hit in search(conn, "Leaf3of1")] == [next(r.id for r in cutting.records() if r.pages == (1, 3))]
        assert sorted(page for line in documents.export(conn) for page in line["source"]["pages"]) == [1, 2, 3, 4, 5]
    assert cutting.gaps() == []


def test_cuts_are_taken_back_whole_and_the_question_stands_again(cutting):
    before = cutting.records()
    _, recut = cutting.cut((1, 2), (3, 4, 5))
    parts = [record.id for record in cutting.records()]
    with pytest.raises(StaleClaim):
        cutting.undo(recut, "user:b")
    again = cutting.undo(recut)
    assert cutting.records() == before
    assert (again.document_id, cutting.item().id, cutting.item().holder) == (before[0].id, again.id, CLERK)
    assert cutting.gaps() == []
    cutting.cut((1, 2), (3, 4, 5))
    assert [record.id for record in cutting.records()] == parts  # the same pages are the same document
    assert cutting.gaps() == []


def test_undo_key_takes_back_cuts_that_wait_and_a_worker_then_does_nothing(cutting):
    recut = cutting.ask((1,), (2, 3, 4, 5))
    assert cutting.gaps() == []
    with writing(cutting.desk.stores.index) as conn:
        last = queue.last_decided(conn, CLERK, since=cutting.desk.now.replace(hour=0))
        corrections.undo(conn, last.id, CLERK, now=cutting.desk.now)
    assert cutting.work(recut) == {"new": False}
    assert cutting.pages() == [(1, 2, 3, 4, 5)]
    assert cutting.gaps() == []


def test_cuts_stay_once_somebody_has_decided_a_part(cutting):
    _, recut = cutting.cut((1, 2), (3, 4, 5))
    resolve_item(cutting.desk.stores, cutting.item().id, Wish(patient="M1", kind="progress_note", anyway=True), actor="user:b", now=cutting.desk.now)
    with pytest.raises(StaleClaim):
        cutting.undo(recut)
    assert cutting.gaps() == []


def test_a_filed_document_that_changes_leaves_its_chart_and_comes_back_with_undo(cutting):
    cutting.cut((1, 2), (3, 4, 5))
    filed = resolve_item(
        cutting.desk.stores, cutting.item().id, Wish(patient="M1", kind="progress_note", anyway=True), actor="user:b", now=cutting.desk.now
    )
    _, recut = cutting.cut((1,), (2, 3, 4, 5))
    with reading(cutting.desk.stores.index) as conn:
        assert documents.of_patient(conn, "M1") == []
        assert [act for act, *_ in documents.filings(conn, filed.id)] == ["file", "unfile"]
    cutting.undo(recut)
    with reading(cutting.desk.stores.index) as conn:
        assert [record.id for record in documents.of_patient(conn, "M1")] == [filed.id]
    assert cutting.gaps() == []


@pytest.mark.parametrize(
    "parts",
    [
        [(1, 2, 3, 4, 5)],
        [(1, 2), (3, 4)],
        [(1, 2), (2, 3, 4, 5)],
        [(1, 2), (3, 4, 5, 6)],
        [(0, 1), (2, 3, 4, 5)],
        [],
    ],
)
def test_parts_that_are_not_the_same_pages_each_once_are_refused(cutting, parts):
    with pytest.raises(InputFault, match="exactly one"):
        cutting.ask(*parts)
    assert cutting.pages() == [(1, 2, 3, 4, 5)]
    assert cutting.gaps() == []


def test_the_document_of_the_item_is_among_those_that_change(cutting):
    cutting.cut((1, 2), (3, 4, 5))
    with reading(cutting.desk.stores.index) as conn:
        mine = documents.get(conn, cutting.item().document_id).pages
    (other,) = set(cutting.pages()) - {mine}
    with pytest.raises(InputFault, match="would stay as it is"):
        cutting.ask(mine, other[:1], other[1:])
    assert cutting.item().resolved_by is None
    assert cutting.gaps() == []


def test_two_people_never_cut_one_file(cutting):
    cutting.cut((1, 2), (3, 4, 5))
    first, second = [item for record in cutting.records() for item in items_of(cutting, record.id)]
    with writing(cutting.desk.stores.index) as conn:
        queue.claim(conn, second.id, "user:b", now=cutting.desk.now)
    with pytest.raises(StaleClaim, match="Somebody else"):
        cutting.ask((1, 2, 3, 4, 5))
    with writing(cutting.desk.stores.index) as conn, pytest.raises(StaleClaim, match="hands"):
        recuts.ask(conn, first, [(1, 2, 3, 4, 5)], "user:c", 1, may=[], now=cutting.desk.now)


def items_of(cutting, name):
    with reading(cutting.desk.stores.index) as conn:
        return [item for item in queue.of_document(conn, name) if item.resolved_at is None]


class Broken:
    def compose(self, *_):
        raise MemoryError


def test_what_cannot_be_done_is_given_up_with_everything_as_it_was(cutting):
    before = cutting.records()
    recut = cutting.ask((1,), (2, 3, 4, 5))
    broken = replace(cutting.bench, reader=replace(cutting.bench.reader, composer=Broken()))
    assert cutting.work(recut, broken) == {"failed": "MemoryError"}
    assert cutting.records() == before
    assert cutting.item().document_id == before[0].id
    assert cutting.gaps() == []
    late = cutting.ask((1,), (2, 3, 4, 5))
    submitted, seen = set(), []
    submit_recuts(cutting.bench, seen.append, submitted)
    submit_recuts(cutting.bench, seen.append, submitted)
    assert seen == [late.id]
    cutting.desk.pass_time(seconds=PATIENCE.total_seconds() + 1)
    submit_recuts(cutting.bench, seen.append, set())
    assert cutting.item().document_id == before[0].id
    assert cutting.gaps() == []


def test_everything_is_on_record_by_ids_alone(cutting):
    _, recut = cutting.cut((1,), (2, 3, 4, 5))
    cutting.undo(recut)
    with reading(cutting.desk.stores.index) as conn:
        rows = [row.entry for row in audit.entries(conn, subject=cutting.delivery) if row.entry.action.startswith("pages.")]
    assert [entry.action for entry in reversed(rows)] == ["pages.cut_asked", "pages.cut", "pages.cut_undone"]
    assert all(entry.actor == CLERK for entry in rows)


STEPS = st.lists(st.one_of(st.lists(st.integers(0, 2), min_size=PAGES, max_size=PAGES), st.just("undo")), min_size=1, max_size=5)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_cuts_joins_and_undos_keep_every_page_exactly_once(cutting, steps):
    cutting.file()
    done = []
    for step in steps:
        try:
            if step == "undo" and done:
                cutting.undo(done.pop())
            elif step != "undo":
                parts = {place: tuple(page for page, where in enumerate(step, start=1) if where == place) for place in set(step)}
                done.append(cutting.cut(*parts.values())[1])
        except (InputFault, StaleClaim):
            pass
        assert sorted(page for record in cutting.records() for page in record.pages) == list(range(1, PAGES + 1))
        assert cutting.item().resolved_at is None
    assert cutting.gaps() == []


@given(st.lists(st.lists(st.integers(1, 300), min_size=1, max_size=9, unique=True).map(lambda pages: tuple(sorted(pages))), max_size=9))
def test_parts_are_read_as_they_are_written(parts):
    assert read_parts(written(parts)) == parts


@pytest.mark.parametrize("text", ["1-3; x", "one", "1-3;\x00", "1-9999"])
def test_what_is_no_list_of_pages_is_refused(text):
    with pytest.raises(ValueError):
        read_parts(text)


def test_no_cut_brings_missing_pages_and_half_a_file_is_filed_by_nobody(cutting):
    from store.tables import document

    with writing(cutting.desk.stores.index) as conn:
        conn.execute(document.update().values(reasons=["pages.missing"]))
    cutting.cut((1, 2), (3, 4, 5))
    assert all("pages.missing" in record.reasons for record in cutting.records())
    cutting.file()
    half = replace(cutting.bench, reader=replace(cutting.bench.reader, is_complete=lambda _: False))
    assert cutting.work(cutting.ask((1, 2), (3, 4, 5)), half) == {"new": True}
    assert all(record.reasons[0] == "file.corrupt" for record in cutting.records())
