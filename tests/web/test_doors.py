"""Every route of the application, found by the tests themselves: who may enter, who may not, and what is put on record."""

import itertools
import re

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from review import proofs
from review.doors import Guarded, Policy, check_doors
from schemas.access import RIGHTS, Right, Role
from schemas.faults import InvariantBroken
from store import users
from store.database import writing

NOBODY = None
FOREIGN = {
    "item_id": "item-77",
    "document_id": "doc77",
    "settled_id": "doc77",
    "page": "1",
    "width": "240",
    "user_id": "id-none",
    "glass_id": "none",
    "link": "none",
    "patient": "77",
    "field": "patient_name",
}
MINE = {
    "item_id": "item-1",
    "document_id": "doc1",
    "settled_id": "doc3",
    "page": "1",
    "width": "240",
    "user_id": "id-other",
    "glass_id": "g1",
    "link": "none",
    "patient": "1",
    "field": "patient_name",
}


def doors(app):
    """(method, path template, policy) of every route but the static files."""
    for route in app.router.routes:
        for method in sorted((getattr(route, "methods", None) or {"GET"}) - {"HEAD"}):
            if not isinstance(route, Mount):
                yield method, route.path, route.app.policy


def filled(path, values):
    return re.sub(r"{(\w+)(:\w+)?}", lambda found: values[found[1]], path)


@pytest.fixture
def full(desk):
    desk.people(("M1", "Doe"))
    desk.put(1, "a.pdf")
    desk.put(2, "b.pdf", kind="substance_use", status="filed")
    desk.put(3, "c.pdf", status="filed")
    for role in Role:
        desk.user(role)
    desk.user("scanner", "other")
    return desk


def call(client, method, path, policy, token=None):
    if policy.program and token:
        client.headers["Authorization"] = f"Bearer {token}"
    files = {"files": {"file": ("x.pdf", b"%PDF-1.4 x")}} if path.endswith("/intake") else {}
    return client.request(method, path + ("?delivery_id=d1" if path.endswith("v1/documents") else ""), **files)


def token_of(desk, role):
    token, user = proofs.new_secret(), desk.user(role)
    with writing(desk.stores.index) as conn:
        users.add_token(conn, proofs.digest(token), user.id, expires_at=desk.now.replace(year=2030), actor="test", now=desk.now)
    return token


def test_every_role_enters_exactly_the_doors_of_its_rights(full):
    app = full.app()
    walked = 0
    for role, (method, path, policy) in itertools.product(Role, list(doors(app))):
        client = full.client(role, app=app)
        answer = call(client, method, filled(path, FOREIGN), policy, token_of(full, role))
        allowed = policy.right is None or policy.right in RIGHTS[role]
        if not allowed:
            assert answer.status_code == 404, f"{role} {method} {path}"
        elif "{" not in path:
            assert answer.status_code in {200, 201, 303, 422}, f"{role} {method} {path}: {answer.status_code}"
        walked += 1
    assert walked >= len(Role) * 35


def test_nobody_enters_a_door_that_has_a_right(full):
    app = full.app()
    for method, path, policy in doors(app):
        if policy.right is not None:
            answer = call(full.client(app=app), method, filled(path, MINE), policy)
            assert answer.status_code in {303, 401}, path
            assert answer.headers.get("location", "/sign-in") == "/sign-in"
            assert "Doe" not in answer.text


def test_what_is_foreign_looks_like_what_is_not_there_and_like_what_one_has_no_right_to(full):
    app = full.app()
    for method, path, policy in doors(app):
        if "{" not in path or policy.right is None:
            continue
        seen = set()
        for role in Role:
            answer = call(full.client(role, app=app), method, filled(path, FOREIGN), policy, token_of(full, role))
            assert answer.status_code == 404, f"{role} {method} {path}"
            seen.add(re.search(r"<main.*</main>", answer.text, re.DOTALL)[0] if answer.text.startswith("<!") else answer.text)
        assert len(seen) == 1, path


def test_a_protected_document_is_not_there_for_anybody_until_the_glass_is_broken(full):
    app = full.app()
    for role in Role:
        client = full.client(role, app=app)
        for path in ("/documents/doc2", "/documents/doc2/pages/1/240"):
            assert client.get(path).status_code == 404, role
        client.headers["Authorization"] = f"Bearer {token_of(full, role)}"
        assert client.get("/api/v1/documents/doc2").status_code == 404
        listed = client.get("/api/v1/documents?delivery_id=d2")
        assert listed.status_code == 404 or listed.json() == []
    full.glass("id-some-clerk", "M1")
    assert full.client("clerk", app=app).get("/documents/doc2").status_code == 200
    assert full.client("lead", app=app).get("/documents/doc2").status_code == 404


def test_a_half_session_opens_the_second_factor_and_nothing_else(full):
    app = full.app()
    for method, path, policy in doors(app):
        if policy.right is None or policy.program:
            continue
        client = full.client(app=app)
        full.sign_in(client, "id-some-lead", whole=False)
        answer = client.request(method, filled(path, MINE))
        assert policy.half or (answer.status_code, answer.headers["location"]) == (303, "/second-factor"), path


