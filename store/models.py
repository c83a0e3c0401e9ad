"""Versions of what was learnt and which of them is at work: rows, and an audit row for every change. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from schemas.learning import SHIPPED, Version, VersionState
from schemas.record import AuditEntry
from store import audit
from store.tables_learning import model as table


def add(  # noqa: PLR0913 - what a version is
    conn: Connection, *, object_key: str, base: str, upto: int, gold: Sequence[str], made_by: str, metrics: Mapping[str, Any], now: datetime
) -> Version:
    """Note a new candidate."""
    facts = {"object_key": object_key, "base": base, "upto": upto, "gold": list(gold), "made_by": made_by, "made_at": now, "metrics": dict(metrics)}
    made = insert(table).values(**facts, state=str(VersionState.CANDIDATE), verdict=[]).returning(table.c.number)
    number = conn.execute(made).scalar_one()
    audit.append(conn, AuditEntry("model.made", f"v{number}", made_by, {"object": object_key, "upto": upto}), now)
    return _known(conn, number)


def get(conn: Connection, number: int) -> Version | None:
    """One version."""
    row = conn.execute(select(table).where(table.c.number == number)).first()
    return _version(row) if row else None


def every(conn: Connection) -> list[Version]:
    """All versions, the newest first."""
    return [_version(row) for row in conn.execute(select(table).order_by(table.c.number.desc()))]


def at_work(conn: Connection) -> tuple[Version | None, Version | None]:
    """The live version, none while what shipped is at work, and the one that runs as shadow."""
    rows = conn.execute(select(table).where(table.c.state.in_((str(VersionState.LIVE), str(VersionState.SHADOW))))).all()
    found = {version.state: version for version in map(_version, rows)}
    return found.get(VersionState.LIVE), found.get(VersionState.SHADOW)


def judge(conn: Connection, version: Version, metrics: Mapping[str, Any], verdict: Sequence[str]) -> Version:
    """Keep what was found when a version was examined, and why it may not be live."""
    conn.execute(update(table).where(table.c.number == version.number).values(metrics=dict(metrics), verdict=list(verdict)))
    return replace(version, metrics=dict(metrics), verdict=tuple(verdict))


def shadow(conn: Connection, version: Version, actor: str, now: datetime) -> None:
    """Have a version run beside the live one; the one that did so is retired."""
    _, before = at_work(conn)
    if before is not None:
        _set(conn, before, VersionState.RETIRED)
    _set(conn, version, VersionState.SHADOW)
    audit.append(conn, AuditEntry("model.shadowed", version.name, actor, {"instead": before.name if before else None}), now)


def promote(conn: Connection, version: Version, actor: str, now: datetime) -> None:
    """Have a version decide from the next file on; the one that did so is retired, and so is one that looked on."""
    before, beside = at_work(conn)
    for other in (before, beside):
        if other is not None:
            _set(conn, other, VersionState.RETIRED)
    _set(conn, version, VersionState.LIVE, follows=before.number if before else None)
    audit.append(conn, AuditEntry("model.promoted", version.name, actor, {"instead": before.name if before else SHIPPED}), now)


def roll_back(conn: Connection, actor: str, now: datetime) -> tuple[Version, Version | None] | None:
    """Have the version before the live one decide again, what shipped when there is none: which went, which came. None when none is live."""
    live, _ = at_work(conn)
    if live is None:
        return None
    before = get(conn, live.follows) if live.follows else None
    _set(conn, live, VersionState.RETIRED)
    if before is not None:
        _set(conn, before, VersionState.LIVE)
    audit.append(conn, AuditEntry("model.rolled_back", live.name, actor, {"to": before.name if before else SHIPPED}), now)
    return live, before


def _set(conn: Connection, version: Version, state: VersionState, **facts: Any) -> None:
    conn.execute(update(table).where(table.c.number == version.number).values(state=str(state), **facts))


def _known(conn: Connection, number: int) -> Version:
    return _version(conn.execute(select(table).where(table.c.number == number)).one())


def _version(row: Row[Any]) -> Version:
    plain = row._asdict()
    return Version(**{**plain, "state": VersionState(row.state), "gold": tuple(row.gold), "verdict": tuple(row.verdict)})
