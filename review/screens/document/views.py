"""One document outside the queue, and the pictures of its pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from review.doors import Door, Policy, door, visitor_of
from review.pages import show
from review.pictures import Pictures
from review.screens.decide.card import in_order
from review.sight import pictured_document, seen_document
from schemas.access import Right, Visitor
from schemas.catalogue import Catalogue
from schemas.decision import UNFILINGS
from schemas.protection import protections
from schemas.record import DocumentRecord, DocumentStatus
from store import lookup, merges, sightings
from store.database import reading

Sight = Callable[[Connection, Visitor, str, Catalogue], DocumentRecord | None]
KEPT = {"Cache-Control": "private, max-age=43200, immutable"}  # a document's pages never change; sign-out clears them


@dataclass(frozen=True)
class DocumentScreen:
    """A document and its pages."""

    index: Engine
    catalogue: Catalogue
    pictures: Pictures

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [
            door("GET", "/documents/{document_id}", self.see, Policy(Right.DOCUMENTS, seen="chart.seen", about="document_id")),
            door(
                "GET",
                "/documents/{document_id}/pages/{page:int}/{width:int}",
                self.page,
                Policy(Right.DOCUMENTS, seen="page.seen", about="document_id"),
            ),
            door(
                "GET",
                "/documents/{document_id}/snippets/{field}",
                self.snippet,
                Policy(Right.DOCUMENTS, seen="page.seen", about="document_id"),
            ),
        ]

    def wanted(self, request: Request, sight: Sight = pictured_document) -> DocumentRecord:
        with reading(self.index) as conn:
            record = sight(conn, visitor_of(request), request.path_params["document_id"], self.catalogue)
        if record is None:
            raise HTTPException(404)
        return record

    def see(self, request: Request) -> Response:
        """Its state, fields and pages."""
        record = self.wanted(request, seen_document)
        with reading(self.index) as conn:
            stands = merges.survivor(conn, record.patient_mrn or "")
            name = partial(sightings.name_of, conn)
            seen = [(name(one.actor), one.at) for one in sightings.seen_by(conn, record)]
            patient = lookup.named(conn, stands) if record.status is DocumentStatus.FILED else None
            number = lookup.number_of(conn, patient.mrn) if patient else None
            past = [(one, name(one.actor), [name(actor) for actor in one.seen_by]) for one in sightings.unfilings(conn, record.id)]
        facts: dict[str, Any] = {
            "protected": protections(record, self.catalogue),
            "unfilings": UNFILINGS,
            "seen": seen,
            "past": past,
            "stands": stands,
            "patient": patient,
            "number": number,
        }
        return show(request, "document/document.html", **facts, record=record, fields=in_order(record))

    def page(self, request: Request) -> Response:
        """The picture of one page."""
        return _picture(self.pictures.get(self.wanted(request), request.path_params["page"], request.path_params["width"]))

    def snippet(self, request: Request) -> Response:
        """The place where a field was read, where a signature stands, or what asks for protection."""
        record = self.wanted(request)
        place = place_of(record, request.path_params["field"])
        return _picture(self.pictures.snippet(record, *place) if place else None)


def place_of(record: DocumentRecord, name: str) -> tuple[int, tuple[float, float, float, float]] | None:
    """Page and box of a field, of `signature`, or of `label.` and the name of a label."""
    if field := record.fields.get(name):
        return field.page, field.box
    signature, labels = record.evidence.get("signature"), record.evidence.get("labels", ())
    found = signature if name == "signature" else next((one for one in labels if name == f"label.{one['name']}"), None)
    if not found:
        return None
    x0, y0, x1, y1 = found["box"]
    return found["page"], (x0, y0, x1, y1)


def _picture(data: bytes | None) -> Response:
    if data is None:
        raise HTTPException(404)
    return Response(data, media_type="image/webp" if data[:4] == b"RIFF" else "image/jpeg", headers=KEPT)
