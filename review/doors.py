"""Every route is a door with a policy. Who asks is found out, judged and put on record here, before any screen is entered."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from review.proofs import csrf_of, digest, same
from schemas.access import Right, Visitor, rights_of
from schemas.config import is_loopback
from schemas.faults import InvariantBroken
from schemas.record import AuditEntry
from store import audit, sessions, users
from store.database import reading, writing

FRESH = timedelta(minutes=5)
STIRRED = timedelta(minutes=1)
SAFE = {"GET", "HEAD", "OPTIONS"}
LARGEST_FORM, MOST_FIELDS = 64 * 1024, 200
COMMANDS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # the last ones turn the direction of writing
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a door asks for and what it notes. Without a right it is open to everybody.

    `seen` is the audit action of a look that succeeded, `about` the path parameter that names what was looked at.
    """

    right: Right | None
    seen: str = ""
    about: str = ""
    fresh: bool = False  # the password was given within the last minutes
    half: bool = False  # open to a session that still lacks its second factor
    program: bool = False  # entered with a token, never with a session
    unasked: Literal["", "anybody", "this computer"] = ""  # who is let in without being asked who they are, even while the index does not answer


class Door(NamedTuple):
    """A route and its policy."""

    route: Route | Mount
    policy: Policy


def door(method: str, path: str, endpoint: Callable[[Request], Any], policy: Policy) -> Door:
    """A screen's door."""
    return Door(Route(path, endpoint, methods=[method]), policy)


@dataclass(frozen=True, slots=True)
class Gate:
    """What judging a visitor takes: the index, the clock, and whether the line is encrypted."""

    index: Engine
    now: Callable[[], datetime]
    tls: bool

    @property
    def cookie(self) -> str:
        """The session cookie's name; browsers hold `__Host-` to its promises only on an encrypted line."""
        return "__Host-chartroom" if self.tls else "chartroom"

    def visitor(self, request: Request, policy: Policy) -> Visitor | None:
        """Who asks: by token at a program's door, by session everywhere else."""
        now = self.now()
        with reading(self.index) as conn:
            if policy.program:
                kind, _, token = request.headers.get("authorization", "").partition(" ")
                user = users.of_token(conn, digest(token), now=now) if kind.lower() == "bearer" and token else None
                return Visitor(user, rights_of(user.roles), glasses=sessions.glasses_of(conn, user.id, now=now)) if user else None
            secret = request.cookies.get(self.cookie, "")
            session = sessions.find(conn, digest(secret), now=now) if secret else None
            user = users.get(conn, session.user_id) if session else None
            if session is None or user is None or not user.active:
                return None
            return Visitor(user, rights_of(user.roles), session, csrf_of(secret), sessions.glasses_of(conn, user.id, now=now))

    def stir(self, visitor: Visitor | None) -> None:
        """Note now and then that the person is still there."""
        now = self.now()
        if visitor and visitor.session and now - visitor.session.seen_at > STIRRED:
            with writing(self.index) as conn:
                sessions.touch(conn, visitor.session.token_hash, now=now)

    def note(self, action: str, subject: str, visitor: Visitor | None, detail: dict[str, Any]) -> None:
        """Put a look or a refusal on record, and note that the person is still there."""
        now = self.now()
        with writing(self.index) as conn:
            audit.append(conn, AuditEntry(action, subject, visitor.actor if visitor else NOBODY, detail), now)
            if visitor and visitor.session:
                sessions.touch(conn, visitor.session.token_hash, now=now)


