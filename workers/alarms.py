"""What IT or the lead must look at now: each with a sentence and what to do. Counts and names of watched folders, no patient data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from schemas.config import Config
from schemas.rules import AlarmRules, IntakeRules
from schemas.source import DeliveryState
from workers.figures import Figures

MEGABYTE = 1 << 20
UNREAD_AFTER = timedelta(days=7)


class AlarmCode(StrEnum):
    """Everything there is an alarm for."""

    STUCK = "work.stuck"
    NO_WORKER = "work.no_worker"
    NO_WATCHER = "watch.not_running"
    WATCH_PROBLEM = "watch.problem"
    REFUSED = "watch.refused"
    AGEING = "review.ageing"
    DISK_LOW = "disk.low"
    DISK_FULL = "disk.full"
    DAMAGED = "store.damaged"
    UNREAD = "store.unread"
    UNREACHABLE = "store.unreachable"
    KEY_MISSING = "store.key_missing"


class Alarm(NamedTuple):
    """One thing to look at."""

    code: AlarmCode
    sentence: str
    next_step: str

    def __str__(self) -> str:
        return f"{self.sentence} {self.next_step}"


def find_alarms(figures: Figures, config: Config, *, now: datetime) -> tuple[Alarm, ...]:
    """The alarms that the figures give under the configuration's rules."""
    return (
        *_work(figures, config.alarms, now),
        *_watch(figures, config),
        *_review(figures, config.alarms, now),
        *_disk(figures, config.alarms, config.intake),
        *_store(figures, now),
    )


def _work(figures: Figures, rules: AlarmRules, now: datetime) -> Iterator[Alarm]:
    if not figures.deliveries[str(DeliveryState.TAKEN)]:
        return
    if not figures.workers_running:
        yield Alarm(AlarmCode.NO_WORKER, "Files wait and no worker runs.", "Start `chartroom up`.")
    patience = timedelta(minutes=rules.stuck_minutes)
    if figures.oldest_unsettled and now - figures.oldest_unsettled > patience and not figures.settled_in_patience:
        waited = int((now - figures.oldest_unsettled) / timedelta(minutes=1))
        yield Alarm(AlarmCode.STUCK, f"A file has waited for {waited} minutes and none has settled.", "See the workers' log and `chartroom status`.")


def _watch(figures: Figures, config: Config) -> Iterator[Alarm]:
    if config.folders and not figures.watcher_runs:
        yield Alarm(AlarmCode.NO_WATCHER, "No watcher looks after the watched folders.", "Start `chartroom up`, or see the watcher's log.")
    for folder in figures.folders:
        if folder.problems:
            said = ", ".join(f"{kind} ({count})" for kind, count in folder.problems.items())
            yield Alarm(AlarmCode.WATCH_PROBLEM, f"The watched folder {folder.name}: {said}.", "See the guide on watched folders.")
    if figures.refused_lately:
        yield Alarm(
            AlarmCode.REFUSED,
            f"{figures.refused_lately} links or other things that are no files were refused in watched folders lately.",
            "Have the sender put the files themselves there.",
        )


def _review(figures: Figures, rules: AlarmRules, now: datetime) -> Iterator[Alarm]:
    oldest = figures.oldest_item
    if oldest and now - oldest > timedelta(hours=rules.ageing_hours):
        waited = int((now - oldest) / timedelta(hours=1))
        yield Alarm(
            AlarmCode.AGEING, f"The oldest item of the review queue has waited for {waited} hours.", "The lead should see who works the queue."
        )


def _disk(figures: Figures, rules: AlarmRules, intake: IntakeRules) -> Iterator[Alarm]:
    free = figures.disk_free // MEGABYTE
    if free < intake.min_free_megabytes:
        yield Alarm(AlarmCode.DISK_FULL, f"The disk has {free} MB left: nothing is taken in, sources wait where they lie.", "Make room.")
    elif free < rules.disk_low_megabytes:
        yield Alarm(AlarmCode.DISK_LOW, f"The disk has {free} MB left; below {intake.min_free_megabytes} MB intake stops.", "Make room.")


def _store(figures: Figures, now: datetime) -> Iterator[Alarm]:
    if not figures.objects_answer:
        yield Alarm(AlarmCode.UNREACHABLE, "The object store does not answer.", "See that its disk or server is up.")
    if figures.key_missing:
        yield Alarm(AlarmCode.KEY_MISSING, figures.key_missing.sentence, figures.key_missing.next_step)
    elif figures.scrub and figures.scrub.bad:
        yield Alarm(AlarmCode.DAMAGED, f"The last scrub found {len(figures.scrub.bad)} objects missing or changed.", "Restore them from the backup.")
    if figures.scrub and now - figures.scrub.at > UNREAD_AFTER:
        days = (now - figures.scrub.at) // timedelta(days=1)
        yield Alarm(
            AlarmCode.UNREAD, f"No share of the object store was read for {days} days.", "Run `chartroom scrub` every night, or see idle.scrub."
        )
