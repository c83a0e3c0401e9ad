"""Looks at a page before it is read: what is ink, what is furniture of the paper, how the scan is damaged. Knows pixels, not words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from schemas.source import RenderedPage

Gray = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Reals = NDArray[np.float32]
Wholes = NDArray[np.int64]

VERSION = 4
DPI = 150  # every measure but speckle is taken at this resolution, pixels square
INK = 0.30  # darkness against the paper around it; what shows through from the other side stays below
FAINT = 0.12
GLANCE_DPI = 75
NOTHING = 0.05  # at a glance: the faintest letter that counts is darker, the noise of a scanner is not
FAX_DPI = 260  # black-and-white scans below this are faxes
SHORTEST, LONGEST = 3.0, 30.0  # inches of a sheet's longer side
MOST_PIXELS = 36_000_000
DARK_PAGE = 110
ROWS = 3  # that make it idle to look for others that run up and down
TOUCHING = np.ones((3, 3), dtype=bool)


class Scan(NamedTuple):
    """The pixels of a page as received, and their size on paper."""

    pixels: Gray
    dpi_x: float
    dpi_y: float
    bilevel: bool


class Marks(NamedTuple):
    """Connected marks of ink: their corners and area, in pixels at DPI."""

    x0: Wholes
    y0: Wholes
    x1: Wholes
    y1: Wholes
    area: Wholes

    @property
    def wide(self) -> Wholes:
        return self.x1 - self.x0

    @property
    def high(self) -> Wholes:
        return self.y1 - self.y0

    def turned(self) -> Marks:
        """The same marks with rows and columns exchanged."""
        return Marks(self.y0, self.x0, self.y1, self.x1, self.area)

    def where(self, chosen: Mask) -> Marks:
        """The chosen marks."""
        return Marks(*(values[chosen] for values in self))


class Printing(NamedTuple):
    """What was printed or written: all of it, the part that is letters, these as marks; rows of letters; large marks."""

    ink: Mask
    text: Mask
    letters: Marks
    rows: int
    drawings: Marks

    @property
    def large(self) -> int:
        """How many marks are too large for letters."""
        return int(self.drawings.area.size)


@dataclass(frozen=True)
class Look:
    """What a look at a page showed. What only the recipes ask is measured when it is asked for."""

    ink: Mask  # printing, without specks and furniture of the paper
    text: Mask  # the part of it that is letters
    letters: Marks  # marks of the size of characters
    rows: int  # groups of letters that stand in a row
    large: int  # signatures, drawings, pictures
    drawings: Marks  # these as marks
    faint: int  # rows and drawings that show only when the faintest marks count; 0 where the page has plain ink
    paper: Reals  # brightness around every pixel
    dark: Reals

    @cached_property
    def slant(self) -> tuple[float, bool]:
        """Degrees by which the image must be turned counter-clockwise; whether the rows run up and down."""
        return slant(self.text, self.letters)

    @property
    def skew(self) -> float:
        """Degrees by which the image must be turned counter-clockwise."""
        return self.slant[0]

    @property
    def sideways(self) -> bool:
        """Whether the rows run up and down."""
        return self.slant[1]

    @cached_property
    def spread(self) -> float:
        """Of the paper's brightness over the page, 0..1."""
        return spread_of(self.paper)

    @cached_property
    def streaked(self) -> bool:
        """Whether the scanner drew lines from edge to edge."""
        return streaked(self.dark)

    @cached_property
    def strength(self) -> float:
        """Darkness of the print, 0..1; below INK the page is faded."""
        return strength_of(self.dark)

    @property
    def blank(self) -> bool:
        """No row, no drawing, not even faintly."""
        return not (self.rows or self.large or self.faint)


def open_scan(page: RenderedPage) -> Scan:
    """The pixels of a rendered page."""
    with Image.open(str(page.image)) as image:
        pixels = np.asarray(image.convert("L"))
    dpi_x, dpi_y = plausible(page, *pixels.shape)
    return Scan(pixels, dpi_x, dpi_y, page.bilevel or two_tones(pixels))


def plausible(page: RenderedPage, high: int, wide: int) -> tuple[float, float]:
    """The resolution of a page; where it would make a sheet no office has, as cameras claim, that of a letter sheet."""
    dpi_x, dpi_y = page.dpi_x or wide * 72 / max(page.width_pt, 1), page.dpi_y or high * 72 / max(page.height_pt, 1)
    longest = max(wide / dpi_x, high / dpi_y)
    scale = 1.0 if SHORTEST < longest < LONGEST else longest / 11
    return dpi_x * scale, dpi_y * scale


