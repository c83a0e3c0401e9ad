"""What a worker does beside its files, one thing at a time in a thread of its own: follow the patient index, and rest when nothing waits."""

from __future__ import annotations

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from workers import idle
from workers.crew import Crew
from workers.follow import Unpaid, follow_up, look
from workers.steps import Desk

LOOK_SECONDS = 4.0  # between looks for what the index owes
REST_SECONDS = 5.0  # without a file in work, after which there is time for other things
NOTHING_SECONDS = 60.0  # until the next look after nothing was found to do meanwhile

log = logging.getLogger("chartroom.work")


@dataclass
class Aside:
    """One thing at a time beside the files."""

    desk: Desk
    bench: idle.Bench
    crew: Crew
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    _piece: Future[bool] | None = None
    _unpaid: Unpaid | None = None
    _next_look: float = 0.0
    _next_rest: float = field(default_factory=lambda: time.monotonic() + REST_SECONDS)

    def turn(self, at: float, *, busy: bool) -> None:
        """Begin what is next, unless something is under way; what can wait only while no file is in work."""
        if at >= self._next_look:
            self._unpaid, self._next_look = look(self.desk.stores.index, self._unpaid, at), at + LOOK_SECONDS
        if self._piece is not None and self._piece.done():
            self._next_rest = at if self._piece.result() else at + NOTHING_SECONDS
            self._piece = None
        if busy:
            self._next_rest = max(self._next_rest, at + REST_SECONDS)
        if self._piece is not None:
            return
        if self._unpaid is not None and self._unpaid.is_left(at):
            self._piece, self._unpaid = self._thread.submit(follow_index, self.desk, self.crew), Unpaid(0, at)
        elif not busy and at >= self._next_rest:
            self._piece = self._thread.submit(rest, self.desk, self.bench, self.crew)


def follow_index(desk: Desk, crew: Crew) -> bool:
    """Match documents again where whoever changed the patient index did not come to it; False when another worker does, or it failed for now."""
    try:
        with crew.alone("following") as mine:
            if mine:
                follow_up(desk.stores, desk.config, now=desk.now())
            return mine
    except Exception as error:  # noqa: BLE001 - it stands in the index, and is tried again
        log.warning("following the patient index failed: %s", type(error).__name__)
        return False


def rest(desk: Desk, bench: idle.Bench, crew: Crew) -> bool:
    """Do one piece of what can wait, unless another worker does; False when there is none, or it failed for now."""
    try:
        with crew.alone("idle") as mine:
            return mine and idle.one_piece(bench, desk.config.idle, desk.config.render.file_cpu_minutes)
    except Exception as error:  # noqa: BLE001 - nothing depends on it, and it is tried again
        log.warning("making what can wait failed: %s", type(error).__name__)
        return False
