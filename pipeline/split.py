"""Where one document ends and the next begins in a batch of pages.

Knows readings, who each page says its patient is, and the catalogue's titles; knows nothing of types' text models or the patient index.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pipeline.titles import Line, Title, find_titles, fold, lines_of
from schemas.catalogue import Catalogue
from schemas.document import PageIdentity, Segment, SegmentKind
from schemas.page import PageKind, PageReading
from schemas.rules import SplitRules

VERSION = 2
HEAD, FOOT = 0.17, 0.88  # the strips in which running heads and page numbers stand
_ANY = re.IGNORECASE


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})", _ANY)


LETTERHEAD = _words(r"\d{3}[)]?[ .-]{1,2}\d{3}[ .-]\d{4}\b", r"(fax|tel|phone|suite|p\.?o\.? box|www\.)\b", r"[A-Z]{2},? \d{5}(-\d{4})?\b")
FACILITY = _words(
    r"(hospital|clinic|healthcare|laborator(y|ies)|radiology|imaging|associates|physicians|practice|institute)\b",
    r"medical (center|group|associates)\b",
    r"health (system|care|center)\b",
)
HEADER_LABEL = _words(
    r"(patient|name|d\.?o\.?b\.?|date of birth|birth ?date|mrn|m\.?r\.? ?#|medical record|account|acct|sex|gender|age|provider|physician|attending"
    r"|visit|encounter|admit|admitted|discharged?|date of service|dos|service date|accession|collected|referring|ordering|phone|address|insurance"
    r"|location|room)\b[\w .#/]{0,14}[:#]"
)
NUMBER_OF = re.compile(r"\b(?:page|pg|p)?[ .:#]*(\d{1,3})\s*(?:of|/)\s*(\d{1,3})\b(?!\s*[/-]\s*\d)", _ANY)
NUMBER = re.compile(r"^\W*(?:page|pg\.?|p\.)\s*[#:]?\s*(\d{1,3})\W*$|^\s*-\s*(\d{1,3})\s*-\s*$|\bpage\s*[#:]?\s*(\d{1,3})\s*$", _ANY)
SIGNED = _words(
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
COVER_LABELS = re.compile(
    r"^\W*(to|from|fax|phone|pages?|no\. of pages|number of pages|total pages|re|subject|attn|attention|date|company|recipient|sender)\b[^:]{0,24}:",
    _ANY,
)

# the strips in which a fax machine prints its line, which counts the pages of the call and not of a document: surely, and if it reads like one
FAX_EDGE, FAX_HEAD = 0.03, 0.07
FAX_LINE = re.compile(r"\d{1,2}[:.]\d{2}.*(\bfrom\b|\bto\b|\bfax\b|\d{3}[). -]{0,2}\d{3}[ .-]?\d{4})|(\bfrom\b|\bfax\b).*\d{1,2}[:.]\d{2}", _ANY)
# what shows that a page belongs to the one before it; without one of these a page stays in the document, but a clerk is asked
TIES = frozenset({"same patient", "head names the patient", "numbering goes on"})
TIES_UNDER_ONE_TITLE = frozenset({"same patient", "head names the patient"})  # two people's copies of one form look alike, "page 2 of 2" too
# these any other patient's page of the same sender shows as well: they tie only where the whole file names one person
TIES_OF_ONE_PERSON = TIES | {"same running head", "continued", "packet numbering goes on", "bare numbering goes on"}
TIES_OF_ONE_PERSON_UNDER_ONE_TITLE = TIES_UNDER_ONE_TITLE | {"continued"}

# hand-set log-odds; a page is a start when their sum says so
BIAS = -1.6
WEIGHTS: Mapping[str, float] = {
    "numbered one": 4.5,
    "numbering goes on": -6.5,  # page x of y
    "bare numbering goes on": -6.5,  # of how many is not said
    "packet numbering goes on": -6.5,  # what counts the pages of the file and not of a document
    "numbered later": -2.2,
    "numbering breaks": 2.0,
    "previous was the last": 2.2,
    "previous has more to come": -1.5,
    "title on top": 4.8,
    "lesser title on top": 2.2,
    "same title as before": -1.2,
    "follows a cover": 6.0,
    "letterhead": 1.6,
    "same letterhead as before": -0.4,
    "other letterhead": 1.4,
    "header labels": 1.8,
    "same header as before": -2.0,
    "same running head": -1.8,
    "head names the patient": -0.8,
    "page size changes": 1.6,
    "scan quality changes": 0.8,
    "type size changes": 0.6,
    "previous was signed": 1.7,
    "previous ends early": 0.9,
    "previous runs to the end": -0.5,
    "bare page in the same layout after a full one": -0.9,
    "begins mid-sentence": -2.0,
    "continued": -3.5,
    "body opens": 1.2,
    "later section on top": -1.2,
    "patient perhaps other": 3.4,
    "same patient": -0.4,
    "cannot be read": -0.6,
}


class Person(StrEnum):
    """How the patient of one page compares with another's."""

    SAME = "same"
    OTHER = "other"
    PERHAPS_OTHER = "perhaps other"
    UNSAID = "unsaid"