def within_bounds(scan: Scan) -> Scan:
    """The same scan, made smaller where it is larger than is worth reading."""
    step = int(np.ceil(np.sqrt(scan.pixels.size / MOST_PIXELS)))
    if step < 2:
        return scan
    return Scan(np.asarray(Image.fromarray(scan.pixels).reduce(step)), scan.dpi_x / step, scan.dpi_y / step, bilevel=False)


def two_tones(pixels: Gray) -> bool:
    """Whether a gray image holds black and white alone."""
    counts = np.bincount(pixels[::3, ::3].ravel(), minlength=256)
    return bool(counts[48:208].sum() < 0.05 * counts[:48].sum())


def look_at(scan: Scan, blank_ink: float) -> Look:
    """Measure a page. A page whose printing covers less than `blank_ink`, and shows no row and no drawing, counts as blank."""
    thumb = squared(scan, DPI)
    paper = paper_of(thumb)
    dark = darkness(thumb, paper)
    plain = printing(dark > INK)
    share = float(plain.ink.mean())
    inked = plain.rows > 0 or plain.large > 0 or share > blank_ink
    shown = plain if inked else printing(ndimage.uniform_filter(dark, 2) > FAINT)
    return Look(
        ink=shown.ink if shown.rows else plain.ink,
        text=shown.text,
        letters=shown.letters,
        rows=plain.rows,
        large=max(plain.large, int(inked and not plain.rows)),
        drawings=shown.drawings,
        faint=0 if inked else shown.rows + shown.large,
        paper=paper,
        dark=dark,
    )


def is_empty(scan: Scan) -> bool:
    """Whether nothing at all can be seen on a sheet, from so far that a look costs next to nothing."""
    step = max(1, round(min(scan.dpi_x, scan.dpi_y) / GLANCE_DPI))
    small = np.asarray(Image.fromarray(scan.pixels).reduce(step))
    return float(darkness(small, paper_of(small, step=3)).max()) < NOTHING


def is_one_tone(scan: Scan) -> bool:
    """Whether every single pixel is as bright as the others, so far as an eye can tell."""
    return int(scan.pixels.max()) - int(scan.pixels.min()) < 255 * NOTHING


def as_positive(scan: Scan, look: Look, blank_ink: float) -> tuple[Scan, Look]:
    """A page printed white on black as black on white; any other page as it is."""
    if np.median(scan.pixels[::8, ::8]) > DARK_PAGE:
        return scan, look
    positive = scan._replace(pixels=255 - scan.pixels)
    seen = look_at(positive, blank_ink)
    return (positive, seen) if seen.rows > max(2, look.rows) else (scan, look)


def squared(scan: Scan, dpi: float) -> Gray:
    """The page at one resolution both ways, every new pixel the mean of the old ones under it."""
    high, wide = scan.pixels.shape
    size = (max(1, round(wide * dpi / scan.dpi_x)), max(1, round(high * dpi / scan.dpi_y)))
    return np.asarray(Image.fromarray(scan.pixels).resize(size, Image.Resampling.BOX))


def paper_of(gray: Gray, step: int = 6) -> Reals:
    """Brightness of the paper around every pixel: strokes are closed over, slow shading stays."""
    small = np.asarray(Image.fromarray(gray).reduce(step)) if min(gray.shape) > step else gray
    level = ndimage.gaussian_filter(ndimage.grey_closing(small, size=(9, 9)).astype(np.float32), 2)
    back = Image.fromarray(level).resize((gray.shape[1], gray.shape[0]), Image.Resampling.BILINEAR)
    return np.maximum(np.asarray(back, dtype=np.float32), np.float32(128))  # a black sheet is ink, not paper


def darkness(gray: Gray, paper: Reals) -> Reals:
    """Share of the paper's brightness that is missing, 0 white to 1 black."""
    return np.clip(1.0 - gray / paper, 0.0, 1.0).astype(np.float32)


def spread_of(paper: Reals) -> float:
    """How far the paper's brightness differs over the page."""
    low, high = np.percentile(paper[::16, ::16], (3, 97))
    return float(high - low) / 255


