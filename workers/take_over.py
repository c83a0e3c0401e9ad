"""Takes one file over: original stored and journalled first, the source moved out of the folder last. Knows nothing of what is in it."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from schemas.source import Delivery, Priority
from store import journal
from store.database import writing
from workers.wire import Stores

TAKEN = ".taken"
SPARSE_BYTES = 64 * 2**20
SPARSE_RATIO = 16


class Stamp(NamedTuple):
    """What changes when a file is written to or replaced."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where files come from: source name, facility that stands for it, and how urgent they are."""

    source: str
    facility: str = ""
    priority: Priority = Priority.NORMAL


class RefusedFile(Exception):
    """Not a file to take in: a link, a device, a hole. `kind` says which."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def look_at(path: Path) -> Stamp:
    """The stamp of a plain file, following no link. RefusedFile for anything else, OSError when it is gone."""
    return _stamp(os.lstat(path))


def take_over(path: Path, *, name: str, origin: Origin, stores: Stores, now: datetime) -> Delivery | None:
    """Store, hash and journal one file; the file stays where it is. None when it changed meanwhile. Safe to repeat."""
    with _opened(path) as fd:
        before = _stamp(os.fstat(fd))
        sha256 = _digest(fd)
        object_key = stores.objects.put_file(Path(f"/proc/self/fd/{fd}"))
        unchanged = before == _stamp(os.fstat(fd)) == look_at(path) and object_key == stores.objects.address(sha256)
    if not unchanged:
        return None
    key = delivery_key(path, before, sha256)
    with writing(stores.index) as conn:
        delivery, _ = journal.take(
            conn,
            id=key[:20],
            key=key,
            source=origin.source,
            name=name,
            sha256=sha256,
            size=before.size,
            object_key=object_key,
            facility=origin.facility,
            priority=origin.priority,
            now=now,
        )
    return delivery


def delivery_key(path: Path, stamp: Stamp, sha256: str) -> str:
    """What makes two drops the same drop: place, name in bytes, size, time, inode and content, as one digest."""
    place = os.fsencode(path.parent.resolve() / path.name)
    parts = (place, str(stamp.size).encode(), str(stamp.mtime_ns).encode(), str(stamp.inode).encode(), sha256.encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def move_to_taken(path: Path, delivery_id: str, stamp: Stamp) -> Path | None:
    """Rename a file that was taken over into `.taken/` beside it. None when something else stands there by now."""
    shelf = path.parent / TAKEN / f"{delivery_id}-{stamp.size}-{stamp.mtime_ns}"
    shelf.mkdir(parents=True, exist_ok=True)
    target = shelf / path.name
    path.rename(target)
    if _same_content(target.lstat(), stamp):
        return target
    put_back(target)
    return None


def put_back(taken: Path) -> Path:
    """Return a file from `.taken/` to its folder under its name, or a free name beside it; replaces nothing."""
    folder = taken.parent.parent.parent
    for count in range(1000):
        name = taken.name if not count else f"{taken.stem[:200]}-again-{count}{taken.suffix}"
        try:
            os.link(taken, folder / name, follow_symlinks=False)
        except FileExistsError:
            continue
        taken.unlink()
        return folder / name
    raise FileExistsError(errno.EEXIST, "no free name")


def sweep_taken(folder: Path, *, keep_days: float, now: datetime, journalled: Callable[[set[str]], set[str]]) -> int:
    """Look through one `.taken/`: files that no journal knows, or written to since they were taken, go back; files past their time go.

    `journalled`: those of these deliveries that the journal holds. Returns how many files went back.
    """
    shelved = list(_shelved(folder / TAKEN))
    known, returned = journalled({one.delivery_id for one in shelved}), 0
    for taken, delivery_id, size, mtime_ns in shelved:
        info = taken.lstat()
        if delivery_id not in known or (info.st_size, info.st_mtime_ns) != (size, mtime_ns):
            put_back(taken)
            returned += 1
        elif now.timestamp() - taken.parent.lstat().st_mtime > keep_days * 86400:
            taken.unlink()
        if not any(taken.parent.iterdir()):
            taken.parent.rmdir()
    return returned


class _Shelved(NamedTuple):
    """A file in `.taken/`: the delivery that it became, and how large and of when it was then."""

    path: Path
    delivery_id: str
    size: int
    mtime_ns: int


def _shelved(shelves: Path) -> Iterator[_Shelved]:
    if not shelves.is_dir():
        return
    for shelf in shelves.iterdir():
        delivery_id, size, mtime_ns = shelf.name.rsplit("-", 2)
        for taken in shelf.iterdir():
            yield _Shelved(taken, delivery_id, int(size), int(mtime_ns))


class _opened:  # noqa: N801 - reads as a verb where it is used
    """A file opened for reading that is surely no link, device or pipe."""

    def __init__(self, path: Path) -> None:
        try:
            self.fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        except OSError as error:
            if error.errno in {errno.ELOOP, errno.ENXIO}:
                raise RefusedFile("link" if error.errno == errno.ELOOP else "device") from None
            raise

    def __enter__(self) -> int:
        return self.fd

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)


def _stamp(info: os.stat_result) -> Stamp:
    kind = _refused_kind(info)
    if kind:
        raise RefusedFile(kind)
    return Stamp(info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)


def _refused_kind(info: os.stat_result) -> str | None:
    if stat.S_ISLNK(info.st_mode):
        return "link"
    if stat.S_ISFIFO(info.st_mode):
        return "pipe"
    if not stat.S_ISREG(info.st_mode):
        return "device"
    if info.st_size > SPARSE_BYTES and info.st_blocks * 512 * SPARSE_RATIO < info.st_size:
        return "sparse"
    return None


def _same_content(info: os.stat_result, stamp: Stamp) -> bool:
    return (info.st_size, info.st_mtime_ns, info.st_ino) == (stamp.size, stamp.mtime_ns, stamp.inode)


def _digest(fd: int) -> str:
    digest = hashlib.sha256()
    while block := os.read(fd, 2**20):
        digest.update(block)
        time.sleep(0)  # other threads first: a heartbeat must not wait for a large file
    return digest.hexdigest()
