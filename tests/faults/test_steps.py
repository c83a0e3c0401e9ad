"""The steps of one file: settled exactly once, every page once, and a reason where it cannot be filed."""

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import stub_worker
from one_file import desk, drop, process, rows, work_on

from schemas.config import Config
from schemas.record import DocumentStatus
from tests.sheets import sheet
from workers import steps
from workers.apply import ATTACHED
from workers.steps import give_up

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


def test_content_that_failed_is_read_when_it_comes_again(tmp_path, stores):
    found = drop(stores, tmp_path / "in", a="pages 3", b="pages 3", c="pages 3")
    give_up(desk(stores, tmp_path), found["a"].id)
    assert [process(desk(stores, tmp_path), found[name])[0].status.value for name in "bc"] == ["filed", "set_aside"]


def test_same_content_in_work_twice_is_owned_by_the_first(tmp_path, stores):
    found = drop(stores, tmp_path / "in", a="pages 3", b="pages 3")
    late, first = process(desk(stores, tmp_path), found["b"]), process(desk(stores, tmp_path), found["a"])
    assert [r.status.value for r in (*first, *late)] == ["filed", "set_aside"]


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
