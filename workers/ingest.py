"""Takes in files and folders as if dropped, leaving them where they are; and waits until they have settled."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from schemas.config import Config
from schemas.faults import EngineFault
from schemas.reasons import explain
from schemas.source import Delivery, DeliveryState
from store import journal
from store.database import reading, writing
from workers.slots import somebody_works
from workers.supervise import Say, Tree, worker_tree
from workers.take_over import TAKEN, Origin, RefusedFile, look_at, printable, take_over
from workers.watch import ignored_by
from workers.wire import Stores

SOURCE = "ingest"
LOOKS = 5  # at a file that changes while it is copied
TEND_SECONDS = 0.5


Progress = Callable[[int, int], object]  # done, of how many
Report = Callable[[str, str], object]  # name, why it was not taken in


def ingest(  # noqa: PLR0913
    paths: Sequence[Path],
    config: Config,
    data_dir: Path,
    stores: Stores,
    *,
    now: Callable[[], datetime],
    progress: Progress = lambda *_: None,
    report: Report = lambda name, why: sys.stderr.write(f"not taken in: {name!r}: {why}\n"),
) -> list[Delivery]:
    """Take over every file below the paths; `report` hears of links, devices and files that cannot be read.

    Again on the same files: the same deliveries, nothing new. The data folder itself is passed over.
    """
    entries = [entry for path in paths for entry in entries_below(path, data_dir.resolve())]
    entries.sort(key=lambda entry: ignored_by(entry[0].name, config.intake) is not None)
    deliveries: list[Delivery] = []
    for count, (path, name) in enumerate(entries, start=1):
        try:
            deliveries.append(_take(path, name, config, stores, now))
        except RefusedFile as refused:
            report(printable(name), explain("file.refused").sentence)
            with writing(stores.index) as conn:
                journal.note_refused(conn, source=SOURCE, name=printable(name), kind=refused.kind, now=now())
        except OSError as error:
            report(printable(name), error.strerror or type(error).__name__)
        progress(count, len(entries))
    return deliveries


def entries_below(path: Path, data_dir: Path) -> Iterator[tuple[Path, str]]:
    """Every entry that is no folder, with its name relative to the folder given; a file given by itself has its own name."""
    if path.is_symlink() or not path.is_dir():
        yield path, path.name
        return
    for directory, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if name != TAKEN and (Path(directory) / name).resolve() != data_dir)
        links = [name for name in folders if (Path(directory) / name).is_symlink()]
        for name in sorted([*files, *links]):
            full = Path(directory) / name
            yield full, str(full.relative_to(path))


def wait_until_settled(  # noqa: PLR0913
    ids: Sequence[str],
    config: Config,
    data_dir: Path,
    stores: Stores,
    *,
    progress: Progress = lambda *_: None,
    say: Say = lambda _: None,
    seconds: float | None = None,
) -> bool:
    """Wait until each delivery has settled; False when `seconds` ran out. Starts workers of its own where none are running.

    EngineFault when they do not start.
    """
    wanted, began = list(dict.fromkeys(ids)), time.monotonic()
    tree = None if somebody_works(data_dir / "run") else worker_tree(config, data_dir, say)
    try:
        while True:
            done = count_settled(wanted, stores)
            progress(done, len(wanted))
            if done == len(wanted):
                return True
            if seconds is not None and time.monotonic() - began > seconds:
                return False
            if tree is None and not somebody_works(data_dir / "run"):
                tree = worker_tree(config, data_dir, say)
            if tree is not None:
                _tend(tree)
            time.sleep(TEND_SECONDS)
    finally:
        if tree is not None:
            tree.stop()


def _tend(tree: Tree) -> None:
    tree.tend()
    if tree.cannot_start():
        raise EngineFault("The worker processes do not start.", next_step="Their last lines say why; the files are journalled and lose nothing.")


def count_settled(ids: Sequence[str], stores: Stores) -> int:
    """How many of the deliveries have settled."""
    with reading(stores.index) as conn:
        return sum(delivery.state is DeliveryState.SETTLED for delivery in journal.deliveries(conn, ids=ids))


def _take(path: Path, name: str, config: Config, stores: Stores, now: Callable[[], datetime]) -> Delivery:
    look_at(path)
    for _ in range(LOOKS):
        delivery = take_over(path, name=name, origin=Origin(SOURCE, config.facility), stores=stores, now=now())
        if delivery is not None:
            return _counted(delivery, path, config, stores, now)
        time.sleep(1.0)
    raise OSError(errno.EBUSY, "it changes all the time")


def _counted(delivery: Delivery, path: Path, config: Config, stores: Stores, now: Callable[[], datetime]) -> Delivery:
    rule = ignored_by(path.name, config.intake)
    if rule:
        with writing(stores.index) as conn:
            journal.note_ignored(conn, source=SOURCE, name=delivery.name, rule=rule, now=now())
    return delivery
