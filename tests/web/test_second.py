"""Two people who agree: who is asked, who is not, what is filed when, and what is given away to nobody."""

import re
from dataclasses import replace
from itertools import product

import pytest
from starlette.routing import Mount

from review import proofs
from review.second import planted
from schemas.decision import Wish
from schemas.faults import InputFault, StaleClaim
from schemas.rules import ReviewRules
from store import corrections, documents, merges, opinions, patients, queue, tables, users
from store.database import reading, writing
from workers.audit import take_ledger
from workers.merge import undo_decision
from workers.resolve import resolve_item
from workers.wire import load_catalogue

RULES = ReviewRules(clerk_share=0.0, known_share=0.0)
FILED = Wish(patient="M1", anyway=True)
OTHER = Wish(patient="M2", anyway=True)


@pytest.fixture
def office(desk):
    desk.people(("M1", "Doe"), ("M2", "Roe"), ("M3", "Poe"))
    return desk


def decide(desk, item, wish, actor, rules=RULES):
    return resolve_item(desk.stores, item, wish, actor=f"user:{actor}", now=desk.now, rules=rules)


def open_item(desk, number=1):
    with reading(desk.stores.index) as conn:
        (item,) = [item for item in queue.of_document(conn, f"doc{number}") if item.resolved_at is None]
    return item


def state(desk, number=1):
    with reading(desk.stores.index) as conn:
        record = documents.get(conn, f"doc{number}")
    return record.status.value, record.patient_mrn


def gaps(desk):
    """What the auditor misses in the queue and the trail; originals and readings are no real ones here."""
    return [
        gap for gap in take_ledger(desk.config, desk.folder).gaps if "review item" in gap or "audit" in gap or "verdict" in gap or "filing" in gap
    ]


def test_a_protected_document_is_filed_when_two_people_agree_and_not_before(office):
    office.put(1, "a.pdf", kind="substance_use")
    decide(office, "item-1", FILED, "a")
    assert state(office) == ("review", "M1")
    again = open_item(office)
    assert (again.follows, again.reasons[-1], again.blind) == ("item-1", "policy.second", False)
    with pytest.raises(StaleClaim):
        decide(office, again.id, FILED, "a")
    assert decide(office, again.id, FILED, "b").patient_mrn == "M1"
    assert state(office) == ("filed", "M1")
    assert gaps(office) == []


@pytest.mark.parametrize(
    ("kind", "evidence", "wish"), [("progress_note", ["sensitivity.psychiatry"], FILED), ("substance_use", [], FILED._replace(kind="progress_note"))]
)
def test_protection_asked_for_by_words_or_taken_off_by_a_clerk_needs_two(office, kind, evidence, wish):
    office.put(1, "a.pdf", kind=kind)
    with writing(office.stores.index) as conn:
        said = {**documents.get(conn, "doc1").evidence, "protected": evidence}
        conn.execute(tables.document.update().where(tables.document.c.id == "doc1").values(evidence=said))
    decide(office, "item-1", wish, "a")
    assert state(office)[0] == "review"
    decide(office, open_item(office).id, wish, "b")
    assert state(office) == ("filed", "M1")


def test_who_disagrees_calls_a_third_who_is_neither(office):
    office.put(1, "a.pdf", kind="substance_use")
    decide(office, "item-1", FILED, "a")
    decide(office, open_item(office).id, OTHER, "b")
    third = open_item(office)
    for actor in "ab":
        with writing(office.stores.index) as conn:
            assert queue.claim(conn, third.id, f"user:{actor}", now=office.now) is None
            assert queue.next_item(conn, f"user:{actor}", queue.Wanted(), now=office.now) is None
    assert not third.escalated
    decide(office, third.id, OTHER, "c")
    assert state(office) == ("filed", "M2")
    assert gaps(office) == []


def test_three_answers_without_two_alike_go_to_the_lead(office):
    office.put(1, "a.pdf", kind="substance_use")
    for actor, mrn in (("a", "M1"), ("b", "M2"), ("c", "M3")):
        decide(office, open_item(office).id, Wish(patient=mrn, anyway=True), actor)
    assert open_item(office).escalated
    decide(office, open_item(office).id, FILED, "lead")
    assert state(office) == ("filed", "M1")


def test_a_blind_check_moves_a_document_only_when_two_people_say_so(office):
    office.put(1, "a.pdf", status="filed", blind=True)
    decide(office, "item-1", OTHER, "a")
    assert state(office) == ("filed", "M1")
    third = open_item(office)
    assert (third.blind, third.reasons) == (True, ("policy.sampled",))
    decide(office, third.id, FILED, "b")  # the chart was right: that is two
    assert state(office) == ("filed", "M1")
    office.put(2, "b.pdf", status="filed", blind=True)
    decide(office, "item-2", OTHER, "a")
    decide(office, open_item(office, 2).id, OTHER, "b")
    assert state(office, 2) == ("filed", "M2")
    assert gaps(office) == []


