"""One's own account: who one is, the password, and the keys one works with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from review import keys, proofs
from review.doors import Door, Gate, Policy, door, visitor_of
from review.pages import show
from review.passwords import try_password
from schemas.access import Right
from store import users
from store.database import writing

OWN = Policy(Right.OWN)


@dataclass(frozen=True)
class AccountScreen:
    """Seeing and changing one's own account."""

    gate: Gate

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [
            door("GET", "/account", self.see, OWN),
            door("POST", "/account/password", self.set_password, OWN),
            door("POST", "/account/keys", self.set_keys, OWN),
        ]

    def see(self, request: Request) -> Response:
        """Name, roles, keys."""
        return _page(request)

    def set_password(self, request: Request) -> Response:
        """A new password, given the old one; every session ends, this one too."""
        user, form = visitor_of(request).user, request.state.form
        wrong = "The present password is not right." if try_password(self.gate, user.name, form.get("old", "")) is None else ""
        wrong = wrong or proofs.wrong_with(form.get("password", ""), form.get("again", ""), user.name)
        if wrong:
            return _page(request, status=422, wrong=wrong)
        password_hash = proofs.hash_password(form["password"])
        with writing(self.gate.index) as conn:
            users.set_password(conn, user.id, password_hash, now=self.gate.now())
        return RedirectResponse("/sign-in", 303)

    def set_keys(self, request: Request) -> Response:
        """A key map of one's own, single signs with Ctrl or switched off, or the shipped one again."""
        user, form = visitor_of(request).user, request.state.form
        preset = {"ctrl": keys.with_ctrl(), "off": keys.without_single(), "shipped": {}}.get(form.get("preset", ""))
        try:
            chosen = keys.own_keys(form if preset is None else preset)
        except ValueError as wrong:
            return _page(request, status=422, wrong_keys=str(wrong), given=form)
        with writing(self.gate.index) as conn:
            users.set_keys(conn, user.id, chosen, now=self.gate.now())
        return RedirectResponse("/account", 303)


def _page(request: Request, *, status: int = 200, **values: object) -> Response:
    return show(request, "account/account.html", status=status, acts=keys.ACTS, **values)
