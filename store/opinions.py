"""Answers that are kept until somebody else has given one too: nothing is filed by them. Decides nothing.

The item of the next person follows the one that was answered, so that all answers to one question form a chain.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, update

from schemas.faults import StaleClaim
from schemas.record import AuditEntry, DocumentRecord, DocumentStatus, ReviewItem
from store import audit, corrected, documents, queue
from store.tables import filing, review_item

ANSWER, WITHDRAWN = "answer", "withdrawn"
SECOND = "policy.second"
PEOPLE = 3  # so many answers without two that agree hand an item on to the lead


class Opinion(NamedTuple):
    """Who gave which answer."""

    actor: str
    answer: dict[str, Any]


class Result(NamedTuple):
    """How a planted item was answered. `misfiled`: it would have gone to another person."""

    right: bool
    misfiled: bool


def given(conn: Connection, item: ReviewItem) -> list[Opinion]:
    """The answers that others have given to the question of an item, the first one first."""
    found: list[Opinion] = []
    name = item.follows
    while name is not None:
        row = conn.execute(select(review_item.c.resolved_by, review_item.c.resolution, review_item.c.follows).where(review_item.c.id == name)).one()
        found.insert(0, Opinion(row.resolved_by, row.resolution["answer"]))
        name = row.follows
    return found


def standing(conn: Connection, record: DocumentRecord) -> Opinion | None:
    """How a filed document was filed, as an answer."""
    if record.status is not DocumentStatus.FILED:
        return None
    last = select(filing.c.actor).where(filing.c.document_id == record.id).order_by(filing.c.sequence.desc()).limit(1)
    return Opinion(conn.execute(last).scalar() or "", {"act": "file", "mrn": record.patient_mrn, "type": record.document_type})


def keep(conn: Connection, item: ReviewItem, actor: str, answer: dict[str, Any], why: list[str], *, now: datetime) -> ReviewItem:
    """Keep an answer and ask somebody else, from whom it is hidden; after the third the lead."""
    _answer(conn, item.id, actor, {"act": ANSWER, "answer": answer}, why, now)
    record = _known(conn, item)
    corrected.note(conn, item.id, record, answer, actor, now)
    reasons = item.reasons if item.blind or SECOND in item.reasons else (*item.reasons, SECOND)
    late = len(given(conn, item)) + 1 >= PEOPLE
    return documents.ask(conn, record, reasons, actor, now, priority=item.priority, blind=item.blind, follows=item.id, escalated=late)


def keep_known(conn: Connection, item: ReviewItem, actor: str, answer: dict[str, Any], result: Result, *, now: datetime) -> None:
    """Keep the answer to a planted item; nothing else comes of it."""
    _answer(conn, item.id, actor, {"act": ANSWER, "answer": answer, **result._asdict()}, ["known"], now)


def withdraw(conn: Connection, document_id: str, actor: str, *, now: datetime, but: str = "") -> None:
    """Close the checks and planted items that are open about a document: what they ask is no longer so."""
    for item in queue.of_document(conn, document_id):
        if item.id != but and item.resolved_at is None and (item.blind or item.known):
            close(conn, item, actor, {"act": WITHDRAWN}, now=now)


def close(conn: Connection, item: ReviewItem, actor: str, resolution: dict[str, Any], *, now: datetime) -> None:
    """Close an item without an answer to it."""
    gone = {"resolved_at": now, "resolution": resolution, "holder": None, "held_until": None}
    conn.execute(update(review_item).where(review_item.c.id == item.id).values(**gone))
    audit.append(conn, AuditEntry("review.withdrawn", item.id, actor, {"act": resolution["act"]}), now)


def take_back(conn: Connection, item: ReviewItem, actor: str, *, now: datetime) -> ReviewItem:
    """Take back one's own answer: the question stands again, in one's own hands. StaleClaim when somebody else has it by now."""
    later = [one for one in queue.of_document(conn, item.document_id) if one.follows == item.id]
    if item.resolved_by != actor or any(_is_in_other_hands(one, actor, now) for one in later) or _is_undone(conn, item.id):
        raise StaleClaim("That answer can no longer be taken back.", next_step="Somebody else decides by now.")
    for one in later:
        close(conn, one, actor, {"act": WITHDRAWN}, now=now)
    conn.execute(update(review_item).where(review_item.c.id == item.id).values(undone_at=now))
    corrected.take_back(conn, item.id, actor, now)
    again = queue.reopened(item, queue.new_id(conn, item.document_id))
    queue.add(conn, [again])
    audit.append(conn, AuditEntry("review.opened", again.id, actor, {"document": item.document_id, "blind": item.blind}), now)
    queue.claim(conn, again.id, actor, now=now)
    return again


def _is_in_other_hands(item: ReviewItem, actor: str, now: datetime) -> bool:
    held = item.holder not in {None, actor} and item.held_until is not None and item.held_until > now
    return held or item.resolved_at is not None


def _is_undone(conn: Connection, item_id: str) -> bool:
    return conn.execute(select(review_item.c.undone_at).where(review_item.c.id == item_id)).scalar() is not None


def _answer(conn: Connection, item_id: str, actor: str, said: dict[str, Any], why: list[str], now: datetime) -> None:
    """`before` is empty, not missing: one's own answer can be taken back."""
    given = {"resolved_at": now, "resolved_by": actor, "resolution": said, "before": {}, "holder": None, "held_until": None}
    conn.execute(update(review_item).where(review_item.c.id == item_id).values(**given))
    audit.append(conn, AuditEntry("review.answered", item_id, actor, {"why": why}), now)


def _known(conn: Connection, item: ReviewItem) -> DocumentRecord:
    record = documents.get(conn, item.document_id)
    if record is None:
        raise StaleClaim("That document is no longer there as it was.", next_step="Open the next one.")
    return record
