"""Pays what changes of the patient index owe the documents: held ones are matched again, filed ones that became doubtful are asked about.

Whoever changed the index does so at once; what a killed one left is done by the next command, or by a worker. Doing it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from schemas.config import Config
from store import documents, neighbours, owed
from store.database import reading, writing
from store.owed import Act, Debt
from workers.rematch import Progress, Rematched, ask_again, held_between, recheck_filed, rematch, sum_of
from workers.wire import Stores

LEFT_SECONDS = 60.0  # in which nothing more was changed: whoever changed it is gone
BY_CLERKS = (Act.MERGED, Act.PARTED, Act.APART, Act.ONE_AGAIN)


class Followed(NamedTuple):
    """What was done: how many held documents were matched again, and what came of it."""

    weighed: int = 0
    came: Rematched = Rematched()


def follow_up(stores: Stores, config: Config, acts: Collection[Act] = tuple(Act), *, now: datetime, progress: Progress = lambda *_: None) -> Followed:
    """Do what changes of these kinds owe, whoever made them, and strike them out."""
    with reading(stores.index) as conn:
        debts = owed.standing(conn, acts)
        if not debts:
            return Followed()
        filed, held = _filed(conn, debts), _held(conn, debts)
    asked = [ask_again(stores, config, debt.documents, since=debt.at, now=now) for debt in debts]
    checked = recheck_filed(stores, config, filed, now=now, progress=progress)
    came = sum_of([*asked, checked, rematch(stores, config, held, now=now, progress=progress)])
    with writing(stores.index) as conn:
        owed.strike_out(conn, debts)
    return Followed(len(held), came)


def weigh_held(stores: Stores, config: Config, *, now: datetime, progress: Progress = lambda *_: None) -> Followed:
    """Do what is owed, and match every held document again whether or not anything is."""
    owing = follow_up(stores, config, now=now, progress=progress)
    with reading(stores.index) as conn:
        held = neighbours.held(conn)
    return Followed(len(held), sum_of([owing.came, rematch(stores, config, held, now=now, progress=progress)]))


def _filed(conn: Any, debts: Sequence[Debt]) -> list[str]:
    """Filed documents that the changes may concern, but for those that are asked about anyway."""
    written = [debt.at for debt in debts if debt.act is Act.WRITTEN]
    found = neighbours.filed_near(conn, min(written)) if written else []
    people = {mrn for debt in debts if debt.act not in {Act.WRITTEN, Act.APART} for mrn in debt.mrns}
    found += [record.id for mrn in sorted(people) for record in documents.of_patient(conn, mrn)]
    asked = {name for debt in debts for name in debt.documents}
    return [name for name in dict.fromkeys(found) if name not in asked]


def _held(conn: Any, debts: Sequence[Debt]) -> list[str]:
    """Held documents that the changes may concern: of two who were told apart or are one again only those that hang between them."""
    between = {Act.APART: "patient.duplicate", Act.ONE_AGAIN: ""}
    if any(debt.act not in between for debt in debts):
        return neighbours.held(conn)
    return list(dict.fromkeys(name for debt in debts for name in held_between(conn, debt.mrns, reason=between[debt.act])))


class Unpaid(NamedTuple):
    """The newest change that is owed anything, and since when it has been the newest; 0 where nothing is owed."""

    number: int
    since: float

    def is_left(self, at: float) -> bool:
        """Whether nobody seems to be at it any more."""
        return self.number > 0 and at - self.since >= LEFT_SECONDS


def look(index: Any, before: Unpaid | None, at: float) -> Unpaid:
    """What is owed now. One who looks for the first time takes it for left: whoever owed it may have died long ago."""
    with reading(index) as conn:
        newest = owed.newest(conn)
    if before is None:
        return Unpaid(newest, float("-inf"))
    return before if newest == before.number else Unpaid(newest, at)
