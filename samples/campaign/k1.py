"""K1: kill -9 of watcher and workers, one or all at once, at random moments while files keep coming; then of any process of the real program."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from samples.campaign.crowd import Crowd, roles
from samples.campaign.house import PEOPLE, House, audit, broken, family, is_at_rest, judge, make_house, program, until
from samples.campaign.plan import Plan, say
from samples.campaign.scans import draw_letter, free_port
from samples.campaign.stub import Drop, make_drop
from samples.campaign.walk import in_parallel
from samples.report import Row, at_most, not_run

GOAL = "K1 kill -9 of watcher and workers: files lost, doubled, to a wrong person, or gaps of the audit"
REAL = "K1 kill -9 of any process of `chartroom up`, Tesseract and openers included: the same"
PAUSES = (0.05, 0.45)  # seconds between kills
MOST_HOUSES, KILLS_A_HOUSE = 2, 100  # more houses than cores only starve their workers
REST_SECONDS = 300.0


def run(folder: Path, plan: Plan) -> list[Row]:
    """Quick pipeline first, then the real one."""
    return [kill_at_random(folder, plan), _real(folder, plan)]


class Share(NamedTuple):
    """One house's share of the kills and files."""

    seed: int
    kills: int
    files: int


class Killed(NamedTuple):
    """What became of one house: kills, files lost, doubled, to a wrong person, not settled, or gaps; and files quarantined."""

    kills: int
    broken: int
    refused: int


def kill_at_random(folder: Path, plan: Plan) -> Row:
    """The quick pipeline, in several houses side by side: most of the time of a kill is waiting for the next."""
    houses = min(MOST_HOUSES, 1 + plan.kills // KILLS_A_HOUSE)
    shares = [Share(seed, -(-plan.kills // houses), -(-plan.files // houses)) for seed in range(houses)]
    done = list(in_parallel(partial(_kill_in_house, folder), shares, processes=houses))
    kills, files, refused = sum(one.kills for one in done), sum(share.files for share in shares), sum(one.refused for one in done)
    note = f"{kills} kills over {files} files, {refused} quarantined after dying three times"
    return at_most(GOAL, sum(one.broken for one in done), 0, n=kills, unit="files", hard=True, note=note)


def _kill_in_house(folder: Path, share: Share) -> Killed:
    """Files keep coming as long as there are kills."""
    house, chance = make_house(folder / f"k1-{share.seed}"), random.Random(share.seed)
    drops = [make_drop(number, people=PEOPLE) for number in range(share.files)]
    coming = iter(drops)
    with Crowd(house, roles()) as crowd:
        while crowd.kills < share.kills:
            house.drop(islice(coming, 1 + share.files // share.kills))
            time.sleep(chance.uniform(*PAUSES))
            crowd.tend()
            everybody = chance.random() < 0.05
            crowd.kill(*(crowd.pids if everybody else [chance.choice(list(crowd.pids))]))
        house.drop(coming)
        until(lambda: crowd.rests(share.files), REST_SECONDS, 0.5)
        kills = crowd.kills
    outcome = judge(house, drops, ledger=False)
    whole, ledger = audit(house)
    say(f"K1: {kills} kills over {outcome}; chartroom audit: {ledger}")
    return Killed(kills, broken(outcome) + (not whole), outcome.refused)


def _real(folder: Path, plan: Plan) -> Row:
    if not plan.real_kills:
        return not_run(REAL, "the quick form leaves it out", target="= 0", unit="files")
    house, chance = make_house(folder / "k1-real", web={"port": free_port()}), random.Random(2)
    files = plan.real_kills
    drops = [_letter(house, number) for number in range(files)]
    kills, up = 0, _up(house)
    try:
        while kills < plan.real_kills:
            time.sleep(chance.uniform(0.5, 3.5))
            victim = chance.choice(family(up.pid))
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                kills += 1
            if up.poll() is not None:
                up = _up(house)
        rested = until(lambda: is_at_rest(house, files), REST_SECONDS, 0.5)
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait(100)
    outcome = judge(house, drops, ledger=False)
    whole, ledger = audit(house)
    say(f"K1 real: {kills} kills over {files} files, {outcome}; chartroom audit: {ledger}")
    note = f"{kills} kills over {files} files, {outcome.refused} quarantined after dying three times"
    return at_most(REAL, broken(outcome) + (not whole) + (not rested), 0, n=kills, unit="files", hard=True, note=note)


def _letter(house: House, number: int) -> Drop:
    """A letter put into the watched folder. It names nobody: filed to anybody, it is in a wrong chart."""
    drawn = house.folder / f"{number}.png"
    draw_letter(drawn, number)
    drop = Drop(drawn.name, "", 1, drawn.read_bytes())
    drawn.rename(house.inbox / drawn.name)
    return drop


def _up(house: House) -> subprocess.Popen[bytes]:
    with (house.folder / "up.log").open("ab") as log:
        return subprocess.Popen([program(), "up"], env=house.environ, stdout=log, stderr=log, start_new_session=True)
