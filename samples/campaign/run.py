"""Every promise against loss, tried out: `python -m samples.campaign.run [--quick] [--only k2 …]`; writes var/bench/campaign.json.

Each campaign makes houses of its own in a temporary folder, prints its counts and ends with `chartroom audit`. A house with anything amiss is kept.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

from samples.campaign import cost, k1, k2, k3, k4, k5, k7, k8, k9, machines, moves, room
from samples.campaign.plan import FULL, QUICK, Plan, say
from samples.report import Row, not_run, passed, print_report, write_report

CAMPAIGNS: dict[str, Callable[[Path, Plan], list[Row]]] = {
    "cost": cost.run,
    "k9": k9.run,
    "machines": machines.run,
    "moves": moves.run,
    "k5": k5.run,
    "k7": k7.run,
    "k1": k1.run,
    "k2": k2.run,
    "k3": k3.run,
    "k4": k4.run,
    "k8": k8.run,
    "room": room.run,
}
SIDE_BY_SIDE = ("machines", "moves", "k5", "k7", "room")  # these mostly wait
AT_ONCE = 3
_REPORT = Path("var/bench/campaign.json")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the campaigns, prints the table, writes the report; exit code 1 when anything was lost."""
    options = _options(arguments)
    plan = (QUICK if options.quick else FULL)._replace(hostile=options.hostile)
    plan = plan._replace(many=options.files or plan.many)
    work, started = Path(tempfile.mkdtemp(prefix="chartroom-campaign-")), time.monotonic()
    work.chmod(0o711)  # Postgres, as a user of its own, finds its folder in it
    rows = run_all(options.only or list(CAMPAIGNS), work, plan)
    seconds = time.monotonic() - started
    print_report(rows, title=f"Campaigns{', quick' if options.quick else ''}, {os.cpu_count()} cores, {seconds:.0f} s")
    write_report(options.output, rows, seconds=seconds)
    sys.stdout.write(f"written to {options.output}\n")
    if passed(rows):
        shutil.rmtree(work, ignore_errors=True)
        return 0
    sys.stdout.write(f"the houses are kept in {work}\n")
    return 1


def run_all(names: Sequence[str], work: Path, plan: Plan) -> list[Row]:
    """The rows of these campaigns, those that mostly wait side by side, the others one after the other."""
    waiting = [name for name in names if name in SIDE_BY_SIDE]
    rows = [run_one(name, work, plan) for name in names if name not in waiting]
    if waiting:
        with multiprocessing.get_context("fork").Pool(min(AT_ONCE, len(waiting))) as pool:
            rows += pool.map(partial(run_one, work=work, plan=plan), waiting, chunksize=1)
    return list(chain.from_iterable(rows))


def run_one(name: str, work: Path, plan: Plan) -> list[Row]:
    """The rows of one campaign; one that cannot go on says so and does not keep the others from running."""
    folder = work / name
    folder.mkdir()
    say(f"{name} begins")
    began = time.monotonic()
    try:
        rows = CAMPAIGNS[name](folder, plan)
    except Exception as error:  # noqa: BLE001 - whatever it is, the row is not met
        return [not_run(f"{name}: the whole campaign", f"{type(error).__name__}: {error}", target="= 0", unit="campaigns", hard=True)]
    say(f"{name} took {time.monotonic() - began:.0f} s")
    if passed(rows):
        shutil.rmtree(folder, ignore_errors=True)
    return rows


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few points of each, for every day")
    parser.add_argument("--only", nargs="+", choices=CAMPAIGNS, help="these alone")
    parser.add_argument("--files", type=int, help="so many at once in k8")
    parser.add_argument("--hostile", type=Path, help="a folder of hostile files besides our own")
    parser.add_argument("--output", type=Path, default=_REPORT)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
