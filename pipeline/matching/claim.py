"""What a document says about its patient, as a claim: fields normalised, names taken apart. Knows fields; knows no index."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.matching.compare import DIFFER, EXACT, mrn_level
from pipeline.matching.fold import SUFFIXES, digits, digits_meant, fold_name, fold_number, fold_phone, known_suffix, upper, zip_of
from schemas.document import Extraction, Field, FieldName, Role
from schemas.patient import PatientClaim

_DATE = re.compile(r"\d{4}(-\d\d-\d\d)?")


def is_a_provider(extraction: Extraction) -> bool:
    """Whether the name taken for the patient's is also that of a provider on the page."""
    field = extraction.field(FieldName.PATIENT_NAME)
    mine = _bag(field.value) if field else frozenset()
    return any(person.role is Role.PROVIDER and len(mine & _bag(person.name)) >= 2 for person in extraction.people)


def _bag(name: str) -> frozenset[str]:
    return frozenset(folded for word in re.split(r"[\s,]+", name) if len(folded := fold_name(word)) > 1 and folded not in SUFFIXES)


def claim_of(extraction: Extraction) -> PatientClaim:
    """What a document says about its patient, normalised."""
    name, dob, mrn = (extraction.field(n) for n in (FieldName.PATIENT_NAME, FieldName.PATIENT_DOB, FieldName.PATIENT_MRN))
    last, first, middle, suffix = split_name(name.value if name else "")
    address = _value(extraction, FieldName.PATIENT_ADDRESS)
    return PatientClaim(
        last,
        first,
        middle,
        suffix,
        sex=_sex(_value(extraction, FieldName.PATIENT_SEX)),
        dob=dob.value if dob and _DATE.fullmatch(dob.value) else "",
        mrn=_value(extraction, FieldName.PATIENT_MRN),
        mrn_is_ours=_is_ours(mrn),
        ssn_last4=digits_meant(_value(extraction, FieldName.PATIENT_SSN_LAST4))[-4:],
        phone=fold_phone(digits(_value(extraction, FieldName.PATIENT_PHONE))),
        address_line=address,
        zip=zip_of(address),
        name_confidence=name.confidence if name else 0.0,
        dob_confidence=dob.confidence if dob else 0.0,
        dob_sightings=_looks(dob),
        name_sightings=_looks(name),
        mrn_sightings=_looks(mrn),
    )


def _looks(field: Field | None) -> int:
    """Separate places that gave the value, and second looks that read the same."""
    return field.sightings + len(field.witnesses) if field else 0


def _is_ours(mrn: Field | None) -> bool:
    return mrn is not None and "ours" in re.split(r"\W+", mrn.rule)


def unsettled(extraction: Extraction) -> tuple[str, ...]:
    """What no two looks agree on while another read something else: the birth date, and our record number. In words."""
    return tuple(_unsettled(extraction))


def _unsettled(extraction: Extraction) -> Iterator[str]:
    dob, mrn = extraction.field(FieldName.PATIENT_DOB), extraction.field(FieldName.PATIENT_MRN)
    if dob and _looks(dob) < 2 and any(_DATE.fullmatch(rival) for rival in dob.rivals):
        yield "a birth date that two looks agree on"
    if mrn and _is_ours(mrn) and _looks(mrn) < 2 and any(_is_another_reading(mrn.value, rival) for rival in mrn.rivals):
        yield "a record number that two looks agree on"


def _is_another_reading(number: str, rival: str) -> bool:
    """Whether two numbers are one that was read in two ways; a wholly other number beside ours is another's."""
    return mrn_level(fold_number(number), fold_number(rival), ours=True) not in (DIFFER, EXACT, "")


def alternatives(extraction: Extraction) -> tuple[PatientClaim, ...]:
    """The claims that rival readings of name and birth date would make, one change at a time."""
    changed = [
        _with_value(extraction, field, rival)
        for field in extraction.fields
        if field.name in (FieldName.PATIENT_NAME, FieldName.PATIENT_DOB)
        for rival in field.rivals
    ]
    return tuple(claim_of(extraction) for extraction in changed)


def _with_value(extraction: Extraction, field: Field, value: str) -> Extraction:
    other = Field(field.name, value, value, field.confidence, field.page, field.box, field.rule)
    return Extraction(tuple(other if f is field else f for f in extraction.fields), extraction.people)


def _value(extraction: Extraction, name: FieldName) -> str:
    field = extraction.field(name)
    return field.value.strip() if field else ""


def _sex(text: str) -> str:
    return {"M": "M", "F": "F", "W": "F"}.get(text[:1].upper(), "")


def split_name(text: str) -> tuple[str, str, str, str]:
    """Last, first, middle name and suffix of "LAST, FIRST MIDDLE SUFFIX"; without a comma the last word is the last name."""
    last, comma, given = upper(text).partition(",")
    last_words, words = (last.split(), given.replace(",", " ").split()) if comma else ([], last.split())
    suffix = next((s for word in [*words[1:], *last_words[1:]] if (s := known_suffix(word)) and len(word) > 1), "")
    words = [w for i, w in enumerate(words) if i == 0 or len(w) == 1 or not known_suffix(w)]
    last_words = [w for i, w in enumerate(last_words) if i == 0 or not known_suffix(w)]
    if not comma:
        words, last_words = words[:-1], words[-1:]
    return " ".join(last_words), words[0] if words else "", " ".join(words[1:]), suffix
