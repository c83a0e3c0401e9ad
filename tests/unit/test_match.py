"""Whose record it is: what is filed, and above all what is not."""

import random
from dataclasses import replace

import pytest

from pipeline.match import alternatives, claim_of, match_claim, match_patient
from pipeline.matching.calibration import SUREST
from pipeline.matching.claim import split_name
from pipeline.matching.compare import DAY_OR_MONTH, DIFFER, EXACT, TWO_DIGITS, dob_level, mrn_level
from samples.calibrate import Tally, decide_all
from samples.claims import WORLDS, pages, populate
from samples.memory_patients import MemoryPatients
from schemas.document import Extraction, Field, FieldName, Person, Role
from schemas.match import Agreement, Conflicting, Expectation, Matched, NoCandidate, TooClose, TooWeak
from schemas.page import Box
from schemas.patient import IndexPatient, NameFrequencies, PatientClaim
from schemas.rules import MatchRules

BOX = Box(0, 0, 1, 1)
TOWN = populate(WORLDS[0], 3000, random.Random(2)).entries
ANN = IndexPatient(
    "90000001", "Kowalczyk", "Annette", "Ruth", "", "F", "1957-05-23", "4410", "3305550147", "418 Maple Ave", "Riverton", "OH", "44512"
)
CLAIM = PatientClaim(
    "KOWALCZYK", "ANNETTE", "", "", "F", "1957-05-23", phone="3305550147", address_line="418 Maple Ave, Riverton OH 44512", zip="44512"
)


def decide(claim: PatientClaim, *entries: IndexPatient):
    return match_claim(claim, MemoryPatients([*TOWN, *entries]), rules=MatchRules())


def entry(**changes: str) -> IndexPatient:
    return replace(ANN, mrn="90000002", **changes)


def test_name_birth_date_and_phone_are_filed():
    outcome = decide(CLAIM, ANN)
    assert isinstance(outcome, Matched)
    assert outcome.candidates[0].mrn == ANN.mrn
    assert SUREST <= outcome.p_wrong <= 1e-4
    assert outcome.candidates[0].probability <= 1 - SUREST


BARE = replace(CLAIM, phone="", address_line="", zip="")


def test_name_and_birth_date_alone_are_filed():
    outcome = decide(BARE, ANN)
    assert isinstance(outcome, Matched)
    assert witnesses(outcome)["dob"] == ("equals the entry that the name found",)


def test_a_birth_date_that_found_the_entry_itself_wants_a_second_look():
    misread = replace(BARE, last_name="KOVVALEZYK", first_name="ANNET")
    assert isinstance(decide(misread, ANN), TooWeak)
    twice = decide(replace(misread, dob_sightings=2), ANN)
    assert witnesses(twice)["dob"] == ("read twice",)
    assert not getattr(twice, "missing", ()) or "nearly right" not in twice.missing[0]


def witnesses(outcome) -> dict[str, tuple[str, ...]]:
    return {e.field: e.witnesses for e in outcome.candidates[0].evidence}


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"last_name": "K0WALCZYK"}, "exact"),
        ({"last_name": "KOWALCZVK"}, "look-alike letters"),
        ({"last_name": "QOWALCZYK", "first_name": "ANNETTE"}, "one letter off"),
        ({"last_name": "KOWALCZYK-DIAZ"}, "part of a double surname"),
    ],
)
def test_a_damaged_last_name_is_filed_with_a_phone(changes, level):
    outcome = decide(replace(CLAIM, **changes), ANN)
    assert isinstance(outcome, Matched)
    assert outcome.candidates[0].evidence[0].level == level


def test_where_a_providers_name_was_taken_whoever_has_the_birth_date_is_shown():
    doctor = entry(last_name="Brandt", first_name="Otto", middle_name="", sex="M", dob="1970-02-03", ssn_last4="", phone="2165550111", zip="44101")
    claim = PatientClaim("BRANDT", "OTTO", dob=ANN.dob, phone="2165559999", address_line="9 Elm St", zip="44999")
    outcome = decide(claim, ANN, doctor)
    assert not isinstance(outcome, Matched)
    shown = {candidate.mrn: candidate.bits for candidate in outcome.candidates}
    assert shown[ANN.mrn] <= 0
    assert ANN.mrn not in {candidate.mrn for candidate in decide(replace(claim, dob="1970-02-03"), ANN, doctor).candidates[1:]}


