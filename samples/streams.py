"""Streams of pages that are hard to cut, with their truth: bare or fully headed later pages, neighbours of one patient, family, house and form.

Drawn from the layouts that may be studied. Each stream is one PDF, as one file of a scanner or a fax machine holds it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any, Literal, NamedTuple

from reportlab.pdfgen.canvas import Canvas

from samples import corpus
from samples.cast import Cast, sort_cast
from samples.draw import HEIGHT, WIDTH, Layout, Sheet
from samples.facts import DEMO_FACILITIES, PRACTICE_FACILITIES, REHEARSAL_FACILITIES, Case, Facility, make_case
from samples.fonts import FAMILIES, load_type
from samples.layouts import demo, practice, rehearsal
from samples.people import TODAY, make_people, relative
from schemas.patient import IndexPatient

Later = Literal["own", "bare", "headed"]
Kind = Literal["demo", "practice", "rehearsal"]
SETS: dict[Kind, tuple[Sequence[Layout], Layout, Sequence[Facility]]] = {
    "demo": (demo.LAYOUTS, demo.COVER, DEMO_FACILITIES),
    "practice": (practice.LAYOUTS, practice.COVER, PRACTICE_FACILITIES),
    "rehearsal": (rehearsal.LAYOUTS, rehearsal.COVER, REHEARSAL_FACILITIES),
}
PEOPLE = 400
SAME_PATIENT = 0.6
FAMILY = 0.5  # of the neighbours who are another patient
SAME_HOUSE = 0.5
MANY = 4  # documents from which a stream may be numbered as a packet
SAME_LAYOUT = 0.25
LATER: tuple[Later, ...] = ("bare", "headed", "own")
BARE_HEADED_OWN = (30, 25, 45)  # of a hundred senders
NUMBERED = re.compile(r"\b(page|pg|p)\W{0,3}\d", re.IGNORECASE)
PERSONAL = re.compile(r"\b(re|regarding|dob|d\.o\.b|born|birth|name|named|mrn|patient|member|mr|ms|mrs)\b\W*[:#A-Z0-9]", re.IGNORECASE)
LOWEST_HEAD = 330.0  # points: what is drawn before the text down to here is the header


class Manner(NamedTuple):
    """How a sender prints: what later pages show on top, whether it numbers them, how much text, and lines of no document."""

    later: Later = "own"
    numbers: bool = True
    wordy: int = 0
    stamp: str = ""  # below on the left: form number or who printed it when
    packet: str = ""  # on each page, with its number in the stream
    call: str = ""  # the same on top, as a fax machine prints it


@dataclass(frozen=True, slots=True)
class Paper:
    """One document of a stream."""

    layout: Layout
    case: Case
    manner: Manner
    type_slug: str
    person: str


class Leaf(NamedTuple):
    """One page of a stream: which document it is of (-1: none), of whom, and what it is."""

    document: int
    person: str
    what: Literal["page", "blank", "unreadable"] = "page"
    layout: str = ""


class Stream(NamedTuple):
    """One file: its pages as drawn, and what they are."""

    pdf: bytes
    leaves: tuple[Leaf, ...]


class MannerSheet(Sheet):
    """A sheet whose later pages are as the sender's manner has them."""

    def __init__(self, canvas: Canvas, layout: Layout, manner: Manner, *, rng: Random, total: int, slug: str) -> None:
        super().__init__(canvas, load_type(layout.family), size=layout.size, margin=layout.margin, total=total)
        self.manner, self.rng = manner, rng
        self.head: tuple[list[str], float] | None = None
        texts = [corpus.body(slug, rng) for _ in range(12)] if slug in corpus.seeds() else []
        self.unsaid = [s for text in texts for s in text.replace("\n", " ").split(". ") if not PERSONAL.search(s)]

    def put(self, x: float, y: float, text: str, *, size: float = 0, style: str = "", align: str = "left") -> None:
        """A text, unless it is a page number and this sender prints none."""
        if self.manner.numbers or not NUMBERED.search(text):
            super().put(x, y, text, size=size, style=style, align=align)

    def turn(self) -> None:
        """Ends the page and begins the next under the head that the manner wants."""
        self.finish()
        self.page, self.y = self.page + 1, self.margin
        if self.manner.later == "headed" and self.head and self.head[1] < LOWEST_HEAD:
            code: Any = self.canvas
            code._code.extend(self.head[0])  # noqa: SLF001 - reportlab has no other way to draw once more what stands on an earlier page
            self.y = self.head[1]
        elif self.manner.later != "bare" and self.running:
            self.running(self)

    def finish(self) -> None:
        """Ends the page with what stands on every page of this sender."""
        if self.footer and (self.page == 1 or self.manner.later != "bare"):
            self.footer(self)
        if self.manner.stamp:
            self.put(self.margin, HEIGHT - 16, self.manner.stamp, size=7)
        self.canvas.showPage()

    def heading(self, text: str, *, style: str = "bold") -> None:
        """A section heading; what stands above the first one is the header."""
        self._headed()
        super().heading(text, style=style)

    def para(self, text: str, *, indent: float = 0, size: float = 0, style: str = "", after: float = 5) -> None:
        """A paragraph, longer by what this sender has to say."""
        self._headed()
        wanted = self.rng.randint(0, 2 * self.manner.wordy) if len(text) > 40 else 0
        more, self.unsaid = self.unsaid[:wanted], self.unsaid[wanted:]
        super().para(". ".join([text.rstrip(" ."), *more]) + "." if more else text, indent=indent, size=size, style=style, after=after)

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float], *, ruled: bool = True, shade: float = 0.88) -> None:
        """A table, longer by rows seen before."""
        self._headed()
        own = list(rows)
        super().table(head, [*own, *own[: self.manner.wordy * 3]], widths, ruled=ruled, shade=shade)

    def _headed(self) -> None:
        if self.page == 1 and self.head is None:
            code: Any = self.canvas
            self.head = (list(code._code), self.y)  # noqa: SLF001 - see turn


