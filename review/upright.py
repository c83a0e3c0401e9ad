"""Pages as they are read: a page that lies on its side in its file is turned for looking at, and so are the places on it."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from schemas.page import Box, place_on_source
from schemas.record import DocumentRecord

TURNED = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}  # Pillow turns against the clock


def turn_of(record: DocumentRecord, page: int) -> int:
    """The clockwise quarter-turn that makes a page of the document upright, as its reading found."""
    turns: dict[str, Any] = record.evidence.get("turns") or {}
    return int(turns.get(str(page), 0))


def upright_box(record: DocumentRecord, page: int, box: tuple[float, ...]) -> Box:
    """A place of the source page, on the upright page."""
    return place_on_source(Box(*box), 360 - turn_of(record, page))


def upright_image(record: DocumentRecord, page: int, data: bytes) -> bytes:
    """The picture of a source page, upright."""
    turn = TURNED.get(turn_of(record, page))
    if turn is None:
        return data
    with Image.open(io.BytesIO(data), formats=["WEBP", "JPEG"]) as image:
        made = io.BytesIO()
        image.convert("L").transpose(turn).save(made, "JPEG", quality=85)
    return made.getvalue()
