"""The patient under a heading of the patient: a name alone, or the card with name, birth date and number pressed or glued on a form."""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz.distance import Levenshtein

from pipeline.fields.banners import BANNER, whole_name
from pipeline.fields.geometry import Row, cells
from pipeline.fields.labels import Label
from pipeline.fields.lexicon import LONG, fold, folded_stems
from pipeline.fields.places import Marked, below, next_line
from pipeline.fields.reading import Ground, Sighting, sighting
from pipeline.fields.values import read_date, read_number, read_person
from schemas.document import FieldName, Role
from schemas.rules import ExtractRules

STAMPED, STAMP_LINES = 0.84, 3


def read_headed(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """A "LAST, FIRST" that is all of the cell under a heading of the patient."""
    for label in page.labels:
        if label.meaning.what == "section" and label.meaning.role == "patient" and label.alone:
            under = below(page, label)
            if under and (value := whole_name(under, rules)):
                yield sighting(page, FieldName.PATIENT_NAME, Role.PATIENT, value, Ground(BANNER, f"under '{label.printed}'", label.row + 1))


def read_stamps(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """The card pressed or glued on a form: a name, then a birth date and a number, each alone in its cell or line."""
    for label in page.labels:
        name = below(page, label) if label.alone and _names_stamp(label) else ()
        at = next((r for r in range(label.row, len(page.sheet.rows)) if name and name[0] in page.sheet.rows[r]), 0)
        if at and read_person(name, rules, formal=True):
            yield from _stamp_lines(page, label, name, at, rules)


def _names_stamp(label: Label) -> bool:
    said = fold(label.printed)
    return label.meaning.role == "patient" and any(
        Levenshtein.distance(said, stem, score_cutoff=2) <= min(2, len(stem) // LONG * 2) for stem in folded_stems("stamps")
    )


def _stamp_lines(page: Marked, label: Label, name: Row, at: int, rules: ExtractRules) -> Iterator[Sighting]:
    wanted = {FieldName.PATIENT_DOB: read_date, FieldName.PATIENT_MRN: read_number}
    for line, row in _stamp_cells(page, name, at):
        found = next(((field, value) for field, reader in wanted.items() if (value := reader(line, rules))), None)
        if found is None:
            return
        del wanted[found[0]]
        yield sighting(page, found[0], Role.PATIENT, found[1], Ground(STAMPED, f"in the print under '{label.printed}'", row))


def _stamp_cells(page: Marked, name: Row, at: int) -> Iterator[tuple[Row, int]]:
    row = page.sheet.rows[at]
    yield from ((row[start:end], at) for start, end in cells(row) if row[start].x0 > name[-1].x0)
    for _ in range(STAMP_LINES):
        line, at = next_line(page, (name[0].x0,), at)
        if not line:
            return
        yield line, at
