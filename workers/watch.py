"""Watches folders. The scan of the directory is the truth; file-system events only bring the next scan forward."""

from __future__ import annotations

import fnmatch
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from schemas.config import Config, Folder
from schemas.faults import StoreFault
from schemas.rules import IntakeRules
from schemas.source import Priority, visible
from store import journal
from store.database import reading, writing
from workers.sighting import Rows
from workers.take_over import TAKEN, Origin, RefusedFile, Stamp, look_at, move_to_taken, sweep_taken, take_over
from workers.wire import Stores

DEBOUNCE_SECONDS = 0.2
HEARTBEAT_SECONDS = 1.0
SWEEP_SECONDS = 20.0
SLOW_SECONDS = 60.0  # one look through a folder that takes longer is told: a mount may hang
FAULTS_A_SCAN = 3  # of a store, before the scan ends: then it is the store's trouble and not a file's
log = logging.getLogger("chartroom.watch")
PRIORITIES = {"stat": Priority.STAT, "urgent": Priority.STAT, "low": Priority.LOW}


class Verdict(Enum):
    WAIT = "wait"
    TAKE = "take"


class Seen(NamedTuple):
    """What is known of a file between scans; times are of a monotonic clock."""

    stamp: Stamp
    since: float  # when this stamp was first seen
    looks: int  # scans that saw this stamp
    renamed: bool  # the file was moved into place, whole
    complete: bool | None = None  # content runs to its end; None: not known for this kind
    checked: bool = False


class Found(NamedTuple):
    """A directory entry that may be a file to take in."""

    path: Path
    name: str  # relative to the watched folder
    origin: Origin


@dataclass
class FolderState:
    """What one watched folder's scans remember."""

    folder: Folder
    facility: str
    seen: dict[Path, Seen] = field(default_factory=dict)
    done: dict[Path, Stamp] = field(default_factory=dict)  # taken over, but could not be moved away
    failed: set[Path] = field(default_factory=set)  # refused by a store when last tried
    noted: set[tuple[str, str]] = field(default_factory=set)  # ignored and refused names already written down
    problems: dict[str, int] = field(default_factory=dict)  # of the last scan: kind → how many
    last_scan: datetime | None = None
    next_scan: float = 0.0
    next_sweep: float = 0.0
    begun: float = 0.0  # when the round in hand began; 0 between rounds

    @property
    def root(self) -> Path:
        return Path(self.folder.path)

    def problem(self, kind: str) -> None:
        """Count a problem of this scan."""
        self.problems[kind] = self.problems.get(kind, 0) + 1


@dataclass(frozen=True)
class Surroundings:
    """What a scan needs besides the folder: stores, rules, the completeness check, clocks, and how many bytes the data folder's disk has free."""

    stores: Stores
    rules: IntakeRules
    is_complete: Callable[[Path], bool | None]
    now: Callable[[], datetime]
    clock: Callable[[], float]
    free: Callable[[], int] = lambda: sys.maxsize


def judge(seen: Seen, at: float, *, quiet_seconds: float, rules: IntakeRules) -> Verdict:
    """Whether a file is ready: whole and at rest, or given up waiting for."""
    rested = at - seen.since
    if not seen.stamp.size:
        return Verdict.TAKE if rested >= rules.empty_after_seconds else Verdict.WAIT
    if seen.complete is False:
        return Verdict.TAKE if rested >= rules.incomplete_after_seconds else Verdict.WAIT
    quiet = rested >= quiet_seconds and seen.looks >= 2
    return Verdict.TAKE if quiet or (seen.renamed and seen.complete) else Verdict.WAIT


def look_again(before: Seen | None, stamp: Stamp, at: float, *, renamed: bool) -> Seen:
    """What is known of a file after one more look."""
    if before is None or before.stamp != stamp:
        return Seen(stamp, at, 1, renamed)
    return before._replace(looks=before.looks + 1, renamed=before.renamed or renamed)


def origin_of(folder: Folder, facility: str, parts: tuple[str, ...]) -> Origin:
    """Source and priority of a file by its sub-folders: `stat`, `urgent` and `low` set the priority, others name the source."""
    if not parts:
        return Origin(folder.name, folder.facility or facility, folder.priority)
    priority = PRIORITIES.get(parts[0].lower())
    source = folder.name if priority else f"{folder.name}/{visible(parts[0])}"
    return Origin(source, folder.facility or facility, priority or folder.priority)


