"""Holds what the program said of papers against what is printed on them, and counts. Knows no pages and no program.

Names are compared as words, without case, accents, full stops, apostrophes and Mr/Mrs; every middle name or initial and suffix that is printed must
be there, and nothing else. Where the paper prints "Last, First" the last name must be the same one; where it prints "First Last" the last word of it
must be among the last names. Birth dates must be the same day. A field is counted where the paper prints it, whether or not anything was found.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from rapidfuzz import fuzz

from samples.langbench import goals
from samples.langbench.batches import LEVELS
from samples.langbench.examine import Examined, Finding
from samples.report import Row, plain
from schemas.document import FieldName

_TITLES = {"MR", "MRS", "MS", "DR"}
_SUFFIXES = {"JR", "SR", "II", "III", "IV"}
_ALIKE = 80
_BINS = 10
SURE_LOOKS = 2  # automatic filing wants two looks at a birth date or number, or the index as witness


def type_rows(findings: Sequence[Finding]) -> Iterator[Row]:
    """Exact type and folder at the lines that ship: answered when no clerk is asked."""
    answered = [one for one in findings if not one.asks]
    wrong = [one for one in answered if one.slug != one.truth.slug]
    yield goals.TYPE_ERROR.reached(
        _percent(len(wrong), len(answered)), len(answered), note=_often(f"{one.truth.slug} as {one.slug}" for one in wrong)
    )
    yield goals.TYPE_COVERAGE.reached(_percent(len(answered), len(findings)), len(findings))
    yield plain(
        "exact type right, asked or not", _percent(sum(one.slug == one.truth.slug for one in findings), len(findings)), n=len(findings), unit="%"
    )
    for titled in (True, False):
        those = [one for one in findings if one.truth.titled is titled]
        kind = "with a title" if titled else "without a title"
        yield plain(f"exact type answered, {kind}", _percent(sum(not one.asks for one in those), len(those)), n=len(those), unit="%")


def folder_rows(findings: Sequence[Finding], folders: dict[str, str]) -> Iterator[Row]:
    """The coarse level at its own line: a folder may be sure where the type is not."""
    answered = [one for one in findings if not one.asks_folder]
    wrong = [one for one in answered if one.folder != folders[one.truth.slug]]
    yield goals.FOLDER_ERROR.reached(
        _percent(len(wrong), len(answered)), len(answered), note=_often(f"{folders[one.truth.slug]} as {one.folder}" for one in wrong)
    )
    yield goals.FOLDER_COVERAGE.reached(_percent(len(answered), len(findings)), len(findings))


def calibration_rows(findings: Sequence[Finding]) -> Iterator[Row]:
    """Stated confidence of the type against how often it is right, over every paper that was given a type, asked or not."""
    for level in LEVELS:
        those = [one for one in findings if one.level == level and one.slug != "unknown"]
        yield goals.ECE[level].reached(calibration_error([(one.confidence, one.slug == one.truth.slug) for one in those]), len(those))


def calibration_error(stated: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error over ten bins of equal width."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in stated:
        bins.setdefault(min(int(confidence * _BINS), _BINS - 1), []).append((confidence, right))
    return sum(abs(sum(c for c, _ in held) - sum(r for _, r in held)) for held in bins.values()) / max(len(stated), 1)


def field_rows(findings: Sequence[Finding]) -> Iterator[Row]:
    """Name and birth date at every level, then where they are missed."""
    for level in LEVELS:
        those = [one for one in findings if one.level == level]
        for field, right in (("name", name_right), ("DOB", dob_right)):
            judged = [verdict for one in those if (verdict := right(one)) is not None]
            yield goals.FOUND[field, level].reached(sum(judged) / max(len(judged), 1), len(judged))
    for group in sorted({one.truth.group for one in findings}):
        judged = [verdict for one in findings if one.truth.group == group and (verdict := name_right(one)) is not None]
        if judged:
            yield plain(f"patient name found right, {group}", round(sum(judged) / len(judged), 3), n=len(judged), unit="share")


def name_right(one: Finding) -> bool | None:
    """Whether the patient's name was read as printed; None where it is not printed."""
    return same_name(one.truth.name, _text(one, FieldName.PATIENT_NAME)) if one.truth.name else None


def dob_right(one: Finding) -> bool | None:
    """Whether the birth date was read right; None where it is not printed."""
    return _text(one, FieldName.PATIENT_DOB) == one.truth.dob if one.truth.dob else None


def same_name(printed: str, found: str) -> bool:
    """Whether a name of the form "LAST, FIRST MIDDLE SUFFIX" says what is printed."""
    if Counter(_words(printed)) != Counter(_words(found)):
        return False
    before, comma, _ = printed.partition(",")
    last = [word for word in _words(found.partition(",")[0]) if word not in _SUFFIXES]
    printed_last = [word for word in _words(before) if word not in _SUFFIXES]
    return last == printed_last if comma else printed_last[-1] in last


