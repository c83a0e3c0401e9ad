"""The patient's name where neither a label nor a banner of a known form tells it: the one name-like print beside the patient's own facts.

Knows places and what speaks against a name; where two names are left it chooses none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.fields.geometry import Row, Token, cells, say
from pipeline.fields.labels import Label
from pipeline.fields.lexicon import words
from pipeline.fields.names import is_credential, is_given, is_organisation
from pipeline.fields.places import Marked, next_line, owner
from pipeline.fields.reading import Ground, Sighting, sighting
from pipeline.fields.spoken import fold_word, tells_age
from pipeline.fields.values import Value, read_person
from schemas.document import FieldName, Role
from schemas.rules import ExtractRules

NEAR, PROMINENT = 0.74, 0.64
ROWS_OVER, ROWS_UNDER, REACH = 3, 1, 5.5  # rows, and heights of a word, between a name and the fact it stands beside
ALIGNED = 3.0  # heights of a word that the left edges may differ
HEAD, FOOT, FAX_EDGE = 0.3, 0.88, 0.035
IDENTIFYING = {"patient_dob", "patient_mrn"}
MASKED = re.compile(r"^[=(\[]?[xX*#\d]{2,3}[\-\s]?[xX*#\d]{2}[\-\s]?\d{4}[)\],]*$|^[xX*#]{2,3}$|^[xX*]{2}-\d{4}$|^[=|~\-–—]+$")
STREET = re.compile(r"^(?:\d{1,6}[A-Za-z]?|P\.?O\.?)$")
MOST_OF_A_HEADING = 3
NAME_PARTS, NAME_PART_REACH = {"first_name", "middle_name", "last_name"}, 2


class Candidate(NamedTuple):
    """A name-like phrase that is all of its cell, with the row it stands on."""

    value: Value
    row: int
    comma: bool


def read_nearby(page: Marked, found: Sequence[Sighting], rules: ExtractRules) -> Iterator[Sighting]:
    """The patient's name, where no label and no banner gave one and exactly one name is left."""
    if any(s.field is FieldName.PATIENT_NAME and s.role is Role.PATIENT for s in found):
        return
    facts = [label for label in page.labels if label.meaning.what in IDENTIFYING and owner(page, label) in {"", "patient"}]
    told = any(s.field in {FieldName.PATIENT_DOB, FieldName.PATIENT_MRN} and s.role is Role.PATIENT for s in found)
    if not told:
        return
    others = [s for s in found if s.role is not Role.PATIENT and s.field is not FieldName.FACILITY]
    names = [c for c in _candidates(page, rules) if not _held_by_other(c, [s for s in others if s.role is not Role.CONTACT])]
    near = [c for c in names if any(_beside(page, c, fact) for fact in facts)]
    chosen = _only(near)
    if chosen:
        yield sighting(
            page, FieldName.PATIENT_NAME, Role.PATIENT, chosen.value, Ground(NEAR, "the only name beside birth date or number", chosen.row)
        )
    elif not near and (chosen := _only(c for c in names if _prominent(page, c) and not _held_by_other(c, others))):
        yield sighting(page, FieldName.PATIENT_NAME, Role.PATIENT, chosen.value, Ground(PROMINENT, "the only name at the head or foot", chosen.row))


def _only(names: Iterable[Candidate]) -> Candidate | None:
    by_name = {_bare(c.value.text): c for c in names}
    return next(iter(by_name.values())) if len(by_name) == 1 else None


def _bare(name: str) -> frozenset[str]:
    """The words of a name without initials, in whatever order."""
    return frozenset(word for word in re.split(r"[^A-Z]+", name.upper()) if len(word) > 1)


def _held_by_other(one: Candidate, others: Sequence[Sighting]) -> bool:
    """Whether the page names somebody so in another role; one's own guarantor counts only where no fact stands beside the name."""
    said = _bare(one.value.text)
    return any(len(said & _bare(other.value)) > 1 for other in others)


def _candidates(page: Marked, rules: ExtractRules) -> Iterator[Candidate]:
    for at, row in enumerate(page.sheet.rows):
        for start, end in _stretches(row):
            if not _labelled(page, at, start, end) and (value := _whole(row[start:end], rules)):
                one = Candidate(value, at, "," in say(value.tokens))
                if not _spoken_for(page, one, start, end):
                    yield one


def _stretches(row: Row) -> Iterator[tuple[int, int]]:
    """Each cell of a row; and its first two together, as a typewriter's spaces tear a name apart."""
    found = list(cells(row))
    first = found[0] if found else None
    if len(found) > 1 and first and row[first[0]].text and found[1][1] - found[1][0] == 1 and first[1] - first[0] <= 2:
        yield first[0], found[1][1]
    yield from found


def _labelled(page: Marked, at: int, start: int, end: int) -> bool:
    return any((x.start < end and start < x.end) or (x.end == start and not x.alone) for x in page.by_row.get(at, ()))


