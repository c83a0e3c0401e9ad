"""The queue: what waits and why, narrowed by reason, source, priority and age, and how much of it is late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response

from review.doors import Door, Policy, door, visitor_of
from review.pages import show
from review.screens.decide.card import reason_for
from review.screens.decide.views import UNDO_LASTS, is_kept, query_of, wanted_by
from schemas.access import Right
from schemas.reasons import REASONS
from store import documents, queue
from store.database import reading

SHOWN = 200
FAMILIES = tuple(dict.fromkeys(code.partition(".")[0] for code in REASONS))


@dataclass(frozen=True)
class QueueScreen:
    """What waits."""

    index: Engine
    now: Callable[[], datetime]

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [
            door("GET", "/queue", self.show_queue, Policy(Right.QUEUE, seen="queue.seen")),
        ]

    def show_queue(self, request: Request) -> Response:
        """What waits, most urgent and oldest first."""
        now, wanted, actor = self.now(), wanted_by(request), visitor_of(request).actor
        with reading(self.index) as conn:
            items = queue.open_items(conn, wanted, now=now, limit=SHOWN, holder=actor)
            rows = [(item, record) for item in items if (record := documents.get(conn, item.document_id))]
            sums: dict[str, Any] = {
                "counts": documents.counts(conn),
                "waiting": queue.waiting_count(conn, wanted, now=now, holder=actor),
                "late": queue.waiting_count(conn, wanted._replace(late=True), now=now, holder=actor),
                "sources": queue.sources(conn),
                "last": queue.last_decided(conn, actor, since=now - UNDO_LASTS),
            }
        sums |= {"kept": is_kept(sums["last"]), "reason_for": reason_for}
        return show(
            request, "queue/queue.html", rows=rows, wanted=wanted, query=query_of(wanted), families=FAMILIES, now=now, target=queue.TARGET, **sums
        )
