"""Signing in through the house's identity provider, where one is set. It vouches for a name; the account and its roles are ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from review import proofs
from review.doors import Door, Gate, Policy, door
from review.pages import show
from review.passwords import begin_session, note
from review.single_sign_on import NotBelieved, Provider, Try, unpacked
from store import users
from store.database import writing

OPEN = Policy(None)
COOKIE, ABOUT = "chartroom-try", "single sign-on"
LASTS = timedelta(minutes=10)
SORRY = "The identity provider could not vouch for you. Try again, or ask IT."


@dataclass(frozen=True)
class OidcScreen:
    """The way out to the provider, and the way back in."""

    gate: Gate
    key: bytes
    provider: Provider

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [door("GET", "/oidc/start", self.start, OPEN), door("GET", "/oidc/back", self.back, OPEN)]

    def start(self, request: Request) -> Response:
        """Off to the provider, with what the answer must fit sealed in this browser."""
        try:
            url, begun = self.provider.start(_back(request), self.gate.now() + LASTS)
        except NotBelieved:
            return show(request, "sign_in/sign_in.html", status=502, wrong=SORRY)
        answer = RedirectResponse(url, 303)
        sealed = proofs.seal(self.key, begun.packed(), ABOUT)
        # Lax, for the way back comes from another site; it holds nothing that opens a session by itself.
        answer.set_cookie(COOKIE, sealed, path="/oidc", max_age=int(LASTS.total_seconds()), secure=self.gate.tls, httponly=True, samesite="lax")
        return answer

    def back(self, request: Request) -> Response:
        """A session for the account whose name the provider vouches for."""
        now = self.gate.now()
        begun = self._begun(request)
        try:
            name = self.provider.name(begun, _back(request), request.query_params.get("code", ""), now) if begun else ""
        except NotBelieved:
            name = ""
        with writing(self.gate.index) as conn:
            user = users.named(conn, name) if name else None
            if user is None or not user.active:
                note(conn, "session.not_vouched", user, now)
        if user is None or not user.active:
            answer: Response = show(request, "sign_in/sign_in.html", status=422, wrong=SORRY)
        else:
            # A page and no redirect: browsers keep a Strict cookie back while a redirect from another site goes on.
            answer = begin_session(self.gate, user, show(request, "oidc/in.html", name=user.display))
        answer.delete_cookie(COOKIE, path="/oidc", secure=self.gate.tls, httponly=True, samesite="lax")
        return answer

    def _begun(self, request: Request) -> Try | None:
        """What this browser began, if the answer belongs to it and comes in time."""
        text = proofs.unseal(self.key, request.cookies.get(COOKIE, ""), ABOUT)
        begun = unpacked(text) if text else None
        fits = begun is not None and proofs.same(begun.state, request.query_params.get("state", ""))
        return begun if begun is not None and fits and begun.until > self.gate.now().timestamp() else None


def _back(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}/oidc/back"
