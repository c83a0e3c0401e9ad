"""Pillow: pages of TIFF, JPEG and PNG files as sizes, and as 8-bit gray PGMs of our own making.

Knows pixels and resolution tags; runs in a child process only.
"""

from __future__ import annotations

import errno
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageOps, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, PpmImagePlugin, TiffImagePlugin

from pipeline.engines.nursery import MachineError
from schemas.source import FileKind

FORMATS = {FileKind.TIFF: ("TIFF",), FileKind.JPEG: ("JPEG", "MPO"), FileKind.PNG: ("PNG",)}
ORIENTATION, PHOTOMETRIC = 274, 262
SIDEWAYS = (5, 6, 7, 8)
UPRIGHT_BY = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
LETTER_WIDTH = 8.5
FAX_WIDTH = 1728
MIN_DPI, MAX_DPI = 40.0, 2400.0
NOT_OUR_DISK = (None, errno.EFBIG)  # an encoder's complaint, or a picture over the limit: any other error in writing is ours

READERS = (TiffImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, PpmImagePlugin)  # no others are imported

warnings.simplefilter("ignore")


class Frame(NamedTuple):
    """One page of an image file: size in 1/72 inch and resolution as shown, and whether the scan is 1 bit per pixel."""

    width_pt: float
    height_pt: float
    dpi_x: float
    dpi_y: float
    bilevel: bool
    pixels: int = 0


class TooManyPixelsError(Exception):
    """The page would exceed the pixel budget; it has not been decoded."""


def lift_pillows_budget() -> None:
    """Pillow's own limit refuses a whole file for its first page; `check_pixels` refuses page by page instead."""
    Image.MAX_IMAGE_PIXELS = None


def check_pixels(image: Image.Image, most: int) -> None:
    """TooManyPixelsError when the current page, not yet decoded, is over the budget."""
    if image.width * image.height > most:
        raise TooManyPixelsError


@contextmanager
def open_image(path: str, kind: FileKind) -> Iterator[Image.Image]:
    """The file as a picture of its kind. Not by its name: Pillow would map it into memory, and misread a TIFF that lies on its side."""
    with Path(path).open("rb") as file, Image.open(file, formats=FORMATS[kind]) as image:
        yield image


def frames(path: str, kind: FileKind, most: int) -> list[Frame]:
    """The size of every page, up to one more than `most`. A page whose header is damaged counts, with the size of a letter."""
    found: list[Frame] = []
    with open_image(path, kind) as image:
        count = _count(image, most + 1)
        for number in range(min(count, most + 1)):
            try:
                image.seek(number)
                found.append(_frame(image))
            except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError):
                found.append(Frame(612.0, 792.0, 0.0, 0.0, False))
    return found


def _count(image: Image.Image, most: int) -> int:
    """The number of pages; where the chain of them breaks, those before the break and at least one for whatever came after it."""
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:  # noqa: BLE001 - Pillow may raise anything over hostile bytes
        for number in range(1, most):
            try:
                image.seek(number)
            except Exception:  # noqa: BLE001 - as above
                return number + 1
        return most


def draw(path: str, kind: FileKind, number: int, most_pixels: int, out: Path) -> Frame:
    """Write page `number` upright as an 8-bit gray PGM. TooManyPixelsError before decoding; whatever Pillow raises for damage."""
    with open_image(path, kind) as image:
        if number > 1:
            image.seek(number - 1)
        check_pixels(image, most_pixels)
        frame = _frame(image)
        save_gray(upright_gray(image), out)
    return frame


def upright_gray(image: Image.Image) -> Image.Image:
    """The picture turned as its EXIF says, flattened on white, as 8-bit gray."""
    reversed_16 = image.mode.startswith("I;16") and getattr(image, "tag_v2", {}).get(PHOTOMETRIC) == 0
    way = UPRIGHT_BY.get(orientation(image)) if image.format != "TIFF" else None  # Pillow turns a TIFF itself
    gray = to_gray(image)
    gray = ImageOps.invert(gray) if reversed_16 else gray
    return gray if way is None else gray.transpose(way)


def to_gray(image: Image.Image) -> Image.Image:
    """Any of Pillow's modes as 8-bit gray; what is transparent becomes white."""
    if image.mode in ("1", "L"):
        return image.convert("L")
    if image.mode[0] in "IF":
        return _narrow(image)
    if image.has_transparency_data:
        return flatten(image).convert("L")
    return image.convert("L" if image.mode in ("RGB", "P", "YCbCr", "CMYK", "RGBX") else "RGB").convert("L")


