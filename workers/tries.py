"""How often a step is tried, and whose trouble a failure is: the file's, which is quarantined in the end, or the machine's, which is waited for."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from schemas.faults import EngineFault, Fault, KeyMissing, StoreFault
from store import journal
from store.database import writing

if TYPE_CHECKING:
    from workers.steps import Desk, Result
    from workers.wire import Stores

LONGEST_PAUSE = 30.0
PROBE_BYTES = 2**22

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tries:
    """How often this work was begun by a process that came to do a step of it, and at which of these the last step was finished."""

    desk: Desk
    begun: Callable[[], int]
    excuse: Callable[[], None]
    finished_at: int = 0
    failed: str | None = None

    def after(self, result: Mapping[str, Any]) -> Tries:
        """Once a step has a result: later crashes count from there, a failed step ends the file."""
        return replace(self, finished_at=result.get("attempt", self.finished_at + 1) - 1, failed=self.failed or result.get("failed"))

    def past(self, shared: Sequence[Mapping[str, Any]]) -> Tries:
        """Once others have done their parts: the first failure ends the file."""
        return replace(self, failed=next((result["failed"] for result in shared if "failed" in result), self.failed))

    def anew(self) -> Tries:
        """For a step that is worth trying whatever came before."""
        return replace(self, finished_at=self.begun())

    def attempt(self, work: Callable[[], Result]) -> Result:
        """The step's result, or {"failed": kind} after as many errors, or crashes without progress, as the configuration allows."""
        number = self.begun()
        if number - self.finished_at > self.desk.config.engine.attempts:
            return {"failed": "crashed"}
        errors = 0
        for pause in pauses():
            try:
                return {**work(), "attempt": number}
            except Exception as error:  # noqa: BLE001 - one bad file blocks only itself
                if machine_is_down(error, self.desk.stores):
                    self.excuse()
                    log.warning("step waits for the machine: %s", kind_of(error))
                    self.desk.sleep(pause)
                    continue
                errors += 1
                log.warning("step failed: %s", kind_of(error))
                if errors >= self.desk.config.engine.attempts or getattr(error, "permanent", False):
                    return {"failed": kind_of(error)}
                self.desk.sleep(pause)
        raise AssertionError


def tries_of(desk: Desk, delivery_id: str, part: int = 0) -> Tries:
    """No try yet of a delivery, or of the part of it that begins at a page.

    A beginning is counted only when a step is really done, so that nobody answers for a neighbour's crash, and taken back when the step waits
    for the machine, so that nobody answers for a restart meanwhile.
    """

    def begin() -> int:
        with writing(desk.stores.index) as conn:
            return journal.count_attempt(conn, delivery_id, part=part)

    begun = cache(partial(insist, desk, begin))

    def excuse() -> None:
        with suppress(StoreFault), writing(desk.stores.index) as conn:
            journal.excuse_attempt(conn, delivery_id, part=part, begun=begun())

    return Tries(desk, begun, excuse)


def pauses() -> Iterator[float]:
    """How long to wait before each further try."""
    pause = 0.5
    while True:
        yield pause
        pause = min(LONGEST_PAUSE, pause * 2)


def insist(desk: Desk, work: Callable[[], Any]) -> Any:
    """Do what must be done, however long the index database takes to come back."""
    for pause in pauses():
        try:
            return work()
        except StoreFault as fault:
            if fault.permanent:
                raise
            log.warning("%s %s", fault.code, fault)
            desk.sleep(pause)
    raise AssertionError


def machine_is_down(error: Exception, stores: Stores) -> bool:
    """Whether a failure is everybody's (a store that does not answer, a full disk) and not this file's. Bytes never kept before are tried."""
    if isinstance(error, KeyMissing):
        return True
    if not isinstance(error, StoreFault | EngineFault | OSError) or getattr(error, "permanent", False):
        return False
    try:
        stores.objects.delete(stores.objects.put_bytes(os.urandom(PROBE_BYTES)), reason="written to see whether the store takes anything")
        with writing(stores.index) as conn:
            journal.states(conn)
    except Fault:
        return True
    return False


def kind_of(error: Exception) -> str:
    """What may be said of an error: its kind, and the sentence of a fault; other texts may quote a page."""
    return f"{type(error).__name__}: {error.sentence}" if isinstance(error, EngineFault | StoreFault) else type(error).__name__
