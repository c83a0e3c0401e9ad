"""Relatives who share a home: the page of one is never filed to another because the home agrees."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.match import claim_of, match_claim, match_patient
from pipeline.matching.fold import fold_name
from pipeline.matching.gate import GENERATION_YEARS
from samples.memory_patients import MemoryPatients
from schemas.document import Extraction, Field, FieldName
from schemas.match import Conflicting, Matched, TooWeak
from schemas.page import Box
from schemas.patient import IndexPatient, NameFrequencies, PatientClaim
from schemas.rules import MatchRules

HOME = {"phone": "5552011111", "address_line": "12 Oak St", "zip": "78701"}
NAMES = [
    ("KARL", "KARL"), ("JAMES", "J"), ("JAMES", "JAMES"), ("ANNA", "ANNE"), ("MARIA", "MARLA"), ("JANE", "LANE"), ("CHRISTINA", "CHRISTINE"),
    ("JULIA", "JULIE"), ("KATHERINE", "CATHERINE"), ("BABY GIRL", "BABY GIRL"), ("BABY BOY", "BABY BOY"), ("ROBERT", "BOB"), ("MARA", "MARA"),
]  # fmt: skip
SUFFIXES = st.sampled_from(["", "", "JR", "SR", "II"])
MIDDLES = st.sampled_from(["", "R", "RAYMOND"])
LOOSEST = MatchRules(max_p_wrong=0.01)  # as far as any line may ever reach
BOX = Box(0, 0, 1, 1)


class Big(MemoryPatients):
    """The household in an index of 100,000, where others bear each of the names."""

    def frequencies(self, *claims: PatientClaim) -> NameFrequencies:
        return NameFrequencies({fold_name(c.last_name): 20 for c in claims}, {fold_name(c.first_name): 200 for c in claims}, 100_000)


@st.composite
def households(draw):
    """Two people of one home, of one given name or of two that are near, and what a page says of the second."""
    first, other = draw(st.sampled_from(NAMES))
    years = draw(st.integers(1930, 2024)), draw(st.integers(1930, 2024))
    month, day = draw(st.integers(1, 12)), draw(st.integers(1, 28))
    same_day = draw(st.booleans())
    born = [f"{years[0]}-{month:02d}-{day:02d}", f"{years[1]}-{month:02d}-{day:02d}" if same_day else f"{years[1]}-{day % 12 + 1:02d}-{month:02d}"]
    one_name = first == other or other == "BOB"
    if not one_name and draw(st.booleans()):
        born[1] = born[0]  # twins
    twins = born[0] == born[1]
    assume(twins or abs(years[0] - years[1]) > (GENERATION_YEARS if one_name else 0))  # one home has one name twice in two generations
    assume(not one_name or not twins or first.startswith("BABY"))  # two children of one birth have two names
    sex, middle = draw(st.sampled_from("FM")), draw(MIDDLES)
    present = IndexPatient("A1", "Brandt", first.title(), middle, draw(SUFFIXES), sex, born[0], **HOME)
    absent = IndexPatient("A2", "Brandt", other.title(), "" if twins else draw(st.sampled_from(["", middle])), draw(SUFFIXES), sex, born[1], **HOME)
    said = {field: getattr(absent, field) if draw(st.booleans()) else "" for field in ("middle_name", "suffix", "sex", "phone", "address_line")}
    looks = {f"{field}_sightings": draw(st.integers(1, 3)) for field in ("dob", "name")}
    dob = draw(st.sampled_from([born[1], born[1], born[1], born[1][:4], ""]))
    assume(not (twins and dob != born[1]))
    claim = PatientClaim("BRANDT", other, dob=dob, zip=absent.zip if said["address_line"] else "", **said, **looks)
    return present, absent, claim


@settings(max_examples=600, deadline=None)
@given(households())
def test_the_page_of_an_absent_relative_is_never_filed_to_the_one_in_the_index(household):
    present, _, claim = household
    assert not isinstance(match_claim(claim, Big([present]), rules=LOOSEST), Matched)


@settings(max_examples=300, deadline=None)
@given(households())
def test_where_both_are_in_the_index_the_page_is_never_filed_to_the_other(household):
    present, absent, claim = household
    outcome = match_claim(claim, Big([present, absent]), rules=LOOSEST)
    assert not isinstance(outcome, Matched) or outcome.candidates[0].mrn == absent.mrn


FATHER = IndexPatient("J1", "Brandt", "Karl", "Otto", "", "M", "1950-05-06", "4410", **HOME)
OF_FATHER = PatientClaim("BRANDT", "KARL", "", "", "M", "1950-05-06", **HOME)


def decide(claim, *entries):
    return match_claim(claim, Big(entries), rules=MatchRules())


@pytest.mark.parametrize("dob", ["1980-05-06", "1951-05-06", "1905-05-06", "2050-05-06"])
@pytest.mark.parametrize("shared", [HOME, {"phone": HOME["phone"]}, {"address_line": HOME["address_line"], "zip": HOME["zip"]}])
def test_another_year_wants_what_belongs_to_the_patient_alone(dob, shared):
    claim = PatientClaim("BRANDT", "KARL", "", "", "M", dob, **shared)
    assert isinstance(decide(claim, FATHER), TooWeak)
    assert isinstance(decide(replace(claim, ssn_last4="4410"), FATHER), Matched)
    assert isinstance(decide(replace(claim, mrn="J1", mrn_is_ours=True), FATHER), Matched)
    assert isinstance(decide(replace(claim, middle_name="OTTO", dob_sightings=2), FATHER), TooWeak)  # printed so, or a son named after him


@pytest.mark.parametrize("dob", ["1950-06-05", "1950-05-26", "1950-05-08"])
def test_in_one_year_no_two_at_home_bear_one_name(dob):
    claim = replace(OF_FATHER, dob=dob)
    assert isinstance(decide(claim, FATHER), Matched)
    assert not isinstance(decide(replace(claim, phone="", address_line="", zip=""), FATHER), Matched)
    sister = replace(FATHER, first_name="Anna", sex="F")
    assert not isinstance(decide(replace(claim, first_name="ANNE", sex="F"), sister), Matched)


def test_a_generation_mark_that_the_entry_lacks_wants_the_birth_date():
    junior = replace(OF_FATHER, suffix="JR", mrn="J1", mrn_is_ours=True, ssn_last4="4410")
    assert isinstance(decide(junior, FATHER), Matched)
    for dob in ("1980-05-06", "1950", ""):
        assert isinstance(decide(replace(junior, dob=dob), FATHER), TooWeak)
        assert isinstance(decide(replace(junior, dob=dob, suffix=""), FATHER), Matched)


def test_without_a_birth_date_a_home_carries_nothing():
    assert isinstance(decide(replace(OF_FATHER, dob=""), FATHER), TooWeak)
    assert isinstance(decide(replace(OF_FATHER, dob="", mrn="J1"), FATHER), TooWeak)
    assert isinstance(decide(replace(OF_FATHER, dob="", ssn_last4="4410"), FATHER), Matched)


def test_a_newborn_wants_a_number_of_its_own():
    newborn = IndexPatient("N2", "Quill", "Baby Girl", "", "", "F", "2026-10-01", **HOME)
    claim = PatientClaim("QUILL", "BABYGIRL", "", "", "F", "2026-10-01", **HOME, dob_sightings=2, name_sightings=2)
    numbered = replace(claim, mrn="N2", mrn_is_ours=True)
    assert isinstance(decide(claim, newborn), TooWeak)
    assert isinstance(decide(numbered, newborn), TooWeak)  # a twin's number is the next one
    assert isinstance(decide(replace(numbered, mrn_sightings=2), newborn), Matched)


class Lacking(Big):
    """An index where nobody has the page's given name, of a hundred thousand or fewer."""

    entries = 100_000

    def frequencies(self, *claims):
        return NameFrequencies({fold_name(c.last_name): 2 for c in claims}, {fold_name(c.first_name): 0 for c in claims}, self.entries)


