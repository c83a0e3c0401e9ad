"""One try at reading a page: an image given to the engine, the words that came back, and how good they are. Knows no pages, no recipes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from pipeline.clean import Cleaned, place_on_page, turned
from pipeline.look import Gray, Look
from pipeline.ports import OcrEngine
from schemas.faults import Overrun
from schemas.page import Box, Word, place_on_source

COLUMNS, BLOCK = 4, 6  # the engine's layout modes: text of varying size in columns, one block
POOR_CONFIDENCE, POOR_COVER = 0.6, 0.45
LINES_BESIDE = "|‘«¦"  # what the engine makes of a rule or a streak that touches a word


@dataclass(frozen=True, slots=True)
class Reader:
    """The engine with the page's languages, the time left for the page, and the place for its images."""

    ocr: OcrEngine
    languages: str
    image: Path
    until: float  # on the clock
    clock: Callable[[], float]

    def words(self, pixels: Gray, cleaned: Cleaned, mode: int) -> tuple[Word, ...]:
        """Words of an image made of a cleaned page, with boxes as its shares. Overrun when the page's time is up."""
        left = self.until - self.clock()
        if left <= 0:
            raise Overrun("The time for one page is up.", next_step="Read the page by eye.")
        Image.fromarray(pixels).save(self.image)
        try:
            return self.ocr.words(self.image, languages=self.languages, mode=mode, seconds=left, dpi=cleaned.dpi, even=cleaned.even)
        finally:
            self.image.unlink(missing_ok=True)


class Attempt(NamedTuple):
    """One way a page was read: the image, its clockwise quarter turn, and the engine's words on the turned image."""

    cleaned: Cleaned
    turn: int
    words: tuple[Word, ...]
    mode: int = COLUMNS

    @property
    def worth(self) -> float:
        """Mean confidence times number of words."""
        return worth(self.words)


def attempt(cleaned: Cleaned, turn: int, mode: int, reader: Reader) -> Attempt:
    """Read an image turned clockwise."""
    return Attempt(cleaned, turn, sensible(reader.words(turned(cleaned.pixels, turn), cleaned, mode)), mode)


def sensible(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words without stray signs read out of rules and dirt."""
    bare = (word._replace(text=without_rules(word.text)) for word in words)
    return tuple(word for word in bare if word.confidence >= 0.5 or any(char.isalnum() for char in word.text))


def without_rules(text: str) -> str:
    """A word without the rules that stood against it; a lone sign stays."""
    return text.lstrip(LINES_BESIDE).rstrip("|¦") or text


def poor(tried: Attempt, look: Look) -> bool:
    """Whether too little was read for the letters seen, or too unsurely, or standing on end."""
    sure = sum(word.confidence * len(word.text) for word in tried.words)
    return mean_confidence(tried.words) < POOR_CONFIDENCE or sure < POOR_COVER * look.letters.area.size or on_end(tried.words)


def on_end(words: Sequence[Word]) -> bool:
    """Whether longer words are higher than wide on the image."""
    longer = [word.box for word in words if len(word.text) >= 5]
    return sum(box.x1 - box.x0 < 0.7 * (box.y1 - box.y0) for box in longer) > 0.5 * len(longer)


def worth(words: Sequence[Word]) -> float:
    """Mean confidence times number of words, longer words counting more, each squared so that guesses count little."""
    return sum(word.confidence**2 * min(len(word.text), 8) for word in words)


def mean_confidence(words: Sequence[Word]) -> float:
    """Mean confidence weighted by length."""
    length = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / length if length else 0.0


def on_upright_page(tried: Attempt) -> tuple[Word, ...]:
    """The words with boxes as shares of the upright page."""
    return tuple(word._replace(box=place_on_source(received(word.box, tried), -tried.turn)) for word in tried.words)


def received(box: Box, tried: Attempt) -> Box:
    """A box of the turned, cleaned image as shares of the page as received."""
    return place_on_page(place_on_source(box, tried.turn), tried.cleaned.way)
