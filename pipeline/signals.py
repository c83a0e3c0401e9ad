"""What speaks for and against a page beginning a document, held against the page before it, and how much each weighs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from statistics import median

from rapidfuzz import fuzz

from pipeline.continuity import continuity_signals, figure_signals
from pipeline.numbering import PageNumber, prints_number
from pipeline.page_signs import FOOT, PageSigns, phrases
from pipeline.persons import Person, name_parts, says
from pipeline.titles import Title, fold
from schemas.document import PageIdentity
from schemas.page import PageKind

_ANY = re.IGNORECASE
SIGNED = phrases(
    r"electronically (signed|verified|authenticated)",
    r"e-?signed|signed by|authenticated by|dictated (by|but)|transcribed|job ?#",
    r"sincerely|respectfully|very truly|end of (report|document)|[dt]:\s*\d",
)
# said of the page and not of a treatment: in brackets, after a dash, by itself, or with the heading in capitals
CONTINUED = re.compile(
    r"[(\[]\s*cont(inued|'?d|\.)?\b|[-\u2013\u2014:]\s*cont(inued|'?d)\W*$|^\W*cont(inued|'?d)\W*$"
    r"|\bcontinued from\b|(?-i:\b[A-Z]{3,} CONT(INUED|'?D)\b)",
    _ANY,
)
OPENS = re.compile(
    r"^\W*(chief complaint|history of present illness|pre-?operative diagnosis|reason for (consult\w*|visit|exam|referral)|indication"
    r"|clinical (history|information)|admitting diagnosis|dear |to whom|exam(ination)?:|specimen)",
    _ANY,
)
LATER = re.compile(
    r"^\W*(assessment|plan|impression|disposition|recommendations?|discharge (medications|instructions|condition)|physical exam|social history"
    r"|family history|review of systems|past (medical|surgical) history|hospital course|microscopic|final diagnosis|conclusions?|follow.?up)\b",
    _ANY,
)
SHORT_FILE = 6  # pages: numbers that count a file so short mostly count one document


def signals_of(sheet: PageSigns, part: Sequence[PageSigns], after: PageSigns | None, persons: Sequence[Person]) -> Iterator[str]:
    """Every signal of a page after the pages of the document before it. `persons`: how its patient compares with that of each of these pages."""
    before = part[-1]
    if sheet.reading.kind is PageKind.UNREADABLE or before.reading.kind is PageKind.UNREADABLE:
        yield "cannot be read"
    yield from _numbering_signals(sheet, part)
    yield from _next_signals(sheet, before, after)
    yield from _title_signals(sheet, part)
    yield from _head_signals(sheet, before)
    yield from _paper_signals(sheet, before)
    yield from _flow_signals(sheet, before)
    yield from continuity_signals(sheet, before)
    yield from figure_signals(sheet, part)
    yield from _person_signals(sheet, part, persons)


def _person_signals(sheet: PageSigns, part: Sequence[PageSigns], persons: Sequence[Person]) -> Iterator[str]:
    if Person.PERHAPS_OTHER in persons:
        yield "patient perhaps other"
    elif Person.SAME in persons:
        yield "same patient"
    elif says(sheet.identity):
        yield "names a patient"
    elif any(says(page.identity) for page in part):
        yield from naming_signals(sheet, part)


def naming_signals(sheet: PageSigns, part: Sequence[PageSigns]) -> Iterator[str]:
    """Whether a page on which no patient was found carries the document's patient in its running head, to the letter."""
    if not says(sheet.identity) and any(_names_in_head(earlier.identity, sheet.head_words) for earlier in part):
        yield "head names the patient"


def _names_in_head(identity: PageIdentity, words: Collection[str]) -> bool:
    names = name_parts(identity.name) if identity.name else ("", "")
    return (all(len(name) > 1 and name in words for name in names)) or (len(identity.mrn or "") >= 5 and fold(identity.mrn or "") in words)


def _numbering_signals(sheet: PageSigns, part: Sequence[PageSigns]) -> Iterator[str]:
    here, there = sheet.numbers, _numbers_before(part)
    followers = [a for a in here for b in there if _follows(a, b)]
    if any(number.page == 1 for number in here) and not (followers and len(here) > 1 and len(there) == 1):
        yield "numbered one of one" if any((number.page, number.of) == (1, 1) for number in here) else "numbered one"
    elif followers:
        yield _how_it_goes_on(followers, sheet)
    elif any(a.of is not None and a.of == b.of and a.page > b.page for a in here for b in there):
        yield "numbering skips"
    elif here:
        later = not there or any(number.page > prior.page for number in here for prior in there)
        yield "numbered later" if later else "numbering breaks"
    if followers:
        return
    if any(prior.of is not None and prior.of <= prior.page for prior in there):
        yield "previous was the last"
    elif not here and any(prior.of and prior.page < prior.of for prior in there):
        yield "previous has more to come"


def _numbers_before(part: Sequence[PageSigns]) -> tuple[PageNumber, ...]:
    """The numbers of the page before; where it shows none, what would stand on it by the page before that."""
    for back, page in enumerate(reversed(part[-3:])):
        if page.numbers:
            return tuple(number._replace(page=number.page + back) for number in page.numbers)
    return ()


def _next_signals(sheet: PageSigns, before: PageSigns, after: PageSigns | None) -> Iterator[str]:
    """What the numbers of the page behind say of this one, which shows none."""
    if after is None or sheet.numbers:
        return
    if any(number.page == 2 for number in after.numbers):
        yield "followed by page two"
    elif any(number.page == prior.page + 2 and number.of == prior.of for number in after.numbers for prior in before.numbers):
        yield "numbering goes on behind it"


