"""Deciding over a real index: one question at a time, durable before the next card, refused when stale, taken back whole."""

import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from review.differences import parts_of
from review.pictures import unpacked
from review.screens.chart.views import highlighted
from review.screens.decide.card import is_armed
from schemas.record import StoredField
from store import documents, queue, tables
from store.database import reading, writing
from store.patients import PatientIndex

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def full(desk):
    desk.people(("M1", "Doe"), ("M2", "Doering"))
    for number in (1, 2, 3):
        desk.put(number, f"{number}.pdf")
    return desk


def post(client, path, **fields):
    return client.post(path, content=urlencode(fields), headers=FORM)


def fence_in(page):
    return re.search(r'name="fence" value="(\d+)"', page)[1]


def record(desk, number):
    with reading(desk.stores.index) as conn:
        return documents.get(conn, f"doc{number}")


def test_patient_then_missing_field_then_filed_and_the_next_item_shows(full):
    client = full.client("clerk")
    page = client.get("/items/item-1").text
    assert "Whose document is this?" in page
    fence = fence_in(page)
    asked = post(client, "/items/item-1/decide", act="file", fence=fence, patient="M1")
    assert (asked.status_code, "What does the page say?" in asked.text) == (200, True)
    assert record(full, 1).status == "review"  # nothing is written before the last answer
    fields = {"field.service_date": "2026-10-02"}
    assert "DOE, JANE" not in client.get("/documents/doc1").text  # of nobody's chart yet
    done = post(client, "/items/item-1/decide", act="file", fence=fence, patient="M1", read="yes", **fields)
    assert (done.status_code, done.headers["location"]) == (303, "/items/item-2")
    filed = record(full, 1)
    assert (filed.status, filed.patient_mrn, filed.fields["service_date"].value) == ("filed", "M1", "2026-10-02")
    assert "<strong>DOE, JANE</strong>, born 1980-01-02, MRN M1" in client.get("/documents/doc1").text


def test_two_people_suspected_to_be_one_are_told_apart_on_the_way(full):
    with writing(full.stores.index) as conn:
        evidence = {**documents.get(conn, "doc1").evidence, "match": {"twice": ["M1", "M2"]}}
        conn.execute(tables.document.update().where(tables.document.c.id == "doc1").values(evidence=evidence))
        reasons = [*queue.get(conn, "item-1").reasons, "patient.duplicate"]
        conn.execute(tables.review_item.update().where(tables.review_item.c.id == "item-1").values(reasons=reasons))
    client = full.client("clerk")
    page = client.get("/items/item-1").text
    assert "MRN M1 and M2 are different people" in page
    assert "different people" not in client.get("/items/item-2").text
    fence = fence_in(client.get("/items/item-1").text)
    asked = post(client, "/items/item-1/decide", act="file", fence=fence, patient="M1", two_people="yes")
    assert 'name="two_people" value="yes"' in asked.text  # carried to the last question
    post(client, "/items/item-1/decide", act="file", fence=fence, patient="M1", two_people="yes", read="yes")
    assert record(full, 1).status == "filed"
    assert PatientIndex(full.stores.index).apart("M1") == {"M2"}


def test_the_neighbours_of_a_document_in_its_file_are_shown_with_the_cuts(full):
    with writing(full.stores.index) as conn:
        first = documents.get(conn, "doc1")
        one = replace(first, id="doc1b", pages=(2, 3))
        conn.execute(tables.document.insert().values(**documents.values_of(one)))
        gone = replace(first, id="doc1c", pages=(4,))
        conn.execute(tables.document.insert().values(**documents.values_of(gone) | {"status": documents.REPLACED}))
    page = full.client("clerk").get("/items/item-1").text
    assert "✂ p. 2–3" in page
    assert "p. 4" not in page


