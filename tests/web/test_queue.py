"""The queue and item pages over a real index: what they show, what they refuse, and the headers of every answer."""

import logging
import re

import pytest
from web_desk import NASTY

from review.app import HEADERS
from schemas.config import Web
from schemas.faults import ConfigFault, StoreFault
from schemas.source import Priority
from store import documents, queue
from store.database import writing


@pytest.fixture
def client(desk):
    return desk.client("clerk")


def test_empty_queue_says_so(client):
    answer = client.get("/queue")
    assert (answer.status_code, "Nothing waits" in answer.text) == (200, True)


def test_queue_shows_what_waits_urgent_first_and_links_to_it(client, desk):
    desk.put(1, "a.pdf")
    desk.put(2, "b.pdf", priority=Priority.STAT)
    page = client.get("/queue").text
    assert "2 waiting for a decision" in page
    assert page.index("/items/item-2") < page.index("/items/item-1")
    assert "Too little on the page to be certain of the patient." in page
    assert "service date" in page


def test_two_clerks_who_ask_for_the_next_item_at_once_are_sent_to_two(desk):
    desk.put(1, "a.pdf")
    desk.put(2, "b.pdf")
    clerks = [desk.client(), desk.client()]
    for client, name in zip(clerks, ("ann", "ben"), strict=True):
        desk.sign_in(client, desk.user("clerk", name).id)
    assert [client.post("/queue/next").headers["location"] for client in clerks] == ["/items/item-1", "/items/item-2"]


def test_a_quarantined_file_is_asked_about_after_what_is_held(client, desk):
    desk.put(1, "locked.pdf", pages=0)
    desk.put(2, "b.pdf")
    page = client.get("/queue").text
    assert page.index("/items/item-2") < page.index("/items/item-1")
    page = client.get("/items/item-1").text
    assert "Ask the sender for an unlocked copy." in page
    assert 'value="file.encrypted" data-act="accept"' in page
    assert "Nobody in the index" not in page


def test_a_blind_check_shows_nothing_that_was_decided(client, desk):
    desk.put(1, "a.pdf", status="filed", blind=True)
    page = client.get("/items/item-1").text
    assert "Decide as if nobody had." in page
    assert "JANE" in page
    for part in ("progress note", "NOTE", "1980-01-02", "Who it may be", "M&lt;1", "a date of birth"):
        assert part not in page
    assert "progress note" not in client.get("/queue").text


def test_queue_says_when_it_shows_only_the_first(client, desk, monkeypatch):
    monkeypatch.setattr("review.screens.queue.views.SHOWN", 1)
    desk.put(1, "a.pdf")
    desk.put(2, "b.pdf")
    assert "2 waiting for a decision, the first 1" in client.get("/queue").text


def test_a_resolved_item_leaves_the_queue_and_is_no_way_to_its_document(client, desk):
    desk.put(1, "a.pdf")
    with writing(desk.stores.index) as conn:
        documents.resolve(conn, item_id="item-1", actor="t", decision={"act": "set_aside", "reason": "cover"}, now=desk.now)
    assert "Nothing waits" in client.get("/queue").text
    assert client.get("/items/item-1").status_code == 404


def test_item_shows_why_its_fields_its_candidates_and_its_pages(client, desk):
    desk.put(1, "a.pdf", pages=2)
    page = client.get("/items/item-1").text
    for part in (
        "Compare it with the candidates",
        "a date of birth",
        "progress note",
        "1980-01-02",
        "✓ agrees",
        "also read",
        "Whose document is this?",
    ):
        assert part in page
    assert "/documents/doc1/pages/2/1600" in page


def test_the_picture_of_a_page_is_the_page_and_is_made_once(client, desk, monkeypatch):
    desk.put(1, "a.pdf", pages=2)
    first = client.get("/documents/doc1/pages/2/1600")
    assert first.content[:3] == b"\xff\xd8\xff"
    assert first.headers["Cache-Control"] == "private, max-age=43200, immutable"
    assert first.headers["Content-Type"] == "image/jpeg"
    monkeypatch.setattr("pipeline.engines.opener.ChildOpener.render", None)
    assert desk.client("lead").get("/documents/doc1/pages/2/1600").content == first.content
    assert client.get("/documents/doc1/pages/1/240").status_code == 500  # not made yet, and now nobody can


