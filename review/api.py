"""The interface for programs, version 1: the same rights as on the screens, entered with a token. Described at /api/v1/openapi.json."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Query, Request, Response, UploadFile
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from review.doors import COMMANDS, MOST_FIELDS, Door, Policy, visitor_of
from review.house import House
from review.screens.decide.views import reach
from review.sight import is_for, note_shown, seen_document
from schemas.access import Right
from schemas.decision import Wish
from schemas.faults import InputFault, StaleClaim
from schemas.reasons import explain
from schemas.record import DocumentStatus, ReviewItem
from store import documents, queue
from store.database import reading, writing
from store.queue import Wanted

MOST = 500


def _plain(text: str) -> str:
    if COMMANDS.search(text):
        raise ValueError("signs that command or hide are not taken")
    return text.strip()


Typed = Annotated[str, Field(max_length=200), AfterValidator(_plain)]


class Reason(BaseModel):
    """Why a document waits."""

    code: str
    sentence: str
    next_step: str


class Item(BaseModel):
    """A question to a clerk."""

    item_id: str
    document_id: str
    priority: str
    opened_at: str
    blind: bool
    reasons: list[Reason]


class Lease(BaseModel):
    """An item in one's hands: whoever decides it says the number it was leased under."""

    item: Item
    fence: int


class Decision(BaseModel):
    """What becomes of a document: filed to a patient as a type with fields as they stand on the page, or set aside or quarantined for a reason."""

    model_config = ConfigDict(extra="forbid")

    fence: int
    patient: Typed = ""
    kind: Typed = ""
    fields: dict[Typed, Typed] = Field(default={}, max_length=MOST_FIELDS)
    set_aside: Typed = ""
    quarantine: Typed = ""
    anyway: bool = False  # to a patient whom nothing on the page proposed
    two_people: bool = False  # the entries that are suspected to be one person are not


class Taken(BaseModel):
    """A file that was taken in; its documents appear under this delivery once it is read."""

    delivery_id: str