def test_ones_own_answer_can_be_taken_back_until_somebody_else_has_the_question(office):
    office.put(1, "a.pdf", kind="substance_use")
    decide(office, "item-1", FILED, "a")
    with writing(office.stores.index) as conn:
        assert queue.last_decided(conn, "user:a", since=office.now.replace(hour=0)).id == "item-1"
        again = corrections.undo(conn, "item-1", "user:a", now=office.now)
    assert (open_item(office).id, open_item(office).follows, open_item(office).holder) == (again.id, None, "user:a")
    decide(office, again.id, OTHER, "a")
    with writing(office.stores.index) as conn:
        queue.claim(conn, open_item_in(conn).id, "user:b", now=office.now)
        with pytest.raises(StaleClaim):
            corrections.undo(conn, again.id, "user:a", now=office.now)
    assert gaps(office) == []


def open_item_in(conn):
    return next(item for item in queue.of_document(conn, "doc1") if item.resolved_at is None)


NEW = {"last_name": "Newcomb", "first_name": "Ida", "dob": "1961-05-30", "sex": "F"}


def test_a_new_patient_is_registered_when_two_people_typed_the_same(office):
    office.put(1, "a.pdf")
    decide(office, "item-1", Wish(patient="N7", new=NEW), "a")
    with reading(office.stores.index) as conn:
        assert patients.get(conn, "N7") is None
    decide(office, open_item(office).id, Wish(patient="N7", new=NEW | {"dob": "1961-05-03"}), "b")
    decide(office, open_item(office).id, Wish(patient="N7", new=NEW | {"last_name": "newcomb "}), "c")
    assert state(office) == ("filed", "N7")
    with reading(office.stores.index) as conn:
        assert patients.get(conn, "N7").dob == "1961-05-30"
    assert gaps(office) == []


@pytest.mark.parametrize(
    "wrong", [{"dob": "30.5.1961"}, {"dob": "2031-01-01"}, {"sex": "F?"}, {"last_name": "", "first_name": ""}, {"last_name": "N" * 201}]
)
def test_nobody_is_registered_with_what_cannot_be(office, wrong):
    office.put(1, "a.pdf")
    with pytest.raises(InputFault, match="registered"):
        decide(office, "item-1", Wish(patient="N7", new=NEW | wrong), "a")
    with pytest.raises(InputFault, match="already"):
        decide(office, "item-1", Wish(patient="M1", new=NEW), "a")
    assert open_item(office).id == "item-1"


def test_two_entries_are_merged_when_two_people_say_so(office):
    office.put(1, "a.pdf")
    decide(office, "item-1", Wish(patient="M2", anyway=True, merge="M3"), "a")
    decide(office, open_item(office).id, Wish(patient="M2", anyway=True, merge="M3"), "b")
    assert state(office) == ("filed", "M2")
    with reading(office.stores.index) as conn:
        assert merges.survivor(conn, "M3") == "M2"
    assert gaps(office) == []


def merged_with(desk, number=1):
    """A document filed with a merge of M3 into M2 that two people wanted; the second one's item."""
    desk.put(number, f"{number}.pdf")
    wish = Wish(patient="M2", anyway=True, merge="M3")
    decide(desk, f"item-{number}", wish, "a")
    second = open_item(desk, number)
    decide(desk, second.id, wish, "b")
    return second


def test_undo_parts_what_was_merged_and_says_nothing_stays(office):
    second = merged_with(office)
    again = undo_decision(office.stores, office.config, second.id, actor="user:b", now=office.now)
    with reading(office.stores.index) as conn:
        assert merges.survivors(conn) == {}
        assert corrections.left_standing(again, documents.get(conn, "doc1")) == []
    assert state(office)[0] == "review"
    assert gaps(office) == []


def test_undo_leaves_a_merge_to_which_more_was_filed_and_says_so(office):
    second = merged_with(office)
    office.put(2, "later.pdf")
    decide(office, "item-2", Wish(patient="M3", anyway=True), "c")
    again = undo_decision(office.stores, office.config, second.id, actor="user:b", now=office.now)
    with reading(office.stores.index) as conn:
        assert merges.survivors(conn) == {"M3": "M2"}
        assert corrections.left_standing(again, documents.get(conn, "doc1")) == ["merged"]
    assert state(office, 2)[0] == "filed"
    assert gaps(office) == []


