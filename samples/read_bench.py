"""Reading, measured on pages nobody tuned on and against what others offer: `python -m samples.read_bench [--quick] [--scans DIR]`.

Makes the pages, has them read, prints the table, writes `var/bench/read.json`. What is measured how stands in `samples.readbench`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from samples.readbench import accuracy, cost, goals, intake
from samples.readbench.fonts import FAMILIES, Family, find_families
from samples.readbench.meter import CommandFailed, spend
from samples.readbench.peers import CLEANED, SYSTEM_FONTS, Peers, fetch_debian, fetch_python
from samples.readbench.reading import plain_texts, read, read_scans
from samples.readbench.sets import Picture, Press, bind, by_quality, fax_heavy, one_page_faxes, turned_pages, unread_pages, usual_mix
from samples.report import Row, plain, print_report, write_report
from workers.show import progress

SEED = 31
_REPORT = Path("var/bench/read.json")
_PEERS = Path("var/peers")
_STAGES = (
    "drawing pages",
    "reading every quality",
    "reading with OCRmyPDF",
    "turning pages round",
    "counting processor time",
    "taking faxes and packets in",
)
_ANCHOR = "paperless-ngx is not on PyPI and was not run"


Say = Callable[[str], None]


class Size(NamedTuple):
    """How many pages of each kind, and how often costs are measured."""

    layouts: int
    mix: int
    turned: int
    faxes: int
    packets: int
    unread: int
    times: int


FULL = Size(layouts=12, mix=12, turned=200, faxes=30, packets=6, unread=20, times=3)
QUICK = Size(layouts=2, mix=4, turned=16, faxes=6, packets=1, unread=4, times=1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, prints, writes. 1 when the pages' fonts cannot be had."""
    options = _options(arguments)
    started = time.monotonic()
    work = Path(options.keep or tempfile.mkdtemp(prefix="chartroom-read-bench-"))
    try:
        families = _families(options.peers)
        press = Press(work / "images", tuple(families.values()), options.seed)
        peers = None if options.quick else _peers(options.peers)
        with progress("measuring", unit="stages", total=len(_STAGES)) as bar:
            rows = measure(press, work, QUICK if options.quick else FULL, peers, options.scans, partial(_say, bar))
    except CommandFailed as failed:
        sys.stderr.write(f"The fonts of the pages cannot be fetched: {failed}. Run `apt-get update`, or see whether Debian's mirror answers.\n")
        return 1
    finally:
        if not options.keep:
            shutil.rmtree(work, ignore_errors=True)
    print_report(rows, title=f"Reading, seed {options.seed}{', quick' if options.quick else ''}, {os.cpu_count()} cores. {_ANCHOR}")
    write_report(options.output, rows, seconds=time.monotonic() - started)
    sys.stdout.write(f"written to {options.output}\n")
    return 0


