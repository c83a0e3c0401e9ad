"""The state of the house in numbers, for the lead and IT. No patient data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from review.doors import Door, Policy, door
from review.pages import show
from schemas.access import Right


@dataclass(frozen=True)
class StatusScreen:
    """Depths, ages and health."""

    status: Callable[[], dict[str, Any]]

    def doors(self) -> Sequence[Door]:
        """The ways in, each with its policy."""
        return [door("GET", "/status", self.see, Policy(Right.STATUS, seen="status.seen"))]

    def see(self, request: Request) -> Response:
        """A card for each part of the house."""
        return show(request, "status/status.html", parts=self.status())