def printing(mask: Mask) -> Printing:
    """What was printed or written, told from specks and furniture."""
    labels, count = ndimage.label(mask, TOUCHING)
    marks = marks_of(labels, count)
    kept = ~(specks(marks) | furniture(marks, mask.shape))
    ink = np.concatenate(([False], kept))[labels]
    lettered = kept & of_letter_size(marks)
    text, letters = np.concatenate(([False], lettered))[labels], marks.where(lettered)
    rows = rows_of(text, letters)
    rows = rows if rows >= ROWS else max(rows, rows_of(text.T, letters.turned()))
    return Printing(ink, text, letters, rows, marks.where(kept & drawn(marks)))


def marks_of(labels: NDArray[np.int32], count: int) -> Marks:
    """Corners and area of every labelled mark."""
    found = ndimage.find_objects(labels)
    corners = np.array([(s[1].start, s[0].start, s[1].stop, s[0].stop) for s in found], dtype=np.int64).reshape(-1, 4)
    area = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    x0, y0, x1, y1 = corners.T
    return Marks(x0, y0, x1, y1, area.astype(np.int64))


def inches(share: float) -> float:
    """A length on paper in pixels at DPI."""
    return share * DPI


def specks(marks: Marks) -> Mask:
    """Marks too small to be a letter or its dot."""
    return (np.maximum(marks.wide, marks.high) < inches(0.02)) | (marks.area < 4)


def of_letter_size(marks: Marks) -> Mask:
    """Marks of a size that letters have, from footnote to headline."""
    tall = (marks.high >= inches(0.033)) & (marks.high <= inches(0.5)) & (marks.wide >= inches(0.012)) & (marks.wide <= inches(0.7))
    return tall & (marks.area >= 8)


def drawn(marks: Marks) -> Mask:
    """Marks as large as a signature, a drawing or words run together, and not a straight line."""
    return (np.maximum(marks.wide, marks.high) >= inches(0.4)) & (np.minimum(marks.wide, marks.high) >= inches(0.08))


def bars(marks: Marks) -> Mask:
    """Solid oblongs, as the bars of codes are."""
    long, short = np.maximum(marks.wide, marks.high), np.minimum(marks.wide, marks.high)
    return (marks.area >= 0.8 * marks.wide * marks.high) & (long >= 3 * short) & (short <= inches(0.4))


def solid(marks: Marks, skew: float = 0.0) -> Mask:
    """Dark fields wide enough to hold a heading in white; a crooked one is less high than its box."""
    high = marks.high - marks.wide * abs(np.tan(np.radians(skew)))
    long = (marks.wide >= 3 * high) & (marks.wide >= inches(0.6))
    filled: Mask = long & (marks.area >= 0.55 * marks.wide * high) & (high >= inches(0.1))
    return filled


def furniture(marks: Marks, shape: tuple[int, int]) -> Mask:
    """Marks that paper and scanner make: edge shadows, punch holes, staples, folds and streaks."""
    return edge_shadows(marks, shape) | punch_holes(marks, shape) | staples(marks, shape) | straight(marks)


def edge_shadows(marks: Marks, shape: tuple[int, int]) -> Mask:
    """Marks that touch an edge of the image and stay near it."""
    high, wide = shape
    rim, margin = inches(0.04), inches(0.45)
    left, right = (marks.x0 <= rim) & (marks.x1 <= margin), (marks.x1 >= wide - rim) & (marks.x0 >= wide - margin)
    top, bottom = (marks.y0 <= rim) & (marks.y1 <= margin), (marks.y1 >= high - rim) & (marks.y0 >= high - margin)
    frame = (marks.wide > 0.9 * wide) & (marks.high > 0.9 * high) & (marks.area < 0.1 * wide * high)
    return left | right | top | bottom | frame


def punch_holes(marks: Marks, shape: tuple[int, int]) -> Mask:
    """Round, mostly filled marks of a hole's size near an edge."""
    long, short = np.maximum(marks.wide, marks.high), np.minimum(marks.wide, marks.high)
    size = (long >= inches(0.16)) & (long <= inches(0.45)) & (short >= 0.7 * long)
    return size & (marks.area >= 0.62 * marks.wide * marks.high) & (from_edges(marks, shape)[0] <= inches(0.9))


def staples(marks: Marks, shape: tuple[int, int]) -> Mask:
    """Short straight strokes in a corner."""
    near, far = from_edges(marks, shape)
    long, short = np.maximum(marks.wide, marks.high), np.minimum(marks.wide, marks.high)
    thin = (marks.area <= 0.06 * DPI * long) & (short <= 0.8 * long)
    return thin & (long >= inches(0.2)) & (long <= inches(0.7)) & (near <= inches(1.0)) & (far <= inches(1.3))


