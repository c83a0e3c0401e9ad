"""The receipt names the pages that are not here, with what stands on no page."""

from datetime import UTC, datetime

from schemas.record import DocumentRecord, DocumentStatus
from schemas.source import Delivery, Priority
from workers.receipt import receipt_text

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DELIVERY = Delivery("d" * 20, 1, "desk", "a.pdf", "0" * 64, 1, "o", "", Priority.NORMAL, NOW)


def record(*reasons: str, **evidence: object) -> DocumentRecord:
    plain = {"document_type": None, "loinc": None, "document_type_confidence": None, "patient_mrn": None, "patient_probability": None, "fields": {}}
    more = {"object_key": None, "filed_at": None, "reasons": reasons, "evidence": evidence, "status": DocumentStatus.REVIEW}
    return DocumentRecord(id="doc", delivery_id="d", source_name="a.pdf", sha256="0", pages=(1, 2), **plain, **more)  # type: ignore[arg-type]


def test_the_receipt_names_the_missing_pages() -> None:
    text = receipt_text(DELIVERY, [record("pages.missing", missing=["page 2 of 3 is not here"])], now=NOW)
    assert "(pages 1, 2) What the numbers say: page 2 of 3 is not here. Ask the sender" in text
    assert "What the numbers say" not in receipt_text(DELIVERY, [record("type.unsure")], now=NOW)
