"""Places where values stand on senders' pages, each as it was once missed."""

from __future__ import annotations

import re

import pytest

from pipeline.extract import extract
from schemas.page import Box, PageKind, PageReading, Word
from schemas.rules import ExtractRules
from tests.told import told


def fields(text: str, top: float = 60) -> dict[str, str]:
    """What a page says that is set in one typewriter face, 14 points from line to line."""
    words = tuple(
        Word(m[0], Box((40 + m.start() * 5.5) / 612, (top + row * 14) / 792, (39.5 + m.end() * 5.5) / 612, (top + 9 + row * 14) / 792), 0.96, row)
        for row, line in enumerate(text.strip("\n").split("\n"))
        for m in re.finditer(r"\S+", line)
    )
    said = extract(told(PageReading(1, PageKind.TEXT, words)), rules=ExtractRules())
    return {str(field.name): field.value for field in said.fields}


BELL = "BELL, ANNA R"


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("11/02/2025 09:14   FROM: 555-0100   P. 1/3\n\n\nNAME: Bell, Anna R\nBIRTHDATE: 03/17/1958  MR#: 40718826", "patient_name", BELL),
        ("Patient Name: BELL, ANNA   R   Acct: 5512", "patient_name", BELL),
        ("Patient Name (Last, First, MI)    Birth Date\nBell         Anna      R           03/17/1958", "patient_name", BELL),
        ("I, Anna R Bell, born 03/17/1958, authorize the release of my records.", "patient_name", BELL),
        ("DOB: 03/17/1958   Class: INPATIENT\nName: Bell, Anna R", "patient_dob", "1958-03-17"),
        ("PATIENT INFORMATION\nLast Name      First Name\nWright         Anna", "patient_name", "WRIGHT, ANNA"),
        ("Patient: Bell, lan", "patient_name", "BELL, IAN"),
        ("We saw Anna R Bell, a 65-year-old woman born on March\n17, 1958, for a cough.", "patient_dob", "1958-03-17"),
        ("Patient: Bell, Anna R\nSeen by: Tom Reed, MD on 11/02/2023   Guardian present: Karen Bell", "service_date", "2023-11-02"),
        ("Patient: Bell, Anna R\nOn March 4, 2024 I evaluated Ms. Bell for a cough.", "service_date", "2024-03-04"),
        ("Nombre del paciente: Bell, Anna R\nFecha de nacimiento: 03/17/1958\nNo. de expediente: 40718826", "patient_mrn", "40718826"),
        ("Nombre del paciente: Bell, Anna R\nSexo: Femenino", "patient_sex", "F"),
        ("CLIENT                     PATIENT\nName: Oak Clinic           Name: Bell, Anna R\nPhysician: Tom Reed, MD    DOB: 03/17/1958", "ordering_provider", "Tom Reed, MD"),
    ],
)  # fmt: skip
def test_a_value_is_found_where_it_stands(text: str, name: str, value: str) -> None:
    assert fields(text).get(name) == value


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("*** Electronically Signed Out By Tom Reed, MD ***", "Tom Reed, MD"),
        ("Authenticated 8/13/2024 - Tom Reed, MD", "Tom Reed, MD"),
        ("Verifier E-Sig:/ES/TOM REED, MD", "TOM REED, MD"),
        ("Interpreted by: Tom Reed, MD, Radiologist", "Tom Reed, MD"),
        ("Tom Reed, MD\nSignature of Physician", "Tom Reed, MD"),
        ("Firmado electrónicamente por: Tom Reed, MD", "Tom Reed, MD"),
        ("Electronically signed by Tom Reed, MD\nCosigned by Ann Lowe, MD", "Tom Reed, MD"),
    ],
)
def test_an_author_signs_in_many_ways(text: str, author: str) -> None:
    assert fields("Patient: Bell, Anna R\n\n" + text).get("author") == author


BODY = "\n".join(["The wound is clean and dry and the drain was removed."] * 24)


@pytest.mark.parametrize(
    ("end", "author"),
    [
        ("______________________\nTom Reed, MD\nSurgery", "Tom Reed, MD"),
        ("Tom Reed, MD (dictated, not read)", "Tom Reed, MD"),
        ("Sincerely,\n\nTom Reed, MD\n\ncc: Ann Lowe, MD", "Tom Reed, MD"),
        ("cc: Ann Lowe, MD\n    Tom Reed, MD", None),
        ("Referring Physician\nTom Reed, MD", None),
        ("He will see Tom Reed, MD in a week.", None),
        ("Tom Reed, MD will see him in a week.", None),
    ],
)
def test_a_name_that_ends_the_text_is_the_author_unless_another_place_claims_it(end: str, author: str | None) -> None:
    assert fields(f"Patient: Bell, Anna R\n{BODY}\n\n{end}").get("author") == author


def test_a_part_of_a_name_under_its_label_is_no_whole_name() -> None:
    text = "Patient Last Name\nPatient First / Middle Name   Do not detach\nJared Charles\nDate of Birth: 06/25/1960"
    assert fields(text).get("patient_name") != "CHARLES, JARED"
