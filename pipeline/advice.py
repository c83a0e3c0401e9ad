"""What the scanner operator should do about a page that cannot be read, picked by what was measured on it."""

from __future__ import annotations

import numpy as np

from pipeline.look import Look, Scan, inches

CROOKED = 4.0  # degrees
COARSE = 90.0  # dots an inch
CUT = 0.012  # share of the letters at a side: one or two of each line


def advice_for(scan: Scan, look: Look) -> str | None:
    """The reason code whose next step helps most; None where nothing but the page itself is at fault."""
    if look.faint or look.strength < 0.6:
        return "image.faint"
    if cut_share(look) > CUT:
        return "image.cut"
    if abs(look.skew) > CROOKED:
        return "image.crooked"
    if min(scan.dpi_x, scan.dpi_y) < COARSE:
        return "image.coarse"
    return "image.dark" if look.spread > 0.25 or look.streaked else None


def cut_share(look: Look) -> float:
    """Share of the letters that stand nearer to a side of the scan than anybody prints; those that touch it are not counted as letters."""
    letters, wide, margin = look.letters, look.ink.shape[1], inches(0.12)
    at_side = (letters.x0 <= margin) | (letters.x1 >= wide - margin)
    return float(np.mean(at_side)) if at_side.size else 0.0
