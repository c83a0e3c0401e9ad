"""Batches as they arrive: papers of several patients one behind the other in one scan or fax, hard to cut. Knows papers, no reading.

The hard set: six to twelve papers, six in ten neighbours of one patient, three in ten papers without letterhead and patient block, a quarter of the
later pages under the full head again, a title on three papers in four.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from samples.langbench.case import make_case
from samples.langbench.document import Look, Plan, Truth, choose_look, compose
from samples.langbench.families import family_for
from samples.langbench.forms import make_mrn
from samples.langbench.people import TODAY, House, Person, make_house, make_person
from samples.langbench.sheet import Sheet
from samples.langbench.writing import slugs
from samples.readbench.fonts import Family

LEVELS = ("clean", "bw200", "faxfine")
SAME_PATIENT, SAME_SENDER, HEADLESS = 0.6, 0.5, 0.3
TITLED = 4  # all but each so-many-th paper
_PAGES = ((1, 2, 3, 4), (42, 30, 18, 10))
_LATER = (("full", "run", "name", "nothing"), (25, 35, 15, 25))
_NUMBERING = (("of", "bare of", "page", "nothing"), (52, 8, 12, 28))


@dataclass(frozen=True, slots=True)
class Batch:
    """What lies in one batch, in order."""

    number: int
    level: str
    papers: tuple[Truth, ...]

    @property
    def parts(self) -> tuple[tuple[int, ...], ...]:
        """The pages of each paper, counted from 1 over the batch."""
        first, parts = 1, []
        for paper in self.papers:
            parts.append(tuple(range(first, first + paper.pages)))
            first += paper.pages
        return tuple(parts)


class Sender(NamedTuple):
    """A house and how its papers look."""

    house: House
    look: Look


def make_batch(seed: int, number: int, fonts: tuple[Family, ...], *, papers: int = 0) -> tuple[Batch, list[Sheet]]:
    """One batch and its pages; the same for the same seed and number."""
    rng = Random(f"{seed}/{number}")
    patient, mrn, sender = _patient(rng), make_mrn(rng), _sender(fonts, rng)
    sheets: list[Sheet] = []
    truths: list[Truth] = []
    wanted = _types(rng, papers or rng.randint(6, 12), number)
    for at, slug in enumerate(wanted):
        mother = slug == "maternity" and not _fits(slug, patient)
        if mother or (at and rng.random() >= SAME_PATIENT):
            patient, mrn = make_person(rng, sex="F", ages=(19, 43)) if mother else _patient(rng), make_mrn(rng)
        if at and rng.random() >= SAME_SENDER:
            sender = _sender(fonts, rng)
        kind = slug if _fits(slug, patient) else rng.choice([other for other in slugs() if _fits(other, patient) and other != "fax_cover"])
        plan = _plan(kind, rng, titled=(number * 9 + at) % TITLED != 0)
        made, truth = compose(plan, make_case(patient, sender.house, kind, mrn, rng), sender.look, rng)
        sheets += made
        truths.append(truth)
    return Batch(number, LEVELS[number % len(LEVELS)], tuple(truths)), sheets


def _types(rng: Random, count: int, number: int) -> list[str]:
    """Which papers lie in it: every type comes round equally often; a cover can only lie on top."""
    pool = [slug for slug in slugs() if slug != "fax_cover"]
    chosen = [pool[(number * 9 + at) % len(pool)] for at in range(count)]
    rng.shuffle(chosen)
    return ["fax_cover", *chosen[1:]] if number % 3 == 2 and rng.random() < 0.7 else chosen


def _plan(slug: str, rng: Random, *, titled: bool) -> Plan:
    pages = 1 if slug in {"fax_cover", "insurance_id", "ecg"} else rng.choices(*_PAGES)[0]
    header = slug == "fax_cover" or rng.random() >= HEADLESS
    numbering = rng.choices(*_NUMBERING)[0] if pages > 1 else rng.choices(("of", "nothing"), (30, 70))[0]
    return Plan(slug, family_for(slug, rng), titled, header, pages, rng.choices(*_LATER)[0], numbering, rng.random() < 0.67)


def _patient(rng: Random) -> Person:
    return make_person(rng, ages=rng.choice(((1, 17), (18, 45), (18, 45), (46, 70), (46, 95), (60, 95))))


def _sender(fonts: tuple[Family, ...], rng: Random) -> Sender:
    return Sender(make_house(rng), choose_look(fonts, rng))


def _fits(slug: str, patient: Person) -> bool:
    """Whether a paper of this type can be of this patient."""
    years = patient.age(TODAY)
    if slug == "maternity":
        return patient.sex == "F" and 18 <= years <= 44
    return years >= 18 or slug not in {"advance_directive", "substance_use", "echo_stress_cath", "transfer_summary", "discharge_summary"}
