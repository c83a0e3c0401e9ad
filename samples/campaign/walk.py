"""One document's life, again and again, with one system call of it going wrong each time. Each campaign says what goes wrong."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from samples.campaign.calls import PASS, Call, Ended, Fate, watch_calls
from samples.campaign.house import PEOPLE, House, Outcome, copy_house, judge, make_house, settle_in, warm
from samples.campaign.life import live
from samples.campaign.stub import make_drop

SHEET = make_drop(7, people=PEOPLE)  # two pages
FIRST = make_drop(1, people=PEOPLE)
LIFE_SECONDS = 40.0
PROCESSES = 10  # a life mostly waits
STARTS = 5  # after ending by itself a process is started again, as `chartroom up` does

Point = TypeVar("Point")
Result = TypeVar("Result")


class Walked(NamedTuple):
    """What became of one life in which something went wrong: where, and whether all was well in the end."""

    where: str
    outcome: Outcome
    told: bool = True
    deaths: int = 0


def quarantined(walked: Sequence[Walked]) -> str:
    """How many lives ended with a good file in quarantine, for a row's note; nothing where none did."""
    count = sum(bool(one.outcome.refused) for one in walked)
    return f"; {count} with a good file in quarantine" if count else ""


def settled_house(folder: Path) -> House:
    """A house in which one file has settled already, so that its databases stand."""
    house = make_house(folder)
    house.drop([FIRST])
    ended = live_through(house, 1, lambda _: PASS)
    if ended.code or not judge(house, [FIRST]).whole:
        raise RuntimeError(f"The first file did not settle: {ended}")
    return house


def live_through(house: House, files: int, fate: Callable[[Call], Fate], *, seconds: float = LIFE_SECONDS) -> Ended:
    """One process from its start to where everything has settled, or to its death."""

    def begin() -> None:
        settle_in(house, house.folder.with_suffix(".log"), os.getppid())
        live(house, files)

    return watch_calls(begin, house.folder, fate, seconds=seconds)


def live_to_the_end(house: House, files: int) -> Ended:
    """Lives without trouble until one comes to its end."""
    for _ in range(STARTS):
        ended = live_through(house, files, lambda _: PASS)
        if not ended.code or not ended.in_time:
            break
    return ended


def second_house(first: House, folder: Path) -> House:
    """A copy of the settled house with the sheet dropped."""
    house = copy_house(first, folder)
    house.drop([SHEET])
    return house


def close(house: House, where: str, *, told: bool = True, deaths: int = 0) -> Walked:
    """Judge the house and remove it; one with anything amiss stays for whoever looks into it."""
    outcome = judge(house, [FIRST, SHEET])
    if outcome.whole and told:
        shutil.rmtree(house.folder)
        house.folder.with_suffix(".log").unlink(missing_ok=True)
    return Walked(where, outcome, told, deaths)


def name_of(call: Call | None, house: House) -> str:
    """A call by what it does and to what, without names that differ from run to run."""
    if call is None:
        return "none"
    place = Path(call.paths[-1])
    parts = place.relative_to(house.folder).parts[:3] if place.is_relative_to(house.folder) else ("elsewhere",)
    return f"{call.kind} {'/'.join(parts)}"


def in_parallel(do: Callable[[Point], Result], points: Sequence[Point], *, processes: int = PROCESSES, what: str = "") -> Iterator[Result]:
    """Do it for each point, several at a time, in processes that have loaded everything."""
    warm()
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        for number, result in enumerate(pool.imap_unordered(do, points), start=1):
            if number % 50 == 0:
                sys.stderr.write(f"  {what} {number} of {len(points)}\n")
            yield result
