"""A document as a clerk's decision makes it. Reads and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from schemas.faults import StoreFault
from schemas.record import DocumentRecord, DocumentStatus, StoredField

WHOLE_PAGE = (0.0, 0.0, 1.0, 1.0)


def decided(before: DocumentRecord, decision: dict[str, Any], by: dict[str, str], now: datetime) -> DocumentRecord:
    """The document as the clerk wants it."""
    act = decision.get("act")
    evidence = {**before.evidence, "decisions": [*before.evidence.get("decisions", []), {**by, "act": act}]}
    if act == "file":
        return replace(_filed(before, decision, now), evidence=evidence)
    if act in {"set_aside", "quarantine"} and decision.get("reason"):
        status = DocumentStatus.SET_ASIDE if act == "set_aside" else DocumentStatus.QUARANTINED
        return replace(before, status=status, reasons=(decision["reason"],), filed_at=None, evidence=evidence)
    raise StoreFault("A decision is to file, or to set aside or quarantine for a reason.", permanent=True)


def is_fileable(record: DocumentRecord) -> bool:
    """Whether a document has what a chart needs: pages, patient, type and its stored object."""
    return bool(record.pages and record.patient_mrn and record.document_type and record.object_key)


def _filed(before: DocumentRecord, decision: dict[str, Any], now: datetime) -> DocumentRecord:
    """Filed as decided. A person's choice of patient counts as certain; what was computed before stays in the evidence."""
    slug = decision.get("type") or before.document_type
    mrn = decision.get("mrn")
    stays = before.status is DocumentStatus.FILED and before.patient_mrn == mrn
    filed = replace(
        before,
        status=DocumentStatus.FILED,
        document_type=slug,
        loinc=decision.get("loinc", before.loinc if slug == before.document_type else None),
        document_type_confidence=before.document_type_confidence if slug == before.document_type else 1.0,
        patient_mrn=mrn,
        patient_probability=before.patient_probability if stays else 1.0,
        fields=before.fields | {name: _corrected(before, name, value) for name, value in (decision.get("fields") or {}).items()},
        reasons=(),
        object_key=decision.get("object_key", before.object_key),
        filed_at=before.filed_at if stays else now,
    )
    if not is_fileable(filed):
        raise StoreFault("A document is filed with a patient, a type and its stored pages.", next_step="Give what is missing.", permanent=True)
    return filed


def _corrected(record: DocumentRecord, name: str, value: Any) -> StoredField:
    """A field as the clerk typed it; it keeps the place where it was read, else it counts for the whole first page."""
    place = record.fields.get(name) or StoredField("", 0.0, min(record.pages, default=1), WHOLE_PAGE)
    if isinstance(value, Mapping):
        place = replace(place, page=value.get("page", place.page), box=tuple(value.get("box", place.box)))
        value = value["value"]
    return replace(place, value=str(value), confidence=1.0, rule="clerk", rivals=())
