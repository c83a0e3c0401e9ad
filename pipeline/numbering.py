"""The page numbers printed on one page: its document's own, and those of the fax that carried it. Compares no pages."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

from pipeline.fields.geometry import Row, cells, lay_out, say
from schemas.page import PageReading, Word

HEAD, BLOCK, FOOT = 0.14, 0.26, 0.86  # shares of the page: running heads, the block of facts below them, running feet
LAST_ROWS = 0.03  # share of the page
FAX_EDGE = 0.05
SPELLED, BARE = 0.15, 0.6  # confidence below which a figure may be another, beside the word page and without it
ONE = re.compile(r"[\dlIi|]+")  # an upright stroke read for a figure is a one
FORM_DATE = re.compile(r"0\d/\d\d")  # "01/22" alone is the month of a form's edition

_ANY = re.IGNORECASE
_N = r"(\d{1,3})"
_LIKE = r"((?-i:[\dlIi|!OoQDSsZzBT]{1,3}))"  # figures, and the letters that figures are taken for
_WORD = r"(?<![a-z])(?:p[aáoe][gqyp9][eco]?s?|p[gq]s?|p[áa]g(?:ina)?|fage|hoja|sheet|p)[.:;,#]*\s*(?:no\b|num(?:ber)?\b|#)?[.:#]*\s*"
_OF = r"\s*[(\[]?\s*(?:out\s+of|[o0]{1,2}f|ot|oi|af|cf|de|/|\|)\s*"
_END = r"(?![\w/]|-\d)"
NAMED = re.compile(_WORD, _ANY)
PAGE_OF = re.compile(_WORD + _LIKE + _OF + _LIKE + _END, _ANY)
PAGE_TOTAL = re.compile(_WORD + _LIKE + r"\W{1,4}(?:of\s+)?total(?:\s+(?:of\s+)?p[a-z]{1,5})?\W{0,3}" + _LIKE + _END, _ANY)
OF_PAGES = re.compile(r"(?<![\d/.])" + _N + r"\s*(?:of|out\s+of|/|de)\s*" + _N + r"\s*(?:pages?|pgs?|p[áa]ginas|hojas|sheets)\b", _ANY)
BARE_OF = re.compile(r"[\W_]*" + _N + r"\s*(?:of|/|de)\s*" + _N + r"[\W_]*", _ANY)
PAGE_ALONE = re.compile(r"[\W_]*" + _WORD + _N + r"[\W_]*|\s*[-–—]\s*" + _N + r"\s*[-–—]\s*", _ANY)
FAX_HEAD = re.compile(r"\b(?:fax|from|to)\b|\d{1,2}:\d{2}|\d{3}[\s.\-)]+\d{3}[\s.\-]\d{4}", _ANY)
FAX_PAGE = re.compile(r"(?:\b(?:page|pg|p)[.:#]?\s*)?(?<![\d/])\b" + _N + r"\s*(?:of|/)\s*" + _N + r"\b(?!/)", _ANY)
_FIGURES = str.maketrans("lIi|!OoQDSsZzBT", "111110000552287")


class PageNumber(NamedTuple):
    """Page `page` of `of`. `sure`: its figures were read as figures, and surely. `bare`: without the word page."""

    page: int
    of: int | None
    sure: bool = True
    bare: bool = False


class Numbers(NamedTuple):
    """The numbers of one page: its document's own, and that in the header line of the fax it came by."""

    own: tuple[PageNumber, ...]
    fax: PageNumber | None


def read_numbers(page: PageReading) -> Numbers:
    """Every number at the head or foot of a page."""
    rows = list(_rows(page))
    return Numbers(_own_numbers(rows), _fax_number(rows))


def prints_number(text: str) -> bool:
    """Whether a line of print is or holds a page number."""
    return any(form.search(text) for form in (PAGE_OF, PAGE_TOTAL, OF_PAGES)) or any(form.fullmatch(text) for form in (BARE_OF, PAGE_ALONE))


def _own_numbers(rows: Sequence[_Row]) -> tuple[PageNumber, ...]:
    """Every "page x of y"; without any, a number alone."""
    found = [number for row in rows for number in _in_row(row)]
    alone = [] if found else [number for row in rows for number in _alone(row)]
    return tuple(dict.fromkeys([*found, *alone]))


