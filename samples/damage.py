"""What scanners, fax machines and telephones do to a page. Knows pixels, nothing of patients.

A scan is an image with the resolution its file states; standard fax has 204 dots an inch across and 98 down.
"""

from __future__ import annotations

import io
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from samples.fonts import find_font
from schemas.faults import EngineFault

Gray = NDArray[np.float32]


class Scan(NamedTuple):
    """A page as pixels and the dots an inch across and down."""

    image: Image.Image
    dpi: tuple[int, int]


class FaxLine(NamedTuple):
    """What a fax machine prints above the page."""

    sent: str
    number: str
    page: int
    pages: int


RENDER_DPI = {"clean300": (300, 300), "skew300bw": (300, 300), "faxfine": (204, 196), "faxstd": (204, 196)}
CLEAN = ("born_digital", "clean300", "clean200")
BILEVEL = ("skew300bw", "faxfine", "faxstd")


def render_pages(pdf: bytes, dpi: tuple[int, int]) -> list[Image.Image]:
    """Every page of a PDF of our own making as 8-bit gray. EngineFault when pdftoppm is missing or refuses."""
    with tempfile.TemporaryDirectory(prefix="samples-") as folder:
        source = Path(folder) / "in.pdf"
        source.write_bytes(pdf)
        command = ["pdftoppm", "-gray", "-rx", str(dpi[0]), "-ry", str(dpi[1]), str(source), str(Path(folder) / "p")]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=300)
        except (OSError, subprocess.SubprocessError) as error:
            raise EngineFault(
                "pdftoppm did not draw the sample pages.", next_step="Install the Debian package poppler-utils (make setup does)."
            ) from error
        return [Image.open(path).convert("L") for path in sorted(Path(folder).glob("p-*.pgm"))]


def damage_page(page: Image.Image, quality: str, *, seed: int, fax: FaxLine | None = None) -> Scan:
    """The page after a trip through the device that `quality` names."""
    return _QUALITIES[quality](page, np.random.default_rng(seed), fax)


def turn_page(scan: Scan, quarter_turns: int) -> Scan:
    """The page as fed in sideways or upside down."""
    dpi = scan.dpi if quarter_turns % 2 == 0 else (scan.dpi[1], scan.dpi[0])
    return Scan(scan.image.rotate(90 * quarter_turns, expand=True), dpi)


def jpeg_bytes(scan: Scan, *, quality: int = 78, orientation: int = 1) -> bytes:
    """A JPEG; with an EXIF orientation the pixels are stored turned, as a telephone stores them."""
    turned = {1: scan.image, 3: scan.image.rotate(180, expand=True), 6: scan.image.rotate(90, expand=True), 8: scan.image.rotate(-90, expand=True)}
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    turned[orientation].convert("L").save(out, "JPEG", quality=quality, dpi=scan.dpi, **({"exif": exif.tobytes()} if orientation != 1 else {}))
    return out.getvalue()


def png_bytes(scan: Scan) -> bytes:
    """A PNG with its resolution."""
    out = io.BytesIO()
    scan.image.save(out, "PNG", dpi=scan.dpi)
    return out.getvalue()


def tiff_bytes(scans: Sequence[Scan], *, compression: str = "") -> bytes:
    """A TIFF of one or many pages: G4 (or G3) where the pages have one bit a dot, LZW where they are gray."""
    out, frames = io.BytesIO(), [_tagged(scan) for scan in scans]
    chosen = compression or ("group4" if frames[0].mode == "1" else "tiff_lzw")
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], compression=chosen, dpi=scans[0].dpi)
    return out.getvalue()


def pdf_bytes(scans: Iterable[Scan]) -> bytes:
    """A PDF as a scanner makes it: one image a page, CCITT G4 or JPEG, no text."""
    import img2pdf

    images = [tiff_bytes([scan]) if scan.image.mode == "1" else jpeg_bytes(scan) for scan in scans]
    return bytes(img2pdf.convert(images, nodate=True, engine=img2pdf.Engine.internal))


