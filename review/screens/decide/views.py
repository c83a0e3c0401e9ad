"""Deciding one item: it is leased to whoever opens it, asks one question at a time, and is committed before the next one shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from review.doors import Door, Policy, door, visitor_of
from review.pages import show
from review.screens.decide.card import Answers, Question, card_of, certainty, in_order
from review.second import planted
from review.sight import is_for
from schemas.access import Right, Role, Visitor
from schemas.catalogue import Catalogue
from schemas.decision import ESCALATIONS, NOBODY, REASONS_FOR, RESCAN, SKIPS, Wish
from schemas.faults import InputFault, StaleClaim
from schemas.reasons import explain
from schemas.record import DocumentRecord, DocumentStatus, ReviewItem
from store import corrections, documents, lookup, queue
from store.database import reading, writing
from store.opinions import ANSWER
from store.queue import Wanted

UNDO_LASTS = timedelta(hours=24)
FOUND = 9
GONE = "This item is no longer in your hands. Nothing was written; look at it again."
NEWCOMER = ("last_name", "first_name", "dob", "sex")
WORK = Policy(Right.QUEUE)
SEARCH = Policy(Right.QUEUE, seen="patients.searched", about="item_id")

Decide = Callable[[str, Wish, str, int], DocumentRecord]  # item, what is wanted, who, under which number
Undo = Callable[[str, str], ReviewItem]


class Found(NamedTuple):
    """An item that waits, and its document."""

    item: ReviewItem
    record: DocumentRecord


@dataclass(frozen=True)
class DecideScreen:
    """One item at a time."""

    index: Engine
    catalogue: Catalogue
    decide_item: Decide
    undo_item: Undo
    now: Callable[[], datetime]

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [
            door("POST", "/queue/next", self.take_next, WORK),
            door("GET", "/items/{item_id}", self.see, Policy(Right.QUEUE, seen="item.seen", about="item_id")),
            door("POST", "/items/{item_id}/search", self.search, SEARCH),
            door("POST", "/items/{item_id}/decide", self.decide, WORK),
            door("POST", "/items/{item_id}/skip", self.skip, WORK),
            door("POST", "/items/{item_id}/escalate", self.escalate, WORK),
            door("POST", "/items/{item_id}/undo", self.undo, WORK),
        ]

    def take_next(self, request: Request) -> Response:
        """Open the next item of those asked for."""
        return self.forward(request)

    def see(self, request: Request) -> Response:
        """The item's first question."""
        return self.page(request, self.found(request), Answers())

    def search(self, request: Request) -> Response:
        """People of the patient index whom the clerk looks for; what was typed stands in no address."""
        form = request.state.form
        with reading(self.index) as conn:
            people = lookup.people(conn, form.get("q", ""), limit=FOUND)
            request.state.shown = {"patients": [lookup.number_of(conn, one.mrn) for one in people]}
        return self.page(request, self.found(request), answers_in(form), people=people, sought=form.get("q", ""))

    def decide(self, request: Request) -> Response:
        """Take an answer; with the last one the decision is committed, and the next item shows."""
        found, form = self.found(request), request.state.form
        answers = typed_alone(form, found.record)
        act, reason = form.get("act", ""), form.get("reason", "")
        if act not in REASONS_FOR and card_of(*found, self.catalogue, answers, salt="").question:
            return self.page(request, found, answers)
        wish = Wish(
            answers.patient or found.record.patient_mrn or "",
            answers.kind,
            anyway=True,  # chosen by eye, not typed
            fields=answers.fields,
            new=answers.new,
            merge=answers.merge,
            two_people=answers.two_people,
        )
        if act in REASONS_FOR:
            wish = Wish(**{act: reason})
        fence = form.get("fence", "")
        try:
            self.decide_item(found.item.id, wish, visitor_of(request).actor, int(fence) if fence.isdecimal() and len(fence) < 10 else 0)
        except StaleClaim as stale:
            return self.page(request, found, Answers(fields=answers.fields), status=409, wrong=str(stale), typed=answers)
        except InputFault as fault:
            return self.page(request, found, asked_again(answers), status=422, wrong=str(fault), typed=answers)
        return self.forward(request, after=found.item.id)

    def skip(self, request: Request) -> Response:
        """Put it back, for a reason."""
        return self.hand_on(request, SKIPS, queue.skip)

    def escalate(self, request: Request) -> Response:
        """Hand it on to the lead, for a reason."""
        return self.hand_on(request, ESCALATIONS, queue.escalate)

    def hand_on(self, request: Request, reasons: Mapping[str, str], put: Callable[..., None]) -> Response:
        found, form, actor, now = self.found(request), request.state.form, visitor_of(request).actor, self.now()
        if form.get("reason") not in reasons:
            return self.page(request, found, answers_in(form), status=422, wrong="Choose a reason.")
        with writing(self.index) as conn:
            mine = form.get("fence", "").isdecimal() and queue.holds(conn, found.item.id, actor, int(form["fence"][:9]), now=now)
            if mine:
                put(conn, found.item.id, actor, form["reason"], now=now)
        if not mine:
            return self.page(request, found, Answers(), status=409, wrong=GONE)
        return self.forward(request, after=found.item.id)

    def undo(self, request: Request) -> Response:
        """Take back one's own last decision; the item stands again."""
        try:
            again = self.undo_item(request.path_params["item_id"], visitor_of(request).actor)
        except StaleClaim:
            return self.too_late(request)
        return RedirectResponse(f"/items/{again.id}{query_of(wanted_by(request))}", 303)

    def too_late(self, request: Request) -> Response:
        """To the document itself, where one's own decision stands and can be corrected for a reason."""
        with reading(self.index) as conn:
            item = queue.get(conn, request.path_params["item_id"])
            record = documents.get(conn, item.document_id) if item and item.resolved_by == visitor_of(request).actor else None
        if record is None or record.status is not DocumentStatus.FILED:
            raise HTTPException(404)
        return RedirectResponse(f"/documents/{record.id}", 303)

    def found(self, request: Request) -> Found:
        with reading(self.index) as conn:
            item = queue.get(conn, request.path_params["item_id"])
            record = documents.get(conn, item.document_id) if item and item.resolved_at is None else None
            allowed = item is not None and is_for(visitor_of(request), item) and queue.is_for(conn, item.id, visitor_of(request).actor)
        if item is None or record is None or not allowed:
            raise HTTPException(404)
        return Found(item, planted(item, record) if item.known else record)

    def forward(self, request: Request, *, after: str = "") -> Response:
        """To the next item, leased before it is shown; to the queue when nothing is left."""
        visitor, now, wanted = visitor_of(request), self.now(), reach(visitor_of(request), wanted_by(request))
        with reading(self.index) as conn:
            item = queue.next_item(conn, visitor.actor, wanted, now=now, after=after)
        if item is not None and not (item.holder == visitor.actor and item.held_until and item.held_until > now):
            with writing(self.index) as conn:
                item = queue.take_next(conn, visitor.actor, wanted, now=now, after=after)
        return RedirectResponse(f"/items/{item.id}{query_of(wanted)}" if item else "/queue", 303)

    def page(self, request: Request, found: Found, answers: Answers, *, status: int = 200, **values: object) -> Response:
        visitor, now, wanted = visitor_of(request), self.now(), reach(visitor_of(request), wanted_by(request))
        with writing(self.index) as conn:
            seat = queue.sit_down(conn, found.item.id, visitor.actor, wanted, now=now)
            last = queue.last_decided(conn, visitor.actor, since=now - UNDO_LASTS)
            settled = lookup.named(conn, answers.patient or found.record.patient_mrn or "")
            following = documents.get(conn, seat.following.document_id) if seat and seat.following else None
            cuts = [pages for name, pages in documents.cuts(conn, found.record.delivery_id).items() if pages and name != found.record.id]
        card = card_of(*found, self.catalogue, answers, salt=f"{found.item.id}:{seat.fence if seat else 0}")
        shown = {
            "item": found.item,
            "record": found.record,
            "card": card,
            "answers": answers,
            "seat": seat,
            "settled": settled if card.question is not Question.PATIENT else None,
            "following": following,
            "last": last,
            "kept": is_kept(last),
            "stays": corrections.left_standing(*found),
            "query": query_of(wanted),
            "before": [pages for pages in cuts if found.record.pages and pages[0] < found.record.pages[0]][-1:],
            "after": [pages for pages in cuts if found.record.pages and pages[0] > found.record.pages[-1]][:1],
            "types": [kind for kind in self.catalogue.types.values() if kind.files],
            "fields": in_order(found.record),
            "certainty": certainty,
            "nobody": NOBODY,
            "rescans": {code: explain(code).sentence for code in RESCAN},
            "quarantines": sorted(code for code in REASONS_FOR["quarantine"] if code.startswith("file.")),
            "duplicates": sorted(code for code in REASONS_FOR["set_aside"] if code not in {NOBODY, "policy.ignored"}),
            "newcomer": NEWCOMER,
            "skips": SKIPS,
            "escalations": ESCALATIONS,
        }
        return show(request, "decide/item.html", status=status, **{**shown, **values})


