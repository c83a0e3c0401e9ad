"""Merges, parts and tells apart entries of the patient index, and has the documents concerned matched again or asked about."""

from __future__ import annotations

from datetime import datetime

from schemas.config import Config
from schemas.decision import Wish
from schemas.record import DocumentRecord, ReviewItem
from store import corrections, documents, merges, queue
from store.database import reading, writing
from workers.rematch import Rematched, ask_again, recheck_filed, rematch_between, rematch_held
from workers.resolve import resolve_item
from workers.wire import Stores


def merge_entries(stores: Stores, config: Config, mrn: str, into: str, *, actor: str, now: datetime) -> Rematched:
    """Have one entry stand for another: its documents show under the survivor. Repeating it changes nothing."""
    with writing(stores.index) as conn:
        new = merges.merge(conn, mrn, into, actor=actor, now=now)
        filed = [record.id for record in documents.of_patient(conn, into)]
    return _follow(stores, config, filed if new else [], now)


def unmerge_entry(stores: Stores, config: Config, mrn: str, *, actor: str, now: datetime) -> Rematched:
    """Part an entry from its survivor. What was filed to the survivor while it stood for both is asked about, whoever filed it."""
    with writing(stores.index) as conn:
        since = merges.merged_at(conn, mrn)
        head = merges.unmerge(conn, mrn, actor=actor, now=now)
        filed = [*documents.of_patient(conn, head), *documents.of_patient(conn, mrn)]
    meanwhile = {record.id for record in filed if since and record.patient_mrn == head and record.filed_at and record.filed_at >= since}
    asked = ask_again(stores, config, sorted(meanwhile), now=now)
    done = _follow(stores, config, [record.id for record in filed if record.id not in meanwhile], now)
    return done._replace(doubtful=done.doubtful + asked.doubtful)


def decide_item(  # noqa: PLR0913 - a decision, and the stores it reaches
    stores: Stores, config: Config, item_id: str, wish: Wish, *, actor: str, now: datetime, fence: int | None = None
) -> DocumentRecord:
    """Commit one decision on a review item; where it merges two entries or tells them apart, the documents concerned are matched again."""
    record = resolve_item(stores, item_id, wish, actor=actor, now=now, fence=fence, rules=config.review)
    if wish.two_people:
        rematch_between(stores, config, record.evidence["match"]["twice"], reason="patient.duplicate", now=now)
    if wish.merge:
        with reading(stores.index) as conn:
            merged = merges.survivor(conn, wish.merge) != wish.merge  # not while somebody else must say the same
            filed = [other.id for other in documents.of_patient(conn, wish.patient) if other.id != record.id]
        if merged:
            _follow(stores, config, filed, now)
    return record


def undo_decision(stores: Stores, config: Config, item_id: str, *, actor: str, now: datetime) -> ReviewItem:
    """Take back one's own decision; where it had told two entries apart, or merged two that part again, the documents concerned are matched again."""
    with writing(stores.index) as conn:
        item = queue.get(conn, item_id)
        told = (item.resolution if item else None) or {}
        one_again, mrn = told.get("apart", []), told.get("merge", "")
        head = merges.survivor(conn, mrn)
        again = corrections.undo(conn, item_id, actor, now=now)
        parted = head != mrn and merges.survivor(conn, mrn) == mrn
        filed = {record.id for one in [*one_again, *((head, mrn) if parted else ())] for record in documents.of_patient(conn, one)}
    if one_again:
        recheck_filed(stores, config, sorted(filed), now=now)
        rematch_between(stores, config, one_again, now=now)
    if parted:
        _follow(stores, config, sorted(filed), now)
    return again


def _follow(stores: Stores, config: Config, filed: list[str], now: datetime) -> Rematched:
    checked = recheck_filed(stores, config, filed, now=now)
    done = rematch_held(stores, config, now=now)
    return done._replace(doubtful=done.doubtful + checked.doubtful)