def test_nobody_in_the_index():
    assert isinstance(decide(CLAIM), NoCandidate)
    assert decide(PatientClaim()) == NoCandidate()


@pytest.mark.parametrize(
    ("claimed", "field"),
    [({"sex": "M"}, "sex"), ({"middle_name": "KAREN"}, "middle_name"), ({"ssn_last4": "9999"}, "ssn_last4"), ({"dob": "1984-11-02"}, "dob")],
)
def test_a_contradiction_holds(claimed, field):
    outcome = decide(replace(CLAIM, **claimed), ANN)
    assert isinstance(outcome, Conflicting)
    assert field in outcome.fields


def test_another_suffix_holds():
    outcome = decide(replace(CLAIM, suffix="JR"), replace(ANN, suffix="SR"))
    assert isinstance(outcome, Conflicting)
    assert outcome.fields == ("suffix",)


def test_two_entries_that_nothing_tells_apart_are_too_close():
    bare = PatientClaim("KOWALCZYK", "ANNETTE", "", "", "F", "1957-05-23")
    assert isinstance(decide(bare, ANN, entry(phone="", address_line="", middle_name="", ssn_last4="")), TooClose)


@pytest.mark.parametrize("again", [{"dob": "1957-05-28"}, {"first_name": "Anette", "phone": "", "address_line": ""}])
def test_a_person_registered_twice_is_filed_to_neither_and_wants_merging(again):
    outcome = decide(CLAIM, ANN, entry(**again))
    assert isinstance(outcome, TooClose)
    assert set(outcome.twice) == {ANN.mrn, "90000002"}
    assert outcome.raw_doubt == 1


def test_entries_that_a_clerk_told_apart_are_weighed_as_two_people():
    again = entry(dob="1957-05-28")
    told = MemoryPatients([*TOWN, ANN, again], [frozenset({ANN.mrn, again.mrn})])
    other = MemoryPatients([*TOWN, ANN, again], [frozenset({ANN.mrn, TOWN[0].mrn})])
    assert not getattr(match_claim(CLAIM, told, rules=MatchRules()), "twice", ())
    assert match_claim(CLAIM, other, rules=MatchRules()).twice


def test_namesakes_with_other_middle_names_and_numbers_are_two_people():
    other = entry(middle_name="Karen", ssn_last4="8181", phone="2165550111", address_line="9 Elm St", zip="44101")
    outcome = decide(BARE, ANN, other)
    assert isinstance(outcome, TooClose)
    assert not outcome.twice
    assert isinstance(decide(CLAIM, ANN, other), Matched)


CLARA = entry(first_name="Clara", middle_name="", ssn_last4="1212")


def test_twins_are_told_apart_by_two_witnesses():
    assert isinstance(decide(CLAIM, ANN, CLARA), TooClose)
    assert isinstance(decide(replace(CLAIM, name_sightings=2), ANN, CLARA), Matched)
    assert isinstance(decide(replace(CLAIM, ssn_last4="4410"), ANN, CLARA), Matched)


def test_a_twin_under_the_others_number_by_mistake_is_held():
    claim = replace(BARE, last_name="KOWALCZYK", first_name="BRIDGET", mrn=ANN.mrn, mrn_is_ours=True)
    assert isinstance(decide(replace(claim, first_name="ANNETTE"), ANN), Matched)
    assert not isinstance(decide(claim, ANN), Matched)
    assert not isinstance(decide(replace(claim, mrn_sightings=2, dob_sightings=2), ANN), Matched)