@dataclass(frozen=True)
class Api:
    """The routes for programs, and what they stand on."""

    house: House
    describe: Callable[[], dict[str, Any]]

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        ways: list[tuple[str, str, Callable[..., Any], Policy]] = [
            ("GET", "/status", self.status, Policy(Right.STATUS, program=True, seen="status.seen")),
            ("GET", "/documents", self.list_documents, Policy(Right.DOCUMENTS, program=True, seen="documents.listed")),
            ("GET", "/documents/{document_id}", self.get_document, Policy(Right.DOCUMENTS, program=True, seen="chart.seen", about="document_id")),
            ("GET", "/review", self.list_items, Policy(Right.QUEUE, program=True, seen="queue.seen")),
            ("GET", "/review/{item_id}", self.get_item, Policy(Right.QUEUE, program=True, seen="item.seen", about="item_id")),
            ("POST", "/review/{item_id}/lease", self.lease, Policy(Right.QUEUE, program=True, seen="item.seen", about="item_id")),
            ("POST", "/review/{item_id}/decision", self.decide, Policy(Right.QUEUE, program=True, about="item_id")),
            ("POST", "/review/{item_id}/undo", self.undo, Policy(Right.QUEUE, program=True, about="item_id")),
            ("POST", "/intake", self.take_in, Policy(Right.INTAKE, program=True, seen="file.handed_in")),
            ("GET", "/openapi.json", self.openapi, Policy(None)),
        ]
        found = [Depends(self.get_item)]  # what is not there is said before what is wrong with the asking
        return [
            Door(
                APIRoute(
                    f"/api/v1{path}",
                    call,
                    methods=[method],
                    include_in_schema=policy.program,
                    dependencies=found if call == self.decide else None,
                ),
                policy,
            )
            for method, path, call, policy in ways
        ]

    def status(self) -> dict[str, Any]:
        """Depths, ages and health; no patient data."""
        return self.house.status()

    def list_documents(self, request: Request, delivery_id: str) -> list[dict[str, Any]]:
        """The documents of one delivery, as lines of the export."""
        with reading(self.house.index) as conn:
            ids = [record.id for record in documents.of_delivery(conn, delivery_id)]
            seen = [seen_document(conn, visitor_of(request), one, self.house.catalogue) for one in ids]
        found = [record for record in seen if record]
        request.state.shown = {"documents": [record.id for record in found]}
        shown = [record.id for record in found if record.status is DocumentStatus.FILED]
        note_shown(self.house.index, visitor_of(request), shown, self.house.now())
        return [documents.line_of(record) for record in found]

    def get_document(self, request: Request, document_id: str) -> dict[str, Any]:
        """One document, as a line of the export."""
        with reading(self.house.index) as conn:
            record = seen_document(conn, visitor_of(request), document_id, self.house.catalogue)
        if record is None:
            raise HTTPException(404)
        return documents.line_of(record)

    def list_items(self, request: Request, limit: Annotated[int, Query(ge=1, le=MOST)] = 100) -> list[Item]:
        """What waits for this person, most urgent and oldest first."""
        visitor = visitor_of(request)
        with reading(self.house.index) as conn:
            return [_item(item) for item in queue.open_items(conn, reach(visitor, Wanted()), limit=limit, holder=visitor.actor)]

    def get_item(self, request: Request, item_id: str) -> Item:
        """One item that waits for this person."""
        with reading(self.house.index) as conn:
            item = queue.get(conn, item_id)
            mine = item is not None and is_for(visitor_of(request), item) and queue.is_for(conn, item_id, visitor_of(request).actor)
        if item is None or item.resolved_at is not None or not mine:
            raise HTTPException(404)
        return _item(item)

    def lease(self, request: Request, item_id: str) -> Lease:
        """Take an item into one's hands, for minutes, as opening it on the screen does; 409 while somebody else holds it."""
        item = self.get_item(request, item_id)
        with writing(self.house.index) as conn:
            fence = queue.claim(conn, item_id, visitor_of(request).actor, now=self.house.now())
        if fence is None:
            raise HTTPException(409, "Somebody else is deciding this item.")
        return Lease(item=item, fence=fence)

    def decide(self, request: Request, item_id: str, decision: Decision) -> Response:
        """Decide a leased item, under the rules of the screen: a second person is asked where one is. Says nothing of what others answered."""
        try:
            self.house.decide(item_id, Wish(**decision.model_dump(exclude={"fence"})), visitor_of(request).actor, decision.fence)
        except StaleClaim as stale:
            raise HTTPException(409, str(stale)) from None
        except InputFault as fault:
            raise HTTPException(422, str(fault)) from None
        return Response(status_code=204)

    def undo(self, request: Request, item_id: str) -> Item:
        """Take back one's own decision; the item that asks anew. 409 when it is too late."""
        with reading(self.house.index) as conn:
            item = queue.get(conn, item_id)
        if item is None or item.resolved_by != visitor_of(request).actor:
            raise HTTPException(404)
        try:
            return _item(self.house.undo(item_id, visitor_of(request).actor))
        except StaleClaim as stale:
            raise HTTPException(409, str(stale)) from None

    def take_in(self, file: UploadFile) -> Taken:
        """Take in one file as if it had been dropped into a watched folder."""
        try:
            return Taken(delivery_id=self.house.take_in(file.filename or "unnamed", file.file))
        except InputFault as fault:
            raise HTTPException(422, str(fault)) from None

    def openapi(self) -> dict[str, Any]:
        """This interface, described."""
        told = self.describe()
        token = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}
        return {**told, "components": told.get("components", {}) | token, "security": [{"token": []}]}


def _item(item: ReviewItem) -> Item:
    reasons = [Reason(code=code, sentence=explain(code).sentence, next_step=explain(code).next_step) for code in item.reasons]
    return Item(
        item_id=item.id,
        document_id=item.document_id,
        priority=item.priority,
        opened_at=item.opened_at.isoformat(),
        blind=item.blind,
        reasons=reasons,
    )
