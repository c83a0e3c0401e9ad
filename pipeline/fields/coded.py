"""Where codes stand: behind and under their labels, and beside the clinician whose NPI it is. Knows places; the shapes of codes are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from pipeline.fields.codes import is_npi, npi_figures, read_diagnoses, read_procedures
from pipeline.fields.geometry import Token, say
from pipeline.fields.labels import Label
from pipeline.fields.places import Marked, below, next_line, right_of
from pipeline.fields.reading import Ground, Sighting, sighting
from pipeline.fields.values import Value
from schemas.document import FieldName, Role
from schemas.page import Box

CODED, LONGEST_LIST = 0.95, 9  # rows
BESIDE = 0.9
FARTHEST, ACROSS = 8.0, 0.1  # heights of a word between an NPI's label and its clinician; what white space across counts of it
RIGHT_NPI, WRONG_NPI = 0.5, 0.8  # of the doubt; of the worth


def read_codes(page: Marked) -> Iterator[Sighting]:
    """Diagnosis and procedure codes under labels of theirs."""
    for label in page.labels:
        if label.meaning.what == "icd10_codes":
            yield from _diagnoses(page, label)
        elif label.meaning.what == "cpt_codes":
            yield from _procedures(page, label)


def with_npis(page: Marked, found: Sequence[Sighting]) -> list[Sighting]:
    """The author's NPI where one stands beside the name; an author is surer beside a right one, less sure beside a wrong one."""
    judged = {id(author): right for author, _, right in _npis(page, found)}
    weighed = [_weighed(s, right=judged[id(s)]) if id(s) in judged else s for s in found]
    return [*weighed, *(npi for _, npi, right in _npis(page, found) if right)]


def _weighed(author: Sighting, *, right: bool) -> Sighting:
    return author._replace(worth=1.0 - (1.0 - author.worth) * RIGHT_NPI if right else author.worth * WRONG_NPI)


def _npis(page: Marked, found: Sequence[Sighting]) -> Iterator[tuple[Sighting, Sighting, bool]]:
    """Each author beside an NPI, the NPI, and whether its check digit is right."""
    clinicians = [s for s in found if s.role is Role.PROVIDER]
    for label in page.labels:
        tokens = (right_of(page, label) or below(page, label))[:1] if label.meaning.what == "author_npi" else ()
        if not (figures := npi_figures(say(tokens))):
            continue
        at = page.sheet.box(page.sheet.rows[label.row][label.start : label.end])
        whose = min(clinicians, key=lambda s: _apart(page, at, s), default=None)
        if whose and whose.field is FieldName.AUTHOR and _apart(page, at, whose) < FARTHEST:
            told = Ground(BESIDE, f"right check digit, beside '{whose.value}'", label.row)
            yield whose, sighting(page, FieldName.AUTHOR_NPI, Role.PROVIDER, Value(figures, tokens), told), is_npi(figures)


def _apart(page: Marked, at: Box, one: Sighting) -> float:
    """White space between a label and a name in heights of a word; across it counts for little."""
    down = abs((at.y0 + at.y1) - (one.box.y0 + one.box.y1)) / 2 * page.sheet.height
    across = max(0.0, at.x0 - one.box.x1, one.box.x0 - at.x1) * page.sheet.width
    return (down + across * ACROSS) / page.sheet.word_height


def _diagnoses(page: Marked, label: Label) -> Iterator[Sighting]:
    """Codes on the label's row and the rows under it, up to the next label with another meaning."""
    for row in range(label.row, min(label.row + LONGEST_LIST, len(page.sheet.rows))):
        if row > label.row and any(x.meaning.what not in {"icd10_codes", "skip"} for x in page.by_row.get(row, ())):
            return
        tokens = page.sheet.rows[row][label.end if row == label.row else 0 :]
        yield from _coded(page, label, tokens, row, partial(read_diagnoses, tenth="10" in label.printed))


def _procedures(page: Marked, label: Label) -> Iterator[Sighting]:
    """Codes behind the label, or in the cells of its column as long as each has one."""
    if beside := list(_coded(page, label, right_of(page, label), label.row, read_procedures)):
        yield from beside
        return
    cell, row = below(page, label), label.row
    while cell and row < label.row + LONGEST_LIST and (found := list(_coded(page, label, cell, row + 1, read_procedures))):
        yield from found
        cell, row = next_line(page, (cell[0].x0,), _row_of(page, cell[0], row))


def _row_of(page: Marked, token: Token, after: int) -> int:
    return next((at for at in range(after, len(page.sheet.rows)) if token in page.sheet.rows[at]), after)


def _coded(page: Marked, label: Label, tokens: Sequence[Token], row: int, read: Callable[[Sequence[Token]], Value | None]) -> Iterator[Sighting]:
    field = FieldName(label.meaning.what)
    if value := read(tokens):
        yield sighting(page, field, Role.PATIENT, value, Ground(CODED, f"after '{label.printed}'", row))
