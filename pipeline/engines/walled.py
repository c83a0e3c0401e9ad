"""Runs one program behind the same walls as a child that opens files, what it reads on its standard input: for who needs nothing else of the readers.

`python -m pipeline.engines.walled PROGRAM ARGUMENT…`
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.engines.bounds import limit
from pipeline.engines.fence import fence

CPU_SECONDS, MEGABYTES = 20, 1500


def run_walled(command: Sequence[str], content: bytes, seconds: float) -> bytes:
    """What a program prints that is given `content`; nothing where it fails, or takes longer than `seconds`."""
    from pipeline.engines.namespaces import around

    root = str(Path(__file__).resolve().parents[2])
    behind = [*around(), sys.executable, "-S", "-P", "-m", "pipeline.engines.walled", *command]
    environ = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": root, "LANG": "C.UTF-8"}
    try:
        return subprocess.run(behind, input=content, capture_output=True, timeout=seconds, check=False, env=environ, cwd="/").stdout
    except (OSError, subprocess.TimeoutExpired):
        return b""


def main(command: list[str]) -> None:
    """Shut this process in, and become the program."""
    limit(CPU_SECONDS, MEGABYTES, 1)
    fence({"original": os.devnull})
    os.execvp(command[0], command)  # noqa: S606 - no shell is what is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
