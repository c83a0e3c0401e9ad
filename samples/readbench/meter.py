"""Runs a command and counts what it and everything it started spent: `python -m samples.readbench.meter COMMAND…`.

A server that a command leaves behind ends after it, and its processor time would be lost with it. Here such orphans come to this process, which
waits for the last of them.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_PR_SET_CHILD_SUBREAPER = 36
_MARK = "metered "


class Spent(NamedTuple):
    """What a command cost."""

    cpu: float
    wall: float


class CommandFailed(Exception):
    """A measured command did not come to its end; the text says how."""


def spend(command: Sequence[str], *, seconds: float, environment: dict[str, str] | None = None) -> Spent:
    """Run a command to its very end. CommandFailed when it fails or takes too long."""
    whole = [sys.executable, "-m", "samples.readbench.meter", *command]
    root = Path(__file__).parents[2]
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        whole, env=environment, cwd=root, stdout=pipe, stderr=pipe, stdin=subprocess.DEVNULL, text=True, start_new_session=True
    )
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise CommandFailed(f"stopped after {seconds:.0f} s") from None
    told = [line for line in out.splitlines() if line.startswith(_MARK)]
    if process.returncode or not told:
        raise CommandFailed(f"exit code {process.returncode}: {' '.join(err.split())[-160:]}")
    return Spent(*json.loads(told[-1].removeprefix(_MARK)))


def median(runs: Sequence[Spent]) -> Spent:
    """The middle of several runs, figure by figure."""
    return Spent(statistics.median(run.cpu for run in runs), statistics.median(run.wall for run in runs))


def main(command: Sequence[str]) -> int:
    """Run, wait for all that came of it, tell."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    started = time.monotonic()
    code = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
    wall = time.monotonic() - started
    while _wait_for_one():
        pass
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    sys.stdout.write(f"{_MARK}{json.dumps([usage.ru_utime + usage.ru_stime, wall])}\n")
    return code


def _wait_for_one() -> bool:
    try:
        os.wait()
    except ChildProcessError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
