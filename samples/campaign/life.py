"""The whole life of some files in one process: a watcher and a worker, as they are, until all have settled and the engine is at rest."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime

from samples.campaign.house import House, is_at_rest
from samples.campaign.stub import content_unknown, work_as
from workers import watch
from workers.sighting import leave_here
from workers.wire import connect


def live(house: House, files: int) -> None:
    """Watch and work until so many files have settled; then the process ends with code 0."""
    threading.Thread(target=_watch, args=(house,), daemon=True).start()
    threading.Thread(target=_end, args=(house, files), daemon=True).start()
    work_as(0)


def _watch(house: House) -> None:
    settings = house.settings()
    stores = connect(settings.config, settings.data_dir)
    around = watch.Surroundings(stores, settings.config.intake, content_unknown, lambda: datetime.now(UTC), time.monotonic)
    watch.watch(settings.config, around, threading.Event(), lambda rows: leave_here(settings.data_dir / "run", rows, datetime.now(UTC)))


def _end(house: House, files: int) -> None:
    while not is_at_rest(house, files):
        time.sleep(0.03)
    os._exit(0)