class Numbering(NamedTuple):
    """A printed page number, and of how many."""

    page: int
    of: int | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What splitting looks at on one page."""

    reading: PageReading
    lines: tuple[Line, ...]
    titles: tuple[Title, ...]
    numbers: tuple[Numbering, ...]
    letterhead: str  # the folded facility and contact lines on top
    labels: int
    head: str  # the folded topmost lines without digits
    head_words: frozenset[str]  # their words and numbers, folded
    identity: PageIdentity
    cover: bool
    file_pages: int


@dataclass(frozen=True, slots=True)
class Start:
    """Whether a page begins a document: the chance, and what spoke for and against."""

    chance: float
    why: tuple[str, ...]


def split_batch(
    readings: Sequence[PageReading], identities: Sequence[PageIdentity], catalogue: Catalogue, *, rules: SplitRules
) -> tuple[Segment, ...]:
    """Every page in exactly one segment, in order of first pages."""
    known = {identity.page: identity for identity in identities}
    aside = _set_aside(readings, {identity.page for identity in identities if _says(identity)})
    sheets = [read_sheet(r, known.get(r.number), catalogue, len(readings)) for r in readings if r.number not in aside]
    separators = [n for n, segment in aside.items() if segment.kind is SegmentKind.SEPARATOR]
    documents = _documents(sheets, separators, rules, one_person=names_one_person(identities))
    return tuple(sorted([*_merge_blanks(aside), *documents], key=lambda segment: segment.pages[0]))


def _set_aside(readings: Sequence[PageReading], named: Collection[int]) -> dict[int, Segment]:
    """Blank pages, separator sheets and repeated pages, each by itself.

    A page that names nobody (a printed notice) may stand in two people's documents: it counts as repeated only within a repeated run.
    """
    aside: dict[int, Segment] = {}
    first: dict[str, int] = {}
    repeats: dict[int, int] = {}
    for reading in readings:
        n, seen = reading.number, first.get(reading.fingerprint)
        if reading.kind is PageKind.BLANK:
            aside[n] = Segment((n,), SegmentKind.BLANK)
        elif reading.kind is PageKind.SEPARATOR:
            aside[n] = Segment((n,), SegmentKind.SEPARATOR)
        elif seen is not None and (n in named or repeats.get(n - 1) == seen - 1):
            repeats[n] = seen
            aside[n] = Segment((n,), SegmentKind.DUPLICATE, why=(f"page {n} repeats page {seen}",), repeats=seen)
        elif reading.fingerprint:
            first.setdefault(reading.fingerprint, n)
    return aside


def _merge_blanks(aside: Mapping[int, Segment]) -> list[Segment]:
    merged: list[Segment] = []
    for segment in (aside[n] for n in sorted(aside)):
        last = merged[-1] if merged else None
        if last and last.kind is segment.kind is SegmentKind.BLANK and last.pages[-1] + 1 == segment.pages[0]:
            merged[-1] = replace(last, pages=last.pages + segment.pages)
        else:
            merged.append(segment)
    return merged


def names_one_person(identities: Sequence[PageIdentity]) -> bool:
    """Whether the pages that name somebody surely name the same person: none differs, and each agrees with another."""
    named = [identity for identity in identities if _says(identity)]
    group, rest = named[:1], named[1:]
    for one in group:
        verdicts = [compare(one, other) for other in rest]
        if {Person.OTHER, Person.PERHAPS_OTHER} & set(verdicts):
            return False
        group += [other for other, verdict in zip(rest, verdicts, strict=True) if verdict is Person.SAME]
        rest = [other for other, verdict in zip(rest, verdicts, strict=True) if verdict is not Person.SAME]
    return bool(named) and not rest


def _documents(sheets: Sequence[Sheet], separators: Sequence[int], rules: SplitRules, *, one_person: bool) -> list[Segment]:
    """Document segments of the pages that are neither blank, separators nor repeats."""
    parts: list[list[Sheet]] = []
    starts: list[Start] = []
    for sheet in sheets:
        start = _start(sheet, parts[-1] if parts else [], separators, rules)
        starts.append(start)
        if start.chance >= rules.start_at:
            parts.append([])
        parts[-1].append(sheet)
    return _segments(parts, starts, rules, one_person=one_person)


def _segments(parts: Sequence[Sequence[Sheet]], starts: Sequence[Start], rules: SplitRules, *, one_person: bool) -> list[Segment]:
    segments, at = [], 0
    for part in parts:
        end = at + len(part)
        bordering = starts[at : end + 1]  # with the start of the next document
        sure = all(start.chance <= rules.sure_below or start.chance >= rules.sure_above for start in bordering)
        sure = sure and all(_belongs(start, one_person=one_person) for start in starts[at + 1 : end])
        segments.append(Segment(tuple(s.reading.number for s in part), SegmentKind.DOCUMENT, sure=sure, why=_told(part, starts[at:end])))
        at = end
    return segments


def _belongs(start: Start, *, one_person: bool) -> bool:
    """Whether a later page shows that it is of the same document: a page that names nobody may be somebody else's."""
    why = set(start.why)
    if why & {"title on top", "lesser title on top", "patient perhaps other"}:
        return "same patient" in why
    if "same title as before" in why:
        return bool(why & (TIES_OF_ONE_PERSON_UNDER_ONE_TITLE if one_person else TIES_UNDER_ONE_TITLE))
    return bool(why & (TIES_OF_ONE_PERSON if one_person else TIES))


