"""Tesseract through pytesseract: one run of the program an image, words out. Knows nothing of pages or recipes."""

from __future__ import annotations

import os
import unicodedata
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from schemas.faults import EngineFault, Overrun
from schemas.page import Box, Word

# One thread a run: several slow each other down many times over. It must stand before the child is started.
os.environ["OMP_THREAD_LIMIT"] = "1"

OTSU, SAUVOLA = 0, 2  # the one is cheaper, the other reads shaded copies
ONE_LINE = 7  # the layout mode
ONLY_FIGURES = {"tessedit_char_whitelist": "0123456789/-."}
FIGURES_IN = "eng"  # figures are read alike in every language
MISSING = "Tesseract cannot load its language data."
WORD_LEVEL = 5
UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


class Row(NamedTuple):
    """One line of the engine's table, in pixels."""

    level: int
    place: tuple[int, ...]  # page, block, paragraph, line
    left: int
    top: int
    width: int
    height: int
    confidence: float
    text: str


class Tesseract:
    """A run of the program for each image."""

    name = "pytesseract"

    def get_ready(self, languages: str) -> None:
        """Nothing: a program loads what it needs anew each time."""

    def words(self, image: Path, *, languages: str, mode: int, seconds: float, dpi: int, even: bool = False) -> tuple[Word, ...]:
        """Words with boxes as shares of the image. EngineFault when the engine fails, Overrun when it takes longer than `seconds`."""
        return words_of(rows_of(run(image, languages, options_of(mode, dpi, on_page(even=even)), seconds)))

    def figures(self, image: Path, *, seconds: float, dpi: int) -> tuple[Word, ...]:
        """The dates and numbers of one line, no letter being allowed. EngineFault and Overrun as above."""
        return words_of(rows_of(run(image, FIGURES_IN, options_of(ONE_LINE, dpi, ONLY_FIGURES), seconds)))


def options_of(mode: int, dpi: int, variables: dict[str, str]) -> str:
    """The words of the command line that set layout mode, resolution and the engine's variables."""
    return " ".join([f"--psm {mode} --dpi {dpi}", *(f"-c {name}={value}" for name, value in variables.items())])


def run(image: Path, languages: str, options: str, seconds: float) -> str:
    """The engine's table of one image."""
    import pytesseract

    try:
        return str(pytesseract.image_to_data(str(image), lang=languages, config=options, timeout=seconds))
    except pytesseract.TesseractNotFoundError:
        raise EngineFault("Tesseract is not installed.", next_step="Install the package tesseract-ocr.", permanent=True) from None
    except pytesseract.TesseractError as error:
        raise EngineFault(f"Tesseract ended with status {error.status}.", next_step="Check that its language data are installed.") from None
    except RuntimeError:
        raise overrun(seconds) from None


def on_page(*, even: bool) -> dict[str, str]:
    """The engine's variables for a page: nothing is white on black, and how ink is told from paper: `even`, by one level of gray all over it."""
    return {"invert_threshold": "0", "thresholding_method": str(OTSU if even else SAUVOLA)}


def overrun(seconds: float) -> Overrun:
    """The fault of an image that took too long."""
    return Overrun(f"Tesseract took longer than {seconds:g} s on one page.", next_step="Read the page by eye.")


def rows_of(table: str) -> list[Row]:
    """The rows of the engine's tab-separated table, with or without its head line."""
    cells = (line.split("\t", 11) for line in table.split("\n"))
    return [row_of(line) for line in cells if len(line) >= 11 and line[0].isdigit()]  # the last row may lack its empty text


def row_of(cells: list[str]) -> Row:
    """One row out of its cells."""
    level, *place, _, left, top, width, height = map(int, cells[:10])
    return Row(level, tuple(place), left, top, width, height, float(cells[10]), visible("".join(cells[11:])))


def visible(text: str) -> str:
    """The text without control, bidirectional and private characters."""
    return " ".join("".join(char for char in text if unicodedata.category(char) not in UNSEEN).split())


def words_of(rows: list[Row]) -> tuple[Word, ...]:
    """The words in reading order, lines numbered over the whole page."""
    if not rows:
        return ()
    wide, high = max(rows[0].width, 1), max(rows[0].height, 1)
    found = (row for row in rows if row.level == WORD_LEVEL and row.text and row.confidence >= 0)
    lines = groupby(found, key=lambda row: row.place)
    return tuple(word_of(row, wide, high, number) for number, (_, line) in enumerate(lines) for row in line)


def word_of(row: Row, wide: int, high: int, line: int) -> Word:
    """A word as shares of the image."""
    box = Box(row.left / wide, row.top / high, min(1.0, (row.left + row.width) / wide), min(1.0, (row.top + row.height) / high))
    return Word(row.text, box, min(1.0, row.confidence / 100), line)
