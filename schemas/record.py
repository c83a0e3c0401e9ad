"""Rows as the store hands them out: filed documents, review items, audit entries, patients of the index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class DocumentStatus(StrEnum):
    FILED = "filed"
    REVIEW = "review"
    QUARANTINED = "quarantined"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True)
class StoredField:
    """A field as exported; `box` is on the source page as a viewer shows it."""

    value: str
    confidence: float
    page: int
    box: tuple[float, float, float, float]
    raw: str = ""
    rule: str = ""
    rivals: tuple[str, ...] = ()
    sightings: int = 1
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """One line of the export and everything behind it. `evidence` holds candidates, people, type evidence, cuts, links as JSON."""

    id: str
    delivery_id: str
    source_name: str
    sha256: str
    pages: tuple[int, ...]
    status: DocumentStatus
    document_type: str | None
    loinc: str | None
    document_type_confidence: float | None
    patient_mrn: str | None
    patient_probability: float | None
    fields: dict[str, StoredField]
    reasons: tuple[str, ...]
    object_key: str | None
    filed_at: datetime | None
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A hold as a clerk sees it. `blind` items are random checks of documents that are already filed.

    `follows` names the item to which somebody else has given an answer that is not shown; of a `known` one the answer is known, and
    nothing is filed by it. About a `disputed` one a version that runs as shadow says otherwise: such items come first.
    """

    id: str
    document_id: str
    reasons: tuple[str, ...]
    priority: str
    opened_at: datetime
    blind: bool = False
    resolved_at: datetime | None = None
    resolution: dict[str, Any] | None = None
    resolved_by: str | None = None
    holder: str | None = None  # who has it leased, and until when
    held_until: datetime | None = None
    fence: int = 0  # the number of the lease: a decision under an older one is refused
    skips: int = 0
    escalated: bool = False
    follows: str | None = None
    known: bool = False
    disputed: bool = False

    @property
    def again(self) -> bool:
        """Whether somebody has answered before: it is for none who has decided on the document or seen what was decided."""
        return self.blind or self.known or self.follows is not None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One state change: who, what, on which id. `detail` holds ids, codes and counts only."""

    action: str
    subject: str
    actor: str
    detail: dict[str, Any]
