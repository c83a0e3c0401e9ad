"""The state of the house in numbers: depths, ages, health. No patient data."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from schemas.config import Config
from schemas.faults import Fault
from store import documents, journal, queue
from store.database import reading
from store.objects import key_of
from store.patients import size
from workers import scrub
from workers.engine import engine_health
from workers.slots import holding_dead_slots, known_slots
from workers.supervise import missing_walls
from workers.wire import SHIPPED_MODEL, Stores, engine_url

STALE_SECONDS = 60.0  # a watcher shows itself after every round; one round may take in large files


def take_status(config: Config, folder: Path, stores: Stores, *, now: datetime) -> dict[str, Any]:
    """Intake, work, documents, review, patient index, stores, engines; each a table of names and values."""
    with reading(stores.index) as conn:
        states, oldest = journal.states(conn), journal.oldest_unsettled(conn)
        hour, day = (journal.settled_since(conn, now - timedelta(hours=hours)) for hours in (1, 24))
        passed = {"ignored names": journal.ignored_counts(conn), "refused names": journal.refused_counts(conn)}
        filed, waiting, first = documents.counts(conn), queue.counts(conn), queue.open_items(conn, limit=1)
    return {
        "files": {
            **states,
            "oldest unsettled": _age(oldest, now),
            "settled in the last hour": hour,
            "settled in the last day": day,
            **{name: sum(counts.values()) for name, counts in passed.items()},
        },
        "watched folders": _watch(folder, now),
        "documents": filed,
        "review": {**waiting, "next since": _age(first[0].opened_at if first else None, now)},
        "patient index": {"people": size(stores.index)},
        "automatic filing": {"line": config.match.autofile, "stated bound": _bound(config)},
        "health": {
            "index": "ok",
            "objects": _objects(stores),
            "last scrub": _scrubbed(folder, now),
            "engine": engine_health(engine_url(config, folder)),
            "workers": _workers(folder),
            "walls around opened files": f"missing: {', '.join(missing)}" if (missing := missing_walls()) else "all stand",
            "disk free": _free(folder),
            "document type model": _model(),
            "tesseract": _version("tesseract"),
            "poppler": _version("pdftoppm", "-v"),
        },
    }


def _bound(config: Config) -> str:
    if config.match.autofile != "builtin":
        return "nothing files by itself"
    return f"at most {config.match.max_p_wrong:g} wrong per document, built-in line from simulation: not yet proven on this site's decisions"


def _age(since: datetime | None, now: datetime) -> str:
    return "–" if since is None else f"{int((now - since).total_seconds())} s"


def _watch(folder: Path, now: datetime) -> dict[str, Any]:
    """A line a folder from the watcher's heartbeat; an old heartbeat is no watcher."""
    try:
        beat = json.loads((folder / "run" / "watch.json").read_text(encoding="utf-8"))
        age = (now - datetime.fromisoformat(beat["at"])).total_seconds()
    except (OSError, ValueError, KeyError):
        return {"watcher": "not running"}
    state = "running" if age < STALE_SECONDS else f"not running: last seen {age:.0f} s ago"
    return {"watcher": state, **{row["name"]: _watched(row) for row in beat["folders"]}}


def _watched(row: dict[str, Any]) -> str:
    problems = "".join(f", {name}: {count}" for name, count in row["problems"].items())
    return f"{row['waiting']} waiting, the oldest for {row['oldest_wait_seconds']:.0f} s{problems}"


def _workers(folder: Path) -> str:
    known = known_slots(folder / "run")
    with holding_dead_slots(folder / "run", None) as dead:
        return f"{len(known) - len(dead)} of {len(known)} running" if known else "none started yet"


def _model() -> str:
    try:
        weights = (SHIPPED_MODEL / "chartroom_doctype" / "weights.npz").read_bytes()
    except OSError:
        return "missing"
    return f"weights {hashlib.sha256(weights).hexdigest()[:12]}"


def _objects(stores: Stores) -> str:
    try:
        stores.objects.exists(key_of("0" * 64))
        return stores.objects.describe()
    except Fault as fault:
        return f"unreachable: {fault}"


def _scrubbed(folder: Path, now: datetime) -> str:
    found = scrub.last(folder / "run")
    if found is None:
        return "never (`chartroom scrub`)"
    bad = f", {len(found.bad)} missing or changed: {', '.join(found.bad[:3])}" if found.bad else ", all whole"
    return f"{found.read} objects {_age(datetime.fromisoformat(found.at), now)} ago{bad}"


def _free(folder: Path) -> str:
    usage = shutil.disk_usage(folder)
    return f"{usage.free / 1e9:.1f} GB ({usage.free / usage.total:.0%})"


def _version(program: str, flag: str = "--version") -> str:
    try:
        answer = subprocess.run([program, flag], capture_output=True, text=True, timeout=10, check=False)
    except OSError:
        return "missing"
    return (answer.stdout or answer.stderr).splitlines()[0]
