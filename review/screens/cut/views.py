"""Splitting and merging: the pages of one source file with their cut marks, put together anew by a clerk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from review.doors import Door, Policy, door, visitor_of
from review.pages import show
from review.screens.cut.marks import read_parts, written
from review.screens.decide.views import query_of, reach, wanted_by
from review.sight import is_for, pictured_document
from schemas.access import Right, Visitor
from schemas.catalogue import Catalogue
from schemas.faults import InputFault
from schemas.record import DocumentRecord, ReviewItem
from store import documents, queue, recuts
from store.database import reading, writing


class Group(NamedTuple):
    """One document of the file; `fixed` when this person may not see it, or somebody is asked about it without knowing its patient."""

    record: DocumentRecord
    fixed: bool


@dataclass(frozen=True)
class CutScreen:
    """The pages of one file."""

    index: Engine
    catalogue: Catalogue
    now: Callable[[], datetime]

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [
            door("GET", "/items/{item_id}/pages", self.see, Policy(Right.QUEUE, seen="item.seen", about="item_id")),
            door("POST", "/items/{item_id}/pages", self.cut, Policy(Right.QUEUE)),
        ]

    def see(self, request: Request) -> Response:
        """The documents of the file as they are cut now."""
        return self.page(request, self.found(request))

    def cut(self, request: Request) -> Response:
        """Have the pages put together as marked; the next item shows, and the parts come when they are decided."""
        item, form, now = self.found(request), request.state.form, self.now()
        visitor, wanted = visitor_of(request), reach(visitor_of(request), wanted_by(request))
        fence = form.get("fence", "")
        try:
            parts = read_parts(form.get("parts", ""))
            with writing(self.index) as conn:
                may = [group.record.id for group in self.groups(conn, visitor, item) if not group.fixed]
                recuts.ask(conn, item, parts, visitor.actor, int(fence[:9]) if fence.isdecimal() else 0, may=may, now=now)
                following = queue.take_next(conn, visitor.actor, wanted, now=now, after=item.id)
        except ValueError:
            return self.page(request, item, wrong="Write pages as 1-3; 4; 5 7: a semicolon ends a document.")
        except InputFault as fault:
            return self.page(request, item, wrong=str(fault))
        return RedirectResponse(f"/items/{following.id}{query_of(wanted)}" if following else "/queue", 303)

    def page(self, request: Request, item: ReviewItem, *, wrong: str = "") -> Response:
        visitor, wanted = visitor_of(request), reach(visitor_of(request), wanted_by(request))
        with writing(self.index) as conn:
            seat = queue.sit_down(conn, item.id, visitor.actor, wanted, now=self.now())
            groups = self.groups(conn, visitor, item)
        shown = {"item": item, "seat": seat, "groups": groups, "query": query_of(wanted), "wrong": wrong}
        parts = request.state.form.get("parts", "") if wrong else written(group.record.pages for group in groups)
        return show(request, "cut/pages.html", status=422 if wrong else 200, parts=parts, **shown)

    def groups(self, conn: Connection, visitor: Visitor, item: ReviewItem) -> list[Group]:
        """The documents of the item's file, by page."""
        mine = documents.get(conn, item.document_id)
        there = documents.of_delivery(conn, mine.delivery_id) if mine else []
        blind = queue.asked_blind(conn, [one.id for one in there])
        fixed = [one.id in blind or pictured_document(conn, visitor, one.id, self.catalogue) is None for one in there]
        return [Group(one, still) for one, still in zip(there, fixed, strict=True)]

    def found(self, request: Request) -> ReviewItem:
        """A held document's item that this person may decide; checks and second questions are not cut."""
        visitor = visitor_of(request)
        with reading(self.index) as conn:
            item = queue.get(conn, request.path_params["item_id"])
            record = documents.get(conn, item.document_id) if item and item.resolved_at is None else None
        if item is None or record is None or not record.pages or item.again or not is_for(visitor, item):
            raise HTTPException(404)
        return item
