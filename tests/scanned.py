"""Pages drawn by reportlab, rendered by poppler and damaged by seeded numpy as scanners and fax machines do, with their truth."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from rapidfuzz.distance import Levenshtein
from reportlab.pdfgen.canvas import Canvas
from scipy import ndimage

from pipeline.engines.barcodes import Zxing
from pipeline.engines.recogniser import Recogniser
from pipeline.read import read_page
from schemas.rules import ReadRules
from schemas.source import RenderedPage

WIDE, HIGH = 612, 792
RULES = ReadRules()

DISCHARGE = [
    ("Times-Bold", 15, 190, 740, "Lakeview Regional Hospital"),
    ("Times-Roman", 9, 200, 726, "4417 Orchard Parkway, Dunmore, PA 18512"),
    ("Times-Bold", 13, 235, 698, "DISCHARGE SUMMARY"),
    ("Times-Roman", 11, 60, 668, "Patient: Marguerite O'Donnell-Vance"),
    ("Times-Roman", 11, 360, 668, "MRN: 40718826"),
    ("Times-Roman", 11, 60, 652, "Date of Birth: 03/17/1958"),
    ("Times-Roman", 11, 360, 652, "Admitted: 11/02/2023"),
    ("Times-Roman", 11, 60, 636, "Attending: Howard Kessler, MD"),
    ("Times-Roman", 11, 360, 636, "Discharged: 11/06/2023"),
]
PROSE = """Hospital course. The patient is a 65 year old woman with hypertension and diabetes who
presented with three days of productive cough and fever. Chest radiograph showed a
right lower lobe infiltrate. She was treated with ceftriaxone and azithromycin and
improved steadily. Oxygen was weaned by the third day. Blood cultures remained
negative. Creatinine peaked at 1.4 and returned to 0.9 before discharge. Home
medications were reviewed with her daughter, who will assist with insulin.
Condition at discharge was stable. She will see her primary physician in one week
and repeat the chest film in six weeks. She was told to return for fever, chest pain
or shortness of breath. Diet is low sodium. Activity is as tolerated. Total time
spent on the day of discharge was 35 minutes including counseling and coordination.""".splitlines()
RESULTS = [
    ("Hemoglobin", "11.2", "g/dL", "12.0 - 16.0", "L"),
    ("Hematocrit", "34.1", "%", "36.0 - 46.0", "L"),
    ("Platelet Count", "268", "K/uL", "150 - 400", ""),
    ("Sodium", "138", "mmol/L", "136 - 145", ""),
    ("Potassium", "5.3", "mmol/L", "3.5 - 5.1", "H"),
    ("Chloride", "101", "mmol/L", "98 - 107", ""),
    ("Glucose", "187", "mg/dL", "70 - 99", "H"),
    ("Calcium", "9.4", "mg/dL", "8.5 - 10.2", ""),
]


class Sheet(NamedTuple):
    """A drawn page and its words in reading order."""

    pdf: Path
    truth: list[str]


class Scanned(NamedTuple):
    """Pixels and how a scanner would describe them."""

    pixels: np.ndarray
    dpi_x: float
    dpi_y: float
    bilevel: bool = False


def draw(path: Path, texts: list, *, rules: bool = False) -> Sheet:
    canvas = Canvas(str(path), pagesize=(WIDE, HIGH), invariant=True)
    for font, size, x, y, text in texts:
        canvas.setFont(font, size)
        canvas.drawString(x, y, text)
    if rules:
        canvas.setLineWidth(0.6)
        for row in range(len(RESULTS) + 2):
            canvas.line(55, 616 - 22 * row, 555, 616 - 22 * row)
    canvas.save()
    ordered = sorted(texts, key=lambda item: (-item[3], item[2]))
    return Sheet(path, " ".join(item[4] for item in ordered).split())


def letter(folder: Path) -> Sheet:
    lines = [("Times-Roman", 11, 60, 600 - 16 * n, text) for n, text in enumerate(PROSE)]
    closing = [
        ("Times-Roman", 11, 60, 400, "Electronically signed by Howard Kessler, MD on 11/06/2023 at 14:32"),
        ("Times-Roman", 9, 270, 40, "Page 1 of 2"),
    ]
    return draw(folder / "letter.pdf", DISCHARGE + lines + closing)


def laboratory(folder: Path) -> Sheet:
    head = [
        ("Helvetica-Bold", 14, 60, 740, "Tri-County Diagnostics"),
        ("Helvetica", 9, 400, 740, "Accession: C23-118840"),
        ("Helvetica-Bold", 12, 60, 700, "LABORATORY REPORT"),
        ("Helvetica", 10, 60, 675, "Name: Benjamin Alvarado"),
        ("Helvetica", 10, 330, 675, "DOB: 09/21/1971"),
        ("Helvetica", 10, 60, 655, "Ordering Provider: Susan Whitfield, NP"),
        ("Helvetica", 10, 330, 655, "Collected: 08/14/2023"),
    ]
    places = (60, 230, 300, 390, 500)
    rows = [("Test", "Result", "Units", "Reference Range", "Flag"), *RESULTS]
    cells = [("Helvetica", 10, x, 600 - 22 * n, text) for n, row in enumerate(rows) for x, text in zip(places, row, strict=True) if text]
    return draw(folder / "laboratory.pdf", head + cells, rules=True)


def rendered(pdf: Path, dpi: int = 300) -> np.ndarray:
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", "-singlefile", str(pdf), str(pdf.with_suffix(""))], check=True)
    return np.asarray(Image.open(pdf.with_suffix(".pgm")))


def skewed(pixels: np.ndarray, angle: float) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).rotate(angle, Image.Resampling.BICUBIC, fillcolor=255))


def noisy(pixels: np.ndarray, sigma: float, seed: int) -> np.ndarray:
    return np.clip(pixels + np.random.default_rng(seed).normal(0, sigma, pixels.shape), 0, 255).astype(np.uint8)


def black_and_white(pixels: np.ndarray, level: int = 150) -> np.ndarray:
    return np.where(pixels < level, 0, 255).astype(np.uint8)


def speckled(pixels: np.ndarray, share: float, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    dots = ndimage.maximum_filter(random.random(pixels.shape) < share, size=(2, 2))
    return np.where(dots, np.uint8(0), pixels)


def resized(pixels: np.ndarray, dpi_x: float, dpi_y: float) -> np.ndarray:
    size = (round(WIDE / 72 * dpi_x), round(HIGH / 72 * dpi_y))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


def clean300(pdf: Path) -> Scanned:
    return Scanned(noisy(rendered(pdf), 4, 1), 300, 300)


def clean200(pdf: Path) -> Scanned:
    return Scanned(noisy(rendered(pdf, 200), 6, 2), 200, 200)


def dirty(pdf: Path) -> Scanned:
    return Scanned(speckled(black_and_white(noisy(skewed(rendered(pdf), -1.6), 20, 3)), 0.0015, 4), 300, 300, bilevel=True)


def fax_fine(pdf: Path) -> Scanned:
    return Scanned(black_and_white(noisy(resized(skewed(rendered(pdf), 0.3), 204, 196), 14, 5)), 204, 196, bilevel=True)


def fax_standard(pdf: Path) -> Scanned:
    return Scanned(black_and_white(noisy(resized(skewed(rendered(pdf), 0.3), 204, 98), 14, 6)), 204, 98, bilevel=True)


def shaded(pdf: Path) -> Scanned:
    """A fax printed, copied with a dark side and dirt on the glass, and scanned askew."""
    copy = skewed(resized(fax_fine(pdf).pixels, 200, 200), 1.4)
    ramp = np.linspace(0.95, 0.50, copy.shape[1]) * np.linspace(1.0, 0.9, copy.shape[0])[:, None]
    gray = (40 + 0.84 * ndimage.gaussian_filter(copy.astype(float), 0.7)) * ramp
    for x in (410, 905, 1330):
        gray[:, x : x + 3] *= 0.6
    return Scanned(noisy(np.clip(gray, 0, 255).astype(np.uint8), 7, 7), 200, 200)


QUALITIES = {f.__name__: f for f in (clean300, clean200, dirty, fax_fine, fax_standard, shaded)}


def page_of(scan: Scanned, folder: Path, **facts) -> RenderedPage:
    image = folder / "page.png"
    Image.fromarray(scan.pixels).save(image, compress_level=1)
    return RenderedPage(1, WIDE, HIGH, image, scan.dpi_x, scan.dpi_y, bilevel=scan.bilevel, **{"image_share": 1.0, **facts})


def read(scan: Scanned, folder: Path, **facts):
    return read_page(page_of(scan, folder, **facts), Recogniser(), Zxing(), rules=RULES)


def tokens(words: list[str]) -> list[str]:
    """Words and numbers without hyphens: whether "12-16" is one word or three is no error of reading."""
    return [part for word in words for part in word.replace("-", " ").split()]


def accuracy(words: list[str], truth: list[str]) -> float:
    words, truth = tokens(words), tokens(truth)
    return 1 - Levenshtein.distance(words, truth) / len(truth)


def recall(words: list[str], truth: list[str]) -> float:
    words, truth = tokens(words), tokens(truth)
    return sum((Counter(words) & Counter(truth)).values()) / len(truth)


def rightness(words: list[str], truth: list[str]) -> float:
    """Share of the letters read that are those of words printed so."""
    right = Counter(words) & Counter(truth)
    return sum(len(word) * count for word, count in right.items()) / max(1, sum(map(len, words)))


def cpu_seconds() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
