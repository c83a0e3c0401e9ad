"""The review queue: items, whose hands they are in, and the order in which they are handed out. What to decide is the clerk's.

A lease is one conditional update that raises the item's fencing number when it changes hands; a decision names the number it was made under.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, false, func, insert, or_, select, update

from schemas.record import AuditEntry, ReviewItem
from store import audit
from store.tables import audit as trail
from store.tables import delivery, document
from store.tables import review_item as table

URGENCY = case({"stat": 0, "normal": 1}, value=table.c.priority, else_=2)
QUARANTINED = case((document.c.status == "quarantined", 1), else_=0)
UNDISPUTED = case((table.c.disputed, 0), else_=1)
LASTS = timedelta(minutes=5)  # how long an item stays in idle hands
TARGET = timedelta(hours=24)  # in which every item is to be decided
SOON = 200  # among so many one sender's items are handed out together
TRIES = 5  # others may lease what was just found free
SKIPS = 3  # so many skips hand an item on to the lead
LOOKS = ("chart.seen", "practice.seen")  # audit actions by which a person learns how a document was filed


class Wanted(NamedTuple):
    """Which items a person asks for; what is empty is not asked."""

    family: str = ""  # of a reason: patient, type, field, …
    source: str = ""
    priority: str = ""
    late: bool = False
    escalated: bool | None = None  # handed on to the lead: only these, or none of these


class Seat(NamedTuple):
    """An item in somebody's hands under its fencing number, and the item that was leased to come after it."""

    fence: int
    following: ReviewItem | None


def add(conn: Connection, items: Sequence[ReviewItem]) -> None:
    """Put items into the queue."""
    if items:
        conn.execute(insert(table), [_values(item) for item in items])


def open_items(
    conn: Connection,
    wanted: Wanted = Wanted(),  # noqa: B008
    *,
    now: datetime | None = None,
    limit: int | None = None,
    holder: str | None = None,
) -> list[ReviewItem]:
    """What waits: urgent first, what can be filed before what is quarantined, disputed first, then the oldest. For `holder`: what may be theirs."""
    waiting = _waiting(table).where(*_asked(wanted, now), *([may_decide(holder)] if holder else []))
    return [item_of(row) for row in conn.execute(waiting.order_by(*_order()).limit(limit))]


def get(conn: Connection, item_id: str) -> ReviewItem | None:
    """One item, open or resolved."""
    row = conn.execute(select(table).where(table.c.id == item_id)).first()
    return item_of(row) if row else None


def of_document(conn: Connection, document_id: str) -> list[ReviewItem]:
    """The items about a document, in the order they were opened."""
    query = select(table).where(table.c.document_id == document_id).order_by(table.c.opened_at, table.c.id)
    return [item_of(row) for row in conn.execute(query)]


def new_id(conn: Connection, document_id: str) -> str:
    """The id of the next item about a document."""
    number = len(of_document(conn, document_id))
    return hashlib.sha256(f"item:{document_id}:{number}".encode()).hexdigest()[:20]


def may_decide(holder: str) -> ColumnElement[bool]:
    """Items that a person may be asked: a check or second question is for none who has decided about the document or seen how it was filed."""
    again = or_(table.c.blind, table.c.known, table.c.follows.is_not(None))
    other = table.alias()
    decided = exists(select(other.c.id).where(other.c.document_id == table.c.document_id, other.c.resolved_by == holder, other.c.undone_at.is_(None)))
    about = (trail.c.subject == table.c.document_id, trail.c.actor == holder, trail.c.action.in_(LOOKS))
    return ~and_(again, or_(decided, exists(select(trail.c.sequence).where(*about))))


def is_for(conn: Connection, item_id: str, holder: str) -> bool:
    """Whether a person may be asked this item."""
    return conn.execute(select(table.c.id).where(table.c.id == item_id, may_decide(holder))).first() is not None


def asked_blind(conn: Connection, document_ids: Collection[str], *, holder: str | None = None) -> set[str]:
    """Those of these documents about which somebody is asked who must not see how they were filed; with `holder`: only that person."""
    again = or_(table.c.blind, table.c.known, table.c.follows.is_not(None))
    query = select(table.c.document_id).where(table.c.document_id.in_(document_ids), table.c.resolved_at.is_(None), again)
    return set(conn.execute(query.where(table.c.holder == holder) if holder else query).scalars())


def claim(conn: Connection, item_id: str, holder: str, *, now: datetime) -> int | None:
    """Lease an open item, or go on holding it; its fencing number, or None when it is decided, in other hands, or for others to decide."""
    mine = and_(table.c.holder == holder, table.c.held_until > now)
    free = and_(table.c.id == item_id, table.c.resolved_at.is_(None), or_(mine, _is_free(now)), may_decide(holder))
    fence = case((mine, table.c.fence), else_=table.c.fence + 1)
    leased = update(table).where(free).values(holder=holder, held_until=now + LASTS, fence=fence)
    return conn.execute(leased.returning(table.c.fence)).scalar()


