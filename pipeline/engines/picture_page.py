"""img2pdf: one page of an image file as a PDF picture, without loss and as received where PDF can hold it so.

Knows what PDF takes over bit for bit (JPEG, Group 4 fax, PNG); runs in a child process only.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, NamedTuple

import img2pdf
from PIL import Image

from pipeline.engines import raster
from schemas.source import FileKind

Matrix = tuple[float, float, float, float, float, float]
UPRIGHT: Matrix = (1, 0, 0, 1, 0, 0)
PLACED: dict[int, Matrix] = {  # the unit square as stored, laid as EXIF says it is to be shown
    1: UPRIGHT,
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}


class Picture(NamedTuple):
    """A one-page PDF that holds the picture as `stored`, and how its unit square is to be placed."""

    pdf: bytes
    matrix: Matrix


def picture_page(path: str, kind: FileKind, number: int, most_pixels: int) -> Picture:
    """Page `number` of an image file. TooManyPixelsError before decoding; whatever img2pdf or Pillow raises for damage."""
    with raster.open_image(path, kind) as image:
        alone = getattr(image, "n_frames", 1) == 1
        if number > 1:
            image.seek(number - 1)
        raster.check_pixels(image, most_pixels)
        turn = raster.orientation(image)
        if alone and _goes_as_it_is(image, kind, turn):
            return Picture(_convert(Path(path).read_bytes()), PLACED[turn])
        return Picture(_convert(_without_loss(image)), PLACED[turn] if kind is not FileKind.TIFF else UPRIGHT)


def _goes_as_it_is(image: Image.Image, kind: FileKind, turn: int) -> bool:
    """Whether the file's own bytes can go to img2pdf: what is transparent is flattened first, what Pillow turns on loading comes turned."""
    if image.mode not in ("1", "L", "RGB", "P", "CMYK") or image.has_transparency_data:
        return False
    return kind is FileKind.JPEG or turn == 1


def _convert(content: bytes) -> bytes:
    """The one-page PDF, with nothing in it that changes from run to run."""
    converted: Any = img2pdf.convert(content, nodate=True, rotation=img2pdf.Rotation.none, layout_fun=_any_size)
    return bytes(converted)


def _any_size(*_: object) -> tuple[float, float, float, float]:
    """A sheet of any size: the picture is placed anew by whoever asked."""
    return 612.0, 792.0, 612.0, 792.0


def _without_loss(image: Image.Image) -> bytes:
    """The page anew: fax compression for 1 bit per pixel, else PNG on white paper. 16-bit gray is narrowed to 8."""
    image.load()
    out = io.BytesIO()
    if image.mode == "1":
        image.save(out, format="TIFF", compression="group4")
        return out.getvalue()
    kept = image if image.mode in ("L", "RGB") else raster.flatten(image) if image.has_transparency_data else _plain(image)
    kept.save(out, format="PNG")
    return out.getvalue()


def _plain(image: Image.Image) -> Image.Image:
    gray = image.mode[0] in "IFL"
    return raster.to_gray(image) if gray else image.convert("RGB")
