"""The audit trail for the privacy officer: who did, saw and was refused what, by ids alone; and notices of emergency access to close."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from review.doors import Door, Policy, door, visitor_of
from review.pages import show
from schemas.access import GLASS_REASONS, Right
from store import audit, sessions, users
from store.database import reading, writing

SHOWN = 100


@dataclass(frozen=True)
class TrailScreen:
    """Reading the trail, closing notices."""

    index: Engine
    now: Callable[[], datetime]

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [
            door("GET", "/audit", self.read, Policy(Right.AUDIT, seen="audit.seen")),
            door("POST", "/audit/notices/{glass_id}", self.close, Policy(Right.AUDIT)),
        ]

    def read(self, request: Request) -> Response:
        """The newest rows, or those of one id, actor or action, older ones by page."""
        asked = {name: request.query_params.get(name, "").strip() for name in ("subject", "actor", "action")}
        before = request.query_params.get("before", "")
        with reading(self.index) as conn:
            rows = audit.search(conn, **asked, before=int(before) if before.isdecimal() and len(before) < 16 else None, limit=SHOWN)
            people = {f"user:{user.id}": user.name for user in users.listing(conn)}
            notices = sessions.notices(conn)
        older = rows[-1].sequence if len(rows) == SHOWN else None
        return show(request, "trail/trail.html", rows=rows, asked=asked, older=older, people=people, notices=notices, reasons=GLASS_REASONS)

    def close(self, request: Request) -> Response:
        """Close the notice of an emergency access after reading its reason."""
        visitor = visitor_of(request)
        with writing(self.index) as conn:
            done = sessions.review_glass(conn, request.path_params["glass_id"], actor=visitor.actor, now=self.now())
        if not done:
            raise HTTPException(404)
        return RedirectResponse("/audit", 303)