def _whole(cell: Row, rules: ExtractRules) -> Value | None:
    """A cell that is a name, with age, sex or a masked number at most; without a comma it begins with a given name."""
    if any(_speaks_against(t) for t in cell):
        return None
    value = read_person(cell, rules)
    if value is None or not all(tells_age(t.text) or MASKED.match(t.text) for t in cell[len(value.tokens) :]):
        return None
    comma = "," in say(value.tokens)
    given = is_given(cell[0].text) or (not value.others and is_given(value.text.partition(", ")[2].split()[0]))
    return value if (comma and not _place(cell)) or (given and not value.others) else None


def _speaks_against(token: Token) -> bool:
    """Whether a word makes its cell a label, a clinician, an organisation, a title or a relation."""
    degree = is_credential(token.text) and token.text.isupper()
    return token.colon or degree or is_organisation(token.text) or fold_word(token.text) in words("title_words") | words("relations")


def _place(cell: Row) -> bool:
    """As in "Dayton, OH"."""
    return len(cell[-1].text.strip(".,")) == 2 and cell[-1].text.strip(".,").isupper() and len(cell) > 1 and cell[-2].text.endswith(",")


def _spoken_for(page: Marked, one: Candidate, start: int, end: int) -> bool:
    """Whether its place gives it to somebody else: a word with a colon before it, a heading over or under it, an address below it."""
    row = page.sheet.rows[one.row]
    if start > 0 and row[start - 1].colon:
        return True
    left = row[start].x0
    street, _ = next_line(page, (left,), one.row)
    addressed = not one.comma and bool(street) and len(street) > 1 and bool(STREET.match(street[0].text)) and street[1].text[:1].isalpha()
    return (
        addressed
        or is_part_of_name(page, row[start:end], one.row)
        or _headed(page, one.row, left)
        or _captioned(page, one.row, left)
        or _degree_follows(row, end)
    )


def is_part_of_name(page: Marked, cell: Row, row: int) -> bool:
    """Whether the label of a first, middle or last name stands right over a cell: it is no whole name."""
    over = (x for at in range(max(0, row - NAME_PART_REACH), row) for x in page.by_row.get(at, ()) if x.meaning.what in NAME_PARTS)
    return any(page.left(x) < cell[-1].x1 and cell[0].x0 < page.sheet.rows[x.row][x.end - 1].x1 for x in over)


def _degree_follows(row: Row, end: int) -> bool:
    return end < len(row) and is_credential(row[end].text) and row[end].text.strip(".,()").isupper()


def _headed(page: Marked, row: int, left: float) -> bool:
    """Whether a label of somebody else, or a few plain words that may be one, stand directly over a place."""
    cell, labels = _cell_at(page, row - 1, left)
    if any(x.meaning.role not in {"", "patient"} and x.alone for x in labels):
        return True
    plain = all(t.text.replace("'", "").rstrip(".:/").isalpha() for t in cell)
    worded = 0 < len(cell) <= MOST_OF_A_HEADING and not labels and plain
    return worded and not any(is_organisation(t.text) or fold_word(t.text) in words("title_words") for t in cell)


def _captioned(page: Marked, row: int, left: float) -> bool:
    """Whether a label of somebody else stands alone directly under a place."""
    _, labels = _cell_at(page, row + 1, left)
    return any(x.alone and (x.meaning.role not in {"", "patient"} or x.meaning.what == "skip") for x in labels)


def _cell_at(page: Marked, row: int, left: float) -> tuple[Row, list[Label]]:
    if not 0 <= row < len(page.sheet.rows):
        return (), []
    tokens, high = page.sheet.rows[row], page.sheet.word_height
    for start, end in cells(tokens):
        if abs(tokens[start].x0 - left) <= high:
            return tokens[start:end], [x for x in page.by_row.get(row, ()) if x.start < end and start < x.end]
    return (), []


def _beside(page: Marked, one: Candidate, fact: Label) -> bool:
    """On a fact's own line, or in the lines directly over or under it at its left edge or its line's."""
    step = fact.row - one.row
    tops = page.sheet.row_tops
    if not -ROWS_UNDER <= step <= ROWS_OVER or abs(tops[fact.row] - tops[one.row]) > REACH * page.sheet.word_height:
        return False
    left = one.value.tokens[0].x0
    if step == 0:
        return left < page.left(fact) and not any(
            x.row == fact.row and x.start < fact.start and x.meaning.role for x in page.by_row.get(fact.row, ())
        )
    return any(abs(left - edge) <= ALIGNED * page.sheet.word_height for edge in (page.left(fact), page.sheet.rows[fact.row][0].x0))


def _prominent(page: Marked, one: Candidate) -> bool:
    """A "LAST, FIRST" with a common given name in the head or foot of the page."""
    if not one.comma or not is_given(one.value.text.partition(", ")[2].split()[0]):
        return False
    at = page.sheet.row_tops[one.row] / page.sheet.height
    return FAX_EDGE < at < HEAD or at > FOOT
