"""Reads a whole file with the program's own reader, as workers do."""

from __future__ import annotations

import tempfile
from pathlib import Path

from schemas.faults import InputFault
from schemas.page import PageReading
from schemas.source import Opened
from workers.steps import PAGES_A_STEP
from workers.wire import Reader


def read_file(source: Path, opened: Opened, reader: Reader, scratch: Path) -> list[PageReading]:
    """Every page of an opened file, a few at a time."""
    numbers = [page.number for page in opened.pages]
    readings: list[PageReading] = []
    for start in range(0, len(numbers), PAGES_A_STEP):
        with tempfile.TemporaryDirectory(dir=scratch) as pictures:
            readings += reader.read_pages(source, opened, numbers[start : start + PAGES_A_STEP], Path(pictures))
    return readings


def open_file(source: Path, reader: Reader) -> Opened:
    """What a file of our own making holds. InputFault when it is refused."""
    opened = reader.inspect(source)
    if not isinstance(opened, Opened):
        raise InputFault(f"{source.name} was refused: {opened.reason}", next_step="Look at how it was made.")
    return opened
