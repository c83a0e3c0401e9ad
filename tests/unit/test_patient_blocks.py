"""How record systems print whose a page is, block by block, and where a name must not become the patient's."""

import re

import pytest

from pipeline.extract import extract
from schemas.document import Extraction, FieldName, Role
from schemas.page import Box, PageKind, PageReading, Word
from schemas.rules import ExtractRules
from tests.told import told


def page(text: str, number: int = 1) -> PageReading:
    words = [
        Word(m[0], Box((40 + m.start() * 5.5) / 612, (70 + row * 14) / 792, (39.5 + m.end() * 5.5) / 612, (79 + row * 14) / 792), 0.95, row)
        for row, line in enumerate(text.strip("\n").split("\n"))
        for m in re.finditer(r"\S+", line)
    ]
    return PageReading(number, PageKind.TEXT, tuple(words))


def read(*texts: str) -> Extraction:
    return extract(told(*[page(text, at) for at, text in enumerate(texts, 1)]), rules=ExtractRules())


def value(said: Extraction, name: str) -> str | None:
    found = said.field(FieldName(name))
    return found.value if found else None


def named(said: Extraction, role: Role) -> set[str]:
    return {person.name for person in said.people if person.role is role}


BLOCKS = {
    "banner with number and visit": """
Smith, John A                MRN: 12345678  DOB: 1/2/1950 (74 yrs) M
Visit date: 3/4/2024
""",
    "plain name beside the birth date": """
John A. Smith                    Date of Birth: 1/2/1950
Male, 74 y.o.                    MRN: 12345678
Encounter date: 3/4/2024
""",
    "unit number": """
PATIENT: SMITH,JOHN A                 ACCT #: V00012345678     U #: 12345678
                                      AGE/SX: 74/M             REG DATE: 03/04/24
REG DR: Doe,Jane MD                   DOB: 01/02/1950          DIS:
""",
    "number in brackets behind the name": """
JOHN A SMITH (Id #12345678, dob: 01/02/1950)
Appt. Date/Time   03/04/2024 10:00AM
""",
    "headed columns of a laboratory": """
PATIENT INFORMATION              SPECIMEN INFORMATION
SMITH,JOHN A
                                 Collected:   03/04/2024
DOB: 01/02/1950  AGE: 74         Received:    03/05/2024
Patient ID: 12345678
""",
    "names as devices send them": """
Name: SMITH^JOHN^A
Patient ID: 12345678
DOB: 19500102    Sex: M
Study Date: 20240304
""",
    "age in brackets behind the birth date": """
DATE OF NOTE: MAR 04, 2024@10:30     ENTRY DATE: MAR 04, 2024@10:31:22
SMITH,JOHN A   123-45-6789   JAN 02,1950 (74)   MRN: 12345678
""",
    "numbered boxes": """
4. Medical Record No.     6. Patient's Name and Address     7. Start of Care Date
12345678                  John A Smith                      02/04/2024
                          12 Main St
8. Date of Birth  01/02/1950    9. Sex  M      10. Visit date: 03/04/2024
""",
    "item codes before the labels": """
(M0040) Patient Name: John A Smith
(M0066) Birth Date: 01/02/1950
(M0020) Patient ID Number: 12345678
Date of visit: 03/04/2024
""",
    "names in boxes": """
Last Name          First Name        MI     Date of Birth     Chart No.
Smith              John              A      01/02/1950        12345678
Date seen: 03/04/2024
""",
    "provider beside the name": """
Name      John A. Smith       Seen by         Jane Doe, MD
D.O.B.    01/02/1950          Family doctor   Adam Roe, MD
Unit No.  12345678            Next of kin     Mary Smith
Arrived   03/04/2024 17:39    Kin tel.        (614) 555-0102
""",
    "age behind a stroke": """
Name                  DOB / Age            ID            Study date
Smith, John A         Jan 2, 1950/74       12345678      Mar 4, 2024
""",
    "recorder's print": """
Smith, John A              Vent. rate    85 bpm
ID: 12345678               PR interval   155 ms
DOB: 01/02/1950            QRS duration  82 ms
03/04/2024 14:26:28        P-R-T axes    37 -24 29
""",
    "broken dash and short label": """
PT: SMITH, JOHN A     BD: 01=02-1950
DOS: 03/04/2024     CHART: 12345678
""",
    "stamped card": """
Visit date: 03/04/2024
Addressograph
SMITH, JOHN A
Jan 2, 1950
12345678
""",
    "stamped card on one line": """
Visit date: 03/04/2024
Addtessograph
SMITH, JOHN A    01-02-1950     12345678
""",
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_block_names_its_patient(block: str) -> None:
    said = read(block)
    assert [value(said, name) for name in ("patient_name", "patient_dob", "patient_mrn", "service_date")] == [
        "SMITH, JOHN A",
        "1950-01-02",
        "12345678",
        "2024-03-04",
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Patient: Smith (Jones), Mary Ann   DOB: 1/2/1950", "SMITH, MARY ANN"),
        ('Patient: Smith, John "Jack" A   DOB: 1/2/1950', "SMITH, JOHN A"),
        ("Legal Name: Smith, John A     Preferred Name: Jack Smith\nDate of Birth: 01/02/1950", "SMITH, JOHN A"),
        ("John A. Smith   MRN: 12345678     3/4/2024 9:00 AM", "SMITH, JOHN A"),
        ("Patient Last Name: Smith   First: John   MI: A   DOB: 01/02/1950", "SMITH, JOHN A"),
        ("Beneficiary Name: John Smith    DOB: 01/02/1950", "SMITH, JOHN"),
        ("Member: John Smith     Birth date: 01/02/1950", "SMITH, JOHN"),
    ],
)
def test_name_as_printed_elsewhere(line: str, expected: str) -> None:
    assert value(read(line), "patient_name") == expected


