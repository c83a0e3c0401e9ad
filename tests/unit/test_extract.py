"""Fields, roles and identities on small pages set line by line."""

import re
import time

import pytest

from pipeline.extract import extract, identities
from pipeline.match import claim_of
from schemas.document import Extraction, FieldName, Role
from schemas.page import Box, PageKind, PageReading, Word
from schemas.rules import ExtractRules
from tests.told import told

RULES = ExtractRules()


def page(text: str, number: int = 1) -> PageReading:
    """A page of fixed-width print: every column of `text` is 5.5 points."""
    words = [
        Word(m[0], Box((40 + m.start() * 5.5) / 612, (40 + row * 14) / 792, (39.5 + m.end() * 5.5) / 612, (49 + row * 14) / 792), 0.95, row)
        for row, line in enumerate(text.strip("\n").split("\n"))
        for m in re.finditer(r"\S+", line)
    ]
    return PageReading(number, PageKind.TEXT, tuple(words))


def read(text: str) -> Extraction:
    return extract(told(page(text)), rules=RULES)


def value(said: Extraction, name: str) -> str | None:
    found = said.field(FieldName(name))
    return found.value if found else None


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        ("Patient Name: Smith, John A", "patient_name", "SMITH, JOHN A"),
        ("PatientName:Smith, John", "patient_name", "SMITH, JOHN"),
        ("Pt. Name: John Smith", "patient_name", "SMITH, JOHN"),
        ("Name of Patient: John Smith", "patient_name", "SMITH, JOHN"),
        ("PATIENT    SMITH, JOHN", "patient_name", "SMITH, JOHN"),
        ("Patlcnt Nane: Smith, John", "patient_name", "SMITH, JOHN"),
        ("Patlent Name: Smith, John", "patient_name", "SMITH, JOHN"),
        ("D.O.B.: 1/2/1950", "patient_dob", "1950-01-02"),
        ("D0B: 1/2/1950", "patient_dob", "1950-01-02"),
        ("Date 0f Birth: Jan 2, 1950", "patient_dob", "1950-01-02"),
        ("Birthdate 02JAN1950", "patient_dob", "1950-01-02"),
        ("DOB:19500102", "patient_dob", "1950-01-02"),
        ("DOB: 13/02/1950", "patient_dob", None),
        ("Spouse DOB: 1/2/1950", "patient_dob", None),
        ("Subscriber's Date of Birth: 1/2/1950", "patient_dob", None),
        ("MRN# 00-123-456", "patient_mrn", "00-123-456"),
        ("Med Rec #: E1234567", "patient_mrn", "E1234567"),
        ("MRN: 1234O67", "patient_mrn", "1234067"),
        ("Acct #: 9988776", "patient_mrn", None),
        ("Account Number: 9988776", "patient_mrn", None),
        ("Sex/Age: F/74", "patient_sex", "F"),
        ("Gender: Male", "patient_sex", "M"),
        ("Home Phone: (555) 123-4567", "patient_phone", "5551234567"),
        ("Phone: (555) 123-4567", "patient_phone", None),
        ("SSN: xxx-xx-4321", "patient_ssn_last4", "4321"),
        ("DOS: 03/04/2024", "service_date", "2024-03-04"),
        ("Date of Procedure: March 4, 2024", "service_date", "2024-03-04"),
        ("Collected: 03/04/2024 08:15", "service_date", "2024-03-04"),
        ("Date Printed: 03/04/2024", "service_date", None),
        ("Adm Date: 03/04/2024", "admit_date", "2024-03-04"),
        ("Disch Date: 03/09/2024", "discharge_date", "2024-03-09"),
        ("Accession #: S24-01882", "accession", "S24-01882"),
        ("Referring Physician: Jane Doe, MD", "ordering_provider", "Jane Doe, MD"),
        ("Electronically signed by: Jane Doe, MD 03/04/2024", "author", "Jane Doe, MD"),
        ("Pages: 5 including cover", "page_count_stated", "5"),
        ("# of pages: 12", "page_count_stated", "12"),
        ("Dx: E11.65, I50.9", "icd10_codes", "E11.65, I50.9"),
    ],
)
def test_label_gives_its_value(line: str, field: str, expected: str | None) -> None:
    assert value(read(line), field) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Referring Provider: John Smith",
        "PCP: Smith, John",
        "cc: Smith, John",
        "Attn: John Smith",
        "To: John Smith",
        "From: John Smith",
        "Dear John Smith,",
        "Guarantor: Smith, John",
        "Subscriber Name: Smith, John",
        "Policy Holder: Smith, John",
        "Insured's Name: Smith, John",
        "Spouse: Smith, John",
        "Emergency Contact: Smith, John",
        "Next of Kin: Smith, John",
        "Mother's Name: Smith, John",
        "Mothcr's Name: Smith, John",
        "Guorontori: Smith, John DOB: 03/04/1952",
        "Father: Smith, John",
        "Employer: Smith, John",
        "Witness: Smith, John",
        "Printed by: Smith, John",
        "Patient: Dr. John Smith",
        "Patient: John Smith, MD",
        "Smith, John",
        "RE: Your request for records",
    ],
)
def test_others_never_become_the_patient(line: str) -> None:
    said = read(line)
    assert said.field(FieldName.PATIENT_NAME) is None
    assert identities(told(page(line)), rules=RULES)[0].name is None


