"""Whether one part of the house lives: the answer for a service manager. Asked again and again, so it opens no store."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from schemas.config import Web
from schemas.faults import StoreFault
from workers.settings import Settings
from workers.sighting import is_fresh, last_here, last_seen
from workers.slots import somebody_works

ANSWER_SECONDS = 10.0
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not listened to


def check_watch(settings: Settings) -> None:
    """StoreFault when the watcher of this machine has not shown itself lately."""
    seen = last_here(settings.data_dir / "run")
    if seen is None:
        raise StoreFault("The watcher has never shown itself.", next_step="See its log.")
    now = datetime.now(UTC)
    if not is_fresh(seen, now):
        raise StoreFault(f"The watcher was last seen {last_seen(seen, now)}.", next_step="See its log.")


def check_work(settings: Settings) -> None:
    """StoreFault when no worker process of this machine is alive."""
    if not somebody_works(settings.data_dir / "run"):
        raise StoreFault("No worker runs.", next_step="See the workers' log.")


def check_web(settings: Settings) -> None:
    """StoreFault when the review application does not answer, or a store behind it does not."""
    connection = _connection(settings.config.web)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        said = answer.read(200).decode("ascii", "replace").strip()
    except (OSError, http.client.HTTPException) as error:
        raise StoreFault(f"The review application does not answer ({type(error).__name__}).", next_step="See its log.") from None
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        raise StoreFault(f"The review application is not ready: {said}.", next_step="See its log.")


CHECKS: Mapping[str, Callable[[Settings], None]] = {"watch": check_watch, "work": check_work, "web": check_web}


def _connection(web: Web) -> http.client.HTTPConnection:
    host = ANY_ADDRESS.get(web.host, web.host)
    if not web.tls_certificate:
        return http.client.HTTPConnection(host, web.port, timeout=ANSWER_SECONDS)
    unproved = ssl._create_unverified_context()  # noqa: S323, SLF001 - to ourselves, by an address that no certificate names
    return http.client.HTTPSConnection(host, web.port, timeout=ANSWER_SECONDS, context=unproved)
