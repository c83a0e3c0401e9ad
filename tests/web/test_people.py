"""People, keys, emergency access and the audit trail: who may do what to whom, and what is put on record."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review import keys
from schemas.access import Role, User, Visitor, may_appoint, rights_of
from store import documents, merges, queue, users
from store.database import reading, writing


def user_of(desk, name):
    with reading(desk.stores.index) as conn:
        return users.named(conn, name)


def add(client, name, *roles):
    return client.post("/people", data={"name": name, "display": "", **{f"role.{role}": "on" for role in roles}})


def test_somebody_is_added_with_a_link_shown_once(desk):
    client = desk.client("lead")
    answer = add(client, "bob", "clerk", "scanner")
    link = re.search(r"http://127.0.0.1:8470(/welcome/[\w-]+)", answer.text)[1]
    assert desk.client().get(link).status_code == 200
    assert user_of(desk, "bob").roles == (Role.SCANNER, Role.CLERK)
    assert link not in client.get("/people").text
    assert link.split("/")[-1] not in str(desk.trail())


@pytest.mark.parametrize("name", ["", "b", "Bob Lee", "../x", "some-lead", "x" * 41])
def test_a_name_that_cannot_be_is_refused(desk, name):
    assert add(desk.client("lead"), name, "clerk").status_code == 422


@pytest.mark.parametrize(
    ("role", "given", "kept"), [("lead", "privacy", ()), ("lead", "it", ()), ("it", "clerk", ()), ("it", "lead", ()), ("it", "privacy", ("privacy",))]
)
def test_nobody_gives_a_role_that_is_not_theirs_to_give(desk, role, given, kept):
    answer = add(desk.client(role), "bob", given)
    found = user_of(desk, "bob")
    assert (answer.status_code == 200, found.roles if found else ()) == (bool(kept), kept)


@pytest.mark.parametrize("tail", ["roles", "switch", "link"])
@pytest.mark.parametrize(("by", "whom"), [("lead", "lead"), ("lead", "it"), ("lead", "privacy"), ("it", "clerk"), ("it", "it")])
def test_nobody_changes_himself_or_whom_he_may_not_appoint(desk, tail, by, whom):
    before = desk.user(whom)
    assert desk.client(by).post(f"/people/{before.id}/{tail}", data={"role.scanner": "on", "role.clerk": "on"}).status_code == 404
    assert user_of(desk, before.name) == before


def test_new_roles_end_what_is_open_and_roles_of_others_stay(desk):
    clerk, both = desk.client("clerk"), desk.user("it", "both")
    desk.client("lead").post("/people/id-some-clerk/roles", data={"role.scanner": "on"})
    assert clerk.get("/queue").headers["location"] == "/sign-in"
    assert user_of(desk, "some-clerk").roles == (Role.SCANNER,)
    assert desk.client("lead").post("/people/id-some-clerk/roles").status_code == 422
    assert user_of(desk, "both") == both


def test_disabling_ends_tokens_and_enabling_does_not_bring_them_back(desk):
    from test_doors import token_of

    desk.put(1, "a.pdf")
    program = desk.client()
    program.headers["Authorization"] = f"Bearer {token_of(desk, 'clerk')}"
    assert program.get("/api/v1/review").status_code == 200
    lead = desk.client("lead")
    for _ in range(2):
        lead.post("/people/id-some-clerk/switch")
        assert program.get("/api/v1/review").status_code == 401
    assert user_of(desk, "some-clerk").active


def test_no_appointment_leads_to_documents_for_it():
    reached, found = {Role.IT}, set()
    while reached != found:
        found = set(reached)
        reached |= may_appoint(found)
    assert Role.CLERK not in reached
    assert Role.LEAD not in reached


@given(st.dictionaries(st.sampled_from(sorted(keys.ACTS)), st.text(max_size=12)))
def test_a_key_map_is_whole_and_without_doubles_or_refused(given_keys):
    try:
        own = keys.own_keys(given_keys)
    except ValueError:
        return
    whole = keys.key_map(own)
    assert set(whole) == set(keys.ACTS)
    pressed = [key for key in whole.values() if key]
    assert len(set(pressed)) == len(pressed)
    assert all(value == given_keys[act].strip() for act, value in own.items())


def test_the_preset_with_ctrl_leaves_no_single_sign():
    whole = keys.key_map(keys.own_keys(keys.key_map(keys.with_ctrl())))
    assert not [key for key in whole.values() if len(key) == 1]


def test_single_signs_can_be_switched_off_and_on_again(desk):
    client = desk.client("clerk")
    client.post("/account/keys", data={"preset": "off"})
    shown = client.get("/account").text
    assert 'name="search" value="off"' in shown
    assert 'name="accept" value="Enter"' in shown
    own = user_of(desk, "some-clerk").keys
    assert not [key for key in keys.key_map(own).values() if len(key) == 1]
    client.post("/account/keys", data={**keys.key_map(own), "search": "/", "undo": "off"})
    assert keys.key_map(user_of(desk, "some-clerk").keys)["search"] == "/"


def test_own_keys_are_kept_for_the_next_page_and_doubles_are_explained(desk):
    client = desk.client("clerk")
    client.post("/account/keys", data={"undo": "z"})
    assert "&#34;undo&#34;: &#34;z&#34;" in client.get("/queue").text
    answer = client.post("/account/keys", data={"undo": "n"})
    assert (answer.status_code, "stands for two things" in answer.text) == (422, True)
    client.post("/account/keys", data={"preset": "shipped", "undo": "q"})
    assert user_of(desk, "some-clerk").keys == {}


@pytest.fixture
def protected(desk):
    desk.people(("M1", "Doe"), ("M2", "Roe"))
    desk.put(1, "a.pdf", kind="substance_use", status="filed", mrn="M1")
    desk.put(2, "b.pdf", kind="behavioral_health", status="filed", mrn="M2")
    return desk


def break_glass(client, **change):
    return client.post("/glass", data={"mrn": "M1", "reason": "safety", "text": "allergy asked by ward 3", **change})


def test_the_glass_opens_one_patient_for_an_hour_to_one_person(protected):
    client = protected.client("clerk")
    place = break_glass(client).headers["location"]
    assert client.get("/documents/doc1").status_code == 200
    assert client.get("/documents/doc2").status_code == 404
    assert protected.client("lead").get(place).status_code == 404
    assert protected.client("lead").get("/documents/doc1").status_code == 404
    page = client.get("/queue").text
    assert "Emergency access is open" in page
    assert "until 10:00 UTC" in page
    for _ in range(4):
        protected.pass_time(minutes=14)
        assert client.get("/documents/doc1").status_code == 200
    protected.pass_time(minutes=4)
    assert client.get("/documents/doc1").status_code == 404
    assert client.get(place).status_code == 404


def test_the_glass_opens_the_patient_under_whichever_number(protected):
    client = protected.client("clerk")
    break_glass(client)
    with writing(protected.stores.index) as conn:
        merges.merge(conn, "M1", "M2", actor="test", now=protected.now)
    pages = [client.get(f"/documents/doc{number}") for number in (1, 2)]
    assert [page.status_code for page in pages] == [200, 200]
    assert "MRN M2 (filed as M1)" in pages[0].text
    assert "filed as" not in pages[1].text


def test_an_open_question_opens_a_protected_document_to_whom_it_may_be_asked_and_not_as_it_is_filed(protected):
    protected.put(3, "c.pdf", kind="substance_use")
    protected.put(4, "d.pdf", kind="substance_use", status="filed", blind=True)
    clerk, lead = protected.client("clerk"), protected.client("lead")
    assert clerk.get("/documents/doc3/pages/1/240").status_code == 200
    assert (clerk.get("/documents/doc4").status_code, clerk.get("/documents/doc4/pages/1/240").status_code) == (404, 200)
    with writing(protected.stores.index) as conn:
        queue.escalate(conn, "item-3", "user:x", "unsure", now=protected.now)
    assert [one.get("/documents/doc3/pages/1/240").status_code for one in (clerk, lead)] == [404, 200]


def test_closing_the_glass_ends_it_at_once(protected):
    client = protected.client("clerk")
    place = break_glass(client).headers["location"]
    assert protected.client("lead").post(f"{place}/close").status_code == 404
    assert client.post(f"{place}/close").status_code == 303
    assert client.get("/documents/doc1").status_code == 404
    assert client.post(f"{place}/close").status_code == 404


@pytest.mark.parametrize("change", [{"mrn": "M9"}, {"mrn": ""}, {"reason": "curious"}, {"reason": ""}, {"text": "short"}, {"text": "x" * 1001}])
def test_the_glass_needs_a_patient_a_reason_and_words(protected, change):
    client = protected.client("clerk")
    assert break_glass(client, **change).status_code == 422
    assert client.get("/documents/doc1").status_code == 404
    assert not protected.trail("glass.broken")


def test_the_privacy_officer_reads_the_reason_and_closes_the_notice_once(protected):
    place = break_glass(protected.client("clerk")).headers["location"]
    officer = protected.client("privacy")
    page = officer.get("/audit").text
    assert "allergy asked by ward 3" in page
    assert "unread" in page
    name = place.split("/")[-1]
    assert officer.post(f"/audit/notices/{name}").status_code == 303
    assert officer.post(f"/audit/notices/{name}").status_code == 404
    assert "unread" not in officer.get("/audit").text
    assert [(entry.action, entry.actor) for entry in protected.trail() if entry.subject == name] == [
        ("glass.broken", "user:id-some-clerk"),
        ("glass.reviewed", "user:id-some-privacy"),
    ]
    assert "allergy" not in str(protected.trail())


def test_the_trail_is_read_by_id_by_person_and_backwards(desk):
    clerk = desk.client("clerk")
    desk.put(1, "a.pdf")
    for _ in range(120):
        clerk.get("/items/item-1")
    officer = desk.client("privacy")
    page = officer.get("/audit?subject=item-1&action=item.").text
    assert page.count("item.seen") == 100
    older = re.search(r'href="(/audit\?[^"]+before=\d+)"', page)[1].replace("&amp;", "&")
    assert officer.get(older).text.count('<td class="nowrap">item.seen</td>') == 20
    assert "No row fits" in officer.get("/audit?actor=user:nobody&before=x").text


def test_all_looks_at_a_patient_are_found_by_their_mrn_which_stands_in_no_address(desk):
    desk.people(("M1", "Doe"), ("M2", "Roe"))
    desk.put(1, "a.pdf", status="filed", mrn="M1")
    desk.put(2, "b.pdf", status="filed", mrn="M2")
    with writing(desk.stores.index) as conn:
        documents.append_filings(conn, [("file", "doc1", "M1"), ("file", "doc2", "M2")], "pipeline", desk.now)
    clerk, officer = desk.client("clerk"), desk.client("privacy")
    assert {clerk.get(f"/documents/doc{number}").status_code for number in (1, 2)} == {200}
    there = officer.post("/audit/patient", data={"mrn": " M1 "}).headers["location"]
    assert "M1" not in there
    page = officer.get(there).text
    assert "doc1" in page
    assert "doc2" not in page
    assert "Doe" not in page
    assert desk.trail("audit.seen")[-1].detail == {"patients": [int(there.rpartition("=")[2])]}
    unknown = officer.post("/audit/patient", data={"mrn": "M9"}).headers["location"]
    assert "Nobody in the patient index" in officer.get(unknown).text


def test_rights_add_up_over_roles():
    assert rights_of([Role.LEAD, Role.IT]) == rights_of([Role.LEAD])
    assert rights_of([]) == frozenset()
    assert Visitor(User("i", "n", "d", (), active=True), rights_of([])).actor == "user:i"