def test_twins_of_like_names_are_told_apart_by_a_number_alone():
    jeanette = replace(CLARA, first_name="Jannette")
    assert isinstance(decide(replace(CLAIM, name_sightings=2), ANN, jeanette), TooClose)
    assert isinstance(decide(replace(CLAIM, name_sightings=2, ssn_last4="4410"), ANN, jeanette), Matched)


def test_a_mother_and_her_newborn():
    newborn = entry(first_name="Baby Girl", middle_name="", dob="2025-11-30", ssn_last4="")
    assert isinstance(decide(CLAIM, ANN, newborn), Matched)
    assert not isinstance(decide(replace(CLAIM, dob=""), ANN, newborn), Matched)
    assert not isinstance(decide(replace(CLAIM, first_name="BABY", middle_name="GIRL"), ANN, newborn), Matched)


def test_father_and_son_need_the_birth_date():
    father, son = replace(ANN, first_name="Paul", sex="M"), entry(first_name="Paul", sex="M", dob="1981-09-14", suffix="JR", ssn_last4="7777")
    paul = replace(CLAIM, first_name="PAUL", sex="M")
    assert isinstance(decide(paul, father, son), Matched)
    assert not isinstance(decide(replace(paul, dob=""), father, son), Matched)
    assert decide(replace(paul, dob="1981-09-14"), father, son).candidates[0].mrn == son.mrn


def test_the_first_of_january_needs_a_number():
    january = replace(BARE, dob="1957-01-01")
    outcome = decide(january, replace(ANN, dob="1957-01-01"))
    assert isinstance(outcome, TooWeak)
    assert "a birth date other than 1 January" in outcome.missing


def test_a_birth_date_one_digit_off_needs_a_second_identifier():
    near = replace(CLAIM, dob="1957-05-28")
    assert isinstance(decide(replace(near, phone="", address_line="", zip=""), ANN), TooWeak)
    assert isinstance(decide(replace(CLAIM, dob="1967-05-23"), ANN), TooWeak)
    assert decide(replace(near, middle_name="RUTH", ssn_last4="4410"), ANN).candidates[0].mrn == ANN.mrn


def test_without_a_birth_date_only_numbers_of_the_patient_carry():
    undated = replace(CLAIM, dob="")
    assert isinstance(decide(undated, ANN), TooWeak)
    assert isinstance(decide(replace(undated, mrn=ANN.mrn), ANN), TooWeak)
    assert isinstance(decide(replace(undated, mrn=ANN.mrn, mrn_is_ours=True), ANN), Matched)
    assert isinstance(decide(replace(undated, ssn_last4="4410"), ANN), Matched)


def test_a_foreign_number_neither_decides_nor_contradicts():
    assert not isinstance(decide(PatientClaim("BRANDT", "OTTO", mrn=ANN.mrn), ANN), Matched)
    assert isinstance(decide(replace(CLAIM, mrn="77777777"), ANN), Matched)
    assert isinstance(decide(replace(CLAIM, mrn="77777777", mrn_is_ours=True), ANN), Conflicting)


def test_names_swapped_and_misread_need_more_than_the_birth_date():
    whole = replace(CLAIM, last_name="ANNETTE", first_name="KOWALCZYK")
    assert isinstance(decide(replace(whole, phone="", address_line="", zip=""), ANN), Matched)
    swapped = replace(CLAIM, last_name="ANNETTE", first_name="KOWALCZIK")
    assert isinstance(decide(replace(swapped, phone="", address_line="", zip=""), ANN), TooWeak)
    assert decide(swapped, ANN).candidates[0].mrn == ANN.mrn


def test_evidence_has_a_line_a_field_and_absence_weighs_nothing():
    evidence = {e.field: e for e in decide(replace(CLAIM, sex=""), ANN).candidates[0].evidence}
    assert len(evidence) == 10
    assert sum(e.bits for e in evidence.values()) == pytest.approx(decide(replace(CLAIM, sex=""), ANN).candidates[0].bits, abs=1e-5)
    assert (evidence["sex"].bits, evidence["sex"].agreement) == (0.0, Agreement.ABSENT)
    assert evidence["phone"].agreement is Agreement.AGREE
    assert evidence["dob"].document_value == ANN.dob == evidence["dob"].index_value


