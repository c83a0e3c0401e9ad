"""The state of the house in numbers: depths, ages, health. No patient data."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

from schemas.config import Config
from schemas.faults import Fault
from store import documents, journal, queue
from store.database import reading
from store.patients import size
from workers.wire import Stores


def take_status(config: Config, folder: Path, stores: Stores, *, now: datetime) -> dict[str, Any]:
    """Intake, work, documents, review, patient index, stores, engines; each a table of names and values."""
    with reading(stores.index) as conn:
        states, oldest = journal.states(conn), journal.oldest_unsettled(conn)
        filed, waiting, ignored = documents.counts(conn), queue.counts(conn), journal.ignored_counts(conn)
    return {
        "files": {**states, "oldest unsettled": _age(oldest, now), "ignored names": sum(ignored.values())},
        "watched folders": _watch(folder),
        "documents": filed,
        "review": waiting,
        "patient index": {"people": size(stores.index)},
        "automatic filing": {"line": config.match.autofile, "stated bound": _bound(config)},
        "health": {
            "index": "ok",
            "objects": _objects(stores),
            "disk free": _free(folder),
            "tesseract": _version("tesseract"),
            "poppler": _version("pdftoppm", "-v"),
        },
    }


def _bound(config: Config) -> str:
    if config.match.autofile == "shadow":
        return "nothing files by itself"
    return f"at most {config.match.max_p_wrong:g} wrong per document, built-in line from simulation: not yet proven on this site's decisions"


def _age(since: datetime | None, now: datetime) -> str:
    return "–" if since is None else f"{int((now - since).total_seconds())} s"


def _watch(folder: Path) -> dict[str, Any]:
    try:
        beat = json.loads((folder / "run" / "watch.json").read_text())
    except (OSError, ValueError):
        return {"watcher": "not running"}
    return {name: ", ".join(f"{k} {v}" for k, v in part.items()) for name, part in beat.items() if isinstance(part, dict)} or {
        "watcher": "no folders"
    }


def _objects(stores: Stores) -> str:
    try:
        return stores.objects.describe()
    except Fault as fault:
        return f"unreachable: {fault}"


def _free(folder: Path) -> str:
    usage = shutil.disk_usage(folder)
    return f"{usage.free / 1e9:.1f} GB ({usage.free / usage.total:.0%})"


def _version(program: str, flag: str = "--version") -> str:
    try:
        answer = subprocess.run([program, flag], capture_output=True, text=True, timeout=10, check=False)
    except OSError:
        return "missing"
    return (answer.stdout or answer.stderr).splitlines()[0]
