"""Reads the patient CSV and upserts the index. A bad row is reported by its line number and skipped; the rest goes in."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from pipeline.match import patient_keys
from schemas.faults import InputFault
from schemas.patient import IndexPatient
from schemas.record import AuditEntry
from store.upsert import UpsertCount, upsert
from workers.wire import Stores

COLUMNS = tuple(f.name for f in fields(IndexPatient))
LONGEST_LINE = 100_000  # bytes
REQUIRED = {"mrn", "last_name", "dob"}
EXPECTED = f"Expected: {','.join(COLUMNS)}"
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")  # all but the tab
ALIKE = 0.9  # Jaro-Winkler
OTHER_WORDS = {
    **dict.fromkeys(("medical_record_number", "patient_id", "chart_number"), "mrn"),
    **dict.fromkeys(("surname", "family_name"), "last_name"),
    **dict.fromkeys(("given_name", "forename"), "first_name"),
    **dict.fromkeys(("birth_date", "birthdate", "date_of_birth", "birthday"), "dob"),
    **dict.fromkeys(("maiden_name", "former_name", "birth_name"), "previous_last_name"),
    **dict.fromkeys(("street", "address"), "address_line"),
    **dict.fromkeys(("zip_code", "postal_code", "postcode"), "zip"),
    **dict.fromkeys(("date_of_death", "death_date"), "deceased_date"),
    "gender": "sex",
    "telephone": "phone",
    "ssn": "ssn_last4",
}
SEXES = {"": "", "m": "M", "male": "M", "f": "F", "female": "F", "u": "", "unknown": "", "x": "", "o": "", "other": ""}


class BadRow(NamedTuple):
    """A row that was skipped: its line in the file and what is wrong, without the patient's data."""

    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did."""

    count: UpsertCount
    bad: tuple[BadRow, ...]


def strange_columns(file: Path) -> dict[str, str]:
    """Columns of the file that are not read, each with the column that was probably meant, if any. InputFault as for the file."""
    with file.open("rb") as raw:
        header = _header(raw.readline(LONGEST_LINE))
    return {name: _meant(name, header) for name in header if name and name not in COLUMNS}


def import_patients(file: Path, stores: Stores, *, now: datetime, progress: Callable[[int], None] = lambda _: None) -> ImportReport:
    """Upsert every good row of a patient CSV; `progress` is told the bytes read so far."""
    bad: list[BadRow] = []
    rows = ((patient, patient_keys(patient)) for patient in read_patients(file, bad.append, progress, today=now.astimezone().date()))
    told = lambda count: AuditEntry("patients.imported", "patients", "import", {**count._asdict(), "skipped": len(bad)})  # noqa: E731
    return ImportReport(upsert(stores.index, rows, now=now, told=told, keys_of=patient_keys), tuple(bad))


def read_patients(
    file: Path, report: Callable[[BadRow], None], progress: Callable[[int], None] = lambda _: None, *, today: date
) -> Iterator[IndexPatient]:
    """The good rows of a patient CSV, in order; InputFault when the file is not such a CSV at all.

    Every line is a row of its own: a stray quote then spoils one row and not all that follow.
    """
    with file.open("rb") as raw:
        header = _header(raw.readline(LONGEST_LINE))
        read, stands = 0, dict[str, int]()  # each MRN's first line
        for number, line in enumerate(_lines(raw), start=2):
            read += len(line)
            if number % 500 == 0:
                progress(read)
            if not line.strip():
                continue
            try:
                patient = entry_of(header, _cells(line), today)
                _check_once(stands.setdefault(patient.mrn, number), number)
                yield patient
            except ValueError as problem:
                report(BadRow(number, str(problem)))
        progress(read)


def _lines(raw: BinaryIO) -> Iterator[bytes]:
    """Line after line, of one that is too long only the beginning: no file can fill the memory."""
    while line := raw.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = raw.readline(LONGEST_LINE + 1)


def _cells(line: bytes) -> list[str]:
    if len(line) > LONGEST_LINE:
        raise ValueError("too long for a row")
    try:
        return next(csv.reader([line.decode("utf-8").rstrip("\r\n")], strict=True))
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except csv.Error as problem:
        raise ValueError(str(problem)) from None


def _header(line: bytes) -> list[str]:
    if not line:
        raise InputFault("The file is empty.", next_step=EXPECTED)
    if b"\0" in line:
        raise InputFault("The text of this file is UTF-16, or it is no text.", next_step=f"Save it as CSV in UTF-8. {EXPECTED}")
    text = line.decode("utf-8-sig", errors="replace").rstrip("\r\n")
    header = _names(text, ",")
    if missing := REQUIRED - set(header):
        raise _no_header(text, header, missing)
    if twice := {name for name in header if name in COLUMNS and header.count(name) > 1}:
        raise InputFault(f"The header names {', '.join(sorted(twice))} twice.", next_step="Keep one column of each name.")
    if "\r" in text:
        raise InputFault("The lines of this file end in a carriage return alone.", next_step="Save it with line feeds at the ends of the lines.")
    return header


def _names(text: str, between: str) -> list[str]:
    return [name.strip().lower() for name in next(csv.reader([text.replace("\r", " ")], delimiter=between), [])]


def _no_header(text: str, header: list[str], missing: set[str]) -> InputFault:
    """Why this is no header. Names no column that resembles none of ours: without a header, the first line is a patient's."""
    for between, called in ((";", "semicolons"), ("\t", "tabs")):
        if set(_names(text, between)) >= REQUIRED:
            return InputFault(f"The columns of this file stand between {called}.", next_step=f"Save it with commas. {EXPECTED}")
    meant = {column: name for name in header if name not in COLUMNS and (column := _meant(name, header)) in missing}
    rename = "".join(f"Call `{name}` `{column}`. " for column, name in sorted(meant.items()))
    return InputFault(f"This is not a patient CSV: the header lacks {', '.join(sorted(missing))}.", next_step=f"{rename}{EXPECTED}")


