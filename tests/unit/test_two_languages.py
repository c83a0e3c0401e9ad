"""Labels in English and Spanish at once, and labels that stand beside, under and behind their values."""

import pytest

from pipeline.extract import extract
from schemas.rules import ExtractRules
from tests.sheets import sheet
from tests.told import told


def fields(*lines: str) -> dict[str, str]:
    found = extract(told(sheet(lines, top=0.2)), rules=ExtractRules()).fields
    return {str(field.name): field.value for field in found}


@pytest.mark.parametrize(
    "line",
    [
        "Patient Name / Nombre del Paciente: DOE, JANE    DOB / Fecha de Nac.: 01/02/1950    MRN / No. de expediente: 4471002",
        "Patient Name/Nombre: DOE, JANE    DOB/Fecha de nacimiento: 01/02/1950    MRN/Expediente: 4471002",
        "Nombre del Paciente / Patient Name: DOE, JANE    Fecha de nacimiento / DOB: 01/02/1950    Expediente / MRN: 4471002",
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
