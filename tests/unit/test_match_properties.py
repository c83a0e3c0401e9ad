"""What must hold for every claim and every index."""

from dataclasses import replace
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.match import match_claim, rank
from pipeline.matching.calibration import EDGES, HELD, STEPS, SUREST, line_at, stated_error
from pipeline.matching.compare import FIELDS
from pipeline.matching.posterior import Rated, posterior
from samples.calibrate import Counts, Drawn, Proposal, bounded, forced_choice, steps, weighted_bound
from samples.memory_patients import MemoryPatients
from schemas.match import Matched, TooClose
from schemas.patient import IndexPatient, PatientClaim
from schemas.rules import MatchRules

RULES = MatchRules()
LASTS = st.sampled_from(["SMITH", "SMYTH", "GARCIA LOPEZ", "GARCIA", "O'BRIEN", "OBRIEN", "LEE", "KOWALCZYK", "CLARK"])
FIRSTS = st.sampled_from(["JOHN", "JON", "JACK", "MARY", "MARYANN", "WILLIAM", "BILL", "CLARK", "BABY BOY", "J"])
DATES = st.sampled_from(["", "1950-03-12", "1950-12-03", "1950-03-21", "1951-03-12", "1950-01-01", "1988-07-30"])
MIDDLES = st.sampled_from(["", "R", "RAY", "RUTH", "K"])
PHONES = st.sampled_from(["", "3305550147", "3305550148", "2165559999"])
LINES = st.sampled_from(["", "418 MAPLE AVE", "418 N MAPLE", "9 OAK ST"])
SEXES = st.sampled_from(["", "M", "F"])
SUFFIXES = st.sampled_from(["", "JR", "SR", "II"])
FOURS = st.sampled_from(["", "4410", "4411", "9032"])
ZIPS = st.sampled_from(["", "44512", "44513"])


@st.composite
def entries(draw, least=1, most=6):
    rows = draw(st.lists(st.tuples(LASTS, FIRSTS, MIDDLES, SUFFIXES, SEXES, DATES, FOURS, PHONES, LINES, ZIPS), min_size=least, max_size=most))
    return [IndexPatient(f"{i + 1:08d}", *row[:9], zip=row[9]) for i, row in enumerate(rows)]


@st.composite
def claims(draw):
    last, first, middle, suffix, sex, dob = (draw(s) for s in (LASTS, FIRSTS, MIDDLES, SUFFIXES, SEXES, DATES))
    return PatientClaim(last, first, middle, suffix, sex, dob, ssn_last4=draw(FOURS), phone=draw(PHONES), address_line=draw(LINES), zip=draw(ZIPS))


def scores(claim, people):
    ranking = rank(claim, people, MemoryPatients(people), rules=RULES)
    return {entry.patient.mrn: entry.score for entry in ranking.entries}


def bits(claim, person):
    return dict(zip(FIELDS, rank(claim, [person], MemoryPatients([person]), rules=RULES).entries[0].bits, strict=True))


@settings(deadline=None)
@given(claims(), entries(most=1), st.sampled_from(["sex", "phone", "ssn_last4", "suffix", "middle_name", "dob"]))
def test_adding_evidence_that_disagrees_never_raises_a_score(claim, people, field):
    wrong = {
        "sex": "FM"[people[0].sex == "F"],
        "phone": "9998887777",
        "ssn_last4": "0000",
        "suffix": "V",
        "middle_name": "XAVIER",
        "dob": "2019-09-28",
    }
    silent = replace(claim, **{field: ""})
    assert scores(replace(claim, **{field: wrong[field]}), people)[people[0].mrn] <= scores(silent, people)[people[0].mrn] + 1e-9


@settings(deadline=None)
@given(claims(), entries(most=1), st.sampled_from(["sex", "phone", "ssn_last4", "suffix", "dob"]))
def test_what_is_not_said_weighs_nothing_and_touches_no_other_field(claim, people, field):
    said, silent = bits(claim, people[0]), bits(replace(claim, **{field: ""}), people[0])
    assert silent[field] == 0
    assert {k: v for k, v in said.items() if k != field} == {k: v for k, v in silent.items() if k != field}


