"""The patient CSV: every bad row is told by its line number, without the patient's data; the rest goes in."""

import threading
from datetime import UTC, datetime

import pytest

from schemas.config import Config
from schemas.faults import InputFault
from store import audit, patients
from store.database import reading
from workers.patients import COLUMNS, import_patients, read_patients
from workers.wire import connect

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CONTRACT = "mrn,last_name,first_name,middle_name,suffix,sex,dob,ssn_last4,phone,address_line,city,state,zip,previous_last_name,deceased_date"
HEAD = b"mrn,last_name,first_name,sex,dob\n"


def read(tmp_path, data):
    bad = []
    (tmp_path / "p.csv").write_bytes(data)
    return list(read_patients(tmp_path / "p.csv", bad.append, today=NOW.date())), [tuple(row) for row in bad]


def test_the_columns_are_those_of_the_contract():
    assert tuple(CONTRACT.split(",")) == COLUMNS


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (b"1,Doe,Jane,F", "4 columns where the header has 5"),
        (b"1,Doe,Jane,F,1980-01-02,x", "6 columns where the header has 5"),
        (b",Doe,Jane,F,1980-01-02", "no mrn"),
        (b"  ,Doe,Jane,F,1980-01-02", "no mrn"),
        (b"1,,,F,1980-01-02", "no name"),
        (b"1,Doe,Jane,Q,1980-01-02", "sex is neither M nor F nor empty"),
        (b"1,Doe,Jane,F,01/02/1980", "dob is not an ISO date (YYYY-MM-DD)"),
        (b"1,Doe,Jane,F,1980-02-30", "dob is not an ISO date (YYYY-MM-DD)"),
        (b"1,Doe,Jane,F,19800102", "dob is not an ISO date (YYYY-MM-DD)"),
        (b"1,Doe,Jane,F,1780-01-02", "dob is not an ISO date (YYYY-MM-DD)"),
        (b"1,Doe,Jane,F,2026-11-23", "dob lies in the future"),
        (b"7,Doe,Jane,F,1980-01-02", "mrn stands in line 2 already"),
        (b"1,D\xf6e,Jane,F,1980-01-02", "not UTF-8"),
        (b'1,"Doe,Jane,F,1980-01-02', "unexpected end of data"),
    ],
)
def test_a_bad_row_is_told_by_its_line_and_spoils_no_other(tmp_path, row, problem):
    good, bad = read(tmp_path, HEAD + b"7,Roe,Ann,F,1970-01-01\n\n" + row + b"\n8,Poe,Ann,F,1971-01-01\n")
    assert [patient.mrn for patient in good] == ["7", "8"]
    assert bad == [(4, problem)]


def test_a_problem_never_quotes_the_row(tmp_path):
    _, bad = read(tmp_path, HEAD + b'1,"Doe"x,Jane,F,1980-01-02\n2,Doe,Jane,Jane,1980-01-02\n3,Doe,Jane,F,Jane\n')
    assert [line for line, _ in bad] == [2, 3, 4]
    assert not any(name in problem for _, problem in bad for name in ("Doe", "Jane", "1980"))


def test_unknown_is_empty_and_spelling_is_made_one(tmp_path):
    good, bad = read(tmp_path, b'\xef\xbb\xbf"MRN",DOB,Last_Name,sex,phone,shoe_size\r\n 1 ,,"O\'Neil, Jr",female,(555) 010-2000,44\r\n')
    assert bad == []
    (patient,) = good
    assert (patient.mrn, patient.dob, patient.last_name, patient.sex, patient.phone) == ("1", "", "O'Neil, Jr", "F", "5550102000")


@pytest.mark.parametrize("data", [b"", b"\n", b"a;b;c\n", b"mrn,last_name\n1,Doe\n", b"%PDF-1.7\n\xff\xfe"])
def test_what_is_no_patient_csv_is_refused_with_the_right_header(tmp_path, data):
    with pytest.raises(InputFault) as fault:
        read(tmp_path, data)
    assert CONTRACT in fault.value.next_step


def test_import_again_changes_nothing_and_a_changed_row_changes_one(tmp_path):
    stores, file = connect(Config(), tmp_path / "var"), tmp_path / "p.csv"
    file.write_bytes(HEAD + b"1,Doe,Jane,F,1980-01-02\nbad\n2,Roe,Ann,F,1981-01-02\n")
    first = import_patients(file, stores, now=NOW)
    again = import_patients(file, stores, now=NOW)
    assert (first.count.new, first.count.same, [row.line for row in first.bad]) == (2, 0, [3])
    assert (again.count.new, again.count.changed, again.count.same) == (0, 0, 2)
    file.write_bytes(HEAD + b"1,Doe-Smith,Jane,F,1980-01-02\n")
    assert import_patients(file, stores, now=NOW).count.changed == 1
    with reading(stores.index) as conn:
        assert patients.get(conn, "1").last_name == "Doe-Smith"


def test_an_import_leaves_one_audit_row_of_counts_alone(tmp_path):
    stores, file = connect(Config(), tmp_path / "var"), tmp_path / "p.csv"
    for rows in (b"1,Doe,Jane,F,1980-01-02\nbad\n", b"1,Doe,Jane,F,1980-01-02\n", b"bad\n"):
        file.write_bytes(HEAD + rows)
        import_patients(file, stores, now=NOW)
    with reading(stores.index) as conn:
        rows = [row.entry for row in audit.entries(conn)]
    assert [(row.action, row.detail) for row in reversed(rows)] == [
        ("patients.imported", {"new": new, "changed": 0, "same": same, "skipped": skipped})
        for new, same, skipped in ((1, 0, 1), (0, 1, 0), (0, 0, 1))
    ]


def test_the_same_import_four_times_at_once_counts_each_person_new_once(tmp_path):
    stores, file, reports = connect(Config(), tmp_path / "var"), tmp_path / "p.csv", []
    file.write_bytes(HEAD + b"".join(b"%d,Doe,Jane,F,1980-01-02\n" % n for n in range(3000)))
    threads = [threading.Thread(target=lambda: reports.append(import_patients(file, stores, now=NOW).count)) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert [sum(report) for report in reports] == [3000] * 4
    assert (sum(report.new for report in reports), sum(report.changed for report in reports)) == (3000, 0)