def page_number(page: PageReading) -> tuple[int, int] | None:
    """The first (x, y) of a "page x of y" at the head or foot of a page that was surely read."""
    return next(((number.page, number.of) for number in read_numbers(page).own if number.of and number.sure), None)


def _fax_number(rows: Sequence[_Row]) -> PageNumber | None:
    """The page count in a fax header line."""
    for row in rows:
        if row.is_fax:
            for found in list(FAX_PAGE.finditer(row.text))[::-1]:
                if number := row.number(found):
                    return number
    return None


class _Row(NamedTuple):
    """A row of print: its text, where each word begins in it, how surely each was read, and whether it is the outermost of its strip."""

    text: str
    starts: Sequence[int]
    confidences: Sequence[float]
    parts: Sequence[_Row]  # its cells
    is_fax: bool
    outermost: bool
    in_block: bool  # too far down for a running head

    def number(self, found: re.Match[str], *, bare: bool = False) -> PageNumber | None:
        """The page number that was found, if it can be one."""
        raw = [group for group in found.groups() if group]
        figures = [int(text.translate(_FIGURES)) for text in raw]
        page, of = figures[0], figures[1] if len(figures) > 1 else None
        if not (1 <= page <= (of or page)):
            return None
        plain = all(map(str.isdigit if bare else ONE.fullmatch, raw))
        sure = plain and self._least(found.start(found.lastindex or 0), found.end()) >= (BARE if bare else SPELLED)
        return PageNumber(page, of, sure, bare)

    def _least(self, start: int, end: int) -> float:
        first, last = bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1)
        return min(self.confidences[max(0, first) : last], default=0.0)


def _rows(page: PageReading) -> Iterator[_Row]:
    """The rows at head and foot, and the last ones of a short page, as they look on paper, whatever order the words came in."""
    foot = min(FOOT, max((word.box.y1 for word in page.words), default=1.0) - LAST_ROWS)
    edge = replace(page, words=tuple(_upright_strokes(word for word in page.words if word.box.y0 < BLOCK or word.box.y1 > foot)))
    sheet = lay_out(edge)
    for at, row in enumerate(sheet.rows):
        top = sheet.box(row).y0
        is_fax = top < FAX_EDGE and FAX_HEAD.search(say(row)) is not None
        place = {"is_fax": is_fax, "outermost": at in {0, 1, len(sheet.rows) - 2, len(sheet.rows) - 1}, "in_block": HEAD < top < FOOT}
        yield _spelled(row, tuple(_spelled(row[a:b], (), **place) for a, b in cells(row)), **place)


def _upright_strokes(words: Iterable[Word]) -> Iterator[Word]:
    """The words; a bar after the word page is a one, not the edge of a cell."""
    before = ""
    for word in words:
        yield word._replace(text=word.text.replace("|", "I")) if NAMED.fullmatch(before) else word
        before = word.text


def _spelled(tokens: Row, parts: Sequence[_Row], *, is_fax: bool, outermost: bool, in_block: bool) -> _Row:
    said = [say([token]) for token in tokens]
    starts = [0, *accumulate(len(text) + 1 for text in said)][: len(said)]
    return _Row(" ".join(said), starts, [token.confidence for token in tokens], parts, is_fax, outermost, in_block)


def _in_row(row: _Row) -> Iterator[PageNumber]:
    """What a row says of x and y. Further down than running heads it must be all that a cell says."""
    if row.is_fax:
        return
    pieces = row.parts if row.in_block else [row, *row.parts]
    for piece in pieces:
        for pattern in (PAGE_OF, PAGE_TOTAL, OF_PAGES):
            for found in pattern.finditer(piece.text):
                whole = not row.in_block or len(found[0]) >= len(piece.text.strip(" ()[]-.,")) - 1
                if whole and (number := piece.number(found)) and (number.of or 0) > 0:
                    yield number
    for piece in row.parts if row.outermost and not row.in_block else ():
        bare = BARE_OF.fullmatch(piece.text)
        if bare and not FORM_DATE.search(bare[0].replace(" ", "")) and (number := piece.number(bare, bare="/" in bare[0])):
            yield number


def _alone(row: _Row) -> Iterator[PageNumber]:
    for piece in row.parts if row.outermost and not row.is_fax and not row.in_block else ():
        if (found := PAGE_ALONE.fullmatch(piece.text)) and (number := piece.number(found, bare=not found[1])):
            yield number
