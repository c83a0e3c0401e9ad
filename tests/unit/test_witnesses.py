"""What another look at a place does to a value: it bears witness, stands against it, or says nothing; and whose a value is."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract import extract
from schemas.document import FieldName, Role
from schemas.page import Box, PageKind, ReadFrom, Reread
from schemas.rules import ExtractRules
from tests.sheets import sheet
from tests.told import told

RULES = ExtractRules()
LINES = ["Patient: DOE, JANE  DOB: 01/02/1950  MRN: S4471902", "", "She is doing well on the present regimen."]
SECOND = " (second look)"


def said_by(page):
    found = extract(told(page), rules=RULES)
    return {field.name.value: field for field in found.fields}


def page_of(lines=LINES, **facts):
    return sheet(lines, read_from=ReadFrom.OCR, **facts)


def line_over(page, name, text, source="other:line"):
    """The page with a second look at one field's place."""
    box = said_by(page)[name].box
    words = sheet([text]).words
    wide = sum(len(word.text) for word in words)
    at, placed = box.x0, []
    for word in words:
        share = (box.x1 - box.x0) * len(word.text) / wide
        placed.append(word._replace(box=box._replace(x0=at, x1=at + share)))
        at += share
    return replace(page, rereads=(*page.rereads, Reread(source, box, tuple(placed))))


def banded(first, second, *, source="other:band"):
    """A page whose whole face another engine read as well."""
    return replace(page_of(first), rereads=(Reread(source, Box(0, 0, 1, 1), sheet(second).words),))


@pytest.mark.parametrize(
    ("name", "text"), [("patient_dob", "01/02/1950"), ("patient_dob", "Jan 2, 1950"), ("patient_mrn", "S4471902"), ("patient_name", "DOE,JANE")]
)
def test_a_look_that_reads_the_same_is_a_witness(name, text):
    page = page_of()
    found = said_by(line_over(page, name, text))[name]
    assert (found.witnesses, found.rivals, found.sightings) == (("other:line",), said_by(page)[name].rivals, 1)


def test_a_witness_takes_doubt_from_a_number_and_says_nothing_of_whose_a_name_is():
    page = page_of()
    before = said_by(page)
    assert said_by(line_over(page, "patient_dob", "01/02/1950"))["patient_dob"].confidence > before["patient_dob"].confidence
    assert said_by(line_over(page, "patient_name", "DOE, JANE"))["patient_name"].confidence == before["patient_name"].confidence


def test_a_witness_to_the_print_does_not_choose_between_two_dates():
    page = page_of([*LINES, "", "DOB: 03/04/1961"])
    before, found = said_by(page)["patient_dob"], said_by(line_over(page, "patient_dob", "01/02/1950"))["patient_dob"]
    assert (found.witnesses, found.confidence) == (("other:line",), before.confidence)


@pytest.mark.parametrize(
    ("name", "text", "rival"),
    [("patient_dob", "01/02/1956", "1956-01-02"), ("patient_mrn", "$4471908", "S4471908"), ("patient_mrn", "54471902", "54471902")],
)
def test_a_look_that_reads_otherwise_stands_against_the_value_and_never_replaces_it(name, text, rival):
    page = page_of()
    before, found = said_by(page)[name], said_by(line_over(page, name, text))[name]
    assert (found.value, found.witnesses, found.rivals) == (before.value, (), (rival,))
    assert found.confidence < before.confidence


@settings(deadline=None)
@given(st.sampled_from(["patient_dob", "patient_mrn"]), st.sampled_from(["DOB: {}  MRN: {}", "Date of Birth: {}   Medical Record Number: {}"]))
def test_a_birth_date_or_number_is_not_sure_by_one_look(name, labels):
    page = page_of(["Patient: DOE, JANE", labels.format("01/02/1950", "4471902")])
    assert said_by(page)[name].confidence < 0.9
    assert said_by(line_over(page, name, said_by(page)[name].raw))[name].confidence >= 0.9


def test_a_birth_date_is_not_sure_where_the_page_has_another():
    page = page_of([*LINES, "", "Patient DOB: 01/02/1950", "", "DOB: 03/04/1961"])
    assert said_by(page)["patient_dob"].sightings == 2
    assert said_by(page)["patient_dob"].confidence < 0.9


def test_a_look_that_reads_nothing_changes_nothing():
    page = page_of()
    assert said_by(line_over(page, "patient_dob", "~"))["patient_dob"] == said_by(page)["patient_dob"]


@settings(deadline=None)
@given(st.text(st.sampled_from("0123456789/-OSl$"), min_size=1, max_size=12).filter(str.strip))
def test_no_second_look_at_a_birth_date_can_change_its_value(text):
    page = page_of()
    before, found = said_by(page)["patient_dob"], said_by(line_over(page, "patient_dob", text))["patient_dob"]
    assert found.value == before.value
    assert bool(found.witnesses) + bool(found.rivals) <= 1
    assert (found.confidence > before.confidence) <= bool(found.witnesses)


