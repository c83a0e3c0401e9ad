"""Who wrote a document, where no label says so: signing words within a line, a letter's closing, a name with a degree that ends the text.

Knows how records are signed; a name after "cc", in an address or in another clinician's place is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from pipeline.fields.geometry import Row, cells, say
from pipeline.fields.lexicon import fold, words
from pipeline.fields.names import has_degree
from pipeline.fields.places import Marked, below
from pipeline.fields.reading import Ground, Sighting, sighting
from pipeline.fields.values import Value, read_provider
from schemas.document import FieldName, Role
from schemas.rules import ExtractRules

SIGNED, CLOSED, RULED, LAST_LINE = 0.93, 0.85, 0.85, 0.72
SIGNS = re.compile(
    r"\b(?:signed|verified|authenticated|approved|finali[sz]ed|dictated|interpreted|read|reported)(?: and signed)?(?: out)?(?: electronically)? by:?"
    r"|^by:|/e?s/|\be-?sig(?:nature|ned)?:|\bauth(?:enticated)?\b(?: \(verified\))?|\bfirmado(?: \S+mente)? por:?",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"^[\d/.:\-–—,]+$|^(?:am|pm|on|at|dr\.?)$", re.IGNORECASE)  # a day and a time between the word and the name
MOST_BETWEEN = 4
TEXT_ENDS, FOOT = 0.3, 0.94  # share of the page height between which a text ends
CLOSING_REACH, LIST_REACH, RULE_REACH = 6, 4, 2  # rows
MOST_AFTER = 6  # words of a role or a day behind a name that ends the text
RULE = re.compile(r"^[_\-=.]{6,}$")


def read_signatures(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """The author by signing words, by a closing, or by the last line of the text."""
    yield from _in_words(page, rules)
    closed = list(_closings(page, rules))
    yield from closed or _last_lines(page, rules)


def _in_words(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """As in "*** Signed out by John Smith, MD ***" and "Authenticated 8/13/2024 - John Smith, MD"."""
    for at, row in enumerate(page.sheet.rows):
        said = say(row)
        signed = ((found[0], value) for found in SIGNS.finditer(said) if (value := _signer(_after(row, said, found.end()), rules)))
        for words_said, value in islice(signed, 1):
            yield sighting(page, FieldName.AUTHOR, Role.PROVIDER, value, Ground(SIGNED, f"after '{words_said.strip()}'", at))


def _after(row: Row, said: str, end: int) -> Row:
    """The words of a row behind a place in its text."""
    at, left = said[:end].count(" "), said[end:].partition(" ")[0].rstrip(":")
    if end and said[end - 1 : end] == " ":
        return row[at:]
    return ((row[at]._replace(text=left, colon=False), *row[at + 1 :]) if left else row[at + 1 :]) if at < len(row) else ()


def _signer(rest: Row, rules: ExtractRules) -> Value | None:
    start = 0
    while start < min(MOST_BETWEEN, len(rest)) and BETWEEN.match(rest[start].text):
        start += 1
    value = read_provider(rest[start:], rules)
    return value if value and has_degree(value.text) else None


def _closings(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """The clinician's name under "Sincerely"."""
    closings = {fold(c) for c in words("closings")}
    for at, row in enumerate(page.sheet.rows):
        if fold(say(row)) not in closings:
            continue
        for under in range(at + 1, min(at + CLOSING_REACH, len(page.sheet.rows))):
            value = read_provider(page.sheet.rows[under], rules)
            if value and has_degree(value.text):
                yield sighting(page, FieldName.AUTHOR, Role.PROVIDER, value, Ground(CLOSED, f"under '{say(row)}'", under))
                break


def _last_lines(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """The last name with a degree that is all of its line, or all but a role and a day, under a page's text."""
    for at in range(len(page.sheet.rows) - 1, -1, -1):
        if not TEXT_ENDS < page.sheet.row_tops[at] / page.sheet.height < FOOT:
            continue
        row = page.sheet.rows[at]
        cell = row[: next(cells(row))[1]]
        value = read_provider(cell, rules)
        if value and has_degree(value.text) and _ends_text(page, at, cell, value):
            ruled = any(RULE.match(say(over)) for over in page.sheet.rows[max(0, at - RULE_REACH) : at])
            told = Ground(RULED, "under a rule", at) if ruled else Ground(LAST_LINE, "name that ends the text", at)
            yield sighting(page, FieldName.AUTHOR, Role.PROVIDER, value, told)
            return


def _ends_text(page: Marked, at: int, cell: Row, value: Value) -> bool:
    """Whether nobody else's label claims a name, and nothing but a role follows it on its line."""
    labelled = any(x.start < len(cell) for x in page.by_row.get(at, ()))
    role = cell[len(value.tokens) :]
    plain = len(role) <= MOST_AFTER and ((bool(role) and role[0].text[:1] == "(") or not any(t.text[:1].islower() for t in role))
    return value.tokens[0] is cell[0] and plain and not labelled and not _claimed(page, at, cell) and not _listed(page, at)


def _claimed(page: Marked, at: int, cell: Row) -> bool:
    """Whether a head over the cell or a caption under it gives it to somebody else than an author."""
    near = (x for row in (at - 2, at - 1, at + 1) for x in page.by_row.get(row, ()) if x.alone and x.meaning.fills != FieldName.AUTHOR)
    return any(below(page, x)[:1] == cell[:1] if x.row < at else _over(page, x.row, x.start, cell) for x in near if x.meaning.what != "skip")


def _over(page: Marked, row: int, start: int, cell: Row) -> bool:
    return abs(page.sheet.rows[row][start].x0 - cell[0].x0) < 2 * page.sheet.word_height


def _listed(page: Marked, at: int) -> bool:
    """Whether the name goes on a list that "cc" or "To" opens."""
    for row in range(at - 1, max(-1, at - LIST_REACH - 1), -1):
        if page.sheet.row_tops[row + 1] - page.sheet.row_tops[row] > 2.2 * page.sheet.word_height:
            return False
        if any(x.meaning.role == "other" for x in page.by_row.get(row, ())):
            return True
    return False
