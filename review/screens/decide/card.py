"""One item as a clerk decides it: the next open question, the candidates side by side, and whether Enter may accept the first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from review.differences import Part, parts_of
from review.upright import upright_box
from schemas.catalogue import Catalogue
from schemas.document import FieldName
from schemas.page import Box
from schemas.reasons import Reason, explain
from schemas.record import DocumentRecord, ReviewItem, StoredField

COLUMNS = 5
WHOLE_PAGE = (0.0, 0.0, 1.0, 1.0)  # the place of what was typed, not read
NEAR_BITS = 7.0  # a second candidate within a hundred to one is a near tie
WEAK = {"last_name", "first_name", "middle_name", "suffix", "name", "dob", "sex"}  # all that twins and namesakes may share, or nearly
UNARMED = {"patient.two_on_document", "patient.recheck", "patient.unfiled", "patient.duplicate", "patient.conflict", "policy.stopped"}
LOOK_AT_PAGES = ("split", "pages", "signature", "image", "file", "duplicate", "sensitivity")  # never settled by a key pressed out of habit
MARKS = {"agree": ("✓", "agrees"), "near": ("≈", "near"), "differ": ("✗", "differs"), "absent": ("·", "not given")}
ABSENT: Mapping[str, Any] = {"agreement": "absent", "index_value": "", "document_value": "", "level": ""}


class Question(StrEnum):
    FILE = "file"  # it could not be opened or composed: what becomes of it
    PATIENT = "patient"
    TYPE = "type"
    FIELDS = "fields"
    CONFIRM = "confirm"


class Answers(NamedTuple):
    """What the clerk has answered so far on this item."""

    patient: str = ""
    kind: str = ""
    fields: Mapping[str, str] = MappingProxyType({})
    read: bool = False  # the missing fields were looked for
    confirmed: bool = False
    new: Mapping[str, str] = MappingProxyType({})  # the entry of somebody who is to be registered
    merge: str = ""  # the entry that is the same person as the chosen one
    two_people: bool = False  # the entries suspected to be one person are not


class Cell(NamedTuple):
    """One field of one candidate against the page."""

    agreement: str
    shape: str
    word: str
    parts: list[Part]


class Column(NamedTuple):
    """A candidate; `key` is the number under which it is chosen."""

    key: int
    mrn: str
    name: str
    dob: str


class Place(NamedTuple):
    """A place on a page, upright, where something was read; `deciding`: it bears on the question."""

    page: int
    box: Box
    deciding: bool


class Line(NamedTuple):
    """One field: what the page says, and every candidate's cell."""

    field: str
    said: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Card:
    """Everything the screen shows of an item for its next question."""

    question: Question | None
    columns: Sequence[Column]
    lines: Sequence[Line]
    accept: str  # what Enter chooses; empty when the clerk must choose actively
    missing: Sequence[str]
    kinds: Sequence[str]  # proposed types, the likeliest first
    places: Sequence[Place]  # the page is opened at the first that bears on the question
    why: Sequence[Reason] = ()  # it is here
    twins: Sequence[str] = ()  # two entries that are probably one person


def card_of(item: ReviewItem, record: DocumentRecord, catalogue: Catalogue, answers: Answers, *, salt: str) -> Card:
    """The item's next question. `salt` orders near ties by chance: the order of a list persuades."""
    question = next_question(item, record, catalogue, answers)
    candidates = [] if item.blind else record.evidence.get("candidates", [])[:COLUMNS]
    armed = is_armed(item, record)
    if not armed:
        candidates = sorted(candidates, key=lambda one: hashlib.sha256(f"{salt}:{one['mrn']}".encode()).digest())
    columns = [Column(key, one["mrn"], one["display_name"], one.get("dob") or "unknown") for key, one in enumerate(candidates, start=1)]
    kinds = _kinds(item, record, catalogue)
    accept = {
        Question.PATIENT: columns[0].mrn if armed and columns else "",
        Question.TYPE: kinds[0] if kinds and "type.unknown" not in item.reasons else "",
    }
    proposed, places = accept.get(question, "") if question else "", _places(item, record, question)
    why = [reason_for(code, record) for code in item.reasons]
    return Card(question, columns, _lines(candidates), proposed, _missing(item), kinds, places, why, _twins(item, record))


def next_question(item: ReviewItem, record: DocumentRecord, catalogue: Catalogue, answers: Answers) -> Question | None:
    """Patient, then type, then missing fields, then the pages themselves where they are in doubt. None when all is answered."""
    if not record.pages or record.object_key is None:
        return Question.FILE
    asked = {
        Question.PATIENT: asks_patient(item, record),
        Question.TYPE: item.blind or item.follows is not None or not _files(record.document_type, catalogue) or _has_family(item, "type"),
        Question.FIELDS: bool(_missing(item)),
    }
    asked[Question.CONFIRM] = not any(asked.values()) or any(_has_family(item, family) for family in LOOK_AT_PAGES)
    answered = {
        Question.PATIENT: bool(answers.patient),
        Question.TYPE: bool(answers.kind),
        Question.FIELDS: answers.read,
        Question.CONFIRM: answers.confirmed,
    }
    return next((question for question, needed in asked.items() if needed and not answered[question]), None)


