"""Reads a share of the object store every day and says what has rotted, while another copy of it still exists somewhere.

The share of a day is fixed by the first two digits of the addresses, so that every object is read once in `days` days, whoever was stopped when.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from schemas.faults import StoreFault
from schemas.record import AuditEntry
from store import audit
from store.database import writing
from store.objects import digest_of
from workers.wire import Stores

STATE = "scrub.json"


@dataclass(frozen=True, slots=True)
class Scrub:
    """What one reading found: objects read, and the addresses whose bytes are gone or wrong."""

    at: str
    read: int
    bad: tuple[str, ...]


def scrub(stores: Stores, *, days: int, now: datetime, progress: Callable[[int], object] = lambda _: None) -> Scrub:
    """Read today's share (everything for `days` 1) from end to end; the result stands in the audit trail."""
    today, read, bad = now.toordinal() % days, 0, []
    for key in stores.objects.keys():  # noqa: SIM118 - not a dict
        if int(digest_of(key)[:4], 16) % days != today:
            continue
        if not _is_whole(stores, key):
            bad.append(key)
        read += 1
        progress(read)
    with writing(stores.index) as conn:
        audit.append(conn, AuditEntry("store.scrubbed", "objects", "system:scrub", {"read": read, "bad": bad}), now)
    return Scrub(now.isoformat(), read, tuple(bad))


def note(result: Scrub, run: Path) -> None:
    """Leave the last result where `status` finds it; wrong objects of earlier days stay until they are read whole again."""
    (run / STATE).write_text(json.dumps(asdict(result)), encoding="utf-8")


def last(run: Path) -> Scrub | None:
    """The last result, if there is one."""
    try:
        found = json.loads((run / STATE).read_text(encoding="utf-8"))
        return Scrub(found["at"], found["read"], tuple(found["bad"]))
    except (OSError, ValueError, KeyError):
        return None


def _is_whole(stores: Stores, key: str) -> bool:
    try:
        stores.objects.open(key).close()
    except StoreFault as fault:
        if not fault.permanent:  # a server that does not answer is another matter
            raise
        return False
    return True
