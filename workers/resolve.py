"""A clerk's decision from the command line: checks it against the catalogue and the index, then lets the store commit it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from schemas.faults import InputFault
from schemas.reasons import REASONS
from schemas.record import DocumentRecord, ReviewItem
from store import documents, merges, patients, queue
from store.database import writing
from workers.wire import Stores, load_catalogue

NO_RECORD = {"cover", "separator", "image.blank", "policy.ignored"}
NOBODY = "patient.none"  # about nobody of ours
REASONS_FOR = {
    "set_aside": {code for code in REASONS if code.startswith("duplicate.")} | NO_RECORD | {NOBODY},
    "quarantine": {code for code in REASONS if code.startswith("file.")} | {"image.unreadable"},
}


class Wish(NamedTuple):
    """What the clerk wants: a patient's MRN to file it to, or a reason to set it aside or to quarantine it."""

    patient: str = ""
    kind: str = ""
    set_aside: str = ""
    quarantine: str = ""
    anyway: bool = False  # to a patient whom nothing on the page proposed


def resolve_item(stores: Stores, item_id: str, wish: Wish, *, actor: str, now: datetime) -> DocumentRecord:
    """Commit one decision on a review item; InputFault says what is wrong with it."""
    with writing(stores.index) as conn:
        item = queue.get(conn, item_id)
        if item is None:
            raise InputFault(f"There is no review item {item_id}.", next_step="`chartroom review list` gives the ids.")
        if wish.patient:
            decision = _filing(conn, item, wish)
        else:
            act = "set_aside" if wish.set_aside else "quarantine"
            decision = {"act": act, "reason": _reason(wish.set_aside or wish.quarantine, REASONS_FOR[act])}
        return documents.resolve(conn, item_id=item_id, actor=actor, decision=decision, now=now)


def _filing(conn: Any, item: ReviewItem, wish: Wish) -> dict[str, Any]:
    if patients.get(conn, wish.patient) is None:
        raise InputFault("That MRN is not in the patient index.", next_step="Import the patient first: `chartroom patients import`.")
    record = documents.get(conn, item.document_id)
    if record is not None and not record.pages:
        raise InputFault("This file could not be opened, so there is no page to file.", next_step="Quarantine it, and ask for a new copy.")
    if record is not None and record.object_key is None:
        raise InputFault("No PDF could be made of this document, so it cannot be filed.", next_step="Quarantine it, and ask for a new copy.")
    proposed = [candidate["mrn"] for candidate in record.evidence.get("candidates", [])] if record else []
    people = {merges.survivor(conn, mrn) for mrn in proposed}
    if merges.survivor(conn, wish.patient) not in people and not wish.anyway:
        raise InputFault("Nothing on the page proposed that patient.", next_step="Check the MRN against the page; if it is right, add --anyway.")
    return {"act": "file", "mrn": wish.patient, **_kind(record, item, wish.kind)}


def _kind(record: DocumentRecord | None, item: ReviewItem, kind: str) -> dict[str, str | None]:
    slug = kind or (record.document_type if record else None)
    catalogue = load_catalogue()
    if not slug or slug not in catalogue or not catalogue[slug].files:
        known = ", ".join(sorted(s for s, t in catalogue.types.items() if t.files))
        raise InputFault(f"Item {item.id} needs a document type that can be filed.", next_step=f"Give --type, one of: {known}")
    return {"type": slug, "loinc": catalogue[slug].loinc}


def _reason(code: str, allowed: Collection[str]) -> str:
    if code not in allowed:
        raise InputFault(f"{code} is no reason for that.", next_step=f"One of: {', '.join(sorted(allowed))}")
    return code