@pytest.mark.parametrize(
    ("fields", "code", "says"),
    [
        ({"patient": "M1", "read": "yes", "field.service_date": "2026-13-02"}, 422, "year-month-day"),
        ({"patient": "M404", "read": "yes"}, 422, "not in the patient index"),
        ({"patient": "M1", "read": "yes", "field.made_up": "x"}, 422, "unknown"),
        ({"patient": "M1", "read": "yes", "fence": "0"}, 409, "no longer in your hands"),
        ({"patient": "M1", "read": "yes", "fence": "x"}, 409, "no longer in your hands"),
        ({"act": "quarantine", "reason": "cover"}, 422, "no reason for that"),
        ({"act": "set_aside", "reason": "<b>"}, 422, "no reason for that"),
    ],
)
def test_a_wrong_or_stale_decision_says_so_and_writes_nothing(full, fields, code, says):
    client = full.client("clerk")
    fence = fence_in(client.get("/items/item-1").text)
    before = record(full, 1)
    answer = post(client, "/items/item-1/decide", **{"act": "file", "fence": fence, **fields})
    assert (answer.status_code, says in answer.text, "<b>" in answer.text) == (code, True, False)
    assert record(full, 1) == before


def test_no_question_is_passed_over_by_an_act_that_is_none(full):
    client = full.client("clerk")
    fence = fence_in(client.get("/items/item-1").text)
    for act in ("", "File", "anything"):
        answer = post(client, "/items/item-1/decide", act=act, fence=fence)
        assert (answer.status_code, "Whose document is this?" in answer.text) == (200, True)
    assert record(full, 1).status == "review"


def test_what_was_typed_is_not_typed_twice_when_a_decision_is_refused(full):
    client = full.client("clerk")
    fence = fence_in(client.get("/items/item-1").text)
    answers = {"act": "file", "fence": fence, "patient": "M1", "read": "yes", "field.service_date": "2026-02-30"}
    again = post(client, "/items/item-1/decide", **answers).text
    assert "What does the page say?" in again
    assert 'name="field.service_date" value="2026-02-30"' in again
    assert 'name="patient" value="M1"' in again
    done = post(client, "/items/item-1/decide", **answers | {"field.service_date": "2026-02-28"})
    assert (done.status_code, record(full, 1).fields["service_date"].value) == (303, "2026-02-28")

    fence = fence_in(client.get("/items/item-2").text)
    newcomer = {
        "act": "file",
        "fence": fence,
        "patient": "M9",
        "new.last_name": "Poe",
        "new.first_name": "Edgar",
        "new.dob": "1809-19-01",
        "read": "yes",
    }
    again = post(client, "/items/item-2/decide", **newcomer)
    assert (again.status_code, '<details class="aside" open>' in again.text) == (422, True)
    for typed in ('value="M9"', 'name="new.last_name" value="Poe"', 'name="new.dob" value="1809-19-01"'):
        assert again.text.count(typed) == 1  # in its own form, and carried by no other


def doubtful(desk, value, reasons):
    with writing(desk.stores.index) as conn:
        fields = {**documents.get(conn, "doc1").fields, "service_date": StoredField(value, 0.4, 1, (0.1, 0.1, 0.2, 0.12))}
        one = replace(documents.get(conn, "doc1"), fields=fields)
        conn.execute(tables.document.update().where(tables.document.c.id == "doc1").values(**documents.values_of(one)))
        conn.execute(tables.review_item.update().where(tables.review_item.c.id == "item-1").values(reasons=reasons))


def test_a_field_that_was_read_doubtfully_is_shown_to_be_checked_and_not_asked_as_if_it_were_missing(full):
    doubtful(full, "2026-10-02", ["patient.weak", "field.missing.service_date"])
    client = full.client("clerk")
    page = client.get("/items/item-1").text
    assert "was read doubtfully: service date" in page
    assert "was not found on the page" not in page
    answers = {"act": "file", "fence": fence_in(page), "patient": "M1"}
    asked = post(client, "/items/item-1/decide", **answers).text
    assert "◇ read doubtfully, check" in asked
    assert 'name="field.service_date" value="2026-10-02"' in asked
    assert asked.count('src="/documents/doc1/snippets/service_date"') == 2  # beside the field that is asked, and in the list of all
    post(client, "/items/item-1/decide", **answers, read="yes", **{"field.service_date": "2026-10-02"})
    assert record(full, 1).fields["service_date"].confidence == 1.0


