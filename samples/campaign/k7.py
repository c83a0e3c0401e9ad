"""K7: the clock jumps while files come in: two hours back, five years on, across the change to summer time, and back to right.

Every process of the house reads an injected clock: Chartroom's own calls for the time and those of the engine. Time stamps of files stay right.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Self

from samples.campaign.crowd import Crowd, Role, roles
from samples.campaign.house import PEOPLE, make_house, reckon, until
from samples.campaign.plan import Plan
from samples.campaign.stub import make_drop
from samples.report import Row

WHAT = "K7 clock jumps (2 h back, 5 years on, over a change of summer time)"
HOUR = 3600
JUMPS = (0, -2 * HOUR, 5 * 365 * 24 * HOUR, 0, HOUR, -HOUR, 0)
JUMP_SECONDS = 1.5
REST_SECONDS = 120.0


def run(folder: Path, plan: Plan) -> list[Row]:
    """Files come in under each clock; a worker is killed under some, so that one clock's work is gone on with under another."""
    house = make_house(folder / "house")
    drops = [make_drop(number, people=PEOPLE) for number in range(plan.s3_files)]
    coming, clock = iter(drops), folder / "clock"
    clock.write_text("0")
    with Crowd(house, {name: partial(_under, clock, role) for name, role in roles().items()}) as crowd:
        for number, jump in enumerate(JUMPS):
            clock.write_text(str(jump))
            house.drop(islice(coming, 1 + len(drops) // len(JUMPS)))
            time.sleep(JUMP_SECONDS)
            if number % 2:
                crowd.kill("worker 0")
        house.drop(coming)
        until(lambda: crowd.rests(len(drops)), REST_SECONDS)
    return [reckon(WHAT, house, drops, n=len(drops), note=f"{len(JUMPS)} jumps")]


def _under(clock: Path, role: Role) -> int:
    """Be this role by the clock of the campaign."""
    import workers.crew
    import workers.watcher
    import workers.work

    right = time.time

    def shift() -> int:
        return int(clock.read_text() or 0)

    setattr(time, "time", lambda: right() + shift())  # noqa: B010 - the engine's clock
    for module in (workers.work, workers.watcher, workers.crew):
        setattr(module, "datetime", _shifted(shift))  # noqa: B010 - Chartroom's
    return role()


def _shifted(shift: Callable[[], int]) -> type[datetime]:
    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + timedelta(seconds=shift())

    return Shifted