class Guarded:
    """A route's application behind its policy."""

    def __init__(self, app: ASGIApp, policy: Policy, gate: Gate, path: str) -> None:
        self.app, self.policy, self.gate, self.path = app, policy, gate, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge, then let in; what was seen is on record before the first byte of it goes out."""
        request = Request(scope, receive)
        if b"%00" in scope.get("raw_path", b"") + scope["query_string"]:  # no database takes that sign
            raise HTTPException(404)
        if self.policy.unasked == "anybody" or (self.policy.unasked == "this computer" and _from_this_computer(request)):
            await self.app(scope, receive, send)
            return
        visitor = await run_in_threadpool(self.gate.visitor, request, self.policy)
        request.state.visitor = visitor
        refused = await self._judge(request, visitor)
        if refused is not None:
            await refused(scope, receive, send)
            return
        if not self.policy.seen:
            await run_in_threadpool(self.gate.stir, visitor)

        async def noting(message: Message) -> None:
            status = message.get("status", 0) if message["type"] == "http.response.start" else 0
            if self.policy.seen and 200 <= status < 300:
                shown = getattr(request.state, "shown", {})  # what a search brought up, by ids
                await run_in_threadpool(self.gate.note, self.policy.seen, self._subject(request), visitor, shown)
            elif status in {403, 404} and (self.policy.seen or self.policy.right):
                await self._refuse(request, visitor, "nothing there")
            await send(message)

        await self.app(scope, receive, noting)

    async def _judge(self, request: Request, visitor: Visitor | None) -> Response | None:
        """None to let in; a way to get in; or HTTPException, the same for what may not be seen and what is not there."""
        policy, unsafe = self.policy, request.method not in SAFE
        if unsafe and not policy.program and not _same_origin(request):
            await self._refuse(request, visitor, "origin")
            raise HTTPException(403)
        if policy.right is not None and visitor is None:
            if policy.program and "authorization" in request.headers:
                await self._refuse(request, None, "token")
            return self._turn_back(request)
        if visitor and visitor.session and not visitor.session.whole and not policy.half and policy.right:
            return RedirectResponse("/second-factor", 303)
        if visitor and policy.right is not None and policy.right not in visitor.rights:
            await self._refuse(request, visitor, "right")
            raise HTTPException(404)
        if unsafe and not policy.program:
            request.state.form = await _form(request)
            if visitor and policy.right and not same(_token(request), visitor.csrf):
                await self._refuse(request, visitor, "token")
                raise HTTPException(403)
        if policy.fresh and visitor and visitor.session and self.gate.now() - visitor.session.proved_at > FRESH:
            return RedirectResponse(f"/prove?to={self.path.split('/')[1]}", 303)
        return None

    def _turn_back(self, request: Request) -> Response:
        if self.policy.program:
            return JSONResponse({"detail": "A valid token is needed."}, 401, {"WWW-Authenticate": "Bearer"})
        away = {"HX-Redirect": "/sign-in"} if request.headers.get("hx-request") else {}
        return Response(status_code=401, headers=away) if away else RedirectResponse("/sign-in", 303)

    async def _refuse(self, request: Request, visitor: Visitor | None, why: str) -> None:
        detail = {"door": self.path, "method": request.method, "why": why}
        await run_in_threadpool(self.gate.note, "refused", visitor.user.id if visitor else NOBODY, visitor, detail)

    def _subject(self, request: Request) -> str:
        return str(request.path_params[self.policy.about]) if self.policy.about else self.path


def hang(doors: list[Door], gate: Gate) -> list[Route | Mount]:
    """The routes, each behind its policy."""
    for route, policy in doors:
        route.app = Guarded(route.app, policy, gate, route.path)
    return [route for route, _ in doors]


def check_doors(routes: list[Any]) -> None:
    """InvariantBroken when a route stands open that nobody wrote a policy for."""
    for route in routes:
        if not isinstance(getattr(route, "app", None), Guarded):
            raise InvariantBroken(f"The route {getattr(route, 'path', '?')} has no policy.", next_step="Give it one; nothing is served until then.")


def visitor_of(request: Request) -> Visitor:
    """Who asks, behind a door that needs a right."""
    visitor = request.state.visitor
    if not isinstance(visitor, Visitor):
        raise HTTPException(404)
    return visitor


def _from_this_computer(request: Request) -> bool:
    """Whether a program on this computer asks for itself: what a proxy hands on comes from its address too."""
    handed_on = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"))
    return request.client is not None and is_loopback(request.client.host) and not handed_on


def _same_origin(request: Request) -> bool:
    """Whether a form comes from one of our own pages, as the browser says."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("origin") == f"{request.url.scheme}://{request.headers.get('host')}"


def _token(request: Request) -> str:
    return request.headers.get("x-chartroom-token") or str(request.state.form.get("token", ""))


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form; of a field given twice the last. Nothing else is read than a plain, small form, without signs that command or hide."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise HTTPException(413)
    if body and kind != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    try:
        fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise HTTPException(413) from None
    return {name: COMMANDS.sub("", value) for name, value in fields}
