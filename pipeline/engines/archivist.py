"""The port that makes a document's archival rendition: asks a child, never parses the file itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from pipeline.engines.nursery import converse
from pipeline.engines.opener import limits
from schemas.rules import RenderRules

NOT_MADE = "not made"
POLITE = 19


class Archival(NamedTuple):
    """A document as PDF/A-2b; or none, and the clauses that its pages break."""

    path: Path | None
    findings: tuple[str, ...]


class Archivist:
    """Makes PDF/A-2b in a fresh child process a call, which yields to everything else."""

    def __init__(self, rules: RenderRules) -> None:
        self.rules = rules

    def archive(self, document: Path, into: Path) -> Archival:
        """The rendition, if an independent validator finds no fault with it. EngineFault only when our own machine fails."""
        target = into / "archival.pdf"
        request = {"original": str(document.absolute()), "into": str(into.absolute()), "name": target.name}
        done = None
        for message in converse("archive", request, replace(limits(self.rules), nice=POLITE)):
            done = message.get("done", done)
        if not isinstance(done, dict) or not isinstance(done.get("findings"), list) or not target.is_file():
            return Archival(None, (NOT_MADE,))
        found = tuple(map(str, done["findings"]))
        return Archival(None if found else target, found)
