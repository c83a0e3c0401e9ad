"""A worker whose pipeline is quick and foreseeable: what a file says of itself is what is decided about it. Everything that stores is the real thing.

A file of the campaign is a few lines of text: its number, whose it is, how many pages it has, or that it is blank.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from schemas.catalogue import build_catalogue
from schemas.config import Config
from schemas.document import TypeGuess
from schemas.filing import BatchPlan, Filing, PlannedDocument, SetAside
from schemas.line import Line
from schemas.page import Box, PageKind, PageReading, Word
from schemas.source import FileKind, Opened, PageFacts, Refused
from workers import work
from workers.wire import Reader, Stores

CATALOGUE = build_catalogue({"progress_note": {"name": "Progress note", "folder": "notes", "loinc": "11506-3"}})
NOTE = TypeGuess("progress_note", 0.99)
PLACE = Box(0.1, 0.1, 0.2, 0.2)
BLANK = "nobody"


class Drop(NamedTuple):
    """One file of a campaign as it is dropped: what it holds and whose it is."""

    name: str
    mrn: str
    pages: int
    data: bytes

    @property
    def sha256(self) -> str:
        """The digest of its content."""
        return hashlib.sha256(self.data).hexdigest()


def make_drop(number: int, *, people: int, blank: bool = False, slow: float = 0.0) -> Drop:
    """The file with this number; its pages and person follow from it. `slow`: seconds that reading a page takes."""
    mrn, pages = BLANK if blank else f"M{number % people}", 1 + (number % 7 == 0)
    return Drop(f"scan-{number}.txt", mrn, pages, f"number {number}\nperson {mrn}\npages {pages}\nslow {slow}\n".encode())


def equip(config: Config, stores: Stores, sheets: object = None) -> Reader:
    """The pipeline of the campaign."""
    del config, stores, sheets
    return Reader(
        _inspect,
        _read_pages,
        _plan,
        _Composer(),
        content_unknown,
        CATALOGUE,
        "campaign",
        lambda parts, line: _plan([page for part in parts for page in part], line),
    )


def content_unknown(_path: Path) -> bool | None:
    """No kind of file whose end could be told."""
    return None


def work_as(slot: int) -> int:
    """Be a worker with this pipeline until killed."""
    setattr(work, "equip", equip)  # noqa: B010 - the seam: what a worker is equipped with
    return work.main(["--slot", str(slot)])


def tiny_pdf(pages: int, word: str) -> bytes:
    """A PDF of empty pages that programs can count."""
    kids = " ".join(f"{3 + n} 0 R" for n in range(pages))
    bodies = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {pages}>>"]
    bodies += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>"] * pages
    out, places = f"%PDF-1.4\n%{word}\n".encode(), []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += f"{number} 0 obj{body}endobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        out
        + f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(bodies) + 1}/Root 1 0 R>>startxref\n{len(out)}\n%%EOF".encode()
    )


class _Composer:
    def compose(self, original: Path, _opened: Opened, readings: Sequence[PageReading], into: Path) -> Path:
        path = into / "out.pdf"
        path.write_bytes(tiny_pdf(len(readings), hashlib.sha256(original.read_bytes()).hexdigest()))
        return path


def _facts(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return {name: value for name, _, value in (line.partition(" ") for line in lines)}


def _inspect(path: Path) -> Opened | Refused:
    facts = _facts(path)
    if "pages" not in facts:
        return Refused("file.unsupported")
    return Opened(FileKind.PDF, tuple(PageFacts(number, 612.0, 792.0) for number in range(1, int(facts["pages"]) + 1)))


def _read_pages(path: Path, _opened: Opened, pages: Sequence[int], _scratch: Path) -> tuple[PageReading, ...]:
    facts = _facts(path)
    time.sleep(float(facts["slow"]) * len(pages))
    words = (Word(facts["person"], PLACE, 0.9, 1), Word(f"number{facts['number']}", PLACE, 0.9, 1))
    return tuple(PageReading(number, PageKind.TEXT, words) for number in pages)


def _plan(readings: Sequence[PageReading], _line: Line) -> BatchPlan:
    pages, person = tuple(reading.number for reading in readings), readings[0].words[0].text
    if person == BLANK:
        return BatchPlan((PlannedDocument(pages, SetAside("image.blank")),))
    return BatchPlan((PlannedDocument(pages, Filing(person, 0.99999), NOTE),))
