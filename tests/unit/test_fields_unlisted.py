"""What a page says without a label the lexicon holds: names beside the patient's facts, composed labels, stays and visit days; and where none is taken."""

import re

import pytest

from pipeline.extract import extract
from pipeline.fields.wording import compose
from schemas.document import Extraction, FieldName, Role
from schemas.page import Box, PageKind, PageReading, Word
from schemas.rules import ExtractRules
from tests.told import told

PATIENT = "Patient: Smith, John A  DOB: 01/02/1950\n"


def read(text: str) -> Extraction:
    words = [
        Word(m[0], Box((40 + m.start() * 5.5) / 612, (70 + row * 14) / 792, (39.5 + m.end() * 5.5) / 612, (79 + row * 14) / 792), 0.95, row)
        for row, line in enumerate(text.strip("\n").split("\n"))
        for m in re.finditer(r"\S+", line)
    ]
    return extract(told(PageReading(1, PageKind.TEXT, tuple(words))), rules=ExtractRules())


def value(said: Extraction, name: str) -> str | None:
    found = said.field(FieldName(name))
    return found.value if found else None


NEARBY = {
    "torn apart by wide spaces": ("\nHill Clinic\nMary   Jones   Chart # 123456\n", "JONES, MARY"),
    "over a line of another column": (
        "Fuller, Mary T      Progress Notes\n                    Mark White, DO\n22 Y old Female, DOB: 10/15/2003\n",
        "FULLER, MARY T",
    ),
    "one's own guarantor": ("Fuller, Mary T      Progress Notes\n\n22 Y old, DOB: 10/15/2003\nGuarantor: Fuller, Mary T\n", "FULLER, MARY T"),
    "at the head": ("POPE, LUKE A      Moore Family Practice\n100 ELLIS DR\nPORT, OH 43407\n\nDetails\nDOB: 11/08/1977\n", "POPE, LUKE A"),
}


@pytest.mark.parametrize(("text", "name"), NEARBY.values(), ids=NEARBY)
def test_the_only_name_beside_the_facts_is_the_patients(text: str, name: str) -> None:
    found = read(text).field(FieldName.PATIENT_NAME)
    assert found is not None
    assert found.value == name
    assert found.confidence < 0.8
    assert found.rule.startswith("the only name")


NOBODY = {
    "an addressee": "Robert Hale\n410 West Penn Avenue\nPinehurst, NC 28374\n\nDOB: 1/2/1950\n",
    "a word with a colon before it": "Scriba: Mary Jones\nDOB: 01/02/1950   MRN: 12345678\n",
    "two names at the head": "POPE, LUKE A\n\nHILL, MARY\n\nClinical record of the stay\n\nDOB: 11/08/1977\n",
    "a guarantor at the head": "POPE, LUKE A     Moore Family Practice\n\nGuarantor: POPE, LUKE A\n\nDetails\nDOB: 11/08/2017\n",
    "a clinician": "Robert Hale, MD\n\n\nDOB: 01/02/1950\n",
    "a provider named elsewhere": "Hale, Robert\nClinic note of today\nDOB: 01/02/1950\nProvider: Robert Hale, MD\n",
    "a place": "Dayton, OH\nClinic note of today\nDOB: 01/02/1950\n",
    "prose in capitals": "DISEASE, STAGE\n\nClinical record of the stay\n\n\n\n\n\nDOB: 01/02/1950\n",
    "no fact of the patient": "POPE, LUKE A\nMoore Family Practice\n",
}


@pytest.mark.parametrize("text", NOBODY.values(), ids=NOBODY)
def test_no_name_is_taken_where_it_may_be_anothers(text: str) -> None:
    said = read(text)
    assert value(said, "patient_name") is None
    assert not [p for p in said.people if p.role is Role.PATIENT]


COMPOSED = [
    ("Patient Last Name / Suffix", False, ("last_name", "patient")),
    ("Patient First / Middle Name", False, ("first_name", "patient")),
    ("Resident Birth Date", True, ("patient_dob", "patient")),
    ("Provider's Patient No.", False, ("patient_mrn", "")),
    ("Clinic Record Number", False, ("patient_mrn", "")),
    ("Date Specimen Collected On", True, ("service_date", "")),
    ("Treatment Session Date", True, ("service_date", "")),
    ("Hospital Admission Date", False, ("admit_date", "")),
    ("Hospital Discharge Dt", False, ("discharge_date", "")),
]


