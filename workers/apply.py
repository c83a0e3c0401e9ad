"""Makes a plan come true: objects first, then one transaction. The only code that files; every line is safe to repeat."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, assert_never

from pipeline.ports import Composer
from schemas.catalogue import Catalogue
from schemas.checks import Signature
from schemas.document import Extraction, Field, TypeGuess
from schemas.faults import EngineFault
from schemas.filing import BatchPlan, Filing, Hold, PlannedDocument, Quarantine, SetAside
from schemas.line import Line
from schemas.match import MatchOutcome
from schemas.page import Box, PageReading, place_on_source
from schemas.protection import FAMILY
from schemas.record import DocumentRecord, DocumentStatus, ReviewItem, StoredField
from schemas.source import Delivery, Opened
from store import documents, journal, likeness
from store.database import writing
from workers.wire import Stores

RULES_VERSION = 1
ATTACHED = "files are attached inside; they are kept in the original only"
RUNS = {
    "javascript": "the file holds scripts; they are kept in the original only, and nothing here runs them",
    "launch": "the file would start programs; that is kept in the original only, and nothing here starts any",
}


class Traces(NamedTuple):
    """The hashes by which a plan's documents are found again, and which documents were looked at when it was made."""

    sketches: likeness.Sketches
    seen: frozenset[str]


NO_TRACES = Traces({}, frozenset())


class OvertakenError(Exception):
    """Another file was settled meanwhile that a document of this plan may repeat: plan again."""


class Sheaf(NamedTuple):
    """A source file on the desk: its local copy, what opening it showed, its pages as read, and a folder for what is made of it."""

    original: Path
    opened: Opened
    readings: Mapping[int, PageReading]
    scratch: Path


def apply_plan(  # noqa: PLR0913 - everything a plan needs to come true
    delivery: Delivery,
    plan: BatchPlan,
    sheaf: Sheaf,
    stores: Stores,
    composer: Composer,
    *,
    catalogue: Catalogue,
    sample_share: float,
    now: datetime,
    traces: Traces = NO_TRACES,
) -> bool:
    """File, hold and set aside what the plan says, with everything that must be found again. False when it was done before.

    OvertakenError, and nothing is written, when a document that the plan did not look at has come meanwhile.
    """
    flags = sorted(sheaf.opened.flags)
    records = [record_of(delivery, planned, sheaf.readings, catalogue, now) for planned in plan.documents]
    records = [replace(record, evidence={**record.evidence, "flags": flags}) for record in records] if flags else records
    bound = [bind(record, sheaf, stores, composer) for record in records]
    texts = {record.id: text_of(record.pages, sheaf.readings) for record in bound}
    return _settle(delivery, len(sheaf.opened.pages), bound, texts, items_of(bound, delivery, sample_share, now), stores, now, traces)


def apply_whole(delivery: Delivery, status: DocumentStatus, reason: str, pages: int, stores: Stores, *, now: datetime) -> bool:
    """One outcome for a whole file that is not read: quarantined or set aside. False when it was done before."""
    record = whole_record(delivery, status, reason, pages)
    return _settle(delivery, pages, [record], {}, _asked([record], delivery, now), stores, now)


def document_id(delivery_id: str, pages: Sequence[int]) -> str:
    """The id of a document: the same pages of the same delivery always get the same one."""
    return hashlib.sha256(f"{delivery_id}:{','.join(map(str, pages))}".encode()).hexdigest()[:20]


def is_sampled(record_id: str, share: float) -> bool:
    """Whether chance, seeded by the id, chooses a filed document to be checked."""
    return int(hashlib.sha256(f"sample:{record_id}".encode()).hexdigest()[:12], 16) / 16**12 < share


def hold_all(plan: BatchPlan, reason: str) -> BatchPlan:
    """The same plan with nothing filed: what would have been filed or held is held for `reason` first."""
    return BatchPlan(tuple(_held(planned, reason) for planned in plan.documents))