def _tagged(scan: Scan) -> Image.Image:
    image = scan.image.copy()
    image.info["dpi"] = scan.dpi
    return image


def _pixels(page: Image.Image) -> Gray:
    return np.asarray(page, dtype=np.float32)


def _picture(pixels: NDArray[np.floating]) -> Image.Image:
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _skewed(page: Image.Image, rng: np.random.Generator, most: float) -> Image.Image:
    return page.rotate(float(rng.uniform(-most, most)), resample=Image.Resampling.BILINEAR, fillcolor=255)


def _noise(shape: tuple[int, ...], rng: np.random.Generator, sigma: float) -> Gray:
    return rng.standard_normal(shape, dtype=np.float32) * np.float32(sigma)


def _clean(page: Image.Image, rng: np.random.Generator, dpi: int) -> Scan:
    """An office scanner: a little noise, paper not quite white, hardly any skew."""
    pixels = _pixels(_skewed(page, rng, 0.25))
    return Scan(_picture(pixels * 0.955 + 8 + _noise(pixels.shape, rng, 3.5)), (dpi, dpi))


def _clean300(page: Image.Image, rng: np.random.Generator, _fax: FaxLine | None) -> Scan:
    return _clean(page, rng, 300)


def _clean200(page: Image.Image, rng: np.random.Generator, _fax: FaxLine | None) -> Scan:
    return _clean(page, rng, 200)


def _punched(page: Image.Image, rng: np.random.Generator, _fax: FaxLine | None) -> Scan:
    """Three punch holes and a staple's shadow."""
    scan = _clean(page, rng, 200)
    pen, height = ImageDraw.Draw(scan.image), scan.image.height
    for share in (0.14, 0.5, 0.86):
        pen.ellipse((34, height * share - 26, 86, height * share + 26), fill=20)
    pen.line((60, 50, 130, 74), fill=90, width=5)
    return scan


def _faint(page: Image.Image, rng: np.random.Generator, _fax: FaxLine | None) -> Scan:
    """A worn toner cartridge: gray ink on gray paper."""
    pixels = _pixels(_skewed(page, rng, 0.6).filter(ImageFilter.GaussianBlur(0.6)))
    return Scan(_picture(pixels * 0.38 + 118 + _noise(pixels.shape, rng, 5)), (200, 200))


def _skew_bilevel(page: Image.Image, rng: np.random.Generator, _fax: FaxLine | None) -> Scan:
    """One bit a dot, fed in crooked, with specks."""
    pixels = _pixels(_skewed(page, rng, 2.2))
    pixels = pixels + _noise(pixels.shape, rng, 26)
    _speckle(pixels, rng, count=int(pixels.size * 0.00035), most=3)
    return Scan(_picture(pixels).point(lambda v: 255 * (v > 150)).convert("1"), (300, 300))


def _speckle(pixels: Gray, rng: np.random.Generator, *, count: int, most: int) -> None:
    """Dark specks of up to `most` dots."""
    rows, columns = rng.integers(0, pixels.shape[0] - most, count), rng.integers(0, pixels.shape[1] - most, count)
    for row, column, size in zip(rows, columns, rng.integers(1, most + 1, count), strict=True):
        pixels[row : row + size, column : column + size] = 0


def _fax_fine(page: Image.Image, rng: np.random.Generator, fax: FaxLine | None) -> Scan:
    return Scan(_faxed(page, rng, fax).convert("1"), (204, 196))


def _fax_standard(page: Image.Image, rng: np.random.Generator, fax: FaxLine | None) -> Scan:
    """Every second line is all that a standard fax sends."""
    fine = np.asarray(_faxed(page, rng, fax))
    return Scan(Image.fromarray(np.ascontiguousarray(fine[::2])).convert("1"), (204, 98))