def test_why_tells_the_prior_and_the_explanations_largest_first():
    why = decide(CLAIM, ANN).why
    assert why.prior_bits == pytest.approx(-11.7, abs=0.2)
    assert (why.hypotheses[0].name, why.hypotheses[0].mrn) == ("this entry", ANN.mrn)
    shares = [h.share for h in why.hypotheses[1:]]
    assert shares == sorted(shares, reverse=True)
    assert "an absent twin" in {h.name for h in why.hypotheses}
    assert decide(replace(CLAIM, sex="M"), ANN).why.against == ("sex",)


class Waiting:
    """An open request for one person's records."""

    def times(self, mrns):
        return {mrn: 200.0 for mrn in mrns if mrn == ANN.mrn}


def test_an_open_request_makes_its_patient_likelier_and_no_score_higher():
    lookup = MemoryPatients([*TOWN, ANN])
    one, other = (match_claim(BARE, lookup, rules=MatchRules(), expected=expected) for expected in (None, Waiting()))
    assert other.raw_doubt < one.raw_doubt
    assert other.candidates[0].bits == one.candidates[0].bits
    assert (one.why.expected, other.why.expected) == ((), (Expectation(ANN.mrn, 200.0),))


def test_a_name_without_birth_date_may_be_a_guarantors():
    undated = decide(replace(CLAIM, dob=""), ANN)
    assert isinstance(undated, TooWeak)
    assert undated.why.hypotheses[1].name == "a ward or spouse, the name being a guarantor's"


def field(name: FieldName, value: str, **more) -> Field:
    return Field(name, value, value, more.pop("confidence", 0.95), 1, BOX, more.pop("rule", "label"), **more)


READ = Extraction(
    (
        field(FieldName.PATIENT_NAME, "KOWALCZYK, ANNETTE R"),
        field(FieldName.PATIENT_DOB, "1957-05-23", sightings=3, confidence=0.8),
        field(FieldName.PATIENT_SEX, "F"),
        field(FieldName.PATIENT_PHONE, "(330) 555-0147"),
        field(FieldName.PATIENT_ADDRESS, "418 Maple Ave, Riverton, OH 44512-3310"),
        field(FieldName.PATIENT_MRN, "90-000001", rule="label.ours", witnesses=("tesseract:digits",)),
        field(FieldName.PATIENT_SSN_LAST4, "44I0"),
    )
)


def test_a_claim_is_what_the_fields_say_normalised():
    claim = claim_of(READ)
    assert (claim.last_name, claim.first_name, claim.middle_name) == ("KOWALCZYK", "ANNETTE", "R")
    assert (claim.phone, claim.zip, claim.ssn_last4, claim.mrn_is_ours) == ("3305550147", "44512", "4410", True)
    assert (claim.dob_sightings, claim.dob_confidence) == (3, 0.8)
    assert (claim.name_sightings, claim.mrn_sightings) == (1, 2)
    assert claim_of(Extraction((field(FieldName.PATIENT_DOB, "05/23/57"),))).dob == ""


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("DE LA CRUZ, MARIA ELENA", ("DE LA CRUZ", "MARIA", "ELENA", "")),
        ("SMITH JR, JOHN Q", ("SMITH", "JOHN", "Q", "JR")),
        ("SMITH, JOHN Q III", ("SMITH", "JOHN", "Q", "III")),
        ("VAN, V", ("VAN", "V", "", "")),
        ("MARY ANN PEÑA", ("PENA", "MARY", "ANN", "")),
        ("", ("", "", "", "")),
    ],
)
def test_names_are_taken_apart(text, parts):
    assert split_name(text) == parts


def test_an_extraction_is_filed():
    assert isinstance(match_patient(READ, MemoryPatients([*TOWN, ANN]), rules=MatchRules()), Matched)


