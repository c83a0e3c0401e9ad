"""The child's side of making page images for people to look at: pictures of pages, smaller, as WebP.

Knows Pillow; called only by `child`, with plain values in and out.
"""

from __future__ import annotations

import errno
from pathlib import Path

from PIL import Image

from pipeline.engines import raster
from pipeline.engines.nursery import NOT_WRITTEN, MachineError, Message, Say
from pipeline.engines.opening import page_path

QUALITY = 60
LARGEST_SIDE = 16_383  # that the format can hold


def shrink(request: Message, say: Say) -> Message:
    """Write every size of every picture; the sizes made by page."""
    raster.lift_pillows_budget()
    into, made = Path(request["into"]), {}
    for number, width, height in request["pages"]:
        made[str(number)] = _shrunk(into, number, height / width, request["widths"])
        say({"at": number})
    return {"made": made}


def _shrunk(into: Path, number: int, shape: float, widths: dict[str, int]) -> list[str]:
    """One page in each width, its pixels made square, never larger than it was read."""
    with Image.open(page_path(into, number)) as page:
        page.load()
        for size, most in widths.items():
            across = max(1, min(most, page.width, int(LARGEST_SIDE / max(shape, 1))))
            small = page.resize((across, max(1, round(across * shape))), Image.Resampling.LANCZOS, reducing_gap=2.0)
            try:
                small.save(image_path(into, number, size), "WEBP", quality=QUALITY, method=2)
            except OSError as failure:
                if failure.errno == errno.ENOSPC:
                    raise MachineError(NOT_WRITTEN) from failure
                raise
    return list(widths)


def image_path(into: Path, number: int, size: str) -> Path:
    """Where a size of a page is written."""
    return into / f"page-{number:04d}-{size}.webp"
