"""Draws separator sheets with reportlab: large words for people, the code as bars and as a square. Knows no meaning of codes."""

from __future__ import annotations

import io

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 612.0, 792.0
BARS = 500.0  # widest row of bars: within the margins of any printer, and a bar is still 4 dots wide on standard fax


def sheets_pdf(title: str, code: str, *, note: str = "", count: int = 1) -> bytes:
    """A PDF of separator sheets to print, black on white; the same every time."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    for _ in range(count):
        draw_sheet(canvas, title, code, note=note)
    canvas.save()
    return out.getvalue()


def draw_sheet(canvas: Canvas, title: str, code: str, *, note: str = "") -> None:
    """Draws one sheet as the canvas's next page. The bars stand twice, so that a fold or a punch hole spoils one only."""
    canvas.setFont("Helvetica-Bold", 34)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 110, title)
    canvas.setFont("Helvetica", 12)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 134, "Separator sheet. Lay it before the first page. It is not filed.")
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 158, note)
    for y in (HEIGHT - 240, 110):
        bars = Code128(code, barWidth=min(2.4, BARS / Code128(code, barWidth=1).width), barHeight=62)
        bars.drawOn(canvas, (WIDTH - bars.width) / 2, y)
    _draw_square(canvas, code, side=190, x=(WIDTH - 190) / 2, y=290)
    canvas.showPage()


def _draw_square(canvas: Canvas, text: str, *, side: float, x: float, y: float) -> None:
    code = QrCodeWidget(text, barLevel="M")
    x0, y0, x1, y1 = code.getBounds()
    scale = side / max(x1 - x0, y1 - y0)
    drawing = Drawing(side, side, transform=[scale, 0, 0, scale, -x0 * scale, -y0 * scale])
    drawing.add(code)
    renderPDF.draw(drawing, canvas, x, y)
