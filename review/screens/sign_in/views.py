"""Signing in and out: name and password, then the second factor; and giving the password anew before a weighty act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from review import proofs
from review.doors import Door, Gate, Policy, door, visitor_of
from review.pages import show
from review.passwords import begin_session, note, try_password
from schemas.access import Right, Session, User
from store import sessions, users
from store.database import writing

WRONG = "Name or password is not right, or there were too many tries. Check both, wait a minute, try again."
WRONG_CODE = "That code is not right or was used before. Wait for the next one."
PROVED = {"people": "/people", "glass": "/glass"}  # where a proof leads back to: a closed list, no address from outside
OPEN, HALF = Policy(None), Policy(Right.OWN, half=True)


@dataclass(frozen=True)
class SignInScreen:
    """Sign in, second factor, prove, sign out."""

    gate: Gate
    key: bytes
    required: bool
    single_sign_on: bool

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [
            door("GET", "/sign-in", self.ask, OPEN),
            door("POST", "/sign-in", self.sign_in, OPEN),
            door("GET", "/second-factor", self.ask_code, HALF),
            door("POST", "/second-factor", self.give_code, HALF),
            door("GET", "/second-factor/picture", self.code_picture, HALF),
            door("GET", "/prove", self.ask_proof, Policy(Right.OWN)),
            door("POST", "/prove", self.prove, Policy(Right.OWN)),
            door("POST", "/sign-out", self.sign_out, HALF),
        ]

    def ask(self, request: Request) -> Response:
        """Name and password."""
        return show(request, "sign_in/sign_in.html", single_sign_on=self.single_sign_on)

    def sign_in(self, request: Request) -> Response:
        """Check them; the answer to everything that is wrong is the same."""
        form = request.state.form
        user = try_password(self.gate, form.get("name", "").strip(), form.get("password", ""))
        if user is None:
            return show(request, "sign_in/sign_in.html", status=422, wrong=WRONG, single_sign_on=self.single_sign_on)
        return self.enter(user)

    def ask_code(self, request: Request) -> Response:
        """The second factor, or its enrolment."""
        return show(request, "sign_in/second_factor.html", **self.factor(request))

    def give_code(self, request: Request) -> Response:
        """Check a code; the first one enrols."""
        visitor = visitor_of(request)
        if visitor.session is None or not self.code_is_right(visitor.user.id, visitor.session, request.state.form.get("code", "")):
            return show(request, "sign_in/second_factor.html", status=422, wrong=WRONG_CODE, **self.factor(request))
        return self.entered(visitor.user)

    def code_picture(self, request: Request) -> Response:
        """The secret offered for enrolment as a QR code, for an authenticator app."""
        visitor = visitor_of(request)
        if visitor.session is None or visitor.user.totp_secret:
            raise HTTPException(404)
        uri = proofs.totp_uri(proofs.totp_candidate(self.key, visitor.session.token_hash), visitor.user.name)
        return Response(proofs.qr_svg(uri), media_type="image/svg+xml")

    def ask_proof(self, request: Request) -> Response:
        """The password once more."""
        return show(request, "sign_in/prove.html", single_sign_on=self.single_sign_on)

    def prove(self, request: Request) -> Response:
        """Check it; the session counts as fresh for some minutes."""
        visitor = visitor_of(request)
        user = try_password(self.gate, visitor.user.name, request.state.form.get("password", ""))
        if user is None or visitor.session is None:
            return show(request, "sign_in/prove.html", status=422, wrong=WRONG, single_sign_on=self.single_sign_on)
        with writing(self.gate.index) as conn:
            users.forgive(conn, user.id)
            sessions.prove(conn, visitor.session.token_hash, now=self.gate.now())
        return RedirectResponse(PROVED.get(request.state.form.get("to", ""), "/"), 303)

    def sign_out(self, request: Request) -> Response:
        """End the session and clear what the browser kept."""
        session = visitor_of(request).session
        if session is not None:
            with writing(self.gate.index) as conn:
                sessions.end(conn, session, now=self.gate.now())
        answer = RedirectResponse("/sign-in", 303, {"Clear-Site-Data": '"cache", "storage"'})
        answer.delete_cookie(self.gate.cookie, path="/", secure=self.gate.tls, httponly=True, samesite="strict")
        return answer

    def enter(self, user: User) -> Response:
        """A session for somebody whose password was right: whole when no second factor is asked."""
        if user.totp_secret is None and not self.required:
            with writing(self.gate.index) as conn:
                users.forgive(conn, user.id)
            return self.entered(user)
        return begin_session(self.gate, user, RedirectResponse("/second-factor", 303), whole=False)

    def entered(self, user: User) -> Response:
        """A whole session under a new secret: what was known of the half one opens nothing."""
        return begin_session(self.gate, user, RedirectResponse("/", 303))

    def factor(self, request: Request) -> dict[str, Any]:
        """What the page of the second factor shows: an offered secret while none is set."""
        visitor = visitor_of(request)
        if visitor.user.totp_secret or visitor.session is None:
            return {}
        secret = proofs.totp_candidate(self.key, visitor.session.token_hash)
        return {"secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), "uri": proofs.totp_uri(secret, visitor.user.name)}

    def code_is_right(self, user_id: str, session: Session, code: str) -> bool:
        """Whether the code is of this moment and was not used before; enrols the offered secret with its first right code."""
        now = self.gate.now()
        with writing(self.gate.index) as conn:  # read and counted in one transaction: tries at the same moment count too
            user = users.get(conn, user_id)
            if user is None or (user.locked_until is not None and user.locked_until > now):
                return False
            pause = proofs.pause_after(user.failures + 1)
            users.charge(conn, user.id, locked_until=now + pause if pause else None)
            sealed = user.totp_secret
            secret = proofs.unseal(self.key, sealed, user.id) if sealed else proofs.totp_candidate(self.key, session.token_hash)
            step = proofs.totp_step(secret, code, now) if secret else None
            if secret is None or step is None or (sealed and not users.use_step(conn, user.id, step)):
                note(conn, "session.code_refused", user, now)
                return False
            if not sealed:
                users.set_totp(conn, user.id, proofs.seal(self.key, secret, user.id), step=step, now=now)
            users.forgive(conn, user.id)
            sessions.drop(conn, session.token_hash)
        return True
