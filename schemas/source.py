"""What arrived: deliveries, source files, and what opening one showed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from schemas.page import Word


class FileKind(StrEnum):
    PDF = "pdf"
    TIFF = "tiff"
    JPEG = "jpeg"
    PNG = "png"


class Priority(StrEnum):
    STAT = "stat"
    NORMAL = "normal"
    LOW = "low"


class DeliveryState(StrEnum):
    """A delivery is `taken` until every page of it has one outcome, then `settled`."""

    TAKEN = "taken"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file as it was dropped once. The same content dropped twice is two deliveries of one source file."""

    id: str
    sequence: int  # order of taking over; the lowest of equal contents is the original
    source: str  # the watched folder's source name, or "ingest"
    name: str  # path relative to the folder, as os.fsdecode gives it; shown by `visible`, never used as a path
    sha256: str
    size: int
    object_key: str
    facility: str
    priority: Priority
    taken_at: datetime
    state: DeliveryState = DeliveryState.TAKEN


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What the file says about one page before it is rendered: size as shown, in 1/72 inch."""

    number: int
    width_pt: float
    height_pt: float


@dataclass(frozen=True, slots=True)
class Opened:
    """A source file that can be read."""

    kind: FileKind
    pages: tuple[PageFacts, ...]
    flags: tuple[str, ...] = ()  # javascript, attachments: shown only as pixels


@dataclass(frozen=True, slots=True)
class Refused:
    """A source file that cannot be read: the reason code, and how many pages it claims where that is known."""

    reason: str
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """One page as pixels of our own making (8-bit gray PNG, upright as a viewer shows it) and its text layer, if any.

    `dpi_x`, `dpi_y` differ on fax pages. `problem` is a reason code when no image could be made.
    """

    number: int
    width_pt: float
    height_pt: float
    image: Path | None
    dpi_x: float = 0.0
    dpi_y: float = 0.0
    layer: tuple[Word, ...] = ()
    bilevel: bool = False  # the scan itself was 1 bit per pixel
    image_share: float = 0.0  # share of the page that raster images cover
    problem: str | None = None


def visible(text: str) -> str:
    """Text from outside as a person may see it: signs that command or hide, and bytes that are no UTF-8, are written out."""
    return "".join(sign if sign.isprintable() else f"\\x{_code(sign):02x}" for sign in text)


def _code(sign: str) -> int:
    return os.fsencode(sign)[0] if "\udc80" <= sign <= "\udcff" else ord(sign)
