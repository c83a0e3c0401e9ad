"""Which pages are not here, by the numbers printed on those that are: of a document, of the fax it came in, and of the packet around it.

A number that was misread must not invent a gap: the run of numbers that explains the pages with the fewest gaps and the fewest misreadings counts.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from pipeline.fields.geometry import say as words
from pipeline.numbering import PageNumber
from pipeline.page_language import PageLanguage
from schemas.page import PageKind

LAST_ROWS = 3
GAP, MISREAD, UNSURE = 1.0, 1.5, 0.4  # what explains less, costs more: pages gone in one place, a number misread, one that was read unsurely
CONTINUED = re.compile(
    r"\b(?:continue[sd]?|cont'?d?\.?)\s+on\s+(?:the\s+)?(?:next|following|page|reverse|back|other)|\bcontin[uú]a en\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a file as completeness sees it. `titled`: its first page bears a title."""

    pages: Sequence[PageLanguage]
    titled: bool


class Seen(NamedTuple):
    """A page number and its page: the place among its document's pages, and the number in the source file."""

    place: int
    page: int
    sure: bool
    source: int


class Gap(NamedTuple):
    """`lost` of the pages `first` to `last` are not here. `after`, `before`: the pages of the source file around the gap, if any."""

    first: int
    last: int
    lost: int
    of: int | None
    after: int | None
    before: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """The page numbers of one kind on consecutive pages. `length`: how many pages there are; `whole`: whether page 1 and the last must be there."""

    seen: Sequence[Seen]
    of: int | None
    length: int
    whole: bool = True
    sources: Sequence[int] = field(default_factory=tuple)


def find_gaps(parts: Sequence[Part], blanks: Collection[int] = ()) -> tuple[tuple[str, ...], ...]:
    """For every document of a file, in words which of its pages are not here. `blanks`: pages of the file with nothing on them."""
    told: list[list[str]] = [[] for _ in parts]
    packets = _packets(parts)
    for at, part in enumerate(parts):
        told[at] += [say(gap) for gap in _own_gaps(part, {of for of, among in packets.items() if at in among}, blanks)]
        told[at] += ["the last page says that it is continued"] if _ends_open(part) and not told[at] else []
    for of, among in packets.items():
        _tell_packet(parts, of, among, told)
    for run in _fax_runs([page for part in parts for page in part.pages]):
        for gap in _gaps(run):
            told[_holder(parts, gap)].append(say(gap, "fax page"))
    return tuple(tuple(dict.fromkeys(lines)) for lines in told)


def say(gap: Gap, what: str = "page") -> str:
    """A gap in words."""
    of = f" of {gap.of}" if gap.of else ""
    if gap.lost < gap.last - gap.first + 1:
        return f"{gap.lost} of the {what}s {gap.first} to {gap.last}{of} {'is' if gap.lost == 1 else 'are'} not here"
    if gap.lost == 1:
        return f"{what} {gap.first}{of} is not here"
    between = f"{gap.first} and {gap.last}" if gap.lost == 2 else f"{gap.first} to {gap.last}"
    return f"{what}s {between}{of} are not here"


def _own_gaps(part: Part, packets: Collection[int], blanks: Collection[int]) -> Iterator[Gap]:
    """The gaps in a document's own numbering. A form inside it that is numbered by itself is judged where nothing numbers it with the rest."""
    pages = [page for page in part.pages if page.reading.kind is not PageKind.BLANK]
    numbers = [page.numbers.own for page in pages]
    left = dict(enumerate(numbers))
    while run := _likeliest(left, pages, packets):
        covered = {seen.place for seen in run.seen}
        if run.of not in packets:
            yield from _not_blank(_gaps(run), run, blanks)
        left = {place: found for place, found in left.items() if place not in covered}
    if not any(number.of for found in numbers for number in found):
        yield from _gaps(_uncounted(part, pages, numbers))


def _likeliest(numbers: Mapping[int, Sequence[PageNumber]], pages: Sequence[PageLanguage], packets: Collection[int]) -> Run | None:
    """The numbering that most pages carry, one that is whole before others, with what was misread of it put right."""
    totals = Counter(of for found in numbers.values() for of in {n.of for n in found if n.of and n.sure and n.of not in packets})
    runs = [_run_of(of, numbers, pages) for of in totals if not _is_stray(of, totals, numbers)]
    return max(runs, key=lambda run: (len(run.seen), not list(_gaps(run)), -(run.of or 0)), default=None)


