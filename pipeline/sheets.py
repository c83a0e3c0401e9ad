"""What a separator sheet says: new document or new patient, and for which request. Signed by the installation that prints it, so that a
stranger's code is never obeyed. `PATCHT`, which scanners print, means a new document. Knows codes and readings, draws nothing.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from schemas.page import PageKind, PageReading

PATCH = "PATCHT"
FORM = re.compile(r"CR1:([A-Z]+):([A-Z0-9-]{0,20}):([A-Z2-7]{16})")
REQUEST = re.compile(r"[A-Z0-9-]{1,20}")
FOREIGN = "split.foreign_sheet"


class SheetKind(StrEnum):
    """What begins after a separator sheet."""

    DOCUMENT = "document"
    PATIENT = "patient"


class SheetOrder(NamedTuple):
    """What a separator sheet says."""

    kind: SheetKind
    request: str = ""


ReadSheet = Callable[[str], SheetOrder | None]  # what a code's text says, when it is one that counts here


def sheet_code(order: SheetOrder, key: bytes) -> str:
    """The text of a sheet's codes, in characters that Code 128 and QR hold densely; signed with HMAC-SHA256 cut to 80 bits."""
    said = f"CR1:{order.kind.name}:{order.request}"
    return f"{said}:{b32encode(hmac.digest(key, said.encode(), 'sha256')[:10]).decode()}"


def read_code(text: str, key: bytes) -> SheetOrder | None:
    """What a code that was signed with our key says; None for every other text."""
    found = FORM.fullmatch(text.strip())
    if found is None or found[1] not in SheetKind.__members__:
        return None
    order = SheetOrder(SheetKind[found[1]], found[2])
    return order if hmac.compare_digest(sheet_code(order, key), found[0]) else None


def nobody(_text: str) -> None:
    """Reads no sheet: for where nobody prints them."""


def parts(text: str) -> bool:
    """Whether a code may stand on a separator sheet, ours or a stranger's."""
    return is_patch(text) or is_signed(text)


def is_patch(text: str) -> bool:
    """Whether a code is the one that scanners know as: a new document."""
    return text.replace(" ", "").upper() == PATCH


def is_signed(text: str) -> bool:
    """Whether a code looks like one of a Chartroom's, whoever printed it."""
    return text.strip().startswith("CR1:")


def read_sheets(readings: Sequence[PageReading], read: ReadSheet) -> dict[int, SheetOrder]:
    """What each separator sheet says, by page. Those that carry only a stranger's or a damaged signature say nothing."""
    said = {reading.number: order_of(reading, read) for reading in readings if reading.kind is PageKind.SEPARATOR}
    return {page: order for page, order in said.items() if order is not None}


def order_of(sheet: PageReading, read: ReadSheet) -> SheetOrder | None:
    """What one sheet says; the codes stand on it more than once, and one that holds is enough."""
    texts = [code.text for code in sheet.barcodes]
    signed = [text for text in texts if is_signed(text)]
    if signed:
        return next((order for order in map(read, signed) if order is not None), None)
    return SheetOrder(SheetKind.DOCUMENT) if any(map(is_patch, texts)) or not texts else None


def as_page(reading: PageReading) -> PageReading:
    """A sheet that says nothing here, as the page that it is."""
    if reading.words:
        return replace(reading, kind=PageKind.TEXT)
    return replace(reading, kind=PageKind.UNREADABLE, problem="image.unreadable")


def request_for(page: int, sheets: Mapping[int, SheetOrder]) -> str:
    """The request that a page was laid under: that of the sheet before it, else of the new-patient sheet before that."""
    before = [sheets[n] for n in sorted(sheets) if n < page]
    patients = [order for order in before if order.kind is SheetKind.PATIENT]
    return next((order.request for order in [*before[-1:], *patients[-1:]] if order.request), "")
