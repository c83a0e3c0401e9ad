"""What a watcher tells of itself, and where others look for it: a file on its own machine and, where several share an index, a lease there."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from schemas.faults import StoreFault
from store import leases
from store.database import beating, reading, writing
from workers.slots import place_of

FILE = "watch.json"
STALE = timedelta(seconds=60)  # a watcher shows itself after every round; one round may take in large files
BEAT_SECONDS = 5.0

Rows = Sequence[Mapping[str, Any]]  # one a watched folder


class Sighting(NamedTuple):
    """When a watcher last showed itself, and what it told of its folders."""

    at: datetime
    folders: Rows


def leave_here(run: Path, rows: Rows, now: datetime) -> None:
    """Tell it to this machine."""
    path = run / FILE
    with suppress(OSError):  # a full disk must not end the watch
        run.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({"at": now.isoformat(), "pid": os.getpid(), "folders": list(rows)}), encoding="utf-8")
        fresh.replace(path)


def last_here(run: Path) -> Sighting | None:
    """What this machine's watcher last told; None when it never did."""
    try:
        told = json.loads((run / FILE).read_text(encoding="utf-8"))
        return Sighting(datetime.fromisoformat(told["at"]).astimezone(UTC), told["folders"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_fresh(sighting: Sighting, now: datetime) -> bool:
    """Whether the watcher showed itself lately. A time to come proves nothing: the clock was set back, and nobody knows when that was."""
    return abs(now - sighting.at) < STALE


def last_seen(sighting: Sighting, now: datetime) -> str:
    """When that was, for a person."""
    age = (now - sighting.at).total_seconds()
    return f"{age:.0f} s ago" if age >= 0 else f"{-age:.0f} s in the future: see to the clock"


def last_anywhere(index: Any) -> list[Sighting]:
    """What the watchers of all machines last told, those who stopped left out."""
    with reading(index) as conn:
        return [Sighting(one.seen_at, one.told.get("folders", [])) for one in leases.current(conn, leases.WATCHER)]


@dataclass
class Sign:
    """A watcher's lease on a shared index. It fences nothing: taking over is safe to repeat."""

    index: Any
    run: Path
    number: int = 0
    next: float = 0.0

    def tell(self, rows: Rows, now: datetime) -> bool:
        """Tell it to all machines, every few seconds; whether it was time to. An index that does not answer is told later."""
        if time.monotonic() < self.next:
            return False
        self.next = time.monotonic() + BEAT_SECONDS
        with suppress(StoreFault):
            if not self.number:
                with writing(self.index) as conn:
                    self.number = leases.begin(conn, leases.WATCHER, place_of(self.run, "watch"), now=now)
            with beating(self.index) as conn:
                stands = leases.beat(conn, self.number, now=now, told={"folders": list(rows)})
            self.number = self.number if stands else 0
        return True

    def stop(self, now: datetime) -> None:
        """Say that nobody watches here any more."""
        with suppress(StoreFault), writing(self.index) as conn:
            leases.end(conn, self.number, now=now)
