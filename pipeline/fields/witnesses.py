"""What other looks at the same place say of a value: the same, something else, or nothing. Knows places and values, no patient index."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from pipeline.fields.geometry import Sheet, Token, lay_out, say
from pipeline.fields.places import Marked
from pipeline.fields.reading import Sighting
from pipeline.fields.values import READERS
from schemas.document import FieldName
from schemas.page import Box, PageReading, Reread
from schemas.rules import ExtractRules

FIRST = "first:page"
PRINTED = "layer:page"  # a program wrote it into the file: nobody read it off pixels
CHECKED = (FieldName.PATIENT_NAME, FieldName.PATIENT_DOB, FieldName.PATIENT_MRN, FieldName.SERVICE_DATE, FieldName.ACCESSION)


class Look(NamedTuple):
    """One reading of a page or of a part of it, laid out."""

    source: str
    sheet: Sheet


class Verdict(NamedTuple):
    """What other looks say of a value: the sources that read the same, and what else was read."""

    witnesses: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()


def looks_at(page: PageReading, first: Sheet) -> tuple[Look, ...]:
    """Every reading of a page, the first one first, if there is more than that."""
    told = (again for again in page.rereads if again.words)
    rest = (Look(again.source, lay_out(replace(page, words=again.words))) for again in told)
    return (Look(FIRST, first), *rest) if page.rereads else ()


def with_bands(page: PageReading, bands: Sequence[Reread]) -> PageReading:
    """The page as if its bands had been read by the second look alone."""
    kept = [word for word in page.words if not in_bands(word.box, bands)]
    return replace(page, words=(*kept, *(word for again in bands for word in again.words)), rereads=())


def in_bands(box: Box, bands: Iterable[Reread]) -> bool:
    """Whether a box stands in a band."""
    return any(_holds(again.box, box) for again in bands)


def headings_in(page: Marked, bands: Sequence[Reread]) -> int:
    """How many labels in some bands say whose their values are."""
    return sum(in_bands(page.box(label), bands) for label in page.labels if label.meaning.role)


def same_letters(one: Sighting, other: Sighting) -> bool:
    """Whether two sightings say the same in some order, as "Smith, John" and "John Smith"."""
    return one.value == other.value or (one.field in {FieldName.PATIENT_NAME, None} and sorted(_bare(one.value)) == sorted(_bare(other.value)))


def same_place(one: Sighting, other: Sighting) -> bool:
    """Whether two sightings are of the same print."""
    return _holds(one.box, other.box) or _holds(other.box, one.box)


def verdict_on(one: Sighting, page: PageReading, looks: Iterable[Look], rules: ExtractRules) -> Verdict:
    """What the looks that did not find a value themselves say of it."""
    if page.quality == "born_digital":
        return Verdict((PRINTED,))
    own = _engine(one.source or FIRST)
    heard = [(look.source, _heard(one, tokens, rules)) for look in looks if _engine(look.source) != own and (tokens := _at(look.sheet, one.box))]
    same = tuple(dict.fromkeys(source for source, value in heard if value == one.value))
    return Verdict(same, tuple(dict.fromkeys(value for _, value in heard if value and value != one.value)))


def _engine(source: str) -> str:
    return source.partition(":")[0]


def _holds(outer: Box, inner: Box) -> bool:
    """Whether the middle of one box lies in another."""
    x, y = (inner.x0 + inner.x1) / 2, (inner.y0 + inner.y1) / 2
    return outer.x0 <= x <= outer.x1 and outer.y0 <= y <= outer.y1


def _at(sheet: Sheet, box: Box) -> tuple[Token, ...]:
    """The words that stand mostly in a box, or that the box stands mostly in, left to right."""
    left, top, right, bottom = box.x0 * sheet.width, box.y0 * sheet.height, box.x1 * sheet.width, box.y1 * sheet.height

    def stands_in(token: Token) -> bool:
        shared = min(right, token.x1) - max(left, token.x0)
        level = min(bottom, token.y1) - max(top, token.y0) > 0.4 * min(bottom - top, token.y1 - token.y0)
        return level and shared > 0.5 * min(right - left, token.x1 - token.x0)

    return tuple(token for row in sheet.rows for token in row if stands_in(token))


def _heard(one: Sighting, tokens: tuple[Token, ...], rules: ExtractRules) -> str:
    """The value in some words: the sighting's own where they say it, else what they say instead; empty where they say nothing."""
    said, raw = _bare(say(tokens)), _bare(one.raw)
    if one.field is FieldName.PATIENT_NAME:
        if raw in said:
            return one.value
        found = READERS["name"](tokens, rules)
        return found.text if found else ""
    if raw and re.search(rf"(?<![0-9]){re.escape(raw)}(?![0-9])", said):
        return one.value
    found = READERS[str(one.field)](tokens, rules)
    return found.text if found else ""


def _bare(text: str) -> str:
    """Letters and digits as read, without case, accents, spaces and points."""
    plain = unicodedata.normalize("NFKD", text).upper()
    return "".join(char for char in plain if char.isalnum() or char in "$/-|")