def test_who_says_that_the_rest_is_not_on_the_page_confirms_no_doubtful_reading(full):
    doubtful(full, "2026-10-02", ["patient.weak", "field.missing.service_date"])
    client = full.client("clerk")
    answers = {"act": "file", "fence": fence_in(client.get("/items/item-1").text), "patient": "M1", "read": "yes", "rest": "absent"}
    post(client, "/items/item-1/decide", **answers, **{"field.service_date": "2026-10-02"})
    filed = record(full, 1)
    assert (filed.status, filed.fields["service_date"].confidence) == ("filed", 0.4)


def test_a_reading_that_cannot_be_right_says_so(full):
    doubtful(full, "2062-10-02", ["patient.weak", "field.invalid.service_date"])
    client = full.client("clerk")
    asked = post(client, "/items/item-1/decide", act="file", fence=fence_in(client.get("/items/item-1").text), patient="M1").text
    assert "cannot be right, correct it" in asked


def test_who_was_found_by_typing_is_chosen_by_number_and_by_no_habit(full):
    client = full.client("clerk")
    page = post(client, "/items/item-1/search", q="doe").text
    assert re.findall(r'value="(M\d)" data-act="(candidate\d)"', page) == [("M1", "candidate1"), ("M2", "candidate2")]
    assert "autofocus" not in page  # Enter pressed twice in the search chooses nobody
    assert 'data-act="accept"' not in page
    assert post(client, "/items/item-1/search", q="a" * 60_000).status_code == 200


def test_two_clerks_never_hold_one_item_and_the_late_one_is_refused(full):
    one, other = full.client("clerk"), full.client("lead")
    fence = fence_in(one.get("/items/item-1").text)
    assert "Somebody else is deciding this item." in other.get("/items/item-1").text
    full.pass_time(minutes=6)
    taken = fence_in(other.get("/items/item-1").text)
    answer = post(one, "/items/item-1/decide", act="set_aside", reason="cover", fence=fence)
    assert (answer.status_code, record(full, 1).status) == (409, "review")
    assert post(other, "/items/item-1/decide", act="set_aside", reason="cover", fence=taken).status_code == 303
    assert record(full, 1).status == "set_aside"


def test_the_next_item_is_leased_with_the_first(full):
    full.client("clerk").get("/items/item-1")
    with reading(full.stores.index) as conn:
        assert [queue.get(conn, f"item-{n}").holder for n in (1, 2, 3)] == ["user:id-some-clerk"] * 2 + [None]
    answer = post(full.client("lead"), "/queue/next")
    assert answer.headers["location"] == "/items/item-3"


def test_undo_is_one_s_own_and_brings_the_question_back(full):
    client = full.client("clerk")
    fence = fence_in(client.get("/items/item-1").text)
    post(client, "/items/item-1/decide", act="file", fence=fence, patient="M1", read="yes")
    assert record(full, 1).status == "filed"
    assert "/items/item-1/undo" in client.get("/items/item-2").text
    assert post(full.client("lead"), "/items/item-1/undo").status_code == 404
    back = post(client, "/items/item-1/undo")
    assert "Whose document is this?" in client.get(back.headers["location"]).text
    assert record(full, 1).status == "review"
    assert post(client, "/items/item-1/undo").status_code == 404
    with reading(full.stores.index) as conn:
        assert [act for act, *_ in documents.filings(conn, "doc1")] == ["file", "unfile"]


def test_a_skip_costs_a_reason_and_the_third_one_hands_it_to_the_lead(full):
    client = full.client("clerk")
    for turn in range(3):
        fence = fence_in(client.get("/items/item-1").text)
        assert post(client, "/items/item-1/skip", fence=fence).status_code == 422
        assert post(client, "/items/item-1/skip", fence=fence, reason="later").status_code == 303, turn
    assert client.get("/items/item-1").status_code == 404
    assert full.client("lead").get("/items/item-1").status_code == 200
    assert "with the lead" in client.get("/queue").text
    assert [entry.detail["skips"] for entry in full.trail("review.skipped")] == [1, 2, 3]


