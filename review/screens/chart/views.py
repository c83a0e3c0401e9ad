"""A patient's chart as a timeline, search by words and fields, and taking a document out of its chart for a reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from review.differences import Part
from review.doors import Door, Policy, door, visitor_of
from review.pages import show
from review.screens.chart.timeline import by_year, picture_of
from review.sight import note_looks, seen_document
from schemas.access import Right, Visitor
from schemas.catalogue import Catalogue
from schemas.decision import UNFILINGS
from schemas.faults import StaleClaim
from schemas.record import DocumentRecord
from store import corrections, documents, lookup, queue
from store.database import reading, writing
from store.search import MARKS, search

FOUND = 50
PEOPLE = 20
LONGEST = 200


@dataclass(frozen=True)
class ChartScreen:
    """Finding documents and charts."""

    index: Engine
    catalogue: Catalogue
    now: Callable[[], datetime]

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [
            door("GET", "/charts", self.ask, Policy(Right.DOCUMENTS, seen="search.opened")),
            door("POST", "/charts", self.find, Policy(Right.DOCUMENTS, seen="documents.searched")),
            door("GET", "/charts/{patient}", self.see, Policy(Right.DOCUMENTS, seen="chart.seen", about="patient")),
            door("POST", "/documents/{document_id}/unfile", self.unfile, Policy(Right.DOCUMENTS)),
        ]

    def ask(self, request: Request) -> Response:
        """The search."""
        return show(request, "chart/search.html")

    def find(self, request: Request) -> Response:
        """Documents by their words and patients by name, birth date or MRN; what was typed stands in no address."""
        typed = request.state.form.get("q", "").strip()[:LONGEST]
        with reading(self.index) as conn:
            hits = search(conn, typed, limit=FOUND) if typed else []
            seen = [(self.seen(conn, visitor_of(request), hit.document_id), highlighted(hit.snippet)) for hit in hits]
            people = [(lookup.number_of(conn, one.mrn), one) for one in lookup.people(conn, typed, limit=PEOPLE)]
        found = [(record, parts) for record, parts in seen if record]
        request.state.shown = {"documents": [record.id for record, _ in found], "patients": [number for number, _ in people]}
        note_looks(self.index, visitor_of(request), [record.id for record, _ in found], self.now())
        return show(request, "chart/search.html", typed=typed, found=found, people=people)

    def see(self, request: Request) -> Response:
        """A patient's filed documents by service date, newest year first; protected ones only through a broken glass."""
        number = request.path_params["patient"]
        with reading(self.index) as conn:
            patient = lookup.numbered(conn, int(number)) if number.isascii() and number.isdecimal() and len(number) < 16 else None
            if patient is None:
                raise HTTPException(404)
            kept = [self.seen(conn, visitor_of(request), one.id) for one in documents.of_patient(conn, patient.mrn)]
        kind = request.query_params.get("type", "")
        filed = [record for record in kept if record]
        note_looks(self.index, visitor_of(request), [record.id for record in filed], self.now())
        wanted = [record for record in filed if kind in {"", record.document_type}]
        shown: dict[str, Any] = {
            "years": by_year(wanted),
            "picture": picture_of(wanted),
            "types": sorted({record.document_type or "" for record in filed}),
        }
        return show(request, "chart/chart.html", patient=patient, number=number, kind=kind, count=len(filed), **shown)

    def unfile(self, request: Request) -> Response:
        """Take a document out of its chart; whose it is is asked anew, of whoever took it out first."""
        visitor, reason = visitor_of(request), request.state.form.get("reason", "")
        with writing(self.index) as conn:
            record = self.seen(conn, visitor, request.path_params["document_id"])
            if record is None or reason not in UNFILINGS:
                raise HTTPException(404)
            try:
                item = corrections.unfile(conn, record, visitor.actor, reason, now=self.now())
            except StaleClaim:
                raise HTTPException(404) from None
            queue.claim(conn, item.id, visitor.actor, now=self.now())
        return RedirectResponse(f"/items/{item.id}" if Right.QUEUE in visitor.rights else "/charts", 303)

    def seen(self, conn: Connection, visitor: Visitor, document_id: str) -> DocumentRecord | None:
        return seen_document(conn, visitor, document_id, self.catalogue)


def highlighted(snippet: str) -> list[Part]:
    """A piece of text with the words that were sought marked."""
    pieces: list[Any] = re.split(f"{MARKS[0]}([^{MARKS[1]}]*){MARKS[1]}", re.sub(r"\s+", " ", snippet))
    return [Part(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]
