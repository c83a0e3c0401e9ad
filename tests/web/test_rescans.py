"""A new scan that was asked for: the document waits on a list, and has an honest end either way."""

import pytest
from cutting import Cutting

from schemas.decision import Wish
from schemas.faults import StaleClaim
from store import documents, rescans
from store.database import reading, writing
from workers.audit import take_ledger
from workers.resolve import resolve_item
from workers.wire import equip


@pytest.fixture
def asked(desk):
    """A document of five read pages of which a clerk has asked for a new scan."""
    made = Cutting(desk, equip(desk.config, desk.stores))
    made.cut((1, 2), (3, 4, 5))
    record = resolve_item(desk.stores, made.item().id, Wish(quarantine="image.faint"), actor="user:a", now=desk.now)
    return desk, record.id


def test_it_waits_until_the_scan_has_come_and_every_page_stays_accounted_for(asked):
    desk, name = asked
    clerk = desk.client("clerk")
    assert "1 waits for a new scan" in clerk.get("/rescans").text
    with reading(desk.stores.index) as conn:
        assert [(one.record.id, one.actor) for one in rescans.awaited(conn)] == [(name, "user:a")]
    assert take_ledger(desk.config, desk.folder).gaps == []
    assert clerk.post(f"/rescans/{name}/come").headers["location"] == "/rescans"
    with writing(desk.stores.index) as conn:
        assert (documents.get(conn, name).status, documents.get(conn, name).reasons) == ("set_aside", ("image.rescanned",))
        assert rescans.awaited(conn) == []
        with pytest.raises(StaleClaim):
            rescans.has_come(conn, name, "user:a", now=desk.now)
    assert take_ledger(desk.config, desk.folder).gaps == []


def test_it_is_asked_about_again_when_no_better_scan_is_to_be_had(asked):
    desk, name = asked
    clerk = desk.client("clerk")
    at = clerk.post(f"/rescans/{name}/give-up").headers["location"]
    assert "The print is too faint." in clerk.get(at).text
    assert clerk.post(f"/rescans/{name}/give-up").status_code == 404
    with reading(desk.stores.index) as conn:
        assert documents.get(conn, name).status == "review"
    assert take_ledger(desk.config, desk.folder).gaps == []


def test_what_no_clerk_sent_back_does_not_wait(desk):
    desk.put(1, "locked.pdf", pages=0)
    clerk = desk.client("clerk")
    assert "Nothing waits for a new scan" in clerk.get("/rescans").text
    assert clerk.post("/rescans/doc1/come").status_code == 404
