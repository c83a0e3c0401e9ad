"""Many clerks after the same few items: whether two ever hold one. Each notes for itself from when to when it believed to hold what."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import NamedTuple

from samples.report import Row, plain
from samples.reviewbench import goals
from samples.reviewbench.site import Site
from store import queue
from store.database import open_index, writing
from workers.supervise import die_with

PROCESSES = 4
CLERKS = 2  # in each process
ITEMS = 12
FASTER = 600.0  # a lease of five minutes is over in half a second
GIVES_BACK = 0.3  # so often a clerk who was given an item gives back all of theirs; else its lease runs on


class Held(NamedTuple):
    """From when to when somebody believed to hold an item, by the shared clock, and under which number."""

    item: str
    holder: str
    fence: int
    since: datetime
    until: datetime


class Seen(NamedTuple):
    """What one process did: how often it asked, and what it was given."""

    asked: int
    held: list[Held]


def lease_rows(site: Site, *, claims: int, waiting: int) -> Iterator[Row]:
    """Items that were in two hands, in so many claims."""
    items = [item.id for item in site.open_items()[-ITEMS:]]
    url, begun = str(site.stores.index.url), time.monotonic()
    tasks = [(url, number, claims // PROCESSES, items, begun) for number in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), die_with, (os.getpid(),)) as pool:
        seen = list(pool.map(_contend, tasks))
    asked, held = sum(one.asked for one in seen), [one for part in seen for one in part.held]
    note = f"{len(held)} were granted, on {len(items)} items to {PROCESSES * CLERKS} clerks in {PROCESSES} processes; {waiting} items waiting"
    yield goals.held(goals.HOLDERS, float(overlaps(held)), n=asked, note=note)
    yield plain("claims a second", round(asked / (time.monotonic() - begun)), n=asked, unit="claims")


def overlaps(held: list[Held]) -> int:
    """How often an item was believed held by two, or its number did not rise when it changed hands."""
    found, last = 0, dict[str, Held]()
    for one in sorted(held, key=lambda one: (one.item, one.since)):
        before = last.get(one.item)
        if before is not None and before.holder != one.holder and (one.since < before.until or one.fence <= before.fence):
            found += 1
        last[one.item] = one
    return found


def _contend(task: tuple[str, int, int, list[str], float]) -> Seen:
    url, number, claims, items, begun = task
    index, rng = open_index(url), random.Random(number)
    holders = [f"user:{number}-{one}" for one in range(CLERKS)]
    mine: dict[str, dict[str, Held]] = {holder: {} for holder in holders}
    held: list[Held] = []

    def now() -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=FASTER * (time.monotonic() - begun))

    for _ in range(claims):
        holder, item, asked = rng.choice(holders), rng.choice(items), now()
        with writing(index) as conn:
            fence = queue.claim(conn, item, holder, now=asked)
        if fence is None:
            continue
        if (before := mine[holder].pop(item, None)) is not None:
            held.append(before)
        mine[holder][item] = Held(item, holder, fence, now(), asked + queue.LASTS)
        if rng.random() < GIVES_BACK:
            over = now()
            held += [one._replace(until=min(one.until, over)) for one in mine[holder].values()]
            mine[holder].clear()
            with writing(index) as conn:
                queue.give_back(conn, holder)
    index.dispose()
    return Seen(claims, held + [one for kept in mine.values() for one in kept.values()])
