"""A real worker process whose pipeline is replaced by a quick, predictable one: content of the file says how it behaves.

A file is lines of text: `pages N`, `slow SECONDS` (a page), `kill now` or `kill PAGE` (the worker dies while reading), `fail` (the reader raises), `person`.
"""

import os
import signal
import sys
import time
from pathlib import Path

from schemas.catalogue import build_catalogue
from schemas.document import TypeGuess
from schemas.filing import BatchPlan, Filing, PlannedDocument
from schemas.page import Box, PageKind, PageReading, Word
from schemas.source import FileKind, Opened, PageFacts, Refused
from workers import engine, work
from workers.wire import Reader

CATALOGUE = build_catalogue({"progress_note": {"name": "Progress note", "folder": "notes", "loinc": "11506-3"}})


def orders_in(path):
    return dict([*line.split(maxsplit=1), ""][:2] for line in path.read_text(errors="replace").splitlines() if line.strip())


def inspect(path):
    orders = orders_in(path)
    if "pages" not in orders:
        return Refused("file.unsupported")
    return Opened(FileKind.PDF, tuple(PageFacts(n, 612.0, 792.0) for n in range(1, int(orders["pages"]) + 1)))


def read_pages(path, opened, pages, scratch):
    orders = orders_in(path)
    out = []
    for number in pages:
        trace(f"read {os.getpid()} {number} {orders.get('name', '')}")
        time.sleep(float(orders.get("slow", 0)))
        if orders.get("kill") in {"now", str(number)}:
            os.kill(os.getpid(), signal.SIGKILL)
        if "fail" in orders:
            raise ValueError(orders["fail"])
        out.append(PageReading(number, PageKind.TEXT, (Word("hello", Box(0.1, 0.1, 0.2, 0.2), 0.9, 1),)))
    return tuple(out)


def trace(line):
    with Path(os.environ["STUB_TRACE"]).open("a") as file:
        file.write(line + "\n")


def plan(readings, line):
    return BatchPlan((PlannedDocument(tuple(r.number for r in readings), Filing("M1", 0.99999), TypeGuess("progress_note", 0.99)),))


def plan_parts(parts, line):
    trap = Path(os.environ.get("STUB_TRAP", "none"))
    if trap.exists():  # the worker dies at this, once
        trap.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return BatchPlan(tuple(document for part in parts for document in plan(part, line).documents))


class Composer:
    def compose(self, original, opened, readings, into):
        path = into / "out.pdf"
        path.write_bytes(b"%PDF made of " + original.read_bytes())
        return path


def equip(config, stores, sheets=None):
    return Reader(inspect, read_pages, plan, Composer(), lambda path: "half" not in orders_in(path), CATALOGUE, "stub", plan_parts)


if __name__ == "__main__":
    work.equip = equip
    engine.VERSION = os.environ.get("STUB_VERSION") or engine.VERSION
    sys.exit(work.main())
