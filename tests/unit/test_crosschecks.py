"""Fields held against each other: what contradicts is told and less sure, what agrees is surer, what says nothing changes nothing."""

from __future__ import annotations

import pytest

from pipeline.extract import extract
from pipeline.fields.crosschecks import birth_fits, contradictions, sex_fits
from schemas.document import Extraction
from schemas.page import Box, PageKind, PageReading, Word
from schemas.rules import ExtractRules
from tests.told import told

HEAD = "Patient: Bell, Ann   DOB: 03/04/1950   Sex: F   MRN: 4407211\nDate of Service: 05/06/2024"


def page(text: str) -> PageReading:
    words, row = [], 0
    for row, line in enumerate(text.split("\n")):
        at = 0
        for word in line.split(" "):
            if word:
                words.append(
                    Word(
                        word, Box((40 + at * 5.5) / 612, (40 + row * 14) / 792, (39 + (at + len(word)) * 5.5) / 612, (49 + row * 14) / 792), 0.95, row
                    )
                )
            at += len(word) + 1
    return PageReading(1, PageKind.TEXT, tuple(words))


def said(text: str) -> tuple[list[PageReading], Extraction]:
    pages = [page(text)]
    return pages, extract(told(*pages), rules=ExtractRules())


def sure(text: str, name: str) -> float:
    return next(field.confidence for field in said(text)[1].fields if field.name == name)


@pytest.mark.parametrize(
    ("more", "fits"),
    [("\nAge: 74", True), ("\nAge: 73", True), ("\nAge: 47", False), ("\nHer mother is 98.", None), ("", None)],
)
def test_an_age_is_held_against_the_birth_date(more: str, fits: bool | None) -> None:
    assert birth_fits(*said(HEAD + more)) is fits


@pytest.mark.parametrize(
    ("more", "fits"),
    [
        ("\nThis is a 74-year-old woman with a cough.", True),
        ("\nThis is a 74-year-old man with a cough.", False),
        ("\nThis is a 74-year-old pleasant white female.", True),
        ("\nThis is a 74-year-old wo man with a cough.", None),  # read in two pieces
        ("\nShe lives with a 30-year-old man.", None),  # of another age: another person
        ("\nA 74-year-old woman, wife of a 75-year-old man.", None),  # both are told
    ],
)
def test_sex_words_are_held_against_the_sex(more: str, fits: bool | None) -> None:
    assert sex_fits(*said(HEAD + more)) is fits


def test_contradictions_are_reasons() -> None:
    assert list(contradictions(*said(HEAD + "\nAge: 47"))) == ["field.invalid.patient_dob"]
    assert list(contradictions(*said(HEAD + "\nThis is a 74-year-old man."))) == ["field.invalid.patient_sex"]
    assert list(contradictions(*said(HEAD.replace("2024", "1949")))) == ["field.invalid.service_date"]
    assert not list(contradictions(*said(HEAD + "\nAge: 74")))


def test_what_the_text_contradicts_is_less_sure_and_what_it_agrees_with_surer() -> None:
    assert sure(HEAD + "\nAge: 47", "patient_dob") < 0.75 < sure(HEAD, "patient_dob") < sure(HEAD + "\nAge: 74", "patient_dob")
    assert sure(HEAD + "\nThis is a 74-year-old man.", "patient_sex") < sure(HEAD, "patient_sex")


def test_a_number_says_whose_it_is() -> None:
    rule = next(f.rule for f in said("Cedar Ridge Medical Center\n" + HEAD)[1].fields if f.name == "patient_mrn")
    assert rule.endswith("number of Cedar Ridge Medical Center")
    outside = HEAD.replace("MRN:", "Outside MRN:")
    rule = next(f.rule for f in said("Cedar Ridge Medical Center\n" + outside)[1].fields if f.name == "patient_mrn")
    assert "Cedar" not in rule
