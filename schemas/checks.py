"""What looking for completeness, signatures and protected content found on a document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from schemas.page import Box


class Signed(StrEnum):
    """Whether a document is signed, so far as can be seen."""

    PRESENT = "present"
    ABSENT = "absent"
    UNSURE = "unsure"


class Signature(NamedTuple):
    """A place for a signature, on the upright page, what is there, and by what that was seen."""

    state: Signed
    why: str
    page: int
    box: Box


class Label(NamedTuple):
    """A label of special protection: the pages that ask for it, the weightiest words, and where the first of them stand on the upright page."""

    name: str
    pages: tuple[int, ...]
    words: tuple[str, ...]
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Checks:
    """The findings on one document. `missing`: in words, which of its pages are not here; `signature` is None where none is looked for."""

    missing: tuple[str, ...] = ()
    signature: Signature | None = None
    labels: tuple[Label, ...] = ()