class Small(Lacking):
    entries = 40


def page(entry, first, **more):
    return replace(OF_FATHER, first_name=first, sex=entry.sex, **more)


def test_a_spelling_that_nobody_bears_is_a_misreading_and_one_that_people_bear_may_be_a_twins():
    entry = replace(FATHER, first_name="Julian")
    for slip in ("JULLAN", "JULJAN"):
        assert isinstance(decide(page(entry, slip), entry), TooWeak)
        for index in (Lacking([entry]), Small([entry])):
            assert isinstance(match_claim(page(entry, slip), index, rules=MatchRules()), Matched)
    assert isinstance(decide(page(entry, "JULLAN", ssn_last4="4410"), entry), Matched)


@pytest.mark.parametrize("index", [Lacking, Small])
@pytest.mark.parametrize(
    ("present", "absent"), [("Maria", "MARTA"), ("Maria", "MARLA"), ("Maria", "MARIO"), ("Maria", "MARIE"), ("Anna", "ANNE"), ("Zyaira", "ZYAIRE"), ("Jayden", "KAYDEN")]
)  # fmt: skip
def test_a_twins_name_that_the_index_lacks_is_a_name_where_a_list_has_it_or_two_looks_read_it(index, present, absent):
    entry = replace(FATHER, first_name=present)
    claim = page(entry, absent, name_sightings=3, dob_sightings=3)
    assert isinstance(match_claim(claim, index([entry]), rules=MatchRules(max_p_wrong=0.01)), TooWeak)
    if index is Small or absent in ("MARTA", "MARLA", "MARIO", "MARIE", "ANNE"):
        assert isinstance(match_claim(replace(claim, name_sightings=1), index([entry]), rules=LOOSEST), TooWeak)
    assert isinstance(match_claim(replace(claim, ssn_last4="4410"), index([entry]), rules=LOOSEST), Matched)


