"""Merges, parts and tells apart entries of the patient index, and has the documents concerned matched again or asked about."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from schemas.config import Config
from schemas.decision import Wish
from schemas.record import DocumentRecord, ReviewItem
from store import apart, corrections, merges, neighbours, patients
from store.database import writing
from workers.follow import BY_CLERKS, Followed, follow_up
from workers.resolve import resolve_item
from workers.wire import Stores

TELLING = {"first_name": "the first name", "dob": "the birth date", "sex": "the sex", "ssn_last4": "the SSN digits"}


class Moved(NamedTuple):
    """What merging or parting two entries did: the number that stands, or stood, for both, how many filed documents show elsewhere now."""

    survivor: str
    new: bool  # False: it was so already
    documents: int
    followed: Followed
    against: tuple[str, ...] = ()  # what speaks against their being one person, without a value


def merge_entries(stores: Stores, config: Config, mrn: str, into: str, *, actor: str, now: datetime) -> Moved:
    """Have one entry stand for another: its documents show under the survivor. Repeating it only does what a killed one left to do."""
    with writing(stores.index) as conn:
        against = _against(conn, mrn, into)
        new = merges.merge(conn, mrn, into, actor=actor, now=now)
        moved, head = neighbours.filed_to(conn, merges.below(conn, mrn)), merges.survivor(conn, into)
    return Moved(head, new, len(moved), follow_up(stores, config, now=now), against if new else ())


def _against(conn: Any, one: str, other: str) -> tuple[str, ...]:
    """In what two entries are unlike, and whether a clerk has called them two people: a number is soon mistyped."""
    entries = [entry for mrn in (one, other) if (entry := patients.get(conn, mrn))]
    unlike = [said for name, said in TELLING.items() if len({getattr(entry, name).casefold() for entry in entries} - {""}) > 1]
    return (*unlike, *(["a clerk's decision that they are two people"] if other in apart.others(conn, one) else []))


def unmerge_entry(stores: Stores, config: Config, mrn: str, *, actor: str, now: datetime) -> Moved:
    """Part an entry from its survivor. What was filed to the survivor while it stood for both is asked about, whoever filed it."""
    with writing(stores.index) as conn:
        head = merges.unmerge(conn, mrn, actor=actor, now=now)
        moved = neighbours.filed_to(conn, merges.below(conn, mrn))
    return Moved(head or mrn, head is not None, len(moved), follow_up(stores, config, now=now))


def decide_item(  # noqa: PLR0913 - a decision, and the stores it reaches
    stores: Stores, config: Config, item_id: str, wish: Wish, *, actor: str, now: datetime, fence: int | None = None
) -> DocumentRecord:
    """Commit one decision on a review item; where it merges two entries or tells them apart, the documents concerned are matched again."""
    record = resolve_item(stores, item_id, wish, actor=actor, now=now, fence=fence, rules=config.review)
    if wish.two_people or wish.merge:
        follow_up(stores, config, BY_CLERKS, now=now)
    return record


def undo_decision(stores: Stores, config: Config, item_id: str, *, actor: str, now: datetime) -> ReviewItem:
    """Take back one's own decision; where it had told two entries apart, or merged two that part again, the documents concerned are matched again."""
    with writing(stores.index) as conn:
        again = corrections.undo(conn, item_id, actor, now=now)
    follow_up(stores, config, BY_CLERKS, now=now)
    return again
