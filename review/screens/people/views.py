"""Who has an account and what they may do: the lead appoints the desk, IT appoints IT, scanners and the privacy officer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from review import proofs
from review.doors import Door, Policy, door, visitor_of
from review.pages import show
from review.screens.welcome.views import wanted_display, wrong_name
from schemas.access import Right, Role, User, Visitor, may_appoint
from store import users
from store.database import reading, writing

LINK_LASTS = timedelta(hours=24)
SEE = Policy(Right.PEOPLE, seen="people.seen", fresh=True)
CHANGE = Policy(Right.PEOPLE, fresh=True)


@dataclass(frozen=True)
class PeopleScreen:
    """Seeing and appointing people."""

    index: Engine
    now: Callable[[], datetime]

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [
            door("GET", "/people", self.see, SEE),
            door("POST", "/people", self.add, CHANGE),
            door("POST", "/people/{user_id}/roles", self.appoint, CHANGE),
            door("POST", "/people/{user_id}/switch", self.switch, CHANGE),
            door("POST", "/people/{user_id}/link", self.link, CHANGE),
        ]

    def page(self, request: Request, *, status: int = 200, **values: object) -> Response:
        with reading(self.index) as conn:
            people = users.listing(conn)
        visitor = visitor_of(request)
        mine = {user.id for user in people if manages(visitor, user)}
        return show(request, "people/people.html", status=status, people=people, mine=mine, givable=givable(visitor), **values)

    def see(self, request: Request) -> Response:
        """Everybody with an account."""
        return self.page(request)

    def add(self, request: Request) -> Response:
        """A new account and its one-time link, shown once."""
        visitor, form = visitor_of(request), request.state.form
        name, roles = form.get("name", "").strip().lower(), chosen(visitor, form)
        with writing(self.index) as conn:
            taken = users.named(conn, name) is not None
            wrong = wrong_name(name) or ("Somebody has that name." if taken else "" if roles else "Choose at least one role.")
            if not wrong:
                user = User(str(uuid.uuid4()), name, wanted_display(form, name), roles, active=True)
                users.add(conn, user, actor=visitor.actor, now=self.now())
                return _with_link(request, user, new_link(conn, user.id, visitor.actor, self.now()))
        return self.page(request, status=422, wrong=wrong)

    def appoint(self, request: Request) -> Response:
        """Other roles; at least one, and only those one may give."""
        visitor = visitor_of(request)
        roles = chosen(visitor, request.state.form)
        user = self.whom(request, visitor)
        kept = tuple(role for role in user.roles if role not in may_appoint(visitor.user.roles))
        if not roles and not kept:
            return self.page(request, status=422, wrong="Choose at least one role, or disable the account.")
        with writing(self.index) as conn:
            users.appoint(conn, user.id, (*kept, *roles), actor=visitor.actor, now=self.now())
        return RedirectResponse("/people", 303)

    def switch(self, request: Request) -> Response:
        """Disable or enable an account."""
        visitor = visitor_of(request)
        user = self.whom(request, visitor)
        with writing(self.index) as conn:
            users.switch(conn, user.id, active=not user.active, actor=visitor.actor, now=self.now())
        return RedirectResponse("/people", 303)

    def link(self, request: Request) -> Response:
        """A new one-time link: for a forgotten password or a lost phone."""
        visitor = visitor_of(request)
        user = self.whom(request, visitor)
        with writing(self.index) as conn:
            return _with_link(request, user, new_link(conn, user.id, visitor.actor, self.now()))

    def whom(self, request: Request, visitor: Visitor) -> User:
        with reading(self.index) as conn:
            user = users.get(conn, request.path_params["user_id"])
        if user is None or not manages(visitor, user):
            raise HTTPException(404)
        return user


def givable(visitor: Visitor) -> list[Role]:
    """The roles this person may give, in the order of the list."""
    return [role for role in Role if role in may_appoint(visitor.user.roles)]


def manages(visitor: Visitor, user: User) -> bool:
    """Whether this person may change that account: not one's own, and no account with a role one may not give."""
    return user.id != visitor.user.id and set(user.roles) <= may_appoint(visitor.user.roles)


def chosen(visitor: Visitor, form: Mapping[str, str]) -> tuple[Role, ...]:
    """The ticked roles, of those one may give."""
    return tuple(role for role in givable(visitor) if f"role.{role}" in form)


def new_link(conn: Connection, user_id: str | None, actor: str, now: datetime) -> str:
    """A new one-time link's path; whatever link the account had before ends."""
    secret = proofs.new_secret()
    users.invite(conn, proofs.digest(secret), user_id, expires_at=now + LINK_LASTS, actor=actor, now=now)
    return f"/welcome/{secret}"


def _with_link(request: Request, user: User, path: str) -> Response:
    return show(request, "people/link.html", user=user, link=f"{request.url.scheme}://{request.url.netloc}{path}")
