"""Writes the export: JSON lines of the contract, or the same flattened to CSV that a spreadsheet can open safely."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from schemas.document import FieldName
from schemas.faults import InputFault
from store import documents
from store.database import reading
from workers.wire import Stores

PLAIN = ("document_id", "status", "document_type", "loinc", "document_type_confidence", "object_key", "filed_at")


def write_export(stores: Stores, form: str, output: Path | None) -> None:
    """Write one line per document to a file (replaced as a whole), to what is no plain file (a pipe, a device), or to standard output."""
    if output and not output.parent.is_dir():
        raise InputFault(f"There is no folder {output.parent}.", next_step="Make it first, or choose another --output.")
    write = _write_csv if form == "csv" else _write_jsonl
    with reading(stores.index) as conn:
        lines = documents.export(conn)
        if output is None:
            write(lines, sys.stdout)
        elif output.is_symlink() or (output.exists() and not output.is_file()):
            with output.open("w", encoding="utf-8", newline="") as out:
                write(lines, out)
        else:
            with _replaced(output) as out:
                write(lines, out)


@contextmanager
def _replaced(path: Path) -> Iterator[TextIO]:
    """A text file that takes its place when it is whole; nothing is left of one that does not become so."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as out:
            yield out
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write_jsonl(lines: Iterable[Mapping[str, Any]], out: TextIO) -> None:
    out.writelines(json.dumps(line) + "\n" for line in lines)  # ASCII: some readers also part lines at U+0085 or U+2028


def _write_csv(lines: Iterable[Mapping[str, Any]], out: TextIO) -> None:
    names = [name.value for name in FieldName]
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerow([*PLAIN[:1], "source_name", "source_sha256", "source_pages", *PLAIN[1:], "mrn", "probability", "reasons", *names])
    for line in lines:
        source, patient = line["source"], line["patient"] or {}
        row = [line["document_id"], source["name"], source["sha256"], " ".join(map(str, source["pages"])), *(line[k] for k in PLAIN[1:])]
        row += [patient.get("mrn"), patient.get("probability"), " ".join(line["reasons"])]
        table.writerow([_safe(cell) for cell in [*row, *((line["fields"].get(name) or {}).get("value") for name in names)]])


def _safe(cell: object) -> object:
    """A cell that can be written as UTF-8 and that a spreadsheet will not run as a formula."""
    if not isinstance(cell, str) or not cell:
        return cell
    text = cell.encode("utf-8", "backslashreplace").decode()  # a name's odd bytes, as in the JSON
    return f"'{text}" if text[0] in "=+-@\t\r\n＝＋－＠" else text