def answers_in(form: Mapping[str, str]) -> Answers:
    """What a form carries of earlier answers and the present one."""
    fields = {name.removeprefix("field."): value.strip() for name, value in form.items() if name.startswith("field.") and value.strip()}
    new = {name.removeprefix("new."): value.strip() for name, value in form.items() if name.startswith("new.")}
    facts = {name: form.get(name) == "yes" for name in ("read", "confirmed", "two_people")}
    return Answers(form.get("patient", "").strip(), form.get("kind", ""), fields, **facts, new=new, merge=form.get("merge", ""))


def typed_alone(form: Mapping[str, str], record: DocumentRecord) -> Answers:
    """What a form carries; where the clerk says that the rest is not on the page, without the doubtful readings it was shown with."""
    answers = answers_in(form)
    if form.get("rest") != "absent":
        return answers
    read = {name: field.value for name, field in record.fields.items()}
    return answers._replace(fields={name: value for name, value in answers.fields.items() if value != read.get(name)})


def asked_again(answers: Answers) -> Answers:
    """What stands after a decision was refused: what was typed is asked again and shown as it was; nobody types it twice."""
    return answers._replace(read=False, confirmed=False) if answers.read and answers.fields and not answers.new else Answers()


def is_kept(last: ReviewItem | None) -> bool:
    """Whether somebody's newest answer waits for another person's. Of a check or a second answer it would tell whether they were at one."""
    return last is not None and not last.again and (last.resolution or {}).get("act") == ANSWER


def wanted_by(request: Request) -> Wanted:
    """The filter that a person works under, carried in the address: codes and folder names alone."""
    asked = dict(request.query_params)
    plain = {name: asked.get(name, "").strip()[:80] for name in ("family", "source", "priority")}
    return Wanted(**plain, late=asked.get("late") == "yes", escalated=asked.get("escalated") == "yes" or None)


def reach(visitor: Visitor, wanted: Wanted) -> Wanted:
    """The filter within what the person may be handed."""
    return wanted if Role.LEAD in visitor.user.roles else wanted._replace(escalated=False)


def query_of(wanted: Wanted) -> str:
    """The filter as the end of an address."""
    asked = {name: "yes" if value is True else value for name, value in wanted._asdict().items() if value}
    return f"?{urlencode(asked)}" if asked else ""
