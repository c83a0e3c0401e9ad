"""The lead's dashboard: pages accounted for, what waits, how long it takes, what is proved about misfiles. No patient data, no person's figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response

from review.doors import Door, Policy, door
from review.pages import show
from review.quality import quality_of
from review.screens.lead import dashboard
from schemas.access import Right
from schemas.line import Standing
from store import throughput
from store.database import reading

DAYS = 14
LATELY = timedelta(days=7)


@dataclass(frozen=True)
class LeadScreen:
    """The desk's figures."""

    index: Engine
    standings: Callable[[], Mapping[str, Standing]]
    models: Callable[[], Mapping[str, str]]
    now: Callable[[], datetime]

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [door("GET", "/lead", self.see, Policy(Right.FIGURES, seen="figures.seen"))]

    def see(self, request: Request) -> Response:
        """Figures in large type, then pictures."""
        now = self.now()
        with reading(self.index) as conn:
            pages, took = throughput.pages(conn), throughput.turnarounds(conn, since=now - LATELY)
            days, quality = throughput.days(conn, now=now, count=DAYS), quality_of(conn)
        standings = self.standings()
        drawn = [dashboard.ledger(pages), dashboard.backlog(days), dashboard.turnaround(took), dashboard.straight_through(days)]
        return show(
            request,
            "lead/lead.html",
            sums=[said for said, _ in drawn] + [dashboard.worst_bound(standings)],
            pictures=[picture for _, picture in drawn] + [dashboard.questions(days), dashboard.intake(days), *dashboard.errors(quality)],
            bounds=dashboard.bounds(standings),
            models=self.models(),
            now=now,
        )