def flatten(image: Image.Image) -> Image.Image:
    """The picture on white paper."""
    over = image.convert("RGBA")
    paper = Image.new("RGBA", over.size, "white")
    paper.alpha_composite(over)
    return paper.convert("RGB")


def _narrow(image: Image.Image) -> Image.Image:
    """16-bit and floating gray brought to 8 bits: 16-bit by its full range, anything else by its own."""
    floating = image.convert("F") if image.mode in "IF" else image.convert("I").convert("F")
    low, high = (float(str(value)) for value in floating.getextrema())
    wide = image.mode.startswith("I;16") or (image.mode == "I" and 255 < high <= 65_535)
    begin, end = (0.0, 65_535.0) if wide else (0.0, 255.0) if high <= 255 and low >= 0 else (low, high)
    scale = 255.0 / (end - begin or 1.0)
    return floating.point(lambda value: value * scale - begin * scale).convert("L")


def is_white(image: Image.Image) -> bool:
    """Whether a gray picture is nothing but white."""
    return image.getextrema() == (255, 255)


def is_almost_white(image: Image.Image) -> bool:
    """Whether a gray picture is white but for a line or two: less than a printed page, as much as a stamp."""
    return sum(image.histogram()[:200]) < 0.01 * image.width * image.height


def save_gray(image: Image.Image, out: Path) -> None:
    """Write a .pgm unpacked: packing and unpacking noise costs more than looking at it. MachineError when it is our disk that refuses."""
    try:
        image.save(out, format="PPM" if out.suffix == ".pgm" else "PNG")
    except OSError as failure:
        if failure.errno not in NOT_OUR_DISK:
            raise MachineError(errno.errorcode[failure.errno]) from failure
        raise


def orientation(image: Image.Image) -> int:
    """EXIF's number for how the page is to be turned, 1 if it is upright. Decodes nothing, as getexif would for a PNG."""
    tags = getattr(image, "tag_v2", None)
    if tags is None:
        tags = image.getexif() if "exif" in image.info else {}
    stated = tags.get(ORIENTATION, 1)
    return stated if isinstance(stated, int) and 1 <= stated <= 8 else 1


def _frame(image: Image.Image) -> Frame:
    """Size and resolution of the current page as shown."""
    width, height = image.size
    dpi_x, dpi_y = _stated(image)
    if orientation(image) in SIDEWAYS:
        dpi_x, dpi_y = dpi_y, dpi_x
        if image.format != "TIFF":  # Pillow gives a TIFF's size as turned already
            width, height = height, width
    bilevel = image.mode == "1"
    if not _plausible(width, height, dpi_x, dpi_y):
        dpi_x, dpi_y = _guess(width, height, bilevel)
    return Frame(width / dpi_x * 72, height / dpi_y * 72, dpi_x, dpi_y, bilevel, width * height)


def _stated(image: Image.Image) -> tuple[float, float]:
    """The resolution the file states, per inch; zeros where it states none."""
    stated = image.info.get("dpi") or image.info.get("resolution") or (0, 0)
    try:
        return float(stated[0]), float(stated[1])
    except (TypeError, ValueError, ZeroDivisionError, IndexError, OverflowError):
        return 0.0, 0.0


def _plausible(width: int, height: int, dpi_x: float, dpi_y: float) -> bool:
    """Whether a scanner or a fax could have meant it: a sheet between a business card and a plan, pixels not too oblong."""
    if not (MIN_DPI <= dpi_x <= MAX_DPI and MIN_DPI <= dpi_y <= MAX_DPI and 0.3 <= dpi_x / dpi_y <= 3.3):
        return False
    sides = sorted((width / dpi_x, height / dpi_y))
    return sides[0] >= 0.4 and sides[1] <= 24


def _guess(width: int, height: int, bilevel: bool) -> tuple[float, float]:
    """Resolution from the pixels alone: a standard fax line, else a sheet as wide as a letter."""
    if bilevel and width == FAX_WIDTH:
        return 204.0, 98.0 if height <= 1300 else 196.0
    dpi = min(max(min(width, height) / LETTER_WIDTH, 72.0), MAX_DPI)
    return dpi, dpi


def turned(image: Image.Image, clockwise: int) -> Image.Image:
    """The picture turned by a quarter, half or three quarters, pixel for pixel."""
    ways = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
    return image.transpose(ways[clockwise]) if clockwise in ways else image
