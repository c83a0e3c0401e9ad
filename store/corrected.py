"""What clerks' answers confirmed or changed: immutable rows, one a thing and a person. What is taken back becomes a further row. Decides nothing."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, insert, select

from schemas.decision import NOBODY
from schemas.learning import CUT, FIELD, PATIENT, SHIPPED, TYPE, Correction
from schemas.record import DocumentRecord, StoredField
from store import search
from store.tables import delivery
from store.tables_learning import correction as table

TWO = 2  # people who say the same


class Said(NamedTuple):
    """One thing as it was and as it should be, with the place where it stood."""

    what: str
    old: str | None
    new: str | None
    at: StoredField | None = None


def note(conn: Connection, item_id: str, before: DocumentRecord, decision: dict[str, Any], actor: str, now: datetime) -> None:
    """Add what one person's answer says of a document's type, patient and fields."""
    _add(conn, item_id, before, _said_by(before, decision), actor, now)


def note_cut(conn: Connection, item_id: str, before: DocumentRecord, parts: tuple[str, str], actor: str, now: datetime) -> None:
    """Add how a person put the pages of a file together anew: the parts as they were, and as they should be."""
    _add(conn, item_id, before, [Said(CUT, *parts)], actor, now)


def written(parts: Iterable[Sequence[int]]) -> str:
    """Parts of a file by their pages."""
    return "; ".join(" ".join(map(str, part)) for part in sorted(tuple(part) for part in parts))


def take_back(conn: Connection, item_id: str, actor: str, now: datetime) -> None:
    """Add that what was said under an item counts no more."""
    for one in _standing(_rows(conn, table.c.item_id == item_id)):
        gone = {"old": one.new, "new": one.old, "takes_back": one.sequence, "actor": actor, "at": now, "checked": False}
        conn.execute(insert(table).values(_values(one) | gone))


def of_document(conn: Connection, document_id: str) -> list[Correction]:
    """Everything that was said of a document, in the order it was said."""
    return list(_rows(conn, table.c.document_id == document_id))


def agreed(conn: Connection, what: str) -> list[Correction]:
    """The newest word on each document where at least two people say the same and nobody has said otherwise since; newest last."""
    by_document: dict[str, list[Correction]] = defaultdict(list)
    for one in _standing(_rows(conn, table.c.what == what)):
        by_document[one.document_id].append(one)
    last = [said[-1] for said in by_document.values() if said[-1].new is not None and len(_behind(said)) >= TWO]
    return sorted(last, key=lambda one: one.sequence)


def confirmed_since(conn: Connection, what: str, after: int) -> int:
    """On how many documents somebody has confirmed another's word after a row; what was taken back is not counted."""
    gone = select(table.c.takes_back).where(table.c.takes_back.is_not(None))
    new = (table.c.what == what, table.c.sequence > after, table.c.checked, table.c.sequence.not_in(gone))
    return conn.execute(select(func.count(table.c.document_id.distinct())).where(*new)).scalar_one()


def newest(conn: Connection) -> int:
    """The number of the newest row; 0 when there is none."""
    return conn.execute(select(func.max(table.c.sequence))).scalar() or 0


def _said_by(before: DocumentRecord, decision: dict[str, Any]) -> list[Said]:
    if decision.get("act") != "file":
        return [Said(PATIENT, before.patient_mrn, None)] if decision.get("reason") == NOBODY else []
    fields = {name: value["value"] if isinstance(value, dict) else value for name, value in (decision.get("fields") or {}).items()}
    return [
        Said(TYPE, before.document_type, decision.get("type") or before.document_type),
        Said(PATIENT, before.patient_mrn, decision.get("mrn")),
        *(Said(FIELD + name, at.value if (at := before.fields.get(name)) else None, str(value), at) for name, value in sorted(fields.items())),
    ]


def _add(conn: Connection, item_id: str, before: DocumentRecord, said: Sequence[Said], actor: str, now: datetime) -> None:
    if not said or not before.pages:
        return
    others = [one for one in _standing(_rows(conn, table.c.document_id == before.id)) if one.actor != actor]
    plain = {
        "document_id": before.id,
        "item_id": item_id,
        "sender": _sender(conn, before),
        "words": hashlib.sha256(search.text_of(conn, before.id).encode()).hexdigest(),
        "model": str(before.evidence.get("versions", {}).get("model", SHIPPED)),
        "actor": actor,
        "at": now,
    }
    for one in said:
        place = {"page": one.at.page if one.at else None, "box": list(one.at.box) if one.at else None}
        checked = any((other.what, other.new) == (one.what, one.new) for other in others)
        conn.execute(insert(table).values(**plain, **place, what=one.what, old=one.old, new=one.new, checked=checked))


def _sender(conn: Connection, record: DocumentRecord) -> str:
    """Who sent a document, as far as it says so itself; else where it was dropped."""
    said = record.fields.get("facility")
    if said is not None and (name := "".join(c for c in said.value.casefold() if c.isalnum())):
        return name
    source = conn.execute(select(delivery.c.source).where(delivery.c.id == record.delivery_id)).scalar_one()
    return f"source:{source.partition('/')[0]}"


def _standing(said: Iterable[Correction]) -> list[Correction]:
    """What was not taken back."""
    rows = list(said)
    gone = {one.takes_back for one in rows}
    return [one for one in rows if one.takes_back is None and one.sequence not in gone]


def _behind(said: Sequence[Correction]) -> set[str]:
    """The people who have said the last word, since anybody said otherwise."""
    people: set[str] = set()
    for one in reversed(said):
        if one.new != said[-1].new:
            break
        people.add(one.actor)
    return people


def _rows(conn: Connection, wanted: Any) -> Iterator[Correction]:
    return map(_correction, conn.execute(select(table).where(wanted).order_by(table.c.sequence)))


def _correction(row: Row[Any]) -> Correction:
    plain = row._asdict()
    return Correction(**{**plain, "box": None if row.box is None else tuple(row.box), "checked": bool(row.checked)})


def _values(one: Correction) -> dict[str, Any]:
    names = ("document_id", "item_id", "sender", "words", "what", "page", "model")
    return {name: getattr(one, name) for name in names} | {"box": None if one.box is None else list(one.box)}