def _is_stray(of: int, totals: Counter[int], numbers: Mapping[int, Sequence[PageNumber]]) -> bool:
    """Whether a total stands in one place only, the same on every page, as fractions and editions of forms do."""
    own = [n for found in numbers.values() for n in found if n.of == of]
    return all(n.bare for n in own) and totals[of] > 1 and len({n.page for n in own}) == 1


def _run_of(of: int, numbers: Mapping[int, Sequence[PageNumber]], pages: Sequence[PageLanguage]) -> Run:
    seen = []
    known = {n.page for found in numbers.values() for n in found if n.of == of and n.sure}
    for place, found in numbers.items():
        own = [n for n in found if n.of == of]
        misread = [n for n in found if n.of != of and n.page not in known and n.page <= of]  # its total was misread
        if number := next(iter(sorted(own, key=lambda n: not n.sure)), None) or next(iter(misread), None):
            seen.append(Seen(place, number.page, number.sure and number.of == of, pages[place].number))
    return Run(seen, of, len(pages), sources=[page.number for page in pages])


def _uncounted(part: Part, pages: Sequence[PageLanguage], numbers: Sequence[Sequence[PageNumber]]) -> Run:
    """Numbers without a total: they tell of a gap between pages, and of the first page where no title says that this is the first."""
    seen = [Seen(place, found[0].page, found[0].sure, pages[place].number) for place, found in enumerate(numbers) if found]
    trusted = seen if len(seen) > 1 else []
    return Run(trusted, None, len(pages), whole=not part.titled, sources=[page.number for page in pages])


def _gaps(run: Run) -> list[Gap]:
    """Where pages of a run are gone: none while the pages without a number may be those."""
    pages = [seen.page for seen in run.seen]
    if run.of and set(range(1, run.of + 1)) <= set(pages):
        return []  # in whichever order: both sides of the sheets one after the other
    if _is_shuffled(pages):
        lost = sorted(set(range(1, (run.of or max(pages)) + 1)) - set(pages))
        spare = run.length - len(set(pages))
        return [Gap(lost[0], lost[-1], len(lost) - spare, run.of, None, None)] if len(lost) > spare else []
    return _between(_trusted(run), run)


def _is_shuffled(pages: Sequence[int]) -> bool:
    """Whether the order is that of a stack: upside down, or all fronts before all backs."""
    if all(one < other for one, other in pairwise(pages)):
        return False
    parity = [page % 2 for page in pages]
    sides = sum(one != other for one, other in pairwise(parity)) == 1
    return sides or all(one > other for one, other in pairwise(pages))


def _trusted(run: Run) -> list[Seen]:
    """The rising numbers that explain the pages at the least cost; the others were misread."""
    if not run.seen:
        return []
    best: list[tuple[float, int]] = []  # the least cost of trusting each, and which was trusted before it
    doubted = [0.0]
    for seen in run.seen:
        doubted.append(doubted[-1] + (MISREAD if seen.sure else UNSURE))
    for at, seen in enumerate(run.seen):
        opening = doubted[at] + GAP * bool(_lost(None, seen, run))
        choices = [(opening, -1)]
        for before in range(at):
            if run.seen[before].page < seen.page:
                cost = best[before][0] + doubted[at] - doubted[before + 1] + GAP * bool(_lost(run.seen[before], seen, run))
                choices.append((cost, before))
        best.append(min(choices))
    ends = [(best[at][0] + doubted[-1] - doubted[at + 1] + GAP * bool(_lost(seen, None, run)), at) for at, seen in enumerate(run.seen)]
    at, chain = min(ends)[1], []
    while at >= 0:
        chain.append(run.seen[at])
        at = best[at][1]
    return chain[::-1]


def _lost(before: Seen | None, after: Seen | None, run: Run) -> int:
    """How many pages are gone between two numbers, or before the first or after the last."""
    if not run.whole and not (before and after):
        return 0
    page, place = (before.page, before.place) if before else (0, -1)
    if after is None:
        return max(0, run.of - page - (run.length - 1 - place)) if run.of else 0
    return max(0, after.page - page - (after.place - place))


def _between(trusted: Sequence[Seen], run: Run) -> list[Gap]:
    """The gaps between trusted numbers and at both ends."""
    if not any(seen.sure for seen in trusted):
        return []
    stops = [None, *trusted, None]
    gaps = []
    for before, after in pairwise(stops):
        if lost := _lost(before, after, run):
            first, last = before.page + 1 if before else 1, after.page - 1 if after else run.of or 0
            gaps.append(Gap(first, last, lost, run.of, before.source if before else None, after.source if after else None))
    return gaps


