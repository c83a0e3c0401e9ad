"""The audit trail for the privacy officer: who did, saw and was refused what, by ids alone; and notices of emergency access to close."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from review.doors import Door, Policy, door, visitor_of
from review.pages import show
from schemas.access import GLASS_REASONS, Right
from store import audit, lookup, sessions, sightings, users
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
            door("POST", "/audit/patient", self.find, Policy(Right.AUDIT)),
            door("POST", "/audit/notices/{glass_id}", self.close, Policy(Right.AUDIT)),
        ]

    def read(self, request: Request) -> Response:
        """The newest rows, or those of one id, actor or action, older ones by page."""
        asked = {name: request.query_params.get(name, "").strip() for name in ("subject", "actor", "action")}
        before, number = _number(request.query_params.get("before", "")), _number(request.query_params.get("patient", ""))
        with reading(self.index) as conn:
            patient = lookup.numbered(conn, number) if number is not None else None
            among = sightings.traces_of(conn, patient.mrn) if patient else None
            rows = audit.search(conn, **asked, among=among, before=before, limit=SHOWN)
            people = {f"user:{user.id}": user.name for user in users.listing(conn)}
            notices = sessions.notices(conn)
        older = rows[-1].sequence if len(rows) == SHOWN else None
        if patient:
            asked["patient"] = str(number)
            request.state.shown = {"patients": [number]}
        facts: dict[str, Any] = {
            "people": people,
            "notices": notices,
            "reasons": GLASS_REASONS,
            "patient": patient,
            "unknown": "unknown" in request.query_params,
        }
        return show(request, "trail/trail.html", rows=rows, asked=asked, older=older, **facts)

    def find(self, request: Request) -> Response:
        """All rows about one patient; their number in the index stands in no address."""
        with reading(self.index) as conn:
            number = lookup.number_of(conn, request.state.form.get("mrn", "").strip())
        return RedirectResponse("/audit?unknown" if number is None else f"/audit?patient={number}", 303)

    def close(self, request: Request) -> Response:
        """Close the notice of an emergency access after reading its reason."""
        visitor = visitor_of(request)
        with writing(self.index) as conn:
            done = sessions.review_glass(conn, request.path_params["glass_id"], actor=visitor.actor, now=self.now())
        if not done:
            raise HTTPException(404)
        return RedirectResponse("/audit", 303)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 16 else None
