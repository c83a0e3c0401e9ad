"""What the pipeline says about a document: its pages, type, fields and the people named on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.page import Box


class FieldName(StrEnum):
    """Names of the fields as exported."""

    PATIENT_NAME = "patient_name"
    PATIENT_DOB = "patient_dob"
    PATIENT_SEX = "patient_sex"
    PATIENT_MRN = "patient_mrn"
    PATIENT_PHONE = "patient_phone"
    PATIENT_ADDRESS = "patient_address"
    PATIENT_SSN_LAST4 = "patient_ssn_last4"
    SERVICE_DATE = "service_date"
    ADMIT_DATE = "admit_date"
    DISCHARGE_DATE = "discharge_date"
    AUTHOR = "author"
    ORDERING_PROVIDER = "ordering_provider"
    FACILITY = "facility"
    ACCESSION = "accession"
    PAGE_COUNT_STATED = "page_count_stated"
    ICD10_CODES = "icd10_codes"


@dataclass(frozen=True, slots=True)
class Field:
    """One value read from a page, normalised, with its place, the rule that found it, and what else it might be.

    Dates are ISO; patient_name is "LAST, FIRST MIDDLE SUFFIX"; `page` is the source page; `box` is on the upright page.
    `sightings` counts the separate places (pages or blocks) that gave the same value; `witnesses` names the other looks at the same
    place that read the same, as rapidocr:line. What another look reads differently is a rival.
    """

    name: FieldName
    value: str
    raw: str
    confidence: float
    page: int
    box: Box
    rule: str
    sightings: int = 1
    rivals: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()


class Role(StrEnum):
    """Who a named person is on the page. Only a patient may become the patient."""

    PATIENT = "patient"
    PROVIDER = "provider"
    CONTACT = "contact"  # spouse, guarantor, parent, subscriber, emergency contact
    OTHER = "other"  # cc, to, from, attention


@dataclass(frozen=True, slots=True)
class Person:
    """A person named on a page, in their role; `dob` is ISO where the page gives it with the name."""

    name: str
    role: Role
    page: int
    box: Box
    dob: str | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a document says: fields, and the people it names. `fields` holds one value a name, the best first elsewhere."""

    fields: tuple[Field, ...] = ()
    people: tuple[Person, ...] = ()

    def field(self, name: FieldName) -> Field | None:
        """The value read for `name`, if any."""
        return next((f for f in self.fields if f.name == name), None)


@dataclass(frozen=True, slots=True)
class PageIdentity:
    """Who one page says its patient is; used for splitting and for the two-patients guard."""

    page: int
    name: str | None = None
    dob: str | None = None
    mrn: str | None = None


@dataclass(frozen=True, slots=True)
class TypeGuess:
    """The document type and how sure (calibrated 0..1). `reason` is type.unsure or type.unknown when it must be asked, `why` says so in words.

    `folder` is the likeliest coarse group with a confidence of its own: it may be sure where the type is not. `choices` are the types to
    offer a person, those of a sure folder first.
    """

    slug: str
    confidence: float
    title: str = ""  # the title line found, if any
    evidence: tuple[str, ...] = ()  # weightiest words
    reason: str | None = None
    runner_up: str | None = None
    title_at: tuple[int, Box] | None = None  # page and place of the title line, on the upright page
    folder: str | None = None
    folder_confidence: float = 0.0
    why: str = ""
    choices: tuple[str, ...] = ()


class SegmentKind(StrEnum):
    DOCUMENT = "document"
    BLANK = "blank"
    SEPARATOR = "separator"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Segment:
    """Consecutive pages that belong together. `sure` is False where a cut (or its absence) must be confirmed."""

    pages: tuple[int, ...]
    kind: SegmentKind
    sure: bool = True
    why: tuple[str, ...] = ()
    repeats: int | None = None  # the page whose image a duplicate has
