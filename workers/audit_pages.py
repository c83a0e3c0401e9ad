"""How many pages a file has, by counts of the auditor's own: it asks none of the readers that took the file in."""

from __future__ import annotations

import re
import struct
from typing import BinaryIO

from pipeline.engines.walled import run_walled

SECONDS = 60.0


def pages_in(stream: BinaryIO) -> int | None:
    """Pages by a count of our own: poppler's for PDF, the directory chain for TIFF, one for other images; None where unknown."""
    head = stream.read(1024)
    if head[:4] in {b"II*\0", b"MM\0*"}:
        return _tiff_pages(stream, "<" if head[:2] == b"II" else ">")
    if b"%PDF-" in head:
        stream.seek(0)
        return pdf_pages(stream)
    return 1 if head[:2] == b"\xff\xd8" or head[:8] == b"\x89PNG\r\n\x1a\n" else None


def _tiff_pages(stream: BinaryIO, order: str) -> int | None:
    seen: set[int] = set()
    stream.seek(4)
    try:
        while (offset := struct.unpack(f"{order}I", stream.read(4))[0]) and offset not in seen and len(seen) < 10000:
            stream.seek(offset)
            entries = struct.unpack(f"{order}H", stream.read(2))[0]
            stream.seek(offset + 2 + 12 * entries)
            seen.add(offset)
    except struct.error:
        return None
    return len(seen)


def pdf_pages(stream: BinaryIO) -> int | None:
    """Pages of a PDF by poppler, which sees it behind the walls as it sees every file; None where it finds none."""
    found = re.search(rb"^Pages:\s+(\d+)", run_walled(["pdfinfo", "-"], stream.read(), SECONDS), re.MULTILINE)
    return int(found[1]) if found else None
