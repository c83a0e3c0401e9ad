"""Makes of a scan the image that is read best, and keeps the way back. Each lever is used only where its own measure asks for it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage

from pipeline.dirt import dirt_of
from pipeline.look import DPI, FAX_DPI, TOUCHING, Gray, Look, Mask, Reals, Scan, darkness, paper_of, solid
from schemas.page import Box

VERSION = 3
SKEWED = 0.4  # degrees
SHADED = 0.12
MANY_LETTERS = 100
LOW_LETTERS = 16.0  # pixels that letters without ascenders are read at


class Way(NamedTuple):
    """How shares of a cleaned image become shares of the page: turned about the middle, sizes in inches."""

    page_wide: float
    page_high: float
    wide: float
    high: float
    angle: float  # degrees the image was turned counter-clockwise


class Cleaned(NamedTuple):
    """An image ready to be read."""

    pixels: Gray
    dpi: int
    quality: str
    way: Way
    even: bool  # one level of gray tells ink from paper all over it


def quality_of(scan: Scan, look: Look, *, dirty: bool) -> str:
    """Which damage a scan shows most."""
    if scan.bilevel and (min(scan.dpi_x, scan.dpi_y) < FAX_DPI or not square(scan)):
        return "fax"
    if scan.bilevel:
        return "dirty" if dirty else "clean"
    return "shaded" if look.spread > SHADED or look.streaked or look.strength < 1.0 else "clean"


def square(scan: Scan) -> bool:
    """Whether the pixels are as wide as high."""
    return 0.9 < scan.dpi_x / scan.dpi_y < 1.1


def clean(scan: Scan, look: Look, target_dpi: int) -> Cleaned:
    """The image to read, by the recipe that the look asks for."""
    scan = scan._replace(pixels=headings_in_black(scan.pixels, look))
    dirt = dirt_of(scan) if scan.bilevel else None
    quality = quality_of(scan, look, dirty=dirt is not None)
    pixels = scan.pixels if dirt is None else np.where(dirt, np.uint8(255), scan.pixels)
    if quality == "shaded":
        pixels = without_streaks(on_even_paper(pixels, look.strength), scan.dpi_x, scan.dpi_y)
    return finish(scan._replace(pixels=pixels), look, quality, target_dpi)


def headings_in_black(pixels: Gray, look: Look) -> Gray:
    """The page with what stands white on dark bars in black on white: the engine passes it over."""
    fields = look.drawings.where(solid(look.drawings, look.skew))
    if not fields.area.size:
        return pixels
    changed, (high, wide) = pixels.copy(), look.ink.shape
    down, across = pixels.shape[0] / high, pixels.shape[1] / wide
    edges = zip(np.maximum(0, fields.x0 - 1), np.maximum(0, fields.y0 - 1), fields.x1 + 1, fields.y1 + 1, strict=True)
    for x0, y0, x1, y1 in edges:
        part = changed[int(y0 * down) : int(y1 * down), int(x0 * across) : int(x1 * across)]
        bar = bar_in(look.ink[y0:y1, x0:x1])
        inner, border = ndimage.binary_erosion(bar, TOUCHING), ndimage.binary_dilation(bar, TOUCHING)
        part[:] = np.where(enlarged(inner, part), 255 - part, np.where(enlarged(border, part), np.uint8(255), part))
    return changed


def enlarged(mask: Mask, like: Gray) -> Mask:
    """A mask at the size of an image."""
    return np.asarray(Image.fromarray(mask).resize((like.shape[1], like.shape[0])))


def bar_in(ink: Mask) -> Mask:
    """The largest mark of a part of the page, its holes and dents filled: a crooked bar leaves corners of its box free."""
    labels, _ = ndimage.label(ink)
    largest = labels == 1 + int(np.bincount(labels.ravel())[1:].argmax())
    rows = np.arange(ink.shape[0])[:, None]
    top, foot = largest.argmax(axis=0), ink.shape[0] - largest[::-1].argmax(axis=0)
    held: Mask = largest.any(axis=0) & (rows >= top) & (rows < foot)
    return held


def clean_as_shaded(scan: Scan, look: Look, target_dpi: int) -> Cleaned:
    """The second recipe for a page that read badly: as if it were a shaded copy, at full size."""
    return finish(
        scan._replace(pixels=without_streaks(on_even_paper(scan.pixels, look.strength), scan.dpi_x, scan.dpi_y)), look, "shaded", target_dpi
    )


def finish(scan: Scan, look: Look, quality: str, target_dpi: int) -> Cleaned:
    """Bring to resolution, soften and straighten."""
    dpi = resolution(scan, look, quality, target_dpi)
    pixels = soften(resized(scan, dpi), softness(scan, quality, dpi))
    angle = look.skew if abs(look.skew) >= SKEWED else 0.0
    turned = straighten(pixels, angle)
    even = quality != "shaded" and look.letters.area.size >= MANY_LETTERS  # with little ink the level would be sought in the noise
    page_wide, page_high = pixels.shape[1] / dpi, pixels.shape[0] / dpi
    return Cleaned(turned, dpi, quality, Way(page_wide, page_high, turned.shape[1] / dpi, turned.shape[0] / dpi, angle), even)


def resolution(scan: Scan, look: Look, quality: str, target_dpi: int) -> int:
    """The resolution to read at. Small print of a clean page is enlarged, since its decimal points are lost; larger print only costs time."""
    native = round(min(scan.dpi_x, scan.dpi_y))
    if quality != "clean" or not square(scan) or not look.letters.area.size:
        return target_dpi
    wanted = round(LOW_LETTERS * DPI / float(np.percentile(look.letters.high, 25)))
    return min(target_dpi, native if native >= 0.95 * wanted else wanted)


def softness(scan: Scan, quality: str, dpi: int) -> float:
    """Width of the blur in pixels: the recogniser was trained on gray, edges of black-and-white scans are too hard for it."""
    if quality == "shaded":
        return 1.5 if scan.dpi_x < dpi else 0.8
    if not scan.bilevel:
        return 0.0
    return 1.2 if square(scan) else 1.6


def resized(scan: Scan, dpi: int) -> Gray:
    """Square pixels at a resolution; shrinking averages, enlarging interpolates."""
    high, wide = scan.pixels.shape
    size = (max(1, round(wide * dpi / scan.dpi_x)), max(1, round(high * dpi / scan.dpi_y)))
    if size == (wide, high):
        return scan.pixels
    return np.asarray(Image.fromarray(scan.pixels).resize(size, Image.Resampling.BICUBIC))


def soften(pixels: Gray, width: float) -> Gray:
    """A light blur."""
    return ndimage.gaussian_filter(pixels, width, truncate=2.5) if width else pixels


def straighten(pixels: Gray, angle: float) -> Gray:
    """Turn counter-clockwise about the middle, on paper large enough to lose nothing."""
    if not angle:
        return pixels
    return np.asarray(Image.fromarray(pixels).rotate(angle, Image.Resampling.BILINEAR, expand=True, fillcolor=255))


def on_even_paper(pixels: Gray, strength: float = 1.0) -> Gray:
    """The page as if its paper were white all over, and faded print black."""
    dark: Reals = darkness(pixels, paper_of(pixels))
    if strength < 1.0:
        dark = np.clip((dark - 0.03) / strength, 0.0, 1.0)
    return np.asarray(255 - 255 * dark, dtype=np.uint8)


def without_streaks(pixels: Gray, dpi_x: float, dpi_y: float) -> Gray:
    """Lighten what runs straight for longer than any letter: streaks, and the rules of tables."""
    dark = 255 - pixels
    for axis, dpi in ((0, dpi_y), (1, dpi_x)):
        dark = dark - np.minimum(dark, opened(dark, max(3, round(0.7 * dpi)), axis))
    return np.asarray(255 - dark, dtype=np.uint8)


def opened(dark: Gray, length: int, axis: int) -> Gray:
    """Only what is dark for at least a length along an axis."""
    return np.asarray(ndimage.maximum_filter1d(ndimage.minimum_filter1d(dark, length, axis=axis), length, axis=axis))


def turned(pixels: Gray, turn: int) -> Gray:
    """The image turned clockwise by quarter turns."""
    return np.ascontiguousarray(np.rot90(pixels, -turn // 90))


def place_on_page(box: Box, way: Way) -> Box:
    """A box of the cleaned image, before any quarter turn, as shares of the page."""
    corners = [(x, y) for x in (box.x0, box.x1) for y in (box.y0, box.y1)]
    points = [point_on_page(x, y, way) for x, y in corners]
    across, down = [within(x) for x, _ in points], [within(y) for _, y in points]
    return Box(min(across), min(down), max(across), max(down))


def point_on_page(x: float, y: float, way: Way) -> tuple[float, float]:
    """A point of the cleaned image as shares of the page."""
    across, down = (x - 0.5) * way.wide, (y - 0.5) * way.high
    cos, sin = math.cos(math.radians(way.angle)), math.sin(math.radians(way.angle))
    return (across * cos - down * sin) / way.page_wide + 0.5, (across * sin + down * cos) / way.page_high + 0.5


def place_on_image(box: Box, way: Way) -> Box:
    """A box of the page as shares of the cleaned image: the way back of `place_on_page`."""
    back = Way(way.wide, way.high, way.page_wide, way.page_high, -way.angle)
    return place_on_page(box, back)


def within(share: float) -> float:
    """A share kept in 0..1."""
    return min(1.0, max(0.0, share))
