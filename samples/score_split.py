"""How well streams of known truth were cut: page starts, whole streams, patients' borders, and what the splitter was sure of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from samples.streams import Leaf
from schemas.document import Segment, SegmentKind


class Tally(NamedTuple):
    """Counts over streams; a page start is the first page of a document."""

    streams: int = 0
    whole: int = 0  # streams cut right throughout
    pages: int = 0
    starts: int = 0
    found: int = 0
    extra: int = 0
    borders: int = 0  # starts of another patient's document
    crossed: int = 0  # of these not cut
    documents: int = 0  # as cut
    sure: int = 0
    sure_wrong: int = 0
    sure_mixed: int = 0  # sure, and of two patients

    def with_more(self, other: Tally) -> Tally:
        """The counts of both."""
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall of page starts."""
        return 2 * self.found / max(1, self.starts + self.found + self.extra)


def tally(streams: Iterable[tuple[Sequence[Leaf], Sequence[Segment]]]) -> Tally:
    """The counts of all streams."""
    total = Tally()
    for leaves, segments in streams:
        total = total.with_more(tally_stream(leaves, [segment for segment in segments if segment.kind is SegmentKind.DOCUMENT]))
    return total


def tally_stream(leaves: Sequence[Leaf], cut: Sequence[Segment]) -> Tally:
    """The counts of one stream."""
    true = true_documents(leaves)
    starts, said = {pages[0] for pages in true}, {segment.pages[0] for segment in cut}
    person = {number: leaf.person for number, leaf in enumerate(leaves, 1)}
    borders = {b[0] for a, b in pairwise(true) if person[a[0]] and person[a[0]] != person[b[0]]}
    sure = [segment for segment in cut if segment.sure]
    return Tally(
        streams=1,
        whole=starts == said,
        pages=sum(map(len, true)),
        starts=len(starts),
        found=len(starts & said),
        extra=len(said - starts),
        borders=len(borders),
        crossed=len(borders - said),
        documents=len(cut),
        sure=len(sure),
        sure_wrong=sum(segment.pages not in true for segment in sure),
        sure_mixed=sum(len({person[page] for page in segment.pages}) > 1 for segment in sure),
    )


def true_documents(leaves: Sequence[Leaf]) -> list[tuple[int, ...]]:
    """The pages of each document, from 1, in order; blank backs belong to none."""
    pages: dict[int, list[int]] = {}
    for number, leaf in enumerate(leaves, 1):
        if leaf.what != "blank":
            pages.setdefault(leaf.document, []).append(number)
    return [tuple(numbers) for numbers in pages.values()]


def calibration_error(chances: Sequence[float], begins: Sequence[bool]) -> float:
    """Expected calibration error over ten equal bins."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for chance, begin in zip(chances, begins, strict=True):
        bins.setdefault(min(9, int(chance * 10)), []).append((chance, begin))
    return sum(abs(sum(chance - begin for chance, begin in held)) for held in bins.values()) / max(1, len(chances))