def test_no_form_is_taken_from_elsewhere_or_without_its_token(full):
    app = full.app()
    bad = [
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {"X-Chartroom-Token": "0"},
    ]
    for headers, (method, path, policy) in itertools.product(bad, list(doors(app))):
        if method == "GET" or policy.program or (policy.right is None and "X-Chartroom-Token" in headers):
            continue
        role = next((role for role in Role if policy.right in RIGHTS[role]), Role.CLERK)
        answer = full.client(role, app=app).request(method, filled(path, MINE), headers=headers)
        assert answer.status_code == 403, f"{headers} {path}"
    assert {entry.detail["why"] for entry in full.trail("refused")} == {"origin", "token"}


def test_every_look_at_patient_data_is_on_record_by_ids_alone(full):
    app, shown = full.app(), {Right.QUEUE, Right.DOCUMENTS, Right.AUDIT}
    full.glass("id-some-clerk", "M1")
    for method, path, policy in doors(app):
        if method != "GET" or not (policy.right in shown or path.startswith("/glass/{")):
            continue
        assert policy.seen, f"{path} shows something and notes nothing"
        role = next(role for role in Role if policy.right in RIGHTS[role])
        before = len(full.trail(policy.seen))
        answer = call(full.client(role, app=app), method, filled(path, MINE), policy, token_of(full, role))
        assert answer.status_code == 200, path
        rows = full.trail(policy.seen)
        assert len(rows) == before + 1, path
        assert rows[-1].actor == f"user:id-some-{role}"
        assert rows[-1].subject == (MINE[policy.about] if policy.about else path)


def test_a_refusal_is_on_record(full):
    full.client("it").get("/items/item-1")
    full.client("clerk").get("/items/item-77")
    assert [(entry.actor, entry.detail["door"], entry.detail["why"]) for entry in full.trail("refused")] == [
        ("user:id-some-it", "/items/{item_id}", "right"),
        ("user:id-some-clerk", "/items/{item_id}", "nothing there"),
    ]


STRANGE = [
    "\0",
    "\u202ecod",
    "a" * 4000,
    "-1",
    "9" * 30,
    "\u0663",
    "\u00b2",
    "'; DROP TABLE audit --",
    '"',
    "* OR NEAR(",
    "%_\\",
    "../../etc/passwd",
    "1-;;9999",
    " ",
]
ASKED = ("q", "patient", "kind", "fence", "parts", "reason", "act", "read", "rest", "merge", "mrn", "text", "name", "display", "password", "again")
ASKED += ("code", "old", "to", "preset", "screen", "subject", "actor", "action", "before", "family", "source", "priority", "late", "type", "limit")
ASKED += ("delivery_id", "state", "field.service_date", "field.", "new.last_name", "new.dob", "help", "role.clerk")


@pytest.mark.parametrize("turn", range(3))
def test_no_door_breaks_on_strange_input(full, turn):
    app = full.app()
    asked = {name: STRANGE[(place + 5 * turn) % len(STRANGE)] for place, name in enumerate(ASKED)}
    clients = {role: full.client(role, app=app) for role in (Role.LEAD, Role.PRIVACY)}
    fence = re.search(r'name="fence" value="(\d+)"', clients[Role.LEAD].get("/items/item-1").text)[1]
    for method, path, policy in doors(app):
        if policy.program or path == "/sign-out":
            continue
        client = clients[Role.PRIVACY if policy.right is Right.AUDIT else Role.LEAD]
        fields = asked | ({"fence": fence, "act": "file"} if path.endswith("/decide") else {})
        where = {"data": fields} if method == "POST" else {"params": {name: value[:300] for name, value in fields.items()}}
        answer = client.request(method, filled(path, MINE), **where)
        assert answer.status_code < 500, path
    assert [entry for entry in full.trail() if entry.action == "document.filed" and entry.actor != "pipeline"] == []


def test_what_is_printed_is_on_record_by_the_id_on_the_screen(full):
    client = full.client("clerk")
    for screen in ("/documents/doc1", "/charts/1", "/items/item-1/decide", "/queue"):
        assert client.post("/printed", data={"screen": screen}).status_code == 204
    for screen in ("", "/", "/welcome/secret-link", "/charts?q=Doe", "https://evil.example/x", "/documents/Doe Jane"):
        assert client.post("/printed", data={"screen": screen}).status_code == 422
    assert [(entry.subject, entry.detail["screen"]) for entry in full.trail("page.printed")] == [
        ("doc1", "documents"),
        ("1", "charts"),
        ("item-1", "items"),
        ("/queue", "queue"),
    ]