NAMESAKE = replace(FATHER, mrn="481356", dob="1950-05-16", ssn_last4="7723", phone="5552028888", address_line="901 Pine Ave", zip="78745")
THERE = {"phone": NAMESAKE.phone, "address_line": NAMESAKE.address_line, "zip": NAMESAKE.zip}


@pytest.mark.parametrize(
    ("entry", "claim"),
    [
        (NAMESAKE, replace(OF_FATHER, dob_sightings=2, name_sightings=2, **THERE)),
        (replace(NAMESAKE, dob=FATHER.dob), replace(OF_FATHER, mrn="481350", mrn_is_ours=True, mrn_sightings=2, dob_sightings=2, **THERE)),
        (replace(NAMESAKE, dob=FATHER.dob, ssn_last4="4416", middle_name="Ludwig"), replace(OF_FATHER, ssn_last4="4410", **THERE)),
    ],
)
def test_the_home_of_one_and_the_birth_date_or_number_of_another_is_nobodys(entry, claim):
    father = replace(FATHER, mrn="481350")
    outcome = match_claim(claim, Big([father, entry]), rules=LOOSEST)
    assert not isinstance(outcome, Matched)
    assert isinstance(match_claim(replace(claim, **HOME), Big([father, entry]), rules=LOOSEST), Matched)


@pytest.mark.parametrize("number", ["481356", "481530", "482350", "48135"])
def test_our_number_that_two_looks_read_is_no_slip_of_another(number):
    father = replace(FATHER, mrn="481350")
    claim = replace(OF_FATHER, mrn=number, mrn_is_ours=True, mrn_sightings=2)
    outcome = decide(claim, father)
    assert isinstance(outcome, Conflicting)
    assert outcome.fields == outcome.why.against == ("mrn",)
    assert isinstance(decide(replace(claim, mrn="481350"), father), Matched)


