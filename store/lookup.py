"""Finds entries of the patient index for a person who types: an MRN, a birth date, the beginnings of names. Ranks nothing."""

from __future__ import annotations

import re
from dataclasses import fields

from sqlalchemy import ColumnElement, Connection, func, or_, select

from schemas.patient import IndexPatient
from store.tables import patient

NAMES = (patient.c.last_name, patient.c.first_name, patient.c.middle_name, patient.c.previous_last_name)
COLUMNS = tuple(item.name for item in fields(IndexPatient))
MOST_WORDS, LONGEST = 6, 200
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def people(conn: Connection, typed: str, *, limit: int) -> list[IndexPatient]:
    """Entries of which every typed word is the MRN, the birth date (2026-11-21), or begins a name; merged entries stand under their survivor."""
    words = re.findall(r"[^\s,;]+", typed[:LONGEST])[:MOST_WORDS]
    if not words:
        return []
    query = select(patient).where(patient.c.survivor_mrn.is_(None), *map(_fits, words))
    rows = conn.execute(query.order_by(patient.c.last_name, patient.c.first_name, patient.c.dob, patient.c.mrn).limit(limit))
    return [IndexPatient(**{name: getattr(row, name) for name in COLUMNS}) for row in rows]


def named(conn: Connection, mrn: str) -> IndexPatient | None:
    """The entry with this MRN, under whichever number it stands now."""
    row = conn.execute(select(patient).where(patient.c.mrn == mrn)).first()
    return IndexPatient(**{name: getattr(row, name) for name in COLUMNS}) if row else None


def number_of(conn: Connection, mrn: str) -> int | None:
    """The opaque number of an entry, for addresses."""
    return conn.execute(select(patient.c.rid).where(patient.c.mrn == mrn)).scalar()


def numbered(conn: Connection, number: int) -> IndexPatient | None:
    """The entry with this opaque number."""
    mrn = conn.execute(select(patient.c.mrn).where(patient.c.rid == number)).scalar()
    return named(conn, mrn) if mrn is not None else None


def _fits(word: str) -> ColumnElement[bool]:
    if _DAY.fullmatch(word):
        return patient.c.dob == word
    begins = [func.upper(column).startswith(word.upper(), autoescape=True) for column in NAMES]
    return or_(patient.c.mrn == word, *begins)
