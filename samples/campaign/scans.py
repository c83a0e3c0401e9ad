"""Real scans for the parts of a campaign that read."""

from __future__ import annotations

import socket
from pathlib import Path

from samples.fonts import find_font


def draw_letter(path: Path, number: int, lines: int = 5) -> None:
    """A small scanned page with words of its own."""
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("L", (1240, 1600), 255)
    font, draw = ImageFont.truetype(str(find_font("DejaVuSans")), 34), ImageDraw.Draw(page)
    draw.text((420, 90), "PROGRESS NOTE", font=font, fill=0)
    for line in range(lines):
        draw.text((110, 260 + 80 * line), f"Sheet {number} line {line}: seen in clinic, no change today.", font=font, fill=0)
    page.save(path, dpi=(150, 150))


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
