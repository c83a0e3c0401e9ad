"""Searching: the small syntax, both databases, and text that means harm."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.patient import IndexPatient
from schemas.record import DocumentRecord, DocumentStatus, StoredField
from store import search
from store.database import reading
from store.search import Query, Term
from store.upsert import upsert

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TEXTS = {
    "echo": "Echocardiogram report: the left ventricle is of normal size. Dr. O'Brien. Café visit.",
    "lab": "Laboratory report. Hemoglobin 13.5 g/dL, normal. Accession A-20-771",
    "note": "Progress note: ventricle left untouched; hemoglobin was low, AND NOT normal OR high.",
}


def name(value):
    return StoredField(value, 0.9, 1, (0.0, 0.0, 1.0, 1.0))


@pytest.fixture
def shelf_of_documents(engine, take, settle):
    delivery, _ = take("d1", facility="Lakeside Clinic")
    plain = {"delivery_id": "d1", "source_name": "d1.pdf", "sha256": delivery.sha256, "loinc": None, "document_type_confidence": 0.9}
    plain |= {"patient_probability": 0.9, "reasons": ("cover",), "object_key": delivery.object_key, "filed_at": None, "evidence": {}}
    facts = [
        ("echo", DocumentStatus.FILED, "echo_stress_cath", "M1", {"patient_name": name("DOE, JANE"), "facility": name("Hill Hospital")}),
        ("lab", DocumentStatus.FILED, "laboratory_report", "M2", {"patient_name": name("ROE, RICHARD")}),
        ("note", DocumentStatus.SET_ASIDE, "progress_note", None, {}),
    ]
    records = [
        DocumentRecord(id=i, pages=(n,), status=s, document_type=t, patient_mrn=m, fields=f, **plain) for n, (i, s, t, m, f) in enumerate(facts, 1)
    ]
    settle(delivery, 3, records, texts=TEXTS)
    upsert(engine, [(IndexPatient("M1", "Smith-Doe", "Jane"), ())], now=NOW)
    return engine


def find(engine, query, **kwargs):
    with reading(engine) as conn:
        return search.search(conn, query, **kwargs)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("hemoglobin", {"lab", "note"}),
        ("HEMOGLOBIN normal", {"lab", "note"}),
        ('"left ventricle"', {"echo"}),
        ("left ventricle", {"echo", "note"}),
        ("ventr*", {"echo", "note"}),
        ("A-20-77*", {"lab"}),
        ("o'brien", {"echo"}),
        ("13.5", {"lab"}),
        ("mrn:M2", {"lab"}),
        ("mrn:M2 ventricle", set()),
        ("type:echo_stress_cath", {"echo"}),
        ("status:filed normal", {"echo", "lab"}),
        ("hemoglobin AND NOT normal", {"note"}),
        ('patient:"doe, jane"', {"echo"}),
        ("patient:smith", {"echo"}),
        ("patient:roe", {"lab"}),
        ("facility:lakeside", {"echo", "lab", "note"}),
        ('facility:"hill hospital"', {"echo"}),
        ("facility:%", set()),
        ("nowhere", set()),
        ("", set()),
        ("*", set()),
        ('"', set()),
    ],
)
def test_finds(shelf_of_documents, query, found):
    assert {hit.document_id for hit in find(shelf_of_documents, query)} == found


def test_hits_show_the_words_and_the_best_come_first(shelf_of_documents):
    hits = find(shelf_of_documents, "ventricle left")
    assert "«left»" in hits[0].snippet
    assert hits == sorted(hits, key=lambda hit: -hit.score)
    assert len(find(shelf_of_documents, "normal", limit=2)) == 2


def test_text_comes_back_without_what_databases_cannot_hold(engine):
    assert search.clean("a\x00b\ud800c\td\ne\u0301") == "a b?c\td\né"


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ('mrn:0042 "chest pain" fev*', Query((Term(("chest", "pain")), Term(("fev",), prefix=True)), (("mrn", "0042"),))),
        ("dr:smith", Query((Term(("dr", "smith")),))),
        ('Patient:"DOE, J"', Query((), (("patient", "DOE, J"),))),
        ('"never closed', Query((Term(("never", "closed")),))),
    ],
)
def test_parses(typed, query):
    assert search.parse(typed) == query


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.one_of(st.text(st.characters()), st.text("abz\"'*:()&|!<->^{}+-\\;% \x00mrntype", max_size=30)))
def test_whatever_is_typed_is_a_query(shelf_of_documents, typed):
    assert isinstance(find(shelf_of_documents, typed), list)
