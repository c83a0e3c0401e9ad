"""Labels in English and Spanish at once, and labels that stand beside, under and behind their values."""

from dataclasses import replace

import pytest

from pipeline.extract import extract
from schemas.page import Box, PageKind, PageReading, Word
from schemas.rules import ExtractRules
from tests.sheets import sheet
from tests.told import told


def fields(*lines: str) -> dict[str, str]:
    return said_on(sheet(lines, top=0.2))


def said_on(page: PageReading) -> dict[str, str]:
    return {str(field.name): field.value for field in extract(told(page), rules=ExtractRules()).fields}


@pytest.mark.parametrize(
    "line",
    [
        "Patient Name / Nombre del Paciente: DOE, JANE    DOB / Fecha de Nac.: 01/02/1950    MRN / No. de expediente: 4471002",
        "Patient Name/Nombre: DOE, JANE    DOB/Fecha de nacimiento: 01/02/1950    MRN/Expediente: 4471002",
        "Nombre del Paciente / Patient Name: DOE, JANE    Fecha de nacimiento / DOB: 01/02/1950    Expediente / MRN: 4471002",
        "Patient Name / Nombre del Pacicnte: DOE, JANE    DOB / Feeha de naciniento: 01/02/1950    MRN / No. de expedlente: 4471002",
        "Paciente: DOE, JANE    Fecha de nacimiento: 01/02/1950    Número de expediente: 4471002",
    ],
)
def test_a_label_in_two_languages_is_one_label(line: str) -> None:
    found = fields(line)
    assert (found["patient_name"], found["patient_dob"], found["patient_mrn"]) == ("DOE, JANE", "1950-01-02", "4471002")


def test_a_name_that_begins_with_a_small_spanish_word_stays_whole() -> None:
    assert fields("Patient / Paciente: De La Cruz, Maria    DOB: 01/02/1950")["patient_name"] == "DE LA CRUZ, MARIA"


def test_the_contacts_facts_are_not_the_patients_in_either_language() -> None:
    found = fields("Contacto de emergencia / Emergency Contact: Rosa Diaz    Teléfono / Phone: (555) 555-0187")
    assert "patient_name" not in found
    assert "patient_phone" not in found


def test_a_name_without_a_colon_is_read_where_it_is_all_of_its_cell() -> None:
    assert fields("Patient Jane Q Doe    Visit 03/04/2024", "MRN 4471002")["patient_name"] == "DOE, JANE Q"
    assert "patient_name" not in fields("Patient Jane reports no pain today and wants to go home.")


def test_what_stands_before_a_label_in_brackets_is_its_value() -> None:
    found = fields("DOE, JANE (patient)    01/02/1950 (date of birth)", "4471002 (medical record number)")
    assert (found["patient_dob"], found["patient_mrn"]) == ("1950-01-02", "4471002")


def test_a_caption_belongs_to_the_line_it_touches() -> None:
    far = "#  "
    found = fields("01/02/1950", "Date of Birth", far, far, "03/04/2024", "Date of Service")
    assert (found["patient_dob"], found["service_date"]) == ("1950-01-02", "2024-03-04")


def test_what_is_read_of_leading_dots_is_passed_over_and_a_clear_word_is_not() -> None:
    page = sheet(["RECORD NUMBER ..ee eee 4471002", "BIRTH DATE cece eee 01/02/1950"], top=0.2)
    dots = replace(page, words=tuple(w._replace(confidence=0.12) if set(w.text) <= set("ce.") else w for w in page.words))
    assert said_on(dots) == {"patient_mrn": "4471002", "patient_dob": "1950-01-02"}
    assert "patient_mrn" not in said_on(page)


def test_what_was_typed_off_the_line_of_its_label_is_read_beside_it() -> None:
    typed = (
        ("Name", 54, 113, 119),
        ("Berg,", 92, 110, 118),
        ("Michelle", 130, 109, 117),
        ("4471002", 440, 111, 118),
        ("Hosp.", 340, 114, 121),
        ("No.", 362, 114, 120),
    )
    below = [(word, 54 + 40 * at, 200, 208) for at, word in enumerate(["She", "was", "seen", "for", "follow", "up", "today"])]
    words = [
        Word(text, Box(x / 612, y0 / 792, (x + 5 * len(text)) / 612, y1 / 792), 0.95, at) for at, (text, x, y0, y1) in enumerate([*typed, *below])
    ]
    said = said_on(PageReading(1, PageKind.TEXT, tuple(words), fingerprint="f"))
    assert (said["patient_name"], said["patient_mrn"]) == ("BERG, MICHELLE", "4471002")
