"""For whoever looks after the house: whether it lives, whether it is ready, its figures. No patient data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from review.doors import Door, Policy, door
from schemas.access import Right

TEXT = "text/plain; version=0.0.4; charset=utf-8"  # as Prometheus wants to be told


@dataclass(frozen=True)
class HealthDoors:
    """Life, readiness, figures."""

    not_ready: Callable[[], Sequence[str]]
    metrics: Callable[[], bytes]

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [
            door("GET", "/healthz", self.live, Policy(None, unasked="anybody")),
            door("GET", "/readyz", self.ready, Policy(None, unasked="anybody")),
            door("GET", "/metrics", self.measure, Policy(Right.STATUS, program=True, unasked="this computer")),
        ]

    def live(self, _: Request) -> Response:
        """That this process answers; it asks nothing of the stores, for a start anew does not bring those back."""
        return PlainTextResponse("ok\n")

    def ready(self, _: Request) -> Response:
        """Whether the stores behind it answer, else the names of those that do not."""
        missing = self.not_ready()
        return PlainTextResponse(f"no answer from: {', '.join(missing)}\n", 503) if missing else PlainTextResponse("ready\n")

    def measure(self, _: Request) -> Response:
        """The figures, for Prometheus."""
        return Response(self.metrics(), media_type=TEXT)
