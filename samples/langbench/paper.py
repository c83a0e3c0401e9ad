"""What becomes of pages on their way: an office scanner, a scanner set to black and white, a fax. Knows pixels, nothing of patients."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from samples.damage import FaxLine, Scan, damage_page, pdf_bytes
from samples.langbench.sheet import HIGH, WIDE, Sheet, picture

FAX_DPI = (204, 196)


def scan_batch(sheets: Sequence[Sheet], level: str, seed: int) -> bytes:
    """The pages as one PDF, after the trip that `level` names."""
    rng = Random(f"paper/{seed}")
    marked = level == "faxfine" and rng.random() < 0.8
    sent, number = (
        f"{rng.choice(('SEP', 'AUG', 'JUL'))}-{rng.randint(1, 28):02}-2025 {rng.randint(8, 18):02}:{rng.randint(10, 59)}",
        f"{rng.randint(200, 989)} 555 {rng.randint(1000, 9999)}",
    )
    lines = [FaxLine(sent, number, at, len(sheets)) if marked else None for at in range(1, len(sheets) + 1)]
    return pdf_bytes([scan_page(sheet, level, rng, line) for sheet, line in zip(sheets, lines, strict=True)])


def scan_page(sheet: Sheet, level: str, rng: Random, line: FaxLine | None = None) -> Scan:
    """One page, drawn, handled and scanned."""
    page, seed = picture(sheet), rng.randrange(2**31)
    if rng.random() < 0.12:
        _handle(page, rng)
    if level == "clean":
        return damage_page(page, "clean300", seed=seed)
    if level == "faxfine":
        fax = page.resize((round(WIDE * FAX_DPI[0] / 72), round(HIGH * FAX_DPI[1] / 72)), Image.Resampling.LANCZOS)
        return damage_page(fax, "faxfine", seed=seed, fax=line)
    return _black_and_white(page, np.random.default_rng(seed))


def _black_and_white(page: Image.Image, rng: np.random.Generator) -> Scan:
    """200 dots an inch, one bit a dot: a little crooked, the threshold not where it should be, specks and now and then a streak."""
    small = page.resize((round(WIDE * 200 / 72), round(HIGH * 200 / 72)), Image.Resampling.LANCZOS)
    turned = small.rotate(float(rng.uniform(-1.2, 1.2)), resample=Image.Resampling.BICUBIC, fillcolor=255)
    dots = np.asarray(turned, dtype=np.float32) + rng.standard_normal((turned.height, turned.width), dtype=np.float32) * np.float32(14)
    bits = dots > float(rng.uniform(128, 182))
    rows, columns = (rng.integers(0, size - 3, int(rng.integers(20, 500))) for size in (400000, 400000))
    for row, column in zip(rows % (bits.shape[0] - 3), columns[: len(rows)] % (bits.shape[1] - 3), strict=False):
        bits[row : row + int(rng.integers(1, 3)), column : column + int(rng.integers(1, 3))] = False
    if rng.random() < 0.06:
        streak = int(rng.integers(30, bits.shape[1] - 30))
        bits[:, streak] = False
    return Scan(Image.fromarray((bits * 255).astype(np.uint8)).convert("1"), (200, 200))


def _handle(page: Image.Image, rng: Random) -> None:
    """What hands leave on paper: punch holes, a staple, a stroke of a pen, a ring."""
    pen, (wide, high) = ImageDraw.Draw(page), page.size
    kind = rng.randrange(4)
    if kind == 0:
        for share in (0.13, 0.5, 0.87):
            pen.ellipse((50, high * share - 38, 126, high * share + 38), fill=25)
    elif kind == 1:
        pen.line((90, 70, 190, 105), fill=70, width=7)
    elif kind == 2:
        x, y = rng.randint(200, wide - 700), high - rng.randint(250, 420)
        pen.line([(x + at * 22, y + rng.randint(-32, 32)) for at in range(18)], fill=40, width=6, joint="curve")
    else:
        x, y = rng.randint(300, wide - 700), rng.randint(high // 2, high - 600)
        pen.ellipse((x, y, x + 420, y + 420), outline=205, width=16)