def test_undo_leaves_a_merge_that_stood_before(office):
    with writing(office.stores.index) as conn:
        merges.merge(conn, "M3", "M2", actor="lead", now=office.now)
    office.pass_time(minutes=1)
    office.put(1, "a.pdf")
    decide(office, "item-1", FILED, "a")
    undo_decision(office.stores, office.config, "item-1", actor="user:a", now=office.now)
    with reading(office.stores.index) as conn:
        assert merges.survivors(conn) == {"M3": "M2"}


def test_a_registered_patient_stays_when_the_filing_is_undone_and_the_clerk_is_told(office):
    office.put(1, "a.pdf")
    clerk = office.client("clerk")
    decide(office, "item-1", Wish(patient="N7", new=NEW), "x")
    decide(office, open_item(office).id, Wish(patient="N7", new=NEW), "id-some-clerk")
    with reading(office.stores.index) as conn:
        last = queue.last_decided(conn, "user:id-some-clerk", since=office.now.replace(hour=0))
    there = clerk.post(f"/items/{last.id}/undo").headers["location"]
    assert "stays in the patient index" in clerk.get(there).text
    assert state(office)[0] == "review"


def test_who_answers_first_is_told_that_somebody_else_is_asked_and_who_answers_second_is_not_told_whether_they_agree(office):
    office.put(1, "a.pdf", kind="substance_use")
    app = office.app()
    clerk, lead = office.client("clerk", app=app), office.client("lead", app=app)
    assert "answer is kept" not in clerk.get("/queue").text
    decide(office, "item-1", FILED, "id-some-clerk")
    assert "answer is kept" in clerk.get("/queue").text
    decide(office, open_item(office).id, OTHER, "id-some-lead")
    assert "answer is kept" not in lead.get("/queue").text


def test_the_first_answer_stands_nowhere_that_the_second_can_look(office):
    office.put(1, "a.pdf", kind="substance_use")
    typed = Wish(patient="M3", kind="ecg", anyway=True, fields={"service_date": "1901-02-03", "facility": "Nowhere Clinic"})
    decide(office, "item-1", typed, "a")
    again, app = open_item(office), office.app()
    second, looked = office.client("clerk", app=app), 0
    assert second.get(f"/items/{again.id}").status_code == 200
    second.headers["Authorization"] = f"Bearer {program_token(office, 'id-some-clerk')}"
    known = {"item_id": ["item-1", again.id], "document_id": ["doc1"], "settled_id": ["doc1"], "patient": ["1", "2", "3"], "field": ["service_date"]}
    known |= {"page": ["1"], "width": ["240"], "glass_id": ["g1"], "user_id": ["id-a"], "link": ["none"]}
    office.glass("id-some-clerk", "M3")
    for route in app.router.routes:
        if "GET" not in (getattr(route, "methods", None) or ()) or isinstance(route, Mount):
            continue
        names = re.findall(r"{(\w+)", route.path)
        for values in product(*(known[name] for name in names)):
            told = dict(zip(names, values, strict=True))
            path = re.sub(r"{(\w+)(:\w+)?}", lambda found, told=told: told[found[1]], route.path)
            text = second.get(path + ("?delivery_id=d1" if path.endswith("v1/documents") else "")).text
            assert not re.search("1901-02-03|Nowhere Clinic", text), path
            assert "/documents/doc1" not in text or "/charts" not in path, path
            looked += 1
    assert looked > 30
    for words in ("mrn:M3", "Nowhere", "1901-02-03", "type:ecg"):
        assert "/documents/doc1" not in second.post("/charts", data={"q": words}).text


def program_token(desk, user_id):
    token = proofs.new_secret()
    with writing(desk.stores.index) as conn:
        users.add_token(conn, proofs.digest(token), user_id, expires_at=desk.now.replace(year=2030), actor="test", now=desk.now)
    return token


def test_what_clerks_file_is_checked_by_somebody_else_and_undo_ends_the_check(office):
    office.put(1, "a.pdf")
    decide(office, "item-1", FILED, "a", replace(RULES, clerk_share=1.0))
    check = open_item(office)
    assert check.blind
    with writing(office.stores.index) as conn:
        assert queue.claim(conn, check.id, "user:a", now=office.now) is None
        corrections.undo(conn, "item-1", "user:a", now=office.now)
    assert not open_item(office).blind
    assert gaps(office) == []


def settled_for_sure(desk):
    """doc1: filed by the machine, checked blind, with two candidates."""
    desk.put(1, "a.pdf", status="filed", blind=True)
    from store.tables import document

    candidates = [{"mrn": mrn, "display_name": mrn, "dob": "1980-01-02", "bits": 20.0, "evidence": []} for mrn in ("M1", "M2")]
    decide(desk, "item-1", FILED, "a")
    with writing(desk.stores.index) as conn:
        record = documents.get(conn, "doc1")
        conn.execute(document.update().where(document.c.id == "doc1").values(evidence={**record.evidence, "candidates": candidates}))


