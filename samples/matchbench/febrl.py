"""The public FEBRL sets as patients and claims: one file is the index, the other asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from samples.matchbench.documents import Document
from schemas.patient import IndexPatient, PatientClaim

Row = Mapping[str, str]


def febrl_patients(rows: Sequence[Row]) -> list[IndexPatient]:
    """The rows as index entries; their record id is the MRN."""
    return [
        IndexPatient(
            row["rec_id"],
            row["surname"],
            row["given_name"],
            dob=_iso(row["date_of_birth"]),
            ssn_last4=row["soc_sec_id"][-4:],
            address_line=_line(row),
            city=row["suburb"],
            state=row["state"].upper(),
            zip=row["postcode"],
        )
        for row in rows
        if row["surname"] or row["given_name"]
    ]


def febrl_documents(rows: Sequence[Row], index: Sequence[IndexPatient]) -> list[Document]:
    """The rows as claims about the entry of the same number (rec-17-dup-2 is about rec-17-org)."""
    entries = {_number(one.mrn): one.mrn for one in index}
    return [Document(_claim(row), (entries[number],) if (number := _number(row["rec_id"])) in entries else (), ()) for row in rows]


def _claim(row: Row) -> PatientClaim:
    return PatientClaim(
        row["surname"],
        row["given_name"],
        dob=_iso(row["date_of_birth"]),
        ssn_last4=row["soc_sec_id"][-4:],
        address_line=_line(row),
        zip=row["postcode"],
    )


def _number(record: str) -> str:
    return record.split("-")[1]


def _line(row: Row) -> str:
    return f"{row['street_number']} {row['address_1']}".strip()


def _iso(text: str) -> str:
    """A date that exists; another one says nothing."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])).isoformat()
    except ValueError:
        return ""
