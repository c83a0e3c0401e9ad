"""The watcher process: watches the folders of this machine, and does there what workers on other machines cannot.

`python -m workers.watcher`. May be killed at any moment: what it had taken over is journalled, everything else lies where it lay.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from schemas.config import Config
from schemas.faults import Fault, StoreFault
from schemas.source import Delivery
from store import documents, journal
from store.database import reading, writing
from workers.disk import least_room
from workers.log import set_up_log
from workers.receipt import folder_of, receipt_text, write_receipt
from workers.settings import read_settings
from workers.sighting import Rows, Sign, leave_here
from workers.watch import Surroundings, receipts_folder, watch
from workers.wire import Stores, connect, content_check, is_shared

log = logging.getLogger("chartroom.watch")


def main() -> int:
    """Watch the configured folders until told to stop."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        settings = read_settings()
        set_up_log("watch", settings.config.log)
        stores = connect(settings.config, settings.data_dir)
    except Fault as fault:
        sys.stderr.write(f"watcher: {fault}\n")
        return 1
    config, run = settings.config, settings.data_dir / "run"
    around = Surroundings(stores, config.intake, content_check(), _now, time.monotonic, partial(_free, config, settings.data_dir))
    if not is_shared(config):
        watch(config, around, stopping, lambda rows: leave_here(run, rows, _now()))
        return 0
    sign = Sign(stores.index, run)
    watch(config, around, stopping, partial(_tell_everybody, config, stores, sign))
    sign.stop(_now())
    return 0


def _tell_everybody(config: Config, stores: Stores, sign: Sign, rows: Rows) -> None:
    leave_here(sign.run, rows, _now())
    if sign.tell(rows, _now()):
        with suppress(StoreFault):
            write_receipts_due(config, stores, now=_now())


def write_receipts_due(config: Config, stores: Stores, *, now: datetime) -> int:
    """Write the receipts of files from our folders that settled on machines which do not see them; how many."""
    with reading(stores.index) as conn:
        due = [delivery for delivery in journal.receipts_due(conn) if folder_of(delivery, config.folders)]
    return sum(_write_one(config, stores, delivery, now) for delivery in due)


def _write_one(config: Config, stores: Stores, delivery: Delivery, now: datetime) -> bool:
    folder = folder_of(delivery, config.folders)
    if folder is None or not Path(folder.path).is_dir():
        return False
    with reading(stores.index) as conn:
        records = documents.of_delivery(conn, delivery.id)
    try:
        write_receipt(receipts_folder(folder), delivery, receipt_text(delivery, records, now=now))
    except OSError as error:  # the folder's problem, which the watch tells; tried again at the next beat
        log.warning("watched folder %s: the receipt of %s cannot be written (%s)", folder.name, delivery.id, error.strerror)
        return False
    with writing(stores.index) as conn:
        journal.leave_receipt(conn, delivery.id, due=False)
    return True


def _free(config: Config, data_dir: Path) -> int:
    return least_room(config, data_dir).free


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
