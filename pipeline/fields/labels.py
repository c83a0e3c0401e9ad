"""Finds labels on a laid-out page: folded phrases over word boxes. Knows places and phrases; judges no value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from pipeline.fields.geometry import Row, Sheet, Token, say
from pipeline.fields.lexicon import (
    LONG,
    SHORTEST_MISSPELT,
    Meaning,
    attribute_of,
    fold,
    folded_stems,
    long_phrases,
    longest_phrase,
    meanings,
    near_misses,
    openings,
    thirds,
    without_one,
    words,
)
from pipeline.fields.wording import compose

MOST_WORDS = 8
TITLE_ENDS = {"note", "notes"}  # "Primary Care Note" is no misread "Primary Care Name"
LOST_COLON = re.compile(r"^[A-Z]{2,4}[ceisz]$")
DAYS = {"service_date", "admit_date", "discharge_date"}
OTHER_TIMES = {fold(word) for word in ("next", "last", "prior", "previous", "future", "planned", "expected", "proposed", "anticipated")}
FIGURES = {"patient_dob", "patient_mrn", "service_date"}
BOX_NUMBER = re.compile(r"^\(?\d{1,2}[A-Za-z]$")  # "11a." on a form
FAX_EDGE = 0.05  # of the page height
FAX_TIME = re.compile(r"\b\d{1,2}:\d{2}\b.*\b(?:from|to|fax|page|p|pg)\b|\b(?:from|to|fax)\b.*\b\d{1,2}:\d{2}\b", re.IGNORECASE)
OPENING_SPECKS = "'`‘’“”\"«°"
MISSPELT = 0.93  # a label one letter off is this much less telling


class Label(NamedTuple):
    """A label found: what it means and where (row, first token, one past the last)."""

    meaning: Meaning
    row: int
    start: int
    end: int
    printed: str
    colon: bool
    alone: bool  # nothing follows in its cell

    @property
    def key(self) -> tuple[int, int]:
        """Its place in reading order."""
        return self.row, self.start


def find_labels(sheet: Sheet) -> tuple[Label, ...]:
    """All labels of a page in reading order; none overlaps another."""
    return tuple(label for at, row in enumerate(sheet.rows) if not _stamped_by_fax(sheet, at) for label in _labels_of_row(at, row))


def _stamped_by_fax(sheet: Sheet, row: int) -> bool:
    """Whether a line is what a fax machine printed over the page; its "From" and "To" speak of nobody on it."""
    return sheet.row_tops[row] < FAX_EDGE * sheet.height and bool(FAX_TIME.search(say(sheet.rows[row])))


def _labels_of_row(at: int, row: Row) -> Iterator[Label]:
    """The labels of a row; one that says behind a slash what the label before it says in another language is one with it."""
    held: Label | None = None
    for found in _each_label(at, row):
        label = found._replace(meaning=Meaning("skip")) if _in_brackets(row, found) else found
        if held and _translates(row, held, label):
            held = held._replace(end=label.end, colon=label.colon, alone=label.alone)
            continue
        if held:
            yield held
        held = label
    if held:
        yield held


def _in_brackets(row: Row, label: Label) -> bool:
    """Whether a cell is but the Spanish for a label beside or over it, in brackets."""
    said = row[label.start : label.end]
    whole = label.alone and said[0].fresh and said[0].text[:1] in "([" and said[-1].text[-1:] in ")]"
    return whole and all(fold(token.text) in folded_stems("spanish") for token in said)


def _translates(row: Row, one: Label, other: Label) -> bool:
    same = one.meaning.what == other.meaning.what and one.meaning.role == other.meaning.role
    return same and one.end == other.start and row[one.end - 1].text.endswith("/") and not one.colon


def _each_label(at: int, row: Row) -> Iterator[Label]:
    folded = [fold(_in_english(token.text) if "/" in token.text else token.text) for token in row]
    start, after_label = 0, False
    while start < len(row):
        label = _label_at(at, row, folded, start, led=row[start].fresh or after_label or row[start].text[:1] in "([")
        if label:
            yield label
        start, after_label = (label.end, True) if label else (start + 1, _ends_thought(row[start]))


def _ends_thought(token: Token) -> bool:
    """Whether a new label may begin after this token without white space: it is a number, a date or closes a bracket."""
    text = token.text.rstrip(",.;")
    counted = text[-1:].isdigit() or bool(BOX_NUMBER.match(text))
    return counted or text[-1:] in {")", "]"} or text in {"M", "F", "Male", "Female", "-"}


def _label_at(at: int, row: Row, folded: list[str], start: int, *, led: bool) -> Label | None:
    if not folded[start]:
        return None
    ends = _ends(row, folded, start)
    for end in ends if led or _may_begin(row, folded, ends) else ():
        closed = _absorb_spanish(row, folded, start, _absorb_signs(row, folded, end))
        label = Label(Meaning(""), at, start, closed, "", row[closed - 1].colon, closed == len(row) or row[closed].fresh)
        whole = led and (label.colon or label.alone)
        meaning = _numbered(row, folded, label, end) or _meaning(folded[start:end], misspelt=label.colon or whole, colon=label.colon)
        meaning = meaning or (compose([t.text for t in row[start:closed]], colon=label.colon) if whole else None)
        if meaning and _may_be_label(meaning, row, label, led=led):
            meaning = Meaning("skip") if meaning.what in DAYS and _of_another_time(row, folded, start) else meaning
            return label._replace(meaning=meaning, printed=" ".join(t.text for t in row[start:end]))
    return _with_lost_colon(at, row, start)


def _may_begin(row: Row, folded: list[str], ends: range) -> bool:
    """Whether a label can begin here within running text: with the beginning of a known phrase, or up to a colon."""
    start = ends.stop
    if folded[start] in openings():
        return True
    furthest = _absorb_signs(row, folded, ends.start) if ends else start
    return any(token.colon for token in row[start:furthest])


def _of_another_time(row: Row, folded: list[str], start: int) -> bool:
    """As in "Next visit date": the day of another visit than this."""
    return start > 0 and not row[start].fresh and folded[start - 1] in OTHER_TIMES


def _with_lost_colon(at: int, row: Row, start: int) -> Label | None:
    """As in "DOBe 01/02/1950": capitals with a small letter for their colon, before a figure."""
    text = row[start].text
    if not LOST_COLON.match(text) or start + 1 >= len(row) or not row[start + 1].text[:1].isdigit():
        return None
    meaning = meanings().get(fold(text[:-1]))
    if meaning is None or meaning.what not in FIGURES:
        return None
    return Label(meaning._replace(strength=meaning.strength * MISSPELT), at, start, start + 1, text[:-1], colon=True, alone=False)


def _ends(row: Row, folded: list[str], start: int) -> range:
    """Possible ends of a label that starts here, longest first: up to a colon, a new cell or six words."""
    last, length = start, 0
    while last < len(row) and last - start < MOST_WORDS:
        if last > start and (row[last].fresh or row[last - 1].colon):
            break
        length += len(folded[last])
        if length > longest_phrase() + 1:
            break
        last += 1
    return range(last, start, -1)


def _absorb_signs(row: Row, folded: list[str], end: int) -> int:
    """A '#', '.', '-' or ':' of its own belongs to the label before it."""
    while end < len(row) and not folded[end] and not row[end - 1].colon and not set(row[end].text) & set("(["):
        end += 1
    return end


def _in_english(text: str) -> str:
    """What "Name/Nombre" says before the slash."""
    before, _, after = text.partition("/")
    return before if before and fold(after) in folded_stems("spanish") else text


def _absorb_spanish(row: Row, folded: list[str], start: int, end: int) -> int:
    """As in "Last Name / Apellido" and "Date of Birth (Fecha de nacimiento)": the label once more in Spanish belongs to it."""
    if not any("/" in token.text for token in row[start:end]) and (end == len(row) or row[end].fresh or row[end].text[:1] not in {"(", "[", "/"}):
        return end
    at = last = end
    while at < len(row) and not row[at].fresh and not row[at - 1].colon and (not folded[at] or _is_spanish(folded[at])):
        at += 1
        last = at if folded[at - 1] not in folded_stems("spanish_small") else last
    return last if any(folded[end:last]) else end


def _is_spanish(key: str) -> bool:
    """Whether a folded word is one of Spanish labels, a letter in four misread at most."""
    known = folded_stems("spanish")
    return key in known or (
        len(key) >= SHORTEST_MISSPELT and any(Levenshtein.distance(key, word, score_cutoff=len(key) // 4) <= len(key) // 4 for word in known)
    )


def _meaning(parts: list[str], *, misspelt: bool, colon: bool) -> Meaning | None:
    key = "".join(parts)
    found = meanings().get(key) or _composed(parts)
    if found or not misspelt or len(key) < SHORTEST_MISSPELT or parts[-1] in TITLE_ENDS:
        return found
    near = _near(key)
    if near is None or (near.what == "skip" and len(parts) == 1 and not colon):
        return None  # "Wright" is no misread "Weight"
    return near._replace(strength=near.strength * MISSPELT)


def _numbered(row: Row, folded: list[str], label: Label, end: int) -> Meaning | None:
    """What "Case #" announces where "Case" alone says less."""
    signs = row[end - 1].text[-1:] + "".join(token.text for token in row[end : label.end])
    return meanings().get("".join(folded[label.start : end]) + "no") if "#" in signs else None


def _composed(parts: list[str]) -> Meaning | None:
    """An attribute after a person: "Spouse" + "Date of Birth"."""
    pairs = (("".join(parts[:cut]), "".join(parts[cut:])) for cut in range(1, len(parts)))
    return next((found for stem, rest in pairs if (found := attribute_of(stem, rest))), None)


def _near(key: str) -> Meaning | None:
    """The phrase a letter or two off `key`; where it may be the patient's or another's, the other's."""
    found = [meanings()[whole] for whole in _one_off(key)] or [meanings()[whole] for whole in _two_off(key)]
    chosen = min(found, key=lambda m: m.role == "patient", default=None)
    return chosen._replace(open=any(m.role == "patient" != chosen.role and m.what == chosen.what for m in found)) if chosen else None


