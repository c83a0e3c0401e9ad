"""Puts on record that somebody printed a screen: the browser tells when it prints; what it printed is told by ids alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from review.doors import Door, Gate, Policy, door, visitor_of
from schemas.access import Right

SCREEN = re.compile(r"/(?!welcome)([a-z-]{1,20})(?:/([\w-]{1,80}))?(?:/[a-z]{1,20})?")


@dataclass(frozen=True)
class PrintDoor:
    """Where browsers tell that a screen is printed."""

    gate: Gate

    def doors(self) -> Sequence[Door]:
        """The way in, with its policy."""
        return [door("POST", "/printed", self.note, Policy(Right.OWN))]

    def note(self, request: Request) -> Response:
        """A row about the object of the screen, or the screen itself where it has none."""
        screen = SCREEN.fullmatch(request.state.form.get("screen", ""))
        if screen is None:
            return Response(status_code=422)
        self.gate.note("page.printed", screen[2] or screen[0], visitor_of(request), {"screen": screen[1]})
        return Response(status_code=204)