def test_what_a_search_brought_up_is_on_record(full):
    client = full.client("clerk")
    client.post("/charts", data={"q": "mrn:M1"})
    client.post("/charts", data={"q": "Doe"})
    client.get("/items/item-1")
    client.post("/items/item-1/search", data={"q": "Doe"})
    client.headers["Authorization"] = f"Bearer {token_of(full, Role.CLERK)}"
    client.get("/api/v1/documents?delivery_id=d3")
    shown = [entry.detail for entry in full.trail() if entry.action in {"documents.searched", "patients.searched", "documents.listed"}]
    (by_number, by_name, person, listed) = shown
    assert "doc3" in by_number["documents"]
    assert "doc2" not in by_number["documents"]  # protected: not shown
    assert (by_name["patients"], person, listed) == ([1], {"patients": [1]}, {"documents": ["doc3"]})
    assert "Doe" not in str(shown)


def test_a_token_that_is_none_is_refused_on_record(full):
    full.client().get("/api/v1/review", headers={"Authorization": "Bearer none"})
    full.client().get("/api/v1/review")  # who shows none was only asked for one
    assert [(entry.actor, entry.detail["why"]) for entry in full.trail("refused")] == [("nobody", "token")]


def test_nothing_is_shown_when_it_cannot_be_put_on_record(full, monkeypatch):
    from schemas.faults import StoreFault
    from store import audit

    client = full.client("clerk")
    monkeypatch.setattr(audit, "append", lambda *_: (_ for _ in ()).throw(StoreFault("The disk is full.")))
    answer = client.get("/items/item-1")
    assert (answer.status_code, "Doe" in answer.text) == (503, False)


@pytest.mark.parametrize("path", ["/new", "/api/v1/new"])
def test_a_route_without_a_policy_stops_the_start(desk, path):
    app = desk.app()
    app.add_route(path, lambda _: PlainTextResponse("open")) if path == "/new" else app.get(path)(lambda: "open")
    with pytest.raises(InvariantBroken, match="policy"):
        check_doors(app.router.routes)


def test_a_mounted_application_needs_a_policy_too(desk):
    app = desk.app()
    app.mount("/more", Route("/", lambda _: PlainTextResponse("open")))
    with pytest.raises(InvariantBroken, match="/more"):
        check_doors(app.router.routes)


def test_every_door_is_guarded_by_its_own_policy(desk):
    for route in desk.app().router.routes:
        assert isinstance(route.app, Guarded)
        assert isinstance(route.app.policy, Policy)


def test_it_sees_no_patient_data_and_privacy_no_documents():
    assert not RIGHTS[Role.IT] & {Right.QUEUE, Right.DOCUMENTS, Right.GLASS, Right.AUDIT, Right.INTAKE}
    assert not RIGHTS[Role.PRIVACY] & {Right.QUEUE, Right.DOCUMENTS, Right.GLASS, Right.PEOPLE}
    assert RIGHTS[Role.SCANNER] == {Right.OWN, Right.INTAKE}


def test_which_right_opens_which_door_is_written_here_too(desk):
    """A door moved to a weaker right is seen by whoever reads this list."""
    found = {}
    for route in desk.app().router.routes:
        found.setdefault(route.app.policy.right, set()).add(route.path)
    api, people, sheet = "/api/v1/", "/people/{user_id}/", "/documents/{document_id}"
    assert found == {
        None: {"/healthz", "/readyz", "/static", "/sign-in", "/welcome/{link}", f"{api}openapi.json"},
        Right.OWN: {
            "/",
            "/second-factor",
            "/second-factor/picture",
            "/prove",
            "/sign-out",
            "/account",
            "/account/password",
            "/account/keys",
            "/printed",
        },
        Right.INTAKE: {f"{api}intake"},
        Right.QUEUE: {
            *("/queue", "/queue/next", f"{api}review"),
            *(f"{api}review/{{item_id}}{tail}" for tail in ("", "/lease", "/decision", "/undo")),
            *(f"/items/{{item_id}}{tail}" for tail in ("", "/search", "/decide", "/skip", "/escalate", "/undo", "/pages")),
            *(f"/rescans{tail}" for tail in ("", "/{document_id}/come", "/{document_id}/give-up")),
            *(f"/practice{tail}" for tail in ("", "/{settled_id}", "/{settled_id}/search", "/{settled_id}/decide")),
        },
        Right.DOCUMENTS: {
            *(sheet, f"{sheet}/pages/{{page:int}}/{{width:int}}", f"{sheet}/snippets/{{field}}", f"{sheet}/unfile"),
            *("/charts", "/charts/{patient}", f"{api}documents", f"{api}documents/{{document_id}}"),
        },
        Right.GLASS: {"/glass", "/glass/{glass_id}", "/glass/{glass_id}/close"},
        Right.PEOPLE: {"/people", f"{people}roles", f"{people}switch", f"{people}link"},
        Right.AUDIT: {"/audit", "/audit/patient", "/audit/notices/{glass_id}"},
        Right.STATUS: {"/status", "/metrics", f"{api}status"},
        Right.FIGURES: {"/lead"},
    }
