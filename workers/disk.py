"""How much room is left where things are kept. Knows disks; knows nothing of what lies on them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

from schemas.config import Config


class Room(NamedTuple):
    """Bytes free, of how many."""

    free: int
    total: int


def least_room(config: Config, data_dir: Path) -> Room:
    """The room on the fullest of the disks that hold the data folder, the objects and an index in a file of its own place."""
    places = [data_dir]
    if config.objects.kind == "filesystem":
        places.append(data_dir / config.objects.path)
    if config.index.url.startswith("sqlite:///"):
        places.append(Path(config.index.url.removeprefix("sqlite:///")))
    return min(map(_room, places))


def _room(place: Path) -> Room:
    there = next(path for path in (place, *place.absolute().parents) if os.path.exists(path))  # noqa: PTH110 - never raises
    found = shutil.disk_usage(there)
    return Room(found.free, found.total)