def sit_down(conn: Connection, item_id: str, holder: str, wanted: Wanted, *, now: datetime) -> Seat | None:
    """Lease an item and the one to come after it, and give back whatever else one held; None when it is not to be had."""
    fence = claim(conn, item_id, holder, now=now)
    if fence is None:
        return None
    following = next_item(conn, holder, wanted, now=now, after=item_id)
    kept = [item_id]
    if following is not None:
        claim(conn, following.id, holder, now=now)
        kept.append(following.id)
    give_back(conn, holder, but=kept)
    return Seat(fence, following)


def take_next(conn: Connection, holder: str, wanted: Wanted, *, now: datetime, after: str = "") -> ReviewItem | None:
    """The item to decide next, in one's hands before anybody is sent to it; None when nothing is to be had."""
    for _ in range(TRIES):
        item = next_item(conn, holder, wanted, now=now, after=after)
        if item is None or claim(conn, item.id, holder, now=now) is not None:
            return item
    return None


def next_item(conn: Connection, holder: str, wanted: Wanted, *, now: datetime, after: str = "") -> ReviewItem | None:
    """The item to decide next: one's own leased one first, then urgent, late, of the same sender, old."""
    mine = and_(table.c.holder == holder, table.c.held_until > now, table.c.id != after, table.c.resolved_at.is_(None))
    row = conn.execute(_waiting(table).where(mine, *_asked(wanted, now)).order_by(*_order()).limit(1)).first()
    row = row or _first_free(conn, holder, wanted, now, after)
    return item_of(row) if row else None


def _first_free(conn: Connection, holder: str, wanted: Wanted, now: datetime, after: str) -> Row[Any] | None:
    """The item in nobody's hands that comes first; of one sender's stack the next, if it is among those that come soon.

    A rank at a time: within one the index gives the oldest, and no long queue is sorted.
    """
    free = (_is_free(now), table.c.id != after, may_decide(holder), *_asked(wanted, now))
    there = conn.execute(select(URGENCY).where(table.c.resolved_at.is_(None)).distinct()).scalars()
    for urgency, quarantined, undisputed in product(sorted(there), range(2), range(2)):
        rank = (urgency == URGENCY, quarantined == QUARANTINED, undisputed == UNDISPUTED, *free)
        first = conn.execute(_waiting(table).where(*rank).order_by(*_by_age()).limit(1)).first()
        if first is not None:
            return _beside(conn, after, (*rank, table.c.opened_at <= now - TARGET) if first.opened_at <= now - TARGET else rank) or first
    return None


def _beside(conn: Connection, after: str, rank: Sequence[ColumnElement[bool]]) -> Row[Any] | None:
    """The oldest of those that come soon whose document is of the same sender as the last one."""
    sender = conn.execute(select(document.c.read_facility).join(table, table.c.document_id == document.c.id).where(table.c.id == after)).scalar()
    if not sender:
        return None
    soon = _waiting(table.c.id, document.c.read_facility).where(*rank).order_by(*_by_age()).limit(SOON)
    name = next((name for name, facility in conn.execute(soon) if facility == sender), None)
    return conn.execute(select(table).where(table.c.id == name)).first() if name else None


def holds(conn: Connection, item_id: str, holder: str, fence: int, *, now: datetime) -> bool:
    """Whether an open item is still in these hands under this number."""
    mine = and_(table.c.id == item_id, table.c.resolved_at.is_(None), table.c.holder == holder, table.c.fence == fence, table.c.held_until > now)
    return conn.execute(select(table.c.id).where(mine, may_decide(holder))).first() is not None


def give_back(conn: Connection, holder: str, *, but: Collection[str] = ()) -> None:
    """Let go of what somebody has leased and not decided."""
    mine = and_(table.c.holder == holder, table.c.resolved_at.is_(None), table.c.id.not_in(but))
    conn.execute(update(table).where(mine).values(holder=None, held_until=None))


def skip(conn: Connection, item_id: str, holder: str, reason: str, *, now: datetime) -> None:
    """Put an item back unread or unsure, for a reason; the third time it goes to the lead."""
    escalated = or_(table.c.escalated, table.c.skips + 1 >= SKIPS)
    back = update(table).where(table.c.id == item_id).values(holder=None, held_until=None, skips=table.c.skips + 1, escalated=escalated)
    count = conn.execute(back.returning(table.c.skips)).scalar_one()
    audit.append(conn, AuditEntry("review.skipped", item_id, holder, {"reason": reason, "skips": count}), now)


def escalate(conn: Connection, item_id: str, holder: str, reason: str, *, now: datetime) -> None:
    """Hand an item on to the lead, for a reason."""
    conn.execute(update(table).where(table.c.id == item_id).values(holder=None, held_until=None, escalated=True))
    audit.append(conn, AuditEntry("review.escalated", item_id, holder, {"reason": reason}), now)


