"""K3: the disk errs (EIO) or is full (ENOSPC) at every system call of one document's life, once and for as long as a second."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from samples.campaign.calls import NO_ROOM_NEEDED, PASS, Call, Fate, can_watch
from samples.campaign.house import House, audit
from samples.campaign.plan import Plan, say
from samples.campaign.walk import Walked, close, in_parallel, live_through, live_to_the_end, quarantined, second_house, settled_house
from samples.report import Row, at_most, not_run

GOAL = "K3 EIO and ENOSPC at every such call, once and lasting: lost, doubled or not resumed by itself"
TOLD = "K3 lasting errors of which nothing was said"
LAST_CALLS = 8  # of a life, which ends before anything is said of them
LASTING_SECONDS = 1.0  # the disk is bad for every later call as well, then good again
SAYS = ("watched folder", "step waits", "refuses", "does not answer", "does not open", "failed", "ended by", "could not be written")


class Fault(NamedTuple):
    """What the disk answers, from which call on, and whether it stays so."""

    number: int
    error: int
    lasting: bool

    def __str__(self) -> str:
        """For the terminal."""
        return f"{errno.errorcode[self.error]} {'from' if self.lasting else 'at'} call {self.number}"


def run(folder: Path, plan: Plan) -> list[Row]:
    """Every call of one life, each error, once and lasting."""
    if why := can_watch():
        return [not_run(goal, why, target="= 0", unit="faults", hard=True) for goal in (GOAL, TOLD)]
    first = settled_house(folder / "first")
    calls = live_through(last := second_house(first, folder / "whole"), 2, lambda _: PASS).calls
    numbers = range(1, calls + 1, plan.stride)
    faults = [Fault(number, error, lasting) for number in numbers for error in (errno.EIO, errno.ENOSPC) for lasting in (False, True)]
    walked = list(in_parallel(partial(fail, first), faults, what="K3"))
    broken, silent = [one for one in walked if not one.outcome.whole], [one for one in walked if not one.told]
    for one in [*broken, *silent]:
        say(f"K3 {one.where}: {one.outcome}{'' if one.told else ' (nothing was said)'}")
    whole, ledger = audit(last)
    say(f"K3: {len(faults)} faults at {len(numbers)} of {calls} calls, {len(broken)} not whole, {len(silent)} untold; chartroom audit: {ledger}")
    lasting = sum(fault.lasting for fault in faults)
    return [
        at_most(GOAL, len(broken) + (not whole), 0, n=len(faults), unit="faults", hard=True, note=quarantined(walked).removeprefix("; ")),
        at_most(TOLD, len(silent), 0, n=lasting, unit="faults"),
    ]


def fail(first: House, fault: Fault) -> Walked:
    """One life with this fault."""
    house = second_house(first, first.folder.with_name(f"k3-{fault.number}-{fault.error}-{fault.lasting:d}"))
    ended = live_through(house, 2, _lasting(fault) if fault.lasting else partial(_once, fault))
    stuck = not ended.in_time
    if ended.code and not stuck:  # it ended itself, as it may where nothing can be kept: the house starts it again
        live_to_the_end(house, 2)
    told = not fault.lasting or ended.calls < fault.number + LAST_CALLS or _has_told(house)
    return close(house, f"{fault}{' (stuck)' if stuck else ' (ended itself)' if ended.code else ''}", told=told)


def _once(fault: Fault, call: Call) -> Fate:
    return Fate(error=fault.error) if call.number == fault.number and _can_fail(call, fault) else PASS


def _lasting(fault: Fault) -> Callable[[Call], Fate]:
    began: list[float] = []

    def judge(call: Call) -> Fate:
        if call.number >= fault.number and not began:
            began.append(time.monotonic())
        bad = began and time.monotonic() - began[0] < LASTING_SECONDS
        return Fate(error=fault.error) if bad and _can_fail(call, fault) else PASS

    return judge


def _can_fail(call: Call, fault: Fault) -> bool:
    return fault.error != errno.ENOSPC or call.kind not in NO_ROOM_NEEDED


def _has_told(house: House) -> bool:
    """Whether the processes' log speaks of it."""
    log = house.folder.with_suffix(".log").read_text(encoding="utf-8", errors="replace")
    return any(word in log for word in SAYS)
