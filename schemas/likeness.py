"""What is known of a document that came before: enough to tell whether another one repeats it."""

from __future__ import annotations

from typing import NamedTuple

from schemas.page import PageReading

ENOUGH = 3  # hashes that copies of one page share at least: two scans of one sheet shared 4 or more, pages of other forms at most 2


class Earlier(NamedTuple):
    """A document filed or held before, by the name under which a person finds it, with its pages as read."""

    name: str
    pages: tuple[PageReading, ...]
