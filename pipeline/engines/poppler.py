"""Poppler: counts a PDF's pages, draws them through pdf2image, and reads their text layer with pdftotext.

Knows poppler's output; runs in a child process only. Poppler counts in 1/72 inch and knows no UserUnit.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from math import ceil
from typing import Any, NamedTuple

from pdf2image import convert_from_path, pdfinfo_from_path
from pdf2image.exceptions import PDFInfoNotInstalledError, PDFPageCountError, PDFPopplerTimeoutError
from PIL import Image

from pipeline.engines.nursery import NO_PDFINFO, NO_PDFTOPPM, MachineError

MAX_TEXT_BYTES = 60_000_000
MAX_WORDS = 20_000
MAX_WORD = 200
WORD_LEVEL = "5"
SIZE = re.compile(r"([\d.]+) x ([\d.]+) pts")


class Sheet(NamedTuple):
    """One page as poppler shows it, in 1/72 inch without UserUnit."""

    width: float
    height: float


class TextWord(NamedTuple):
    """One word of a text layer, in 1/72 inch from the top left of the page as shown."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    line: int


class LockedError(Exception):
    """The file needs a password."""


def sheets(path: str, most: int, seconds: float) -> tuple[int, list[Sheet]]:
    """Number of pages, and the size of the first `most` as shown. LockedError; ValueError when poppler cannot open the file."""
    try:
        info = pdfinfo_from_path(path, first_page=1, last_page=most, timeout=ceil(seconds))
    except PDFInfoNotInstalledError as missing:
        raise MachineError(NO_PDFINFO) from missing
    except PDFPageCountError as refused:
        raise (LockedError if "Incorrect password" in str(refused) else ValueError)("not opened") from None
    except PDFPopplerTimeoutError:
        raise ValueError("too slow") from None
    return info["Pages"], [_sheet(info, number) for number in range(1, min(info["Pages"], most) + 1)]


def _sheet(info: dict[str, str], number: int) -> Sheet:
    """Size of one page with its rotation applied; a letter where poppler gives none."""
    found = SIZE.search(info.get(f"Page {number:4d} size", ""))
    if found is None:
        return Sheet(612.0, 792.0)
    width, height = float(found[1]), float(found[2])
    sideways = info.get(f"Page {number:4d} rot", "0").strip() in {"90", "270"}
    return Sheet(height, width) if sideways else Sheet(width, height)


def draw(path: str, first: int, last: int, dpi: float, seconds: float) -> list[Image.Image]:
    """Consecutive pages in gray at `dpi`; fewer, or of another size, where poppler failed. ValueError when it cannot open the file; TimeoutError."""
    exact: Any = round(dpi, 3)  # declared as a whole number, handed to pdftoppm as it is
    try:
        drawn: list[Image.Image] = convert_from_path(
            path, dpi=exact, first_page=first, last_page=last, grayscale=True, use_cropbox=True, timeout=ceil(seconds)
        )
    except PDFInfoNotInstalledError as missing:
        raise MachineError(NO_PDFTOPPM) from missing
    except PDFPageCountError:
        raise ValueError("not opened") from None
    except PDFPopplerTimeoutError:
        raise TimeoutError from None
    return drawn


def complains(path: str, number: int, seconds: float) -> bool:
    """Whether poppler reports errors in a page (or in the file) while drawing it."""
    command = ["pdftoppm", "-r", "10", "-f", str(number), "-l", str(number), path]
    try:
        drawn = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return True
    return drawn.returncode != 0 or b"Error" in drawn.stderr


def words(path: str, first: int, last: int, seconds: float) -> dict[int, list[TextWord]]:
    """The text layer of consecutive pages by page number; without the pages that poppler cannot read in time."""
    command = ["pdftotext", "-q", "-tsv", "-cropbox", "-enc", "UTF-8", "-f", str(first), "-l", str(last), path, "-"]
    pages: dict[int, list[TextWord]] = {}
    lines: dict[tuple[str, ...], int] = {}
    for row in _rows(command, seconds):
        if len(row) < 12 or row[0] != WORD_LEVEL:
            continue
        text = clean(row[11])
        on_page = pages.setdefault(int(row[1]), [])
        if text and len(on_page) < MAX_WORDS:
            left, top, width, height = (float(value) for value in row[6:10])
            line = lines.setdefault(tuple(row[1:5]), len(lines))
            on_page.append(TextWord(text, left, top, left + width, top + height, line))
    return pages


def _rows(command: list[str], seconds: float) -> Iterator[list[str]]:
    """The rows of poppler's table; as many as come in time and size."""
    with contextlib.suppress(subprocess.TimeoutExpired), subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as program:
        try:
            output, _ = program.communicate(timeout=seconds)
        finally:
            program.kill()
        for row in output[:MAX_TEXT_BYTES].decode("utf-8", "replace").split("\n"):
            yield row.rstrip("\r").split("\t", 11)


def clean(text: str) -> str:
    """A word without control, format (bidirectional marks), private-use and unassigned characters; ligatures spelled out."""
    plain = unicodedata.normalize("NFKC", text) if any("\ufb00" <= char <= "\ufb06" for char in text) else unicodedata.normalize("NFC", text)
    return "".join(char for char in plain if unicodedata.category(char)[0] != "C").strip()[:MAX_WORD]