def _two_off(key: str) -> Iterator[str]:
    """Long phrases with two letters wrong, the nearest first. One third at least of such a phrase stands in the key, two places off at most."""
    for length in range(len(key) - 1, len(key) + 2) if len(key) >= LONG else ():
        shifted = ((start, start + shift, end + shift) for start, end in thirds(length) for shift in range(-2, 3) if start + shift >= 0)
        near = {one for start, a, b in shifted for one in long_phrases().get((length, start, key[a:b]), ())}
        found = ((Levenshtein.distance(key, phrase, score_cutoff=2), rank, phrase) for rank, phrase in near)
        yield from (phrase for distance, _, phrase in sorted(found) if distance <= 2)


def _one_off(key: str) -> Iterator[str]:
    table, one_less = meanings(), near_misses()
    yield from one_less.get(key, ())
    for shorter in without_one(key):
        if shorter in table and len(shorter) >= SHORTEST_MISSPELT:
            yield shorter
        yield from (whole for whole in one_less.get(shorter, ()) if _same_elsewhere(key, whole))


def _same_elsewhere(key: str, whole: str) -> bool:
    return len(key) == len(whole) and sum(a != b for a, b in zip(key, whole, strict=True)) == 1


def _may_be_label(meaning: Meaning, row: Row, label: Label, *, led: bool) -> bool:
    """Common words announce something only with a colon or in a cell of their own."""
    if meaning.firm:
        return True
    if _only_looks_like_one(meaning, row, label):
        return False
    if label.colon:
        return led or meaning.what != "skip" or _capital(row[label.start])
    if not led or not _capital(row[label.start]):
        return False
    return label.alone or meaning.what != "skip"


def _only_looks_like_one(meaning: Meaning, row: Row, label: Label) -> bool:
    """Whether it is a title that goes on, or two letters within a row, as somebody's initials "RE" are."""
    initials = label.start > 0 and not label.colon and sum(len(t.text) for t in row[label.start : label.end]) <= 2
    goes_on = meaning.role == "patient" and not (label.colon or label.alone) and _goes_on(row, label)
    return goes_on or (initials and meaning.what == "name")


def _goes_on(row: Row, label: Label) -> bool:
    """Whether a title goes on behind "Patient", as in "PATIENT REFERRAL FORM"."""
    following = "".join(c for c in row[label.end].text.lower() if c.isalpha())
    titled = following in words("never_names") or following in words("organisation_words")
    return titled and following not in words("surnames_too") and following not in words("titles")


def _capital(token: Token) -> bool:
    first = token.text.lstrip("([*#-" + OPENING_SPECKS)[:1]
    return first.isupper() or first.isdigit()
