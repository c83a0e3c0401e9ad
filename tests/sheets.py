"""Pages made by hand for tests: lines of text become words with boxes. `#` prints a line larger, `^` centres it."""

from __future__ import annotations

from schemas.page import Box, PageKind, PageReading, Word

SMALL, LARGE = 0.011, 0.018


def sheet(lines, number=1, *, top=0.04, **facts):
    """A page of text; two blanks in a row leave a column's gap."""
    words, y = [], top
    for at, line in enumerate(lines):
        height = LARGE if line.startswith(("#", "^#")) else SMALL
        text = line.lstrip("#^")
        x = 0.5 - len(text) * height * 0.225 if "^" in line[:2] else 0.08
        for token in text.split(" "):
            width = len(token) * height * 0.45
            if token:
                words.append(Word(token, Box(x, y, x + width, y + height), 0.95, at))
            x += width + height * (0.4 if token else 3)
        y += height * 1.5
    facts.setdefault("fingerprint", f"f{number}")
    return PageReading(number, facts.pop("kind", PageKind.TEXT), tuple(words), **facts)


def blank(number):
    return PageReading(number, PageKind.BLANK, fingerprint="white")


def separator(number):
    return PageReading(number, PageKind.SEPARATOR, fingerprint="sep")
