"""The forms in which an object's bytes are kept: plain, or sealed. Knows bytes and ciphers; knows nothing of disks and servers.

A sealed object is a header (magic, id of the key-encryption key, wrapped object key) and the plaintext in chunks of AES-256-GCM under the
object's own random key. The nonce counts the chunks and marks the last one (the STREAM construction of Hoang, Reyhanitabar, Rogaway and
Vizár, 2015), so that chunks can be neither moved, dropped nor cut off; the address is bound into every tag.
"""

from __future__ import annotations

import io
import os
from typing import Any, BinaryIO, Protocol

from schemas.faults import KeyMissing
from store.keys import KEY_BYTES, WRAPPED_BYTES, KeyRing
from store.objects import address_of, digest_of, digest_stream, key_of, wrong_bytes

MAGIC = b"CRS1"
ID_BYTES = 8
HEADER_BYTES = len(MAGIC) + ID_BYTES + WRAPPED_BYTES
CHUNK = 1 << 18
TAG_BYTES = 16


class Readable(Protocol):
    """Something to read from."""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes; empty at the end."""
        ...


class Form(Protocol):
    """How bytes are kept, and under which address."""

    scheme: str

    def key(self, digest: str) -> str:
        """The address of content with this SHA-256 (hex)."""
        ...

    def stored(self, plain: Readable, key: str) -> Readable:
        """The stored form of a plain stream."""
        ...

    def plain(self, stored: BinaryIO, key: str) -> BinaryIO:
        """The plain form of a stored stream, seekable. StoreFault, here or while it is read, for bytes that are not whole."""
        ...

    def stored_size(self, size: int) -> int:
        """Bytes that a plaintext of `size` bytes takes."""
        ...

    def plain_size(self, stored_size: int) -> int:
        """Bytes of plaintext in so many stored ones."""
        ...

    def renewed(self, header: bytes, key: str) -> bytes | None:
        """The object's header under the current key; None when it is that already."""
        ...


class Plain:
    """Bytes as they are, under their own SHA-256."""

    scheme = "sha256"

    def key(self, digest: str) -> str:
        """The digest as address."""
        return key_of(digest)

    def stored(self, plain: Readable, key: str) -> Readable:
        """The same stream."""
        del key
        return plain

    def plain(self, stored: BinaryIO, key: str) -> BinaryIO:
        """The same stream."""
        del key
        return stored

    def stored_size(self, size: int) -> int:
        """The same."""
        return size

    def plain_size(self, stored_size: int) -> int:
        """The same."""
        return stored_size

    def renewed(self, header: bytes, key: str) -> bytes | None:
        """Nothing to renew."""
        del header, key
        return None


