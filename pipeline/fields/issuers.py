"""Whose a record number is: the house's that reads the page, or the facility's that the page or the label's own line names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipeline.fields.geometry import Token, say
from pipeline.fields.lexicon import fold
from pipeline.fields.places import Marked
from pipeline.fields.reading import Sighting
from schemas.document import FieldName
from schemas.rules import ExtractRules

OURS = "ours"  # the word in a rule that tells matching whose number it is
LEAST_OF_A_NAME, HEAD_ROWS = 5, 3
FOREIGN = re.compile(r"\b(?:outside|external|referring|sending|other|foreign|their|your)\b", re.IGNORECASE)


def with_issuers(page: Marked, found: Sequence[Sighting], rules: ExtractRules) -> list[Sighting]:
    """Record numbers with whose they are: ours where our name stands on their line or is the letterhead, else the page's facility's."""
    ours = tuple(name for one in rules.our_facilities if len(name := fold(one)) > LEAST_OF_A_NAME)
    heads = [s for s in found if s.field is FieldName.FACILITY]
    headed = any(s.rule == "letterhead" and s.row < HEAD_ROWS and _names(s.value, ours) for s in heads)
    return [_issued(page, s, ours, heads, headed=headed) if s.field is FieldName.PATIENT_MRN else s for s in found]


def _issued(page: Marked, one: Sighting, ours: tuple[str, ...], heads: Sequence[Sighting], *, headed: bool) -> Sighting:
    label = say(_before(page, one))
    foreign = bool(FOREIGN.search(label))
    if _names(label, ours) or (headed and not foreign):
        return one._replace(rule=f"{one.rule} ({OURS})")
    issuer = "" if foreign else max(heads, key=lambda s: s.worth).value if heads else ""
    return one._replace(rule=f"{one.rule}, number of {issuer}") if issuer else one


def _before(page: Marked, one: Sighting) -> Iterable[Token]:
    return (token for token in page.sheet.rows[one.row] if token.x0 < one.box.x1 * page.sheet.width)


def _names(text: str, names: tuple[str, ...]) -> bool:
    return any(name in fold(text) for name in names)
