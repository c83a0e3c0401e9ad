"""K2: killed before every system call of one document's life that changes a file, then killed again while recovering."""

from __future__ import annotations

import random
from collections import Counter
from functools import partial
from pathlib import Path

from samples.campaign.calls import PASS, Call, Fate, can_watch
from samples.campaign.house import House, audit
from samples.campaign.plan import Plan, say
from samples.campaign.walk import Walked, close, in_parallel, live_through, live_to_the_end, name_of, quarantined, second_house, settled_house
from samples.report import Row, at_most, not_run

GOAL = "K2 killed at every write, fsync, rename, unlink and commit of a document's life, and again at recovery: not whole"


def run(folder: Path, plan: Plan) -> list[Row]:
    """All points of one life; at each, a second death at a random point of the recovery, if it lives so long. Deaths that came are counted."""
    if why := can_watch():
        return [not_run(GOAL, why, target="= 0", unit="points", hard=True)]
    first = settled_house(folder / "first")
    calls = live_through(last := second_house(first, folder / "whole"), 2, lambda _: PASS).calls
    points = list(range(1, calls + 1, plan.stride))
    walked = list(in_parallel(partial(die_twice, first, calls), points, what="K2"))
    kinds = Counter(one.where for one in walked)
    broken = [one for one in walked if not one.outcome.whole]
    for one in broken:
        say(f"K2 at {one.where}: {one.outcome}")
    whole, ledger = audit(last)
    deaths, twice = sum(one.deaths for one in walked), sum(one.deaths > 1 for one in walked)
    note = f"{len(points)} of {calls} calls tried, {deaths - twice} died there, {twice} of them again at recovery{quarantined(walked)}"
    say(f"K2: {note}; {len(kinds)} kinds of places: {len(broken)} not whole; chartroom audit: {ledger}")
    return [at_most(GOAL, len(broken) + (not whole), 0, n=deaths if twice else 0, unit="deaths", hard=True, note=note)]


def die_twice(first: House, calls: int, number: int) -> Walked:
    """One life that ends before this call, a recovery that ends somewhere, and then no more trouble."""
    house = second_house(first, first.folder.with_name(f"k2-{number}"))
    ended = live_through(house, 2, partial(_die_at, number))
    again = live_through(house, 2, partial(_die_at, random.Random(number).randint(1, calls // 2)))
    live_to_the_end(house, 2)
    deaths = sum(one.at is not None for one in (ended, again))
    return close(house, f"{name_of(ended.at, house)}, then {name_of(again.at, house)}", deaths=deaths)


def _die_at(number: int, call: Call) -> Fate:
    return Fate(die=call.number == number)
