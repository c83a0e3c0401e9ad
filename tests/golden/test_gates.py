"""What is not read as print: text layers that are what is seen, and separator sheets. Real pages, drawn and damaged."""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from reportlab.graphics.barcode.code128 import Code128
from reportlab.pdfgen.canvas import Canvas
from scipy import ndimage

from pipeline.engines.barcodes import Zxing
from pipeline.engines.null import Given
from pipeline.engines.recogniser import Recogniser
from pipeline.engines.sheet_printer import sheets_pdf
from pipeline.read import read_page
from pipeline.sheets import SheetKind, SheetOrder, order_of, read_code, sheet_code
from schemas.page import Box, PageKind, ReadFrom, Word, place_on_source
from schemas.source import RenderedPage
from tests.scanned import (
    HIGH,
    PROSE,
    RULES,
    WIDE,
    Scanned,
    Sheet,
    clean200,
    dirty,
    fax_standard,
    page_of,
    read,
    rendered,
)

KEY = b"this house"


def layer_of(pdf: Path) -> tuple[Word, ...]:
    """The text layer as poppler sees it."""
    lines = subprocess.run(["pdftotext", "-tsv", str(pdf), "-"], check=True, capture_output=True, text=True).stdout.splitlines()[1:]
    rows = [line.split("\t") for line in lines if line.split("\t")[0] == "5"]
    return tuple(layer_word(row, number) for number, row in enumerate(rows))


def layer_word(row: list[str], line: int) -> Word:
    x, y, wide, high = map(float, row[6:10])
    return Word(row[11], Box(x / WIDE, y / HIGH, (x + wide) / WIDE, (y + high) / HIGH), 1.0, line)


NEVER = Given((Word("SEEN", Box(0.1, 0.1, 0.2, 0.2), 0.99, 0),))


def judged_layer(sheet: Sheet, layer: tuple[Word, ...], folder: Path, **facts) -> ReadFrom:
    page = page_of(Scanned(rendered(sheet.pdf, 200), 200, 200), folder, **{"image_share": 0.0, **facts})
    return read_page(RenderedPage(**{**{f: getattr(page, f) for f in page.__slots__}, "layer": layer}), NEVER, rules=RULES).read_from


@pytest.mark.parametrize("image_share", [0.0, 1.0])
def test_a_good_layer_is_believed(sheets, tmp_path, image_share):
    for sheet in sheets:
        assert judged_layer(sheet, layer_of(sheet.pdf), tmp_path, image_share=image_share) is ReadFrom.LAYER