def _not_blank(gaps: Sequence[Gap], run: Run, blanks: Collection[int]) -> Sequence[Gap]:
    """The gaps, none if each is filled by the blank pages that lie there: sheets of which every back is blank are numbered by sides.

    A single blank page proves nothing: the backs of sheets that are printed on one side are blank too.
    """
    within = [_blanks_in(gap, run, blanks) for gap in gaps]
    fits = all(found == gap.lost for found, gap in zip(within, gaps, strict=True))
    return [] if fits and sum(within) > 1 else gaps


def _blanks_in(gap: Gap, run: Run, blanks: Collection[int]) -> int:
    start = gap.after if gap.after is not None else min(run.sources, default=1) - 1
    end = gap.before if gap.before is not None else start + gap.lost + 1
    return sum(start < number < end for number in blanks)


def _ends_open(part: Part) -> bool:
    """Whether the foot of the last page says that the text goes on elsewhere."""
    last = part.pages[-1] if part.pages else None
    if last is None or any(number.page == number.of for number in last.numbers.own):
        return False
    return any(CONTINUED.search(words(row)) for row in last.marked.sheet.rows[-LAST_ROWS:])


def _packets(parts: Sequence[Part]) -> dict[int, list[int]]:
    """Totals whose numbers run on through several documents, with those documents: the packet was numbered, or a document was cut apart."""
    spans: dict[int, list[tuple[int, int, int]]] = defaultdict(list)  # by total: document, lowest and highest number
    for at, part in enumerate(parts):
        own = defaultdict(list)
        for page in part.pages:
            for number in page.numbers.own:
                if number.of and number.sure:
                    own[number.of].append(number.page)
        for of, numbers in own.items():
            spans[of].append((at, min(numbers), max(numbers)))
    found = {}
    for of, span in spans.items():
        runs_on = all(before[2] < after[1] for before, after in pairwise(span))
        if len(span) > 1 and runs_on:
            found[of] = [at for at, _, _ in span]
    return found


def _tell_packet(parts: Sequence[Part], of: int, among: Sequence[int], told: list[list[str]]) -> None:
    """Of a numbering over several documents: the gaps, and where the pages of one document lie in two."""
    pages = [page for part in parts[among[0] : among[-1] + 1] for page in part.pages if page.reading.kind is not PageKind.BLANK]
    run = _run_of(of, dict(enumerate(page.numbers.own for page in pages)), pages)
    begun = not parts[among[0]].titled or min(seen.page for seen in run.seen) == 1  # else it is a part of a packet that was asked for
    for gap in _gaps(replace(run, whole=begun)):
        told[_holder([parts[at] for at in among], gap, among)].append(say(gap))
    if all(parts[at].titled for at in among[1:]):
        return
    for at in among:
        own = {page.number for page in parts[at].pages}
        for seen in run.seen:
            if seen.sure and seen.source not in own and seen.page <= of:
                told[at].append(f"page {seen.page} of {of} lies in another document (page {seen.source} of the file)")


def _fax_runs(pages: Sequence[PageLanguage]) -> list[Run]:
    """The faxes in a file, by the numbers in their header lines. Of one that does not begin with page 1, only its middle can lack pages."""
    told = [(page.number, page.numbers.fax) for page in pages if page.numbers.fax]
    often = Counter(number.of for _, number in told)
    kept = [(source, number) for source, number in told if often[number.of] > 1 or number.of == 1]
    groups: list[list[tuple[int, PageNumber]]] = []
    for source, number in kept:
        if not groups or groups[-1][-1][1].of != number.of or (number.page == 1 and groups[-1][-1][1].page > 1):
            groups.append([])
        groups[-1].append((source, number))
    ends = [group[0][0] for group in groups[1:]] + [max((page.number for page in pages), default=0) + 1]
    return [_fax_run(group, end) for group, end in zip(groups, ends, strict=True)] if groups else []


def _fax_run(group: Sequence[tuple[int, PageNumber]], end: int) -> Run:
    start = group[0][0]
    seen = [Seen(source - start, number.page, number.sure, source) for source, number in group]
    return Run(seen, group[0][1].of, end - start, whole=group[0][1].page == 1)


def _holder(parts: Sequence[Part], gap: Gap, among: Sequence[int] = ()) -> int:
    """The document to tell of a gap: the one before it, else the one after."""
    near = gap.after if gap.after is not None else gap.before
    at = next((at for at, part in enumerate(parts) if any(page.number == near for page in part.pages)), 0)
    return among[at] if among else at
