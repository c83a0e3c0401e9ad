"""Where one document ends and the next begins in a batch of pages.

Knows what each page says, and who it says its patient is; knows nothing of types' text models or the patient index.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import NamedTuple

from pipeline.cut_weights import CutWeights, shipped_weights
from pipeline.page_language import PageLanguage
from pipeline.page_signs import PageSigns, read_signs
from pipeline.persons import Person, compare, names_one_person, says, share_an_identifier
from pipeline.signals import signals_of
from schemas.document import PageIdentity, Segment, SegmentKind
from schemas.page import PageKind, PageReading
from schemas.rules import SplitRules

VERSION = 5
# what shows that a page belongs to the one before it; without one of these a page stays in the document, but a clerk is asked
TIES = frozenset({"same patient", "head names the patient", "numbering goes on"})
TIES_UNDER_ONE_TITLE = frozenset({"same patient", "head names the patient"})  # two people's copies of one form look alike, "page 2 of 2" too
# these any other patient's page of the same sender shows as well: they tie only where the whole file names one person
TIES_OF_ONE_PERSON = TIES | {
    "same running head",
    "continued",
    "packet numbering goes on",
    "numbering of the short file goes on",
    "bare numbering goes on",
}
TIES_OF_ONE_PERSON_UNDER_ONE_TITLE = TIES_UNDER_ONE_TITLE | {"continued"}


@dataclass(frozen=True, slots=True)
class Start:
    """Whether a page begins a document: the chance, and what spoke for and against."""

    chance: float
    why: tuple[str, ...]


class Cutter(NamedTuple):
    """How a batch is cut: the lines, and the weights of the signals."""

    rules: SplitRules
    weights: CutWeights


def split_batch(
    pages: Sequence[PageLanguage],
    identities: Sequence[PageIdentity],
    *,
    rules: SplitRules,
    new_patients: Collection[int] = (),
    weights: CutWeights | None = None,
) -> tuple[Segment, ...]:
    """Every page in exactly one segment, in order of first pages. Nothing is joined or compared across a new-patient sheet."""
    known = {page.number: PageIdentity(page.number) for page in pages} | {identity.page: identity for identity in identities}
    signs = [read_signs(page, known[page.number], len(pages)) for page in pages]
    cutter = Cutter(rules, weights or shipped_weights())
    return tuple(segment for part in _by_patient(signs, new_patients) for segment in _split_part(part, cutter))


def _by_patient(signs: Sequence[PageSigns], new_patients: Collection[int]) -> list[list[PageSigns]]:
    parts: list[list[PageSigns]] = []
    for page in signs:
        if not parts or page.reading.number in new_patients:
            parts.append([])
        parts[-1].append(page)
    return parts


def _split_part(signs: Sequence[PageSigns], cutter: Cutter) -> list[Segment]:
    identities = [page.identity for page in signs]
    aside = _set_aside([page.reading for page in signs], {identity.page for identity in identities if says(identity)})
    separators = [n for n, segment in aside.items() if segment.kind is SegmentKind.SEPARATOR]
    pages = [page for page in signs if page.reading.number not in aside]
    documents = _documents(pages, separators, cutter, one_person=names_one_person(identities))
    return sorted([*_merge_blanks(aside), *documents], key=lambda segment: segment.pages[0])


def _set_aside(readings: Sequence[PageReading], named: Collection[int]) -> dict[int, Segment]:
    """Blank pages, separator sheets and repeated pages, each by itself.

    A page that names nobody (a printed notice) may stand in two people's documents: it counts as repeated only within a repeated run.
    """
    aside: dict[int, Segment] = {}
    first: dict[str, int] = {}
    repeats: dict[int, int] = {}
    for reading in readings:
        n, seen = reading.number, first.get(reading.fingerprint)
        if reading.kind is PageKind.BLANK:
            aside[n] = Segment((n,), SegmentKind.BLANK)
        elif reading.kind is PageKind.SEPARATOR:
            aside[n] = Segment((n,), SegmentKind.SEPARATOR)
        elif seen is not None and (n in named or repeats.get(n - 1) == seen - 1):
            repeats[n] = seen
            aside[n] = Segment((n,), SegmentKind.DUPLICATE, why=(f"page {n} repeats page {seen}",), repeats=seen)
        elif reading.fingerprint:
            first.setdefault(reading.fingerprint, n)
    return aside


def _merge_blanks(aside: Mapping[int, Segment]) -> list[Segment]:
    merged: list[Segment] = []
    for segment in (aside[n] for n in sorted(aside)):
        last = merged[-1] if merged else None
        if last and last.kind is segment.kind is SegmentKind.BLANK and last.pages[-1] + 1 == segment.pages[0]:
            merged[-1] = replace(last, pages=last.pages + segment.pages)
        else:
            merged.append(segment)
    return merged


def _documents(sheets: Sequence[PageSigns], separators: Sequence[int], cutter: Cutter, *, one_person: bool) -> list[Segment]:
    """Document segments of the pages that are neither blank, separators nor repeats."""
    parts: list[list[PageSigns]] = []
    starts: list[Start] = []
    for sheet, after in zip_longest(sheets, sheets[1:]):
        start = _start(sheet, parts[-1] if parts else [], after, separators, cutter)
        starts.append(start)
        if start.chance >= cutter.rules.start_at:
            parts.append([])
        parts[-1].append(sheet)
    return _segments(parts, starts, cutter.rules, one_person=one_person)


def _segments(parts: Sequence[Sequence[PageSigns]], starts: Sequence[Start], rules: SplitRules, *, one_person: bool) -> list[Segment]:
    segments, at = [], 0
    for part in parts:
        end = at + len(part)
        bordering = starts[at : end + 1]  # with the start of the next document
        sure = all(start.chance <= rules.sure_below or start.chance >= rules.sure_above for start in bordering)
        sure = sure and all(_belongs(start, one_person=one_person) for start in starts[at + 1 : end])
        segments.append(Segment(tuple(s.reading.number for s in part), SegmentKind.DOCUMENT, sure=sure, why=_told(part, starts[at:end])))
        at = end
    return segments


def _belongs(start: Start, *, one_person: bool) -> bool:
    """Whether a later page shows that it is of the same document: a page that names nobody may be somebody else's."""
    why = set(start.why)
    if why & {"title on top", "lesser title on top", "patient perhaps other"}:
        return "same patient" in why
    if "same title as before" in why:
        return bool(why & (TIES_OF_ONE_PERSON_UNDER_ONE_TITLE if one_person else TIES_UNDER_ONE_TITLE))
    return bool(why & (TIES_OF_ONE_PERSON if one_person else TIES))


