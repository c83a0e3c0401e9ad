"""The queue and one item of it, read-only: what waits, why, and what speaks for each candidate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from review.doors import Door, Policy, door
from review.pages import show
from schemas.access import Right
from store import documents, queue
from store.database import reading

SHOWN = 200


@dataclass(frozen=True)
class QueueScreen:
    """What waits, and one item of it."""

    index: Engine
    now: Callable[[], datetime]

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [
            door("GET", "/queue", self.show_queue, Policy(Right.QUEUE, seen="queue.seen")),
            door("GET", "/items/{item_id}", self.show_item, Policy(Right.QUEUE, seen="item.seen", about="item_id")),
        ]

    def show_queue(self, request: Request) -> Response:
        """What waits, most urgent and oldest first."""
        with reading(self.index) as conn:
            items = queue.open_items(conn, limit=SHOWN)
            rows = [(item, record) for item in items if (record := documents.get(conn, item.document_id))]
            counts = documents.counts(conn)
            waiting = queue.counts(conn)
        return show(request, "queue/queue.html", rows=rows, counts=counts, waiting=waiting["open"] + waiting["blind"], now=self.now())

    def show_item(self, request: Request) -> Response:
        """One item with its evidence."""
        with reading(self.index) as conn:
            item = queue.get(conn, request.path_params["item_id"])
            record = documents.get(conn, item.document_id) if item and item.resolved_at is None else None
        if item is None or record is None:
            raise HTTPException(404)
        return show(request, "queue/item.html", item=item, record=record, candidates=record.evidence.get("candidates", [])[:5])