def test_field_tells_place_rule_and_confidence() -> None:
    found = read("\n\nPatient Name: Smith, John   DOB: 01/02/1950").field(FieldName.PATIENT_DOB)
    assert found
    assert (found.raw, found.page, found.rule, found.sightings) == ("01/02/1950", 1, "right of 'DOB:'", 1)
    assert 0.8 < found.confidence < 1
    assert 0.35 < found.box.x0 < found.box.x1 < 0.55


def test_letters_read_as_digits_lower_confidence_and_are_told() -> None:
    found = read("DOB: O1/02/1950").field(FieldName.PATIENT_DOB)
    assert found
    assert found.confidence < 0.6
    assert "letters" in found.rule


def test_columns_keep_their_people_apart() -> None:
    said = read("""
GUARANTOR                     PATIENT
Name: Smith, Mary             Name: Smith, John
DOB: 03/04/1955               DOB: 01/02/1950
Phone: (555) 333-4444         Phone: (555) 111-2222
Address: 99 Elm St            Address: 12 Oak St
Dayton, OH 45402              Dayton, OH 45403
""")
    names = ("patient_name", "patient_dob", "patient_phone", "patient_address")
    assert [value(said, n) for n in names] == ["SMITH, JOHN", "1950-01-02", "5551112222", "12 Oak St, Dayton, OH 45403"]
    assert [(p.name, p.dob) for p in said.people if p.role is Role.CONTACT] == [("SMITH, MARY", "1955-03-04")]


def test_provider_phone_and_address_are_not_the_patients() -> None:
    said = read("""
Patient: Smith, John
Attending: Jane Doe, MD
Phone: (555) 333-4444
Address: 99 Elm St
""")
    assert value(said, "patient_phone") is None
    assert value(said, "patient_address") is None


def test_repeated_header_raises_sightings_and_confidence() -> None:
    header = "Smith, John A | DOB 01/02/1950 (74 y) | MRN 123456 | M"
    once, thrice = (extract(told(*[page(header, n + 1) for n in range(count)]), rules=RULES).field(FieldName.PATIENT_MRN) for count in (1, 3))
    assert once
    assert thrice
    assert (once.sightings, thrice.sightings) == (1, 3)
    assert thrice.confidence > once.confidence


def test_disagreement_lowers_confidence_and_names_the_rival() -> None:
    found = extract(told(page("DOB: 01/02/1950", 1), page("DOB: 07/09/1961", 2)), rules=RULES).field(FieldName.PATIENT_DOB)
    assert found
    assert found.confidence < 0.75
    assert len(found.rivals) == 1


def test_short_year_of_birth_lies_before_care() -> None:
    assert value(read("DOB: 1/2/25   DOS: 03/04/2024"), "patient_dob") == "1925-01-02"
    assert value(read("DOB: 1/2/2025   DOS: 03/04/2024"), "patient_dob") == "2025-01-02"


def test_identities_are_one_a_page() -> None:
    said = identities(
        told(page("Patient: Smith, John  DOB: 1/2/1950  MRN: 123456", 4), page("nothing here", 5), PageReading(6, PageKind.BLANK)), rules=RULES
    )
    assert [(i.page, i.name, i.dob, i.mrn) for i in said] == [
        (4, "SMITH, JOHN", "1950-01-02", "123456"),
        (5, None, None, None),
        (6, None, None, None),
    ]


def test_letter_gives_author_date_and_patient() -> None:
    said = read("""
Elm Grove Heart Clinic
March 3, 2024

RE: John Smith
12 Oak Street
Dayton, OH 45402

Dear Dr. Poe,
I saw Mr. John Smith, a 74-year-old man (DOB 01/02/1950).
Sincerely,

Jane Doe, MD
""")
    names = ("patient_name", "patient_dob", "patient_sex", "patient_address", "author", "service_date", "facility")
    assert [value(said, n) for n in names] == [
        "SMITH, JOHN",
        "1950-01-02",
        "M",
        "12 Oak Street, Dayton, OH 45402",
        "Jane Doe, MD",
        "2024-03-03",
        "Elm Grove Heart Clinic",
    ]


def test_a_full_page_is_read_quickly() -> None:
    body = "\n".join("The patient was seen and examined by the team and the plan reviewed" for _ in range(30))
    full = page("Patient Name: Smith, John   DOB: 01/02/1950   MRN: 123456\n" + body)
    assert len(full.words) > 380
    extract(told(full), rules=RULES)
    taken = []
    for _ in range(5):
        started = time.process_time()
        extract(told(full), rules=RULES)
        taken.append(time.process_time() - started)
    assert min(taken) < 0.03  # twice what is aimed at, for slow machines