def asks_patient(item: ReviewItem, record: DocumentRecord) -> bool:
    """Whether the patient is open: always, unless the matcher passed its line and the item is about something else."""
    settled = record.evidence.get("outcome") == "Matched" and record.patient_mrn is not None
    return item.blind or not settled or _has_family(item, "patient") or _has_family(item, "policy")


def is_armed(item: ReviewItem, record: DocumentRecord) -> bool:
    """Whether Enter may accept the first candidate: a clear lead that rests on more than name, birth date and sex."""
    first, second = [*record.evidence.get("candidates", []), None, None][:2]
    if first is None or item.blind or UNARMED & set(item.reasons) or record.evidence.get("outcome") not in {"TooWeak", "Matched"}:
        return False
    near = second is not None and second.get("bits", 0.0) > first.get("bits", 0.0) - NEAR_BITS
    strong = any(row["agreement"] == "agree" and row["field"] not in WEAK for row in first["evidence"])
    return strong and not near and not any(row["agreement"] == "differ" for row in first["evidence"])


def in_order(record: DocumentRecord) -> list[tuple[str, StoredField]]:
    """The fields as they are shown: the patient's first."""
    return sorted(record.fields.items(), key=lambda pair: (not pair[0].startswith("patient_name"), not pair[0].startswith("patient_"), pair[0]))


def reason_for(code: str, record: DocumentRecord) -> Reason:
    """Why an item is here, in a sentence: a field that was read, but not surely enough to rely on, is not called missing."""
    family, _, name = code.rpartition(".")
    if family == "field.missing" and name in record.fields:
        return Reason(f"A required field was read doubtfully: {name.replace('_', ' ')}.", "Check it against the page.")
    return explain(code)


def certainty(field: StoredField) -> str:
    """How sure a value is, in a word."""
    return "clear" if field.confidence >= 0.95 else "likely" if field.confidence >= 0.75 else "doubtful"


def _lines(candidates: Sequence[Mapping[str, Any]]) -> list[Line]:
    names = dict.fromkeys(row["field"] for one in candidates for row in one["evidence"])
    rows = [{row["field"]: row for row in one["evidence"]} for one in candidates]
    lines = [Line(name, _said(name, rows), [_cell(row.get(name, ABSENT)) for row in rows]) for name in names]
    return [line for line in lines if line.said or any(cell.parts for cell in line.cells)]


def _said(name: str, rows: Iterable[Mapping[str, Any]]) -> str:
    return next((str(row[name]["document_value"]) for row in rows if name in row and row[name]["document_value"]), "")


def _cell(row: Mapping[str, Any]) -> Cell:
    shape, word = MARKS[row["agreement"]]
    if row["agreement"] == "absent" and row["document_value"] and row["index_value"]:
        word = "not compared"  # such as a sender's own number beside ours
    other = row["document_value"] if row["agreement"] in {"near", "differ"} else ""
    return Cell(row["agreement"], shape, word, parts_of(row["index_value"] or "", other or ""))


def _missing(item: ReviewItem) -> list[str]:
    named = [code.rpartition(".")[2] for code in item.reasons if code.startswith(("field.missing.", "field.invalid."))]
    return [name for name in named if name in set(FieldName)]


def _kinds(item: ReviewItem, record: DocumentRecord, catalogue: Catalogue) -> list[str]:
    told = record.evidence.get("type") or {}
    proposed = [] if item.blind else [record.document_type, *told.get("choices", ()), told.get("runner_up")]
    return [slug for slug in dict.fromkeys(proposed) if slug and _files(slug, catalogue)][:COLUMNS]


def _twins(item: ReviewItem, record: DocumentRecord) -> list[str]:
    """Two entries that the item says are probably one person."""
    twice = record.evidence.get("match", {}).get("twice") or []
    return list(twice) if len(twice) == 2 and "patient.duplicate" in item.reasons else []


def _files(slug: str | None, catalogue: Catalogue) -> bool:
    return slug is not None and slug in catalogue and catalogue[slug].files


def _has_family(item: ReviewItem, family: str) -> bool:
    return any(code.startswith(f"{family}.") for code in item.reasons)


def _findings(record: DocumentRecord) -> list[Mapping[str, Any]]:
    """The signature and the labels, with their places."""
    signature = record.evidence.get("signature")
    return [*([signature] if signature else []), *record.evidence.get("labels", [])]


def _places(item: ReviewItem, record: DocumentRecord, question: Question | None) -> list[Place]:
    """Where fields and title were read, what bears on the question first."""
    bears = {Question.PATIENT: "patient_", Question.FIELDS: "service_date"}.get(question or Question.FILE)
    read = [(field.page, field.box, bears is not None and name.startswith(bears)) for name, field in in_order(record)]
    read += [(one["page"], tuple(one["box"]), question is Question.CONFIRM) for one in _findings(record)]
    title = None if item.blind else (record.evidence.get("type") or {}).get("place")
    if title:
        read.insert(0, (title["page"], tuple(title["box"]), question is Question.TYPE))
    places = [Place(page, upright_box(record, page, box), bears) for page, box, bears in read if box != WHOLE_PAGE]
    return sorted(places, key=lambda place: not place.deciding)