class Sealed:
    """Bytes under a key of their own, which a key ring wraps."""

    scheme = "hmac"

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def key(self, digest: str) -> str:
        """The keyed digest as address: who lists the store learns nothing of the content."""
        return address_of(self.scheme, self._ring.address(digest))

    def stored(self, plain: Readable, key: str) -> Readable:
        """Header and sealed chunks; no two sealings of the same content look alike."""
        object_key = os.urandom(KEY_BYTES)
        header = MAGIC + self._ring.current.encode() + self._ring.wrap(object_key, key.encode())
        return _Sealing(header, plain, object_key, key.encode())

    def plain(self, stored: BinaryIO, key: str) -> BinaryIO:
        """A stream that opens and authenticates each chunk as it is read; nothing decrypted touches a disk."""
        size = stored.seek(0, os.SEEK_END)
        stored.seek(0)
        header = stored.read(HEADER_BYTES)
        if header[: len(MAGIC)] != MAGIC or size < self.stored_size(0):
            raise wrong_bytes(key)
        opening: Any = _Opening(stored, self.plain_size(size), self._object_key(header, key), key)
        return io.BufferedReader(opening, CHUNK)

    def stored_size(self, size: int) -> int:
        """Header, plaintext, and a tag a chunk; an empty object has one chunk."""
        return HEADER_BYTES + size + TAG_BYTES * max(1, -(-size // CHUNK))

    def plain_size(self, stored_size: int) -> int:
        """What is left without header and tags."""
        sealed = stored_size - HEADER_BYTES
        return max(0, sealed - TAG_BYTES * max(1, -(-sealed // (CHUNK + TAG_BYTES))))

    def renewed(self, header: bytes, key: str) -> bytes | None:
        """The object key wrapped anew; the sealed chunks stay as they are."""
        if _key_id(header) == self._ring.current:
            return None
        return MAGIC + self._ring.current.encode() + self._ring.wrap(self._object_key(header, key), key.encode())

    def _object_key(self, header: bytes, key: str) -> bytes:
        return self._ring.unwrap(_key_id(header), header[len(MAGIC) + ID_BYTES :], key.encode())


def _key_id(header: bytes) -> str:
    return header[len(MAGIC) : len(MAGIC) + ID_BYTES].decode("ascii", "replace")


def verified(form: Form, stored: BinaryIO, key: str) -> BinaryIO:
    """The plain form of a stored stream, read once from end to end and found to be what its address promises."""
    plain = form.plain(stored, key)
    if form.key(digest_stream(plain)[0]) != key:
        raise wrong_bytes(key)
    plain.seek(0)
    return plain


class _Sealing:
    """Reads as header and sealed chunks of a plain stream."""

    def __init__(self, header: bytes, plain: Readable, object_key: bytes, bound_to: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._ready, self._plain, self._bound_to = bytearray(header), plain, bound_to
        self._cipher, self._ahead, self._count, self._is_last = AESGCM(object_key), _fill(plain), 0, False

    def read(self, size: int = -1) -> bytes:
        while not self._is_last and (size < 0 or len(self._ready) < size):
            chunk, self._ahead = self._ahead, _fill(self._plain) if len(self._ahead) == CHUNK else b""
            self._is_last = not self._ahead
            self._ready += self._cipher.encrypt(_nonce(self._count, self._is_last), chunk, self._bound_to)
            self._count += 1
        size = len(self._ready) if size < 0 else size
        out = bytes(self._ready[:size])
        del self._ready[:size]
        return out


class _Opening(io.RawIOBase):
    """Reads as the plaintext of sealed chunks; the chunk in hand is the only one in memory."""

    def __init__(self, stored: BinaryIO, size: int, object_key: bytes, key: str) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._stored, self._size, self._key = stored, size, key
        self._cipher, self._at = AESGCM(object_key), 0
        self._held, self._chunk = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        number, within = divmod(self._at, CHUNK)
        if self._at >= self._size and self._size:
            return 0
        part = self._open(number)[within : within + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        self._stored.close()
        super().close()

    def _open(self, number: int) -> bytes:
        from cryptography.exceptions import InvalidTag

        if number != self._held:
            self._stored.seek(HEADER_BYTES + number * (CHUNK + TAG_BYTES))
            is_last = (number + 1) * CHUNK >= self._size
            try:
                self._chunk = self._cipher.decrypt(_nonce(number, is_last), self._stored.read(CHUNK + TAG_BYTES), self._key.encode())
            except (InvalidTag, ValueError):
                raise wrong_bytes(self._key) from None
            self._held = number
        return self._chunk


def _fill(plain: Readable) -> bytes:
    """One whole chunk, or what is left."""
    parts = bytearray()
    while len(parts) < CHUNK and (part := plain.read(CHUNK - len(parts))):
        parts += part
    return bytes(parts)


def _nonce(count: int, is_last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([is_last])


def form_of(key: str, forms: dict[str, Form]) -> Form:
    """The form in which what has this address is kept. StoreFault for no address, KeyMissing for a sealed object without a key file."""
    digest_of(key)
    scheme = key.partition("/")[0]
    if scheme not in forms:
        raise KeyMissing("What is kept is sealed, and no key file is named.", next_step="Set objects.key_file to the key file and restart what runs.")
    return forms[scheme]
