"""pypdf: an independent count of a PDF's pages.

Knows the page tree and nothing of marks; runs in a child process only.
"""

from __future__ import annotations

from pypdf import PdfReader


class LockedError(Exception):
    """The file needs a password."""


def count_pages(path: str) -> int | None:
    """Number of pages by pypdf; None where it cannot tell. LockedError when the empty password does not open the file."""
    try:
        reader = PdfReader(path, strict=False)
        locked = reader.is_encrypted and not reader.decrypt("")
        count = 0 if locked else len(reader.pages)
    except Exception:  # noqa: BLE001 - a parser of hostile bytes may raise anything; then the other readers count
        return None
    if locked:
        raise LockedError
    return count
