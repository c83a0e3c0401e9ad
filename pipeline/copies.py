"""Documents that came before: a sure copy is set aside, what may be one is held, both with a link. Nothing is dropped, nothing filed twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from pipeline.decide import hold
from pipeline.likeness import Imprint, Likeness, compare_pages, imprint
from schemas.document import FieldName
from schemas.filing import BatchPlan, Filing, Hold, PlannedDocument, SetAside
from schemas.likeness import Earlier
from schemas.page import PageReading

NEAR = "duplicate.near"
NAMING = (FieldName.PATIENT_NAME, FieldName.PATIENT_MRN)

FindEarlier = Callable[[Collection[int]], Iterable[Earlier]]  # documents that share enough of these hashes with one page of theirs


class CopyOf(NamedTuple):
    """Of which earlier document this one is a copy, which of its pages, and how surely."""

    earlier: str
    pages: tuple[tuple[int, int], ...]  # page here, page there
    differing: tuple[int, ...]  # pages here that the earlier document does not have
    sure: bool

    @property
    def told(self) -> str:
        """The link in words."""
        same = ", ".join(f"page {here} {'repeats' if self.sure else 'looks like'} its page {there}" for here, there in self.pages)
        return f"{self.earlier}: {same}" + "".join(f"; page {page} differs" for page in self.differing)


class Known(NamedTuple):
    """An earlier document, ready to be compared."""

    name: str
    pages: tuple[Imprint, ...]


def copy_of(pages: Sequence[Imprint], earlier: Known) -> CopyOf | None:
    """Whether a document repeats an earlier one: surely when every page does, perhaps when more than half of them do."""
    left = {page.page: page for page in earlier.pages}
    found: dict[int, int] = {}
    sure = True
    for page in pages:
        verdicts = {number: compare_pages(page, other) for number, other in left.items()}
        best = next((n for like in (Likeness.COPY, Likeness.PERHAPS) for n, verdict in verdicts.items() if verdict is like), None)
        if best is None:
            continue
        sure = sure and verdicts[best] is Likeness.COPY
        found[page.page] = best
        del left[best]
    if 2 * len(found) <= len(pages) or not any(_tells(page, earlier) for page in pages if page.page in found):
        return None
    differing = tuple(page.page for page in pages if page.page not in found)
    return CopyOf(earlier.name, tuple(found.items()), differing, sure and not differing)


def _tells(page: Imprint, earlier: Known) -> bool:
    """Whether a page can make a document known again by itself: it has words enough, or is the very image."""
    return bool(page.marks) or (page.fingerprint != "" and page.fingerprint in {other.fingerprint for other in earlier.pages})


def find_copy(pages: Sequence[Imprint], earlier: Iterable[Known]) -> CopyOf | None:
    """The earlier document that this one repeats, the surest first."""
    found = [copy for one in earlier if (copy := copy_of(pages, one)) is not None]
    return max(found, key=lambda copy: (copy.sure, len(copy.pages)), default=None)


class Searched(NamedTuple):
    """A plan without copies, and for each document that is kept the hashes by which its pages are found again."""

    plan: BatchPlan
    marks: Mapping[tuple[int, ...], Mapping[int, frozenset[int]]]


def without_copies(plan: BatchPlan, readings: Mapping[int, PageReading], find: FindEarlier) -> Searched:
    """The plan with what repeats a document of before, or an earlier one of the same file, set aside or held."""
    done: list[PlannedDocument] = []
    known: list[Known] = []
    for planned in plan.documents:
        if not is_kept(planned):
            done.append(planned)
            continue
        pages = tuple(imprint(readings[number]) for number in planned.pages)
        copy = find_copy(pages, [*known, *_before(pages, find)])
        done.append(_linked(planned, copy) if copy else planned)
        if is_kept(done[-1]):
            known.append(Known(f"the document of page {planned.pages[0]} of this file", pages))
    marks = {tuple(page.page for page in one.pages): {page.page: page.marks for page in one.pages if page.marks} for one in known}
    return Searched(BatchPlan(tuple(done)), marks)


def is_kept(planned: PlannedDocument) -> bool:
    """Whether a document is or may be filed, so that another may repeat it."""
    return isinstance(planned.decision, Filing | Hold)


def _before(pages: Sequence[Imprint], find: FindEarlier) -> list[Known]:
    found = {one.name: one for page in pages if page.marks for one in find(page.marks)}
    return [Known(one.name, tuple(map(imprint, one.pages))) for one in found.values()]


def _linked(planned: PlannedDocument, copy: CopyOf) -> PlannedDocument:
    """Set aside or held, with the link. What names nobody, such as a printed notice, may stand in two people's records: it is asked about."""
    named = any(planned.extraction.field(name) for name in NAMING)
    after = replace(planned, decision=SetAside(NEAR)) if copy.sure and named else hold(planned, NEAR)
    return replace(after, links=(*planned.links, copy.told))
