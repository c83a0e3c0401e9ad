"""The object store as everyone sees it: bytes under their own digest. Knows addresses; knows nothing of patients or documents."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from schemas.faults import StoreFault

CHUNK = 1 << 20
_KEY = re.compile(r"(?:sha256|hmac)/([0-9a-f]{2})/([0-9a-f]{2})/((?:\1)(?:\2)[0-9a-f]{60})")


class ObjectStore(Protocol):
    """Content-addressed bytes: put twice is put once, and what is read is what was put."""

    def address(self, digest: str) -> str:
        """The key under which content with this SHA-256 (hex) is put."""
        ...

    def put_file(self, path: Path) -> str:
        """Keep the file's bytes durably; their key. StoreFault when that cannot be promised."""
        ...

    def put_stream(self, stream: BinaryIO) -> str:
        """Keep what a seekable stream holds; its key."""
        ...

    def put_bytes(self, data: bytes) -> str:
        """Keep the bytes durably; their key."""
        ...

    def open(self, key: str) -> BinaryIO:
        """The bytes, their digest verified before this returns. StoreFault (permanent) for missing or wrong bytes."""
        ...

    def fetch(self, key: str, to: Path) -> None:
        """Write the bytes to `to`; nothing is left there when they are missing or wrong."""
        ...

    def size(self, key: str) -> int | None:
        """How many bytes are kept under `key`; None when nothing is."""
        ...

    def exists(self, key: str) -> bool:
        """Whether anything is kept under `key`."""
        ...

    def delete(self, key: str, *, reason: str) -> None:
        """Forget the bytes, for a reason that the caller has put on record. Nothing happens when they are gone already."""
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The kept keys that begin with `prefix`, in order."""
        ...

    def renew(self, key: str) -> bool:
        """Wrap a sealed object's key under the current key; whether there was anything to do. Its content is not touched."""
        ...

    def sweep(self, *, now: float, older_than: float = 3600.0) -> int:
        """Remove what interrupted puts left behind more than `older_than` seconds before `now` (seconds of the epoch); how many."""
        ...

    def describe(self) -> str:
        """What and where this store is, for a person."""
        ...


def key_of(digest: str) -> str:
    """The address of plain bytes with this SHA-256 (hex)."""
    return address_of("sha256", digest)


def address_of(scheme: str, digest: str) -> str:
    """An address in either scheme: sha256 for plain bytes, hmac for sealed ones."""
    return f"{scheme}/{digest[:2]}/{digest[2:4]}/{digest}"


def digest_of(key: str) -> str:
    """The digest (hex) in an address. StoreFault for anything that is no address: no path is ever made of it."""
    match = _KEY.fullmatch(key)
    if match is None:
        raise StoreFault("That is no address of an object.", permanent=True)
    return match[3]


def digest_file(path: Path) -> tuple[str, int]:
    """SHA-256 (hex) and size of a file."""
    with path.open("rb") as file:
        return digest_stream(file)


def digest_stream(stream: BinaryIO) -> tuple[str, int]:
    """SHA-256 (hex) and size of what is left of a stream."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


class Hashing:
    """A stream that hashes what is read from it."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes."""
        chunk = self._source.read(size)
        self._digest.update(chunk)
        return chunk

    def hexdigest(self) -> str:
        """SHA-256 (hex) of what was read so far."""
        return self._digest.hexdigest()


def missing(key: str) -> StoreFault:
    """The fault of an address with nothing under it."""
    return StoreFault(f"Object {key} is missing.", next_step="Restore it from the backup.", permanent=True)


class WrongBytes(StoreFault):
    """Bytes are not what their address promises."""


def wrong_bytes(key: str) -> WrongBytes:
    """The fault of bytes that are not what their address promises."""
    return WrongBytes(f"Object {key} holds wrong bytes.", next_step="Restore it from the backup.", permanent=True)


def changed_meanwhile() -> StoreFault:
    """The fault of a source file that changed while it was being kept."""
    return StoreFault("The file changed while it was being stored.", next_step="It is tried again.")
