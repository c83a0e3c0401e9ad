"""Prints this installation's separator sheets, signed with its own key."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from pipeline.sheets import REQUEST, ReadSheet, SheetKind, SheetOrder, read_code, sheet_code
from schemas.faults import InputFault
from workers.own_key import own_key

KEY = "sheets"
TITLES = {SheetKind.DOCUMENT: "NEW DOCUMENT", SheetKind.PATIENT: "NEW PATIENT"}


def print_sheets(output: Path, data_dir: Path, kind: SheetKind, request: str, count: int) -> None:
    """Write a PDF of sheets to print. InputFault for a request number that no code can hold, or a place that cannot be written."""
    from pipeline.engines.sheet_printer import sheets_pdf

    order = SheetOrder(kind, request.strip().upper())
    if order.request and not REQUEST.fullmatch(order.request):
        raise InputFault("A request number is up to 20 letters, digits and hyphens.", next_step="Correct --request.")
    note = f"Request {order.request}" if order.request else ""
    made = sheets_pdf(TITLES[kind], sheet_code(order, own_key(data_dir, KEY)), note=note, count=count)
    try:
        output.write_bytes(made)
    except OSError as error:
        raise InputFault(f"{output} cannot be written ({error.strerror}).", next_step="Choose another --output.") from None


def sheet_reader(data_dir: Path) -> ReadSheet:
    """Reads the codes of sheets that were printed here."""
    return partial(read_code, key=own_key(data_dir, KEY))
