"""A one-time link: makes the first user, or lets somebody choose a password, and leads on to signing in."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from review import proofs
from review.doors import Door, Gate, Policy, door
from review.pages import show
from schemas.access import FIRST_ROLES, User
from store import users
from store.database import reading, writing

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
LONGEST_DISPLAY = 60
LINK = Policy(None, seen="invitation.opened")


@dataclass(frozen=True)
class WelcomeScreen:
    """Opening a link and using it."""

    gate: Gate

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [door("GET", "/welcome/{link}", self.ask, LINK), door("POST", "/welcome/{link}", self.accept, LINK)]

    def ask(self, request: Request) -> Response:
        """The page to choose a password, and for the first user a name."""
        with reading(self.gate.index) as conn:
            _, user = _opened(conn, request, self.gate)
        return show(request, "welcome/welcome.html", user=user)

    def accept(self, request: Request) -> Response:
        """Use the link once."""
        form = request.state.form
        with reading(self.gate.index) as conn:
            _, user = _opened(conn, request, self.gate)
        name = user.name if user else form.get("name", "").strip().lower()
        wrong = wrong_name(name) or proofs.wrong_with(form.get("password", ""), form.get("again", ""), name)
        if wrong:
            return show(request, "welcome/welcome.html", status=422, user=user, wrong=wrong, name=name)
        password_hash = proofs.hash_password(form["password"])
        with writing(self.gate.index) as conn:
            link, user = _opened(conn, request, self.gate)
            if user is None:
                user = User(str(uuid.uuid4()), name, wanted_display(form, name), FIRST_ROLES, active=True)
                users.add(conn, user, actor="first link", now=self.gate.now())
            if not users.use_invitation(conn, link, user.id):
                raise HTTPException(404)
            users.set_password(conn, user.id, password_hash, now=self.gate.now())
        return RedirectResponse("/sign-in", 303)


def wanted_display(form: Mapping[str, str], name: str) -> str:
    """How others see somebody: as they wish, as far as it fits a screen; else the name they sign in with."""
    return form.get("display", "").strip()[:LONGEST_DISPLAY] or name


def wrong_name(name: str) -> str:
    """Why a name cannot be, in one sentence; empty when it can."""
    return "" if NAME.fullmatch(name) else "A name has 2 to 40 letters a–z, digits, dots, dashes or underscores."


def _opened(conn: Connection, request: Request, gate: Gate) -> tuple[users.Invitation, User | None]:
    """The link and whose it is; nothing there when it is used up, unknown, or of a disabled account."""
    link = users.invited(conn, proofs.digest(request.path_params["link"]), now=gate.now())
    user = users.get(conn, link.user_id) if link and link.user_id else None
    if link is None or (link.user_id and (user is None or not user.active)):
        raise HTTPException(404)
    return link, user