OTHERS = {
    "member with dependents": "Member: Mary Smith\nDOB: 05/06/1960\nDependents: John Smith",
    "emergency contact": "EMERGENCY CONTACT\nName: Robert Fox     Phone: 555-123-4567\nDOB: 01/02/1950",
    "guarantor first": "Guarantor: Mary Smith      DOB: 05/06/1960\nName: John Smith",
    "spouse's heading": "Spouse Information\nJohn Smith\nDOB: 01/02/1950",
    "interpreter's heading": "Interpreter\nMaria Lopez\nDOB: 01/02/1950     MRN: 123456",
    "attending": "Attending: Jane Doe       DOB: 01/02/1950",
    "contact under the patient's heading": "PATIENT INFORMATION\nEmergency Contact: Fox, Robert",
    "organisation over the birth date": "Virginia Medical Center\nDOB: 01/02/1950",
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_other_people_stay_others(text: str) -> None:
    said = read(text)
    assert value(said, "patient_name") is None
    assert not named(said, Role.PATIENT)


@pytest.mark.parametrize(
    "text",
    [
        "Patient: Smith, John\nDevice ID: 1234567    Operator ID: 7654321",
        "Name: John Smith      ID: W123456789\nGroup: 4455      Payer: Aetna",
        "Guarantor: Mary Smith\nID: 12345678",
        "Member Name: John Smith     Member ID: ABC123456789\nDOB: 01/02/1950",
    ],
)
def test_other_numbers_are_no_record_numbers(text: str) -> None:
    assert value(read(text), "patient_mrn") is None


def test_words_belong_to_the_head_over_them() -> None:
    said = read("""
Patient              Chart No.        Birthdate      Surgery Date
Pearson, Kris        03952179         09/08/1991     01/06/2026
Surgeon              First Assistant
Priya Raman, PA-C    Roberta Kessler, MD
""")
    assert value(said, "author") == "Priya Raman, PA-C"
    assert named(said, Role.PROVIDER) == {"Priya Raman, PA-C", "Roberta Kessler, MD"}
    assert named(said, Role.PATIENT) == {"PEARSON, KRIS"}


def test_form_with_heads_under_its_values_reads_upward() -> None:
    said = read("""
Smith, John A        01/02/1950        12345678
Patient Name         Date of Birth     Chart No.
""")
    assert [value(said, name) for name in ("patient_name", "patient_dob", "patient_mrn")] == ["SMITH, JOHN A", "1950-01-02", "12345678"]


def test_running_record_is_of_its_first_day() -> None:
    log = "Date           Time     Note\n{} 0733     Slept well.\n{} 1202     Ate well."
    said = read(log.format("Apr 05, 2025  ", "Apr 06, 2025  "), log.format("Apr 12, 2025  ", "Apr 13, 2025  "))
    assert value(said, "service_date") == "2025-04-05"
    assert said.field(FieldName.SERVICE_DATE).rivals == ()  # type: ignore[union-attr]


def test_colon_read_as_a_letter_is_a_colon() -> None:
    said = read("PT: KNAPP, JENNIFER    BDe 08/11/1957   MRNs 1234567")
    assert (value(said, "patient_dob"), value(said, "patient_mrn")) == ("1957-08-11", "1234567")


def test_printing_time_is_no_day_of_care() -> None:
    assert value(read("Patient: Smith, John\nPrinted: 03/04/2024 14:26"), "service_date") is None


@pytest.mark.parametrize(("line", "field"), [("Last taken: 03/04/2024", "service_date"), ("Case: 45-year-old man", "accession")])
def test_words_that_only_look_like_values(line: str, field: str) -> None:
    assert value(read(line), field) is None


def test_month_is_no_part_of_a_clinician() -> None:
    assert value(read("Interpreting cardiologist: Colin Ashworth, MD Jul 26, 2025"), "author") == "Colin Ashworth, MD"
