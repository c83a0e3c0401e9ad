"""The port that makes one searchable PDF of some pages of a source: asks a child, never parses the file itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.engines.nursery import Message, converse
from pipeline.engines.opener import limits
from schemas.faults import EngineFault
from schemas.page import PageReading, ReadFrom
from schemas.rules import RenderRules
from schemas.source import Opened


class SearchablePdf:
    """Composes in a fresh child process a call."""

    def __init__(self, rules: RenderRules) -> None:
        self.rules = rules

    def compose(self, original: Path, opened: Opened, readings: Sequence[PageReading], into: Path) -> Path:
        """Path of a PDF of the readings' pages in their order: as received, upright, OCR words invisibly over them.

        A page that cannot be copied comes as the renderer draws it. EngineFault(permanent) when that fails as well.
        """
        target = into / f"document-{readings[0].number:05d}-{readings[-1].number:05d}-{len(readings)}.pdf"
        drawn: set[int] = set()
        while not self._attempt(original, opened, readings, target, drawn):
            pass
        return target

    def _attempt(self, original: Path, opened: Opened, readings: Sequence[PageReading], target: Path, drawn: set[int]) -> bool:
        """Have one child make the file; after a failure the page it did not survive is to be `drawn` next time."""
        request = self._request(original, opened, readings, target, drawn)
        at, made = readings[0].number, None
        for message in converse("compose", request, limits(self.rules)):
            at = message.get("at", at)
            made = message.get("done", made)
        if made is not None and made.get("pages") == len(readings) and target.is_file():
            return True
        everything = {reading.number for reading in readings}
        failed = {at} if made is None else everything - drawn
        if not failed or failed <= drawn:
            raise EngineFault("A page can be neither copied nor drawn.", next_step="Look at the original.", permanent=True)
        drawn |= failed
        return False

    def _request(self, original: Path, opened: Opened, readings: Sequence[PageReading], target: Path, drawn: set[int]) -> Message:
        return {
            "original": str(original.absolute()),
            "kind": opened.kind,
            "into": str(target.parent.absolute()),
            "name": target.name,
            "dpi": self.rules.dpi,
            "max_megapixels": self.rules.max_megapixels,
            "seconds": self.rules.page_wall_seconds,
            "pages": [_page(reading, reading.number in drawn) for reading in readings],
        }


def _page(reading: PageReading, drawn: bool) -> Message:
    """One page's part of the request; words only where the page does not carry them already."""
    said = reading.words if reading.read_from is ReadFrom.OCR or (drawn and reading.words) else ()
    return {
        "number": reading.number,
        "turn": reading.turn % 360,
        "size": [reading.width_pt, reading.height_pt],
        "words": [[word.text, *word.box] for word in said if word.text.strip()],
        "drawn": drawn,
    }