@pytest.mark.parametrize(("image_share", "read_from"), [(0.0, ReadFrom.LAYER), (0.04, ReadFrom.OCR)])
def test_letters_in_a_picture_are_read_whatever_the_layer_says_beside_them(sheets, tmp_path, image_share, read_from):
    layer = layer_of(sheets[0].pdf)
    assert judged_layer(sheets[0], layer[: len(layer) * 17 // 20], tmp_path, image_share=image_share) is read_from


def garbled(layer):
    return tuple(w._replace(text="".join(chr(33 + (ord(c) * 7) % 29) for c in w.text)) for w in layer)


def numbered(layer):
    return tuple(w._replace(text="(cid:12)(cid:7)") for w in layer)


def stamped(layer):
    return layer[:6]


def elsewhere(layer):
    return tuple(w._replace(box=Box(w.box.x0, 1 - w.box.y1 * 0.3, w.box.x1, 1 - w.box.y0 * 0.3)) for w in layer)


def on_its_side(layer):
    return tuple(w._replace(box=place_on_source(w.box, 90)) for w in layer)


@pytest.mark.parametrize("harm", [garbled, numbered, stamped, elsewhere, on_its_side])
def test_a_layer_that_is_not_what_is_seen_is_not_believed(sheets, tmp_path, harm):
    assert judged_layer(sheets[0], harm(layer_of(sheets[0].pdf)), tmp_path, image_share=1.0) is ReadFrom.OCR


def test_a_word_of_the_layer_that_cannot_be_seen_is_not_relied_on(sheets, tmp_path):
    hidden = Word("ROE,JOHN", Box(0.1, 0.95, 0.3, 0.97), 1.0, 999)
    page = page_of(Scanned(rendered(sheets[0].pdf, 200), 200, 200), tmp_path, image_share=0.0, layer=(*layer_of(sheets[0].pdf), hidden))
    words = read_page(page, NEVER, rules=RULES).words
    assert (words[-1].text, words[-1].confidence) == ("ROE,JOHN", 0.0)
    assert all(word.confidence == 1.0 for word in words[:-1])


def coded(path: Path, text: str, extra: list) -> Sheet:
    canvas = Canvas(str(path), pagesize=(WIDE, HIGH), invariant=True)
    Code128(text, barWidth=1.4, barHeight=60).drawOn(canvas, 150, 420)
    for font, size, x, y, line in extra:
        canvas.setFont(font, size)
        canvas.drawString(x, y, line)
    canvas.save()
    return Sheet(path, [])


@pytest.mark.parametrize(("damage", "text"), [(clean200, "PATCHT"), (fax_standard, "CR1:NEXT"), (dirty, "PATCHT")])
def test_a_separator_sheet_is_known_by_its_barcode(tmp_path, damage, text):
    sheet = coded(tmp_path / "sheet.pdf", text, [("Helvetica-Bold", 20, 180, 600, "SEPARATOR SHEET")])
    page = read_page(page_of(damage(sheet.pdf), tmp_path), NEVER, Zxing(), rules=RULES)
    assert (page.kind, page.problem, page.barcodes[0].text) == (PageKind.SEPARATOR, None, text)


@pytest.mark.parametrize("text", ["PATCHT", "S23-118840"])
def test_a_page_with_a_barcode_on_it_is_a_page(tmp_path, text):
    lines = [("Times-Roman", 11, 60, 360 - 16 * n, line) for n, line in enumerate(PROSE)]
    page = read(clean200(coded(tmp_path / "page.pdf", text, lines).pdf), tmp_path)
    assert page.kind is PageKind.TEXT


def test_a_sheet_with_a_separators_barcode_that_was_written_on_is_a_page(tmp_path):
    scan = clean200(coded(tmp_path / "sheet.pdf", "PATCHT", []).pdf)
    pen = np.random.default_rng(14)
    written = scan.pixels.copy()
    for row in range(1300, 2100, 60):
        for x in range(200, 1500, 45):
            y = row + int(pen.integers(-6, 6))
            written[y : y + 24, x : x + 4] = written[y : y + 4, x : x + 18] = written[y + 12 : y + 16, x : x + 18] = 20
    page = read_page(page_of(scan._replace(pixels=written), tmp_path), NEVER, Zxing(), rules=RULES)
    assert page.barcodes[0].text == "PATCHT"
    assert page.kind is not PageKind.SEPARATOR


def trace(pixels, rng):
    """Three leads of an ECG: a line that beats, a pen's width thick."""
    high, wide = pixels.shape
    xs = np.arange(int(0.08 * wide), int(0.92 * wide))
    for lead in (0.55, 0.7, 0.85):
        beat = np.where(xs % (wide // 9) < wide // 90, -0.05, 0.004 * np.sin(xs / (wide / 60))) + rng.normal(0, 0.0006, xs.size)
        ys = ((lead + beat) * high).astype(int)
        for x, y, before in zip(xs, ys, np.roll(ys, 1), strict=True):
            pixels[min(y, before) : max(y, before) + 4, x] = 15
    return pixels


def photograph(pixels, rng):
    """A wound, say: a patch of shades of gray."""
    high, wide = pixels.shape
    part = np.s_[int(0.55 * high) : int(0.9 * high), int(0.15 * wide) : int(0.85 * wide)]
    shades = ndimage.gaussian_filter(rng.normal(0, 1, pixels[part].shape), 30)
    pixels[part] = np.clip(90 + 1200 * shades, 5, 200).astype(np.uint8)
    return pixels


def diagram(pixels, rng):
    """An outline drawn by hand."""
    high, wide = pixels.shape
    turn = np.linspace(0, 2 * np.pi, 6000)
    far = 0.1 * (1 + 0.1 * np.sin(5 * turn)) * wide
    ys, xs = (0.75 * high + far * np.sin(turn)).astype(int), (0.5 * wide + far * np.cos(turn)).astype(int)
    for dy in range(3):
        pixels[ys + dy, xs] = 25
    return pixels


@pytest.mark.parametrize("drawn", [trace, photograph, diagram])
@pytest.mark.parametrize("engine", [NEVER, Recogniser()], ids=["no words", "words"])
def test_a_drawing_with_a_separators_sticker_is_a_page(tmp_path, drawn, engine):
    blank = clean200(coded(tmp_path / "sheet.pdf", "PATCHT", []).pdf)
    scan = blank._replace(pixels=drawn(blank.pixels.copy(), np.random.default_rng(3)))
    page = read_page(page_of(scan, tmp_path), engine, Zxing(), rules=RULES)
    assert page.barcodes[0].text == "PATCHT"
    assert page.kind is not PageKind.SEPARATOR


@pytest.mark.parametrize("damage", [clean200, fax_standard])
def test_our_own_sheet_is_a_separator_after_any_trip(tmp_path, damage):
    order = SheetOrder(SheetKind.PATIENT, "REQ-2024-000117-B")
    (tmp_path / "sheet.pdf").write_bytes(sheets_pdf("NEW PATIENT", sheet_code(order, KEY), note="Request REQ-2024-000117-B"))
    page = read_page(page_of(damage(tmp_path / "sheet.pdf"), tmp_path), NEVER, Zxing(), rules=RULES)
    assert page.kind is PageKind.SEPARATOR
    assert order_of(page, partial(read_code, key=KEY)) == order
    assert order_of(page, partial(read_code, key=b"another house")) is None
