"""Clerks' verdicts on whom the machine chose: immutable rows, from which each source's line is reckoned. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, func, insert, select

from schemas.line import Verdict
from schemas.record import DocumentRecord, ReviewItem
from store import merges
from store.tables import delivery, filing, review_item
from store.tables import verdict as table

NOBODY = "patient.none"  # set aside for this reason: the person is none of ours
PASSED = "Matched"
STRANGER = "NoCandidate"
RECHECK = "patient.recheck"
MACHINES = {"pipeline", "rematch"}
MACHINE, PERSON = "machine", "person"  # who had filed what is checked


def note(conn: Connection, item: ReviewItem, before: DocumentRecord, decision: dict[str, Any], by: dict[str, Any]) -> None:
    """Put a clerk's decision beside the machine's choice; one that says nothing about the patient is no verdict."""
    if not before.pages or RECHECK in item.reasons or not (decision["act"] == "file" or decision.get("reason") == NOBODY):
        return
    conn.execute(insert(table).values(**_values(conn, item, before, decision), **by))


def of_source(conn: Connection, source: str) -> Iterator[Verdict]:
    """All verdicts on documents from a source that were not taken back, in the order they were given."""
    columns = [table.c[item.name] for item in fields(Verdict)]
    kept = select(*columns).join(review_item, review_item.c.id == table.c.item_id).where(review_item.c.undone_at.is_(None))
    for row in conn.execute(kept.where(table.c.source == source.partition("/")[0]).order_by(table.c.sequence)):
        yield Verdict(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def newest(conn: Connection, source: str) -> tuple[int, int]:
    """The number of the newest verdict on a source, 0 when there is none, and how many were taken back."""
    query = select(func.max(table.c.sequence), func.count(review_item.c.undone_at)).join(review_item, review_item.c.id == table.c.item_id)
    row = conn.execute(query.where(table.c.source == source.partition("/")[0])).one()
    return row[0] or 0, row[1]


def sources(conn: Connection) -> list[str]:
    """Every source that delivered anything; a watched folder's sub-folders are that folder."""
    return sorted({name.partition("/")[0] for name in conn.execute(select(delivery.c.source).distinct()).scalars()})


def _values(conn: Connection, item: ReviewItem, before: DocumentRecord, decision: dict[str, Any]) -> dict[str, Any]:
    filed_on = {**before.evidence, **before.evidence.get("filed_on", {})}
    choice = choice_of(filed_on) if item.blind else first_choice(before.evidence)
    chosen, told = choice["mrn"], decision.get("mrn")
    stands = merges.survivors(conn, [mrn for mrn in (chosen, told) if mrn])
    source = conn.execute(select(delivery.c.source).where(delivery.c.id == before.delivery_id)).scalar_one()
    checked = _filed_by(conn, before.id) if item.blind else None  # what a person filed proves nothing of the machine's line
    return {
        "item_id": item.id,
        "document_id": before.id,
        "source": source.partition("/")[0],
        "doubt": None if checked == PERSON else choice["raw_doubt"],
        "machine_mrn": stands.get(chosen, chosen) if chosen else None,
        "clerk_mrn": stands.get(told, told) if told else None,
        "blind": item.blind,
        "bound": choice["bound"] if checked == MACHINE else None,
        "unknown": told is None or first_choice(before.evidence)["outcome"] == STRANGER,
        "model": choice["model"],
        "checked": checked,
        "filed_mrn": before.patient_mrn if checked else None,
    }


def _filed_by(conn: Connection, document_id: str) -> str:
    """Who filed a document last."""
    last = select(filing.c.actor).where(filing.c.document_id == document_id).order_by(filing.c.sequence.desc()).limit(1)
    return MACHINE if conn.execute(last).scalar() in {*MACHINES, None} else PERSON


def choice_of(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Whom which matcher chose, how doubtful it was, and under which line; nobody when its gate was not passed."""
    passed = evidence.get("outcome") == PASSED
    return {
        "outcome": evidence.get("outcome"),
        "mrn": evidence["candidates"][0]["mrn"] if passed else None,
        "raw_doubt": evidence.get("match", {}).get("raw_doubt") if passed else None,
        "bound": (evidence.get("line") or {}).get("bound"),
        "model": str(evidence.get("versions", {}).get("match", "")),
    }


def first_choice(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """What the machine chose before the document was matched again: a wrong choice must not vanish because the index has grown."""
    return {**choice_of(evidence), **evidence.get("first", {})}
