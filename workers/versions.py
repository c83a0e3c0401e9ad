"""Lets a version decide, takes it back, and tells how things stand with learning."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from pipeline.learning import Exam, objections
from schemas.faults import InputFault
from schemas.learning import SHIPPED, TYPE, Version, VersionState
from store import corrected, models, shadows
from store.database import reading, writing
from workers.learnt import Shelf
from workers.wire import SHIPPED_MODEL, Stores

SHADOWED = 200  # documents that a version is asked beside the live one before it may decide


class Listed(NamedTuple):
    """A version, and how many documents it was asked as a shadow, and of how many it said otherwise."""

    version: Version
    asked: int
    differs: int


def listed(stores: Stores) -> list[Listed]:
    """All versions, the newest first."""
    with reading(stores.index) as conn:
        return [Listed(version, *shadows.counts(conn, version.number)) for version in models.every(conn)]


def promote(stores: Stores, name: str, *, actor: str, now: datetime) -> Version:
    """Let a shadow decide. InputFault while it has seen too little, or where what it said speaks against it."""
    with writing(stores.index) as conn:
        version = next((one for one in models.every(conn) if one.name == name), None)
        if version is None or version.state is not VersionState.SHADOW:
            raise InputFault(f"{name} does not run as shadow.", next_step="`chartroom models list` shows which does.")
        if version.base != Shelf(stores, SHIPPED_MODEL).base:
            raise InputFault(f"{name} was learnt from other shipped weights.", next_step="Run `chartroom train` again.")
        asked = shadows.asked(conn, version.number)
        if len(asked) < SHADOWED:
            raise InputFault(f"{name} was asked on {len(asked)} filed documents; {SHADOWED} are needed.", next_step="Wait until more are filed.")
        if against := objections([Exam("as shadow", tuple(asked))]):
            raise InputFault(f"{name} may not decide: {'; '.join(against)}.", next_step="Train again when more decisions are confirmed.")
        models.promote(conn, version, actor, now)
        return version


def roll_back(stores: Stores, *, actor: str, now: datetime) -> tuple[str, str]:
    """Have the version before the live one decide again: names of what went and what came. InputFault when what shipped decides."""
    with writing(stores.index) as conn:
        moved = models.roll_back(conn, actor, now)
    if moved is None:
        raise InputFault("What shipped is at work: there is nothing to go back to.")
    gone, back = moved
    return gone.name, back.name if back else SHIPPED


def learning_state(stores: Stores, *, now: datetime) -> dict[str, Any]:
    """Which version decides, how old it is, which looks on, and how many confirmed corrections it does not know."""
    shelf = Shelf(stores, SHIPPED_MODEL)
    with reading(stores.index) as conn:
        live, shadow = models.at_work(conn)
        waiting = waiting_corrections(conn, live)
        counts = shadows.counts(conn, shadow.number) if shadow else (0, 0)
    rests = live is not None and live.base != shelf.base
    return {
        "live version": f"{SHIPPED}: {live.name} was learnt from other shipped weights, train again" if live and rests else _told(live, now),
        "shadow": f"{shadow.name}: asked on {counts[0]} documents, said otherwise on {counts[1]}" if shadow else "none",
        "confirmed corrections it does not know": waiting,
    }


def waiting_corrections(conn: Any, known: Version | None) -> int:
    """How many document types two people have agreed on since a version was made."""
    return corrected.confirmed_since(conn, TYPE, known.upto if known else 0)


def _told(live: Version | None, now: datetime) -> str:
    return f"{live.name}, {(now - live.made_at).days} days old" if live else SHIPPED
