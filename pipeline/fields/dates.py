"""Dates as American records print them. Refuses whatever could be two days; never completes or invents one."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FULL_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
MONTH = {name: at + 1 for names in (MONTHS, FULL_MONTHS) for at, name in enumerate(names)} | {"sept": 9}
WEEKDAY = re.compile(
    r"^(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday)[.,]*\s+", re.IGNORECASE
)
EDGES = " \t,;:()[]<>*'\".-=~_“”‘’|°«»—–"
EARLIEST_YEAR, LATEST_YEAR = 1880, 2100

DIGIT_FOR = str.maketrans(
    {"O": "0", "o": "0", "Q": "0", "D": "0", "l": "1", "I": "1", "|": "1", "i": "1", "S": "5", "s": "5", "B": "8", "Z": "2", "z": "2"}
)
LETTER_FOR = str.maketrans("015|", "olsl")
LONG_NAME = 5
LOOKALIKE = re.compile(r"[OoQDlI|iSsBZz]")
BROKEN_DASH = re.compile(r"(?<=\d)[=~](?=\d)")
D = r"[0-9OoQDlI|iSsBZz]"

NUMERIC = re.compile(rf"^({D}{{1,2}})\s?([/.\-])\s?({D}{{1,2}})\s?\2\s?({D}{{4}}|{D}{{2}})$")
ISO = re.compile(rf"^({D}{{4}})([/.\-])({D}{{1,2}})\2({D}{{1,2}})$")
COMPACT = re.compile(r"^((?:18|19|20)\d\d)(\d\d)(\d\d)$")
MONTH_FIRST = re.compile(rf"^([A-Za-z0][A-Za-z015|]{{2,9}})\.?\s*({D}{{1,2}})(?:st|nd|rd|th)?(?:\s*[,.]\s*|\s+)({D}{{4}})$")
DAY_FIRST = re.compile(
    rf"^({D}{{2}}(?=[A-Za-z])|{D}{{1,2}}(?:st|nd|rd|th)?[\s\-]+|{D}{{1,2}}(?:st|nd|rd|th))(?:of\s+)?([A-Za-z]{{3,9}})[.,]?[\s\-]*({D}{{4}}|{D}{{2}})$"
)


class PrintedDate(NamedTuple):
    """A date as printed: ISO; whether look-alike letters were read as digits; whether the century was not printed."""

    iso: str
    folded: bool = False
    two_digit_year: bool = False


def parse_date(text: str, *, pivot: int, compact: bool = False) -> PrintedDate | None:
    """The one day that `text` as a whole can mean, month before day, or None. `compact` admits 19500102."""
    text = BROKEN_DASH.sub("-", WEEKDAY.sub("", text.strip(EDGES)).rstrip(" ,."))
    if not 5 <= len(text) <= 24:
        return None
    readings = (_numeric(text, pivot), _iso(text), _written(text, pivot), _compact(text) if compact else None)
    return next((reading for reading in readings if reading), None)


def other_century(iso: str) -> str | None:
    """The same printed two-digit year a hundred years earlier."""
    return make_iso(int(iso[:4]) - 100, int(iso[5:7]), int(iso[8:10]))


def make_iso(year: int, month: int, day: int) -> str | None:
    """ISO form of a day that exists and lies in a plausible year."""
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def years_between(birth: str, then: str) -> int:
    """Completed years from one ISO date to another."""
    return int(then[:4]) - int(birth[:4]) - (then[5:] < birth[5:])


def _numeric(text: str, pivot: int) -> PrintedDate | None:
    found = NUMERIC.match(text)
    return _dated(found[1], found[3], found[4], pivot) if found else None


def _iso(text: str) -> PrintedDate | None:
    found = ISO.match(text)
    return _dated(found[3], found[4], found[1], 0) if found else None


def _written(text: str, pivot: int) -> PrintedDate | None:
    if found := MONTH_FIRST.match(text):
        name, day, year = found[1], found[2], found[3]
    elif found := DAY_FIRST.match(text):
        name, day, year = found[2], re.match(rf"{D}{{1,2}}", found[1])[0], found[3]  # type: ignore[index]
    else:
        return None
    month = MONTH.get(name.lower())
    misread = month or _misread_month(name.lower())
    read = _dated(str(misread), day, year, pivot) if misread else None
    return read._replace(folded=read.folded or month is None) if read else None


def _misread_month(name: str) -> int | None:
    """The one month that a name with figures for letters, or a long name with one letter wrong, can be."""
    letters = name.translate(LETTER_FOR).replace("rn", "m")
    near = {MONTH[full] for full in FULL_MONTHS if len(full) >= LONG_NAME and Levenshtein.distance(letters, full, score_cutoff=1) <= 1}
    return MONTH.get(letters) or (near.pop() if len(near) == 1 else None)


def _compact(text: str) -> PrintedDate | None:
    found = COMPACT.match(text)
    return _dated(found[2], found[3], found[1], 0) if found else None


def _dated(month: str, day: str, year: str, pivot: int) -> PrintedDate | None:
    folds = len(LOOKALIKE.findall(month + day + year))
    if folds * 2 > len(month + day + year):
        return None
    short = len(year) == 2
    number = int(year.translate(DIGIT_FOR))
    century = (2000 if number <= pivot else 1900) if short else 0
    iso = make_iso(century + number, int(month.translate(DIGIT_FOR)), int(day.translate(DIGIT_FOR)))
    return PrintedDate(iso, folds > 0, short) if iso else None