@pytest.mark.parametrize(("printed", "colon", "meaning"), COMPOSED)
def test_label_of_known_words_tells_its_meaning(printed: str, colon: bool, meaning: tuple[str, str]) -> None:
    found = compose(printed.split(), colon=colon)
    assert found is not None
    assert (found.what, found.role) == meaning


@pytest.mark.parametrize(
    "printed",
    [
        "Mother Patient Name",
        "Patient Account No",
        "Patient Plan Id",
        "Next Visit Date",
        "Date Study Reported",
        "Guarantor Birth Date",
        "Patient seen today",
        "yrs DOB",
        "Last Exam Date",
        "Admission Discharge Date",
        "Patient Name of Provider",
        "DOB 01/02/1950",
        "Patient Preferred Name",
        "Date",
    ],
)
def test_label_with_another_person_or_day_tells_nothing(printed: str) -> None:
    assert compose(printed.split(), colon=True) is None


STAYS = [
    "Admitted 01/02/2024 - Discharged 01/05/2024",
    "Dates of stay: 01/02/2024 to 01/05/2024",
    "LOS 3 days from 01/02/2024 to 01/05/2024",
    "Adm: 1/2/2024, D/C: 1/5/2024",
    "Hospitalized January 2, 2024 through January 5, 2024",
    "ADM: 01/02/24   DIS: 01/05/24   LOC: 2W",
]


@pytest.mark.parametrize("line", STAYS)
def test_stay_gives_both_its_days(line: str) -> None:
    said = read(PATIENT + line)
    assert (value(said, "admit_date"), value(said, "discharge_date")) == ("2024-01-02", "2024-01-05")


@pytest.mark.parametrize(
    "line", ["Prior admission 01/02/2020 to 01/05/2020", "Coverage 01/01/2024 to 12/31/2024", "Inpatient 01/05/2024 to 01/02/2024"]
)
def test_range_of_another_time_is_no_stay(line: str) -> None:
    said = read(PATIENT + line)
    assert value(said, "admit_date") is None
    assert value(said, "discharge_date") is None


@pytest.mark.parametrize("line", ["3/4/2024   Office visit", "03/04/2024   Marcus Hale, DO", "Clinic Progress Note - 3/4/2024"])
def test_day_beside_the_visit_is_the_day_of_care(line: str) -> None:
    assert value(read(PATIENT + line), "service_date") == "2024-03-04"


@pytest.mark.parametrize(
    "line",
    [
        "Printed note 03/04/2024",
        "Next visit 03/04/2030",
        "Next Visit Date: 03/04/2030",
        "01/02/1950 office visit",
        "3/4/2024 office visit\n3/5/2024 office visit",
    ],
)
def test_other_day_is_no_day_of_care(line: str) -> None:
    assert value(read(PATIENT + line), "service_date") is None


@pytest.mark.parametrize("line", ["01/02/1950  74YM_", "01/02/1950   74 y/o M", "SMITH, JOHN A    01/02/1950    M    MRN 1234567"])
def test_date_beside_a_fitting_age_or_sex_is_the_birth_date(line: str) -> None:
    assert value(read("SMITH, JOHN A\n" + line + "\nMRN 1234567"), "patient_dob") == "1950-01-02"


@pytest.mark.parametrize("line", ["03/04/2024  74YM", "03/04/2024   office", "SMITH, JOHN A   03/04/2024   MRN 1234567"])
def test_date_that_fits_no_age_is_no_birth_date(line: str) -> None:
    assert value(read("SMITH, JOHN A\n" + line), "patient_dob") is None


def test_first_name_over_a_record_number_is_the_patients_under_an_unreadable_heading() -> None:
    said = read(
        "EES ELEN EC\nNAME: COLLINS, MARY     ACCT#: V1\nBIRTHDATE: 05/21/1947  MR#: E864270\nSI GROUSE NEM\nNAME: COLLINS, HOWARD\nBIRTHDATE: 01/06/1952\n"
    )
    assert value(said, "patient_name") == "COLLINS, MARY"
    assert value(said, "patient_dob") == "1947-05-21"


def test_form_with_plain_names_over_their_labels() -> None:
    said = read("Robin Davenport                03/08/1983\nPatient's Full Name            Date of Birth\n")
    assert value(said, "patient_name") == "DAVENPORT, ROBIN"
