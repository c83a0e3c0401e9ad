"""Labels of special protection: what asks for them, what only mentions the words, on which pages, and of whom."""

import re
from pathlib import Path

import pytest

from pipeline.engines.linear_labels import KeptAsking
from pipeline.mention import passage_around
from pipeline.sensitivity import HINTS, find_labels
from schemas.catalogue import build_catalogue
from schemas.checks import Label
from schemas.document import Extraction, Field, FieldName, TypeGuess
from schemas.page import Box, PageKind, PageReading, Word

MODEL = KeptAsking(Path(__file__).parents[2] / "models" / "sensitivity")
CATALOGUE = build_catalogue(
    {
        "note": {"name": "Note", "folder": "notes", "loinc": None},
        "therapy": {"name": "Therapy", "folder": "notes", "loinc": None, "sensitivity": "psychiatry"},
    }
)
BEFORE = "Vitals: BP 128/76, pulse 70, respirations 16.\nLungs clear to auscultation bilaterally. Heart regular."
AFTER = "Abdomen soft and nontender.\nFollow up with the primary care physician in two weeks."


def page(text: str, number: int = 1) -> PageReading:
    words = [
        Word(m[0], Box(0.05 + m.start() * 0.008, 0.1 + row * 0.02, 0.05 + m.end() * 0.008, 0.112 + row * 0.02), 0.95, row)
        for row, line in enumerate(text.split("\n"))
        for m in re.finditer(r"\S+", line)
    ]
    return PageReading(number, PageKind.TEXT, tuple(words))


def found(text: str, *more: str, slug: str = "note", said: Extraction = Extraction()) -> tuple[Label, ...]:  # noqa: B008 - a constant
    pages = [page(f"{BEFORE}\n{each}\n{AFTER}", number) for number, each in enumerate((text, *more), start=1)]
    return find_labels(pages, TypeGuess(slug, 0.99), said, CATALOGUE, MODEL)


def names(text: str, **more: str) -> list[str]:
    return [label.name for label in found(text, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("42 CFR Part 2 prohibits unauthorized disclosure", "substance_use"),
        ("The federal rules prohibit you from making\nany further disclosure of this record", "substance_use"),
        ("Discharged to the opioid treatment program in town", "substance_use"),
        ("Diagnosis: alcohol use disorder, severe, counseling twice weekly", "substance_use"),
        ("Suboxone 8 mg daily for opioid use disorder, next visit in four weeks", "substance_use"),
        ("These are psychotherapy notes", "psychiatry"),
        ("Admitted after a suicide attempt, followed by inpatient psychiatry", "psychiatry"),
        ("HIV 1/2 Ab: NON-REACTIVE", "hiv"),
        ("HIV-1 RNA 40 copies/mL", "hiv"),
        ("Past medical history: HIV on antiretroviral therapy, CD4 412", "hiv"),
        ("Chlamydia trachomatis: POSITIVE, treated with doxycycline", "reproductive"),
        ("Genetic test: germline pathogenic variant in MSH2 confirmed", "genetic"),
    ],
)
def test_protected_content_is_labelled(text: str, label: str) -> None:
    assert label in names(text)


@pytest.mark.parametrize(
    "text",
    [
        "Part 2 of the plan: archive the HIVE database",
        "Social history: denies alcohol or drug use",
        "Patient denies use of cocaine and heroin",
        "Family history of alcoholism in father",
        "Sedation: midazolam 4 mg, fentanyl 50 mcg",
        "Cardiac rehabilitation, session 4 of 12",
        "Hemostasis was obtained with bipolar cautery",
        "No history of HIV or hepatitis",
        "Hearing aids in both ears",
        "Psychiatric: normal mood and affect",
        "Family history negative for Huntington disease",
        "One spontaneous abortion in 1998",
    ],
)
def test_a_mere_mention_is_no_label(text: str) -> None:
    assert names(text) == []


def test_a_type_labels_all_its_pages() -> None:
    (label,) = found("plain", "plain", slug="therapy")
    assert (label.name, label.pages, label.words) == ("psychiatry", (1, 2), ("Therapy",))


def test_a_label_names_its_pages_words_and_place() -> None:
    (label,) = found("plain", "HIV-1 RNA 40 copies/mL", "plain")
    assert (label.name, label.pages, label.words, label.page) == ("hiv", (2,), ("HIV-1 RNA",), 2)
    assert 0.13 < label.box.y0 < label.box.y1 < 0.16


def test_the_notice_speaks_for_every_page() -> None:
    assert [label.pages for label in found("plain", "42 CFR Part 2 applies", "plain")] == [(1, 2, 3)]


@pytest.mark.parametrize(("birth", "minor"), [("2008-05-01", True), ("2006-03-03", True), ("2006-03-02", False), ("1970-05-01", False)])
def test_protected_care_of_a_minor_is_labelled_besides(birth: str, minor: bool) -> None:
    box = Box(0.1, 0.1, 0.2, 0.12)
    dates = {FieldName.PATIENT_DOB: birth, FieldName.SERVICE_DATE: "2024-03-02"}
    said = Extraction(tuple(Field(name, day, day, 0.9, 1, box, "label") for name, day in dates.items()))
    assert ("minor" in [label.name for label in found("Chlamydia trachomatis: POSITIVE, treated", said=said)]) is minor
    assert "minor" not in [label.name for label in found("Sprained ankle", said=said)]


def test_the_model_sees_what_is_said_of_a_hint_and_not_the_hint() -> None:
    hit = HINTS["hiv"][0][0].search("no history of HIV or fever")
    assert hit is not None
    assert passage_around("no history of HIV or fever", *hit.span()).startswith("no history of hinted or fever ")


def test_without_a_model_rules_alone_count() -> None:
    pages = [page("Suboxone 8 mg daily for opioid use disorder\nHIV-1 RNA 40 copies/mL")]
    assert [label.name for label in find_labels(pages, TypeGuess("note", 0.99), Extraction(), CATALOGUE)] == ["hiv"]
