"""The rows about processor time, ours and the others', on the same pages. What a program spends on starting is taken off for all."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from samples.readbench import goals
from samples.readbench.meter import spend
from samples.readbench.peers import CLEANED, Peers
from samples.readbench.reading import product
from samples.readbench.sets import Sheaf
from samples.report import Row, plain

_SECONDS = 1800.0


class Meter(NamedTuple):
    """How costs are measured: in which folder, how often, with whose programs (None: ours alone), less what a start of ours costs."""

    work: Path
    times: int
    peers: Callable[[], Peers] | None
    start: float


def make_meter(work: Path, times: int, peers: Callable[[], Peers] | None) -> Meter:
    """A meter that knows what our start costs."""
    return Meter(work, times, peers, _median_cpu(product(work / "measured.jsonl", []), times))


def clean_rows(sheaf: Sheaf, meter: Meter) -> Iterator[Row]:
    """The clean mix, the same pages for all; once for who takes many times as long."""
    ours = _ours(sheaf, meter)
    yield plain("CPU a page, clean mix", round(ours, 3), n=len(sheaf.pages), unit="CPU-s")
    yield plain("CPU of a start, not counted above", round(meter.start, 2), n=meter.times, unit="CPU-s")
    if meter.peers is None:
        return
    others = meter.peers()
    for goal, name, options in ((goals.CLEAN_OF_DEFAULT, "default", ()), (goals.CLEAN_OF_CLEANED, "deskew+rotate+clean", CLEANED)):
        theirs = _ocrmypdf(others, sheaf, meter, options)
        yield goal.reached(ours / theirs, len(sheaf.pages))
        yield plain(f"CPU a page, clean mix, OCRmyPDF {name}", round(theirs, 3), n=len(sheaf.pages), unit="CPU-s")
    theirs = _a_page(others.naive(sheaf.path), others.naive(), len(sheaf.pages), times=1)
    yield replace(goals.CLEAN_OF_NAIVE.reached(ours / theirs, len(sheaf.pages)), note="naive pytesseract read the pages once")
    yield plain("CPU a page, clean mix, naive pytesseract", round(theirs, 3), n=len(sheaf.pages), unit="CPU-s")


def fax_rows(sheaf: Sheaf, meter: Meter) -> Iterator[Row]:
    """The fax-heavy mix."""
    ours = _ours(sheaf, meter)
    yield plain("CPU a page, fax-heavy mix", round(ours, 3), n=len(sheaf.pages), unit="CPU-s")
    if meter.peers is None:
        return
    theirs = _ocrmypdf(meter.peers(), sheaf, meter, CLEANED)
    yield goals.FAX_OF_CLEANED.reached(ours / theirs, len(sheaf.pages))
    yield plain("CPU a page, fax-heavy mix, OCRmyPDF deskew+rotate+clean", round(theirs, 3), n=len(sheaf.pages), unit="CPU-s")


def unread_rows(alone: Sheaf, more: Sequence[Sheaf], meter: Meter) -> Iterator[Row]:
    """Pages that need no reading: what they add to one that does."""
    pages = sum(len(sheaf.pages) for sheaf in more) - 1
    more_cpu, alone_cpu = (_median_cpu(product(meter.work / "measured.jsonl", [one.path for one in some]), meter.times) for some in (more, [alone]))
    yield goals.UNREAD.reached((more_cpu - alone_cpu) / pages, pages)


def _ours(sheaf: Sheaf, meter: Meter) -> float:
    return (_median_cpu(product(meter.work / "measured.jsonl", [sheaf.path]), meter.times) - meter.start) / len(sheaf.pages)


def _ocrmypdf(others: Peers, sheaf: Sheaf, meter: Meter, options: Sequence[str]) -> float:
    command = others.ocrmypdf(sheaf.path, meter.work / "peer.pdf", *options, sidecar=meter.work / "peer.txt")
    return _a_page(command, others.ocrmypdf_start(), len(sheaf.pages), meter.times)


def _a_page(command: Sequence[str], start: Sequence[str], pages: int, times: int) -> float:
    """CPU-seconds a page of a command, less those of its start."""
    return (_median_cpu(command, times) - _median_cpu(start, times)) / pages


def _median_cpu(command: Sequence[str], times: int) -> float:
    return statistics.median(spend(command, seconds=_SECONDS).cpu for _ in range(times))
