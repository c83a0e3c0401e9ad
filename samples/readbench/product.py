"""Reads files with the program's own reader and writes what it read: `python -m samples.readbench.product --out FILE SOURCE…`.

A process of its own, so that everything it spends can be counted from outside. Without sources it only starts.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from samples.read_file import open_file, read_file
from schemas.config import Config
from schemas.line import Line, LineKind
from schemas.page import PageReading
from workers.wire import Reader, Stores, connect, equip


def main() -> None:
    """Read, compose, write."""
    parser = argparse.ArgumentParser(description="Reads files as a worker does.")
    parser.add_argument("--out", type=Path, required=True, help="where the readings go, one JSON line a page")
    parser.add_argument("--plan", action="store_true", help="extract the fields of each page as well")
    parser.add_argument("sources", nargs="*", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.out.parent) as folder, options.out.open("w", encoding="utf-8") as out:
        stores: Stores = connect(Config(), Path(folder) / "data")
        reader = equip(Config(), stores)
        for source in options.sources:
            for reading in read_and_compose(source, reader, Path(folder)):
                fields = _fields(reader, reading) if options.plan else {}
                out.write(json.dumps({"file": source.name, **_told(reading), "fields": fields}, ensure_ascii=False) + "\n")


def read_and_compose(source: Path, reader: Reader, scratch: Path) -> Iterator[PageReading]:
    """Every page of a file, read a few at a time as workers do, and its searchable PDF."""
    opened = open_file(source, reader)
    readings = read_file(source, opened, reader, scratch)
    with tempfile.TemporaryDirectory(dir=scratch) as composed:
        reader.composer.compose(source, opened, readings, Path(composed))
    yield from readings


def _told(reading: PageReading) -> dict[str, Any]:
    return {
        "page": reading.number,
        "kind": reading.kind,
        "quality": reading.quality,
        "turn": reading.turn,
        "problem": reading.problem,
        "text": reading.text,
        "words": [[word.text, word.confidence] for word in reading.words],
        "rereads": [[again.source, " ".join(word.text for word in again.words)] for again in reading.rereads],
    }


def _fields(reader: Reader, reading: PageReading) -> dict[str, str]:
    plan = reader.plan([reading], Line(LineKind.SHADOW, 0.0))
    return {field.name: field.value for document in plan.documents for field in document.extraction.fields}


if __name__ == "__main__":
    main()
