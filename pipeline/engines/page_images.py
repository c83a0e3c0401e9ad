"""The port that makes page images for people to look at: asks children, never parses the file itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.engines.nursery import converse
from pipeline.engines.opener import ChildOpener, limits
from schemas.rules import RenderRules
from schemas.source import Opened, RenderedPage

WIDTHS = {"thumb": 160, "web": 900, "wide": 1800}  # pixels
WEBP_HEAD = (b"RIFF", b"WEBP")
POLITE = 19
MAX_BYTES = 32 << 20


class PageImages:
    """Makes every size of some pages, as a viewer shows the source, in fresh child processes that yield to everything else."""

    def __init__(self, opener: ChildOpener, rules: RenderRules) -> None:
        self.opener, self.rules = opener, rules

    def make(self, original: Path, opened: Opened, pages: Sequence[int], into: Path) -> dict[int, dict[str, Path]]:
        """The images by page and size; a page of which none can be made has none. EngineFault only when our own machine fails."""
        drawn = [page for page in self.opener.render(original, opened, pages, into) if page.image is not None]
        made: dict[int, dict[str, Path]] = {page.number: self._shrink(original, page, into) for page in drawn}
        for page in drawn:
            (into / f"page-{page.number:04d}.pgm").unlink(missing_ok=True)
        return made

    def _shrink(self, original: Path, page: RenderedPage, into: Path) -> dict[str, Path]:
        request = {
            "original": str(original.absolute()),
            "into": str(into.absolute()),
            "pages": [[page.number, page.width_pt, page.height_pt]],
            "widths": WIDTHS,
        }
        for _ in converse("shrink", request, replace(limits(self.rules), nice=POLITE)):
            pass
        paths = {size: into / f"page-{page.number:04d}-{size}.webp" for size in WIDTHS}
        return {size: path for size, path in paths.items() if _is_webp(path)}


def _is_webp(path: Path) -> bool:
    """Whether a file with a WebP's head lies there, as long as the head says and no longer than such a page can be."""
    try:
        with path.open("rb") as file:
            head, size = file.read(12), path.stat().st_size
    except OSError:
        return False
    return (head[:4], head[8:]) == WEBP_HEAD and int.from_bytes(head[4:8], "little") + 8 == size <= MAX_BYTES
