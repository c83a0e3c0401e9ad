"""A clerk's decision, from the command line or a screen: checks it against the catalogue and the index, then lets the store commit it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from schemas.decision import REASONS_FOR, Wish
from schemas.document import FieldName
from schemas.faults import InputFault, StaleClaim
from schemas.reasons import REASONS
from schemas.record import AuditEntry, DocumentRecord, ReviewItem
from store import apart, audit, documents, merges, patients, queue
from store.database import writing
from workers.wire import Stores, load_catalogue

LONGEST_FIELD = 200
DATED = ("_date", "_dob")


def resolve_item(stores: Stores, item_id: str, wish: Wish, *, actor: str, now: datetime, fence: int | None = None) -> DocumentRecord:
    """Commit one decision on a review item; InputFault says what is wrong with it.

    With the number of a lease, only while the item is held under it; without one, only when it is in nobody else's hands. StaleClaim else.
    """
    with writing(stores.index) as conn:
        item = queue.get(conn, item_id)
        if item is None:
            raise InputFault(f"There is no review item {item_id}.", next_step="`chartroom review list` gives the ids.")
        _check_lease(conn, item, actor, fence, now)
        if wish.patient:
            decision = _filing(conn, item, wish)
        elif wish.two_people:
            raise InputFault("Who two people are is said with the patient.", next_step="Add --patient MRN.")
        else:
            act = "set_aside" if wish.set_aside else "quarantine"
            decision = {"act": act, "reason": _reason(wish.set_aside or wish.quarantine, REASONS_FOR[act])}
        record = documents.resolve(conn, item_id=item_id, actor=actor, decision=decision, now=now)
        if wish.two_people:
            _tell_apart(conn, item_id, decision["apart"], actor, now)
        return record


def _tell_apart(conn: Any, item_id: str, mrns: list[str], actor: str, now: datetime) -> None:
    apart.note(conn, item_id, mrns)
    patients.tally(conn, (), ())
    audit.append(conn, AuditEntry("patients.told_apart", item_id, actor, {"mrns": mrns}), now)


def _check_lease(conn: Any, item: ReviewItem, actor: str, fence: int | None, now: datetime) -> None:
    if fence is not None and not queue.holds(conn, item.id, actor, fence, now=now):
        raise StaleClaim("This item is no longer in your hands, or it has changed.", next_step="Nothing was written; look at it again.")
    if fence is None and item.resolved_at is None and queue.claim(conn, item.id, actor, now=now) is None:
        raise StaleClaim(f"Somebody is deciding item {item.id}.", next_step="Take another, or wait five minutes.")


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
    decision = {"act": "file", "mrn": wish.patient, **_kind(record, item, wish.kind)}
    fields = {name: _value(name, value) for name, value in wish.fields.items()}
    told = {"apart": _suspects(record)} if wish.two_people else {}
    return decision | ({"fields": fields} if fields else {}) | told


def _suspects(record: DocumentRecord | None) -> list[str]:
    """The entries that were suspected to be one person when the document was matched."""
    suspects: list[str] = record.evidence.get("match", {}).get("twice", []) if record else []
    if len(suspects) < 2:
        raise InputFault("No two entries of the index are suspected to be one person here.", next_step="Leave --two-people out.")
    return suspects


def _value(name: str, value: str) -> str:
    if name not in set(FieldName) or not value or len(value) > LONGEST_FIELD:
        raise InputFault("A field is unknown, empty or too long.", next_step="Type what stands on the page, or leave it out.")
    if name.endswith(DATED):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise InputFault("A date is not written as year-month-day.", next_step="Write it as 2026-11-21.") from None
    return value


def _kind(record: DocumentRecord | None, item: ReviewItem, kind: str) -> dict[str, str | None]:
    slug = kind or (record.document_type if record else None)
    catalogue = load_catalogue()
    if not slug or slug not in catalogue or not catalogue[slug].files:
        known = ", ".join(sorted(s for s, t in catalogue.types.items() if t.files))
        raise InputFault(f"Item {item.id} needs a document type that can be filed.", next_step=f"Give --type, one of: {known}")
    return {"type": slug, "loinc": catalogue[slug].loinc}


def _reason(code: str, allowed: Collection[str]) -> str:
    if code not in allowed:
        raise InputFault(f"{code if code in REASONS else 'That'} is no reason for that.", next_step=f"One of: {', '.join(sorted(allowed))}")
    return code
