"""Takes in files and folders as if dropped, leaving them where they are; and waits until they have settled."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from schemas.config import Config
from schemas.faults import EngineFault, StoreFault
from schemas.source import Delivery
from store import journal
from store.database import reading, writing
from workers.receipt import INGESTED
from workers.settings import Settings
from workers.supervise import Say, Tree, workers
from workers.take_over import TAKEN, Origin, RefusedFile, look_at, take_over
from workers.watch import ignored_by
from workers.wire import Stores, crew_of

LOOKS = 5  # at a file that changes while it is copied
TEND_SECONDS = 0.25


class Intake(NamedTuple):
    """What an ingest took in, what it refused (name, kind), and what it could not read (name, why)."""

    deliveries: list[Delivery]
    refused: list[tuple[str, str]]
    unreadable: list[tuple[str, str]]


Progress = Callable[[int, int, str], object]  # settled, of how many, how far the long ones are


def ingest(
    paths: Sequence[Path],
    config: Config,
    stores: Stores,
    *,
    on_file: Callable[[str], object] = lambda _: None,
    free: Callable[[], int] = lambda: sys.maxsize,
) -> Intake:
    """Take over every file below the paths, in order. Again on the same files: the same deliveries, nothing new.

    `free`: bytes left on the data folder's disk. StoreFault when they run short.
    """
    intake = Intake([], [], [])
    unreadable = lambda error: intake.unreadable.append((error.filename, error.strerror))  # noqa: E731
    entries = [entry for path in paths for entry in entries_below(path, unreadable)]
    for path, name in sorted(entries, key=lambda entry: ignored_by(entry[0].name, config.intake) is not None):
        on_file(name)
        try:
            _take(path, name, config, stores, intake, free())
        except RefusedFile as refused:
            intake.refused.append((name, refused.kind))
            with writing(stores.index) as conn:
                journal.note_refused(conn, source=INGESTED, name=name, kind=refused.kind, now=datetime.now(UTC))
        except OSError as error:
            intake.unreadable.append((name, error.strerror or type(error).__name__))
        except StoreFault as fault:
            if not fault.permanent:  # everybody's trouble, not this file's
                raise
            intake.unreadable.append((name, str(fault)))
    return intake


def entries_below(path: Path, unreadable: Callable[[OSError], object] = lambda _: None) -> Iterator[tuple[Path, str]]:
    """Every entry that is no folder, with its name relative to the folder given; a file given by itself has its own name.

    A folder that cannot be looked into is told to `unreadable`.
    """
    if path.is_symlink() or not path.is_dir():
        yield path, path.name
        return
    for directory, folders, files in os.walk(path, onerror=unreadable):
        folders[:] = sorted(name for name in folders if name != TAKEN and not _is_data_folder(Path(directory) / name))
        links = [name for name in folders if (Path(directory) / name).is_symlink()]
        for name in sorted([*files, *links]):
            full = Path(directory) / name
            yield full, str(full.relative_to(path))


def _is_data_folder(path: Path) -> bool:
    """Whether a folder is where some Chartroom keeps its own state: that is not taken in."""
    return (path / "index.db").is_file() and (path / "run").is_dir()


@contextmanager
def hands(settings: Settings, stores: Stores, say: Say = lambda _: None) -> Iterator[Callable[[], None]]:
    """See to it that workers are there while in the block: its own, started at once, where none are running. Gives what looks after them.

    Called every second or so, it raises EngineFault when they do not start.
    """
    crew, own = crew_of(settings.config, settings.data_dir, stores), list[Tree]()

    def look_after() -> None:
        if not own and not crew.at_work().running:
            own.append(Tree(workers(settings), say))
        for tree in own:
            _tend(tree)

    try:
        look_after()
        yield look_after
    finally:
        for tree in own:
            tree.stop()


def wait_until_settled(ids: Sequence[str], stores: Stores, look_after: Callable[[], None], *, progress: Progress = lambda *_: None) -> None:
    """Wait until each delivery has settled. `look_after`: see `hands`."""
    wanted = list(dict.fromkeys(ids))
    while (done := count_settled(wanted, stores)) < len(wanted):
        progress(done, len(wanted), pages_read(stores))
        look_after()
        time.sleep(TEND_SECONDS)
    progress(done, len(wanted), pages_read(stores))


def _tend(tree: Tree) -> None:
    tree.tend()
    if tree.cannot_start():
        raise EngineFault("The worker processes do not start.", next_step="Their last lines say why; the files are journalled and lose nothing.")


def count_settled(ids: Sequence[str], stores: Stores) -> int:
    """How many of the deliveries have settled."""
    with reading(stores.index) as conn:
        return len(set(ids) - journal.unsettled_ids(conn))


def pages_read(stores: Stores) -> str:
    """How far the long files in work are; empty when there are none."""
    with reading(stores.index) as conn:
        at_work = journal.in_work(conn)
    return f"{sum(one.read for one in at_work)} of {sum(one.pages for one in at_work)} pages" if at_work else ""


def _take(path: Path, name: str, config: Config, stores: Stores, intake: Intake, free: int) -> None:
    rule = ignored_by(path.name, config.intake)
    if free - look_at(path).size < config.intake.min_free_megabytes << 20:
        raise StoreFault("The disk is nearly full.", next_step="Make room, or lower intake.min_free_megabytes; the files wait where they are.")
    for _ in range(LOOKS):
        delivery = take_over(path, name=name, origin=Origin(INGESTED, config.facility), stores=stores, now=datetime.now(UTC))
        if delivery is not None:
            intake.deliveries.append(delivery)
            break
        time.sleep(1.0)
    else:
        intake.unreadable.append((name, "changes all the time"))
    if rule:
        with writing(stores.index) as conn:
            journal.note_ignored(conn, source=INGESTED, name=name, rule=rule, now=datetime.now(UTC))