def test_a_number_without_issuer_is_not_the_patients_own():
    anna = replace(FATHER, first_name="Anna", sex="F")
    claim = page(anna, "ANNE", mrn="J1")
    assert isinstance(decide(claim, anna), TooWeak)
    assert isinstance(decide(replace(claim, mrn_is_ours=True), anna), Matched)


@pytest.mark.parametrize(("last", "first"), [("HASSAN", "MOHAMED"), ("MOHAMED", "ALI")])
def test_a_default_birth_date_and_a_shared_home_carry_no_other_last_name(last, first):
    entry = IndexPatient("S1", "Ali", "Mohamed", "", "", "M", "1990-01-01", **HOME)
    claim = PatientClaim(last, first, sex="M", dob="1990-01-01", **HOME)
    assert isinstance(decide(claim, entry), TooWeak)
    assert isinstance(decide(replace(claim, last_name="ALI", first_name="MOHAMED"), entry), Matched)
    assert isinstance(decide(replace(claim, mrn="S1", mrn_is_ours=True), entry), Matched)


def test_a_short_form_of_two_names_at_one_home_wants_what_belongs_to_the_patient_alone():
    samantha = replace(FATHER, first_name="Samantha", middle_name="", sex="F")
    samuel = replace(FATHER, mrn="J2", first_name="Samuel", middle_name="", sex="M", ssn_last4="7723")
    claim = page(samantha, "SAM", name_sightings=3, dob_sightings=3)
    assert isinstance(decide(replace(claim, sex=""), samantha), TooWeak)  # Samuel may be absent
    assert isinstance(decide(replace(claim, sex="", ssn_last4="4410"), samantha), Matched)
    assert isinstance(decide(claim, samantha), Matched)
    assert not isinstance(decide(claim, samantha, samuel), Matched)
    assert isinstance(decide(replace(claim, ssn_last4="4410"), samantha, samuel), Matched)


def read(dob=(), mrn=(), looks=1, witnesses=()):
    return Extraction(
        (
            Field(FieldName.PATIENT_NAME, "BRANDT, KARL", "", 0.99, 1, BOX, "label"),
            Field(FieldName.PATIENT_DOB, "1950-05-06", "", 0.99, 1, BOX, "label", looks, dob, witnesses),
            Field(FieldName.PATIENT_MRN, "12345678", "", 0.99, 1, BOX, "label (ours)", looks, mrn, witnesses),
            Field(FieldName.PATIENT_PHONE, HOME["phone"], "", 0.99, 1, BOX, "label"),
        )
    )


@pytest.mark.parametrize("rivals", [{"dob": ("1950-05-08",)}, {"dob": ("1962-11-23",)}, {"mrn": ("12345673",)}, {"mrn": ("1234567",)}])
def test_another_reading_of_birth_date_or_number_holds_until_two_looks_agree(rivals):
    index = Big([replace(FATHER, mrn="12345678")])
    assert isinstance(match_patient(read(), index, rules=MatchRules()), Matched)
    held = match_patient(read(**rivals), index, rules=MatchRules())
    assert isinstance(held, TooWeak)
    assert "two looks agree on" in held.missing[0]
    assert isinstance(match_patient(read(**rivals, looks=2), index, rules=MatchRules()), Matched)
    assert isinstance(match_patient(read(**rivals, witnesses=("rapidocr:line",)), index, rules=MatchRules()), Matched)


def test_a_number_of_another_kind_is_no_other_reading():
    index = Big([replace(FATHER, mrn="12345678")])
    assert claim_of(read()).mrn_is_ours
    assert isinstance(match_patient(read(mrn=("E-99-0042",), dob=("not a date",)), index, rules=MatchRules()), Matched)