@settings(max_examples=150, deadline=None)
@given(claims(), entries(least=2), st.randoms(use_true_random=False))
def test_the_order_of_entries_changes_nothing(claim, people, rng):
    shuffled = list(people)
    rng.shuffle(shuffled)
    assert match_claim(claim, MemoryPatients(people), rules=RULES) == match_claim(claim, MemoryPatients(shuffled), rules=RULES)


@settings(max_examples=150, deadline=None)
@given(claims(), entries(least=2))
def test_numbers_of_entries_decide_nothing(claim, people):
    renamed = [replace(person, mrn=f"{99 - int(person.mrn):08d}") for person in people]
    one, other = (match_claim(claim, MemoryPatients(index), rules=RULES) for index in (people, renamed))
    assert type(one) is type(other)
    if isinstance(one, Matched):
        assert int(one.candidates[0].mrn) == 99 - int(other.candidates[0].mrn)


@settings(max_examples=200, deadline=None)
@given(claims(), entries(most=4))
def test_a_tie_is_never_filed(claim, people):
    outcome = match_claim(claim, MemoryPatients(people), rules=RULES)
    if not isinstance(outcome, Matched):
        return
    winner = next(p for p in people if p.mrn == outcome.candidates[0].mrn)
    again = match_claim(claim, MemoryPatients([*people, replace(winner, mrn="00000077")]), rules=RULES)
    assert isinstance(again, TooClose)


@settings(max_examples=200, deadline=None)
@given(claims(), entries(least=2))
def test_what_is_filed_contradicts_nothing_and_is_never_stated_too_surely(claim, people):
    outcome = match_claim(claim, MemoryPatients(people), rules=RULES)
    assert all(0 <= c.probability <= 1 - SUREST for c in outcome.candidates)
    if isinstance(outcome, Matched):
        assert SUREST <= outcome.p_wrong <= RULES.max_p_wrong
        evidence = {e.field: e for e in outcome.candidates[0].evidence}
        assert claim.dob != "1950-01-01" or any(evidence[name].level in ("exact", "house and street") for name in ("phone", "address", "ssn_last4"))
        assert all(e.level != "different" or e.field in ("phone", "address", "first_name", "last_name") for e in evidence.values())
        assert evidence["last_name"].bits > 0 or evidence["first_name"].bits > 0


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_more_doubt_is_never_stated_as_more_certain(doubts):
    for held in (False, True):
        stated = [stated_error(doubt, held=held) for doubt in sorted(doubts)]
        assert stated == sorted(stated)
        assert all(error >= doubt for error, doubt in zip(stated, sorted(doubts), strict=True))
    assert [line_at(doubt) for doubt in sorted(doubts)] == sorted(line_at(doubt) for doubt in doubts)


DRAWN = Drawn(150_000, 120_000)  # claims behind the tables that ship


def test_no_step_states_less_than_its_trial_showed_and_the_shipped_line_holds():
    for table in (STEPS, HELD):
        assert all(step.states >= DRAWN.share(Counts(*step[1:4])) * 0.99 for step in table)
        assert [step.states for step in table] == sorted(step.states for step in table)
        assert tuple(step.doubt for step in table) == EDGES
    filed = [step for step in STEPS if step.line <= RULES.max_p_wrong]
    counts = Counts(*(sum(getattr(step, field) for step in filed) for field in ("wrong", "known", "absent")))
    assert counts.known > 0.75 * DRAWN.known
    assert bounded(counts, DRAWN) <= RULES.max_p_wrong * 1.01


def test_the_bound_of_unlike_weights_is_never_below_what_was_counted_and_exact_for_one_weight():
    assert abs(weighted_bound((0, 0), (0.01, 0.001)) - 0.01 * -log(0.05)) < 1e-9
    assert abs(weighted_bound((3, 0), (0.01, 0.01)) - 0.01 * 7.7537) < 1e-5  # Poisson's bound for three
    assert weighted_bound((0, 30), (0.01, 0.001)) > 0.03 + 0.001 * 9
    assert bounded(Counts(0, 0, 9), DRAWN) == 1.0