def hold_attached(plan: BatchPlan) -> BatchPlan:
    """The same plan for a file with files attached inside: nothing is filed, and a clerk is told, be every page blank."""
    told = [replace(_unfiled(planned), links=(*planned.links, ATTACHED)) for planned in plan.documents]
    if not any(isinstance(planned.decision, Hold) for planned in told):
        told[0] = replace(told[0], decision=Hold(("file.unsupported",)))
    return BatchPlan(tuple(told))


def tell_flags(plan: BatchPlan, flags: Collection[str]) -> BatchPlan:
    """The same plan, its documents saying what their file would run if a viewer let it."""
    said = tuple(sentence for flag, sentence in RUNS.items() if flag in flags)
    return BatchPlan(tuple(replace(planned, links=(*planned.links, *said)) for planned in plan.documents)) if said else plan


def _unfiled(planned: PlannedDocument) -> PlannedDocument:
    match planned.decision:
        case Filing():
            return replace(planned, decision=Hold(("file.unsupported",)))
        case Hold(reasons):
            return replace(planned, decision=Hold((*reasons, "file.unsupported")))
        case _:
            return planned


def _held(planned: PlannedDocument, reason: str) -> PlannedDocument:
    match planned.decision:
        case Filing():
            return replace(planned, decision=Hold((reason,)))
        case Hold(reasons):
            return replace(planned, decision=Hold((reason, *reasons)))
        case _:
            return planned


def record_of(
    delivery: Delivery, planned: PlannedDocument, readings: Mapping[int, PageReading], catalogue: Catalogue, now: datetime
) -> DocumentRecord:
    """The row of one planned document, its object still to be made."""
    status, reasons = _outcome(planned)
    mrn, probability = _patient(planned, status)
    slug = planned.kind.slug if planned.kind else None
    return DocumentRecord(
        id=document_id(delivery.id, planned.pages),
        delivery_id=delivery.id,
        source_name=delivery.name,
        sha256=delivery.sha256,
        pages=planned.pages,
        status=status,
        document_type=slug,
        loinc=catalogue[slug].loinc if slug is not None and slug in catalogue else None,
        document_type_confidence=_share(planned.kind.confidence) if planned.kind else None,
        patient_mrn=mrn,
        patient_probability=probability,
        fields=_fields(planned.extraction, readings),
        reasons=reasons,
        object_key=None,
        filed_at=now if status is DocumentStatus.FILED else None,
        evidence=evidence_of(planned, readings),
    )


def whole_record(delivery: Delivery, status: DocumentStatus, reason: str, pages: int) -> DocumentRecord:
    """The row of a file that is one outcome as a whole; its object is the original."""
    numbers = tuple(range(1, pages + 1))
    return DocumentRecord(
        id=document_id(delivery.id, numbers),
        delivery_id=delivery.id,
        source_name=delivery.name,
        sha256=delivery.sha256,
        pages=numbers,
        status=status,
        document_type=None,
        loinc=None,
        document_type_confidence=None,
        patient_mrn=None,
        patient_probability=None,
        fields={},
        reasons=(reason,),
        object_key=delivery.object_key,
        filed_at=None,
        evidence={"rules": RULES_VERSION},
    )


def bind(record: DocumentRecord, sheaf: Sheaf, stores: Stores, composer: Composer) -> DocumentRecord:
    """The record with its searchable PDF in the object store; a document that cannot be composed is held, never filed."""
    if record.status not in {DocumentStatus.FILED, DocumentStatus.REVIEW}:
        return record
    try:
        made = composer.compose(sheaf.original, sheaf.opened, [sheaf.readings[number] for number in record.pages], sheaf.scratch)
    except EngineFault as fault:
        if not fault.permanent:  # the machine's trouble, a full disk perhaps: the step is tried again
            raise
        return replace(record, status=DocumentStatus.REVIEW, filed_at=None, reasons=(*record.reasons, "file.failed"))
    key = stores.objects.put_file(made)
    made.unlink(missing_ok=True)
    return replace(record, object_key=key)