def test_an_escalated_item_is_handed_out_to_the_lead_alone(full):
    client = full.client("clerk")
    for number in (1, 2, 3):
        fence = fence_in(client.get(f"/items/item-{number}").text)
        post(client, f"/items/item-{number}/escalate", fence=fence, reason="unsure")
    assert post(client, "/queue/next").headers["location"] == "/queue"
    assert post(full.client("lead"), "/queue/next").headers["location"] == "/items/item-1"


def test_a_patient_is_found_by_typing_and_the_typing_stands_in_no_address(full):
    client = full.client("clerk")
    fence = fence_in(client.get("/items/item-1").text)
    answer = post(client, "/items/item-1/search", q="doeri jane 1980-01-02", fence=fence)
    assert 'value="M2"' in answer.text
    assert answer.text.count("MRN M2") == 1
    assert "doeri" not in str(answer.url)
    assert "Nobody in the index fits what you typed." in post(client, "/items/item-1/search", q="%_", fence=fence).text


def test_the_queue_is_narrowed_by_reason_source_priority_and_age(full):
    client = full.client("clerk")
    full.put(9, "locked.pdf", pages=0)
    count = lambda query: len(set(re.findall(r"/items/(item-\d)", client.get(f"/queue{query}").text)))  # noqa: E731
    assert [count(query) for query in ("", "?family=patient", "?family=file", "?family=type", "?source=fax", "?source=fa", "?priority=stat")] == [
        4,
        3,
        1,
        0,
        4,
        0,
        0,
    ]
    assert count("?late=yes") == 0
    full.pass_time(hours=25)
    client = full.client("clerk")
    assert count("?late=yes") == 4
    assert "4 longer than 24 h" in client.get("/queue").text


CANDIDATE = {"mrn": "M1", "bits": 30.0, "evidence": [{"field": "mrn", "agreement": "agree"}, {"field": "dob", "agreement": "agree"}]}
NAMESAKE = {"mrn": "M2", "bits": 28.0, "evidence": []}
WEAKLY = {"mrn": "M1", "bits": 30.0, "evidence": [{"field": "last_name", "agreement": "agree"}, {"field": "dob", "agreement": "agree"}]}
AGAINST = {**CANDIDATE, "evidence": [*CANDIDATE["evidence"], {"field": "sex", "agreement": "differ"}]}


@pytest.mark.parametrize(
    ("candidates", "outcome", "armed"),
    [
        ([CANDIDATE], "TooWeak", True),
        ([CANDIDATE, NAMESAKE], "TooWeak", False),
        ([WEAKLY], "TooWeak", False),
        ([AGAINST], "TooWeak", False),
        ([CANDIDATE], "TooClose", False),
        ([CANDIDATE], "Conflicting", False),
        ([], "NoCandidate", False),
    ],
)
def test_enter_is_armed_only_for_a_clear_lead_on_more_than_name_and_birth_date(full, candidates, outcome, armed):
    from dataclasses import replace

    with reading(full.stores.index) as conn:
        item = queue.get(conn, "item-1")
    shown = replace(record(full, 1), evidence={"candidates": candidates, "outcome": outcome})
    assert is_armed(item, shown) is armed
    assert is_armed(replace(item, blind=True), shown) is False
    assert is_armed(replace(item, reasons=("patient.conflict",)), shown) is False


def test_differing_signs_are_marked():
    assert [(part.text, part.differs) for part in parts_of("1980-01-02", "1980-07-02")] == [("1980-0", False), ("1", True), ("-02", False)]
    assert [(part.text, part.differs) for part in parts_of("Doe", "DOE")] == [("Doe", False)]
    assert "".join(part.text for part in parts_of("Straße", "Strasse")) == "Straße"


def test_line_ends_of_a_snippet_are_blanks():
    assert [(part.text, part.differs) for part in highlighted("…one\ntwo «three» four…")] == [
        ("…one two ", False),
        ("three", True),
        (" four…", False),
    ]


