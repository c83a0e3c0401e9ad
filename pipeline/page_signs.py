"""What splitting looks at on one page: its lines, titles, letterhead and running head, and which of its numbers count. Compares no pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.numbering import PageNumber, prints_number
from pipeline.page_language import PageLanguage
from pipeline.titles import Line, Title, fold
from schemas.document import PageIdentity
from schemas.page import PageReading

HEAD, FOOT = 0.17, 0.88  # the strips in which running heads and page numbers stand
_ANY = re.IGNORECASE


def phrases(*patterns: str) -> re.Pattern[str]:
    """Any of these, from the beginning of a word."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})", _ANY)


LETTERHEAD = phrases(r"\d{3}[)]?[ .-]{1,2}\d{3}[ .-]\d{4}\b", r"(fax|tel|phone|suite|p\.?o\.? box|www\.)\b", r"[A-Z]{2},? \d{5}(-\d{4})?\b")
FACILITY = phrases(
    r"(hospital|clinic|healthcare|laborator(y|ies)|radiology|imaging|associates|physicians|practice|institute)\b",
    r"medical (center|group|associates)\b",
    r"health (system|care|center)\b",
)
HEADER_LABEL = phrases(
    r"(patient|name|d\.?o\.?b\.?|date of birth|birth ?date|mrn|m\.?r\.? ?#|medical record|account|acct|sex|gender|age|provider|physician|attending"
    r"|visit|encounter|admit|admitted|discharged?|date of service|dos|service date|accession|collected|referring|ordering|phone|address|insurance"
    r"|location|room)\b[\w .#/]{0,14}[:#]"
)
COVER_LABELS = re.compile(
    r"^\W*(to|from|fax|phone|pages?|no\. of pages|number of pages|total pages|re|subject|attn|attention|date|company|recipient|sender)\b[^:]{0,24}:",
    _ANY,
)

# the strips in which a fax machine prints its line, which counts the pages of the call and not of a document: surely, and if it reads like one
FAX_EDGE, FAX_HEAD = 0.03, 0.07
FAX_LINE = re.compile(r"\d{1,2}[:.]\d{2}.*(\bfrom\b|\bto\b|\bfax\b|\d{3}[). -]{0,2}\d{3}[ .-]?\d{4})|(\bfrom\b|\bfax\b).*\d{1,2}[:.]\d{2}", _ANY)


FORM = re.compile(r"\b(?:form|rev\w*)\b.{0,12}\d", _ANY)
STAMP = re.compile(r"\bprint(?:ed|[ -]?out)?\b.{0,10}(?:\bby\b|\bon\b|:|\d)|\brun date\b", _ANY)
FIGURE = re.compile(r"(?=(?:\D*\d){3})[\w][\w/.:-]*\d")
LOWEST = 0.935  # below this no text runs
PACKET = 12  # pages of a file that may be a packet
HEADER = 0.35  # where a header with names, dates and numbers ends at the latest


@dataclass(frozen=True, slots=True)
class PageSigns:
    """What splitting looks at on one page."""

    reading: PageReading
    lines: tuple[Line, ...]
    titles: tuple[Title, ...]
    numbers: tuple[PageNumber, ...]
    letterhead: str  # the folded facility and contact lines on top
    labels: int
    head: str  # the folded topmost lines without digits
    head_words: frozenset[str]  # their words and numbers, folded
    body: tuple[Line, ...]  # the lines without those of the foot, of numbering and of printers
    foot: str  # the folded lowest lines without digits
    stamp: str  # the form's number, or who printed the page when
    figures: frozenset[str]  # dates and numbers in the header, folded
    words: frozenset[str]  # longer words of the text, folded
    identity: PageIdentity
    cover: bool
    file_pages: int


def read_signs(page: PageLanguage, identity: PageIdentity, file_pages: int) -> PageSigns:
    """What splitting needs of one page."""
    lines = tuple(line for line in page.lines if not is_fax_line(line))
    titles = tuple(title for title in page.titles if title.doubt < 0.1)
    top = [line for line in lines if line.box.y0 < HEAD]
    header = [line for line in lines if line.box.y0 < HEADER]
    low = [line for line in lines if line.box.y0 > LOWEST]
    stamps = [line for line in lines if (line.box.y0 > FOOT or line.box.y1 < HEAD) and (FORM.search(line.text) or STAMP.search(line.text))]
    body = tuple(line for line in lines if line.box.y0 < FOOT + 0.04 and line not in stamps and not prints_number(line.text))
    return PageSigns(
        reading=page.reading,
        lines=lines,
        titles=titles,
        numbers=tuple(number for number in page.numbers.own if not _counts_packet(number, page.number, file_pages)),
        letterhead=_letterhead(top),
        labels=sum(len(HEADER_LABEL.findall(line.text)) for line in header),
        head=" ".join(fold(re.sub(r"\d", "", line.text)) for line in top[:3]),
        head_words=frozenset(fold(word) for line in top[:3] for word in re.split(r"[\s,:#]+", line.text)) - {""},
        body=body,
        foot=" ".join(fold(re.sub(r"\d", "", line.text)) for line in low[-3:]),
        stamp=" ".join(fold(line.text) for line in stamps),
        figures=_figures(line for line in header if line in body),
        words=frozenset(fold(word) for line in body for word in line.text.split() if len(word) > 4 and word.isalpha()),
        identity=identity,
        cover=_is_cover(lines, titles),
        file_pages=file_pages,
    )


def is_fax_line(line: Line) -> bool:
    """Whether a line was printed by a fax machine: at the very edge, or time and sender on top."""
    return line.box.y1 < FAX_EDGE or (line.box.y1 < FAX_HEAD and FAX_LINE.search(line.text) is not None)


def _letterhead(top: Sequence[Line]) -> str:
    contact = sum(LETTERHEAD.search(line.text) is not None for line in top)
    named = [line for line in top if FACILITY.search(line.text)]
    return " ".join(fold(line.text) for line in top[:4]) if contact >= 2 or (contact and named) else ""


def _figures(header: Iterable[Line]) -> frozenset[str]:
    """The numbers of three digits and more in a header, dates among them."""
    return frozenset(hit.lower() for line in header for hit in FIGURE.findall(line.text))


def _is_cover(lines: Sequence[Line], titles: Sequence[Title]) -> bool:
    labels = {hit[1].lower() for line in lines if line.box.y0 < 0.7 and (hit := COVER_LABELS.match(line.text))}
    titled = any(title.slug == "fax_cover" for title in titles)
    return titled or (len(labels) >= 4 and {"to", "from"} <= labels and any(word.startswith(("fax", "page", "number")) for word in labels))


def _counts_packet(number: PageNumber, page: int, file_pages: int) -> bool:
    """Whether a number merely counts a packet of many pages, which says nothing of its documents."""
    return file_pages > PACKET and (number.page, number.of) == (page, file_pages)