def items_of(records: Sequence[DocumentRecord], delivery: Delivery, sample_share: float, now: datetime) -> list[ReviewItem]:
    """What clerks are asked: every held and every quarantined document, and blind some of the filed ones."""
    filed = [record for record in records if record.status is DocumentStatus.FILED and is_sampled(record.id, sample_share)]
    return _asked(records, delivery, now) + [_item(record, ("policy.sampled",), delivery, now, blind=True) for record in filed]


def _asked(records: Sequence[DocumentRecord], delivery: Delivery, now: datetime) -> list[ReviewItem]:
    waiting = {DocumentStatus.REVIEW, DocumentStatus.QUARANTINED}
    return [_item(record, record.reasons, delivery, now) for record in records if record.status in waiting]


def text_of(pages: Sequence[int], readings: Mapping[int, PageReading]) -> str:
    """The words of a document, for full-text search."""
    return "\n".join(readings[number].text for number in pages)


def evidence_of(planned: PlannedDocument, readings: Mapping[int, PageReading]) -> dict[str, Any]:
    """Everything that spoke for and against, as JSON."""
    kind = planned.kind
    return {
        "rules": RULES_VERSION,
        "versions": dict(planned.versions),
        **evidence_of_match(planned.match, planned.line),
        "people": [
            {"name": person.name, "role": person.role.value, "dob": person.dob, "page": person.page, "box": _box(person.page, person.box, readings)}
            for person in planned.extraction.people
        ],
        "type": _evidence_of_type(kind, readings) if kind else None,
        "turns": {str(number): readings[number].turn for number in planned.pages if number in readings and readings[number].turn},
        "protected": _protected(planned),
        "labels": [{**label._asdict(), "box": _box(label.page, label.box, readings)} for label in planned.checks.labels],
        "signature": _evidence_of_signature(planned.checks.signature, readings),
        "cut": list(planned.why),
        "links": list(planned.links),
        "missing": list(planned.checks.missing),
        "request": planned.request,
        **_evidence_of_shadow(planned),
    }


def _evidence_of_shadow(planned: PlannedDocument) -> dict[str, Any]:
    """What a version that decides nothing takes the document for, beside what it was taken for."""
    if planned.kind is None or planned.shadow is None:
        return {}
    number, other = planned.shadow
    live = {"live_type": planned.kind.slug, "live_sure": planned.kind.reason is None}
    return {"shadow": {"model": number, **live, "type": other.slug, "sure": other.reason is None}}


def _evidence_of_type(kind: TypeGuess, readings: Mapping[int, PageReading]) -> dict[str, Any]:
    page, box = kind.title_at or (0, None)
    place = {"page": page, "box": _box(page, box, readings)} if box else None
    return {
        "title": kind.title,
        "place": place,
        "words": list(kind.evidence),
        "runner_up": kind.runner_up,
        "reason": kind.reason,
        "why": kind.why,
        "folder": kind.folder,
        "folder_confidence": round(kind.folder_confidence, 4),
        "choices": list(kind.choices),
    }


def _evidence_of_signature(found: Signature | None, readings: Mapping[int, PageReading]) -> dict[str, Any] | None:
    return {"state": str(found.state), "why": found.why, "page": found.page, "box": _box(found.page, found.box, readings)} if found else None


def _protected(planned: PlannedDocument) -> list[str]:
    """The codes of its labels, and those of its type."""
    held = planned.decision.reasons if isinstance(planned.decision, Hold) else ()
    found = [f"{FAMILY}{label.name}" for label in planned.checks.labels]
    return list(dict.fromkeys([*found, *(code for code in held if code.startswith(FAMILY))]))


