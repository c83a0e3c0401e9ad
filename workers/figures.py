"""The numbers that alarms and metrics are made of, taken in one look. Nothing in them tells of a patient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from schemas.config import Config
from schemas.faults import Fault, KeyMissing
from store import documents, journal, queue, renditions, scrubs
from store.database import reading
from store.objects import key_of
from store.patients import size
from store.scrubs import Scrub
from workers.disk import least_room
from workers.scrub import missing_key
from workers.sighting import is_fresh
from workers.wire import Stores, crew_of, sightings

AT_ONCE = timedelta(minutes=1)  # what has waited for less is not looked into
FEW = 3


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """One watched folder at the watcher's last look."""

    name: str
    waiting: int
    oldest_seconds: float
    problems: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """One look at the house."""

    deliveries: Mapping[str, int]
    oldest_unsettled: datetime | None
    settled_in_patience: int  # within alarms.stuck_minutes
    refused_lately: int  # within alarms.refused_hours
    ignored: int
    refused: int
    documents: Mapping[str, int]
    renditions: Mapping[str, int]
    review: Mapping[str, int]
    oldest_item: datetime | None
    people: int
    watcher_runs: bool
    folders: tuple[WatchedFolder, ...]
    workers_running: int
    workers_known: int
    disk_free: int
    disk_total: int
    objects_answer: bool
    key_missing: KeyMissing | None  # why what waits, or was found bad, cannot be opened
    scrub: Scrub | None


def take_figures(config: Config, folder: Path, stores: Stores, *, now: datetime) -> Figures:
    """Everything counted once, the index as of one moment."""
    patience, lately = timedelta(minutes=config.alarms.stuck_minutes), timedelta(hours=config.alarms.refused_hours)
    with reading(stores.index) as conn:
        waiting = journal.longest_waiting(conn)
        counted: dict[str, Any] = {
            "deliveries": journal.states(conn),
            "oldest_unsettled": waiting and waiting[0],
            "settled_in_patience": journal.settled_since(conn, now - patience),
            "refused_lately": journal.refused_since(conn, now - lately),
            "ignored": sum(journal.ignored_counts(conn).values()),
            "refused": sum(journal.refused_counts(conn).values()),
            "documents": documents.counts(conn),
            "renditions": renditions.counts(conn),
            "review": queue.counts(conn),
            "oldest_item": queue.oldest_open(conn),
            "scrub": scrubs.last(conn),
        }
    seen, disk = [one for one in sightings(config, folder, stores) if is_fresh(one, now)], least_room(config, folder)
    workers = crew_of(config, folder, stores).at_work()
    return Figures(
        **counted,
        people=size(stores.index),
        watcher_runs=bool(seen),
        folders=tuple(WatchedFolder(row["name"], row["waiting"], row["oldest_wait_seconds"], row["problems"]) for one in seen for row in one.folders),
        workers_running=workers.running,
        workers_known=workers.known,
        disk_free=disk.free,
        disk_total=disk.total,
        objects_answer=_answers(lambda: stores.objects.exists(key_of("0" * 64))),
        key_missing=missing_key(stores, _suspects(waiting, counted["scrub"], now)),
    )


def _suspects(waiting: tuple[datetime, str] | None, scrubbed: Scrub | None, now: datetime) -> list[str]:
    """Objects that may be sealed under a lost key: the original that has waited longest, and some that did not read whole."""
    stuck = [waiting[1]] if waiting and now - waiting[0] > AT_ONCE else []
    return [*stuck, *(scrubbed.bad[:FEW] if scrubbed else ())]


def not_ready(stores: Stores) -> list[str]:
    """The stores that do not answer."""

    def index() -> None:
        with reading(stores.index) as conn:
            journal.states(conn)

    asked = {"index": index, "objects": lambda: stores.objects.exists(key_of("0" * 64))}
    return [name for name, ask in asked.items() if not _answers(ask)]


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except Fault:
        return False
    return True
