"""The one gate before a document goes anywhere by itself: what carries a label of special protection goes nowhere without a person."""

from __future__ import annotations

from schemas.catalogue import Catalogue
from schemas.record import DocumentRecord

FAMILY = "sensitivity."


def protections(record: DocumentRecord, catalogue: Catalogue) -> tuple[str, ...]:
    """The labels of a document: those its own words asked for, those it was held for, and its type's, such as substance_use (42 CFR Part 2)."""
    codes = [code for code in (*record.evidence.get("protected", ()), *record.reasons) if code.startswith(FAMILY)]
    slug = record.document_type
    of_type = catalogue[slug].sensitivity if slug is not None and slug in catalogue else None
    return tuple(dict.fromkeys([*(code.removeprefix(FAMILY) for code in codes), *([of_type] if of_type else [])]))


def may_distribute(record: DocumentRecord, catalogue: Catalogue) -> bool:
    """Whether a document may be filed, shown or handed on without a person who decides it: not if it carries any label."""
    return not protections(record, catalogue)
