"""Practice on settled documents: the same questions as at work, whose answers touch nothing but one's own score, and the answer at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from review.doors import Door, Policy, door, visitor_of
from review.pages import show
from review.screens.decide.card import Answers, card_of, certainty, in_order
from review.screens.decide.views import FOUND, answers_in
from review.second import place_of
from review.sight import seen_document
from schemas.access import Right, Visitor
from schemas.catalogue import Catalogue
from schemas.protection import may_distribute
from schemas.record import DocumentRecord, DocumentStatus, ReviewItem
from store import lookup, merges, practice, queue, settled
from store.database import reading, writing
from store.queue import Seat

ASKED = ("patient.weak", "type.unsure")  # both questions, of every document
WORK = Policy(Right.QUEUE)


class Told(NamedTuple):
    """How an answer stands against what is filed."""

    patient: bool
    kind: bool


@dataclass(frozen=True)
class PracticeScreen:
    """Learning on what is decided."""

    index: Engine
    catalogue: Catalogue
    now: Callable[[], datetime]

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        seen = Policy(Right.QUEUE, seen="practice.opened", about="settled_id")
        return [
            door("GET", "/practice", self.begin, Policy(Right.QUEUE, seen="practice.opened")),
            door("POST", "/practice", self.take_next, WORK),
            door("GET", "/practice/{settled_id}", self.see, seen),
            door("POST", "/practice/{settled_id}/search", self.search, Policy(Right.QUEUE, seen="patients.searched", about="settled_id")),
            door("POST", "/practice/{settled_id}/decide", self.answer, WORK),
        ]

    def begin(self, request: Request) -> Response:
        """One's score, and the way to the next document."""
        with reading(self.index) as conn:
            score = practice.score(conn, visitor_of(request).actor)
        return show(request, "practice/begin.html", score=score, empty=request.query_params.get("none") == "yes")

    def take_next(self, request: Request) -> Response:
        """A settled document, another one after each answer."""
        actor = visitor_of(request).actor
        with reading(self.index) as conn:
            place = place_of("practice", f"{actor}:{practice.score(conn, actor).answers}")
            record = settled.filed(conn, place, self.catalogue)
        return RedirectResponse(f"/practice/{record.id}" if record else "/practice?none=yes", 303)

    def see(self, request: Request) -> Response:
        """The first question."""
        return self.page(request, self.found(request), Answers())

    def search(self, request: Request) -> Response:
        """People whom the learner looks for."""
        form = request.state.form
        with reading(self.index) as conn:
            people = lookup.people(conn, form.get("q", ""), limit=FOUND)
            request.state.shown = {"patients": [lookup.number_of(conn, one.mrn) for one in people]}
        return self.page(request, self.found(request), answers_in(form), people=people, sought=form.get("q", ""))

    def answer(self, request: Request) -> Response:
        """The next question, or how the answers stand against what is filed."""
        record, answers, actor = self.found(request), answers_in(request.state.form), visitor_of(request).actor
        if card_of(item_of(record), record, self.catalogue, answers, salt=record.id).question:
            return self.page(request, record, answers)
        with writing(self.index) as conn:
            stands = merges.survivor(conn, record.patient_mrn or "")
            told = Told(merges.survivor(conn, answers.patient) == stands, answers.kind == record.document_type)
            practice.note(conn, actor, record.id, patient=told.patient, kind=told.kind, now=self.now())
            mine, filed = lookup.named(conn, answers.patient), lookup.named(conn, stands)
            score = practice.score(conn, actor)
        return show(request, "practice/told.html", record=record, answers=answers, told=told, score=score, mine=mine, filed=filed)

    def found(self, request: Request) -> DocumentRecord:
        """A filed document, unprotected, about which nothing is asked."""
        visitor: Visitor = visitor_of(request)
        with reading(self.index) as conn:
            record = seen_document(conn, visitor, request.path_params["settled_id"], self.catalogue)
            asked = [one for one in queue.of_document(conn, record.id) if one.resolved_at is None] if record else []
        if record is None or record.status is not DocumentStatus.FILED or asked or not may_distribute(record, self.catalogue):
            raise HTTPException(404)
        return record

    def page(self, request: Request, record: DocumentRecord, answers: Answers, **values: Any) -> Response:
        item = item_of(record)
        shown: dict[str, Any] = {
            "item": item,
            "record": record,
            "card": card_of(item, record, self.catalogue, answers, salt=record.id),
            "answers": answers,
            "seat": Seat(0, None),
            "settled": None,
            "query": "",
            "practice": True,
            "types": [kind for kind in self.catalogue.types.values() if kind.files],
            "fields": in_order(record),
            "certainty": certainty,
        }
        return show(request, "decide/item.html", **{**shown, **values})


def item_of(record: DocumentRecord) -> ReviewItem:
    """The questions that are asked for practice."""
    return ReviewItem("practice", record.id, ASKED, "normal", datetime.max.replace(tzinfo=UTC))
