"""Where a known sender's layout prints which field: a weak witness for what was read there, a rival to what was read elsewhere.

It makes no value, makes none sure by itself, and has nothing to say of a layout that nobody has shown it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import NamedTuple

from pipeline.fields.lexicon import fold
from pipeline.fields.reading import Sighting
from pipeline.page_language import PageLanguage
from pipeline.ports import SenderMemory
from schemas.document import Extraction, Field, FieldName, Role
from schemas.page import Box

AGREEING = 5  # documents on which a field must have stood at the same place
MOSTLY = 0.8  # of all that have the field
NEAR = 0.03  # shares of the page that print wanders between two scans
FEWEST_LABELS = 4
ALIKE = 0.75  # of the labels of both pages
HALF_THE_DOUBT = 0.5
SURE = 0.9  # what was not as sure as this does not become so by memory
CONTESTED = 0.75
SAID = "; where this sender prints it"


class Spot(NamedTuple):
    """What a label announces, and where it begins, as shares of the page."""

    what: str
    x: float
    y: float


Layout = tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One layout of one sender: its labels, and where the values of fields stand."""

    sender: str
    layout: Layout
    places: Mapping[FieldName, Box]


class Shown(NamedTuple):
    """One document on which two people have said what is right, and where that stands."""

    sender: str
    layout: Layout
    places: Mapping[FieldName, Box]


@dataclass(frozen=True, slots=True)
class KnownForms:
    """The `SenderMemory` port over forms that were learnt."""

    by_sender: Mapping[str, tuple[Form, ...]]

    def forms(self, sender: str) -> tuple[Form, ...]:
        """The layouts known of a sender."""
        return self.by_sender.get(sender, ())


def known(forms: Iterable[Form]) -> KnownForms:
    """Forms as the memory of them."""
    found: dict[str, list[Form]] = defaultdict(list)
    for form in forms:
        found[form.sender].append(form)
    return KnownForms({sender: tuple(some) for sender, some in found.items()})


def sender_of(said: Extraction) -> str:
    """By what a document's sender is known; empty when it names none."""
    facility = said.field(FieldName.FACILITY)
    return fold(facility.value) if facility else ""


def layout_of(page: PageLanguage) -> Layout:
    """The labels of a page and where they stand."""
    boxes = [(label, page.marked.box(label)) for label in page.marked.labels]
    return tuple(Spot(f"{label.meaning.what}/{label.meaning.role}", round(box.x0, 4), round(box.y0, 4)) for label, box in boxes)


def is_same(one: Layout, other: Layout) -> bool:
    """Whether two pages have the same labels at the same places, but for what reading loses."""
    if min(len(one), len(other)) < FEWEST_LABELS:
        return False
    left, met = list(other), 0
    for spot in one:
        twin = next((o for o in left if o.what == spot.what and abs(o.x - spot.x) <= NEAR and abs(o.y - spot.y) <= NEAR), None)
        if twin is not None:
            left.remove(twin)
            met += 1
    return met >= ALIKE * max(len(one), len(other))


def learn_forms(shown: Sequence[Shown]) -> tuple[Form, ...]:
    """The layouts of which enough documents agree where a field stands."""
    groups: list[list[Shown]] = []
    for one in shown:
        group = next((g for g in groups if g[0].sender == one.sender and is_same(g[0].layout, one.layout)), None)
        if group is None and one.sender and len(one.layout) >= FEWEST_LABELS:
            groups.append([one])
        elif group is not None:
            group.append(one)
    forms = (Form(group[0].sender, group[0].layout, _places(group)) for group in groups)
    return tuple(form for form in forms if form.places)


def _places(group: Sequence[Shown]) -> dict[FieldName, Box]:
    found: dict[FieldName, list[Box]] = defaultdict(list)
    for one in group:
        for name, box in one.places.items():
            found[name].append(box)
    usual = {name: Box(*(median(box[edge] for box in boxes) for edge in range(4))) for name, boxes in found.items()}
    agree = {name: sum(is_near(box, usual[name]) for box in boxes) for name, boxes in found.items()}
    return {name: usual[name] for name, boxes in found.items() if agree[name] >= max(AGREEING, MOSTLY * len(boxes))}


def is_near(box: Box, place: Box) -> bool:
    """Whether a value begins where it usually does; its end depends on its length."""
    return abs(box.x0 - place.x0) <= NEAR and abs(_middle(box) - _middle(place)) <= NEAR


def _middle(box: Box) -> float:
    return (box.y0 + box.y1) / 2


def recall(said: Extraction, pages: Sequence[PageLanguage], memory: SenderMemory | None) -> Extraction:
    """What a document says, weighed with where its sender usually prints it; as it was when sender or layout are not known."""
    forms = memory.forms(sender_of(said)) if memory is not None else ()
    layout = layout_of(pages[0]) if forms and pages else ()
    form = next((form for form in forms if is_same(form.layout, layout)), None)
    if form is None:
        return said
    seen = [s for s in pages[0].sightings if s.role is Role.PATIENT or not (s.field or "").startswith("patient_")]
    return replace(said, fields=tuple(_weighed(field, form, seen, pages[0].number) for field in said.fields))


def _weighed(field: Field, form: Form, seen: Sequence[Sighting], page: int) -> Field:
    place = form.places.get(field.name)
    if place is None or field.page != page:
        return field
    if is_near(field.box, place):
        return _borne_out(field)
    there = tuple(dict.fromkeys(s.value for s in seen if s.field is field.name and is_near(s.box, place) and s.value != field.value))
    if not there:
        return field
    return replace(field, confidence=round(field.confidence * CONTESTED, 4), rivals=tuple(dict.fromkeys((*field.rivals, *there))))


def _borne_out(field: Field) -> Field:
    if field.confidence >= SURE or field.rivals:
        return field
    raised = min(SURE - 0.001, 1 - (1 - field.confidence) * HALF_THE_DOUBT)
    return replace(field, confidence=max(field.confidence, round(raised, 4)), rule=f"{field.rule}{SAID}")
