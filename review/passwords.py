"""Checks a password against an account and begins sessions. Every try is counted before it is checked; a locked name is not checked at all.

A right password takes back its own try alone: wrong codes stay counted until the second factor was given too.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection
from starlette.responses import Response

from review import proofs
from review.doors import NOBODY, Gate
from schemas.access import Session, User
from schemas.record import AuditEntry
from store import audit, sessions, users
from store.database import writing


def try_password(gate: Gate, name: str, password: str) -> User | None:
    """The active account of this name and password; None for whatever is wrong."""
    now = gate.now()
    with writing(gate.index) as conn:
        user = users.named(conn, name)
        locked = user is not None and user.locked_until is not None and user.locked_until > now
        if user is not None and not locked:
            pause = proofs.pause_after(user.failures + 1)
            users.charge(conn, user.id, locked_until=now + pause if pause else None)
    checked = user.password_hash if user and user.active and not locked else None
    right = proofs.fits(password[: proofs.LONGEST + 1], checked)  # as long for a locked name as for one that is none
    with writing(gate.index) as conn:
        if right and user is not None:
            users.uncharge(conn, user.id)
            note(conn, "session.password", user, now)
            return user
        note(conn, "session.locked" if locked else "session.refused", user, now)
    return None


def begin_session(gate: Gate, user: User, answer: Response, *, whole: bool = True) -> Response:
    """A session under a new secret, whose cookie goes out with the answer; what was known of an older one opens nothing."""
    secret, now = proofs.new_secret(), gate.now()
    with writing(gate.index) as conn:
        sessions.begin(conn, Session(proofs.digest(secret), user.id, now, now, now, whole), now=now)
        if whole:
            note(conn, "session.begun", user, now)
    answer.set_cookie(gate.cookie, secret, path="/", secure=gate.tls, httponly=True, samesite="strict")
    return answer


def note(conn: Connection, action: str, user: User | None, now: datetime) -> None:
    """On record by account; a name that is none is not repeated, for it may be a password typed into the wrong field."""
    audit.append(conn, AuditEntry(action, user.id if user else "unknown", f"user:{user.id}" if user else NOBODY, {}), now)
