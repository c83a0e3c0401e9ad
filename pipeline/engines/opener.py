"""The port through which a sender's file is opened: asks a child, checks every value that comes back, never parses the file itself.

Whatever the file does to the child becomes a reason code; only a fault of our own machine is raised.
"""

from __future__ import annotations

import re
import stat
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.engines.nursery import FILES, Limits, Message, converse, start
from schemas.faults import EngineFault
from schemas.page import Box, Word
from schemas.rules import RenderRules
from schemas.source import FileKind, Opened, PageFacts, Refused, RenderedPage

VERSION = 1
REFUSALS = {"file.empty", "file.unsupported", "file.encrypted", "file.corrupt", "file.too_large"}
FLAGS = {"javascript", "attachments", "launch"}
MAX_SIDE = 1e7  # 1/72 inch
MAX_COUNT = 2**31  # no number of a child's is larger
PGM_HEAD = re.compile(rb"P5\n(\d{1,6}) (\d{1,6})\n255\n")
PIXEL_SLACK = 2.5
MAX_WORDS, MAX_WORD = 20_000, 200
FIRST_SHARE = 0.75  # of a page's budget for the first try; the second, without shortcuts, has the rest


class _Order(NamedTuple):
    """What is to be rendered where; `plain` asks for the slow way without shortcuts."""

    original: Path
    kind: FileKind
    into: Path
    plain: bool = False


class ChildOpener:
    """Opens files in a fresh child process a call."""

    def __init__(self, rules: RenderRules) -> None:
        self.rules = rules
        self.cpu_seconds = 0.0  # that all its children have used

    def get_ready(self) -> None:
        """Begin to load what opening a file takes."""
        start(FILES)

    def inspect(self, original: Path) -> Opened | Refused:
        """Kind, pages and sizes, or why the file is refused. EngineFault only when our own machine fails."""
        size = _size(original)
        if size == 0:
            return Refused("file.empty")
        request = self._request(original) | {"max_pages": self.rules.max_pages}
        best: Message = {}
        for message in converse("inspect", request, limits(self.rules), spent=self._spend):
            best = message.get("done") or message.get("so far") or best
        return _verdict(best, self.rules.max_pages)

    def render(self, original: Path, opened: Opened, pages: Sequence[int], into: Path) -> tuple[RenderedPage, ...]:
        """One RenderedPage a requested page, in order; a page that kills or stalls its child is tried once more alone, then given up."""
        facts = {page.number: page for page in opened.pages}
        done: dict[int, RenderedPage] = {}
        todo = [number for number in dict.fromkeys(pages) if number in facts]
        while todo:
            order = _Order(original, opened.kind, into)
            at = self._render_some(order, [facts[number] for number in todo], done)
            if at is not None:
                self._render_some(order._replace(plain=True), [facts[at]], done)
                done.setdefault(at, _lost(facts[at]))
            todo = [number for number in todo if number not in done]
        return tuple(done[number] if number in done else _lost(PageFacts(number, 612.0, 792.0)) for number in pages)

    def _render_some(self, order: _Order, facts: Sequence[PageFacts], done: dict[int, RenderedPage]) -> int | None:
        """Add what one child makes of these pages to `done`; the page it did not survive, or None."""
        _size(order.original)
        if not order.into.is_dir():
            raise EngineFault("There is no folder for the pages' pictures.", next_step="Check the data folder.")
        share = 1 - FIRST_SHARE if order.plain else FIRST_SHARE
        request = self._request(order.original, share) | {
            "kind": order.kind,
            "pages": [page.number for page in facts],
            "sizes": [[page.number, page.width_pt, page.height_pt] for page in facts],
            "into": str(order.into.absolute()),
            "dpi": self.rules.dpi,
            "plain": order.plain,
        }
        wanted = {page.number: page for page in facts}
        at: int | None = facts[0].number
        for message in converse("render", request, limits(self.rules, share), spent=self._spend):
            if message.get("at") in wanted:
                at = message["at"]
            page = message.get("page", {})
            number = page.get("number")
            if isinstance(number, int) and number in wanted:
                done[number] = rendered(page, wanted[number], order, self.rules.max_megapixels * 1_000_000)
        return at if at not in done else next((number for number in wanted if number not in done), None)

    def _spend(self, seconds: float) -> None:
        self.cpu_seconds += seconds

    def _request(self, original: Path, share: float = 1.0) -> Message:
        return {
            "original": str(original.absolute()),
            "max_megapixels": self.rules.max_megapixels,
            "seconds": self.rules.page_wall_seconds * share,
        }


