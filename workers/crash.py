"""Writes down where a program failed unexpectedly, for IT: the places in the code, never a text or a value, which may be a patient's."""

from __future__ import annotations

import os
import traceback
from datetime import datetime
from pathlib import Path

FILE = Path("run", "errors.log")


def write_crash(error: BaseException, folder: Path, now: datetime) -> Path | None:
    """Append an error's kind and places to the data folder's error log, readable by this account alone; None when that cannot be written."""
    path = folder / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as log:
            log.write(f"{now.isoformat()} process {os.getpid()}\n{_places(error)}\n")
    except OSError:
        return None
    return path


def _places(error: BaseException) -> str:
    before = error.__cause__ or error.__context__
    own = "".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__
    return f"{_places(before)}\nthen:\n{own}" if before else own
