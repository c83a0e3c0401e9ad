"""Practice: the questions of the desk, answers that touch nothing but the score, and the truth at the end."""

import re

from store import audit, documents, queue
from store.database import reading, writing
from store.tables import document, practice


def filed(desk, number, **facts):
    desk.put(number, f"{number}.pdf", status="filed", **facts)
    candidates = [{"mrn": mrn, "display_name": mrn, "dob": "1980-01-02", "bits": 20.0, "evidence": []} for mrn in ("M1", "M2")]
    with writing(desk.stores.index) as conn:
        record = documents.get(conn, f"doc{number}")
        conn.execute(document.update().where(document.c.id == record.id).values(evidence={**record.evidence, "candidates": candidates}))


def everything(desk):
    """All rows but those of practice and the audit trail."""
    with reading(desk.stores.index) as conn:
        tables = [table for table in document.metadata.sorted_tables if table not in {practice, audit.audit} and table.name != "session"]
        return {table.name: conn.execute(table.select()).all() for table in tables}


def test_answers_touch_nothing_but_the_score_and_the_truth_is_told(desk):
    desk.people(("M1", "Doe"), ("M2", "Roe"))
    filed(desk, 1)
    clerk = desk.client("clerk")
    before = everything(desk)
    at = clerk.post("/practice").headers["location"]
    assert at == "/practice/doc1"
    page = clerk.get(at).text
    assert "Whose document is this?" in page
    assert "nothing you answer here is filed" in page
    assert not re.search(r"/items/|/skip|/escalate|set_aside|progress note", page)
    asked = clerk.post(f"{at}/decide", data={"act": "file", "patient": "M2"}).text
    assert "What kind of document is it?" in asked
    assert "Result" not in asked
    told = clerk.post(f"{at}/decide", data={"act": "file", "patient": "M2", "kind": "progress_note"}).text
    assert "✗ another person" in told
    assert "✓ the same" in told
    assert "MRN M1" in told
    assert "1 answered · 0 with the right patient · 1 with the right type" in told
    assert everything(desk) == before
    with reading(desk.stores.index) as conn:
        assert queue.of_document(conn, "doc1") == []
        assert documents.get(conn, "doc1").patient_mrn == "M1"


def test_what_is_protected_held_or_being_checked_is_not_practised_on(desk):
    desk.people(("M1", "Doe"))
    filed(desk, 1, kind="substance_use")
    filed(desk, 2, blind=True)
    desk.put(3, "held.pdf")
    filed(desk, 4)
    with writing(desk.stores.index) as conn:  # an ordinary type, but its own words asked for protection
        evidence = {**documents.get(conn, "doc4").evidence, "protected": ["sensitivity.psychiatry"]}
        conn.execute(document.update().where(document.c.id == "doc4").values(evidence=evidence))
    clerk = desk.client("clerk")
    assert clerk.post("/practice").headers["location"] == "/practice?none=yes"
    assert "Nothing is filed yet" in clerk.get("/practice?none=yes").text
    assert [clerk.get(f"/practice/doc{number}").status_code for number in (1, 2, 3, 4)] == [404] * 4


def test_who_practised_on_a_document_is_not_asked_about_it_blind(desk):
    desk.people(("M1", "Doe"))
    filed(desk, 1)
    clerk = desk.client("clerk")
    clerk.post("/practice/doc1/decide", data={"act": "file", "patient": "M1", "kind": "progress_note"})
    with writing(desk.stores.index) as conn:
        item = documents.ask(conn, documents.get(conn, "doc1"), ("policy.sampled",), "pipeline", desk.now, blind=True)
        assert queue.claim(conn, item.id, "user:id-some-clerk", now=desk.now) is None
        assert queue.claim(conn, item.id, "user:id-some-lead", now=desk.now) is not None
