"""Documents found again by hashes of their pages."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from schemas.record import DocumentRecord, DocumentStatus, ReviewItem
from store import documents, likeness
from store.database import reading, writing

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MARKS = frozenset(range(2**55, 2**55 + 16))


def record(delivery, status):
    one = DocumentRecord(
        f"d-{delivery.id}",
        delivery.id,
        delivery.name,
        delivery.sha256,
        (1, 2),
        status,
        None,
        None,
        None,
        None,
        None,
        {},
        ("duplicate.page",),
        None,
        None,
        {},
    )
    if status is DocumentStatus.FILED:
        filed = {"document_type": "progress_note", "loinc": "11506-3", "patient_mrn": "M1", "patient_probability": 0.99, "object_key": "k"}
        return replace(one, **filed, reasons=())
    return replace(one, reasons=("patient.weak",)) if status is DocumentStatus.REVIEW else one


def settle(conn, delivery, status, marks):
    one = record(delivery, status)
    items = [ReviewItem(f"i-{one.id}", one.id, one.reasons, "normal", NOW)] if status is DocumentStatus.REVIEW else []
    documents.settle(conn, delivery=delivery, page_count=2, records=[one], texts={one.id: ""}, items=items, now=NOW)
    likeness.add(conn, {one.id: {1: marks}})


def found(engine, marks, but=""):
    with reading(engine) as conn:
        return [(one.document_id, one.sha256, one.pages) for one in likeness.near(conn, marks, but=but)]


@pytest.mark.parametrize(("status", "there"), [(DocumentStatus.FILED, True), (DocumentStatus.REVIEW, True), (DocumentStatus.SET_ASIDE, False)])
def test_filed_and_held_documents_are_found_again(engine, take, status, there):
    delivery = take("a")[0]
    with writing(engine) as conn:
        settle(conn, delivery, status, MARKS)
    wanted = [(f"d-{delivery.id}", delivery.sha256, (1, 2))] if there else []
    assert found(engine, MARKS) == wanted
    assert found(engine, MARKS, but=delivery.id) == []


def test_as_many_hashes_as_chance_shares_find_nothing(engine, take):
    delivery = take("a")[0]
    with writing(engine) as conn:
        settle(conn, delivery, DocumentStatus.FILED, MARKS)
    assert [len(found(engine, sorted(MARKS)[:shared])) for shared in (0, 2, 3)] == [0, 0, 1]


def test_those_that_share_most_come_first(engine, take):
    less, more = take("a")[0], take("b")[0]
    with writing(engine) as conn:
        settle(conn, less, DocumentStatus.FILED, frozenset(sorted(MARKS)[:5]))
        settle(conn, more, DocumentStatus.FILED, MARKS)
    assert [name for name, _, _ in found(engine, MARKS)] == [f"d-{more.id}", f"d-{less.id}"]
