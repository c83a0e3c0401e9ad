"""Copies of documents: the same again is set aside, what may be the same is held with a link, a form with other values goes its way."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.copies import without_copies
from pipeline.likeness import Likeness, compare_pages, imprint
from schemas.document import Extraction, Field, FieldName
from schemas.filing import BatchPlan, Filing, Hold, PlannedDocument, SetAside
from schemas.likeness import ENOUGH, Earlier
from schemas.page import Box
from tests.sheets import sheet

LAB = [
    "^Lakeview Hospital Laboratory",
    "Patient: DOE, JANE  DOB: 01/02/1950  MRN: 445566",
    "Collected: 03/04/2024 08:15  Accession: C24-118840",
    "Glucose  187  mg/dL  70 to 99  high",
    "Potassium  4.1  mmol/L  3.5 to 5.1",
    "Sodium  139  mmol/L  136 to 145",
    "Hemoglobin  13.2  g/dL  12.0 to 15.5",
    "Culture of urine shows no growth after two days, and the report is final.",
    "Reviewed by the laboratory director and released to the ordering provider.",
]
NEXT_DAY = [
    line.replace("03/04/2024", "03/05/2024").replace("118840", "118917").replace("187", "164").replace("4.1", "4.4").replace("13.2", "12.9")
    for line in LAB
]
NOTE = [f"On visit {n} she reported {word} and slept well in room {n * 7}." for n, word in enumerate(["pain", "fever", "cough", "rash", "hope"], 3)]
NAMED = Extraction((Field(FieldName.PATIENT_NAME, "DOE, JANE", "DOE, JANE", 1.0, 1, Box(0, 0, 1, 1), "label"),))


def page(lines, number=1, *, confidence=0.95, seen="scan"):
    found = sheet(lines, number, fingerprint=f"{seen}{number}")
    return replace(found, words=tuple(word._replace(confidence=confidence) for word in found.words))


def changed(lines, old, new):
    assert any(old in line for line in lines)
    return [line.replace(old, new) for line in lines]


def likeness(lines, other, **facts):
    return compare_pages(imprint(page(lines)), imprint(page(other, seen="again", **facts)))


def plan_of(*documents, extraction=NAMED):
    return BatchPlan(tuple(PlannedDocument(pages, Filing("M1", 0.99999), extraction=extraction) for pages in documents))


def searched(pages, *earlier, documents=None, extraction=NAMED):
    """What becomes of a file of these pages, after these documents came."""

    def find(marks):
        return [one for one in earlier if any(len(marks & imprint(other).marks) >= ENOUGH for other in one.pages)]

    documents = documents or [tuple(one.number for one in pages)]
    return without_copies(plan_of(*documents, extraction=extraction), {one.number: one for one in pages}, find)


def test_the_same_words_are_a_copy_whatever_the_fax_machine_printed_above():
    assert likeness(LAB, LAB) is Likeness.COPY
    stamped = sheet(["11/21/2026 08:15 FROM 812-555-0101 P. 3/9"], 1, top=0.005).words
    stamped = tuple(word._replace(line=99) for word in stamped)
    again = page(LAB, seen="again")
    assert compare_pages(imprint(page(LAB)), imprint(replace(again, words=(*stamped, *again.words)))) is Likeness.COPY


def test_a_word_that_was_misread_a_little_does_not_part_copies():
    assert likeness(LAB, changed(LAB, "laboratory director", "laboratary director")) is Likeness.COPY


@pytest.mark.parametrize(("old", "new"), [("4.1", "4.7"), ("no growth", "growth"), ("final", "preliminary"), ("139", ""), ("high", "low")])
def test_one_thing_that_differs_is_asked_about(old, new):
    assert likeness(LAB, changed(LAB, old, new)) is Likeness.PERHAPS


def test_the_same_form_on_another_day_or_with_other_values_is_another_page():
    assert likeness(LAB, NEXT_DAY) is Likeness.OTHER
    assert likeness(LAB, changed(LAB, "03/04/2024", "03/05/2024")) is Likeness.OTHER
    written = changed(LAB, "03/04/2024", "March 4, 2024")
    assert likeness(written, changed(written, "March 4", "March 5")) is Likeness.OTHER
    assert likeness(LAB, changed(changed(changed(LAB, "187", "164"), "4.1", "4.4"), "13.2", "12.9")) is Likeness.OTHER


def test_values_that_were_hard_to_read_leave_it_open():
    assert likeness(LAB, NEXT_DAY, confidence=0.6) is Likeness.PERHAPS


FEW = ["^ECG", "Sinus rhythm at 72"]


def test_a_document_of_few_words_is_no_copy_unless_it_is_the_very_image():
    again, other, very = page(FEW, 2, seen="again"), page(["^ECG", "Atrial flutter at 131"], 3), page(FEW, 4, seen="a")
    found = searched([page(FEW, 1, seen="a"), again, other, replace(very, fingerprint="a1")], documents=[(1,), (2,), (3,), (4,)])
    assert [type(document.decision) for document in found.plan.documents] == [Filing, Filing, Filing, SetAside]


@pytest.mark.parametrize(("last", "decision"), [(FEW, SetAside("duplicate.near")), (["^ECG", "Atrial flutter at 131"], Hold(("duplicate.near",)))])
def test_a_last_page_of_few_words_counts_beside_others(last, decision):
    before = Earlier("document d1", (page(LAB, 1), page(NOTE, 2), page(FEW, 3)))
    (found,) = searched([page(LAB, 1, seen="a"), page(NOTE, 2, seen="a"), page(last, 3, seen="a")], before).plan.documents
    assert found.decision == decision


@given(st.integers(0, 10**6), st.data())
def test_no_number_ever_differs_between_sure_copies(value, data):
    at = data.draw(st.integers(1, 6))
    numbers = [word for word in LAB[at].split() if word.isdecimal()] or ["188840"]
    other = [*LAB[:at], LAB[at].replace(numbers[0], str(value), 1), *LAB[at + 1 :]]
    if other[at] != LAB[at]:
        assert likeness(LAB, other, confidence=data.draw(st.sampled_from([0.3, 0.95]))) is not Likeness.COPY


def test_a_sure_copy_is_set_aside_and_linked():
    (found,) = searched([page(LAB, seen="again")], Earlier("document d1", (page(LAB, 4),))).plan.documents
    assert found.decision == SetAside("duplicate.near")
    assert found.links == ("document d1: page 1 repeats its page 4",)


def test_a_copy_that_names_nobody_is_asked_about():
    (found,) = searched([page(LAB)], Earlier("document d1", (page(LAB, 4),)), extraction=Extraction()).plan.documents
    assert found.decision == Hold(("duplicate.near",))


def test_a_copy_with_a_page_that_differs_is_held_and_names_it():
    before = Earlier("document d1", (page(LAB, 1), page(NOTE, 2)))
    (found,) = searched([page(LAB, 1, seen="a"), page(NOTE, 2, seen="a"), page(NEXT_DAY, 3, seen="a")], before).plan.documents
    assert found.decision == Hold(("duplicate.near",))
    assert found.links == ("document d1: page 1 looks like its page 1, page 2 looks like its page 2; page 3 differs",)


def test_one_page_of_many_is_no_copy():
    (found,) = searched([page(NEXT_DAY, 1), page(NOTE, 2)], Earlier("document d1", (page(NOTE, 2),))).plan.documents
    assert isinstance(found.decision, Filing)
    assert found.links == ()


def test_look_alikes_of_one_file_are_both_filed_and_copies_once():
    found = searched([page(LAB, 1), page(NEXT_DAY, 2), page(LAB, 3)], documents=[(1,), (2,), (3,)])
    assert [type(document.decision) for document in found.plan.documents] == [Filing, Filing, SetAside]
    assert set(found.marks) == {(1,), (2,)}