def last_decided(conn: Connection, actor: str, *, since: datetime) -> ReviewItem | None:
    """The newest decision of a person that was not taken back, if there is one since then."""
    mine = and_(table.c.resolved_by == actor, table.c.resolved_at > since, table.c.undone_at.is_(None), table.c.before.is_not(None))
    row = conn.execute(select(table).where(mine).order_by(table.c.resolved_at.desc()).limit(1)).first()
    return item_of(row) if row else None


def counts(conn: Connection) -> dict[str, int]:
    """How many items are open, open and blind (random checks, counted apart), and resolved."""
    state = case((table.c.resolved_at.is_not(None), "resolved"), (table.c.blind, "blind"), else_="open")
    found = {row[0]: row[1] for row in conn.execute(select(state, func.count()).group_by(state))}
    return {name: found.get(name, 0) for name in ("open", "blind", "resolved")}


def oldest_open(conn: Connection) -> datetime | None:
    """When the item that has waited longest for a decision was opened, random checks left out."""
    waiting = table.c.resolved_at.is_(None) & table.c.blind.is_(False)
    return conn.execute(select(func.min(table.c.opened_at)).where(waiting)).scalar()


def waiting_count(conn: Connection, wanted: Wanted, *, now: datetime, holder: str | None = None) -> int:
    """How many items wait of those asked for; for `holder`: of those that may be theirs."""
    query = _waiting(func.count()).where(*_asked(wanted, now), *([may_decide(holder)] if holder else []))
    count: int = conn.execute(query).scalar_one()
    return count


def sources(conn: Connection) -> list[str]:
    """The sources of what waits."""
    found = conn.execute(_waiting(delivery.c.source).join(delivery, delivery.c.id == document.c.delivery_id).distinct()).scalars()
    return sorted({name.partition("/")[0] for name in found})


def reason_counts(conn: Connection) -> dict[str, int]:
    """How many open items give each reason."""
    tally: dict[str, int] = {}
    for item in open_items(conn):
        for reason in item.reasons:
            tally[reason] = tally.get(reason, 0) + 1
    return tally


def reopened(item: ReviewItem, item_id: str) -> ReviewItem:
    """The same question as a new item, as old as the first: its decision was taken back."""
    return replace(item, id=item_id, resolved_at=None, resolution=None, resolved_by=None, holder=None, held_until=None, fence=0)


def item_of(row: Row[Any]) -> ReviewItem:
    """A row of the queue as a value."""
    return ReviewItem(
        id=row.id,
        document_id=row.document_id,
        reasons=tuple(row.reasons),
        priority=row.priority,
        opened_at=row.opened_at,
        blind=bool(row.blind),
        resolved_at=row.resolved_at,
        resolution=row.resolution,
        resolved_by=row.resolved_by,
        holder=row.holder,
        held_until=row.held_until,
        fence=row.fence,
        skips=row.skips,
        escalated=bool(row.escalated),
        follows=row.follows,
        known=bool(row.known),
        disputed=bool(row.disputed),
    )


def _waiting(*what: Any) -> Select[Any]:
    return select(*what).select_from(table).join(document, document.c.id == table.c.document_id).where(table.c.resolved_at.is_(None))


def _order() -> tuple[ColumnElement[Any], ...]:
    return URGENCY, QUARANTINED, UNDISPUTED, *_by_age()


def _by_age() -> tuple[ColumnElement[Any], ...]:
    return table.c.opened_at, document.c.delivery_id, document.c.first_page, table.c.id


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(table.c.held_until.is_(None), table.c.held_until <= now)


def _asked(wanted: Wanted, now: datetime | None) -> list[ColumnElement[bool]]:
    reasons = table.c.reasons.cast(table.c.id.type)
    from_there = or_(delivery.c.source == wanted.source, delivery.c.source.startswith(f"{wanted.source}/", autoescape=True))
    made = [
        (wanted.family, or_(*(reasons.contains(f'"{wanted.family}{sign}', autoescape=True) for sign in '."'))),
        (wanted.source, document.c.delivery_id.in_(select(delivery.c.id).where(from_there))),
        (wanted.priority, table.c.priority == wanted.priority),
        (wanted.late and now, table.c.opened_at <= now - TARGET if now else false()),
        (wanted.escalated is not None, table.c.escalated == bool(wanted.escalated)),
    ]
    return [condition for asked, condition in made if asked]


def _values(item: ReviewItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "document_id": item.document_id,
        "reasons": list(item.reasons),
        "priority": item.priority,
        "opened_at": item.opened_at,
        "blind": item.blind,
        "resolved_at": item.resolved_at,
        "resolution": item.resolution,
        "skips": item.skips,
        "escalated": item.escalated,
        "follows": item.follows,
        "known": item.known,
        "disputed": item.disputed,
    }
