"""Accounts from the command line: made, listed, disabled, given one-time links and tokens. Acts as whoever may log in to this computer."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from review import proofs
from review.screens.people.views import new_link
from review.screens.welcome.views import wrong_name
from schemas.access import Role, User
from schemas.faults import InputFault
from store import users
from store.database import reading, writing

DEMO = {"demo-lead": (Role.LEAD, Role.IT), "demo-clerk": (Role.CLERK,), "demo-privacy": (Role.PRIVACY,), "demo-it": (Role.IT,)}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where accounts are kept, who acts, and when."""

    index: Any  # the index database; only the store looks inside
    actor: str
    now: datetime


def first_link(desk: Desk) -> str | None:
    """The path of a link that makes the first user; None when there is one."""
    with writing(desk.index) as conn:
        return None if users.count(conn) else new_link(conn, None, desk.actor, desk.now)


def add_user(desk: Desk, name: str, roles: Sequence[str], display: str = "") -> str:
    """Make an account; the path of its one-time link. InputFault says what is wrong with name or roles."""
    unknown = sorted(set(roles) - set(Role))
    if unknown or not roles:
        raise InputFault(f"There is no role {', '.join(unknown)}." if unknown else "A role is needed.", next_step=f"One of: {', '.join(Role)}")
    if wrong := wrong_name(name):
        raise InputFault(wrong)
    with writing(desk.index) as conn:
        if users.named(conn, name):
            raise InputFault(f"There is a user {name}.", next_step="`chartroom users link` gives a new link.")
        user = User(str(uuid.uuid4()), name, display or name, tuple(Role(role) for role in roles), active=True)
        users.add(conn, user, actor=desk.actor, now=desk.now)
        return new_link(conn, user.id, desk.actor, desk.now)


def link_user(desk: Desk, name: str) -> str:
    """The path of a new one-time link: for a forgotten password or a lost phone."""
    with writing(desk.index) as conn:
        return new_link(conn, _known(users.named(conn, name), name).id, desk.actor, desk.now)


def switch_user(desk: Desk, name: str, *, active: bool) -> None:
    """Disable an account, its sessions and tokens, or enable it again."""
    with writing(desk.index) as conn:
        users.switch(conn, _known(users.named(conn, name), name).id, active=active, actor=desk.actor, now=desk.now)


def token_for(desk: Desk, name: str, days: int) -> str:
    """A token with which a program acts as this account, for some days. Only its digest is kept."""
    token = proofs.new_secret()
    with writing(desk.index) as conn:
        user = _known(users.named(conn, name), name)
        users.add_token(conn, proofs.digest(token), user.id, expires_at=desk.now + timedelta(days=days), actor=desk.actor, now=desk.now)
    return token


def everybody(index: Any) -> list[User]:
    """Every account, by name."""
    with reading(index) as conn:
        return users.listing(conn)


def demo_links(desk: Desk) -> Iterator[tuple[str, str]]:
    """The demonstration's people who have no password yet, each with a link's path; they are made where missing."""
    for name, roles in DEMO.items():
        with reading(desk.index) as conn:
            user = users.named(conn, name)
        if user is None:
            yield name, add_user(desk, name, roles)
        elif user.password_hash is None:
            yield name, link_user(desk, name)


def _known(user: User | None, name: str) -> User:
    if user is None:
        raise InputFault(f"There is no user {name}.", next_step="`chartroom users list` gives the names.")
    return user
