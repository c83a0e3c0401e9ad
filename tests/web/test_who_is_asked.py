"""Which decisions need a second person, and when two of them say the same."""

from dataclasses import replace

import pytest

from review.second import needs_second, same_answer
from schemas.patient import IndexPatient
from schemas.rules import ReviewRules
from store import documents
from store.database import reading
from workers.wire import load_catalogue

RULES = ReviewRules(clerk_share=0.0, known_share=0.0)


@pytest.fixture
def office(desk):
    desk.people(("M1", "Doe"), ("M2", "Roe"), ("M3", "Poe"))
    return desk


def test_who_overrides_what_the_page_says_is_not_alone(office):
    office.put(1, "a.pdf")
    with reading(office.stores.index) as conn:
        record = documents.get(conn, "doc1")
    row = {"field": "dob", "agreement": "differ", "level": "", "document_value": "1980-01-02", "index_value": "1970-01-02"}
    record = replace(record, evidence={"candidates": [{"mrn": "M1", "evidence": [row]}, {"mrn": "M2", "evidence": [row | {"field": "phone"}]}]})
    why = lambda mrn, rules=RULES: needs_second(record, {"act": "file", "mrn": mrn}, IndexPatient(mrn, "D", "J"), load_catalogue(), rules)  # noqa: E731
    assert why("M1") == ["override"]
    assert why("M2") == []
    assert why("M1", ReviewRules(second_for=("merge",))) == []
    stranger = replace(record, fields={"patient_dob": replace(record.fields["patient_name"], value="1980-01-02")})
    chosen = IndexPatient("M9", "D", "J", dob="1961-01-01")
    assert needs_second(stranger, {"act": "file", "mrn": "M9"}, chosen, load_catalogue(), RULES) == ["override"]


@pytest.mark.parametrize(
    ("read", "chosen", "alone"),
    [
        ("DOE, JANE", IndexPatient("M9", "Roe", "Jane"), True),  # married
        ("D0E, JAME", IndexPatient("M9", "Doering", "Jane"), True),  # misread
        ("DOE, JANE", IndexPatient("M9", "Roe", "Ida", previous_last_name="Doe"), True),
        ("DOE, JANE", IndexPatient("M9", "Poe", "Edgar"), False),
        ("O, K", IndexPatient("M9", "Poe", "Edgar"), False),
    ],
)
def test_who_finds_somebody_of_quite_another_name_is_not_alone(office, read, chosen, alone):
    office.put(1, "a.pdf")
    with reading(office.stores.index) as conn:
        record = documents.get(conn, "doc1")
    record = replace(record, fields={"patient_name": replace(record.fields["patient_name"], value=read)})
    why = needs_second(record, {"act": "file", "mrn": "M9"}, chosen, load_catalogue(), RULES)
    assert why == ([] if alone else ["override"])


@pytest.mark.parametrize(("field", "alone"), [("last_name", True), ("first_name", False)])
def test_a_twin_among_the_proposals_is_not_taken_by_one_alone(office, field, alone):
    office.put(1, "a.pdf")
    with reading(office.stores.index) as conn:
        record = documents.get(conn, "doc1")
    row = {"field": field, "agreement": "differ", "level": "", "document_value": "ADAM", "index_value": "Bruce"}
    record = replace(record, evidence={"candidates": [{"mrn": "M1", "evidence": [row]}]})
    why = needs_second(record, {"act": "file", "mrn": "M1"}, IndexPatient("M1", "D", "J"), load_catalogue(), RULES)
    assert why == ([] if alone else ["override"])


def test_answers_are_the_same_when_what_becomes_of_it_whose_and_what_it_is_are():
    one = {"act": "file", "mrn": "M1", "type": "ecg", "fields": {"service_date": "2026-01-02", "author": "A"}}
    same = lambda other: same_answer(one, other, {"M0": "M1"}.get if other.get("mrn") == "M0" else str)  # noqa: E731
    assert same({**one, "fields": {"author": "B"}})
    assert not same({**one, "fields": {"service_date": "2026-02-01"}})
    assert not same({**one, "type": "echo"})
    assert not same({"act": "set_aside", "reason": "patient.none"})
