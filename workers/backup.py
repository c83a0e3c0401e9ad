"""Backup and restore of index and objects, and moving the index to another database. The durable engine's journal is not needed: ours leads.

A backup is a folder: `index-….db` (always SQLite, whatever the index lives in), `objects/` in the form they are kept, and `manifest.json`, which
names that index and comes last. Objects are never changed, so a second backup into the same folder copies only what is new; one that fails leaves
the first.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from schemas.config import Config
from schemas.faults import ConfigFault, InputFault, StoreFault
from store import journal
from store.copying import CopiedTable, copy_index
from store.database import open_index, reading
from store.forms import Form, Plain
from store.objects import ObjectStore
from store.objects_fs import FilesystemObjects
from workers.settings import overlap
from workers.supervise import PARTS, claim
from workers.take_over import TAKEN, put_back
from workers.wire import Stores, connect, crew_of, object_form, open_objects

MANIFEST = "manifest.json"
Progress = Callable[[int, int], object]


class Copied(NamedTuple):
    """Objects that were to be copied: all; how many were new; which could not be, for they are missing or spoilt where they come from; which were
    copied again, for they had changed in size where they go to.
    """

    all: tuple[str, ...]
    new: int
    bad: tuple[str, ...]
    mended: tuple[str, ...]


class Backup(NamedTuple):
    """What a backup holds, and which keys it does not, on purpose: who has the backup alone must be able to open nothing with it."""

    tables: list[CopiedTable]
    objects: Copied
    left_out: tuple[str, ...]


class Restored(NamedTuple):
    """What a restore brought back: rows, objects, and files of `.taken/` that were taken in after the backup and go in again."""

    rows: int
    objects: Copied
    taken_again: int


def back_up(config: Config, data_dir: Path, stores: Stores, folder: Path, *, now: datetime, progress: Progress = lambda *_: None) -> Backup:
    """Copy the index as of one moment, then every object, while everything runs on.

    The manifest comes last, in one stroke, so that an interrupted backup leaves the one before it whole.
    """
    refuse_overlap(config, data_dir, folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = folder / "index.new.db"
    _remove_database(fresh)
    with _database(fresh) as copy:
        tables = copy_index(stores.index, copy)
    shelves = _shelves(partial(FilesystemObjects, folder / "objects"), object_form(config))
    copied = _copy_objects(stores.objects, list(stores.objects.keys()), shelves, progress)
    digest = _digest(fresh)
    index = fresh.replace(folder / f"index-{digest[:16]}.db")
    manifest = {
        "made_at": now.isoformat(),
        "index": index.name,
        "index_sha256": digest,
        "tables": [table._asdict() for table in tables],
        "bad": copied.bad,
        "left_out": (left_out := keys_left_out(config)),
        "objects": sorted({*copied.all} - {*copied.bad}),
    }
    _replace_synced(folder / MANIFEST, json.dumps(manifest, indent=1))
    for old in set(folder.glob("index*.db")) - {index}:
        _remove_database(old)
    return Backup(tables, copied, left_out)


def refuse_overlap(config: Config, data_dir: Path, folder: Path) -> None:
    """InputFault for a backup that lies in a place that Chartroom works in, or the other way round: it would be written over, or taken in."""
    databases = [url.removeprefix("sqlite:///") for url in (config.index.url, config.engine.url) if url.startswith("sqlite:///")]
    places: list[str | Path] = [data_dir, data_dir / config.objects.path, *databases, *(watched.path for watched in config.folders)]
    for place in places:
        if overlap(Path(os.path.realpath(folder)), Path(os.path.realpath(place))):
            raise InputFault(f"The backup's folder {folder} and {place}, where Chartroom works, lie in each other.", next_step="Give a folder apart.")


def keys_left_out(config: Config) -> tuple[str, ...]:
    """The keys that are kept apart from the data: what opens sealed objects, what second factors, seals and separator sheets rest on."""
    of_objects = ("the key file of sealed objects (objects.key_file): without it they cannot be read",) if config.objects.key_file else ()
    return (*of_objects, "keys/ of the data folder: without it second factors, seals and separator sheets begin anew")


def hold_still(config: Config, data_dir: Path) -> None:
    """See that nothing of the installation runs on any machine, and that nothing starts on this one until the process ends; else ConfigFault."""
    claim(data_dir, *PARTS)
    if running := crew_of(config, data_dir, connect(config, data_dir)).at_work().running:
        step = f"Stop it first, on every machine; one that was cut off counts for {60 + 2 * config.engine.lease_seconds:g} s more."
        raise ConfigFault(f"{running} workers of this installation run.", next_step=step)


def restore(config: Config, data_dir: Path, folder: Path, *, progress: Progress = lambda *_: None) -> Restored:
    """Bring a backup back into an empty installation, and put back what watched folders gave after it. InputFault for no whole backup."""
    refuse_overlap(config, data_dir, folder)
    manifest, form = _manifest(folder), object_form(config)
    index = folder / Path(manifest.get("index", "index.db")).name
    if not index.is_file() or _digest(index) != manifest["index_sha256"]:
        raise InputFault("The backup's index is missing or has changed since it was made.", next_step="Use another backup.")
    stores = connect(config, data_dir)
    kept = FilesystemObjects(folder / "objects", form)
    objects = _copy_objects(kept, _wanted(manifest, list(kept.keys())), _shelves(partial(open_objects, config, data_dir), form), progress)
    private = data_dir / "restore.db"  # opening an index brings it to the newest schema; the backup stays as it is
    _remove_database(private)  # an interrupted restore may have left a log, which would be played into the copy
    shutil.copyfile(index, private)
    with _database(private) as copy:
        tables = copy_index(copy, stores.index)
    _remove_database(private)
    return Restored(sum(table.rows for table in tables), objects, _take_again(config, stores))


def _take_again(config: Config, stores: Stores) -> int:
    """What lies in `.taken/` and is in no journal was taken in after the backup: back into its folder, to be taken in again."""
    with reading(stores.index) as conn:
        known = journal.ids(conn)
    lost = [
        path
        for watched in config.folders
        for shelf in sorted(Path(watched.path).rglob(f"{TAKEN}/*"))
        if shelf.name.partition("-")[0] not in known
        for path in shelf.iterdir()
    ]
    for path in lost:
        put_back(path)
    return len(lost)


def _copy_objects(source: ObjectStore, keys: Sequence[str], shelves: Mapping[str, ObjectStore], progress: Progress) -> Copied:
    """These objects of `source`, each on the shelf of its form, verified as it is read. One that is spoilt keeps none of the others back."""
    new, bad, mended = 0, [], []
    for number, key in enumerate(keys, start=1):
        target = shelves[key.partition("/")[0]]
        there = target.size(key)
        try:
            if there is None or there != source.size(key):
                with source.open(key) as stream:
                    if there is not None:
                        target.delete(key, reason="of another size than where it comes from")
                        mended.append(key)
                    target.put_stream(stream)
                new += there is None
        except StoreFault as fault:
            if not fault.permanent:
                raise
            bad.append(key)
        progress(number, len(keys))
    return Copied(tuple(keys), new, tuple(bad), tuple(mended))


def _shelves(make: Callable[[Form], ObjectStore], form: Form) -> dict[str, ObjectStore]:
    """A store for each form that objects are kept in: what was kept plain before it was sealed stays plain."""
    return {known.scheme: make(known) for known in (Plain(), form)}


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputFault(f"{folder} holds no whole backup.", next_step="`chartroom backup` makes one; an interrupted one has no manifest.") from None
    return found


def _wanted(manifest: dict[str, Any], held: list[str]) -> list[str]:
    """The objects to bring back: those that the manifest names and all others held, which may be whole here and spoilt in the store that day."""
    named = manifest["objects"]
    if isinstance(named, list):
        return list(dict.fromkeys([*named, *held]))
    if len(held) < named - len(manifest["bad"]):  # an older version's manifest, which counts them
        raise InputFault(f"The backup holds {len(held)} objects of {named}.", next_step="Use another backup.")
    return held


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove_database(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}.lock"):
        path.with_name(name).unlink(missing_ok=True)


@contextmanager
def _database(path: Path) -> Iterator[Any]:
    """An SQLite index in one file, folded into it when done."""
    engine = open_index(f"sqlite:///{path.absolute()}")
    try:
        yield engine
    finally:
        engine.dispose()
        path.with_name(f"{path.name}.lock").unlink(missing_ok=True)


def _replace_synced(path: Path, text: str) -> None:
    """Put a file in the place of the one before in one stroke, and all that lies beside it on the disk first."""
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)
    fresh.replace(path)
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(folder)
    os.close(folder)
