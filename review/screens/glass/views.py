"""Breaking the glass: emergency access to one patient's protected documents, for a stated reason, an hour, and a notice to the privacy officer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from review.doors import Door, Policy, door, visitor_of
from review.pages import show
from review.sight import note_looks
from schemas.access import GLASS_REASONS, Glass, Right
from schemas.catalogue import Catalogue
from schemas.protection import may_distribute
from store import documents, patients, sessions
from store.database import reading, writing

LASTS = timedelta(minutes=60)
SHORTEST_TEXT, LONGEST_TEXT = 10, 1000
OPENED = Policy(Right.GLASS, seen="glass.seen", about="glass_id")


@dataclass(frozen=True)
class GlassScreen:
    """Asking for emergency access, using it, closing it."""

    index: Engine
    catalogue: Catalogue
    now: Callable[[], datetime]

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [
            door("GET", "/glass", self.ask, Policy(Right.GLASS, fresh=True)),
            door("POST", "/glass", self.open_it, Policy(Right.GLASS, fresh=True)),
            door("GET", "/glass/{glass_id}", self.see, OPENED),
            door("POST", "/glass/{glass_id}/close", self.close, Policy(Right.GLASS)),
        ]

    def ask(self, request: Request) -> Response:
        """Whom, why."""
        return show(request, "glass/ask.html", reasons=GLASS_REASONS)

    def open_it(self, request: Request) -> Response:
        """Open it when the patient is known and the reason is given in words."""
        visitor, form = visitor_of(request), request.state.form
        mrn, reason, text = (form.get(name, "").strip() for name in ("mrn", "reason", "text"))
        with writing(self.index) as conn:
            known = patients.get(conn, mrn) is not None
            wrong = _wrong(reason, text) or ("" if known else "Nobody in the patient index has that MRN.")
            if not wrong:
                glass = Glass(str(uuid.uuid4()), visitor.user.id, mrn, reason, text, self.now(), self.now() + LASTS)
                sessions.open_glass(conn, glass)
                return RedirectResponse(f"/glass/{glass.id}", 303)
        return show(request, "glass/ask.html", status=422, reasons=GLASS_REASONS, wrong=wrong, given=form)

    def see(self, request: Request) -> Response:
        """The patient's documents, while it is open."""
        glass = next((one for one in visitor_of(request).glasses if one.id == request.path_params["glass_id"]), None)
        if glass is None:
            raise HTTPException(404)
        with reading(self.index) as conn:
            found = [(record, not may_distribute(record, self.catalogue)) for record in documents.of_patient(conn, glass.mrn)]
        note_looks(self.index, visitor_of(request), [record.id for record, _ in found], self.now())
        return show(request, "glass/chart.html", glass=glass, found=found, reasons=GLASS_REASONS)

    def close(self, request: Request) -> Response:
        """Close one's own emergency access before its hour is over."""
        with writing(self.index) as conn:
            if not sessions.close_glass(conn, request.path_params["glass_id"], visitor_of(request).user.id, now=self.now()):
                raise HTTPException(404)
        return RedirectResponse("/", 303)


def _wrong(reason: str, text: str) -> str:
    if reason not in GLASS_REASONS:
        return "Choose a reason."
    return "" if SHORTEST_TEXT <= len(text) <= LONGEST_TEXT else f"Say why in {SHORTEST_TEXT} to {LONGEST_TEXT} signs; the privacy officer reads it."
