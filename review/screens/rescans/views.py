"""What waits for a new scan: it has come, or none is to be had."""

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
from review.sight import pictured_document
from schemas.access import Right
from schemas.catalogue import Catalogue
from schemas.faults import StaleClaim
from store import queue, rescans
from store.database import reading, writing


@dataclass(frozen=True)
class RescanScreen:
    """Sheets that somebody must scan again."""

    index: Engine
    catalogue: Catalogue
    now: Callable[[], datetime]

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [
            door("GET", "/rescans", self.see, Policy(Right.QUEUE, seen="rescans.seen")),
            door("POST", "/rescans/{document_id}/come", self.come, Policy(Right.QUEUE)),
            door("POST", "/rescans/{document_id}/give-up", self.give_up, Policy(Right.QUEUE)),
        ]

    def see(self, request: Request) -> Response:
        """What waits, the oldest first."""
        with reading(self.index) as conn:
            waiting = rescans.awaited(conn)
            seen = [one for one in waiting if pictured_document(conn, visitor_of(request), one.record.id, self.catalogue)]
        return show(request, "rescans/rescans.html", waiting=seen, hidden=len(waiting) - len(seen), now=self.now())

    def come(self, request: Request) -> Response:
        """The new scan is there; it goes its own way."""
        self.check(request)
        try:
            with writing(self.index) as conn:
                rescans.has_come(conn, request.path_params["document_id"], visitor_of(request).actor, now=self.now())
        except StaleClaim:
            raise HTTPException(404) from None
        return RedirectResponse("/rescans", 303)

    def give_up(self, request: Request) -> Response:
        """Decide on what there is."""
        self.check(request)
        actor = visitor_of(request).actor
        try:
            with writing(self.index) as conn:
                item = rescans.give_up(conn, request.path_params["document_id"], actor, now=self.now())
                queue.claim(conn, item.id, actor, now=self.now())
        except StaleClaim:
            raise HTTPException(404) from None
        return RedirectResponse(f"/items/{item.id}", 303)

    def check(self, request: Request) -> None:
        with reading(self.index) as conn:
            if pictured_document(conn, visitor_of(request), request.path_params["document_id"], self.catalogue) is None:
                raise HTTPException(404)
