"""The web process killed while clerks decide: every decision that was acknowledged must be there, and every page accounted for."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException

from samples.report import Row, plain
from samples.reviewbench import goals
from samples.reviewbench.program import Caller, serving, sit_down
from samples.reviewbench.site import Site, enter, user_id
from samples.reviewbench.speed import mrn_for
from schemas.access import Role
from store import opinions, queue
from store.database import reading

CLERKS = 3
DECISIONS = (1, 8)  # acknowledged between two kills; the moment of the kill is drawn
MOST_A_LIFE = 12  # with those that were on their way
PATIENCE = 20.0  # seconds


@dataclass
class Told:
    """Items that clerks were told are decided, and who was told."""

    decided: list[tuple[str, str]] = field(default_factory=list)


def crash_rows(site: Site, *, kills: int) -> Iterator[Row]:
    """Acknowledged decisions that are gone after so many kills, and what the auditor says of the rest."""
    told, rng = Told(), random.Random(7)
    with serving(site) as program:
        for _ in range(kills):
            over = threading.Event()
            clerks = [threading.Thread(target=_decide_until_killed, args=(site, number, told, over)) for number in range(CLERKS)]
            for clerk in clerks:
                clerk.start()
            _wait_for(told, len(told.decided) + rng.randint(*DECISIONS))
            time.sleep(rng.uniform(0, 0.05))
            program.kill()
            over.set()
            for clerk in clerks:
                clerk.join()
            program.again()
    audited = site.run("audit")
    lost = [item for item, who in told.decided if not _is_kept(site, item, who)]
    whole = "chartroom audit: everything is accounted for" if audited.returncode == 0 else "chartroom audit finds gaps"
    yield goals.held(goals.LOST, float(len(lost) + (audited.returncode != 0)), n=len(told.decided), note=f"{kills} times kill -9; {whole}")
    yield plain("decisions between two kills, mean", round(len(told.decided) / max(1, kills), 1), n=kills, unit="decisions")


def _is_kept(site: Site, item_id: str, who: str) -> bool:
    """Whether somebody's decision stands: carried out, or kept until another person has said the same."""
    with reading(site.stores.index) as conn:
        item = queue.get(conn, item_id)
        return item is not None and (item.resolved_by == who or who in {one.actor for one in opinions.given(conn, item)})


def _wait_for(told: Told, count: int) -> None:
    until = time.monotonic() + PATIENCE
    while len(told.decided) < count and time.monotonic() < until:
        time.sleep(0.002)


def _decide_until_killed(site: Site, number: int, told: Told, over: threading.Event) -> None:
    caller, who = Caller(site, enter(site, Role.CLERK, number)), f"user:{user_id(Role.CLERK, number)}"
    try:
        desk = sit_down(caller)
        while desk is not None and not over.is_set():
            item = desk.item
            answers = {"act": "file", "fence": desk.fence, "patient": mrn_for(site, item), "kind": "progress_note", "read": "yes", "confirmed": "yes"}
            said = caller.ask("POST", f"/items/{item}/decide", answers)
            if said.location.startswith(("/items/", "/queue")):
                told.decided.append((item, who))
            desk = sit_down(caller)
    except (OSError, HTTPException):
        return
