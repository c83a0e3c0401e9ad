"""The patient CSV: a bad row or a bad file is said, never half believed."""

from datetime import date

import pytest

from schemas.faults import InputFault
from workers.patients import read_patients, strange_columns

HEADER = b"mrn,last_name,first_name,dob\n"


def read(tmp_path, content):
    file, bad = tmp_path / "p.csv", []
    file.write_bytes(content)
    return [patient.mrn for patient in read_patients(file, bad.append, today=date(2026, 1, 1))], [(row.line, row.problem) for row in bad]


def test_line_longer_than_any_row_is_skipped_without_being_kept(tmp_path):
    assert read(tmp_path, HEADER + b"M1," + b"D" * 1_000_000 + b",,\nM2,DOE,JANE,\n") == (["M2"], [(2, "too long for a row")])


def test_row_with_a_control_character_is_skipped(tmp_path):
    mrns, bad = read(tmp_path, HEADER + b"M1\0,DOE,JANE,\nM2,\x1b[31mDOE,JANE,\nM3,DOE,JANE,\n")
    assert (mrns, [line for line, _ in bad]) == (["M3"], [2, 3])


def test_file_whose_lines_end_in_carriage_returns_is_refused_and_not_read_as_empty(tmp_path):
    with pytest.raises(InputFault, match="carriage return"):
        read(tmp_path, b"mrn,last_name,dob,first_name\rM1,DOE,,JANE\r")


def test_header_that_names_a_column_twice_is_refused(tmp_path):
    with pytest.raises(InputFault, match="mrn twice"):
        read(tmp_path, b"mrn,last_name,dob,mrn\nM1,DOE,,M2\n")


def strange(tmp_path, header):
    (tmp_path / "p.csv").write_bytes(header)
    return strange_columns(tmp_path / "p.csv")


def test_columns_that_are_not_read_are_named_with_the_one_that_was_meant(tmp_path):
    found = strange(tmp_path, b"mrn,last_name,dob,Gender,firstname,zip code,favourite,Street,address_line,,phone\n")
    assert found == {"gender": "sex", "firstname": "first_name", "zip code": "zip", "favourite": "", "street": ""}
    assert strange(tmp_path, b"mrn,last_name,dob") == {}


def test_a_quoted_name_of_a_column_may_hold_a_comma(tmp_path):
    assert read(tmp_path, b'mrn,"name, at birth",last_name,dob\nM1,ROE,DOE,\n') == (["M1"], [])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        ("mrn,last_name,dob\n1,A,\n".encode("utf-16"), "UTF-16"),
        ("mrn,last_name,dob\n1,A,\n".encode("utf-16-le"), "UTF-16"),
        (b"mrn;last_name;dob\n1;A;\n", "semicolons"),
        (b"mrn\tlast_name\tdob\n1\tA\t\n", "tabs"),
        (b"mrn,surname,date_of_birth\n1,A,\n", "Call `date_of_birth` `dob`. Call `surname` `last_name`."),
        (b"1010248,Hogan,Alison,1977-02-07\n", "lacks dob, last_name, mrn"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, content, said):
    with pytest.raises(InputFault) as fault:
        read(tmp_path, content)
    assert said in str(fault.value)
    assert "Expected: mrn,last_name,first_name" in str(fault.value)
    assert "Hogan" not in str(fault.value)


@pytest.mark.parametrize(("given", "kept"), [("", ""), ("3025", "3025"), ("25", "0025"), ("0000", ""), (" 0001 ", "0001")])
def test_the_last_four_digits_are_four_or_unknown(tmp_path, given, kept):
    (tmp_path / "p.csv").write_text(f"mrn,last_name,dob,ssn_last4\nM1,DOE,,{given}\n")
    (one,) = read_patients(tmp_path / "p.csv", pytest.fail, today=date(2026, 1, 1))
    assert one.ssn_last4 == kept


@pytest.mark.parametrize("given", ["12x45678", "123456789", "***1", "-123", "\u0661\u0662\u0663\u0664"])
def test_what_is_not_the_last_four_digits_spoils_its_row_alone(tmp_path, given):
    rows = f"mrn,last_name,dob,ssn_last4\nM1,DOE,,{given}\nM2,DOE,,3025\n"
    assert read(tmp_path, rows.encode()) == (["M2"], [(2, "ssn_last4 is not four digits")])
