"""Who is signed in, and whose emergency access is open. Keeps the digest of a session's secret, never the secret."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from schemas.access import Glass, Session
from schemas.record import AuditEntry
from store import audit
from store.tables import glass, session

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)


def begin(conn: Connection, opened: Session, *, now: datetime) -> None:
    """Keep a new session and sweep out those whose time is over."""
    conn.execute(delete(session).where((session.c.begun_at <= now - LONGEST) | (session.c.seen_at <= now - IDLE)))
    values = {"begun_at": opened.begun_at, "seen_at": opened.seen_at, "proved_at": opened.proved_at, "whole": opened.whole}
    conn.execute(insert(session).values(token_hash=opened.token_hash, account_id=opened.user_id, **values))


def find(conn: Connection, token_hash: str, *, now: datetime) -> Session | None:
    """The session of this digest, unless it has been idle or open too long."""
    live = (session.c.seen_at > now - IDLE) & (session.c.begun_at > now - LONGEST)
    row = conn.execute(select(session).where(session.c.token_hash == token_hash, live)).first()
    return Session(row.token_hash, row.account_id, row.begun_at, row.seen_at, row.proved_at, bool(row.whole)) if row else None


def touch(conn: Connection, token_hash: str, *, now: datetime) -> None:
    """Note that the person is still there."""
    conn.execute(update(session).where(session.c.token_hash == token_hash).values(seen_at=now))


def prove(conn: Connection, token_hash: str, *, now: datetime) -> None:
    """Note that the person gave the password just now."""
    conn.execute(update(session).where(session.c.token_hash == token_hash).values(proved_at=now, seen_at=now))


def drop(conn: Connection, token_hash: str) -> None:
    """Forget a half session when its whole one begins."""
    conn.execute(delete(session).where(session.c.token_hash == token_hash))


def end(conn: Connection, ended: Session, *, now: datetime) -> None:
    """Sign out."""
    conn.execute(delete(session).where(session.c.token_hash == ended.token_hash))
    audit.append(conn, AuditEntry("session.ended", ended.user_id, f"user:{ended.user_id}", {}), now)


def open_glass(conn: Connection, opened: Glass) -> None:
    """Open one patient's protected documents to one person; the row is the notice that a privacy officer reads and closes."""
    plain = ("id", "mrn", "reason", "text", "opened_at", "until", "reviewed_at", "reviewed_by")
    conn.execute(insert(glass).values(account_id=opened.user_id, **{name: getattr(opened, name) for name in plain}))
    detail = {"account": opened.user_id, "reason": opened.reason, "mrn": opened.mrn, "until": opened.until.isoformat()}
    audit.append(conn, AuditEntry("glass.broken", opened.id, f"user:{opened.user_id}", detail), opened.opened_at)


def glasses_of(conn: Connection, user_id: str, *, now: datetime) -> tuple[Glass, ...]:
    """The emergency access that a person has at this moment."""
    query = select(glass).where(glass.c.account_id == user_id, glass.c.until > now).order_by(glass.c.opened_at)
    return tuple(_glass(row) for row in conn.execute(query))


def notices(conn: Connection, *, limit: int = 200) -> list[Glass]:
    """Emergency access taken, the unread first, then the newest."""
    query = select(glass).order_by(glass.c.reviewed_at.is_not(None), glass.c.opened_at.desc()).limit(limit)
    return [_glass(row) for row in conn.execute(query)]


def close_glass(conn: Connection, glass_id: str, user_id: str, *, now: datetime) -> bool:
    """End one's own emergency access before its time; False when it is not open."""
    mine = (glass.c.id == glass_id) & (glass.c.account_id == user_id) & (glass.c.until > now)
    closed = bool(conn.execute(update(glass).where(mine).values(until=now)).rowcount)
    if closed:
        audit.append(conn, AuditEntry("glass.closed", glass_id, f"user:{user_id}", {}), now)
    return closed


def review_glass(conn: Connection, glass_id: str, *, actor: str, now: datetime) -> bool:
    """Close a notice; False when it is unknown or was closed before."""
    unread = (glass.c.id == glass_id) & glass.c.reviewed_at.is_(None)
    done = bool(conn.execute(update(glass).where(unread).values(reviewed_at=now, reviewed_by=actor)).rowcount)
    if done:
        audit.append(conn, AuditEntry("glass.reviewed", glass_id, actor, {}), now)
    return done


def _glass(row: Row[Any]) -> Glass:
    plain = ("id", "mrn", "reason", "text", "opened_at", "until", "reviewed_at", "reviewed_by")
    return Glass(user_id=row.account_id, **{name: getattr(row, name) for name in plain})
