"""The workers of one installation: who is at work, and whose work is to be taken up.

On the embedded stores all are processes of one machine, and the kernel's locks tell at once who has died. On a shared index they hold leases:
whoever is not heard of for `engine.lease_seconds`, by the clock of the one who listens, is dead, and can write nothing any more.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from schemas.faults import StoreFault
from store import leases
from store.database import alone, beating, fenced, reading, writing
from workers.slots import hold_slot, holding_dead_slots, known_slots, place_of

BEATS = 4  # in the time after which silence is death
ERRAND_SECONDS = {"looking": 20, "idle": 600, "following": 3600}

log = logging.getLogger(__name__)


class Seat(NamedTuple):
    """One worker's place: the name under which its work is journalled, and the index as it may write it."""

    executor: str
    index: Any


class AtWork(NamedTuple):
    """How many worker processes live, of how many that were started and did not say good-bye."""

    running: int
    known: int


class Crew(Protocol):
    """The workers of one installation."""

    @property
    def run(self) -> Path:
        """Where the locks of this machine's processes lie."""
        ...

    def join(self, slot: str, leave: Callable[[], object]) -> Seat:
        """Be one of them, on this machine alone as `slot`. `leave` is called when the others have taken this one for dead."""
        ...

    def leave(self) -> None:
        """Be no longer one of them: others may take up at once what this one had begun."""
        ...

    def alone(self, errand: str) -> AbstractContextManager[bool]:
        """Whether no other worker goes this errand; none does while in the block."""
        ...

    def holding_dead(self, executors: Iterable[str], mine: str) -> AbstractContextManager[set[str]]:
        """Those of the names, the caller's own left out, that nobody works under; nobody begins to while in the block."""
        ...

    def at_work(self) -> AtWork:
        """How many there are."""
        ...


@dataclass(frozen=True)
class LocalCrew:
    """Processes of one machine, on one data folder."""

    run: Path
    index: Any

    def join(self, slot: str, leave: Callable[[], object]) -> Seat:  # noqa: ARG002 - nobody is taken for dead whose lock stands
        """The caller holds the slot's lock: it is the only one."""
        return Seat(slot, self.index)

    def leave(self) -> None:
        """The kernel lets go of the lock."""

    @contextmanager
    def alone(self, errand: str) -> Iterator[bool]:
        """A lock that the kernel lets go of when the process dies."""
        held = hold_slot(self.run, errand)
        try:
            yield held is not None
        finally:
            if held is not None:
                os.close(held)

    @contextmanager
    def holding_dead(self, executors: Iterable[str], mine: str) -> Iterator[set[str]]:
        """The slots whose locks nobody holds."""
        with holding_dead_slots(self.run, mine) as dead:
            yield set(executors) & set(dead)

    def at_work(self) -> AtWork:
        """By the locks of the slots."""
        known = known_slots(self.run)
        with holding_dead_slots(self.run, None) as dead:
            return AtWork(len(known) - len(dead), len(known))


@dataclass
class Pulse:
    """How long each lease's beat has stood still, by the listener's clock alone."""

    patience: float
    _since: dict[tuple[int, int], float] = field(default_factory=dict)  # by number and beat
    _listened: float = float("-inf")

    def silent(self, heard: Iterable[leases.Lease], at: float) -> list[leases.Lease]:
        """Those whose beat has stood still for longer than the patience. A listener who was away for so long knows nothing, and begins anew."""
        before = self._since if at - self._listened < self.patience else {}
        found = list(heard)
        self._since = {(one.number, one.beat): before.get((one.number, one.beat), at) for one in found}
        self._listened = at
        return [one for one in found if at - self._since[one.number, one.beat] > self.patience]


@dataclass
class SharedCrew:
    """Processes of several machines, on one index."""

    run: Path
    index: Any
    seconds: float  # engine.lease_seconds
    number: int = 0
    _silent: list[leases.Lease] = field(default_factory=list)
    _left: threading.Event = field(default_factory=threading.Event)

    def join(self, slot: str, leave: Callable[[], object]) -> Seat:
        """Take a lease, and keep it alive in a thread of its own."""
        with writing(self.index) as conn:
            self.number = leases.begin(conn, leases.WORKER, place_of(self.run, slot), now=_now())
        threading.Thread(target=self._live, args=(leave,), name="beat", daemon=True).start()
        return Seat(_executor(self.number), fenced(self.index, self.number))

    def leave(self) -> None:
        """End the lease; where the index does not answer it ends by silence."""
        self._left.set()
        with suppress(StoreFault), writing(self.index) as conn:
            leases.end(conn, self.number, now=_now())

    @contextmanager
    def alone(self, errand: str) -> Iterator[bool]:
        """A lock of the database's, which lets go of it when the connection ends."""
        with alone(self.index, errand, most_seconds=ERRAND_SECONDS[errand]) as mine:
            yield mine

    @contextmanager
    def holding_dead(self, executors: Iterable[str], mine: str) -> Iterator[set[str]]:
        """Leases that were silent for too long are ended here; a number that has ended comes back never."""
        with writing(self.index) as conn:
            for one in self._silent:
                if leases.end(conn, one.number, beat=one.beat, now=_now()):
                    log.warning("%s was not heard of for %g s: its work is taken up", _executor(one.number), self.seconds)
            standing = {_executor(one.number) for one in leases.current(conn, leases.WORKER)}
        yield set(executors) - standing - {mine}

    def at_work(self) -> AtWork:
        """By when each last raised its beat; clocks of different machines may differ by a minute."""
        with reading(self.index) as conn:
            known = leases.current(conn, leases.WORKER)
        late = _now() - timedelta(seconds=60 + 2 * self.seconds)
        return AtWork(sum(one.seen_at > late for one in known), len(known))

    def _live(self, leave: Callable[[], object]) -> None:
        """Raise the beat and listen to the others', until the lease has ended. While the index is away nobody can take it either."""
        pulse = Pulse(self.seconds)
        while not self._left.is_set():
            try:
                with beating(self.index) as conn:
                    stands = leases.beat(conn, self.number, now=_now())
                    heard = leases.current(conn, leases.WORKER)
            except Exception as error:  # noqa: BLE001 - whatever it is, a worker without a beat would work on in vain
                log.warning("the beat could not be raised: %s", type(error).__name__)
            else:
                if not stands and not self._left.is_set():
                    log.error("%s was taken for dead by others and leaves", _executor(self.number))
                    leave()
                    return
                self._silent = [one for one in pulse.silent(heard, time.monotonic()) if one.number != self.number]
            self._left.wait(self.seconds / BEATS)


def _executor(number: int) -> str:
    return f"worker-{number}"


def _now() -> datetime:
    return datetime.now(UTC)