def evidence_of_match(outcome: MatchOutcome | None, line: Line | None) -> dict[str, Any]:
    """What spoke for and against each patient, and the line that the outcome was held against."""
    said = asdict(outcome) if outcome else {}
    candidates = said.pop("candidates", [])
    return {
        "outcome": type(outcome).__name__ if outcome else None,
        "wanting": said.pop("missing", []),
        "candidates": candidates,
        "match": said,
        "line": asdict(line) if line else None,
    }


def _settle(  # noqa: PLR0913
    delivery: Delivery,
    pages: int,
    records: Sequence[DocumentRecord],
    texts: Mapping[str, str],
    items: Sequence[ReviewItem],
    stores: Stores,
    now: datetime,
    traces: Traces = NO_TRACES,
) -> bool:
    with writing(stores.index) as conn:
        if missed(conn, traces, delivery.id):
            raise OvertakenError
        journal.forget_attempts(conn, delivery.id)
        new = documents.settle(conn, delivery=delivery, page_count=pages, records=records, texts=texts, items=items, now=now)
        if new:
            likeness.add(conn, traces.sketches)
        return new


def missed(conn: Any, traces: Traces, delivery_id: str) -> bool:
    """Whether a document has come meanwhile that a plan may repeat and did not look at."""
    marks = [marks for pages in traces.sketches.values() for marks in pages.values()]
    return any(one.document_id not in traces.seen for page in marks for one in likeness.near(conn, page, but=delivery_id))


def _outcome(planned: PlannedDocument) -> tuple[DocumentStatus, tuple[str, ...]]:
    match planned.decision:
        case Filing():
            return DocumentStatus.FILED, ()
        case Hold(reasons):
            return DocumentStatus.REVIEW, tuple(dict.fromkeys(reasons))
        case SetAside(reason):
            return DocumentStatus.SET_ASIDE, (reason,)
        case Quarantine(reason):
            return DocumentStatus.QUARANTINED, (reason,)
        case never:
            assert_never(never)


def _patient(planned: PlannedDocument, status: DocumentStatus) -> tuple[str | None, float | None]:
    if isinstance(planned.decision, Filing):
        return planned.decision.mrn, _share(planned.decision.probability)
    if status is DocumentStatus.REVIEW and planned.candidates:
        return planned.candidates[0].mrn, _share(planned.candidates[0].probability)
    return None, None


def _fields(extraction: Extraction, readings: Mapping[int, PageReading]) -> dict[str, StoredField]:
    kept: dict[str, StoredField] = {}
    for field in extraction.fields:
        kept.setdefault(field.name.value, _stored(field, readings))
    return kept


def _stored(field: Field, readings: Mapping[int, PageReading]) -> StoredField:
    return StoredField(
        field.value,
        _share(field.confidence),
        field.page,
        _box(field.page, field.box, readings),
        field.raw,
        field.rule,
        field.rivals,
        field.sightings,
        field.witnesses,
    )


def _box(page: int, box: Box, readings: Mapping[int, PageReading]) -> tuple[float, float, float, float]:
    turn = readings[page].turn if page in readings else 0
    x0, y0, x1, y1 = (round(_share(edge), 5) for edge in place_on_source(box, turn))
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _share(value: float) -> float:
    return min(1.0, max(0.0, float(value)))


def _item(record: DocumentRecord, reasons: tuple[str, ...], delivery: Delivery, now: datetime, *, blind: bool = False) -> ReviewItem:
    item_id = hashlib.sha256(f"item:{record.id}".encode()).hexdigest()[:20]
    disputed = not blind and _is_disputed(record.evidence.get("shadow"))
    return ReviewItem(item_id, record.id, reasons, delivery.priority.value, now, blind=blind, disputed=disputed)


def _is_disputed(said: Mapping[str, Any] | None) -> bool:
    """Whether a version that decides nothing takes a document for something else, or is not as sure."""
    return said is not None and (said["live_type"], said["live_sure"]) != (said["type"], said["sure"])