def _how_it_goes_on(followers: Sequence[PageNumber], sheet: PageSigns) -> str:
    counted = [number for number in followers if number.of is not None]
    if any((number.page, number.of) != (sheet.reading.number, sheet.file_pages) for number in counted):
        return "numbering goes on"
    if not counted:
        return "bare numbering goes on"
    return "packet numbering goes on" if sheet.file_pages > SHORT_FILE else "numbering of the short file goes on"


def _follows(here: PageNumber, there: PageNumber) -> bool:
    return here.page == there.page + 1 and here.of == there.of


def _title_signals(sheet: PageSigns, part: Sequence[PageSigns]) -> Iterator[str]:
    before = part[-1]
    if before.cover and not sheet.cover:
        yield "follows a cover"
    title = next((t for t in sheet.titles if t.box.y0 < 0.4), None)
    if title is None:
        return
    if any(_same_title(title, other) for other in before.titles):
        yield "same title as before"
    elif any(_same_title(title, other) for other in part[0].titles):
        yield "title of the first page again"
    else:
        yield "title on top" if title.doubt <= 0.01 else "lesser title on top"


def _same_title(title: Title, other: Title) -> bool:
    """Whether two pages have the same title in the same place, in the same words or of the same type."""
    return abs(title.box.y0 - other.box.y0) < 0.08 and (title.slug == other.slug or _alike(title.text, other.text))


def _alike(a: str, b: str) -> bool:
    return fuzz.ratio(fold(re.sub(r"\d", "", a)), fold(re.sub(r"\d", "", b))) >= 85


def _head_signals(sheet: PageSigns, before: PageSigns) -> Iterator[str]:
    if sheet.letterhead:
        alike = before.letterhead and fuzz.ratio(sheet.letterhead, before.letterhead) >= 80
        yield "same letterhead as before" if alike else "letterhead"
        if before.letterhead and not alike:
            yield "other letterhead"
    if sheet.labels >= 3:
        yield (
            "same header as before" if before.labels >= 3 and _same_head(sheet, before) and not _differing_titles(sheet, before) else "header labels"
        )
    elif sheet.head and _same_head(sheet, before):
        yield "same running head"


def _same_head(sheet: PageSigns, before: PageSigns) -> bool:
    return min(len(sheet.head), len(before.head)) >= 8 and fuzz.ratio(sheet.head, before.head) >= 85


def _differing_titles(sheet: PageSigns, before: PageSigns) -> bool:
    return bool(sheet.titles) and not any(_alike(a.text, b.text) for a in sheet.titles for b in before.titles)


def _paper_signals(sheet: PageSigns, before: PageSigns) -> Iterator[str]:
    a, b = sheet.reading, before.reading
    if abs(a.width_pt - b.width_pt) > 0.04 * b.width_pt or abs(a.height_pt - b.height_pt) > 0.04 * b.height_pt:
        yield "page size changes"
    if a.quality != b.quality or a.read_from is not b.read_from:
        yield "scan quality changes"
    if sheet.lines and before.lines and not 0.85 < _type_size(sheet) / max(_type_size(before), 1e-6) < 1.18:
        yield "type size changes"


def _type_size(sheet: PageSigns) -> float:
    return median(line.height for line in sheet.lines) * sheet.reading.height_pt


def _flow_signals(sheet: PageSigns, before: PageSigns) -> Iterator[str]:
    body = [line for line in before.lines if line.box.y0 < FOOT + 0.04 and not prints_number(line.text)]
    if body and SIGNED.search(" ".join(line.text for line in body[-5:])):
        yield "previous was signed"
    elif body and body[-1].box.y1 < 0.4:
        yield "previous ends very early"
    elif body and body[-1].box.y1 < 0.7:
        yield "previous ends early"
    elif body and body[-1].box.y1 > 0.84 and not body[-1].text.rstrip().endswith((".", ":")):
        yield "previous runs to the end"
    if body and body[-1].box.y1 > 0.82 and not SIGNED.search(" ".join(line.text for line in body[-5:])) and _bare_alike(sheet, before):
        yield "bare page in the same layout after a full one"
    yield from _opening_signals(sheet)


def _bare_alike(sheet: PageSigns, before: PageSigns) -> bool:
    """Well-read text set like the page before, with nothing that heads a document: no title, house, label or opening section."""
    if sheet.titles or sheet.letterhead or sheet.labels or len(sheet.lines) < 5 or sheet.reading.confidence < 0.89:
        return False
    margins = [median(line.box.x0 for line in s.lines) for s in (sheet, before)]
    opens = any(OPENS.match(line.text) for line in sheet.lines[:14])
    return abs(margins[0] - margins[1]) < 0.02 and 0.93 < _type_size(sheet) / max(_type_size(before), 1e-6) < 1.07 and not opens


def _opening_signals(sheet: PageSigns) -> Iterator[str]:
    top = [line for line in sheet.lines if line.box.y0 < 0.3 and not prints_number(line.text)]
    if any(CONTINUED.search(line.text) for line in top):
        yield "continued"
    elif top and sheet.labels < 2 and re.match(r"[a-z]{2,}", top[0].text) and len(top[0].text.split()) >= 3:
        yield "begins mid-sentence"
    elif top and LATER.match(top[0].text):
        yield "later section on top"
    if any(OPENS.match(line.text) for line in sheet.lines[:14] if line.box.y0 < 0.45):
        yield "body opens"