def test_a_chart_is_a_timeline_and_a_document_is_taken_out_of_it_for_a_reason(full):
    full.put(7, "old.pdf", status="filed")
    full.put(8, "secret.pdf", status="filed", kind="substance_use")
    client = full.client("clerk")
    found = post(client, "/charts", q="doe").text
    number = re.search(r'/charts/(\d+)">DOE, JANE', found)[1]
    chart = client.get(f"/charts/{number}").text
    assert ("/documents/doc7" in chart, "/documents/doc8" in chart, "1 document" in chart) == (True, False, True)
    words = post(client, "/charts", q="zzyzxcanary").text
    assert "<mark>Zzyzxcanary</mark>" in words
    assert "/documents/doc8" not in words
    assert post(client, "/documents/doc8/unfile", reason="wrong_patient").status_code == 404
    assert post(client, "/documents/doc7/unfile", reason="because").status_code == 404
    asked = post(client, "/documents/doc7/unfile", reason="wrong_patient")
    assert "It was taken out of a chart." in client.get(asked.headers["location"]).text
    assert "/documents/doc7" not in client.get(f"/charts/{number}").text
    (entry,) = full.trail("document.unfiled")
    assert (entry.detail["reason"], entry.detail["mrn"]) == ("wrong_patient", "M1")


def test_a_changed_index_makes_an_open_card_stale(full):
    client = full.client("clerk")
    fence = fence_in(client.get("/items/item-1").text)
    with writing(full.stores.index) as conn:
        before = documents.get(conn, "doc1")
        documents.reconsider(conn, before, before, sampled=False, actor="rematch", now=full.now)
    assert post(client, "/items/item-1/decide", act="set_aside", reason="cover", fence=fence).status_code == 409


def test_the_card_tells_missing_pages_the_signature_and_labels_with_their_places(full):
    place = {"page": 1, "box": [0.1, 0.1, 0.4, 0.2]}
    found = {
        "missing": ["page 2 of 3 is not here"],
        "signature": {"state": "absent", "why": "nothing stands at the label", **place},
        "labels": [{"name": "hiv", "pages": [1], "words": ["HIV-1 RNA"], **place}],
    }
    with writing(full.stores.index) as conn:
        before = documents.get(conn, "doc1")
        documents.replace_record(conn, before, replace(before, evidence={**before.evidence, **found}), "test", full.now)
    client = full.client("clerk")
    unpacked.cache_clear()
    page = client.get("/items/item-1").text
    assert all(words in page for words in ("page 2 of 3 is not here", "✗ absent", "nothing stands at the label", "HIV-1 RNA"))
    for name in ("signature", "label.hiv"):
        assert f"/documents/doc1/snippets/{name}" in page
        assert client.get(f"/documents/doc1/snippets/{name}").headers["content-type"] == "image/jpeg"
    assert client.get("/documents/doc1/snippets/label.genetic").status_code == 404
    assert unpacked.cache_info().misses == 1, "both come from one page"


def test_a_snippet_is_the_place_and_no_more(full):
    client = full.client("clerk")
    answer = client.get("/documents/doc1/snippets/patient_name")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert client.get("/documents/doc1/snippets/patient_dob").status_code == 404


def test_a_type_that_is_asked_says_why_and_offers_the_likeliest(full):
    told = {
        "why": "It has no title, and its text fits several types.",
        "words": ["incision", "closed"],
        "choices": ["procedure_note", "operative_note"],
    }
    with writing(full.stores.index) as conn:
        evidence = {**documents.get(conn, "doc1").evidence, "type": told}
        conn.execute(tables.document.update().where(tables.document.c.id == "doc1").values(evidence=evidence, document_type="unknown"))
        conn.execute(tables.review_item.update().where(tables.review_item.c.id == "item-1").values(reasons=["patient.weak", "type.unknown"]))
    client = full.client("clerk")
    page = post(client, "/items/item-1/decide", act="file", fence=fence_in(client.get("/items/item-1").text), patient="M1").text
    assert "What kind of document is it?" in page
    assert told["why"] in page
    assert "incision, closed" in page
    assert page.index('name="kind" value="procedure_note"') < page.index('name="kind" value="operative_note"')