def _told(part: Sequence[Sheet], starts: Sequence[Start]) -> tuple[str, ...]:
    return tuple(f"page {sheet.reading.number}: {', '.join(start.why)}" for sheet, start in zip(part, starts, strict=True) if start.why)


def _start(sheet: Sheet, part: Sequence[Sheet], separators: Sequence[int], rules: SplitRules) -> Start:
    """Whether a page begins a document, given the pages of the document before it."""
    if not part:
        return Start(1.0, ("first page",))
    before, n = part[-1], sheet.reading.number
    if any(before.reading.number < mark < n for mark in separators):
        return Start(1.0, ("after a separator sheet",))
    persons = [compare(sheet.identity, earlier.identity) for earlier in part]
    if Person.OTHER in persons:
        return _other_patient(part, rules)
    signals = [*_signals(sheet, before, persons), *_naming_signals(sheet, part)]
    return Start(_logistic(BIAS + sum(WEIGHTS[signal] for signal in signals)), tuple(signals))


def _other_patient(part: Sequence[Sheet], rules: SplitRules) -> Start:
    """A cut that must be; sure only when no page without a name lies before it, which could be either patient's."""
    nameless = len(part) > 1 and not _says(part[-1].identity) and not part[-1].cover
    chance = (rules.sure_above + rules.start_at) / 2 if nameless else 1.0
    return Start(chance, ("another patient",))


