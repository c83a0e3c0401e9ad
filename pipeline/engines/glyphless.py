"""A font without outlines: it gives invisible words a place and a width, and their characters back when they are copied.

Knows TrueType's tables and PDF's composite fonts, and no library. Every character up to U+FFFF has the code of its own number, half an em wide.
"""

from __future__ import annotations

import struct

EM = 1000
ADVANCE = 500
ASCENT, DESCENT = 800, -200
CHECK_SUM = 0xB1B0AFBA


def true_type() -> bytes:
    """A TrueType file of two glyphs, both empty."""
    tables = {
        b"cmap": struct.pack(">HHHHIHHHBB", 0, 1, 1, 0, 12, 6, 12, 0, 0, 1) + b"\0\0",
        b"glyf": b"\0\0\0\0",
        b"head": struct.pack(">IIIIHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, EM, 0, 0, 0, DESCENT, ADVANCE, ASCENT, 0, 8, 2, 0, 0),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, ASCENT, DESCENT, 0, ADVANCE, 0, 0, ADVANCE, 1, 0, 0, 0, 0, 0, 0, 0, 2),
        b"hmtx": struct.pack(">HhHh", ADVANCE, 0, ADVANCE, 0),
        b"loca": struct.pack(">HHH", 0, 0, 0),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    font = _assemble(tables)
    whole = (CHECK_SUM - _sum(font)) & 0xFFFFFFFF
    at = font.index(tables[b"head"]) + 8
    return font[:at] + struct.pack(">I", whole) + font[at + 4 :]


def _assemble(tables: dict[bytes, bytes]) -> bytes:
    """The table directory and the tables, each on a four-byte boundary."""
    power = len(tables).bit_length() - 1
    directory = struct.pack(">IHHHH", 0x10000, len(tables), 16 << power, power, (len(tables) << 4) - (16 << power))
    body, at = b"", 12 + 16 * len(tables)
    for tag, table in sorted(tables.items()):
        padded = table + b"\0" * (-len(table) % 4)
        directory += struct.pack(">4sIII", tag, _sum(padded), at + len(body), len(table))
        body += padded
    return directory + body


def _sum(table: bytes) -> int:
    numbers: tuple[int, ...] = struct.unpack(f">{len(table) // 4}I", table)
    return sum(numbers) & 0xFFFFFFFF


def glyph_of_code() -> bytes:
    """For each of the 65,536 codes the one empty glyph."""
    return b"\0\1" * 65_536


def unicode_of_code() -> bytes:
    """The ToUnicode map: each code is its own character."""
    rows = [f"<{high:02X}00> <{high:02X}FF> <{high:02X}00>" for high in range(256) if not 0xD8 <= high <= 0xDF]
    blocks = [rows[begin : begin + 100] for begin in range(0, len(rows), 100)]
    ranges = "\n".join(f"{len(block)} beginbfrange\n" + "\n".join(block) + "\nendbfrange" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{ranges}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()


def encode(text: str) -> bytes:
    """Two bytes a character; one beyond U+FFFF becomes U+FFFD."""
    return "".join(char if ord(char) <= 0xFFFF and not 0xD800 <= ord(char) <= 0xDFFF else "\ufffd" for char in text).encode("utf-16-be")
