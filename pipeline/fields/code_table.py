"""Which ICD-10-CM codes there are, by the published release that ships as a table. Knows the list, no page."""

from __future__ import annotations

import lzma
from enum import Enum, auto
from functools import cache
from pathlib import Path

from schemas.faults import EngineFault

SHIPPED = Path(__file__).parents[2] / "models/codes/icd10cm.txt.xz"
SHORTEST = 3  # characters of a category


class Standing(Enum):
    """What the release says of a code."""

    BILLABLE = auto()
    CATEGORY = auto()  # it only heads longer ones
    UNKNOWN = auto()


def standing(code: str) -> Standing:
    """Whether a code, with its point or without, is billable, heads billable ones, or is in no list. EngineFault when the table cannot be read."""
    bare = code.replace(".", "")
    line = f"\n{bare}"
    if len(bare) < SHORTEST or not bare.isalnum() or line not in _table():
        return Standing.UNKNOWN
    return Standing.BILLABLE if f"{line}\n" in _table() else Standing.CATEGORY


@cache
def _table() -> str:
    """Every billable code on a line of its own, in one text: half a megabyte, where a set would take twenty times as much."""
    try:
        return f"\n{lzma.decompress(SHIPPED.read_bytes()).decode('ascii')}\n"
    except (OSError, lzma.LZMAError, ValueError) as broken:
        raise EngineFault("The table of diagnosis codes cannot be read.", next_step="Put models/codes back as released.") from broken
