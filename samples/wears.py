"""What happens to paper on its way, by three hands or more for each kind of damage: no recipe and no curve shall fit one simulation alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from scipy import ndimage

from samples.damage import damage_page

Pixels = NDArray[np.float32]
Worn = tuple[NDArray[np.uint8], tuple[float, float]]


def _sample(quality: str) -> Callable[[Image.Image, np.random.Generator], Worn]:
    """The wear that the sample batches know."""

    def device(page: Image.Image, rng: np.random.Generator) -> Worn:
        scan = damage_page(page, quality, seed=int(rng.integers(2**31)))
        return np.asarray(scan.image.convert("L")), scan.dpi

    return device


def _dirty(page: Image.Image, rng: np.random.Generator) -> Worn:
    """A crooked black-and-white scan: any threshold, any amount of dirt in single dots and in clots."""
    pixels = _noisy(_turned(page, rng, 2.4), rng, float(rng.uniform(8, 34)))
    black = pixels < rng.uniform(115, 180)
    dots = rng.random(pixels.shape) < 10 ** rng.uniform(-3.6, -2.9)
    clots = ndimage.binary_dilation(rng.random(pixels.shape) < 10 ** rng.uniform(-4.6, -4.0), iterations=1)
    white = rng.random(pixels.shape) < rng.choice([0, 0.004])
    return _two_tones((black | dots | clots) & ~white), (300, 300)


def _fax(lines: int) -> Callable[[Image.Image, np.random.Generator], Worn]:
    """A fax as another machine sends it: lines averaged or dropped, any threshold."""

    def device(page: Image.Image, rng: np.random.Generator) -> Worn:
        how = Image.Resampling.BOX if rng.random() < 0.5 else Image.Resampling.BICUBIC
        small = _turned(page, rng, 0.8).resize((1734, 11 * lines), how)
        pixels = _noisy(small, rng, float(rng.uniform(4, 24)))
        return _two_tones((pixels < rng.uniform(125, 175)) | (rng.random(pixels.shape) < 0.0001)), (204, lines)

    return device


def _copy(page: Image.Image, rng: np.random.Generator) -> Worn:
    """A fax printed and copied with a dark side, marks of the glass and a lamp that fails, scanned crooked in gray."""
    fax, _ = _fax(196)(page, rng)
    gray = np.asarray(
        Image.fromarray(fax).resize((1700, 2200), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(float(rng.uniform(0.5, 1.0))))
    )
    high, wide = gray.shape
    rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32) / np.float32(high)
    turn = rng.uniform(0, 2 * np.pi)
    slope = np.cos(turn) * (columns - 0.4) + np.sin(turn) * (rows - 0.5)
    light = 1 - rng.uniform(0.15, 0.45) * np.clip(slope + 0.5, 0, 1) - rng.uniform(0, 0.2) * np.exp(-(((rows - rng.random()) / 0.1) ** 2))
    pixels = (rng.uniform(20, 70) + gray * rng.uniform(0.68, 0.78)) * light
    for at in rng.integers(100, wide - 100, 3):
        band = np.s_[:, at : at + int(rng.integers(1, 5))]
        pixels[band] = pixels[band] * rng.uniform(0.4, 0.75) if rng.random() < 0.75 else np.maximum(pixels[band], 225)
    return _gray(_noisy(_turned(_picture(pixels), rng, 2.5), rng, float(rng.uniform(3, 10)))), (200, 200)


def _crooked(page: Image.Image, rng: np.random.Generator) -> Worn:
    """A plain gray scan fed in at up to five degrees."""
    return _gray(_noisy(_turned(page, rng, 5.0), rng, 4)), (200, 200)


def _pale(page: Image.Image, rng: np.random.Generator) -> Worn:
    """Little ink on paper of any brightness."""
    ink, paper = float(rng.uniform(0.15, 0.5)), float(rng.uniform(150, 250))
    soft = np.asarray(_turned(page, rng, 0.8).filter(ImageFilter.GaussianBlur(0.5)), dtype=np.float32)
    return _gray(_noisy(_picture(paper * (1 - ink * (1 - soft / 255))), rng, 3)), (200, 200)


def _dusty(page: Image.Image, rng: np.random.Generator) -> Worn:
    """A black-and-white scan through soft optics: round dust of any size, in clouds or all over, seen before the threshold."""
    pixels = ndimage.gaussian_filter(np.asarray(_turned(page, rng, 2.6), dtype=np.float32), float(rng.uniform(0.5, 1.3)))
    high, wide = pixels.shape
    count = int(pixels.size * 10 ** rng.uniform(-4.0, -3.2))
    x, y = rng.random(count) * wide, rng.random(count) * high
    if rng.random() < 0.5:
        y = (y + rng.normal(0, 200) * np.sin(x / 300)) % high
    for left, top, radius in zip(x.astype(int), y.astype(int), rng.gamma(2.0, float(rng.uniform(0.35, 0.7)), count).clip(0.4, 2.6), strict=True):
        part = pixels[top : top + 7, left : left + 7]
        rows, columns = np.mgrid[0 : part.shape[0], 0 : part.shape[1]]
        grain = 255 * np.clip(radius + 0.5 - np.hypot(rows - 3, columns - 3), 0, 1).astype(np.float32)
        np.minimum(part, 255 - grain, out=part)
    return _two_tones(_noisy(_picture(pixels), rng, float(rng.uniform(4, 30))) < rng.uniform(105, 185)), (300, 300)


def _peppered(page: Image.Image, rng: np.random.Generator) -> Worn:
    """A crooked black-and-white scan with small oblong specks all over and a noisy threshold."""
    pixels = _noisy(_turned(page, rng, 2.4), rng, float(rng.uniform(15, 38)))
    most, count = int(rng.integers(2, 5)), int(pixels.size * 10 ** rng.uniform(-3.9, -3.3))
    places = zip(*(rng.integers(0, end - 5, count) for end in pixels.shape), *rng.integers(1, most + 1, (2, count)), strict=True)
    for y, x, high, wide in places:
        pixels[y : y + high, x : x + wide] = 0
    return _two_tones(pixels < rng.uniform(125, 165)), (300, 300)


def _thermal(lines: int) -> Callable[[Image.Image, np.random.Generator], Worn]:
    """A fax of soft print at a heavy or a light setting, with lines lost and repeated on the way."""

    def device(page: Image.Image, rng: np.random.Generator) -> Worn:
        soft = _turned(page, rng, 1.2).filter(ImageFilter.GaussianBlur(float(rng.uniform(0.4, 1.0))))
        pixels = _noisy(soft.resize((1734, 11 * lines), Image.Resampling.BOX), rng, float(rng.uniform(2, 14)))
        black = pixels < rng.choice([rng.uniform(128, 145), rng.uniform(165, 195)])
        for row in rng.integers(20, black.shape[0] - 2, int(rng.integers(0, 6))):
            black[row] = black[row - 1] if rng.random() < 0.6 else False
        return _two_tones(black), (204, lines)

    return device


def _book(page: Image.Image, rng: np.random.Generator) -> Worn:
    """A fax copied with the shadow of a spine and smudges, scanned in gray and squeezed hard."""
    fax, _ = _thermal(196)(page, rng)
    sheet = Image.fromarray(fax).resize((1700, 2200), Image.Resampling.BILINEAR)
    gray = np.asarray(sheet.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.4, 0.9)))))
    high, wide = gray.shape
    columns = np.linspace(0, 1, wide, dtype=np.float32)[None, :]
    shadow = np.exp(-np.abs(columns - rng.choice([0.0, 1.0])) / rng.uniform(0.1, 0.3)) * rng.uniform(0.2, 0.5)
    smudges = ndimage.zoom(rng.random((11, 9)).astype(np.float32), (high / 11, wide / 9), order=1)[:high, :wide] * rng.uniform(0, 0.2)
    pixels = (rng.uniform(10, 60) + gray * rng.uniform(0.7, 0.76)) * (1 - shadow) * (1 - smudges)
    for at in rng.integers(60, wide - 60, int(rng.integers(0, 4))):
        pixels[:, at : at + int(rng.integers(1, 4))] *= rng.uniform(0.5, 0.85)
    out = io.BytesIO()
    _picture(_noisy(_turned(_picture(pixels), rng, 2.2), rng, float(rng.uniform(2, 8)))).save(out, "JPEG", quality=int(rng.integers(35, 75)))
    return np.asarray(Image.open(out)), (200, 200)


def _turned(page: Image.Image, rng: np.random.Generator, most: float) -> Image.Image:
    return page.rotate(float(rng.uniform(-most, most)), resample=Image.Resampling.BICUBIC, fillcolor=255)


def _noisy(page: Image.Image, rng: np.random.Generator, sigma: float) -> Pixels:
    pixels = np.asarray(page, dtype=np.float32)
    return pixels + rng.standard_normal(pixels.shape, dtype=np.float32) * np.float32(sigma)


def _picture(pixels: NDArray[np.floating]) -> Image.Image:
    return Image.fromarray(_gray(pixels))


def _gray(pixels: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(pixels, 0, 255), dtype=np.uint8)


def _two_tones(black: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return np.where(black, np.uint8(0), np.uint8(255))


class Wear(NamedTuple):
    """One way of wearing paper: whose hand damages it, the resolution it is drawn at."""

    device: Callable[[Image.Image, np.random.Generator], Worn]
    dpi: tuple[int, int] = (300, 300)


WEARS = {
    "clean300": Wear(_sample("clean300")),
    "clean200": Wear(_sample("clean200"), (200, 200)),
    "crooked": Wear(_crooked, (200, 200)),
    "dirty": Wear(_dirty),
    "skew300bw": Wear(_sample("skew300bw")),
    "dusty": Wear(_dusty),
    "peppered": Wear(_peppered),
    "finefax": Wear(_fax(196)),
    "faxfine": Wear(_sample("faxfine"), (204, 196)),
    "finethermal": Wear(_thermal(196)),
    "standardfax": Wear(_fax(98)),
    "faxstd": Wear(_sample("faxstd"), (204, 196)),
    "thermal": Wear(_thermal(98)),
    "copy": Wear(_copy),
    "shaded": Wear(_sample("shaded"), (200, 200)),
    "book": Wear(_book),
    "pale": Wear(_pale, (200, 200)),
}
