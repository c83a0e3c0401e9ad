"""Has one batch read by the program and asks its steps about it: what each paper is, whose, where it begins. Judges nothing."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from samples.langbench.batches import Batch, make_batch
from samples.langbench.document import Truth
from samples.langbench.paper import scan_batch
from samples.read_file import open_file, read_file
from samples.readbench.fonts import Family
from samples.readbench.meter import CommandFailed
from schemas.config import Config
from schemas.document import FieldName, TypeGuess
from schemas.filing import Hold, PlannedDocument
from schemas.line import Line, LineKind
from schemas.page import PageReading
from workers.wire import Reader, connect, equip

_LINE = Line(LineKind.SHADOW, 0.0)


class Job(NamedTuple):
    """Which batch to make and read; without `papers` as many as such a batch has."""

    seed: int
    number: int
    fonts: tuple[Family, ...]
    papers: int = 0


class Value(NamedTuple):
    """A field as the program gives it, and in how many looks it was seen."""

    text: str
    looks: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What the program says of one paper that was cut out rightly."""

    truth: Truth
    level: str
    slug: str
    confidence: float
    folder: str
    folder_confidence: float
    asks: bool  # about the type
    asks_folder: bool
    values: dict[FieldName, Value]
    reasons: tuple[str, ...]
    page_names: tuple[str, ...]  # whom each page by itself names as the patient; empty where nobody
    gaps: tuple[bool, ...]  # of a numbered paper, page by page: whether its loss is told


@dataclass(frozen=True, slots=True)
class Cut:
    """How the program cut a batch: the pages of each part, and whether a clerk is asked about its borders or its patient."""

    parts: tuple[tuple[int, ...], ...]
    held: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Examined:
    """Everything found out about one batch; `seconds` is the processor time of all steps after reading."""

    batch: Batch
    findings: tuple[Finding, ...]
    cut: Cut
    seconds: float

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return sum(paper.pages for paper in self.batch.papers)


def examine_all(jobs: Sequence[Job], *, processes: int = 2) -> Iterator[Examined]:
    """Every batch, as each is done. CommandFailed when a page could not be read."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(examine, job) for job in jobs]):
            yield done.result()


def examine(job: Job) -> Examined:
    """Makes a batch, has it read, and asks the steps."""
    batch, sheets = make_batch(job.seed, job.number, job.fonts, papers=job.papers)
    reader, _ = _house()
    with tempfile.TemporaryDirectory(prefix="chartroom-language-") as folder:
        source = Path(folder) / "batch.pdf"
        source.write_bytes(scan_batch(sheets, batch.level, job.seed * 100_000 + job.number))
        readings = read_file(source, open_file(source, reader), reader, Path(folder))
    if len(readings) != len(sheets):
        raise CommandFailed(f"{len(readings)} of {len(sheets)} pages came back")
    findings = tuple(
        _find(truth, batch.level, [readings[n - 1] for n in part], reader) for truth, part in zip(batch.papers, batch.parts, strict=True)
    )
    started = time.process_time()
    planned = reader.plan(readings, _LINE).documents
    seconds = time.process_time() - started
    return Examined(batch, findings, Cut(tuple(one.pages for one in planned), tuple(_asks_border(one) for one in planned)), seconds)


@cache
def _house() -> tuple[Reader, tempfile.TemporaryDirectory[str]]:
    """The program's reader with an index that knows nobody, and the folder of its stores, which goes with the process."""
    folder = tempfile.TemporaryDirectory(prefix="chartroom-language-index-")
    return equip(Config(), connect(Config(), Path(folder.name))), folder


def _find(truth: Truth, level: str, pages: Sequence[PageReading], reader: Reader) -> Finding:
    whole = _plan(pages, reader)
    kind = whole.kind
    names = tuple(_name(_plan([page], reader)) for page in pages)
    numbered = truth.numbered and truth.pages > 1
    gaps = tuple("pages.missing" in _reasons(_plan([*pages[:at], *pages[at + 1 :]], reader)) for at in range(len(pages) if numbered else 0))
    values = {field.name: Value(field.value, field.sightings + len(field.witnesses)) for field in whole.extraction.fields}
    said = kind or TypeGuess("unknown", 0.0, reason="type.unknown")
    asks, asks_folder = said.reason is not None, said.folder_confidence < Config().classify.sure_folder_at
    told = (said.slug, said.confidence, said.folder or "", said.folder_confidence, asks, asks_folder)
    return Finding(truth, level, *told, values, _reasons(whole), names, gaps)


def _plan(pages: Sequence[PageReading], reader: Reader) -> PlannedDocument:
    return reader.plan_parts([pages], _LINE).documents[0]


def _reasons(planned: PlannedDocument) -> tuple[str, ...]:
    return planned.decision.reasons if isinstance(planned.decision, Hold) else ()


def _asks_border(planned: PlannedDocument) -> bool:
    return bool({"split.unsure", "patient.two_on_document"} & set(_reasons(planned)))


def _name(planned: PlannedDocument) -> str:
    found = planned.extraction.field(FieldName.PATIENT_NAME)
    return found.value if found else ""
