"""The review application: routes, security headers, and nothing that changes anything yet. Loopback only, for it has no login yet."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Engine
from starlette.middleware.trustedhost import TrustedHostMiddleware

from review.screens.queue.views import queue_routes
from schemas.config import is_loopback
from schemas.faults import ConfigFault, StoreFault

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
}


log = logging.getLogger("chartroom.review")


def make_app(index: Engine, *, host: str) -> FastAPI:
    """The application over an index database; ConfigFault when it would listen beyond this computer."""
    if not is_loopback(host):
        raise ConfigFault("web.host must be a loopback address: the review pages have no login yet.", next_step="Set web.host to 127.0.0.1.")
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[host, f"[{host}]", "localhost", "127.0.0.1"])
    app.middleware("http")(_answer)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.include_router(queue_routes(index))
    return app


async def _answer(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Headers on every answer, also on that to a failure, which names no more than its kind: a text may quote a page."""
    try:
        response = await call_next(request)
    except StoreFault as fault:
        response = PlainTextResponse(f"{fault}\n", 503)
    except Exception as error:  # noqa: BLE001
        log.error("a page failed: %s", type(error).__name__)  # noqa: TRY400
        response = PlainTextResponse("This page cannot be shown. Tell IT; nothing was changed.\n", 500)
    response.headers.update(HEADERS)
    return response