def sure_rows(findings: Sequence[Finding]) -> Iterator[Row]:
    """Birth dates and record numbers borne out by two looks: those that are wrong, or belong to nobody's print."""
    sure = [
        (name, one)
        for one in findings
        for name in (FieldName.PATIENT_DOB, FieldName.PATIENT_MRN)
        if name in one.values and one.values[name].looks >= SURE_LOOKS
    ]
    wrong = [(name, one) for name, one in sure if not _said(name, one)]
    once = [(name, one) for one in findings for name in (FieldName.PATIENT_DOB, FieldName.PATIENT_MRN) if name in one.values]
    yield goals.SURE_WRONG.reached(_percent(len(wrong), len(sure)), len(sure), note=_often(f"{name}, {one.truth.group}" for name, one in wrong))
    yield plain(
        "DOB or MRN given but wrong, sure or not", _percent(sum(not _said(name, one) for name, one in once), len(once)), n=len(once), unit="%"
    )
    yield plain("DOB and MRN given that are sure", _percent(len(sure), len(once)), n=len(once), unit="%")


def _said(name: FieldName, one: Finding) -> bool:
    found = _text(one, name)
    return found == one.truth.dob if name is FieldName.PATIENT_DOB else _plain(found) == _plain(one.truth.mrn)


def person_rows(findings: Sequence[Finding]) -> Iterator[Row]:
    """Pages, each by itself, whose patient is said to be somebody else that the paper names."""
    taken = [one.truth.group for one in findings for name in one.page_names if name and is_another(name, one)]
    yield goals.OTHER_PERSON.reached(len(taken), sum(one.truth.pages for one in findings), note=_often(taken))


def is_another(name: str, one: Finding) -> bool:
    """Whether a name is that of another person on the paper: first and last name are the other's, and the first is not the patient's."""
    read, patient = _words(name), _words(one.truth.patient)
    others = [_given_and_last(other) for other in one.truth.others]
    return not _holds(read, patient[0]) and any(_holds(read, given) and _holds(read, last) for given, last in others)


def _given_and_last(name: str) -> tuple[str, str]:
    words = [word for word in _words(name) if word not in _SUFFIXES]
    return words[0], words[-1]


def _holds(read: Iterable[str], word: str) -> bool:
    return any(fuzz.ratio(one, word) >= _ALIKE for one in read)


def split_rows(examined: Sequence[Examined]) -> Iterator[Row]:
    """Where papers begin. The first page of a batch begins one whatever is said, and is not counted."""
    hits = told = true = whole = borders = missed = uncut = 0
    for one in examined:
        starts, said = ({part[0] for part in parts} - {1} for parts in (one.batch.parts, one.cut.parts))
        hits, told, true = hits + len(starts & said), told + len(said), true + len(starts)
        whole += set(one.batch.parts) == set(one.cut.parts)
        for (before, _), (after, part) in pairwise(zip(one.batch.papers, one.batch.parts, strict=True)):
            if before.patient != after.patient:
                borders += 1
                over = [held for pages, held in zip(one.cut.parts, one.cut.held, strict=True) if part[0] in pages and part[0] - 1 in pages]
                uncut += bool(over)
                missed += bool(over) and not over[0]
    yield goals.START_F1.reached(2 * hits / max(told + true, 1), true)
    yield goals.WHOLE.reached(_percent(whole, len(examined)), len(examined))
    yield goals.MISSED.reached(missed, borders)
    yield plain("patient boundaries not cut, a clerk asked", uncut - missed, n=borders, unit="boundaries")
    yield plain("page starts found", _percent(hits, true), n=true, unit="%")
    yield plain("page starts said that are none", _percent(told - hits, told), n=told, unit="%")


def gap_rows(findings: Sequence[Finding]) -> Iterator[Row]:
    """Every page of every numbered paper taken out in turn; and what is told of papers that are whole."""
    tried = [told for one in findings for told in one.gaps]
    false = sum("pages.missing" in one.reasons for one in findings)
    yield goals.GAP_TOLD.reached(_percent(sum(tried), len(tried)), len(tried))
    yield goals.GAP_FALSE.reached(_percent(false, len(findings)), len(findings))


def cost_rows(examined: Sequence[Examined]) -> Iterator[Row]:
    """Processor time of everything after reading, over whole batches."""
    pages = sum(one.pages for one in examined)
    yield goals.COST.reached(1000 * sum(one.seconds for one in examined) / max(pages, 1), pages)


def _text(one: Finding, name: FieldName) -> str:
    return one.values[name].text if name in one.values else ""


def _words(name: str) -> list[str]:
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    words = re.sub(r"[^A-Z ]", " ", re.sub(r"['’.]", "", bare.upper())).split()
    return [word for word in words if word not in _TITLES]


def _plain(number: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", number.upper())


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _often(what: Iterable[str]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in Counter(what).most_common(4))