def scan(state: FolderState, around: Surroundings, renamed: frozenset[Path] = frozenset()) -> int:
    """Look through one folder once and take over what is ready. Returns how many were taken. One bad file stops nothing."""
    state.problems = {}
    taken = 0
    if not _can_write(receipts_folder(state.folder)):
        state.problem("receipts cannot be written")
    try:
        entries = sorted(_entries(state, around), key=lambda found: found.path in state.failed)
        present = {found.path for found in entries}
        state.seen = {path: seen for path, seen in state.seen.items() if path in present}
        state.done = {path: stamp for path, stamp in state.done.items() if path in present}
        state.failed &= present
        for found in entries:
            taken += _consider_safely(state, found, around, renamed=found.path in renamed)
            if state.problems.get(StoreFault.code, 0) >= FAULTS_A_SCAN:
                break
    except StoreFault as fault:  # a folder's name could not be noted
        state.problem(fault.code)
    state.last_scan = around.now()
    return taken


def sweep(state: FolderState, around: Surroundings) -> None:
    """Go through every `.taken` of the folder: files that the journal does not know and written-to files go back, old ones go."""

    def journalled(ids: set[str]) -> set[str]:
        with reading(around.stores.index) as conn:
            return journal.ids(conn, among=ids)

    for directory, names, _ in os.walk(state.root):
        if TAKEN in names:
            try:
                sweep_taken(Path(directory), keep_days=around.rules.keep_taken_days, now=around.now(), journalled=journalled)
            except StoreFault as fault:
                state.problem(fault.code)
            except (OSError, ValueError) as error:
                state.problem(type(error).__name__)
        names[:] = [name for name in names if not name.startswith(".")]


def receipts_folder(folder: Folder) -> Path:
    """Where a watched folder's receipts go."""
    path = Path(folder.path)
    return Path(folder.receipts) if folder.receipts else path.with_name(f"{path.name}-receipts")


def _can_write(folder: Path) -> bool:
    """Whether a folder, which need not exist yet, can be written to or made."""
    there = next(place for place in (folder, *folder.parents) if os.path.exists(place))  # noqa: PTH110 - never raises
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def ignored_by(name: str, rules: IntakeRules) -> str | None:
    """The rule of the ignore list that a file name falls under."""
    return next((rule for rule in rules.ignore if fnmatch.fnmatch(name, rule)), None)


def _entries(state: FolderState, around: Surroundings) -> Iterator[Found]:
    skip = receipts_folder(state.folder).absolute()
    pending: list[tuple[Path, tuple[str, ...]]] = [(state.root, ())]
    while pending:
        directory, parts = pending.pop()
        try:
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError as error:
            state.problem("folder missing" if isinstance(error, FileNotFoundError) else "folder unreadable")
            continue
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield Found(Path(entry.path), str(Path(*parts, entry.name)), origin_of(state.folder, state.facility, parts))
            elif entry.name != TAKEN and Path(entry.path).absolute() != skip:
                if not entry.name.startswith("."):
                    pending.append((Path(entry.path), (*parts, entry.name)))
                else:
                    _note(state, around, "ignored", str(Path(*parts, entry.name)), ".*/")


def _consider_safely(state: FolderState, found: Found, around: Surroundings, *, renamed: bool) -> bool:
    """Whatever one file does, the others are looked at; what a store refused comes last in the next scan."""
    try:
        return _consider(state, found, around, renamed=renamed)
    except FileNotFoundError:
        state.seen.pop(found.path, None)
    except StoreFault as fault:
        state.problem(fault.code)
        state.failed.add(found.path)
    except Exception as error:  # noqa: BLE001
        state.problem(type(error).__name__)
    return False


def _consider(state: FolderState, found: Found, around: Surroundings, *, renamed: bool) -> bool:
    rule = ignored_by(found.path.name, around.rules)
    if rule:
        return _note(state, around, "ignored", found.name, rule)
    try:
        stamp = look_at(found.path)
        if state.done.get(found.path) == stamp:
            state.problem("cannot be moved away")
            return False
        seen = _checked(look_again(state.seen.get(found.path), stamp, around.clock(), renamed=renamed), found.path, state, around)
        state.seen[found.path] = seen
        if judge(seen, around.clock(), quiet_seconds=state.folder.quiet_seconds, rules=around.rules) is Verdict.WAIT:
            return False
        return _take(state, found, stamp, around)
    except RefusedFile as refused:
        return _note(state, around, "refused", found.name, refused.kind)


def _checked(seen: Seen, path: Path, state: FolderState, around: Surroundings) -> Seen:
    due = seen.renamed or around.clock() - seen.since >= state.folder.quiet_seconds
    if seen.checked or not due or not seen.stamp.size:
        return seen
    return seen._replace(complete=around.is_complete(path), checked=True)


def _take(state: FolderState, found: Found, stamp: Stamp, around: Surroundings) -> bool:
    if around.free() - stamp.size < around.rules.min_free_megabytes << 20:
        state.problem("disk nearly full, intake waits")
        return False
    delivery = take_over(found.path, name=found.name, origin=found.origin, stores=around.stores, now=around.now())
    if delivery is None:
        return False
    state.seen.pop(found.path, None)
    try:
        move_to_taken(found.path, delivery.id, stamp)
    except OSError:
        state.done[found.path] = stamp
        state.problem("cannot be moved away")
    return True


