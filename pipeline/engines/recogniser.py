"""Tesseract as a library: a fresh child process an image, born of a server that has the language data loaded. Knows nothing of pages or recipes.

The program `tesseract` loads them anew for each image, a quarter of its cost. A child that dies or falls silent harms nobody else.
"""

from __future__ import annotations

import math
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

from pipeline.engines.nursery import RECOGNISER, Limits, Message, converse
from pipeline.engines.tesseract import MISSING, Tesseract, overrun, rows_of, threshold, words_of
from pipeline.ports import OcrEngine
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

    def __init__(self, spare: OcrEngine = SPARE) -> None:
        self.spare = spare

    def words(self, image: Path, *, languages: str, mode: int, seconds: float, dpi: int, even: bool = False) -> tuple[Word, ...]:
        """Words with boxes as shares of the image. EngineFault when the engine fails, Overrun when it takes longer than `seconds`."""
        request = {"original": str(image.absolute()), "mode": mode, "dpi": dpi, "threshold": threshold(even=even)}
        until = monotonic() + seconds
        answer = _answer(request, Limits(math.ceil(seconds), seconds, MEGABYTES), languages)
        if answer.get("missing"):
            raise EngineFault(MISSING, next_step="Check that its language data are installed.")
        if isinstance(answer.get("table"), str):
            return words_of(rows_of(answer["table"]))
        left = until - monotonic()
        if left <= 0:
            raise overrun(seconds)
        return self.spare.words(image, languages=languages, mode=mode, seconds=left, dpi=dpi, even=even)


def _answer(request: Message, limits: Limits, languages: str) -> Message:
    """What a child said when it was done; nothing where it never was."""
    done: Message = {}
    for message in converse("recognise", request, limits, server=f"{RECOGNISER}:{languages}"):
        done = message.get("done") or done
    return done