def _told(part: Sequence[PageSigns], starts: Sequence[Start]) -> tuple[str, ...]:
    return tuple(f"page {sheet.reading.number}: {', '.join(start.why)}" for sheet, start in zip(part, starts, strict=True) if start.why)


def _start(sheet: PageSigns, part: Sequence[PageSigns], after: PageSigns | None, separators: Sequence[int], cutter: Cutter) -> Start:
    """Whether a page begins a document, given the pages of the document before it and the page behind."""
    if not part:
        return Start(1.0, ("first page",))
    before, n = part[-1], sheet.reading.number
    if any(before.reading.number < mark < n for mark in separators):
        return Start(1.0, ("after a separator sheet",))
    signals = weighed_signals(sheet, part, after)
    return _other_patient(sheet, part, cutter.rules) if signals is None else Start(cutter.weights.chance(signals), signals)


def weighed_signals(sheet: PageSigns, part: Sequence[PageSigns], after: PageSigns | None) -> tuple[str, ...] | None:
    """The signals of a page after the pages of a document; None where it names another patient: that cut needs no weighing."""
    persons = [compare(sheet.identity, earlier.identity) for earlier in part]
    return None if Person.OTHER in persons else tuple(signals_of(sheet, part, after, persons))


def _other_patient(sheet: PageSigns, part: Sequence[PageSigns], rules: SplitRules) -> Start:
    """A cut that must be; sure only when the two share no identifier, and no page without a name lies before it, which could be either patient's."""
    nameless = len(part) > 1 and not says(part[-1].identity) and not part[-1].cover
    doubtful = nameless or any(share_an_identifier(sheet.identity, page.identity) for page in part)
    return Start((rules.sure_above + rules.start_at) / 2 if doubtful else 1.0, ("another patient",))
