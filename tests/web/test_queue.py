"""The queue and item pages over a real index: what they show, what they refuse, and the headers of every answer."""

import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from review.app import HEADERS, make_app
from schemas.faults import ConfigFault, StoreFault
from schemas.record import DocumentRecord, DocumentStatus, ReviewItem, StoredField
from schemas.source import Priority
from store import documents, journal, queue
from store.database import open_index, writing

NOW = datetime.now(UTC)
NASTY = "<script>alert('x')</script> & \"Doe\".pdf"
FIELDS = {"patient_name": StoredField("<b>DOE</b>, JANE", 0.9, 1, (0.1, 0.1, 0.4, 0.2), rule="label", rivals=("<i>DOE</i>, JANET",))}
EVIDENCE = {
    "wanting": ["a date of birth"],
    "type": {"title": "<u>NOTE</u>"},
    "candidates": [
        {
            "mrn": "M<1>",
            "display_name": "DOE, <em>JANE</em>",
            "dob": "1980-01-02",
            "evidence": [{"field": "last_name", "agreement": "agree", "level": "exact", "document_value": "<s>", "index_value": "DOE"}],
        }
    ],
}


def put(index, number, name, *, priority=Priority.NORMAL, quarantined=False, blind=False):
    """A delivery of one page, held, or of none, quarantined, with an item `item-N`."""
    with writing(index) as conn:
        delivery, _ = journal.take(
            conn,
            id=f"d{number}",
            key=f"k{number}",
            source="fax",
            name=name,
            sha256=f"{number:064}",
            size=1,
            object_key="o",
            facility="",
            priority=priority,
            now=NOW,
        )
        record = DocumentRecord(
            *(f"doc{number}", delivery.id, name, delivery.sha256, (1,), DocumentStatus.REVIEW, "progress_note", None, 0.5, "M<1>", 0.6),
            *(FIELDS, ("patient.weak", "field.missing.service_date"), None, None, EVIDENCE),
        )
        if quarantined:
            record = replace(record, pages=(), status=DocumentStatus.QUARANTINED, fields={}, reasons=("file.encrypted",), evidence={})
        if blind:
            record = replace(record, status=DocumentStatus.FILED, reasons=(), object_key="o")
        reasons = ("policy.sampled",) if blind else record.reasons
        item = ReviewItem(f"item-{number}", record.id, reasons, priority.value, NOW, blind=blind)
        documents.settle(conn, delivery=delivery, page_count=len(record.pages), records=[record], texts={}, items=[item], now=NOW)


@pytest.fixture
def index(tmp_path):
    opened = open_index(f"sqlite:///{tmp_path}/index.db")
    yield opened
    opened.dispose()


@pytest.fixture
def client(index):
    return TestClient(make_app(index, host="127.0.0.1"), base_url="http://127.0.0.1:8470")


def test_empty_queue_says_so(client):
    answer = client.get("/")
    assert (answer.status_code, "Nothing waits" in answer.text) == (200, True)


def test_queue_shows_what_waits_urgent_first_and_links_to_it(client, index):
    put(index, 1, "a.pdf")
    put(index, 2, "b.pdf", priority=Priority.STAT)
    page = client.get("/").text
    assert "2 waiting for a decision" in page
    assert page.index("/items/item-2") < page.index("/items/item-1")
    assert "Too little on the page to be certain of the patient." in page
    assert "service date" in page


def test_a_quarantined_file_is_asked_about_after_what_is_held(client, index):
    put(index, 1, "locked.pdf", quarantined=True)
    put(index, 2, "b.pdf")
    page = client.get("/").text
    assert page.index("/items/item-2") < page.index("/items/item-1")
    page = client.get("/items/item-1").text
    assert "Ask the sender for an unlocked copy." in page
    assert "review resolve item-1 --quarantine file.encrypted" in page
    assert "Nobody in the index" not in page


def test_a_blind_check_shows_nothing_that_was_decided(client, index):
    put(index, 1, "a.pdf", blind=True)
    page = client.get("/items/item-1").text
    assert "Decide as if nobody had." in page
    assert "JANE" in page
    for part in ("progress note", "NOTE", "1980-01-02", "Who it may be", "M&lt;1", "a date of birth"):
        assert part not in page
    assert "progress note" not in client.get("/").text