def _note(state: FolderState, around: Surroundings, what: str, name: str, rule: str) -> bool:
    if (what, name) not in state.noted:
        with writing(around.stores.index) as conn:
            if what == "ignored":
                journal.note_ignored(conn, source=state.folder.name, name=name, rule=rule, now=around.now())
            else:
                journal.note_refused(conn, source=state.folder.name, name=name, kind=rule, now=around.now())
        state.noted.add((what, name))
    return False


class Hints:
    """Paths that events spoke of since the last scan, and a bell that ends the wait for it."""

    def __init__(self) -> None:
        self.bell = threading.Event()
        self._renamed: set[Path] = set()
        self._lock = threading.Lock()

    def moved(self, path: str) -> None:
        """A file was renamed into place."""
        with self._lock:
            self._renamed.add(Path(path))
        self.bell.set()

    def take(self) -> frozenset[Path]:
        """The paths renamed into place since the last call."""
        with self._lock:
            renamed, self._renamed = frozenset(self._renamed), set()
        self.bell.clear()
        return renamed


def watch(config: Config, around: Surroundings, stopping: threading.Event, tell: Callable[[Rows], object]) -> None:
    """Watch every folder until `stopping` is set, each in a thread of its own: a network mount that hangs holds up nobody else.

    `tell` is told every second of each folder when it was last looked through, and what waits there.
    """
    states = [FolderState(folder, config.facility) for folder in config.folders]
    for state in states:
        threading.Thread(target=_watch_one, args=(state, around, stopping), name=f"watch {state.folder.name}", daemon=True).start()
    while not stopping.is_set():
        tell([_row(state, around.clock()) for state in states])
        stopping.wait(HEARTBEAT_SECONDS)


def _watch_one(state: FolderState, around: Surroundings, stopping: threading.Event) -> None:
    hints, observer = Hints(), None
    while not stopping.is_set():
        observer = _observe(state, hints, observer)
        if hints.bell.is_set() or around.clock() >= state.next_scan:
            _round(state, around, hints.take())
        hints.bell.wait(max(0.05, state.next_scan - around.clock()))
        stopping.wait(DEBOUNCE_SECONDS)
    if observer is not None:
        observer.stop()


def _round(state: FolderState, around: Surroundings, renamed: frozenset[Path]) -> None:
    state.begun, before = around.clock(), state.problems.keys()
    scan(state, around, renamed)
    if new := state.problems.keys() - before:  # the heartbeat says it too, but not where its disk is what fails
        log.warning("watched folder %s: %s", state.folder.name, ", ".join(sorted(new)))
    if around.clock() >= state.next_sweep:
        sweep(state, around)
        state.next_sweep = around.clock() + SWEEP_SECONDS
    state.next_scan = around.clock() + _pause(state, around.clock())
    state.begun = 0.0


def _pause(state: FolderState, at: float) -> float:
    """Until the next regular scan, or until the first waiting file has been quiet for long enough."""
    soonest = min(
        (seen.since + state.folder.quiet_seconds - at for seen in state.seen.values() if not seen.checked), default=state.folder.scan_seconds
    )
    return min(state.folder.scan_seconds, max(0.1, soonest))


def _observe(state: FolderState, hints: Hints, observer: Any) -> Any:
    """What reports the folder's events, if it exists and wants that; a folder that comes back is observed anew."""
    there = state.root.is_dir()
    if state.folder.mode != "events" or (observer is not None and observer.is_alive() and there):
        return observer
    if observer is not None:
        observer.stop()
    if there:
        try:
            return _start_observer(state.folder.path, hints)
        except OSError:  # out of inotify watches: the scan goes on without hints
            state.problem("no events")
    return None


def _start_observer(path: str, hints: Hints) -> Any:
    from watchdog.events import FileMovedEvent, FileSystemEvent, FileSystemEventHandler
    from watchdog.observers.inotify import InotifyObserver

    class Ring(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            if isinstance(event, FileMovedEvent) and event.dest_path:
                hints.moved(os.fsdecode(event.dest_path))
            elif event.event_type in {"created", "closed", "modified", "moved"}:
                hints.bell.set()

    observer = InotifyObserver(generate_full_events=True)
    observer.schedule(Ring(), path, recursive=True)
    observer.start()
    return observer


def _row(state: FolderState, at: float) -> dict[str, Any]:
    oldest = max((at - seen.since for seen in list(state.seen.values())), default=0.0)
    return {
        "name": state.folder.name,
        "path": state.folder.path,
        "last_scan": state.last_scan.isoformat() if state.last_scan else None,
        "waiting": len(state.seen),
        "oldest_wait_seconds": round(oldest, 1),
        "problems": dict(state.problems)
        | ({"seconds in one look": round(busy)} if (busy := at - state.begun) > SLOW_SECONDS and state.begun else {}),
    }
