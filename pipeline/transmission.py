"""What the pages of one file say of pages that are not here: gaps in printed numbers, and faxes of which fewer pages came than their cover states."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.completeness import Part, find_gaps
from pipeline.decide import COVER, COVER_ASIDE, hold
from pipeline.page_language import PageLanguage
from schemas.document import FieldName
from schemas.filing import Filing, Hold, PlannedDocument, SetAside
from schemas.page import PageKind
from schemas.rules import VerifyRules

MISSING = "pages.missing"
BESIDES = re.compile(
    r"\b(?:not\s+(?:including|counting)|excluding|exclusive\s+of|besides|plus|in\s+addition\s+to|without)\s+(?:this\s+|the\s+)?cover", re.IGNORECASE
)


def tell_missing(documents: Sequence[PlannedDocument], pages: Mapping[int, PageLanguage], *, rules: VerifyRules) -> list[PlannedDocument]:
    """The documents of a file, each told in words which of its pages are not here; held for that unless the rules say otherwise."""
    told: list[list[str]] = [[] for _ in documents]
    read = [at for at, planned in enumerate(documents) if planned.kind is not None]
    blanks = {number for number, page in pages.items() if page.reading.kind is PageKind.BLANK}
    for at, gaps in zip(read, find_gaps([_part(documents[at], pages) for at in read], blanks), strict=True):
        told[_asked(at, documents)] += gaps
    for at, said in _short_faxes(documents, pages):
        told[at].append(said)
    return [_told(planned, tuple(dict.fromkeys(lines)), rules) for planned, lines in zip(documents, told, strict=True)]


def _part(planned: PlannedDocument, pages: Mapping[int, PageLanguage]) -> Part:
    title = planned.kind.title_at if planned.kind else None
    return Part([pages[number] for number in planned.pages], title is not None and title[0] == planned.pages[0])


def _told(planned: PlannedDocument, lines: tuple[str, ...], rules: VerifyRules) -> PlannedDocument:
    if not lines:
        return planned
    told = replace(planned, checks=replace(planned.checks, missing=lines))
    return hold(told, MISSING) if rules.hold_on_missing_pages else told


def _asked(at: int, documents: Sequence[PlannedDocument]) -> int:
    """The document itself; for a cover that is set aside the next one of its fax that is not, if there is one."""
    later = (i for i in range(at, len(documents)) if isinstance(documents[i].decision, Filing | Hold))
    return next(later, at) if isinstance(documents[at].decision, SetAside) else at


def _short_faxes(documents: Sequence[PlannedDocument], pages: Mapping[int, PageLanguage]) -> list[tuple[int, str]]:
    """The documents of faxes of which fewer pages came than their cover states; the cover itself where it came alone.

    A fax goes from its cover to the next one. Blank pages, separators and repeats are none of the pages that a sender counts.
    """
    short: list[tuple[int, str]] = []
    for fax in _faxes(documents):
        counted = [at for at in fax if not _is_aside(documents[at])]
        came, stated = sum(len(documents[at].pages) for at in counted), _stated_pages(documents[fax[0]], pages)
        if came < stated:
            records = [at for at in counted if not isinstance(documents[at].decision, SetAside)]
            short += [(at, f"the cover states {stated} pages, {came} came") for at in records or fax[:1]]
    return short


def _is_aside(planned: PlannedDocument) -> bool:
    return isinstance(planned.decision, SetAside) and planned.decision.reason != COVER_ASIDE


def _faxes(documents: Sequence[PlannedDocument]) -> list[list[int]]:
    faxes: list[list[int]] = []
    for at, planned in enumerate(documents):
        if not faxes or (planned.kind is not None and planned.kind.slug == COVER):
            faxes.append([])
        faxes[-1].append(at)
    return faxes


def _stated_pages(first: PlannedDocument, pages: Mapping[int, PageLanguage]) -> int:
    """How many pages a cover says the fax has, itself among them; 0 when it is no cover or does not say."""
    said = first.extraction.field(FieldName.PAGE_COUNT_STATED) if first.kind is not None and first.kind.slug == COVER else None
    if said is None or not said.value.isdecimal():
        return 0
    besides = said.page in pages and BESIDES.search(" ".join(pages[said.page].reading.text.split()))
    return int(said.value) + (1 if besides else 0)
