"""How much a campaign does."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import NamedTuple


class Plan(NamedTuple):
    """The size of every campaign: full, or quick for every day."""

    stride: int  # every so many-th system call of a life
    kills: int
    files: int
    real_kills: int  # with the real pipeline
    many: int  # files at once
    s3_files: int
    hostile: Path | None  # files of somebody else's
    pages: int  # read for scaling and overhead


FULL = Plan(stride=1, kills=1000, files=1500, real_kills=30, many=10_000, s3_files=60, hostile=None, pages=180)
QUICK = Plan(stride=25, kills=60, files=300, real_kills=0, many=300, s3_files=12, hostile=None, pages=0)


def say(what: str) -> None:
    """Tell how it goes."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {what}\n")