def limits(rules: RenderRules, share: float = 1.0) -> Limits:
    """What one child may use for a page, or for that share of a page's budget."""
    return Limits(max(1, round(rules.page_cpu_seconds * share)), rules.page_wall_seconds * share + 1.0, rules.memory_megabytes)


def _size(original: Path) -> int:
    """Bytes of the original. EngineFault when our own copy cannot be read: that is no fault of the sender's."""
    try:
        return original.stat().st_size
    except OSError as missing:
        raise EngineFault("The stored original cannot be read.", next_step="Check the object store.") from missing


def _verdict(answer: Message, most_pages: int) -> Opened | Refused:
    """The child's answer as a value; anything out of shape means a corrupt file."""
    pages, refused, flags = answer.get("pages"), answer.get("refused"), answer.get("flags", [])
    if "refused" in answer or not isinstance(pages, list) or not isinstance(flags, list):
        reason = refused if isinstance(refused, str) and refused in REFUSALS else "file.corrupt"
        return Refused(reason, pages if type(pages) is int and 0 <= pages < MAX_COUNT else None)
    if len(pages) > most_pages:
        return Refused("file.too_large", len(pages))
    try:
        sizes = [(number, _side(width), _side(height)) for number, (width, height) in enumerate(pages, 1)]
        kind = FileKind(answer.get("kind", FileKind.PDF))
    except (TypeError, ValueError):
        return Refused("file.corrupt")
    return Opened(kind, tuple(PageFacts(*size) for size in sizes), tuple(sorted(FLAGS & set(map(str, flags)))))


def _number(value: Any) -> float:
    """A number as JSON has it. ValueError for anything else, and for one too large or not finite."""
    if type(value) not in {int, float} or not abs(value) < MAX_COUNT:
        raise ValueError("no number")
    return float(value)


def _side(value: Any) -> float:
    """A page side in 1/72 inch. ValueError for one that no page has."""
    side = _number(value)
    if not 0 < side <= MAX_SIDE:
        raise ValueError("no page side")
    return side


def _lost(page: PageFacts) -> RenderedPage:
    return RenderedPage(page.number, page.width_pt, page.height_pt, None, problem="image.unreadable")


def rendered(answer: Message, facts: PageFacts, order: _Order, most_pixels: int) -> RenderedPage:
    """The child's word on one page as a value, its picture checked to be there and as large as such a page must be; unreadable otherwise."""
    image = order.into / f"page-{facts.number:04d}.pgm"
    if answer.get("problem") or (pixels := _pixels(image, most_pixels)) is None:
        return _lost(facts)
    try:
        width, height = map(_side, answer["size"])
        dpi_x, dpi_y = map(_side, answer["dpi"])
        layer = tuple(_words(answer.get("layer", ())))
        share = min(max(_number(answer.get("image_share", 0.0)), 0.0), 1.0)
    except (KeyError, TypeError, ValueError):
        return _lost(facts)
    if order.kind is FileKind.PDF and (width, height) != (facts.width_pt, facts.height_pt):
        return _lost(facts)
    if any(abs(side - pt * dpi / 72) > PIXEL_SLACK for side, pt, dpi in zip(pixels, (width, height), (dpi_x, dpi_y), strict=True)):
        return _lost(facts)  # poppler may give up with a picture of one pixel and report success
    return RenderedPage(facts.number, width, height, image, dpi_x, dpi_y, layer, answer.get("bilevel") is True, share)


def _pixels(image: Path, most: int) -> tuple[int, int] | None:
    """Width and height of a picture of ours, by its head and its length; None for anything else that lies there, or nothing."""
    try:
        info = image.lstat()
        if not stat.S_ISREG(info.st_mode):
            return None
        with image.open("rb") as file:
            head = PGM_HEAD.match(file.read(32))
    except OSError:
        return None
    if head is None:
        return None
    width, height = int(head[1]), int(head[2])
    return (width, height) if 0 < width * height <= most and info.st_size == head.end() + width * height else None


def _words(rows: Iterable[Any]) -> Iterable[Word]:
    """The words of a layer with dense line numbers from 0. ValueError for boxes off the page, and for more than a page can hold."""
    lines: dict[int, int] = {}
    for count, (text, *place) in enumerate(rows):
        x0, y0, x1, y1, line = map(_number, place)
        if not 0 <= x0 <= x1 <= 1 or not 0 <= y0 <= y1 <= 1:
            raise ValueError("box off the page")
        if count >= MAX_WORDS or not isinstance(text, str) or len(text) > MAX_WORD or any(unicodedata.category(sign)[0] == "C" for sign in text):
            raise ValueError("no layer")
        yield Word(text, Box(x0, y0, x1, y1), 1.0, lines.setdefault(int(line), len(lines)))