def _meant(name: str, header: list[str]) -> str:
    """The column that was probably meant by a name; empty where none is like it, or that one is there too."""
    plain = re.sub(r"[^a-z0-9]+", "_", name).strip("_")
    near = process.extractOne(plain, COLUMNS, scorer=JaroWinkler.normalized_similarity, score_cutoff=ALIKE)
    column = OTHER_WORDS.get(plain) or (near[0] if near else "")
    return "" if column in header else column


def register(stores: Stores, patient: IndexPatient, *, actor: str, now: datetime) -> None:
    """Enter one person into the index; doing it again changes nothing."""
    told = lambda count: AuditEntry("patients.imported", "patients", actor, {**count._asdict(), "skipped": 0})  # noqa: E731
    upsert(stores.index, [(patient, patient_keys(patient))], now=now, told=told, keys_of=patient_keys)


def entry_of(header: list[str], row: list[str], today: date) -> IndexPatient:
    """The entry that a row describes. ValueError says what is wrong with it, without the patient's data."""
    if len(row) != len(header):
        raise ValueError(f"{len(row)} columns where the header has {len(header)}")
    if any(map(CONTROL.search, row)):
        raise ValueError("a control character in it")
    cells = {name: cell.strip() for name, cell in zip(header, row, strict=True) if name in COLUMNS}
    if not cells.get("mrn"):
        raise ValueError("no mrn")
    if not cells.get("last_name") and not cells.get("first_name"):
        raise ValueError("no name")
    sex = cells.get("sex", "").lower()
    if sex not in SEXES:
        raise ValueError("sex is neither M nor F nor empty")
    cells["sex"] = SEXES[sex]
    for name in ("dob", "deceased_date"):
        _check_date(name, cells.get(name, ""), today)
    cells["ssn_last4"] = _last_four(cells.get("ssn_last4", ""))
    cells["phone"] = re.sub(r"\D", "", cells.get("phone", ""))
    return IndexPatient(**{"last_name": "", "first_name": "", **cells})


def _last_four(digits: str) -> str:
    if not re.fullmatch("[0-9]{0,4}", digits):
        raise ValueError("ssn_last4 is not four digits")
    whole = digits.zfill(4)  # a spreadsheet drops the noughts in front
    return whole if digits and whole != "0000" else ""  # 0000 is never issued: whoever writes it does not know


def _check_once(first: int, number: int) -> None:
    if first != number:
        raise ValueError(f"mrn stands in line {first} already")


def _check_date(name: str, text: str, today: date) -> None:
    if not text:
        return
    try:
        valid = bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)) and date.fromisoformat(text).year >= 1850
    except ValueError:
        valid = False
    if not valid:
        raise ValueError(f"{name} is not an ISO date (YYYY-MM-DD)")
    if date.fromisoformat(text) > today:
        raise ValueError(f"{name} lies in the future")