HOUSE = ExtractRules(our_facilities=("Elm Grove Hospital",))


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("Elm Grove Hospital\n12 Oak Street\nPatient: Smith, John   MRN: 1234567", True),
        ("Cedar Hollow Clinic\nPatient: Smith, John\nElm Grove Hospital MRN: 1234567", True),
        ("Cedar Hollow Clinic\n12 Oak Street\nPatient: Smith, John   MRN: 1234567", False),
        ("Elm Grove Hospital\nPatient: Smith, John\nOutside MRN: 1234567", False),
        ("Cedar Hollow Clinic\nPatient: Smith, John   Our chart #: 1234567\ncc: Elm Grove Hospital", False),
        ("Cedar Hollow Clinic\nPatient: Smith, John\nReferred to Elm Grove Hospital MRN: 1234567", False),
        ("Cedar Hollow Clinic\ncc: Elm Grove Hospital   Patient: Smith, John   MRN: 1234567", False),
        ("Cedar Hollow Clinic\nPatient: Smith, John\nNot Elm Grove Hospital MRN: 1234567", False),
        ("Elm Grove Hospital\n100 Elm Street\nCedar Hollow Clinic\nPatient: Smith, John   MRN: 1234567", False),
        ("Elm Grove Hospital\nHeart Clinic\nDepartment of Surgery\nPatient: Smith, John   MRN: 1234567", True),
    ],
)
def test_record_number_is_ours_only_where_the_page_says_so(text: str, ours: bool) -> None:
    found = extract(told(page(text), rules=HOUSE), rules=HOUSE).field(FieldName.PATIENT_MRN)
    assert found
    assert claim_of(Extraction((found,))).mrn_is_ours is ours
    unnamed = read(text).field(FieldName.PATIENT_MRN)
    assert unnamed
    assert "ours" not in unnamed.rule


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Patient: White, Mary", "WHITE, MARY"),
        ("Patient: Mary White", "WHITE, MARY"),
        ("Patient: Church, Mary Ann", "CHURCH, MARY ANN"),
        ("Patient: José Ibáñez", "IBÁÑEZ, JOSÉ"),
        ("Patient: ‘Smith, John", "SMITH, JOHN"),
        ("Patient: |ngram, John", "INGRAM, JOHN"),
        ("PATIENT REFERRAL FORM\nName: Smith, John   DOB: 1/2/1950", "SMITH, JOHN"),
        ("Name: Smith, John A   DOB: 1/2/1950\nJohn Smith is a 74-year-old man.", "SMITH, JOHN A"),
        ("Race: White, Hispanic   DOB: 1/2/1950", None),
        ("Client: Smith, John   DOB: 1/2/1950", "SMITH, JOHN"),
        ("Member Name: John Smith\nGroup: 123", None),
        ("PROGRESS\nMr. Smith is a 74-year-old man.", None),
        ("FINDINGS\nMs. De La Cruz is a 74-year-old woman.", None),
    ],
)
def test_whose_name_it_is(text: str, name: str | None) -> None:
    assert value(read(text), "patient_name") == name


def test_shorter_name_is_no_rival() -> None:
    found = read("Patient: Smith, John A\n\nJohn Smith, a 74-year-old man, was seen.").field(FieldName.PATIENT_NAME)
    assert found
    assert (found.value, found.sightings, found.rivals) == ("SMITH, JOHN A", 2, ())


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        ("Case #: S24-01882", "accession", "S24-01882"),
        ("Our chart #: 06175480", "patient_mrn", "06175480"),
        ("DATE OF SERVICE: . 03/04/2024-", "service_date", "2024-03-04"),
        ("Elm Grove Hospital - Nursing Flowsheet", "facility", "Elm Grove Hospital"),
        ("PRAIRIE MUTUAL", "facility", None),
        ("F, 53 yrs  DOB: 01/02/1950", "patient_sex", "F"),
    ],
)
def test_what_else_a_line_says(line: str, field: str, expected: str | None) -> None:
    assert value(read(line), field) == expected


def test_a_crooked_line_stays_one_line_over_a_comma() -> None:
    placed = [("Patient", 62, 121), ("Name", 110, 123), ("Smith,", 222, 126), ("John", 264, 127), ("DOB:", 62, 135), ("01/02/1950", 222, 140)]
    words = tuple(
        Word(t, Box(x / 612, y / 792, (x + 6 * len(t)) / 612, (y + (9 if "," in t else 7)) / 792), 0.95, at) for at, (t, x, y) in enumerate(placed)
    )
    said = extract(told(PageReading(1, PageKind.TEXT, words)), rules=RULES)
    assert (value(said, "patient_name"), value(said, "patient_dob")) == ("SMITH, JOHN", "1950-01-02")
