"""How the text of a page goes on from the page before it: sentences, lists, tables, words, feet, and the figures of a repeated header."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pipeline.page_signs import PageSigns
from pipeline.titles import Line, fold

ITEM = re.compile(r"^\W{0,2}(\d{1,2})[.)]\s+\S")
ALIKE = 85.0
EDGE_ROWS = 6  # rows at the foot of one page and on top of the next that are held against each other
NEAR = 0.012
FEWEST_WORDS = 12


def continuity_signals(sheet: PageSigns, before: PageSigns) -> Iterator[str]:
    """What shows that a page goes on where the one before it stopped, or that it does not."""
    opening = own_opening(sheet, before)
    if opening and before.body:
        yield from _sentence(opening[0], before.body[-1])
        yield from _list(opening, before.body)
        yield from _table(opening, before.body)
    yield from _words(sheet, before)
    yield from _edges(sheet, before)
    yield from _setting(sheet, before)


def own_opening(sheet: PageSigns, before: PageSigns) -> tuple[Line, ...]:
    """The lines of a page below those that stood on top of the page before as well."""
    known = [_worded(line) for line in before.lines if line.box.y0 < 0.4]
    worded = ((line, _worded(line)) for line in sheet.body)
    return tuple(line for line, text in worded if not any(fuzz.ratio(text, other) >= ALIKE for other in known))


def _worded(line: Line) -> str:
    return fold(re.sub(r"\d", "", line.text))


def _sentence(first: Line, last: Line) -> Iterator[str]:
    open_end = len(last.text.split()) >= 5 and not last.text.rstrip().endswith((".", ":", ";", "!", "?"))
    lower = re.match(r"[a-z]{2,}", first.text) is not None and len(first.text.split()) >= 3
    if open_end and lower:
        yield "sentence goes on"
    elif open_end:
        yield "previous breaks off"
    elif lower:
        yield "begins in lower case"


def _list(opening: Sequence[Line], closing: Sequence[Line]) -> Iterator[str]:
    last = [int(hit[1]) for line in closing[-14:] if (hit := ITEM.match(line.text))]
    first = [int(hit[1]) for line in opening[:14] if (hit := ITEM.match(line.text))]
    if first and last and first[0] == last[-1] + 1:
        yield "list goes on"
    elif first and first[0] == 1:
        yield "list begins"


def _table(opening: Sequence[Line], closing: Sequence[Line]) -> Iterator[str]:
    above, below = _columns(closing[-3 * EDGE_ROWS :]), _columns(opening[: 3 * EDGE_ROWS])
    if above and below and sum(any(abs(x - other) < NEAR for other in above) for x in below) >= 3:
        yield "table goes on"


def _columns(lines: Sequence[Line]) -> list[float]:
    """Where the cells of rows of three and more begin, when two rows agree."""
    rows: dict[float, list[float]] = {}
    for line in lines:
        rows.setdefault(round(line.box.y0, 2), []).append(line.box.x0)
    wide = [row for row in rows.values() if len(row) >= 3]
    return [x for row in wide[:1] for x in row if sum(any(abs(x - other) < NEAR for other in again) for again in wide[1:])]


def _words(sheet: PageSigns, before: PageSigns) -> Iterator[str]:
    fewer = min(len(sheet.words), len(before.words))
    if fewer < FEWEST_WORDS:
        return
    shared = len(sheet.words & before.words) / fewer
    if shared >= 0.5:
        yield "same words as before"
    elif shared < 0.15:
        yield "other words than before"


def _edges(sheet: PageSigns, before: PageSigns) -> Iterator[str]:
    if len(sheet.foot) >= 8 and len(before.foot) >= 8:
        yield "same foot as before" if fuzz.ratio(sheet.foot, before.foot) >= ALIKE else "other foot"
    elif (len(sheet.foot) >= 8) != (len(before.foot) >= 8):
        yield "foot comes or goes"
    if sheet.stamp and before.stamp:
        yield "same printer's line" if fuzz.ratio(sheet.stamp, before.stamp) >= 93 else "other printer's line"
    elif sheet.stamp or before.stamp:
        yield "printer's line comes or goes"


def _setting(sheet: PageSigns, before: PageSigns) -> Iterator[str]:
    if len(sheet.body) >= 5 and len(before.body) >= 5 and abs(_margin(sheet) - _margin(before)) > 0.02:
        yield "margin changes"


def _margin(sheet: PageSigns) -> float:
    return median(line.box.x0 for line in sheet.body)


def figure_signals(sheet: PageSigns, part: Sequence[PageSigns]) -> Iterator[str]:
    """Whether the dates and numbers of a header are those of the document so far, but for the patient's own."""
    if not (sheet.titles or sheet.letterhead or sheet.labels >= 2):
        return
    here, known = _figures(sheet), frozenset[str]().union(*map(_figures, part))
    if not here or not known:
        return
    share = sum(_is_known(figure, known) for figure in here) / len(here)
    if share >= 0.7:
        yield "same dates and numbers in the header"
    elif share <= 0.4:
        yield "other dates and numbers in the header"


def _figures(sheet: PageSigns) -> frozenset[str]:
    """The figures of a header without the patient's birth date and number, which stand on any document of theirs."""
    own = {_digits(value) for value in (sheet.identity.dob, sheet.identity.mrn) if value}
    return frozenset(figure for figure in sheet.figures if _digits(figure) not in own)


def _digits(text: str) -> str:
    """The digits in order of size: a date is the same however it is written."""
    return "".join(sorted(filter(str.isdigit, text)))


def _is_known(figure: str, known: frozenset[str]) -> bool:
    return figure in known or (len(figure) >= 5 and any(Levenshtein.distance(figure, other, score_cutoff=1) <= 1 for other in known))
