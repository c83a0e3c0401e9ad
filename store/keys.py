"""Keys that seal objects: a key-encryption key wraps the key of each object. Knows ciphers and a key file; knows nothing of objects' contents.

The port is shaped so that a hardware module fits it: wrapping keys never leave it, only wrapped and unwrapped object keys pass.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import stat
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from schemas.faults import ConfigFault, KeyMissing, StoreFault

KEY_BYTES = 32
NONCE_BYTES = 12
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + 16
_ID = re.compile(r"[0-9a-f]{8}")


class KeyRing(Protocol):
    """Wraps and unwraps object keys under key-encryption keys, and makes addresses that tell nothing of the content."""

    @property
    def current(self) -> str:
        """Id (8 hex digits) of the key that wraps from now on."""
        ...

    def address(self, digest: str) -> str:
        """A keyed digest (hex) of a plaintext's digest: the same for the same content, meaningless without the key."""
        ...

    def wrap(self, key: bytes, bound_to: bytes) -> bytes:
        """The object key wrapped under the current key, usable only for `bound_to`."""
        ...

    def unwrap(self, key_id: str, wrapped: bytes, bound_to: bytes) -> bytes:
        """The object key. KeyMissing when the key is not at hand, StoreFault (permanent) when the wrapping was tampered with."""
        ...


class _Ring(NamedTuple):
    """What a key file holds; keys in base64."""

    address: str
    current: str
    keys: dict[str, str]


class FileKeys:
    """A key ring in one file that only this account reads."""

    def __init__(self, path: Path) -> None:
        self._path, ring = path, _read(path)
        self.current = ring.current
        self._address_key = b64decode(ring.address)
        self._keys = {name: b64decode(key) for name, key in ring.keys.items()}

    def address(self, digest: str) -> str:
        """HMAC-SHA-256 of the digest."""
        return hmac.new(self._address_key, bytes.fromhex(digest), hashlib.sha256).hexdigest()

    def wrap(self, key: bytes, bound_to: bytes) -> bytes:
        """AES-256-GCM under the current key, with a fresh nonce."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self._keys[self.current]).encrypt(nonce, key, bound_to)

    def unwrap(self, key_id: str, wrapped: bytes, bound_to: bytes) -> bytes:
        """The object key, authenticated. A key that is new to us is looked for in the file again: others may have rotated, or it was put back."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if key_id not in self._keys:
            self._keys |= _keys_in(self._path, self._address_key)
        if key_id not in self._keys:
            raise KeyMissing(f"The key {key_id} is not in the key file.", next_step="Put it back from the backup of the key file; work waits for it.")
        try:
            return AESGCM(self._keys[key_id]).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound_to)
        except InvalidTag:
            raise StoreFault(
                f"An object's key does not open under key {key_id}.", next_step="Restore the object from the backup.", permanent=True
            ) from None


def _keys_in(path: Path, address_key: bytes) -> dict[str, bytes]:
    """The keys of the file as it is now; none while it cannot be read, or makes other addresses than ours."""
    with suppress(ConfigFault):
        ring = _read(path)
        if b64decode(ring.address) == address_key:
            return {name: b64decode(key) for name, key in ring.keys.items()}
    return {}


def create_key_file(path: Path) -> str:
    """Make a key file with one key; its id. ConfigFault when there is a file already: what it sealed would be lost."""
    if path.exists():
        raise ConfigFault(f"There is a key file {path} already.", next_step="Use `chartroom keys rotate` for a new key.")
    name, key = _new_key()
    _write(path, _Ring(b64encode(os.urandom(KEY_BYTES)).decode(), name, {name: key}))
    return name


def rotate_key_file(path: Path) -> str:
    """Add a key, which wraps from now on; its id. The older ones stay for what they wrapped."""
    ring, (name, key) = _read(path), _new_key()
    _write(path, _Ring(ring.address, name, {**ring.keys, name: key}))
    return name


def _new_key() -> tuple[str, str]:
    return os.urandom(4).hex(), b64encode(os.urandom(KEY_BYTES)).decode()


def _read(path: Path) -> _Ring:
    try:
        ring = _Ring(**json.loads(path.read_text(encoding="utf-8")))
        lengths = {len(b64decode(key, validate=True)) for key in [ring.address, *ring.keys.values()]}
        if ring.current in ring.keys and all(map(_ID.fullmatch, ring.keys)) and lengths == {KEY_BYTES}:
            return ring
    except OSError as error:
        raise ConfigFault(f"The key file {path} cannot be read ({error.strerror}).", next_step="Restore it, or see objects.key_file.") from None
    except (ValueError, TypeError, AttributeError):
        pass
    raise ConfigFault(f"{path} is no key file.", next_step="Restore it from its backup.")


def _write(path: Path, ring: _Ring) -> None:
    """Replace the file as a whole, synced before it has its name. Owner and mode stay: who rotates as root must not lock the service's account out.

    A new one is readable by this account alone.
    """
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(json.dumps(ring._asdict(), indent=1) + "\n")
            file.flush()
            if path.exists():
                _make_alike(file.fileno(), path.stat())
            os.fsync(file.fileno())
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(folder)
        os.close(folder)
    except OSError as error:
        raise ConfigFault(f"The key file {path} cannot be written ({error.strerror}).", next_step="See its folder.") from None


def _make_alike(file: int, before: os.stat_result) -> None:
    """Owner, group and mode as before."""
    now = os.fstat(file)
    if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        os.fchown(file, before.st_uid, before.st_gid)
    os.fchmod(file, stat.S_IMODE(before.st_mode))
