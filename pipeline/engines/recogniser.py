"""Tesseract as a library: a fresh child process an image, born of a server that has the language data loaded. Knows nothing of pages or recipes.

The program `tesseract` loads them anew for each image, a quarter of its cost. A child that dies or falls silent harms nobody else.
"""

from __future__ import annotations

import math
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

from pipeline.engines.nursery import RECOGNISER, Limits, Message, converse, start
from pipeline.engines.tesseract import FIGURES_IN, MISSING, ONE_LINE, ONLY_FIGURES, Tesseract, on_page, overrun, rows_of, words_of
from pipeline.ports import FirstEngine
from schemas.faults import EngineFault
from schemas.page import Word

MEGABYTES = 2000
SPARE = Tesseract()


def is_installed() -> bool:
    """Whether the library is there."""
    return find_spec("tesserocr") is not None


class Recogniser:
    """Reads each image in a child of its own; one over which a child died is read by the program instead."""

    name = "tesserocr"

    def __init__(self, spare: FirstEngine = SPARE) -> None:
        self.spare = spare

    def get_ready(self, languages: str) -> None:
        """Begin to load the data of these languages."""
        start(_server_of(languages))

    def words(self, image: Path, *, languages: str, mode: int, seconds: float, dpi: int, even: bool = False) -> tuple[Word, ...]:
        """Words with boxes as shares of the image. EngineFault when the engine fails, Overrun when it takes longer than `seconds`."""
        until = monotonic() + seconds
        found = _read(image, languages, seconds, {"mode": mode, "dpi": dpi, "variables": on_page(even=even)})
        if found is not None:
            return found
        return self.spare.words(image, languages=languages, mode=mode, seconds=_left(until, seconds), dpi=dpi, even=even)

    def figures(self, image: Path, *, seconds: float, dpi: int) -> tuple[Word, ...]:
        """The dates and numbers of one line, no letter being allowed. EngineFault and Overrun as above."""
        until = monotonic() + seconds
        found = _read(image, FIGURES_IN, seconds, {"mode": ONE_LINE, "dpi": dpi, "variables": ONLY_FIGURES})
        return self.spare.figures(image, seconds=_left(until, seconds), dpi=dpi) if found is None else found


def _left(until: float, seconds: float) -> float:
    """What is left of the time. Overrun when nothing is."""
    left = until - monotonic()
    if left <= 0:
        raise overrun(seconds)
    return left


def _read(image: Path, languages: str, seconds: float, how: Message) -> tuple[Word, ...] | None:
    """The words that a child read; None where it did not come to its end. EngineFault without language data."""
    answer = _answer({"original": str(image.absolute()), **how}, Limits(math.ceil(seconds), seconds, MEGABYTES), languages)
    if answer.get("missing"):
        raise EngineFault(MISSING, next_step="Check that its language data are installed.")
    table = answer.get("table")
    try:
        return words_of(rows_of(table)) if isinstance(table, str) else None
    except (ValueError, OverflowError):  # no table
        return None


def _server_of(languages: str) -> str:
    return f"{RECOGNISER}:{languages}"


def _answer(request: Message, limits: Limits, languages: str) -> Message:
    """What a child said when it was done; nothing where it never was."""
    done: Message = {}
    for message in converse("recognise", request, limits, server=_server_of(languages)):
        done = message.get("done") or done
    return done