def from_edges(marks: Marks, shape: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distance of every mark's middle from the nearest edge, and from the nearer of the other pair."""
    x, y = (marks.x0 + marks.x1) / 2, (marks.y0 + marks.y1) / 2
    across, down = np.minimum(x, shape[1] - x), np.minimum(y, shape[0] - y)
    return np.minimum(across, down), np.maximum(across, down)


def straight(marks: Marks) -> Mask:
    """Long thin marks: rules, folds and streaks; slanted ones by how little of their box they fill."""
    long, short = np.maximum(marks.wide, marks.high), np.minimum(marks.wide, marks.high)
    return (long >= inches(0.8)) & ((short <= inches(0.05)) | ((short <= 0.06 * long) & (marks.area <= inches(0.04) * long)))


def rows_of(ink: Mask, letters: Marks) -> int:
    """How many groups of at least four letters, or two wide ones, stand close together in a row."""
    if not letters.area.size:
        return 0
    groups, count = ndimage.label(ndimage.maximum_filter1d(ink, int(inches(0.17)), axis=1))
    owner = groups[(letters.y0 + letters.y1) // 2, (letters.x0 + letters.x1) // 2]
    members = np.bincount(owner, minlength=count + 1)[1:]
    width = np.bincount(owner, weights=letters.wide, minlength=count + 1)[1:]
    return int(((members >= 4) | ((members >= 2) & (width >= inches(0.4)))).sum())


def slant(text: Mask, letters: Marks) -> tuple[float, bool]:
    """Skew in degrees, and whether the rows run up and down."""
    if letters.area.size < 12:
        return 0.0, False
    feet = text & ~np.roll(text, -1, axis=0)
    rows, columns = np.nonzero(feet)
    level, angle = sharpest(rows, columns)
    sides = text & ~np.roll(text, -1, axis=1)
    rows, columns = np.nonzero(sides)
    upright, other = sharpest(columns, rows)
    sideways = upright > 1.15 * level
    return (-other if sideways else angle), sideways


def sharpest(along: Wholes, across: Wholes, most: int = 30_000) -> tuple[float, float]:
    """How sharply the rows stand out at the best angle, and that angle in degrees."""
    step = max(1, along.size // most)
    rows, columns = along[::step].astype(np.float32), across[::step].astype(np.float32)
    coarse = best_angle(rows, columns, np.arange(-6.0, 6.01, 0.5))
    fine = best_angle(rows, columns, np.arange(coarse[1] - 0.4, coarse[1] + 0.41, 0.05))
    none = sharpness(rows, columns, 0.0)
    return (fine[0], fine[1]) if fine[0] > 1.04 * none else (none, 0.0)


def best_angle(rows: Reals, columns: Reals, angles: NDArray[np.float64]) -> tuple[float, float]:
    """The angle whose projection is the sharpest."""
    return max((sharpness(rows, columns, float(angle)), float(angle)) for angle in angles)


def sharpness(rows: Reals, columns: Reals, angle: float) -> float:
    """How unevenly the points fall on lines of one angle: 1 for an even spread."""
    shifted = rows - columns * np.float32(np.tan(np.radians(angle)))
    counts = np.bincount((shifted - shifted.min()).astype(np.int64)).astype(np.float64)
    return float((counts**2).sum() * counts.size / max(counts.sum(), 1) ** 2)


def strength_of(dark: Reals) -> float:
    """How dark the print is. Faded print leaves many times more faint pixels than dark ones; the soft edges of good print do not."""
    some = dark[::2, ::2]
    fields = ndimage.maximum_filter(ndimage.minimum_filter(some, 5), 7) > FAINT / 2  # tinted cells and bars are wider than any stroke
    marks = some[(some > FAINT) & ~fields]
    if not marks.size or (marks > INK).mean() > 0.4:
        return 1.0
    return float(np.percentile(marks, 75))


def streaked(dark: Reals) -> bool:
    """Whether lines run from edge to edge of the page, as a dirty scanner draws them; frames stop at the margins."""
    return streaked_down(dark) or streaked_down(dark.T)


def streaked_down(dark: Reals) -> bool:
    """Whether a column is dark nearly all the way, both ends included."""
    rim, end = int(inches(0.2)), int(inches(0.1))
    ends = np.minimum(dark[:end].mean(axis=0), dark[-end:].mean(axis=0))
    return bool(((np.percentile(dark[::8], 10, axis=0) > 0.06) & (ends > 0.06))[rim:-rim].any())
