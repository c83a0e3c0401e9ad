"""Whose a record number is: the house's that reads the page, or the facility's that the page or the label's own line names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipeline.fields.geometry import Token, say
from pipeline.fields.lexicon import fold
from pipeline.fields.places import Marked
from pipeline.fields.reading import Sighting
from pipeline.fields.senders import facilities_on_top
from schemas.document import FieldName
from schemas.rules import ExtractRules

OURS = "ours"  # the word in a rule that tells matching whose number it is
LEAST_OF_A_NAME, HEAD_ROWS = 5, 3
FACILITIES = {
    "hospital", "hospitals", "clinic", "clinics", "center", "centre", "associates", "group", "physicians", "institute", "university", "hospice",
}  # fmt: skip
BLOCK = 2  # rows from a name to what stands under its address
FOREIGN = re.compile(r"\b(?:outside|external|referring|sending|other|foreign|their|your)\b", re.IGNORECASE)
ADDRESSED = re.compile(r"\b(?:not|non|cc|bcc|copy|copies|to|referred|sent|faxed|attn|attention)\b", re.IGNORECASE)


def with_issuers(page: Marked, found: Sequence[Sighting], rules: ExtractRules) -> list[Sighting]:
    """Record numbers with whose they are: ours where our name stands on their line or is the letterhead, else the page's facility's.

    Our name and address over a second facility's at the head of a page are where a letter goes, as it is after "to" or "cc".
    """
    ours = tuple(name for one in rules.our_facilities if len(name := fold(one)) > LEAST_OF_A_NAME)
    heads = [s for s in found if s.field is FieldName.FACILITY]
    ahead = [s.row for s in heads if s.rule == "letterhead" and s.row < HEAD_ROWS and _names(s.value, ours)]
    senders = [s for s in heads if not _names(s.value, ours)]
    headed = bool(ahead) and not any(row - ahead[0] >= BLOCK and _is_another(name, ours) for row, name in facilities_on_top(page))
    return [_issued(page, s, ours, senders, headed=headed) if s.field is FieldName.PATIENT_MRN else s for s in found]


def _issued(page: Marked, one: Sighting, ours: tuple[str, ...], senders: Sequence[Sighting], *, headed: bool) -> Sighting:
    label = say(_before(page, one))
    foreign = bool(FOREIGN.search(label))
    named = _names(label, ours)
    if named and ADDRESSED.search(label):
        return one
    if named or (headed and not foreign):
        return one._replace(rule=f"{one.rule} ({OURS})")
    issuer = "" if foreign else max(senders, key=lambda s: s.worth).value if senders else ""
    return one._replace(rule=f"{one.rule}, number of {issuer}") if issuer else one


def _is_another(name: str, ours: tuple[str, ...]) -> bool:
    return not _names(name, ours) and not FACILITIES.isdisjoint(name.lower().split())


def _before(page: Marked, one: Sighting) -> Iterable[Token]:
    return (token for token in page.sheet.rows[one.row] if token.x0 < one.box.x1 * page.sheet.width)


def _names(text: str, names: tuple[str, ...]) -> bool:
    return any(name in fold(text) for name in names)
