"""The interface for programs: described, entered with a token alone, and taking files in as if they had been dropped."""

import io
from dataclasses import replace

import pytest
from test_doors import token_of
from web_desk import CANARY

from schemas.faults import InputFault, StoreFault
from store import journal, queue, users
from store.database import reading, writing
from workers.users import Desk as Shell
from workers.users import token_for
from workers.web import hand_in


def program(desk, role):
    client = desk.client()
    client.headers["Authorization"] = f"Bearer {token_of(desk, role)}"
    return client


def test_it_describes_itself_to_anybody_and_only_itself(desk):
    told = desk.client().get("/api/v1/openapi.json").json()
    assert set(told["paths"]) == {
        f"/api/v1/{path}"
        for path in (
            *("status", "documents", "documents/{document_id}", "intake", "review"),
            *(f"review/{{item_id}}{tail}" for tail in ("", "/lease", "/decision", "/undo")),
        )
    }
    assert told["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}


def test_a_session_opens_no_program_door_and_a_token_no_screen(desk):
    assert desk.client("lead").get("/api/v1/status").status_code == 401
    assert program(desk, "lead").get("/queue").headers["location"] == "/sign-in"


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer ", "Bearer none", "Basic YTpi"])
def test_what_is_no_token_opens_nothing(desk, said):
    assert desk.client().get("/api/v1/review", headers={"Authorization": said}).status_code == 401


def test_a_token_ends_with_its_days_and_only_its_digest_is_kept(desk):
    desk.user("lead", "ann")
    token = token_for(Shell(desk.stores.index, "shell:t", desk.now), "ann", 2)
    client = desk.client()
    client.headers["Authorization"] = f"bearer {token}"
    assert client.get("/api/v1/status").json()["review"]["open"] == 0
    desk.pass_time(days=2)
    assert client.get("/api/v1/status").status_code == 401
    assert token.encode() not in (desk.folder / "index.db").read_bytes() + (desk.folder / "index.db-wal").read_bytes()


def test_documents_and_items_are_those_of_the_export_and_the_queue(desk):
    desk.put(1, "a.pdf")
    client = program(desk, "clerk")
    (line,) = client.get("/api/v1/documents?delivery_id=d1").json()
    assert client.get("/api/v1/documents/doc1").json() == line
    assert line["fields"]["patient_name"]["value"] == "<b>DOE</b>, JANE"
    (item,) = client.get("/api/v1/review").json()
    assert client.get("/api/v1/review/item-1").json() == item
    assert item["reasons"][0]["code"] == "patient.weak"
    assert client.get("/api/v1/review?limit=0").status_code == 422
    assert client.get("/api/v1/documents").status_code == 422


def test_what_was_handed_on_or_is_for_others_to_check_is_in_no_list_of_a_clerk(desk):
    desk.put(1, "a.pdf")
    desk.put(2, "b.pdf", blind=True, status="filed")
    with writing(desk.stores.index) as conn:
        queue.escalate(conn, "item-1", "user:x", "unsure", now=desk.now)
    clerk, lead = program(desk, "clerk"), program(desk, "lead")
    assert clerk.get("/api/v1/documents/doc2").status_code == 200  # now they know how it was filed
    assert clerk.get("/api/v1/review").json() == []
    assert [clerk.get(f"/api/v1/review/item-{number}").status_code for number in (1, 2)] == [404, 404]
    assert [item["item_id"] for item in lead.get("/api/v1/review").json()] == ["item-1", "item-2"]
    assert lead.get("/api/v1/review/item-1").status_code == 200


def test_a_file_handed_in_is_taken_in_and_left_nowhere_else(desk):
    client = program(desk, "scanner")
    answer = client.post("/api/v1/intake", files={"file": (f"../{CANARY}.pdf", b"%PDF-1.4 hello")})
    with reading(desk.stores.index) as conn:
        (taken,) = journal.deliveries(conn)
    assert answer.json() == {"delivery_id": taken.id}
    assert (taken.name, taken.source) == (f"{CANARY}.pdf", "ingest/api")
    assert list((desk.folder / "scratch").rglob("*")) == []
    assert [entry.detail for entry in desk.trail("delivery.taken")] == [{"source": "ingest", "sha256": taken.sha256, "size": 14}]
    assert CANARY not in str(desk.trail())


def test_a_file_without_a_file_or_too_large_is_refused_in_words(desk):
    client = program(desk, "scanner")
    assert client.post("/api/v1/intake").status_code == 422
    small = replace(desk.config, intake=replace(desk.config.intake, max_megabytes=1))
    with pytest.raises(InputFault, match="too large"):
        hand_in(small, desk.stores, desk.folder, "a.pdf", io.BytesIO(b"x" * (1 << 20) + b"y"), now=lambda: desk.now)
    assert list((desk.folder / "scratch").iterdir()) == []


def test_a_file_that_would_fill_the_disk_is_not_taken_in_and_that_is_said(desk):
    full = replace(desk.config, intake=replace(desk.config.intake, min_free_megabytes=1 << 40))
    with pytest.raises(StoreFault, match="nearly full"):
        hand_in(full, desk.stores, desk.folder, "a.pdf", io.BytesIO(b"x"), now=lambda: desk.now)
    assert list((desk.folder / "scratch").iterdir()) == []
    with reading(desk.stores.index) as conn:
        assert journal.deliveries(conn) == []


def test_a_token_of_a_disabled_account_opens_nothing(desk):
    client = program(desk, "clerk")
    with reading(desk.stores.index) as conn:
        assert users.get(conn, "id-some-clerk").active
    desk.client("lead").post("/people/id-some-clerk/switch")
    assert client.get("/api/v1/review").status_code == 401


def test_an_item_is_leased_decided_and_taken_back_under_the_rules_of_the_screen(desk):
    desk.put(1, "a.pdf")
    desk.people(("M1", CANARY))
    clerk, other = program(desk, "clerk"), program(desk, "lead")
    lease = clerk.post("/api/v1/review/item-1/lease").json()
    assert lease["item"] == clerk.get("/api/v1/review/item-1").json()
    assert other.post("/api/v1/review/item-1/lease").status_code == 409
    wish = {"fence": lease["fence"], "patient": "M1", "kind": "progress_note", "anyway": True}
    assert other.post("/api/v1/review/item-1/decision", json=wish).status_code == 409
    assert clerk.post("/api/v1/review/item-1/decision", json=wish | {"fence": lease["fence"] - 1}).status_code == 409
    assert clerk.post("/api/v1/review/item-1/decision", json=wish | {"patient": "nobody's"}).status_code == 422
    assert clerk.post("/api/v1/review/item-1/decision", json=wish | {"patient": "M\x001"}).status_code == 422
    assert clerk.post("/api/v1/review/item-1/decision", json=wish | {"unheard": "of"}).status_code == 422
    assert clerk.get("/api/v1/documents/doc1").json()["status"] == "review", "nothing was written yet"
    decided = clerk.post("/api/v1/review/item-1/decision", json=wish)
    assert (decided.status_code, decided.content) == (204, b"")
    filed = clerk.get("/api/v1/documents/doc1").json()
    assert (filed["status"], filed["patient"]["mrn"]) == ("filed", "M1")
    assert clerk.post("/api/v1/review/item-1/decision", json=wish).status_code == 404
    assert other.post("/api/v1/review/item-1/undo").status_code == 404
    again = clerk.post("/api/v1/review/item-1/undo").json()
    assert clerk.post("/api/v1/review/item-1/undo").status_code == 409
    assert clerk.get("/api/v1/documents/doc1").json()["status"] == "review"
    assert [item["item_id"] for item in clerk.get("/api/v1/review").json()] == [again["item_id"]]
    assert [entry.actor for entry in desk.trail("document.undone")] == [entry.actor for entry in desk.trail("document.resolved")]