def test_what_a_program_wrote_into_the_file_is_its_own_witness():
    page = sheet(LINES, read_from=ReadFrom.LAYER, quality="born_digital")
    assert said_by(page)["patient_dob"].witnesses == ("layer:page",)
    assert said_by(sheet(LINES, read_from=ReadFrom.LAYER))["patient_dob"].witnesses == ()


def test_a_value_that_only_the_second_engine_found_is_less_sure_and_not_its_own_witness():
    page = banded(["Fafiemt: DCE, JNE  BOD: 0l/0", *LINES[1:]], LINES)
    alone, read_first = said_by(page), said_by(page_of())
    for name in ("patient_dob", "patient_mrn"):
        assert alone[name].rule.endswith(SECOND)
        assert (alone[name].value, alone[name].witnesses) == (read_first[name].value, ())
        assert alone[name].confidence < 0.9 * read_first[name].confidence
    again = said_by(line_over(page, "patient_dob", "01/02/1950", source="other:line"))["patient_dob"]
    assert again.witnesses == ()


def test_the_first_reading_bears_witness_to_what_the_second_found():
    page = banded(["Fafiemt: DOE, JANE  8OD: 01/02/1950", *LINES[1:]], LINES)
    assert said_by(page)["patient_dob"].witnesses == ("first:page",)


def test_another_look_of_the_first_engine_bears_no_witness():
    page = line_over(page_of(), "patient_dob", "01/02/1950", source="first:digits")
    assert said_by(page)["patient_dob"].witnesses == ()


def test_another_identity_in_a_second_look_is_a_rival():
    found = said_by(banded(LINES, [LINES[0].replace("DOE, JANE", "ROE, JILL"), *LINES[1:]]))["patient_name"]
    assert found.value == "DOE, JANE"
    assert "ROE, JILL" in found.rivals


def test_dirt_after_a_name_in_the_second_look_does_not_make_it_fuller():
    found = said_by(banded(LINES, [LINES[0].replace("JANE", "JANE I"), *LINES[1:]]))["patient_name"]
    assert found.value == "DOE, JANE"


def test_a_relative_whose_heading_only_the_second_engine_read_is_not_the_patient():
    heads = ["PATIENT      GUARANTOR", "Name: DOE, JANE      Name: ROE, JILL"]
    alone = said_by(page_of(heads[1:]))
    found = extract(told(banded(["~", heads[1]], heads)), rules=RULES)
    assert alone["patient_name"].value in {"DOE, JANE", "ROE, JILL"}
    name = found.field(FieldName.PATIENT_NAME)
    assert name is None or name.value == "DOE, JANE"
    assert any(person.name == "ROE, JILL" and person.role is Role.CONTACT for person in found.people)


def test_a_relative_whose_heading_the_first_reading_saw_does_not_become_the_patient_by_a_second_look():
    heads = ["GUARANTOR", "Name: ROE, JILL  DOB: 03/04/1970"]
    found = said_by(banded(heads, ["~", heads[1]]))
    assert "patient_name" not in found
    assert "patient_dob" not in found


@pytest.mark.parametrize(("printed", "value", "rival"), [("$4471902", "S4471902", "54471902"), ("44719O2", "4471902", "44719O2")])
def test_a_number_mended_by_guess_is_doubted_and_keeps_the_other_guess_as_rival(printed, value, rival):
    found = said_by(page_of([LINES[0].replace("S4471902", printed), *LINES[1:]]))["patient_mrn"]
    assert (found.value, found.rivals) == (value, (rival,))
    assert found.confidence < 0.7


def ruined(page):
    """As `read` leaves a page that is image.unreadable."""
    return replace(page, kind=PageKind.UNREADABLE, problem="image.unreadable", words=tuple(word._replace(confidence=0.3) for word in page.words))


def test_a_page_that_cannot_be_read_never_yields_a_sure_field():
    """However often, by however many witnesses and however surely a second look saw it; and the values it gives stay the same."""
    lines = ["Lakeview Hospital", "", *LINES, "", "Patient: DOE, JANE  DOB: 01/02/1950", "", "ICD-10: E11.9, I10", "", "Date of service: 03/04/2021"]
    page = banded(["~", *["x"] * 9], lines)
    page = replace(page, rereads=(*page.rereads, Reread("third:line", Box(0, 0, 1, 1), sheet(lines).words)))
    whole, poor = said_by(page), said_by(ruined(page))
    assert {"patient_name", "patient_dob", "patient_mrn", "facility", "icd10_codes"} <= set(poor)
    assert any(field.confidence > 0.9 for field in whole.values())
    assert max(field.confidence for field in poor.values()) <= 0.45
    assert {name: field.value for name, field in poor.items()} == {name: field.value for name, field in whole.items()}


def test_a_page_that_can_be_read_is_believed_before_one_that_cannot():
    other = replace(ruined(banded(["~"], [LINES[0].replace("DOE, JANE", "ROE, JILL")] * 3)), number=2)
    (name,) = (f for f in extract(told(page_of(), other), rules=RULES).fields if f.name is FieldName.PATIENT_NAME)
    alone = said_by(page_of())["patient_name"]
    assert (name.value, name.rivals) == ("DOE, JANE", ("ROE, JILL",))
    assert name.confidence == alone.confidence
