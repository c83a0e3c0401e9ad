"""Separator sheets to print and lay between documents: a Code 128 for any scanner and a QR code of our own. Knows no documents."""

from __future__ import annotations

import io
from pathlib import Path
from typing import NamedTuple

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.pdfgen.canvas import Canvas

_WIDTH, _HEIGHT = 612.0, 792.0


class Sheet(NamedTuple):
    """What a separator says: to people, and in its two codes."""

    title: str
    bars: str
    square: str


SHEETS = {
    "document": Sheet("NEW DOCUMENT", "PATCHT", "CHARTROOM:NEWDOC"),
    "patient": Sheet("NEW PATIENT", "PATCHT", "CHARTROOM:NEWPATIENT"),
}


def draw_separator(canvas: Canvas, kind: str = "document") -> None:
    """Draws one sheet as the canvas's next page. The codes stand twice, so that a fold or a punch hole spoils one only."""
    sheet = SHEETS[kind]
    canvas.setFont("Helvetica-Bold", 34)
    canvas.drawCentredString(_WIDTH / 2, _HEIGHT - 110, sheet.title)
    canvas.setFont("Helvetica", 12)
    canvas.drawCentredString(_WIDTH / 2, _HEIGHT - 134, "Separator sheet. Lay it before the first page. It is not filed.")
    for y in (_HEIGHT - 240, 110):
        bars = Code128(sheet.bars, barWidth=2.4, barHeight=62)
        bars.drawOn(canvas, (_WIDTH - bars.width) / 2, y)
    _draw_square(canvas, sheet.square, side=190, x=(_WIDTH - 190) / 2, y=290)
    canvas.showPage()


def make_separators(path: Path, *, kind: str = "document", copies: int = 1) -> None:
    """A PDF of separator sheets to print."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(_WIDTH, _HEIGHT), invariant=1)
    for _ in range(copies):
        draw_separator(canvas, kind)
    canvas.save()
    path.write_bytes(out.getvalue())


def _draw_square(canvas: Canvas, text: str, *, side: float, x: float, y: float) -> None:
    code = QrCodeWidget(text, barLevel="M")
    x0, y0, x1, y1 = code.getBounds()
    scale = side / max(x1 - x0, y1 - y0)
    drawing = Drawing(side, side, transform=[scale, 0, 0, scale, -x0 * scale, -y0 * scale])
    drawing.add(code)
    renderPDF.draw(drawing, canvas, x, y)