@pytest.mark.parametrize(("answer", "right", "misfiled"), [(FILED, True, False), (OTHER, False, True), (Wish(set_aside="cover"), False, False)])
def test_a_planted_item_measures_and_files_nothing(office, answer, right, misfiled):
    from review.quality import quality_of

    settled_for_sure(office)
    office.put(2, "b.pdf")
    decide(office, "item-2", FILED, "b", replace(RULES, known_share=1.0))
    item = open_item(office)
    assert (item.known, item.blind, item.reasons) == (True, False, ("patient.weak",))
    with writing(office.stores.index) as conn:
        assert queue.claim(conn, item.id, "user:a", now=office.now) is None  # who decided it once knows the answer
        before = documents.get(conn, "doc1")
    decide(office, item.id, answer, "b")
    with reading(office.stores.index) as conn:
        assert documents.get(conn, "doc1") == before
        assert [act for act, *_ in documents.filings(conn, "doc1")] == ["file"]
        found = quality_of(conn)
    assert (found.misfiled.checked, found.misfiled.wrong, found.unsolved.wrong) == (1, misfiled, not right)
    with writing(office.stores.index) as conn:
        again = corrections.undo(conn, item.id, "user:b", now=office.now)
        assert again.known
        assert quality_of(conn).misfiled.checked == 0


def test_of_half_of_the_planted_items_the_right_person_is_not_proposed(office):
    settled_for_sure(office)
    with reading(office.stores.index) as conn:
        record, item = documents.get(conn, "doc1"), queue.of_document(conn, "doc1")[0]
    shown = [[one["mrn"] for one in planted(replace(item, id=str(n)), record).evidence["candidates"]] for n in range(200)]
    assert 60 < shown.count(["M2"]) < 140
    assert shown.count(["M1", "M2"]) == 200 - shown.count(["M2"])


def test_only_what_is_known_for_certain_and_not_protected_is_planted(office):
    from store import settled

    office.put(1, "a.pdf", status="filed")
    settled_for_sure_later = lambda: settled.confirmed(conn, 0, load_catalogue())  # noqa: E731
    with reading(office.stores.index) as conn:
        assert settled_for_sure_later() is None
    office.put(3, "c.pdf", kind="substance_use", status="filed", blind=True)
    decide(office, "item-3", FILED, "a")
    with reading(office.stores.index) as conn:
        assert settled_for_sure_later() is None


def test_who_is_to_decide_blind_is_not_told_and_who_was_told_is_not_asked(office):
    office.put(1, "a.pdf", status="filed", blind=True)
    app = office.app()
    clerk, lead = office.client("clerk", app=app), office.client("lead", app=app)
    assert clerk.get("/items/item-1").status_code == 200
    assert clerk.get("/documents/doc1").status_code == 404
    assert clerk.get("/documents/doc1/pages/1/240").status_code == 200
    for page in (clerk.get("/charts/1"), clerk.post("/charts", data={"q": "mrn:M1"})):
        assert "/documents/doc1" not in page.text
    assert "/documents/doc1" in lead.post("/charts", data={"q": "mrn:M1"}).text
    office.pass_time(minutes=6)
    assert lead.get("/items/item-1").status_code == 404
    assert "/items/item-1" not in lead.get("/queue").text
    with reading(office.stores.index) as conn:
        assert opinions.given(conn, queue.get(conn, "item-1")) == []


def test_a_decision_others_have_seen_is_corrected_for_a_reason_with_who_saw_it_on_record(office):
    office.put(1, "a.pdf")
    app = office.app()
    clerk, lead = office.client("clerk", app=app), office.client("lead", app=app)
    fence = clerk.get("/items/item-1").text.split('name="fence" value="')[1].split('"')[0]
    for answer in ({"patient": "M1"}, {"patient": "M1", "read": "yes"}, {"patient": "M1", "read": "yes", "confirmed": "yes"}):
        clerk.post("/items/item-1/decide", data={"act": "file", "fence": fence, **answer})
    assert state(office) == ("filed", "M1")
    assert "Nobody was shown it in this chart before you" in clerk.get("/documents/doc1").text  # noted when it is sent
    lead.get("/documents/doc1")
    assert clerk.post("/items/item-1/undo").headers["location"] == "/documents/doc1"
    assert state(office) == ("filed", "M1")
    page = clerk.get("/documents/doc1").text
    assert "Some-Clerk" in page
    assert "Some-Lead" in page
    clerk.post("/documents/doc1/unfile", data={"reason": "wrong_patient"})
    assert state(office)[0] == "review"
    (row,) = office.trail("document.unfiled")
    assert row.detail["seen_by"] == ["user:id-some-clerk", "user:id-some-lead"]
    assert "It had been seen there by Some-Clerk, Some-Lead" in lead.get("/documents/doc1").text