def make_streams(kind: Kind, pages: int, *, seed: int, documents: tuple[int, int] = (4, 10)) -> Iterator[Stream]:
    """Streams of so many documents each and of at least so many pages together. The same seed gives the same streams."""
    rng, cast, made = Random(seed), sort_cast(make_people(PEOPLE, seed=seed)), 0
    while made < pages:
        stream = make_stream(kind, cast, rng.randint(*documents), rng)
        made += len(stream.leaves)
        yield stream


def make_stream(kind: Kind, cast: Cast, documents: int, rng: Random) -> Stream:
    """Documents on their way together."""
    papers = list(_papers(kind, cast, documents, rng))
    if rng.random() < 0.3:
        cover = replace(papers[0].case, mrn="", extra={"pages": str(rng.randint(5, 40))})
        papers.insert(0, Paper(SETS[kind][1], cover, papers[0].manner._replace(later="own", wordy=0), "fax_cover", ""))
    return _draw(papers, rng, backs=rng.random() < 0.1, call=rng.random() < 0.3, packet=rng.random() < 0.2 and documents >= MANY)


def _papers(kind: Kind, cast: Cast, documents: int, rng: Random) -> Iterator[Paper]:
    layouts, _, houses = SETS[kind]
    before: Paper | None = None
    manners: dict[str, Manner] = {}
    for _ in range(documents):
        again = before is not None and rng.random() < SAME_LAYOUT
        layout = before.layout if before and again else rng.choice(_near(layouts, houses, before, rng))
        case = _case(kind, cast, before, layout, houses, rng)
        style = replace(layout, family=rng.choice(FAMILIES)) if rng.random() < 0.2 and not again else layout
        manner = manners.setdefault(layout.name, _manner(case, rng))
        before = Paper(style, case, manner, layout.slug, f"{case.patient.last_name}|{case.patient.first_name}|{case.patient.dob}")
        yield before


def _near(layouts: Sequence[Layout], houses: Sequence[Facility], before: Paper | None, rng: Random) -> Sequence[Layout]:
    """The layouts of the house before as often as not."""
    if before is None or rng.random() >= SAME_HOUSE:
        return layouts
    house = houses.index(before.case.facility)
    return [layout for layout in layouts if not layout.facilities or house in layout.facilities] or layouts


def _case(kind: Kind, cast: Cast, before: Paper | None, layout: Layout, houses: Sequence[Facility], rng: Random) -> Case:
    """The same patient as before on another day, somebody of the family, or a stranger."""
    allowed = [houses[i] for i in layout.facilities] or list(houses)
    if before is None:
        return make_case(rng.choice(cast.plain), kind=kind, seed=rng.randrange(2**31), facility=rng.choice(allowed))
    patient = before.case.patient
    house = before.case.facility if before.case.facility in allowed else rng.choice(allowed)
    if rng.random() < SAME_PATIENT:
        own = before.case.mrn if house is before.case.facility else None
        return make_case(patient, kind=kind, seed=rng.randrange(2**31), facility=house, mrn=own)
    other = _relative(patient, rng) if rng.random() < FAMILY else rng.choice(cast.plain)
    return make_case(other, kind=kind, seed=rng.randrange(2**31), facility=house)


