"""What was seen on one page: words with places, and what kind of page it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle as shares of a page: 0..1, origin top left."""

    x0: float
    y0: float
    x1: float
    y1: float


class Word(NamedTuple):
    """One printed word, its place on the upright page, how sure the reader was (0..1), and its text line."""

    text: str
    box: Box
    confidence: float
    line: int


class Barcode(NamedTuple):
    """One decoded barcode and its place on the upright page."""

    text: str
    format: str
    box: Box


class Reread(NamedTuple):
    """What another look at a part of the upright page read. Kept beside the first reading, never instead of it."""

    source: str  # engine:what for, as first:digits, first:block, rapidocr:band; "first" is the engine of the first reading
    box: Box  # the part that was looked at
    words: tuple[Word, ...]


class SignaturePlace(NamedTuple):
    """A place that a printed label asks to be signed: the label, the place on the upright page, and the ink there that is no print.

    `ink` in squared heights of a word, `spread` in heights of a word; `ruled`: a line to sign on is seen.
    """

    label: str
    box: Box
    ink: float
    spread: float
    ruled: bool


class PageKind(StrEnum):
    TEXT = "text"
    BLANK = "blank"
    SEPARATOR = "separator"
    UNREADABLE = "unreadable"


class ReadFrom(StrEnum):
    """Where the words of a page came from."""

    LAYER = "layer"
    OCR = "ocr"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class PageReading:
    """Everything the later steps know of a page. `turn` is the clockwise quarter-turn that made the page upright;
    word boxes are on the upright page, `place_on_source` puts them back.
    """

    number: int  # 1-based in the source file
    kind: PageKind
    words: tuple[Word, ...] = ()
    read_from: ReadFrom = ReadFrom.NOTHING
    width_pt: float = 612.0  # as a viewer shows the source page, in 1/72 inch
    height_pt: float = 792.0
    turn: int = 0  # 0, 90, 180, 270
    quality: str = "clean"  # born_digital, clean, fax, dirty, shaded
    confidence: float = 1.0  # mean word confidence weighted by length, 0..1
    barcodes: tuple[Barcode, ...] = ()
    fingerprint: str = ""  # hex digest of the page's pixels: equal means the same page image
    problem: str | None = None  # reason code when the page cannot be relied on
    rereads: tuple[Reread, ...] = ()
    signatures: tuple[SignaturePlace, ...] = ()
    advice: str | None = None  # of a page that cannot be read: the reason code that says how to scan it better

    @property
    def text(self) -> str:
        """The words in reading order, one text line a line."""
        lines: dict[int, list[str]] = {}
        for word in self.words:
            lines.setdefault(word.line, []).append(word.text)
        return "\n".join(" ".join(words) for words in lines.values())


def place_on_source(box: Box, turn: int) -> Box:
    """The same rectangle on the page as the source file shows it, before it was turned clockwise by `turn`."""
    x0, y0, x1, y1 = box
    match turn % 360:
        case 90:
            return Box(y0, 1 - x1, y1, 1 - x0)
        case 180:
            return Box(1 - x1, 1 - y1, 1 - x0, 1 - y0)
        case 270:
            return Box(1 - y1, x0, 1 - y0, x1)
        case _:
            return box