@pytest.mark.parametrize("tail", ["3/1600", "0/1600", "1/1601", "1/../1", "x/1600", "1/1600.png"])
def test_a_page_that_is_none_is_not_there(client, desk, tail):
    desk.put(1, "a.pdf", pages=2)
    assert client.get(f"/documents/doc1/pages/{tail}").status_code == 404


@pytest.mark.parametrize("path", ["/queue", "/items/item-1", "/documents/doc1"])
def test_what_senders_wrote_is_shown_escaped(client, desk, path):
    desk.put(1, NASTY)
    page = client.get(path).text
    assert "&lt;script&gt;" in page
    assert not any(tag in page for tag in ("<script>", "<b>DOE", "<i>DOE", "<em>", "<u>NOTE", "<s>", "M<1>"))


@pytest.mark.parametrize("path", ["/queue", "/items/item-1", "/documents/doc1"])
def test_a_name_that_is_no_utf_8_is_written_out(client, desk, path):
    desk.put(1, "M\udcfcller.pdf")
    assert "M\\xfcller.pdf" in client.get(path).text


@pytest.mark.parametrize("path", ["/items/none", "/items/", "/nowhere", "/static/none.css", "/static/../app.py", "/docs", "/openapi.json"])
def test_what_is_not_there_is_404(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8470", "127.0.0.1.evil.example", "", "10.0.0.7"])
def test_a_foreign_host_is_refused(client, desk, host):
    desk.put(1, "Doe.pdf")
    answer = client.get("/queue", headers={"Host": host})
    assert (answer.status_code, "Doe" in answer.text) == (400, False)


@pytest.mark.parametrize(
    ("method", "path", "host", "code"),
    [
        ("GET", "/queue", "127.0.0.1", 200),
        ("GET", "/items/item-1", "localhost:8470", 200),
        ("GET", "/static/chartroom.css", "127.0.0.1", 200),
        ("GET", "/healthz", "127.0.0.1", 200),
        ("GET", "/items/none", "127.0.0.1", 404),
        ("GET", "/nowhere", "127.0.0.1", 404),
        ("POST", "/queue", "127.0.0.1", 405),
        ("GET", "/queue", "evil.example", 400),
        ("GET", "/api/v1/status", "127.0.0.1", 401),
    ],
)
def test_every_answer_has_the_headers(client, desk, method, path, host, code):
    desk.put(1, "a.pdf")
    answer = client.request(method, path, headers={"Host": host})
    assert answer.status_code == code
    kept = {"Cache-Control": "no-cache"} if path.startswith("/static/") else {}
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS | kept
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_our_own_files_are_kept_under_an_address_that_changes_with_them(client):
    named = set(re.findall(r'"(/static/[^"]+)"', client.get("/queue").text))
    assert len(named) == 4
    for address in named:
        assert re.fullmatch(r"/static/\S+\?v=[0-9a-f]{16}", address)
        assert "immutable" in client.get(address).headers["Cache-Control"]


@pytest.mark.parametrize(("error", "code"), [(StoreFault("The index is down.", next_step="See to it."), 503), (KeyError("Doe, Jane"), 500)])
def test_a_failure_has_the_headers_too_and_names_no_patient(client, monkeypatch, caplog, error, code):
    monkeypatch.setattr(queue, "open_items", lambda *_, **__: (_ for _ in ()).throw(error))
    with caplog.at_level(logging.DEBUG):
        answer = client.get("/queue")
    assert answer.status_code == code
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "Doe" not in answer.text + caplog.text


def test_it_answers_on_the_other_loopback_too(desk):
    client = desk.client(web=Web(host="::1"), base="http://[::1]:8470")
    assert [client.get("/healthz", headers={"Host": host}).status_code for host in ("[::1]:8470", "[::1]", "[::2]:8470")] == [200, 200, 400]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.7", "::", "chart.example"])
def test_without_tls_it_listens_to_this_computer_alone(desk, host):
    with pytest.raises(ConfigFault, match="loopback"):
        desk.app(Web(host=host))
    with pytest.raises(ConfigFault, match="key"):
        desk.app(Web(host=host, tls_certificate="c.pem"))
    desk.app(Web(host=host, tls_certificate="c.pem", tls_key="k.pem"))


def test_the_status_shows_what_each_source_proves_in_words(desk):
    desk.put(1, "a.pdf")
    page = desk.client("it").get("/status").text
    assert "next tested at: " in page
    assert "{&#39;" not in page
