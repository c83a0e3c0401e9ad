"""Tells a file's kind from its content, and a whole file from a half-written one.

Knows the outermost structure of PDF, TIFF, JPEG and PNG; decodes nothing, uses no library, and never raises on hostile bytes.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from schemas.source import FileKind

HEAD_BYTES = 1024  # a PDF header may lie this far in
TAIL_BYTES = 16_384
XREF_SLACK = 1024  # how far a startxref may miss the cross-reference it names
LINE_ENDS = 4  # bytes that a transfer may strip from the end of a text
MAX_IFDS = 20_000
MAX_STRIPS = 2_000_000
MAX_SEGMENTS = 100_000

TIFF_HEADS = (b"II*\0", b"MM\0*", b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0")
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
XREF_AT = re.compile(rb"xref|\d+\s+\d+\s+obj")
STARTXREF = re.compile(rb"startxref\s+(\d{1,15})\s+%%EOF")
NEXT_REVISION = re.compile(rb"\d\s+\d+\s+obj|xref|trailer|stream")
LINEARIZED = re.compile(rb"/Linearized\b.{0,200}?/L\s+(\d{1,15})", re.DOTALL)


def sniff(head: bytes) -> FileKind | None:
    """The kind of file that begins with `head` (1,024 bytes are enough), or None if it is none we take."""
    if head.startswith(TIFF_HEADS):
        return FileKind.TIFF
    if head.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if head.startswith(PNG_HEAD):
        return FileKind.PNG
    return FileKind.PDF if b"%PDF-" in head[:HEAD_BYTES] else None


def is_complete(file: BinaryIO, kind: FileKind) -> bool:
    """Whether the end of the content is there: False for a file that is still being written or was cut."""
    try:
        size = file.seek(0, os.SEEK_END)
        return CHECKS[kind](file, size)
    except (struct.error, ValueError, OverflowError, OSError):
        return False


def _read(file: BinaryIO, offset: int, count: int) -> bytes:
    """Up to `count` bytes from `offset`."""
    file.seek(offset)
    return file.read(count)


def _pdf_is_complete(file: BinaryIO, size: int) -> bool:
    """The last startxref names a cross-reference inside the file, and nothing of another revision follows."""
    head = _read(file, 0, HEAD_BYTES * 2)
    linear = LINEARIZED.search(head)
    if linear and size + LINE_ENDS < int(linear[1]):
        return False
    tail = _read(file, max(0, size - TAIL_BYTES), TAIL_BYTES)
    ends = list(STARTXREF.finditer(tail))
    if not ends or NEXT_REVISION.search(tail, ends[-1].end()):
        return False
    return _names_an_xref(file, size, int(ends[-1][1]), max(0, head.find(b"%PDF-")))


def _names_an_xref(file: BinaryIO, size: int, offset: int, shift: int) -> bool:
    """Whether a cross-reference table or stream lies at (or close to) `offset`, counted from the file or its header."""
    if not 0 < offset < size:
        return False
    around = _read(file, max(0, offset - XREF_SLACK), 2 * XREF_SLACK + shift)
    return XREF_AT.search(around) is not None


class _TiffLayout(NamedTuple):
    """How numbers are written in one TIFF: byte order, and the widths that BigTIFF doubles."""

    order: str
    big: bool

    @property
    def offset(self) -> str:
        return self.order + ("Q" if self.big else "I")

    @property
    def number(self) -> str:
        return self.order + ("Q" if self.big else "H")

    @property
    def entry(self) -> int:
        return 20 if self.big else 12


TIFF_TYPES = {1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 7: "B", 13: "I", 16: "Q", 18: "Q"}
STRIP_OFFSETS, STRIP_COUNTS, TILE_OFFSETS, TILE_COUNTS, JPEG_OFFSET, JPEG_COUNT = 273, 279, 324, 325, 513, 514
EXTENTS = ((STRIP_OFFSETS, STRIP_COUNTS), (TILE_OFFSETS, TILE_COUNTS), (JPEG_OFFSET, JPEG_COUNT))
RESOLUTION = (282, 283)  # eight bytes that cannot stand in the entry itself


def _tiff_is_complete(file: BinaryIO, size: int) -> bool:
    """Every directory of the chain and every strip or tile it names lie inside the file."""
    head = _read(file, 0, 16)
    order = "<" if head[:2] == b"II" else ">"
    layout = _TiffLayout(order, struct.unpack_from(order + "H", head, 2)[0] == 43)
    (offset,) = struct.unpack_from(layout.offset, head, 8 if layout.big else 4)
    seen: set[int] = set()
    while offset and offset not in seen and len(seen) < MAX_IFDS:
        seen.add(offset)
        found = _directory(file, size, offset, layout)
        if found is None or not all(start + length <= size for start, length in _extents(found)):
            return False
        offset = found.get(0, [0])[0]
    return bool(seen)


def _directory(file: BinaryIO, size: int, offset: int, layout: _TiffLayout) -> dict[int, list[int]] | None:
    """Where one directory says its pixels are, and under 0 the offset of the next; None if it is cut."""
    width = struct.calcsize(layout.number)
    (count,) = struct.unpack(layout.number, _read(file, offset, width))
    if count > 65_535:
        return None
    body = _read(file, offset + width, count * layout.entry + struct.calcsize(layout.offset))
    (following,) = struct.unpack_from(layout.offset, body, count * layout.entry)
    found: dict[int, list[int]] = {0: [following]}
    for place in range(0, count * layout.entry, layout.entry):
        tag, values = _entry(file, size, body[place : place + layout.entry], layout)
        if values is None:
            return None
        if tag:
            found[tag] = values
    return found


def _entry(file: BinaryIO, size: int, entry: bytes, layout: _TiffLayout) -> tuple[int, list[int] | None]:
    """The tag and numbers of one directory entry that matters here (0 for any other); None where its values are cut off."""
    tag, kind = struct.unpack_from(layout.order + "HH", entry)
    wanted = tag in RESOLUTION or any(tag in pair for pair in EXTENTS)
    if not wanted or kind not in TIFF_TYPES:
        return 0, []
    (count,) = struct.unpack_from(layout.offset, entry, 4)
    if count > MAX_STRIPS:
        return tag, None
    inline = entry[12:] if layout.big else entry[8:]
    needed = count * struct.calcsize("=" + TIFF_TYPES[kind])
    if needed > len(inline):
        (at,) = struct.unpack(layout.offset, inline)
        inline = _read(file, at, needed) if at + needed <= size else b""
    if len(inline) < needed:
        return tag, None
    return tag, list(struct.unpack_from(f"{layout.order}{count * len(TIFF_TYPES[kind])}{TIFF_TYPES[kind][0]}", inline)) if kind != 2 else []


def _extents(found: dict[int, list[int]]) -> Iterator[tuple[int, int]]:
    """Offset and length of every run of pixels a directory names; a missing length counts as one byte."""
    for starts, lengths in EXTENTS:
        counts = found.get(lengths, [])
        for place, start in enumerate(found.get(starts, [])):
            yield start, counts[place] if place < len(counts) else 1


def _jpeg_is_complete(file: BinaryIO, size: int) -> bool:
    """An end marker after the first scan, near the end of the file, with no further picture begun after it."""
    scan = _jpeg_scan(file, size)
    if scan is None:
        return False
    begin = max(scan, size - 4 * TAIL_BYTES)
    tail = _read(file, begin, 4 * TAIL_BYTES)
    end = tail.rfind(b"\xff\xd9")
    return end >= 0 and b"\xff\xd8" not in tail[end:]


def _jpeg_scan(file: BinaryIO, size: int) -> int | None:
    """Where the first scan's data begin; None if the headers before it are cut."""
    at = 2
    for _ in range(MAX_SEGMENTS):
        head = _read(file, at, 4)
        if len(head) < 4 or head[0] != 0xFF:
            return None
        if head[1] == 0xFF:
            at += 1
            continue
        length = int.from_bytes(head[2:], "big")
        at += 2 + length
        if head[1] == 0xDA:
            return at if at < size else None
    return None


def _png_is_complete(file: BinaryIO, size: int) -> bool:
    """The chain of chunks reaches IEND inside the file."""
    at = len(PNG_HEAD)
    for _ in range(MAX_SEGMENTS):
        head = _read(file, at, 8)
        if len(head) < 8:
            return False
        at += 12 + int.from_bytes(head[:4], "big")
        if at > size or head[4:] == b"IEND":
            return at <= size
    return False


CHECKS: dict[FileKind, Callable[[BinaryIO, int], bool]] = {
    FileKind.PDF: _pdf_is_complete,
    FileKind.TIFF: _tiff_is_complete,
    FileKind.JPEG: _jpeg_is_complete,
    FileKind.PNG: _png_is_complete,
}
