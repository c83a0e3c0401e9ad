import pytest

from review.pages import headed, worded


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("patient_dob", "patient birth date"),
        ("ssn_last4", "SSN last four"),
        ("icd10_codes", "ICD-10 codes"),
        ("last_name", "last name"),
        ("ecg", "ECG"),
    ],
)
def test_names_are_said_as_people_say_them(name, said):
    assert worded(name) == said


def test_the_beginning_of_a_line_keeps_its_capitals():
    assert (headed("patient_mrn"), headed("mrn"), headed("")) == ("Patient MRN", "MRN", "")
