"""The web process: `python -m workers.web`. Hands the review application its parts, serves it, and seals the audit trail's head by the hour."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import uvicorn

from pipeline.engines.opener import ChildOpener
from review.app import make_app
from review.house import House
from review.pictures import Pictures
from review.single_sign_on import Provider
from schemas.config import Config, Oidc, is_loopback
from schemas.decision import Wish
from schemas.faults import ConfigFault, Fault, InputFault, StoreFault
from schemas.record import DocumentRecord, ReviewItem
from workers.alarms import find_alarms
from workers.disk import least_room
from workers.figures import not_ready, take_figures
from workers.lines import standings
from workers.log import set_up_log
from workers.merge import decide_item, undo_decision
from workers.metrics import render_metrics
from workers.own_key import own_key
from workers.receipt import INGESTED
from workers.seal import seal_head
from workers.settings import Settings, read_secret, read_settings
from workers.status import models, take_status
from workers.take_over import Origin, take_over
from workers.wire import Stores, connect, load_catalogue

CHUNK = 1 << 20

log = logging.getLogger("chartroom.web")


def build_house(config: Config, data_dir: Path, stores: Stores, now: Callable[[], datetime]) -> House:
    """What the review application stands on, for one data folder."""
    scratch = data_dir / "scratch"

    def status() -> dict[str, Any]:
        return take_status(config, data_dir, stores, now=now())

    def metrics() -> bytes:
        figures = take_figures(config, data_dir, stores, now=now())
        return render_metrics(figures, find_alarms(figures, config, now=now()), now=now())

    def decide(item_id: str, wish: Wish, actor: str, fence: int) -> DocumentRecord:
        return decide_item(stores, config, item_id, wish, actor=actor, now=now(), fence=fence)

    def undo(item_id: str, actor: str) -> ReviewItem:
        return undo_decision(stores, config, item_id, actor=actor, now=now())

    return House(
        index=stores.index,
        pictures=Pictures(stores.index, stores.objects, ChildOpener(config.render), scratch),
        catalogue=load_catalogue(),
        key=own_key(data_dir, "access"),
        decide=decide,
        undo=undo,
        take_in=partial(hand_in, config, stores, data_dir, now=now),
        status=status,
        standings=lambda: standings(stores, rules=config.match),
        models=models,
        not_ready=partial(not_ready, stores),
        metrics=metrics,
        now=now,
        provider=_provider(config.oidc),
    )


def _provider(oidc: Oidc) -> Provider | None:
    """The identity provider, where one is set. ConfigFault when its words would travel over an open line."""
    if not oidc.issuer:
        return None
    address = urlsplit(oidc.issuer)
    if address.scheme != "https" and not is_loopback(address.hostname or ""):
        raise ConfigFault("oidc.issuer must be an https address.", next_step="Correct it, or leave it empty.")
    return Provider(oidc.issuer, oidc.client_id, read_secret(oidc.client_secret_file), oidc.claim)


def hand_in(config: Config, stores: Stores, data_dir: Path, name: str, content: BinaryIO, *, now: Callable[[], datetime]) -> str:
    """Take in one file that a program sent, as if dropped; the delivery's id.

    InputFault when it is larger than files may be, StoreFault when it would fill the disk.
    """
    scratch = data_dir / "scratch"
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    room = least_room(config, data_dir).free - (config.intake.min_free_megabytes << 20)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        path = Path(folder) / uuid.uuid4().hex  # its name is data: kept in the journal, never used as a path
        left = config.intake.max_megabytes << 20
        with path.open("wb") as file:
            while block := content.read(CHUNK):
                left -= len(block)
                if left < 0:
                    raise InputFault("The file is too large.", next_step="Split it, or raise intake.max_megabytes.")
                if (room := room - 2 * len(block)) < 0:  # it is kept twice for a moment
                    raise StoreFault("The disk is nearly full.", next_step="Make room, then send it again; nothing was taken in.")
                file.write(block)
        delivery = take_over(path, name=Path(name).name or "unnamed", origin=Origin(f"{INGESTED}/api", config.facility), stores=stores, now=now())
        if delivery is None:
            raise InputFault("The file changed while it was taken in.", next_step="Send it again.")
        return delivery.id


def serve() -> int:
    """Serve until told to stop; exit code 1 with one line on a fault."""
    try:
        settings = read_settings()
        set_up_log("web", settings.config.log)
        config, web = settings.config, settings.config.web
        stores = connect(config, settings.data_dir)
        app = make_app(build_house(config, settings.data_dir, stores, lambda: datetime.now(UTC)), web)
    except Fault as fault:
        sys.stderr.write(f"chartroom: {fault}\n")
        return 1
    threading.Thread(target=_keep_sealing, args=(settings, stores), daemon=True).start()
    tls = {"ssl_certfile": web.tls_certificate, "ssl_keyfile": web.tls_key} if web.tls_certificate else {}
    uvicorn.run(app, host=web.host, port=web.port, log_config=None, access_log=False, server_header=False, **tls)  # type: ignore[arg-type]
    return 0


def _keep_sealing(settings: Settings, stores: Stores) -> None:
    """Seal now and then by the hour; a place that cannot be written to is told of and tried again."""
    pause = threading.Event()
    while True:
        try:
            seal_head(settings.config, settings.data_dir, stores, now=datetime.now(UTC))
        except (Fault, OSError) as error:
            why = os.strerror(error.errno or 0) if isinstance(error, OSError) else str(error)
            log.warning("the audit trail's head could not be sealed: %s", why)
        pause.wait(settings.config.seal.every_minutes * 60)


if __name__ == "__main__":
    sys.exit(serve())
