"""The patient CSV: a bad row or a bad file is said, never half believed."""

from datetime import date

import pytest

from schemas.faults import InputFault
from workers.patients import read_patients

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
