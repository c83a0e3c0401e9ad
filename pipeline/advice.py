"""What the scanner operator should do about a page that cannot be read, picked by what was measured on it."""

from __future__ import annotations

import numpy as np

from pipeline.look import DPI, Look, Scan, inches

CROOKED = 4.0  # degrees
COARSE = 90.0  # dots an inch
CUT = 0.06  # share of the letters that run over an edge


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
    """Share of the letters that touch an edge of the scan."""
    letters, (high, wide) = look.letters, look.ink.shape
    rim = inches(1.5 / DPI)
    at_edge = (letters.x0 <= rim) | (letters.y0 <= rim) | (letters.x1 >= wide - rim) | (letters.y1 >= high - rim)
    return float(np.mean(at_edge)) if at_edge.size else 0.0
