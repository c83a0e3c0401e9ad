"""Keys that seal objects: made, rotated, and what they seal. Knows the key file and the store; knows nothing of contents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from schemas.config import Config
from schemas.faults import ConfigFault
from store.keys import FileKeys, create_key_file, rotate_key_file
from store.objects import ObjectStore


class KeyState(NamedTuple):
    """The key that wraps, and how many objects are kept in which form."""

    current: str
    sealed: int
    plain: int


def create_keys(config: Config) -> str:
    """Make the key file that the configuration names; the id of its first key."""
    return create_key_file(_key_file(config))


def rotate_keys(config: Config) -> str:
    """Add a key that wraps from now on; its id."""
    return rotate_key_file(_key_file(config))


def rewrap(objects: ObjectStore, *, progress: Callable[[int], object] = lambda _: None) -> int:
    """Wrap the keys of all sealed objects under the current key, contents untouched; how many were not yet. Safe to stop and repeat."""
    renewed = 0
    for number, key in enumerate(objects.keys("hmac/"), start=1):
        renewed += objects.renew(key)
        progress(number)
    return renewed


def key_state(config: Config, objects: ObjectStore) -> KeyState:
    """Which key wraps, and what is sealed."""
    forms = Counter(key.partition("/")[0] for key in objects.keys())  # noqa: SIM118 - not a dict
    return KeyState(FileKeys(_key_file(config)).current, forms["hmac"], forms["sha256"])


def _key_file(config: Config) -> Path:
    if not config.objects.key_file:
        raise ConfigFault("No key file is named.", next_step="Set objects.key_file in config.yaml to a path outside the data folder.")
    return Path(config.objects.key_file)
