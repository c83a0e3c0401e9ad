"""The decision table: filing needs everything, a hold names every reason in the clerk's order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decide import arrange, decide
from pipeline.sensitivity import HINTS, PLAIN
from pipeline.verify import doubts
from schemas.catalogue import build_catalogue
from schemas.checks import Checks, Label
from schemas.document import Segment, SegmentKind, TypeGuess
from schemas.filing import Filing, Hold, SetAside
from schemas.line import Line, LineKind
from schemas.match import Candidate, Conflicting, Matched, NoCandidate, TooClose, TooWeak
from schemas.page import Box
from schemas.reasons import REASONS, is_known
from schemas.rules import VerifyRules

ENTRY = {"name": "x", "folder": "notes", "loinc": None}
CATALOGUE = build_catalogue(
    {
        "ecg": ENTRY,
        "behavioral_health": ENTRY | {"sensitivity": "psychiatry"},
        "fax_cover": ENTRY | {"files": False},
        "unknown": ENTRY | {"files": False},
    }
)
WHO = (Candidate("M1", "DOE, JANE", "1950-01-02", 40.0, 0.9999, ()),)
MATCHED = Matched(WHO, 1e-6, raw_doubt=1e-8)
BUILTIN = Line(LineKind.BUILTIN, 1e-4, stated=1e-4)
SEGMENT = Segment((1, 2), SegmentKind.DOCUMENT)
SURE = TypeGuess("ecg", 0.99)


def outcome_of(segment=SEGMENT, kind=SURE, outcome=MATCHED, problems=(), line=BUILTIN):
    return decide(segment, kind, outcome, problems, CATALOGUE, line=line)


def test_a_certain_document_is_filed():
    assert outcome_of() == Filing("M1", 0.9999)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"outcome": TooClose(WHO)}, "patient.ambiguous"),
        ({"outcome": TooClose(WHO, twice=("M1", "M2"))}, "patient.duplicate"),
        ({"outcome": TooWeak(WHO)}, "patient.weak"),
        ({"outcome": Conflicting(WHO, ("dob",))}, "patient.conflict"),
        ({"outcome": NoCandidate()}, "patient.none"),
        ({"kind": TypeGuess("ecg", 0.6, reason="type.unsure")}, "type.unsure"),
        ({"kind": TypeGuess("unknown", 0.9, reason="type.unknown")}, "type.unknown"),
        ({"kind": TypeGuess("unknown", 0.9)}, "type.unknown"),
        ({"kind": TypeGuess("not_in_catalogue", 0.99)}, "type.unknown"),
        ({"kind": TypeGuess("fax_cover", 0.99)}, "type.unsure"),
        ({"kind": TypeGuess("behavioral_health", 0.99)}, "sensitivity.psychiatry"),
        ({"segment": Segment((1, 2), SegmentKind.DOCUMENT, sure=False)}, "split.unsure"),
        ({"problems": ("pages.missing",)}, "pages.missing"),
        ({"problems": ("image.unreadable",)}, "image.unreadable"),
        ({"line": Line(LineKind.SHADOW, 1e-4)}, "policy.shadow"),
        ({"line": Line(LineKind.STOPPED, 1e-4)}, "policy.stopped"),
        ({"line": Line(LineKind.CERTIFIED, 1e-4, doubt=1e-9)}, "patient.weak"),
        ({"line": Line(LineKind.CERTIFIED, 1e-3, doubt=1e-7, stated=1e-7)}, "patient.weak"),
        ({"line": Line(LineKind.BUILTIN, 1e-4, stated=1e-7)}, "patient.weak"),
    ],
)
def test_any_doubt_holds(change, reason):
    assert outcome_of(**change) == Hold((reason,))


PROVED = Line(LineKind.CERTIFIED, 1e-4, doubt=1e-8)


@pytest.mark.parametrize("line", [BUILTIN, PROVED])
@pytest.mark.parametrize("rule", ["never", "absent", "unsure"])
@pytest.mark.parametrize("label", sorted({*HINTS, *PLAIN, "minor"}))
def test_a_labelled_document_files_itself_under_no_line_and_no_rule(label, rule, line):
    rules = VerifyRules(hold_on_signature=rule, hold_on_missing_pages=False)
    labelled, plain = Checks(labels=(Label(label, (1,), ("words",), 1, Box(0.1, 0.1, 0.2, 0.2)),)), Checks()
    said = [outcome_of(problems=tuple(doubts(checks, SURE, CATALOGUE, rules=rules)), line=line) for checks in (labelled, plain)]
    assert said == [Hold((f"sensitivity.{label}",)), Filing("M1", 0.9999)]
    assert is_known(f"sensitivity.{label}")


def test_a_proved_line_files_up_to_its_doubt():
    assert outcome_of(line=PROVED) == Filing("M1", 0.9999)


def test_what_no_line_reaches_is_not_called_a_proposal_to_confirm():
    assert outcome_of(line=Line(LineKind.SHADOW, 1e-4, stated=1e-7)) == Hold(("patient.weak",))


def test_a_sure_cover_is_set_aside_and_a_doubtful_one_is_not():
    one = Segment((1,), SegmentKind.DOCUMENT)
    cover = TypeGuess("fax_cover", 0.99)
    assert outcome_of(segment=one, kind=cover, outcome=NoCandidate()) == SetAside("cover")
    doubtful = Segment((1,), SegmentKind.DOCUMENT, sure=False)
    assert isinstance(outcome_of(segment=doubtful, kind=cover, outcome=NoCandidate()), Hold)
    assert isinstance(outcome_of(segment=one, kind=cover, outcome=NoCandidate(), problems=("image.unreadable",)), Hold)


@pytest.mark.parametrize("outcome", [MATCHED, TooClose(WHO), TooWeak(WHO), Conflicting(WHO, ("dob",))])
def test_a_cover_that_points_to_one_of_our_patients_is_a_clerks(outcome):
    held = outcome_of(segment=Segment((1,), SegmentKind.DOCUMENT), kind=TypeGuess("fax_cover", 0.99), outcome=outcome)
    assert isinstance(held, Hold)
    assert "type.unsure" in held.reasons


def test_reasons_stand_in_the_clerks_order():
    held = outcome_of(
        segment=Segment((1,), SegmentKind.DOCUMENT, sure=False),
        kind=TypeGuess("ecg", 0.5, reason="type.unsure"),
        outcome=TooWeak(WHO),
        problems=("sensitivity.psychiatry", "image.unreadable", "pages.missing", "field.missing.service_date", "patient.two_on_document"),
    )
    assert held == Hold(
        (
            "patient.weak",
            "patient.two_on_document",
            "type.unsure",
            "split.unsure",
            "field.missing.service_date",
            "pages.missing",
            "image.unreadable",
            "sensitivity.psychiatry",
        )
    )


@given(st.lists(st.sampled_from(sorted(REASONS))))
def test_arranging_loses_and_repeats_nothing(codes):
    assert sorted(arrange(codes)) == sorted(set(codes))


@given(
    st.sampled_from([MATCHED, TooClose(WHO), TooWeak(WHO), NoCandidate()]),
    st.sampled_from(sorted(CATALOGUE.types)),
    st.sampled_from([None, "type.unsure"]),
    st.booleans(),
    st.lists(st.sampled_from(["pages.missing", "image.unreadable"])),
)
def test_filing_only_when_all_is_certain(outcome, slug, reason, sure, problems):
    decision = outcome_of(Segment((1,), SegmentKind.DOCUMENT, sure=sure), TypeGuess(slug, 0.99, reason=reason), outcome, problems)
    certain = outcome is MATCHED and slug == "ecg" and reason is None and sure and not problems
    assert isinstance(decision, Filing) is certain
    assert not isinstance(decision, Hold) or (decision.reasons and all(is_known(code) for code in decision.reasons))
