"""Stores that live as long as the process: for tests, trials and the demo. Same promises, but for durability."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from store.objects import digest_of, key_of, missing, wrong_bytes


class MemoryObjects:
    """An object store in a dictionary."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    def address(self, digest: str) -> str:
        """The digest as address."""
        return key_of(digest)

    def put_file(self, path: Path) -> str:
        """Keep the file's bytes."""
        return self.put_bytes(path.read_bytes())

    def put_stream(self, stream: BinaryIO) -> str:
        """Keep what the stream holds."""
        stream.seek(0)
        return self.put_bytes(stream.read())

    def put_bytes(self, data: bytes) -> str:
        """Keep the bytes; the first put counts."""
        key = key_of(hashlib.sha256(data).hexdigest())
        if len(self.blobs.setdefault(key, bytes(data))) != len(data):
            raise wrong_bytes(key)
        return key

    def open(self, key: str) -> BinaryIO:
        """The bytes, verified."""
        return io.BytesIO(self._verified(key))

    def fetch(self, key: str, to: Path) -> None:
        """Write the verified bytes to `to`."""
        to.write_bytes(self._verified(key))

    def size(self, key: str) -> int | None:
        """Size, or None."""
        digest_of(key)
        return len(self.blobs[key]) if key in self.blobs else None

    def exists(self, key: str) -> bool:
        """Whether the key is kept."""
        return self.size(key) is not None

    def delete(self, key: str, *, reason: str) -> None:
        """Forget the bytes."""
        digest_of(key)
        del reason
        self.blobs.pop(key, None)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The kept keys, in order."""
        return iter(sorted(key for key in self.blobs if key.startswith(prefix)))

    def renew(self, key: str) -> bool:
        """Nothing is sealed here."""
        digest_of(key)
        return False

    def sweep(self, *, now: float, older_than: float = 3600.0) -> int:
        """A put is whole or not there: nothing to remove."""
        del now, older_than
        return 0

    def describe(self) -> str:
        """Memory."""
        return "memory, gone when the program ends"

    def _verified(self, key: str) -> bytes:
        digest = digest_of(key)
        if key not in self.blobs:
            raise missing(key)
        if hashlib.sha256(self.blobs[key]).hexdigest() != digest:
            raise wrong_bytes(key)
        return self.blobs[key]