def measure(press: Press, work: Path, size: Size, peers: Callable[[], Peers] | None, scans: Path | None, say: Say) -> list[Row]:
    """All rows, in the order of the goals. `say` is told each stage as it begins."""
    for folder in ("images", "pdf", "faxes", "mix"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    say("drawing pages")
    pictures = by_quality(press, size.layouts)
    rows = [plain("load of the machine before", round(os.getloadavg()[0], 1), n=1, unit="processes")]
    rows += _accuracy(pictures, work, peers, say)
    rows += _turned(press, work, size, say)
    rows += _cost(press, pictures, work, size, peers, say)
    rows += _intake(press, work, size, peers, say)
    rows += goals.section((goals.REAL,), lambda: accuracy.scan_rows(read_scans(scans, work)))
    return goals.in_order(rows)


def _accuracy(pictures: dict[str, list[Picture]], work: Path, peers: Callable[[], Peers] | None, say: Say) -> list[Row]:
    """What is read right, on each quality."""
    ours = (goals.DIRTY, goals.STANDARD, goals.POOR, goals.STANDARD_FIELDS, goals.POOR_FIELDS, goals.STATED, goals.HARM)

    def rows() -> Iterator[Row]:
        say("reading every quality")
        sheaves = [bind(those, work / "pdf" / f"{quality}.pdf") for quality, those in pictures.items()]
        seen = dict(zip(pictures, read(sheaves, work, plan=True), strict=True))
        yield from accuracy.word_rows(seen)
        yield from accuracy.field_rows(seen)
        yield from accuracy.stated_rows(seen)
        yield from accuracy.harm_rows(seen, {quality: plain_texts([one.path for one in pictures[quality]]) for quality in accuracy.CLEAN})
        if peers:
            yield from goals.section((goals.DIRTY_OF_PEER,), lambda: accuracy.peer_rows(seen, _peer_texts(peers(), work, say)))

    return goals.section(ours, rows)


def _peer_texts(peers: Peers, work: Path, say: Say) -> dict[str, dict[str, list[str]]]:
    """What OCRmyPDF reads in two settings on the pages where reading is hard."""
    say("reading with OCRmyPDF")
    texts: dict[str, dict[str, list[str]]] = {}
    for quality in ("skew300bw", "faxstd", "poor200"):
        for setting, options in (("default", ()), ("deskew+rotate+clean", CLEANED)):
            text = work / f"{quality}.txt"
            spend(peers.ocrmypdf(work / "pdf" / f"{quality}.pdf", work / "peer.pdf", *options, sidecar=text), seconds=1800)
            texts.setdefault(quality, {})[setting] = text.read_text(encoding="utf-8").removesuffix("\f").split("\f")
    return texts


def _turned(press: Press, work: Path, size: Size, say: Say) -> list[Row]:
    """Pages that lie on their side or stand on their head."""

    def rows() -> Iterator[Row]:
        say("turning pages round")
        pictures = turned_pages(press, size.turned)
        chunks = [pictures[start : start + 20] for start in range(0, len(pictures), 20)]
        seen = read([bind(chunk, work / "pdf" / f"turned-{number}.pdf") for number, chunk in enumerate(chunks)], work)
        yield from accuracy.turned_rows([one for pages in seen for one in pages], [picture.turn for picture in pictures])

    return goals.section((goals.TURNED,), rows)


def _cost(press: Press, pictures: dict[str, list[Picture]], work: Path, size: Size, peers: Callable[[], Peers] | None, say: Say) -> list[Row]:
    """Processor time a page."""
    say("counting processor time")
    usual = [one for pair in zip(pictures["clean300"], pictures["clean200"], strict=True) for one in pair]
    clean = bind(usual[: size.mix], work / "pdf" / "clean.pdf")
    faxes = fax_heavy(pictures, size.mix, work / "pdf" / "fax-heavy.pdf")
    alone, more = unread_pages(press, size.unread, work / "pdf")
    clean_goals = (goals.CLEAN_OF_DEFAULT, goals.CLEAN_OF_CLEANED, goals.CLEAN_OF_NAIVE)
    meter = cache(lambda: cost.make_meter(work, size.times, peers))
    return [
        *goals.section(clean_goals, lambda: cost.clean_rows(clean, meter())),
        *goals.section((goals.FAX_OF_CLEANED,), lambda: cost.fax_rows(faxes, meter())),
        *goals.section((goals.UNREAD,), lambda: cost.unread_rows(alone, more, meter())),
    ]


def _intake(press: Press, work: Path, size: Size, peers: Callable[[], Peers] | None, say: Say) -> list[Row]:
    """The whole way of a file."""
    say("taking faxes and packets in")
    faxes = one_page_faxes(press, size.faxes, work / "faxes")
    packets = usual_mix(press, size.packets, work / "mix")
    rates = partial(intake.rate_rows, work=work, peers=peers, times=size.times)
    return [
        *goals.section(goals.FAX_RATES, lambda: rates(goals.FAX_RATES, faxes, per_file=True)),
        *goals.section(goals.MIX_RATES, lambda: rates(goals.MIX_RATES, packets, per_file=False)),
    ]


def _families(home: Path) -> dict[str, Family]:
    fetched = fetch_debian(home) / "usr/share/fonts"
    families = find_families(SYSTEM_FONTS) | find_families(fetched)
    if len(families) < len(FAMILIES):
        raise CommandFailed(f"missing: {', '.join(sorted(set(FAMILIES) - set(families)))}")
    return families


def _peers(home: Path) -> Callable[[], Peers]:
    """The others' programs, fetched when first asked for."""
    return cache(lambda: Peers(fetch_debian(home), fetch_python(home)))


def _say(bar: Callable[..., None], what: str) -> None:
    """The stage that begins: on a line with the time, and in the bar."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {what}\n")
    bar(_STAGES.index(what), len(_STAGES), what)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m samples.read_bench", description="Measures reading on unseen pages, beside others' programs.")
    parser.add_argument("--quick", action="store_true", help="few pages, once, without the others: three minutes")
    parser.add_argument("--seed", type=int, default=SEED, help="which pages to make")
    parser.add_argument("--scans", type=Path, help="folder of real scans (NAME.tif) with their text (NAME.txt)")
    parser.add_argument("--peers", type=Path, default=_PEERS, help="where the others' programs and the fonts are kept")
    parser.add_argument("--keep", default="", help="work in this folder and leave everything there")
    parser.add_argument("--output", type=Path, default=_REPORT, help="where the figures go")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