def _says(identity: PageIdentity) -> bool:
    return bool(identity.name or identity.dob or identity.mrn)


def _logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def read_sheet(reading: PageReading, identity: PageIdentity | None, catalogue: Catalogue, file_pages: int) -> Sheet:
    """What splitting needs of one page."""
    lines = tuple(line for line in lines_of(reading) if not is_fax_line(line))
    titles = tuple(title for title in find_titles(reading, catalogue) if title.doubt < 0.1)
    top = [line for line in lines if line.box.y0 < HEAD]
    header = [line for line in lines if line.box.y0 < 0.35]
    return Sheet(
        reading=reading,
        lines=lines,
        titles=titles,
        numbers=_numbers(lines, reading.number, file_pages),
        letterhead=_letterhead(top),
        labels=sum(len(HEADER_LABEL.findall(line.text)) for line in header),
        head=" ".join(fold(re.sub(r"\d", "", line.text)) for line in top[:3]),
        head_words=frozenset(fold(word) for line in top[:3] for word in re.split(r"[\s,:#]+", line.text)) - {""},
        identity=identity or PageIdentity(reading.number),
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


def _is_cover(lines: Sequence[Line], titles: Sequence[Title]) -> bool:
    labels = {hit[1].lower() for line in lines if line.box.y0 < 0.7 and (hit := COVER_LABELS.match(line.text))}
    titled = any(title.slug == "fax_cover" for title in titles)
    return titled or (len(labels) >= 4 and {"to", "from"} <= labels and any(word.startswith(("fax", "page", "number")) for word in labels))


def _numbers(lines: Sequence[Line], page: int, file_pages: int) -> tuple[Numbering, ...]:
    """Page numbers printed in the head or foot strip; one that merely counts a packet of many pages says nothing."""
    edge = [line for i, line in enumerate(lines) if line.box.y1 < HEAD + 0.05 or line.box.y0 > FOOT or i >= len(lines) - 2]
    found = [number for line in edge for number in _numbers_in(line.text)]
    return tuple(number for number in found if not (number == (page, file_pages) and file_pages > 12))


def _numbers_in(text: str) -> Iterator[Numbering]:
    of = [Numbering(int(hit[1]), int(hit[2])) for hit in NUMBER_OF.finditer(text) if _is_page_number(hit, text)]
    yield from of
    if not of and (hit := NUMBER.search(text)) is not None:
        yield Numbering(int(next(group for group in hit.groups() if group)), None)


def _is_page_number(hit: re.Match[str], text: str) -> bool:
    """Page x of y with x ≤ y; a bare `1/3` only when it stands alone, lest dates and doses count."""
    page, of = int(hit[1]), int(hit[2])
    spoken = re.search(r"of|p", hit[0], re.IGNORECASE) is not None
    return (
        1 <= page <= of
        and (spoken or len(text.split()) <= 3)
        and not re.match(r"\s*[/-]", text[hit.end() :])
        and not text[: hit.start()].endswith("/")
    )


def _signals(sheet: Sheet, before: Sheet, persons: Sequence[Person]) -> Iterator[str]:
    if sheet.reading.kind is PageKind.UNREADABLE or before.reading.kind is PageKind.UNREADABLE:
        yield "cannot be read"
    yield from _numbering_signals(sheet, before)
    yield from _title_signals(sheet, before)
    yield from _head_signals(sheet, before)
    yield from _paper_signals(sheet, before)
    yield from _flow_signals(sheet, before)
    if Person.PERHAPS_OTHER in persons:
        yield "patient perhaps other"
    elif Person.SAME in persons:
        yield "same patient"


def _naming_signals(sheet: Sheet, part: Sequence[Sheet]) -> Iterator[str]:
    """Whether a page on which no patient was found carries the document's patient in its running head, to the letter."""
    if not _says(sheet.identity) and any(_names_in_head(earlier.identity, sheet.head_words) for earlier in part):
        yield "head names the patient"


def _names_in_head(identity: PageIdentity, words: Collection[str]) -> bool:
    names = _name_parts(identity.name) if identity.name else ("", "")
    return (all(len(name) > 1 and name in words for name in names)) or (len(identity.mrn or "") >= 5 and fold(identity.mrn or "") in words)


def _numbering_signals(sheet: Sheet, before: Sheet) -> Iterator[str]:
    here, there = sheet.numbers, before.numbers
    followers = [a for a in here for b in there if _follows(a, b)]
    goes_on = bool(followers)
    if any(number.page == 1 for number in here) and not (goes_on and len(here) > 1 and len(there) == 1):
        yield "numbered one"
    elif goes_on:
        yield _how_it_goes_on(followers, sheet)
    elif here:
        later = not there or any(number.page > prior.page for number in here for prior in there)
        yield "numbered later" if later else "numbering breaks"
    if goes_on:
        return
    if any(prior.of == prior.page for prior in there):
        yield "previous was the last"
    elif not here and any(prior.of and prior.page < prior.of for prior in there):
        yield "previous has more to come"


def _how_it_goes_on(followers: Sequence[Numbering], sheet: Sheet) -> str:
    counted = [number for number in followers if number.of is not None]
    if any(number != (sheet.reading.number, sheet.file_pages) for number in counted):
        return "numbering goes on"
    return "packet numbering goes on" if counted else "bare numbering goes on"


def _follows(here: Numbering, there: Numbering) -> bool:
    return here.page == there.page + 1 and here.of == there.of


def _title_signals(sheet: Sheet, before: Sheet) -> Iterator[str]:
    if before.cover and not sheet.cover:
        yield "follows a cover"
    title = next((t for t in sheet.titles if t.box.y0 < 0.4), None)
    if title is None:
        return
    if any(_alike(title.text, other.text) and abs(title.box.y0 - other.box.y0) < 0.08 for other in before.titles):
        yield "same title as before"
    else:
        yield "title on top" if title.doubt <= 0.01 else "lesser title on top"


def _alike(a: str, b: str) -> bool:
    return fuzz.ratio(fold(re.sub(r"\d", "", a)), fold(re.sub(r"\d", "", b))) >= 85


def _head_signals(sheet: Sheet, before: Sheet) -> Iterator[str]:
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


def _same_head(sheet: Sheet, before: Sheet) -> bool:
    return min(len(sheet.head), len(before.head)) >= 8 and fuzz.ratio(sheet.head, before.head) >= 85


def _differing_titles(sheet: Sheet, before: Sheet) -> bool:
    return bool(sheet.titles) and not any(_alike(a.text, b.text) for a in sheet.titles for b in before.titles)


def _paper_signals(sheet: Sheet, before: Sheet) -> Iterator[str]:
    a, b = sheet.reading, before.reading
    if abs(a.width_pt - b.width_pt) > 0.04 * b.width_pt or abs(a.height_pt - b.height_pt) > 0.04 * b.height_pt:
        yield "page size changes"
    if a.quality != b.quality or a.read_from is not b.read_from:
        yield "scan quality changes"
    if sheet.lines and before.lines and not 0.85 < _type_size(sheet) / max(_type_size(before), 1e-6) < 1.18:
        yield "type size changes"


def _type_size(sheet: Sheet) -> float:
    return median(line.height for line in sheet.lines) * sheet.reading.height_pt


def _flow_signals(sheet: Sheet, before: Sheet) -> Iterator[str]:
    body = [line for line in before.lines if line.box.y0 < FOOT + 0.04 and not any(True for _ in _numbers_in(line.text))]
    if body and SIGNED.search(" ".join(line.text for line in body[-5:])):
        yield "previous was signed"
    elif body and body[-1].box.y1 < 0.6:
        yield "previous ends early"
    elif body and body[-1].box.y1 > 0.84 and not body[-1].text.rstrip().endswith((".", ":")):
        yield "previous runs to the end"
    if body and body[-1].box.y1 > 0.82 and not SIGNED.search(" ".join(line.text for line in body[-5:])) and _bare_alike(sheet, before):
        yield "bare page in the same layout after a full one"
    yield from _opening_signals(sheet)


def _bare_alike(sheet: Sheet, before: Sheet) -> bool:
    """Well-read text set like the page before, with nothing that heads a document: no title, house, label or opening section."""
    if sheet.titles or sheet.letterhead or sheet.labels or len(sheet.lines) < 5 or sheet.reading.confidence < 0.85:
        return False
    margins = [median(line.box.x0 for line in s.lines) for s in (sheet, before)]
    opens = any(OPENS.match(line.text) for line in sheet.lines[:14])
    return abs(margins[0] - margins[1]) < 0.02 and 0.93 < _type_size(sheet) / max(_type_size(before), 1e-6) < 1.07 and not opens


def _opening_signals(sheet: Sheet) -> Iterator[str]:
    top = [line for line in sheet.lines if line.box.y0 < 0.3 and not any(True for _ in _numbers_in(line.text))]
    if any(CONTINUED.search(line.text) for line in top):
        yield "continued"
    elif top and sheet.labels < 2 and re.match(r"[a-z]{2,}", top[0].text) and len(top[0].text.split()) >= 3:
        yield "begins mid-sentence"
    elif top and LATER.match(top[0].text):
        yield "later section on top"
    if any(OPENS.match(line.text) for line in sheet.lines[:14] if line.box.y0 < 0.45):
        yield "body opens"


def compare(a: PageIdentity, b: PageIdentity) -> Person:
    """Whether two pages name the same patient. One identifier must agree to the letter; only two witnesses make another person certain."""
    name, dob, mrn = _names(a.name, b.name), _digits(a.dob, b.dob), _digits(a.mrn, b.mrn)
    verdicts = (name, dob, mrn)
    differing, agreeing = verdicts.count(False), verdicts.count(True)
    if not differing and not agreeing:
        return Person.UNSAID
    if name is False or dob is False:
        return Person.PERHAPS_OTHER if agreeing >= 2 else Person.OTHER
    return Person.SAME if _to_the_letter(a, b) and (not differing or (name and dob)) else Person.PERHAPS_OTHER


def _to_the_letter(a: PageIdentity, b: PageIdentity) -> bool:
    """Whether name, birth date or number agree but for look-alike characters: one letter off, alone, may be a sister."""
    names = bool(a.name and b.name and _name_parts(a.name) == _name_parts(b.name))
    return names or any(one and other and fold(one) == fold(other) for one, other in ((a.dob, b.dob), (a.mrn, b.mrn)))


def _names(a: str | None, b: str | None) -> bool | None:
    """Whether two names agree in family and given name; None when one is not said."""
    if not a or not b:
        return None
    (last_a, first_a), (last_b, first_b) = _name_parts(a), _name_parts(b)
    lasts = _near(last_a, last_b)
    firsts = not first_a or not first_b or _near(first_a, first_b) or (1 in {len(first_a), len(first_b)} and first_a[0] == first_b[0])
    crossed = _near(last_a, first_b) and _near(first_a, last_b)
    return (lasts and firsts) or crossed


def _name_parts(name: str) -> tuple[str, str]:
    last, comma, given = name.partition(",")
    if not comma:
        given, _, last = name.strip().rpartition(" ")
    first = given.split()[0] if given.split() else ""
    return fold(last), fold(first)


def _near(a: str, b: str) -> bool:
    return Levenshtein.distance(a, b) <= max(1, min(len(a), len(b)) // 4)


def _digits(a: str | None, b: str | None) -> bool | None:
    """Whether two numbers agree but for one misread character; None when one is not said."""
    if not a or not b:
        return None
    return Levenshtein.distance(fold(a), fold(b)) <= 1