def test_a_providers_name_is_not_a_patients():
    doctor = Person("Annette Kowalczyk MD", Role.PROVIDER, 1, BOX)
    assert isinstance(match_patient(replace(READ, people=(doctor,)), MemoryPatients([*TOWN, ANN]), rules=MatchRules()), TooWeak)


def test_a_rival_reading_that_fits_another_entry_holds():
    other = IndexPatient("90000009", "Kowalczyk", "Bernard", "", "", "F", "1957-05-23", phone="3305550147")
    read = replace(READ.fields[0], rivals=("KOWALCZYK, BERNARD",))
    rival = Extraction((read, *(f for f in READ.fields[1:] if f.name not in (FieldName.PATIENT_MRN, FieldName.PATIENT_SSN_LAST4))))
    assert len(alternatives(rival)) == 1
    assert isinstance(match_patient(rival, MemoryPatients([*TOWN, ANN, other]), rules=MatchRules()), TooClose)


def test_noisy_claims_over_a_town_are_never_filed_to_another_person():
    rng = random.Random(4)
    people, tally = populate(WORLDS[0], 6000, rng), Tally()
    decide_all(people, MemoryPatients(people.entries), pages(WORLDS[0], people, 2500, rng), MatchRules(), tally)
    assert not tally.misfiled
    assert tally.filed / tally.documents > 0.6
    assert tally.places[1] / tally.known > 0.97


class BigTown(MemoryPatients):
    """The index with its names ten times over: large enough that a spelling it lacks is hardly anybody's."""

    def frequencies(self, *claims: PatientClaim) -> NameFrequencies:
        counts = super().frequencies(*claims)
        return NameFrequencies(*({name: 10 * n for name, n in names.items()} for names in counts[:2]), 10 * counts.size)


def test_a_misread_given_name_is_told_from_a_siblings():
    misread, siblings = replace(BARE, first_name="ANNETTF"), replace(BARE, first_name="JANNETTE")
    town = BigTown([*TOWN, ANN, *(replace(ANN, mrn=f"9100000{i}", last_name=f"OTHER{i}", first_name="JANNETTE", dob="1999-01-02") for i in range(9))])
    doubts = [match_claim(claim, town, rules=MatchRules()).raw_doubt for claim in (misread, siblings)]
    assert doubts[0] * 20 < doubts[1]


@pytest.mark.parametrize(
    ("mine", "theirs", "level"),
    [
        ("00123456", "00123456", EXACT),
        ("00123456", "00128856", TWO_DIGITS),
        ("00123456", "0012356", TWO_DIGITS),
        ("00123456", "00987656", DIFFER),
        ("4410", "4488", DIFFER),
    ],
)
def test_a_long_record_number_may_have_two_digits_misread(mine, theirs, level):
    assert mrn_level(mine, theirs, ours=True) == level


def test_a_slip_in_the_day_or_the_month_is_near_and_in_both_is_not():
    assert dob_level("1957-05-23", "1957-11-23") == dob_level("1957-05-23", "1957-05-14") == DAY_OR_MONTH
    assert dob_level("1957-05-23", "1957-11-14") == dob_level("1957-05-23", "1968-05-23") == DIFFER


def test_another_last_name_is_carried_by_given_name_birth_date_and_a_number_together():
    married = replace(CLAIM, last_name="BRANDT")
    assert isinstance(decide(married, ANN), Matched)
    for gap in ({"phone": "", "address_line": "", "zip": ""}, {"dob": ""}, {"dob": "1957-05-28"}, {"first_name": "ANNE"}):
        assert not isinstance(decide(replace(married, **gap), ANN), Matched)


def test_a_telephone_one_digit_off_supports_a_birth_date_nearly_right_in_its_year_alone():
    alone = "an identifier of the patient alone, beside a birth date that is nearly right"
    near, other_year = replace(BARE, dob="1957-05-28"), replace(BARE, dob="1958-05-23")
    assert alone in decide(near, ANN).missing
    assert alone not in getattr(decide(replace(near, phone="3305550149"), ANN), "missing", ())
    assert alone in decide(replace(other_year, phone="3305550147"), ANN).missing