def test_queue_says_when_it_shows_only_the_first(client, index, monkeypatch):
    monkeypatch.setattr("review.screens.queue.views.SHOWN", 1)
    put(index, 1, "a.pdf")
    put(index, 2, "b.pdf")
    assert "2 waiting for a decision, the first 1" in client.get("/").text


def test_resolved_item_leaves_the_queue_and_can_still_be_read(client, index):
    put(index, 1, "a.pdf")
    with writing(index) as conn:
        documents.resolve(conn, item_id="item-1", actor="t", decision={"act": "set_aside", "reason": "cover"}, now=NOW)
    assert "Nothing waits" in client.get("/").text
    assert client.get("/items/item-1").status_code == 200


def test_item_shows_why_its_fields_and_its_candidates(client, index):
    put(index, 1, "a.pdf")
    page = client.get("/items/item-1").text
    for part in (
        "Compare it with the candidates",
        "a date of birth",
        "progress note",
        "1980-01-02",
        "✓ agrees",
        "also read",
        "review resolve item-1",
    ):
        assert part in page


@pytest.mark.parametrize("path", ["/", "/items/item-1"])
def test_what_senders_wrote_is_shown_escaped(client, index, path):
    put(index, 1, NASTY)
    page = client.get(path).text
    assert "&lt;script&gt;" in page
    assert not any(tag in page for tag in ("<script", "<b>DOE", "<i>DOE", "<em>", "<u>NOTE", "<s>", "M<1>"))


@pytest.mark.parametrize("path", ["/", "/items/item-1"])
def test_a_name_that_is_no_utf_8_is_written_out(client, index, path):
    put(index, 1, "M\udcfcller.pdf")
    assert "M\\xfcller.pdf" in client.get(path).text


@pytest.mark.parametrize("path", ["/items/none", "/items/", "/nowhere", "/static/none.css", "/static/../app.py", "/docs", "/openapi.json"])
def test_what_is_not_there_is_404(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/items/item-1", "/healthz", "/static/chartroom.css"])
def test_nothing_can_be_changed_here(client, method, path):
    assert client.request(method, path).status_code == 405


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8470", "127.0.0.1.evil.example", "", "10.0.0.7"])
def test_a_foreign_host_is_refused(client, index, host):
    put(index, 1, "Doe.pdf")
    answer = client.get("/", headers={"Host": host})
    assert (answer.status_code, "Doe" in answer.text) == (400, False)


@pytest.mark.parametrize(
    ("method", "path", "host", "code"),
    [
        ("GET", "/", "127.0.0.1", 200),
        ("GET", "/items/item-1", "localhost:8470", 200),
        ("GET", "/static/chartroom.css", "127.0.0.1", 200),
        ("GET", "/healthz", "127.0.0.1", 200),
        ("GET", "/items/none", "127.0.0.1", 404),
        ("POST", "/", "127.0.0.1", 405),
        ("GET", "/", "evil.example", 400),
    ],
)
def test_every_answer_has_the_headers(client, index, method, path, host, code):
    put(index, 1, "a.pdf")
    answer = client.request(method, path, headers={"Host": host})
    assert answer.status_code == code
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("error", "code"), [(StoreFault("The index is down.", next_step="See to it."), 503), (KeyError("Doe, Jane"), 500)])
def test_a_failure_has_the_headers_too_and_names_no_patient(client, monkeypatch, caplog, error, code):
    monkeypatch.setattr(queue, "open_items", lambda *_, **__: (_ for _ in ()).throw(error))
    with caplog.at_level(logging.DEBUG):
        answer = client.get("/")
    assert answer.status_code == code
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "Doe" not in answer.text + caplog.text


def test_pages_need_nothing_from_elsewhere(client, index):
    put(index, 1, "a.pdf")
    for path in ("/", "/items/item-1"):
        page = client.get(path).text
        assert "<script" not in page
        assert " style=" not in page
        assert "//" not in page.replace("<!doctype html>", "")


def test_it_answers_on_the_other_loopback_too(index):
    client = TestClient(make_app(index, host="::1"), base_url="http://[::1]:8470")
    assert [client.get("/", headers={"Host": host}).status_code for host in ("[::1]:8470", "[::1]", "[::2]:8470")] == [200, 200, 400]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.7", "::", "chart.example"])
def test_it_listens_to_this_computer_alone(index, host):
    with pytest.raises(ConfigFault, match="loopback"):
        make_app(index, host=host)