def _relative(person: IndexPatient, rng: Random) -> IndexPatient:
    """A spouse, a twin, or a newborn of the same family name."""
    which = rng.choice(("spouse", "twin", "newborn"))
    twin = relative(person, seed=rng.randrange(2**31), kind="twin")
    if which == "twin":
        return twin
    if which == "newborn":
        born = TODAY - timedelta(days=rng.randint(30, 600))
        return replace(
            twin, first_name=rng.choice(("Baby Boy", "Baby Girl", "Liam", "Noah", "Emma", "Mia")), middle_name="", suffix="", dob=born.isoformat()
        )
    born = min(date.fromisoformat(person.dob) + timedelta(days=rng.randint(-2500, 2500)), TODAY - timedelta(days=7000))
    sex = "F" if person.sex == "M" else "M"
    first = rng.choice(("Karen", "Linda", "Teresa") if sex == "F" else ("Michael", "Robert", "George"))
    return replace(twin, first_name=first, middle_name="", suffix="", sex=sex, dob=born.isoformat())


def _manner(case: Case, rng: Random) -> Manner:
    later = rng.choices(LATER, BARE_HEADED_OWN)[0]
    stamp = rng.choice(("", "", "", f"Form {rng.randint(100, 9999)} (Rev. {rng.randint(1, 12):02d}/{rng.randint(10, 24)})", _printed(case, rng)))
    return Manner(later, rng.random() < 0.55, rng.choice((0, 3, 6, 9, 14)), stamp)


def _printed(case: Case, rng: Random) -> str:
    when = case.discharge + timedelta(days=rng.randint(3, 60))
    return f"Printed by {case.copied.split()[-2].strip(',').upper()} on {when:%m/%d/%Y} {rng.randint(7, 18)}:{rng.randint(0, 59):02d}"


def _draw(papers: Sequence[Paper], rng: Random, *, backs: bool, call: bool, packet: bool) -> Stream:
    """All documents in one file; some lose a page, some pages cannot be read, some are followed by blank backs."""
    plans = [(paper, rng.randrange(2**31), _count(paper, seed := rng.randrange(2**31)), seed) for paper in papers]
    kept = [[page for page in range(1, count + 1) if page == 1 or rng.random() > 0.04] for _, _, count, _ in plans]
    total = sum(map(len, kept)) * (2 if backs else 1)
    out, leaves = io.BytesIO(), list[Leaf]()
    canvas = _Feeder(
        out,
        total,
        f"{papers[0].case.discharge:%m/%d/%Y} 14:{rng.randint(10, 59)}   FROM: {papers[0].case.facility.fax}" if call else "",
        packet=packet,
    )
    for number, ((paper, _, count, seed), pages) in enumerate(zip(plans, kept, strict=True)):
        canvas.feed(pages, backs=backs)
        _draw_once(canvas, paper, count, seed)
        for _ in pages:
            what: Any = "unreadable" if rng.random() < 0.015 else "page"
            leaves += [Leaf(number, paper.person, what, paper.layout.name), *([Leaf(-1, "", "blank")] if backs else [])]
    canvas.save()
    return Stream(out.getvalue(), tuple(leaves))


class _Feeder(Canvas):  # type: ignore[misc]
    """A canvas that lets some pages through and stamps them."""

    def __init__(self, out: io.BytesIO, total: int, call: str, *, packet: bool) -> None:
        super().__init__(out, pagesize=(WIDTH, HEIGHT), invariant=1)
        self.total, self.call, self.packet, self.sent = total, call, packet, 0
        self.wanted: Sequence[int] = ()
        self.at, self.backs = 0, False

    def feed(self, wanted: Sequence[int], *, backs: bool) -> None:
        """Which pages of the next document go through."""
        self.wanted, self.backs, self.at = wanted, backs, 0

    def showPage(self) -> None:  # noqa: N802 -- reportlab's name
        """Ends a page, or drops it."""
        self.at += 1
        if self.at not in self.wanted:
            self._code: list[str] = []
            self.setFillGray(0)
            return
        self.sent += 1
        self.setFont("Helvetica", 8)
        if self.call:
            self.drawString(30, HEIGHT - 14, f"{self.call}   P. {self.sent}/{self.total}")
        if self.packet:
            self.drawRightString(WIDTH - 24, 8, f"Page {self.sent} of {self.total}")
        super().showPage()
        if self.backs:
            self.sent += 1
            super().showPage()


def _count(paper: Paper, seed: int) -> int:
    """How many pages it takes."""
    return _draw_once(Canvas(io.BytesIO()), paper, 1, seed)


def _draw_once(canvas: Canvas, paper: Paper, total: int, seed: int) -> int:
    sheet = MannerSheet(canvas, paper.layout, paper.manner, rng=Random(seed), total=total, slug=paper.type_slug)
    paper.layout.draw(sheet, paper.case)
    sheet.finish()
    return sheet.page