def _faxed(page: Image.Image, rng: np.random.Generator, fax: FaxLine | None) -> Image.Image:
    """The page in black and white below the sender's line: threshold noise, specks, now and then a repeated line."""
    page = _skewed(page, rng, 0.5)
    if fax:
        page = _with_fax_line(page, fax)
    pixels = _pixels(page)
    pixels = pixels + _noise(pixels.shape, rng, 20)
    _speckle(pixels, rng, count=int(pixels.size * 0.00008), most=2)
    for row in rng.integers(60, pixels.shape[0] - 4, int(rng.integers(0, 3))):
        pixels[row : row + 2] = pixels[row - 1]
    return _picture(pixels).point(lambda v: 255 * (v > 140))


def _with_fax_line(page: Image.Image, fax: FaxLine) -> Image.Image:
    """The page shrunk a little, below "date time  number  P. 2/5"."""
    sheet = Image.new("L", page.size, 255)
    sheet.paste(page.resize((page.width, page.height - 44), Image.Resampling.BILINEAR), (0, 44))
    font = ImageFont.truetype(str(find_font("DejaVuSansMono")), 25)
    ImageDraw.Draw(sheet).text((40, 6), f"{fax.sent}   FROM: {fax.number}       P. {fax.page}/{fax.pages}", font=font, fill=0)
    return sheet


def _shaded(page: Image.Image, rng: np.random.Generator, fax: FaxLine | None) -> Scan:
    """A fax printed, copied and scanned again: gray shading, streaks, skew."""
    small = page.resize((1734, 2156), Image.Resampling.BILINEAR)
    pixels = _pixels(_faxed(small, rng, fax).resize(page.size, Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(0.9)))
    rows = np.linspace(0, 1, pixels.shape[0], dtype=np.float32)[:, None]
    columns = np.linspace(0, 1, pixels.shape[1], dtype=np.float32)[None, :]
    light = 205 + 30 * np.sin(3 * columns + float(rng.uniform(0, 3))) - 55 * rows * float(rng.uniform(0.4, 1.0))
    pixels = pixels / 255 * light * 0.86 + 26 + _noise(pixels.shape, rng, 8)
    for column in rng.integers(80, pixels.shape[1] - 80, 3):
        pixels[:, column : column + int(rng.integers(2, 5))] -= 75
    return Scan(_skewed(_picture(pixels), rng, 2.3), (200, 200))


def _photo(page: Image.Image, rng: np.random.Generator, _fax: FaxLine | None) -> Scan:
    """A sheet on a table, taken by telephone: perspective, uneven light, a little blur."""
    width, height = page.size
    table = Image.new("L", (width + 240, height + 240), 70)
    table.paste(page, (120, 120))
    moved = rng.uniform(-55, 55, (4, 2))
    corners = np.array([(0, 0), (width + 240, 0), (width + 240, height + 240), (0, height + 240)], dtype=float)
    view = table.transform(table.size, Image.Transform.PERSPECTIVE, _perspective(corners, corners + moved), Image.Resampling.BICUBIC, fillcolor=70)
    pixels = _pixels(view.filter(ImageFilter.GaussianBlur(0.8)))
    rows = np.linspace(-1, 1, pixels.shape[0], dtype=np.float32)[:, None] - float(rng.uniform(-0.5, 0.5))
    columns = np.linspace(-1, 1, pixels.shape[1], dtype=np.float32)[None, :] - float(rng.uniform(-0.5, 0.5))
    light = 1.0 - 0.16 * (rows**2 + columns**2)
    return Scan(_picture(pixels * light + _noise(pixels.shape, rng, 5)), (200, 200))


def _perspective(source: NDArray[np.float64], target: NDArray[np.float64]) -> list[float]:
    """The eight numbers that map target corners back to source corners."""
    rows, values = [], []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return [float(value) for value in np.linalg.solve(np.array(rows), np.array(values))]


_QUALITIES: dict[str, Callable[[Image.Image, np.random.Generator, FaxLine | None], Scan]] = {
    "clean300": _clean300,
    "clean200": _clean200,
    "punched": _punched,
    "faint": _faint,
    "skew300bw": _skew_bilevel,
    "faxfine": _fax_fine,
    "faxstd": _fax_standard,
    "shaded": _shaded,
    "photo": _photo,
}
