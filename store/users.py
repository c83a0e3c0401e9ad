"""Accounts, the one-time links that open them, and tokens for programs. Keeps digests of secrets, never the secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from schemas.access import Role, User
from schemas.record import AuditEntry
from store import audit
from store.tables import account, api_token, invitation, session


class Invitation(NamedTuple):
    """A one-time link that still works; `user_id` is None for the one that makes the first user."""

    token_hash: str
    user_id: str | None


def add(conn: Connection, user: User, *, actor: str, now: datetime) -> None:
    """Make an account. InvariantBroken when the name is taken."""
    conn.execute(insert(account).values(**_values(user), created_at=now))
    audit.append(conn, AuditEntry("user.added", user.id, actor, {"roles": list(user.roles)}), now)


def get(conn: Connection, user_id: str) -> User | None:
    """One account by its id."""
    return _one(conn, select(account).where(account.c.id == user_id))


def named(conn: Connection, name: str) -> User | None:
    """One account by the name typed at the door."""
    return _one(conn, select(account).where(account.c.name == name))


def listing(conn: Connection) -> list[User]:
    """Every account, by name."""
    return [_user(row) for row in conn.execute(select(account).order_by(account.c.name))]


def count(conn: Connection) -> int:
    """How many accounts there are."""
    return int(conn.execute(select(func.count()).select_from(account)).scalar_one())


def appoint(conn: Connection, user_id: str, roles: Sequence[Role], *, actor: str, now: datetime) -> None:
    """Give an account these roles and no others; who is signed in must sign in anew."""
    _set(conn, user_id, {"roles": list(roles)})
    _shut_out(conn, user_id)
    audit.append(conn, AuditEntry("user.appointed", user_id, actor, {"roles": list(roles)}), now)


def switch(conn: Connection, user_id: str, *, active: bool, actor: str, now: datetime) -> None:
    """Disable or enable an account; disabling ends its sessions, links and tokens."""
    _set(conn, user_id, {"active": active})
    if not active:
        _shut_out(conn, user_id)
        conn.execute(delete(api_token).where(api_token.c.account_id == user_id))
    audit.append(conn, AuditEntry("user.enabled" if active else "user.disabled", user_id, actor, {}), now)


def charge(conn: Connection, user_id: str, *, locked_until: datetime | None) -> None:
    """Count a try before it is checked, so that tries at the same moment count too."""
    _set(conn, user_id, {"failures": account.c.failures + 1, "locked_until": locked_until})


def uncharge(conn: Connection, user_id: str) -> None:
    """Take back the count of one try that was right, not of those before it."""
    counted = (account.c.id == user_id) & (account.c.failures > 0)
    conn.execute(update(account).where(counted).values(failures=account.c.failures - 1, locked_until=None))


def forgive(conn: Connection, user_id: str) -> None:
    """Forget failed tries after a good one."""
    _set(conn, user_id, {"failures": 0, "locked_until": None})


def set_password(conn: Connection, user_id: str, password_hash: str, *, now: datetime) -> None:
    """Keep a new password's hash and end what was signed in with the old one."""
    _set(conn, user_id, {"password_hash": password_hash, "failures": 0, "locked_until": None})
    _shut_out(conn, user_id)
    audit.append(conn, AuditEntry("user.password_set", user_id, f"user:{user_id}", {}), now)


def set_totp(conn: Connection, user_id: str, sealed: str, *, step: int, now: datetime) -> None:
    """Keep the sealed secret of a second factor that was just shown to work at time step `step`."""
    _set(conn, user_id, {"totp_secret": sealed, "totp_last": step})
    audit.append(conn, AuditEntry("user.second_factor_set", user_id, f"user:{user_id}", {}), now)


def use_step(conn: Connection, user_id: str, step: int) -> bool:
    """Note the time step of a code; False when that step or a later one was used before."""
    fresh = (account.c.id == user_id) & (account.c.totp_last < step)
    return bool(conn.execute(update(account).where(fresh).values(totp_last=step)).rowcount)


def set_keys(conn: Connection, user_id: str, keys: Mapping[str, str], *, now: datetime) -> None:
    """Keep a person's own key map."""
    _set(conn, user_id, {"keys": dict(keys)})
    audit.append(conn, AuditEntry("user.keys_set", user_id, f"user:{user_id}", {}), now)


def invite(conn: Connection, token_hash: str, user_id: str | None, *, expires_at: datetime, actor: str, now: datetime) -> None:
    """Keep a one-time link for an account, or for the first user. An older link of the same account ends."""
    conn.execute(delete(invitation).where(invitation.c.account_id.is_(None) if user_id is None else invitation.c.account_id == user_id))
    conn.execute(insert(invitation).values(token_hash=token_hash, account_id=user_id, expires_at=expires_at))
    audit.append(conn, AuditEntry("user.invited", user_id or "first", actor, {}), now)


def invited(conn: Connection, token_hash: str, *, now: datetime) -> Invitation | None:
    """The link, if it still works. That of the first user ends as soon as there is one."""
    row = conn.execute(select(invitation).where(invitation.c.token_hash == token_hash, invitation.c.expires_at > now)).first()
    if row is None or (row.account_id is None and count(conn)):
        return None
    return Invitation(row.token_hash, row.account_id)


def use_invitation(conn: Connection, link: Invitation, user_id: str) -> bool:
    """End a link by using it; False when somebody else just did. The second factor is enrolled anew."""
    used = bool(conn.execute(delete(invitation).where(invitation.c.token_hash == link.token_hash)).rowcount)
    if used:
        _set(conn, user_id, {"totp_secret": None, "totp_last": 0})
    return used


def add_token(conn: Connection, token_hash: str, user_id: str, *, expires_at: datetime, actor: str, now: datetime) -> None:
    """Keep a program's token, which acts with the account's rights until it expires."""
    conn.execute(insert(api_token).values(token_hash=token_hash, account_id=user_id, created_at=now, expires_at=expires_at))
    audit.append(conn, AuditEntry("user.token_added", user_id, actor, {}), now)


def of_token(conn: Connection, token_hash: str, *, now: datetime) -> User | None:
    """The active account that a program's token acts for."""
    live = (api_token.c.token_hash == token_hash) & (api_token.c.expires_at > now) & account.c.active
    return _one(conn, select(account).join(api_token, api_token.c.account_id == account.c.id).where(live))


def _shut_out(conn: Connection, user_id: str) -> None:
    for table in (session, invitation):
        conn.execute(delete(table).where(table.c.account_id == user_id))


def _set(conn: Connection, user_id: str, values: Mapping[str, Any]) -> None:
    conn.execute(update(account).where(account.c.id == user_id).values(**values))


def _one(conn: Connection, query: Select[Any]) -> User | None:
    row = conn.execute(query).first()
    return _user(row) if row else None


def _user(row: Row[Any]) -> User:
    return User(
        id=row.id,
        name=row.name,
        display=row.display,
        roles=tuple(Role(role) for role in row.roles),
        active=bool(row.active),
        password_hash=row.password_hash,
        totp_secret=row.totp_secret,
        totp_last=row.totp_last,
        failures=row.failures,
        locked_until=row.locked_until,
        keys=row.keys,
    )


def _values(user: User) -> dict[str, Any]:
    plain = ("id", "name", "display", "active", "password_hash", "totp_secret", "totp_last", "failures", "locked_until")
    return {**{name: getattr(user, name) for name in plain}, "roles": list(user.roles), "keys": dict(user.keys)}
