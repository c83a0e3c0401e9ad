"""The state of the house in numbers: depths, ages, health. No patient data."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.engines.recognising import missing_languages
from pipeline.match import VERSION as MATCHER
from schemas.config import Config
from schemas.faults import Fault
from schemas.line import LineKind, Standing
from schemas.rules import ReadRules
from store import journal, merges, owed, queue
from store.database import reading
from store.objects import key_of
from store.scrubs import Scrub
from workers.alarms import Alarm, find_alarms
from workers.disk import least_room
from workers.engine import engine_health
from workers.figures import Figures, take_figures
from workers.lines import standings
from workers.sighting import Sighting, is_fresh, last_seen
from workers.supervise import told_of_walls
from workers.versions import learning_state
from workers.wire import SHIPPED_MODEL, Stores, engine_url, open_recogniser, sightings


def take_status(config: Config, folder: Path, stores: Stores, *, now: datetime) -> dict[str, Any]:
    """Intake, work, documents, review, patient index, stores, engines; each a table of names and values."""
    with reading(stores.index) as conn:
        at_work, first, merged = journal.in_work(conn), queue.open_items(conn, limit=1), merges.count(conn)
        unfollowed = len(owed.standing(conn))
        hour, day = (journal.settled_since(conn, now - timedelta(hours=hours)) for hours in (1, 24))
    seen = take_figures(config, folder, stores, now=now)
    alarms = find_alarms(seen, config, now=now)
    lines = standings(stores, rules=config.match)
    return {
        "alarms": _numbered(alarms) or {"none": ""},
        "files": {
            **seen.deliveries,
            "oldest unsettled": _age(seen.oldest_unsettled, now),
            "settled in the last hour": hour,
            "settled in the last day": day,
            "ignored names": seen.ignored,
            "refused names": seen.refused,
        },
        "files in work": {one.delivery_id: f"{one.read} of {one.pages} pages read" for one in at_work},
        "watched folders": _watch(sightings(config, folder, stores), now),
        "documents": dict(seen.documents),
        "archival renditions": dict(seen.renditions),
        "review": {**seen.review, "next since": _age(first[0].opened_at if first else None, now)},
        "patient index": {"people": seen.people, "merged into others": merged, "changes still to be followed": unfollowed},
        "automatic filing": {"mode": config.match.autofile, **{name: filing_of(found) for name, found in lines.items()}},
        "learning": learning_state(stores, now=now),
        "health": {
            "index": "ok",
            "objects": _objects(stores),
            "last scrub": _scrubbed(seen.scrub, now),
            "engine": engine_health(engine_url(config, folder)),
            "workers": _workers(seen),
            "walls around opened files": told_of_walls(),
            "disk free": _free(config, folder),
            **models(),
            "recogniser": _recogniser(config.read),
        },
    }


SAID = {
    LineKind.BUILTIN: "the line that ships, from simulated documents; not proved on this source's decisions",
    LineKind.SHADOW: "nothing files by itself",
    LineKind.CERTIFIED: "proved on this source's own decisions",
    LineKind.STOPPED: "stopped: random checks found more errors than the line allows; nothing files until a line is proved anew",
}


def filing_of(found: Standing) -> dict[str, Any]:
    """Where one source stands: its line, the decisions that prove it, and what they leave possible."""
    return {
        "line": str(found.line.kind),
        "means": SAID[found.line.kind],
        "bound": found.line.bound,
        "decisions": found.decisions,
        "errors": found.errors,
        "errors at most": round(found.upper, 7),
        "proved rung": found.rung,
        "next tested at": found.next_look,
        "checks": found.checks,
        "errors in checks": found.check_errors,
        "unknown people": None if found.unknown_share is None else round(found.unknown_share, 4),
        "verdicts": found.seen,
    }


def _age(since: datetime | None, now: datetime) -> str:
    """How long ago that was, in the largest unit that still says something."""
    if since is None:
        return "–"
    seconds = int((now - since).total_seconds())
    unit, name = next(((unit, name) for unit, name in ((86_400, "d"), (3600, "h"), (60, "min")) if seconds >= 2 * unit), (1, "s"))
    return f"{seconds // unit} {name}"


def _watch(found: Sequence[Sighting], now: datetime) -> dict[str, Any]:
    """A line a folder from the watchers' heartbeats; an old heartbeat is no watcher."""
    if not found:
        return {"watcher": "not running"}
    newest = max(found, key=lambda one: one.at)
    state = "running" if any(is_fresh(one, now) for one in found) else f"not running: last seen {last_seen(newest, now)}"
    return {"watcher": state, **{row["name"]: _watched(row) for one in found for row in one.folders}}


def _watched(row: Mapping[str, Any]) -> str:
    problems = "".join(f", {name}: {count}" for name, count in row["problems"].items())
    return f"{row['waiting']} waiting, the oldest for {row['oldest_wait_seconds']:.0f} s{problems}"


def _workers(seen: Figures) -> str:
    return f"{seen.workers_running} of {seen.workers_known} running" if seen.workers_known else "none started yet"


def _numbered(alarms: Iterable[Alarm]) -> dict[str, str]:
    """Sentence by code; of several of one code each keeps its own line."""
    told: dict[str, str] = {}
    for alarm in alarms:
        told[alarm.code] = f"{told[alarm.code]}\n{alarm}" if alarm.code in told else str(alarm)
    return told


def models() -> dict[str, str]:
    """What reads, types and matches, and in which version."""
    return {
        "document type model": _model(),
        "patient matcher": f"version {MATCHER}",
        "tesseract": _version("tesseract"),
        "poppler": _version("pdftoppm", "-v"),
    }


@cache
def _recogniser(rules: ReadRules) -> str:
    missing = missing_languages(rules.languages)
    name = open_recogniser(rules).name
    return f"{name}, missing: {', '.join(missing)}" if missing else name


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


def _scrubbed(found: Scrub | None, now: datetime) -> str:
    if found is None:
        return "never: it is done when nothing waits, or by `chartroom scrub`"
    bad = f", {len(found.bad)} missing or changed: {', '.join(found.bad[:3])}" if found.bad else ", all whole"
    return f"{found.read} objects {_age(found.at, now)} ago{bad}"


def _free(config: Config, folder: Path) -> str:
    room = least_room(config, folder)
    return f"{room.free / 1e9:.1f} GB ({room.free / room.total:.0%})"


@cache
def _version(program: str, flag: str = "--version") -> str:
    try:
        answer = subprocess.run([program, flag], capture_output=True, text=True, timeout=10, check=False)
    except OSError:
        return "missing"
    return (answer.stdout or answer.stderr).splitlines()[0]
