"""Documents of one source file as page numbers in writing: 1-3; 4; 5 7. Knows numbers alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

MOST = 2000
_PAGES = re.compile(r"(\d{1,4})(?:\s*[-–]\s*(\d{1,4}))?")
_PLAIN = re.compile(r"[\d\s,;–-]*")


def written(parts: Iterable[Sequence[int]]) -> str:
    """Parts in writing, runs of pages drawn together."""
    return "; ".join(", ".join(_run(first, last) for first, last in _runs(part)) for part in parts)


def read_parts(text: str) -> list[tuple[int, ...]]:
    """Parts as somebody wrote them. ValueError for what is no such list; whether the pages are there is not asked."""
    if not _PLAIN.fullmatch(text):
        raise ValueError
    parts = []
    for piece in text.split(";"):
        spans = [(int(first), int(last or first)) for first, last in _PAGES.findall(piece)]
        pages = [page for first, last in spans for page in range(first, min(last, first + MOST) + 1)]
        if pages:
            parts.append(tuple(sorted(pages)))
    if sum(map(len, parts)) > MOST:
        raise ValueError
    return parts


def _runs(part: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for page in part:
        if runs and runs[-1][1] + 1 == page:
            runs[-1] = (runs[-1][0], page)
        else:
            runs.append((page, page))
    return runs


def _run(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
