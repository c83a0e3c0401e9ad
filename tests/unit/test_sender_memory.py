"""Where a sender prints what: raises what stands there, doubts what stands elsewhere, makes nothing sure and says nothing of strangers."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract import extract
from pipeline.sender_memory import AGREEING, SURE, Form, Shown, Spot, is_same, known, layout_of, learn_forms, recall, sender_of
from schemas.document import Extraction, FieldName
from schemas.page import Box
from schemas.rules import ExtractRules
from tests.sheets import sheet
from tests.told import told

RULES = ExtractRules()
DOB, NAME = FieldName.PATIENT_DOB, FieldName.PATIENT_NAME
HEAD = ["^Lakeview Hospital", "^Phone (503) 555-1212 Fax (503) 555-1213", ""]
BLOCK = ["Patient: DOE, JANE", "DOB: 01/02/1950", "MRN: 4481207", "Visit date: 03/04/2024", ""]
BODY = ["She was seen for follow up and is doing well on the present regimen today."] * 8


def read(lines, confidence=None):
    page = sheet(lines, 1)
    said = extract(told(page), rules=RULES)
    fields = tuple(replace(field, confidence=confidence if confidence is not None else field.confidence) for field in said.fields)
    return page, replace(said, fields=fields)


def shown(page, said, *names):
    return Shown(sender_of(said), layout_of(*told(page)), {name: said.field(name).box for name in names})


@pytest.fixture(scope="module")
def taught():
    page, said = read([*HEAD, *BLOCK, *BODY])
    return known(learn_forms([shown(page, said, DOB, NAME)] * AGREEING))


def test_a_value_at_its_usual_place_is_raised_and_says_why(taught):
    page, said = read([*HEAD, *BLOCK, *BODY], confidence=0.6)
    after = recall(said, told(page), taught).field(DOB)
    assert 0.6 < after.confidence < SURE
    assert after.rule.endswith("where this sender prints it")
    assert after.witnesses == said.field(DOB).witnesses


def test_a_value_read_elsewhere_has_what_stands_at_the_usual_place_as_rival(taught):
    page, said = read([*HEAD, *BLOCK, *BODY])
    elsewhere = replace(said.field(DOB), value="1961-12-24", box=Box(0.6, 0.8, 0.7, 0.82), confidence=0.8)
    moved = replace(said, fields=tuple(elsewhere if field.name is DOB else field for field in said.fields))
    after = recall(moved, told(page), taught).field(DOB)
    assert (after.value, after.rivals) == ("1961-12-24", ("1950-01-02",))
    assert after.confidence < 0.8


def test_a_field_that_was_not_read_is_not_made(taught):
    page, said = read([*HEAD, *BLOCK, *BODY])
    without = replace(said, fields=tuple(field for field in said.fields if field.name is not DOB))
    assert recall(without, told(page), taught).field(DOB) is None


@pytest.mark.parametrize("lines", [[*HEAD, *BODY[:4], *BLOCK, *BODY], ["^Northgate Clinic", *HEAD[1:], *BLOCK, *BODY], [*HEAD, *BLOCK[1:2], *BODY]])
def test_another_layout_or_another_sender_is_left_as_it_was(taught, lines):
    page, said = read(lines, confidence=0.6)
    assert recall(said, told(page), taught) is said


def test_four_documents_are_too_few_and_scattered_places_teach_nothing():
    page, said = read([*HEAD, *BLOCK, *BODY])
    one = shown(page, said, DOB)
    assert learn_forms([one] * (AGREEING - 1)) == ()
    scattered = [one._replace(places={DOB: Box(0.1 * at, 0.1, 0.1 * at + 0.1, 0.12)}) for at in range(2 * AGREEING)]
    assert learn_forms(scattered) == ()
    assert [form.places.keys() for form in learn_forms([one] * AGREEING)] == [{DOB}]


shares = st.floats(0.02, 0.95)
spots = st.lists(st.builds(Spot, st.sampled_from(["patient_dob/", "name/patient", "service_date/", "name/provider"]), shares, shares), max_size=8)
boxes = st.builds(lambda x, y: Box(x, y, min(1.0, x + 0.1), min(1.0, y + 0.02)), shares, shares)


@settings(max_examples=60, deadline=None)
@given(layout=spots, place=boxes, confidence=st.floats(0.0, 0.999), same_sender=st.booleans(), as_read=st.booleans())
def test_memory_raises_only_a_known_layout_and_nothing_to_sure(layout, place, confidence, same_sender, as_read):
    page, said = read([*HEAD, *BLOCK, *BODY], confidence=confidence)
    assert recall(said, told(page), None) is said
    learnt = layout_of(*told(page)) if as_read else tuple(layout)
    memory = known([Form(sender_of(said) if same_sender else "somebodyelse", learnt, {DOB: place, NAME: said.field(NAME).box})])
    after: Extraction = recall(said, told(page), memory)
    unseen = not same_sender or not is_same(learnt, layout_of(*told(page)))
    for before, now in zip(said.fields, after.fields, strict=True):
        assert (before.name, before.value, before.box) == (now.name, now.value, now.box)
        assert now.confidence <= before.confidence or (not unseen and now.confidence < SURE)
    assert not unseen or after is said
