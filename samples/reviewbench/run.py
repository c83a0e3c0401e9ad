"""The review application, measured as clerks meet it: `python -m samples.reviewbench.run [--quick] [--keep DIR]`.

Documents of the real program, real Chromium, the real web process. Prints the table, writes `var/bench/review.json`.
Decision 056 says how each row is counted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from samples.report import Row, passed, plain, print_report, write_report
from samples.reviewbench import goals
from samples.reviewbench.browser import chromium
from samples.reviewbench.crash import MOST_A_LIFE, crash_rows
from samples.reviewbench.doors import door_rows
from samples.reviewbench.leases import lease_rows
from samples.reviewbench.replay import replay_rows
from samples.reviewbench.screens import screen_rows
from samples.reviewbench.site import make_site
from samples.reviewbench.speed import speed_rows
from samples.reviewbench.waiting import fill_up
from samples.reviewbench.walk import plant

_REPORT = Path("var/bench/review.json")


class Size(NamedTuple):
    """How much of everything."""

    files: int
    easy: int
    waiting: int
    decisions: int  # of each of the seven clerks on the wire
    screens: int  # decisions in Chromium
    claims: int
    kills: int


FULL = Size(files=64, easy=40, waiting=10_000, decisions=40, screens=40, claims=100_000, kills=50)
QUICK = Size(files=14, easy=8, waiting=1_000, decisions=6, screens=8, claims=4_000, kills=3)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, prints, writes. 1 when a hard row fails."""
    options = _options(arguments)
    started = time.monotonic()
    work = Path(options.keep or tempfile.mkdtemp(prefix="chartroom-review-bench-"))
    work.mkdir(parents=True, exist_ok=True)
    try:
        rows = measure(work, QUICK if options.quick else FULL, quick=options.quick)
    finally:
        if not options.keep:
            shutil.rmtree(work, ignore_errors=True)
    print_report(rows, title=f"Review{', quick' if options.quick else ''}, {os.cpu_count()} cores")
    write_report(options.output, rows, seconds=time.monotonic() - started)
    sys.stdout.write(f"written to {options.output}\n")
    return 0 if passed(rows) else 1


def measure(work: Path, size: Size, *, quick: bool) -> list[Row]:
    """All rows, on one installation: easy items first, then every screen, then the long queue."""
    rows = [plain("load of the machine before", round(os.getloadavg()[0], 1), n=1, unit="processes")]
    _say("making people and scans, and running them through")
    site = make_site(work, files=size.files)
    plant(site)
    with chromium() as browser:
        _say("replaying easy items")
        rows += goals.section((goals.KEYS, goals.KEYS_MOST, goals.MODELLED), lambda: replay_rows(site, browser, items=size.easy))
        _say("looking at every screen")
        rows += goals.section((goals.AXE, goals.KEYBOARD, goals.XSS, goals.CANARY), lambda: screen_rows(site, browser, quick=quick))
        _say("asking at every door")
        rows += goals.section((goals.DOORS,), lambda: door_rows(site))
        _say("killing the web process")
        fill_up(site, size.kills * MOST_A_LIFE, name="crash", own=True)
        rows += goals.section((goals.LOST,), lambda: crash_rows(site, kills=size.kills))
        _say(f"filling the queue up to {size.waiting}")
        waiting = fill_up(site, size.waiting)
        _say("eight clerks at work")
        speed = {"waiting": waiting, "decisions": size.decisions, "screens": size.screens}
        rows += goals.section((goals.SERVER, goals.PAINTED), lambda: speed_rows(site, browser, **speed))
    _say("claiming the same items")
    rows += goals.section((goals.HOLDERS,), lambda: lease_rows(site, claims=size.claims, waiting=len(site.open_items())))
    site.stores.index.dispose()
    return goals.in_order(rows)


def _say(what: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {what}\n")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m samples.reviewbench.run", description="Measures the review application as clerks meet it.")
    parser.add_argument("--quick", action="store_true", help="little of everything: three minutes")
    parser.add_argument("--keep", default="", help="work in this folder and leave everything there")
    parser.add_argument("--output", type=Path, default=_REPORT, help="where the figures go")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
