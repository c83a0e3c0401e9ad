"""Objects as read-only files below one folder of a local disk. Knows POSIX durability; no name from outside ever becomes a path.

A put has happened when it returns: file and directories are synced before. A failed sync is a fault, never a retry in place,
because the kernel may have dropped the pages it could not write.
"""

from __future__ import annotations

import errno
import hashlib
import io
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from schemas.faults import StoreFault
from store.forms import HEADER_BYTES, Form, Plain, Readable, form_of, verified
from store.objects import CHUNK, Hashing, changed_meanwhile, digest_of, digest_stream, missing, wrong_bytes

INCOMING = ".incoming"  # beside the addresses: half-written files
log = logging.getLogger(__name__)


class FilesystemObjects:
    """A content-addressed folder; every file is written once, synced, and then only read."""

    def __init__(self, root: Path, form: Form | None = None) -> None:
        """Keep objects below `root`; new ones in `form` (plain by default), older ones are read in theirs."""
        self._root, self._form = root, form or Plain()
        self._forms = {kept.scheme: kept for kept in (Plain(), self._form)}
        with _faults():
            _make_folder(root / INCOMING)
        self._settled: set[Path] = set()  # folders whose own entry is known to be on disk

    def address(self, digest: str) -> str:
        """The address in the form that new objects are kept in."""
        return self._form.key(digest)

    def put_file(self, path: Path) -> str:
        """Keep the file's bytes: hashed once to know the address, and again while they are written."""
        with path.open("rb") as source:
            return self.put_stream(source)

    def put_stream(self, stream: BinaryIO) -> str:
        """Keep what the stream holds."""
        stream.seek(0)
        digest, size = digest_stream(stream)
        stream.seek(0)
        return self._put(stream, digest, size)

    def put_bytes(self, data: bytes) -> str:
        """Keep the bytes."""
        return self.put_stream(io.BytesIO(data))

    def open(self, key: str) -> BinaryIO:
        """The stored file, hashed from end to end before it is handed out."""
        form = form_of(key, self._forms)
        with _faults(key):
            stream = self._path(key).open("rb")
        try:
            with _faults(key):
                return verified(form, stream, key)
        except StoreFault:
            stream.close()
            raise

    def fetch(self, key: str, to: Path) -> None:
        """Copy the bytes to `to`, hashing what is copied."""
        form = form_of(key, self._forms)
        try:
            with _faults(key), self._path(key).open("rb") as stored, to.open("wb") as copy:
                found = _copy(form.plain(stored, key), copy)
            if form.key(found) != key:
                raise wrong_bytes(key)
        except StoreFault:
            to.unlink(missing_ok=True)
            raise

    def size(self, key: str) -> int | None:
        """Size of the content, or None."""
        with _faults():
            try:
                return form_of(key, self._forms).plain_size(self._path(key).stat().st_size)
            except FileNotFoundError:
                return None

    def exists(self, key: str) -> bool:
        """Whether the file is there."""
        return self.size(key) is not None

    def delete(self, key: str, *, reason: str) -> None:
        """Unlink the file and sync its folder."""
        path = self._path(key)
        with _faults(), suppress(FileNotFoundError):
            path.unlink()
            _sync_folder(path.parent)
            log.info("object %s deleted: %s", key, reason)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The stored keys, folder by folder."""
        for folder in self._folders():
            base = folder.relative_to(self._root).as_posix()
            if base.startswith(prefix[: len(base)]):
                names = sorted(os.listdir(folder))  # noqa: PTH208 - names, no Path each
                yield from (key for key in (f"{base}/{name}" for name in names) if key.startswith(prefix))

    def describe(self) -> str:
        """The folder."""
        return f"files below {self._root}"

    def sweep(self, *, now: float, older_than: float = 3600.0) -> int:
        """Remove what interrupted puts left behind more than `older_than` seconds before `now` (seconds of the epoch); how many."""
        with _faults():
            orphans = [temp for temp in (self._root / INCOMING).iterdir() if _modified(temp) < now - older_than]
            for temp in orphans:
                temp.unlink(missing_ok=True)
        return len(orphans)

    def renew(self, key: str) -> bool:
        """Write the object anew with its key wrapped under the current one, and put it in the old one's place."""
        form, path = form_of(key, self._forms), self._path(key)
        with _faults(key), path.open("rb") as stored:
            header = form.renewed(stored.read(HEADER_BYTES), key)
            if header is None:
                return False
            with _written(self._root / INCOMING) as (temp, file):
                file.write(header)
                _copy(stored, file)
                _seal(file)
                temp.replace(path)
            _sync_folder(path.parent)
        return True

    def _put(self, source: BinaryIO, digest: str, size: int) -> str:
        key = self._form.key(digest)
        final = self._path(key)
        with _faults():
            _make_folder(final.parent)
            if not final.exists():
                self._write_once(source, final, digest, key)
            else:
                with self.open(key) as kept:  # the bytes in hand may be the only good ones left: open refuses wrong ones
                    if kept.seek(0, os.SEEK_END) != size:
                        raise wrong_bytes(key)
            self._settle(final.parent)
        return key

    def _write_once(self, source: BinaryIO, final: Path, digest: str, key: str) -> None:
        """Temp file, synced, then linked to its name: a link never overwrites, and a half-written file never has a name."""
        hashing = Hashing(source)
        with _written(self._root / INCOMING) as (temp, file):
            _copy(self._form.stored(hashing, key), file)
            if hashing.hexdigest() != digest:
                raise changed_meanwhile()
            _seal(file)
            with suppress(FileExistsError):  # another process was first, with the same content
                os.link(temp, final)

    def _settle(self, folder: Path) -> None:
        """Sync the folder, and its ancestors once: another process may have made what we found, and not have synced it yet."""
        _sync_folder(folder)
        for parent in [*folder.parents][:4]:
            if parent not in self._settled and parent.is_relative_to(self._root.parent):
                _sync_folder(parent)
                self._settled.add(parent)

    def _path(self, key: str) -> Path:
        digest_of(key)
        return self._root / key

    def _folders(self) -> Iterator[Path]:
        return iter(sorted(self._root.glob("*/[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")))


@contextmanager
def _written(incoming: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A temp file to write to; gone afterwards under this name."""
    handle, name = tempfile.mkstemp(dir=incoming)
    temp = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield temp, file
    finally:
        temp.unlink(missing_ok=True)


def _seal(file: BinaryIO) -> None:
    """Make what was written read-only and durable."""
    os.fchmod(file.fileno(), 0o400)
    file.flush()
    os.fsync(file.fileno())


def _copy(source: Readable, to: BinaryIO) -> str:
    """Copy; the SHA-256 (hex) of what was copied."""
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        to.write(chunk)
    return digest.hexdigest()


def _make_folder(folder: Path) -> None:
    """Make a folder and its parents for us alone, each entry synced into its parent."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


@contextmanager
def _faults(key: str = "") -> Iterator[None]:
    """System errors as faults; a path in their text would be none of the reader's business."""
    try:
        yield
    except FileNotFoundError as error:
        raise (missing(key) if key else _fault(error)) from None
    except OSError as error:
        raise _fault(error) from None


def _fault(error: OSError) -> StoreFault:
    name = errno.errorcode.get(error.errno or 0, "unknown error")
    return StoreFault(f"The object store's disk refuses ({name}).", next_step="See that it is mounted, writable and not full.")
