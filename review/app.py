"""The review application: hangs every screen's doors, answers what goes wrong, and puts the security headers on everything."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from review.api import Api
from review.doors import Door, Gate, Policy, check_doors, door, hang, visitor_of
from review.health import HealthDoors
from review.house import House
from review.pages import STATIC, show, tabs_of
from review.prints import PrintDoor
from review.screens.account.views import AccountScreen
from review.screens.chart.views import ChartScreen
from review.screens.cut.views import CutScreen
from review.screens.decide.views import DecideScreen
from review.screens.document.views import DocumentScreen
from review.screens.glass.views import GlassScreen
from review.screens.lead.views import LeadScreen
from review.screens.oidc.views import OidcScreen
from review.screens.people.views import PeopleScreen
from review.screens.practice.views import PracticeScreen
from review.screens.queue.views import QueueScreen
from review.screens.rescans.views import RescanScreen
from review.screens.sign_in.views import SignInScreen
from review.screens.status.views import StatusScreen
from review.screens.trail.views import TrailScreen
from review.screens.welcome.views import WelcomeScreen
from schemas.access import Right
from schemas.config import Web, check_line
from schemas.faults import StoreFault

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types chartroom",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
REFUSALS = {
    403: ("This was not sent from here", "Open the page anew and try again; nothing was changed."),
    404: ("There is nothing here for you", "Either this is settled already, or it does not exist, or it is not yours to see."),
    405: ("That cannot be done here", "Nothing was changed."),
    413: ("That is too large", "Nothing was changed."),
    415: ("That cannot be read", "Nothing was changed."),
}

log = logging.getLogger("chartroom.review")


def make_app(house: House, web: Web) -> FastAPI:
    """The application; ConfigFault when it would be reached over an open line, InvariantBroken when a route has no policy."""
    check_line(web)
    gate = Gate(house.index, house.now, tls=bool(web.tls_certificate))
    app = FastAPI(title="Chartroom", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    hosts = [web.host, f"[{web.host}]", "localhost", "127.0.0.1", *web.names]
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts)
    app.middleware("http")(_answer)
    app.add_exception_handler(HTTPException, _refusal)
    app.router.routes.extend(
        hang([*_common(), *HealthDoors(house.not_ready, house.metrics).doors(), *_screens(house, gate, web), *Api(house, app.openapi).doors()], gate)
    )
    check_doors(app.router.routes)
    return app


def _screens(house: House, gate: Gate, web: Web) -> Iterator[Door]:
    if house.provider is not None:
        yield from OidcScreen(gate, house.key, house.provider).doors()
    screens = (
        SignInScreen(gate, house.key, required=web.second_factor == "required", single_sign_on=house.provider is not None),
        WelcomeScreen(gate),
        AccountScreen(gate),
        PrintDoor(gate),
        QueueScreen(house.index, house.now),
        DecideScreen(house.index, house.catalogue, house.decide, house.undo, house.now),
        CutScreen(house.index, house.catalogue, house.now),
        RescanScreen(house.index, house.catalogue, house.now),
        PracticeScreen(house.index, house.catalogue, house.now),
        DocumentScreen(house.index, house.catalogue, house.pictures),
        ChartScreen(house.index, house.catalogue, house.now),
        GlassScreen(house.index, house.catalogue, house.now),
        LeadScreen(house.index, house.standings, house.models, house.now),
        PeopleScreen(house.index, house.now),
        TrailScreen(house.index, house.now),
        StatusScreen(house.status),
    )
    for screen in screens:
        yield from screen.doors()


def _common() -> list[Door]:
    def home(request: Request) -> Response:
        """Where a person's work is."""
        tabs = tabs_of(visitor_of(request))
        return RedirectResponse(tabs[0].path if tabs else "/account", 303)

    static = Mount("/static", StaticFiles(directory=STATIC), name="static")
    return [door("GET", "/", home, Policy(Right.OWN)), Door(static, Policy(None))]


async def _refusal(request: Request, error: Exception) -> Response:
    """The same page whether something is not there or not to be seen; it repeats nothing that was asked."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    title, sentence = REFUSALS.get(status, ("This cannot be shown", "Nothing was changed."))
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": sentence}, status)
    return show(request, "refusal.html", status=status, title=title, sentence=sentence)


async def _answer(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Headers on every answer, also on that to a failure, which names no more than its kind: a text may quote a page."""
    try:
        response = await call_next(request)
    except StoreFault as fault:
        response = PlainTextResponse(f"{fault}\n", 503)
    except Exception as error:  # noqa: BLE001
        log.error("a page failed: %s", type(error).__name__)  # noqa: TRY400
        response = PlainTextResponse("This page cannot be shown. Tell IT; nothing was changed.\n", 500)
    if request.url.path.startswith("/static/"):
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable" if "v" in request.query_params else "no-cache"
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
