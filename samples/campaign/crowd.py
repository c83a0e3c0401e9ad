"""The processes of a campaign's house, each forked from this one so that a killed one is back at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Self

from samples.campaign.house import House, fork, is_at_rest, kill, warm
from samples.campaign.stub import work_as
from workers import watcher

Role = Callable[[], int]


def roles(workers: int = 2) -> dict[str, Role]:
    """A watcher, and workers whose pipeline is the campaign's."""
    return {"watcher": watcher.main} | {f"worker {slot}": partial(work_as, slot) for slot in range(workers)}


class Crowd:
    """Running processes by their role. The caller must be single-threaded; at the end of the block all are killed."""

    def __init__(self, house: House, parts: dict[str, Role]) -> None:
        """Start every role."""
        warm()
        self._house, self._parts = house, parts
        self.pids = {role: self._start(role) for role in parts}
        self.kills = 0

    def kill(self, *victims: str) -> None:
        """Kill -9 these, all before the first is started again."""
        for role in victims:
            kill(self.pids[role])
            self.kills += 1
        for role in victims:
            self.pids[role] = self._start(role)

    def signal(self, number: signal.Signals, *roles: str) -> None:
        """Send a signal to these."""
        for role in roles:
            os.kill(self.pids[role], number)

    def tend(self) -> int:
        """Start again what has ended by itself; how many."""
        ended = [role for role, pid in self.pids.items() if os.waitpid(pid, os.WNOHANG)[0]]
        for role in ended:
            self.pids[role] = self._start(role)
        return len(ended)

    def rests(self, files: int) -> bool:
        """Whether so many files have settled and nothing is left to do; what has ended is started again meanwhile."""
        self.tend()
        return is_at_rest(self._house, files)

    def replace(self, role: str, part: Role) -> None:
        """Tell this one to stop, wait until it has, and start another in its place."""
        os.kill(self.pids[role], signal.SIGTERM)
        os.waitpid(self.pids[role], 0)
        self._parts = {**self._parts, role: part}
        self.pids[role] = self._start(role)

    def end(self, role: str) -> None:
        """Kill -9 for good."""
        kill(self.pids.pop(role))
        self.kills += 1

    def __enter__(self) -> Self:
        """The crowd."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Nobody is left."""
        for pid in self.pids.values():
            kill(pid)

    def _start(self, role: str) -> int:
        return fork(self._house, self._parts[role], log=f"{role.replace(' ', '-')}.log")
