"""Finds out which walls around a child really stand, by having one try to pass them. Knows the attempts; trusts no version number."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.engines.nursery import Limits, Message, Say, converse

WALLS = {
    "limits": "memory, processor time and file sizes are bounded",
    "files": "no file but its own can be read, no folder but its own written to",
    "network": "no connection can be made",
    "signals": "no process outside can be signalled",
    "privileges": "no namespace, mount or other privilege can be had",
}


NETWORK = Path("/proc/self/ns/net")


class Survey(NamedTuple):
    """Each wall, and whether it stands on this machine; and whether namespaces of their own lie around the processes besides."""

    walls: dict[str, bool]
    namespaces: bool


def survey() -> Survey:
    """What a child finds out by trying."""
    with tempfile.TemporaryDirectory() as outside, tempfile.TemporaryDirectory() as inside:
        (Path(outside) / "another").write_text("-")
        request = {"original": str(Path(inside) / "own"), "into": inside, "outside": outside, "server": os.getpid()}
        told: Message = {}
        for message in converse("probe", request, Limits(5, 10.0, 1500)):
            told = message.get("done", {})
    return Survey({wall: bool(told.get(wall)) for wall in WALLS}, told.get("network of") not in {None, str(NETWORK.readlink())})


def standing() -> dict[str, bool]:
    """Each wall, and whether it stands on this machine."""
    return survey().walls


def probe(request: Message, _say: Say) -> Message:
    """Inside a child: try what must not be possible."""
    outside = Path(request["outside"])
    return {
        "network of": str(NETWORK.readlink()),
        "limits": resource.getrlimit(resource.RLIMIT_AS)[0] > 0 and resource.getrlimit(resource.RLIMIT_FSIZE)[0] > 0,
        "files": _refused((outside / "another").read_text) and _refused(lambda: (outside / "new").write_text("-")),
        "network": _refused(lambda: socket.socket(socket.AF_INET)) and _refused(lambda: socket.socket(socket.AF_UNIX)),
        "signals": _refused(lambda: os.kill(request["server"], 0)),
        "privileges": _refused(lambda: subprocess.run(["unshare", "--user", "true"], check=True, capture_output=True)),
    }


def _refused(attempt: Callable[[], Any]) -> bool:
    with suppress(OSError, subprocess.CalledProcessError):
        attempt()
        return False
    return True
