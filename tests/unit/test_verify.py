import re

import pytest

from pipeline.extract import extract, identities
from pipeline.verify import doubts, names_two_patients, verify
from schemas.catalogue import build_catalogue
from schemas.checks import Checks, Label, Signature, Signed
from schemas.document import Extraction, PageIdentity, TypeGuess
from schemas.page import Box, PageKind, PageReading, Word
from schemas.rules import ExtractRules, VerifyRules
from tests.told import told

CATALOGUE = build_catalogue(
    {
        "note": {"name": "Note", "folder": "notes", "loinc": None, "required": ["patient_name", "service_date"]},
        "consent": {"name": "Consent", "folder": "legal", "loinc": None, "signature": "required"},
        "unknown": {"name": "Unknown", "folder": "other", "loinc": None, "files": False},
    }
)
HEADER = "Patient: Smith, John   DOB: 01/02/1950   MRN: 123456"
WHOLE = HEADER + "\nDate of Service: 03/04/2024"


def page(text: str, number: int = 1, top: float = 40, **more: object) -> PageReading:
    words = [
        Word(m[0], Box((40 + m.start() * 5.5) / 612, (top + row * 14) / 792, (39.5 + m.end() * 5.5) / 612, (top + 9 + row * 14) / 792), 0.95, row)
        for row, line in enumerate(text.split("\n"))
        for m in re.finditer(r"\S+", line)
    ]
    return PageReading(number, PageKind.TEXT, tuple(words), **more)


def check(*pages: PageReading, slug: str = "note") -> tuple[str, ...]:
    said, who = extract(told(*pages), rules=ExtractRules()), identities(told(*pages), rules=ExtractRules())
    return verify(pages, TypeGuess(slug, 0.99), said, CATALOGUE, rules=VerifyRules(), who=who)


def test_whole_document_has_no_problem() -> None:
    assert check(page(WHOLE)) == ()


def test_missing_required_field_is_named() -> None:
    assert check(page(HEADER)) == ("field.missing.service_date",)
    assert check(page("Blood pressure 120/80")) == ("field.missing.patient_name", "field.missing.service_date")


def test_faint_field_counts_as_missing() -> None:
    faint = page(WHOLE)
    faint = PageReading(1, PageKind.TEXT, tuple(w._replace(confidence=0.3) for w in faint.words))
    assert "field.missing.service_date" in check(faint)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEADER + "\nDate of Service: 03/04/1949", "field.invalid.service_date"),
        (WHOLE + "\nAdmit Date: 03/09/2024   Discharge Date: 03/01/2024", "field.invalid.discharge_date"),
        (WHOLE + "\nAge: 31", "field.invalid.patient_dob"),
    ],
)
def test_contradicting_dates_are_told(text: str, code: str) -> None:
    assert code in check(page(text))


def test_fitting_age_is_no_problem() -> None:
    assert check(page(WHOLE + "\nAge: 74")) == ()


@pytest.mark.parametrize(
    "second",
    [
        "Patient: Jones, Mary   DOB: 01/02/1950   MRN: 123456",
        "Patient: Smith, John   DOB: 07/08/1981   MRN: 123456",
        "Patient: Smith, Mary   DOB: 01/02/1950",
        "Patient: Jones, Mary",
        "DOB: 11/12/1990",
        "MRN: 998877",
        "Patient: Smith, John   MRN: 998877",
    ],
)
def test_two_patients_on_a_document_are_found(second: str) -> None:
    assert "patient.two_on_document" in check(page(WHOLE, 1), page(second, 2))


@pytest.mark.parametrize(
    "second",
    [
        "Patient: Smith, John A   DOB: 01/02/1950   MRN: 123456",
        "Patient: John Smith",
        "Patient: Smlth, John   DOB: 01/02/1950",
        "Patient: Smith, John   DOB: 01/02/1950   MRN: 998877",
        "Referring Provider: Jones, Mary",
        "Guarantor: Smith, Mary  DOB: 03/04/1955",
        "plain text",
    ],
)
def test_one_patient_misread_or_with_others_named_is_one(second: str) -> None:
    assert "patient.two_on_document" not in check(page(WHOLE, 1), page(second, 2))


def test_two_patients_on_one_page_are_found() -> None:
    assert "patient.two_on_document" in check(page(WHOLE + "\nPatient: Jones, Mary   DOB: 04/05/1977"))


def test_father_and_son_are_two() -> None:
    said = [PageIdentity(1, "SMITH, JOHN SR"), PageIdentity(2, "SMITH, JOHN JR")]
    assert "patient.two_on_document" in verify(
        (), TypeGuess("unknown", 0.5), extract((), rules=ExtractRules()), CATALOGUE, rules=VerifyRules(), who=said
    )


def test_unreadable_page_is_told() -> None:
    assert "image.unreadable" in check(page(WHOLE), page("x", 2, problem="image.unreadable"))


@pytest.mark.parametrize(
    ("name", "other", "two"),
    [
        ("DE LA CRUZ, ANA", "CRUZ, ANA", False),
        ("SMITH-JONES, MARY", "JONES, MARY", False),
        ("SMITH-JONES, MARY", "JONES, ANN", True),
        ("SMITH, JOHN A", "SMITH, JOHN", False),
        ("SMITH, JOHN", "SMITH, JANE", True),
    ],
)
def test_one_last_name_may_be_printed_in_part(name: str, other: str, two: bool) -> None:
    assert names_two_patients(Extraction(), [PageIdentity(1, name), PageIdentity(2, other)]) is two


def test_only_what_must_be_signed_is_held_for_its_signature() -> None:
    found = {state: Checks(signature=Signature(state, "seen", 1, Box(0, 0, 1, 1))) for state in Signed}

    def told(state: Signed, slug: str = "consent", hold: str = "absent") -> list[str]:
        return list(doubts(found[state], TypeGuess(slug, 0.99), CATALOGUE, rules=VerifyRules(hold_on_signature=hold)))  # type: ignore[arg-type]

    assert (told(Signed.ABSENT), told(Signed.UNSURE), told(Signed.PRESENT)) == (["signature.absent"], [], [])
    assert told(Signed.UNSURE, hold="unsure") == ["signature.unsure"]
    assert told(Signed.ABSENT, hold="never") == told(Signed.ABSENT, slug="note") == []


def test_every_label_is_a_reason() -> None:
    labels = tuple(Label(name, (1,), ("word",), 1, Box(0, 0, 1, 1)) for name in ("hiv", "minor"))
    assert list(doubts(Checks(labels=labels), TypeGuess("note", 0.99), CATALOGUE, rules=VerifyRules())) == ["sensitivity.hiv", "sensitivity.minor"]