@settings(deadline=None)
@given(st.integers(0, 5), st.integers(0, 50), st.integers(20, 200))
def test_one_more_error_raises_the_bound(wrong, absent, known):
    drawn = Drawn(1000, 1000)
    counts = Counts(wrong, known, absent)
    assert bounded(counts, drawn) <= bounded(counts.and_(Counts(1, 0, 0)), drawn)
    assert bounded(counts, drawn) <= bounded(counts.and_(Counts(0, 0, 1)), drawn) + 1e-12


def test_proposals_are_counted_in_the_step_of_their_doubt():
    some = [Proposal(0.0, False, False), Proposal(1e-6, False, False), Proposal(1.1e-6, False, True), Proposal(1.0, False, True, known=False)]
    rows = list(steps(some, Drawn(3, 1)))
    assert [row[:4] for row in rows if row.known or row.absent] == [(EDGES[0], 0, 2, 0), (EDGES[1], 1, 1, 0), (EDGES[-1], 0, 0, 1)]
    assert [row.states for row in rows] == sorted(row.states for row in rows)


def test_a_forced_choice_weighs_absent_people_as_the_tenth_they_are():
    right, wrong, stranger = Proposal(1e-7, False, False), Proposal(0.9, True, True), Proposal(0.95, True, True, known=False)
    assert forced_choice([right, right, wrong, stranger], Drawn(3, 1)) == pytest.approx((0.8, 1.0, 2 / 3))


@settings(max_examples=150, deadline=None)
@given(claims(), entries(), st.sampled_from(["name_sightings", "dob_sightings", "mrn_sightings"]))
def test_a_second_look_never_holds_what_one_look_files(claim, people, field):
    once, twice = (match_claim(replace(claim, **{field: looks}), MemoryPatients(people), rules=RULES) for looks in (1, 2))
    best = {e.field: e.level for e in once.candidates[0].evidence} if once.candidates else {}
    if field == "dob_sightings" and best.get("dob") != "exact":
        assert not isinstance(twice, Matched) or isinstance(once, Matched)  # what two looks agree on is no slip of the scanner
        return
    assert isinstance(twice, Matched) or not isinstance(once, Matched)
    assert twice.raw_doubt <= once.raw_doubt


@settings(max_examples=150, deadline=None)
@given(claims(), entries(least=2))
def test_two_of_one_name_and_birth_date_are_never_told_apart_by_these(claim, people):
    namesake = replace(people[0], mrn="00000088", phone="", address_line="", zip="", ssn_last4="", middle_name="", suffix="", sex="")
    bare = PatientClaim(claim.last_name, claim.first_name, dob=claim.dob)
    outcome = match_claim(bare, MemoryPatients([*people, namesake]), rules=RULES)
    assert not isinstance(outcome, Matched) or outcome.candidates[0].mrn not in (people[0].mrn, namesake.mrn)


@settings(deadline=None)
@given(claims(), entries(least=1), st.floats(0.01, 0.5))
def test_shares_sum_to_one(claim, people, unknown):
    ranking = rank(claim, people, MemoryPatients(people), rules=RULES)
    shares = posterior([Rated(e.levels, e.bits, e.who.sex) for e in ranking.entries], size=len(people), unknown_share=unknown)
    assert abs(sum(shares.entries) + shares.relatives + shares.stranger - 1) < 1e-9


@settings(deadline=None)
@given(claims(), entries(least=1), st.floats(0.01, 0.5))
def test_a_spelling_that_nobody_bears_never_makes_a_sibling_likelier(claim, people, unknown):
    ranking = rank(claim, people, MemoryPatients(people), rules=RULES)
    borne, misread = (
        posterior([Rated(e.levels, e.bits, e.who.sex, misread=no_name) for e in ranking.entries], size=len(people), unknown_share=unknown)
        for no_name in (False, True)
    )
    kinds = ("an absent twin", "an absent member of the household")
    assert all(
        misread.kin[kind] * borne.stranger <= borne.kin[kind] * misread.stranger + 1e-12 for kind in kinds
    )  # against a stranger, who is the same
