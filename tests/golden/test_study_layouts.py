"""Fields of pages on which labels stand elsewhere, clinicians sign otherwise and many others are named, read from the print itself."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from pipeline.engines import poppler
from pipeline.extract import extract
from samples.draw import HEIGHT, WIDTH, Layout, draw_document
from samples.facts import Case, make_case
from samples.layouts.study import LAYOUTS, printed
from samples.people import make_people
from schemas.document import Extraction
from schemas.page import Box, PageKind, PageReading, ReadFrom, Word
from schemas.rules import ExtractRules
from tests.told import told

SETS = ("demo", "practice", "rehearsal")
PAGES_OF_EACH = 4
PEOPLE = make_people(200, seed=17)


def drawn(layout: Layout, case: Case, folder: Path) -> list[PageReading]:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    draw_document(canvas, layout, case)
    canvas.save()
    file = folder / "in.pdf"
    file.write_bytes(out.getvalue())
    return [
        PageReading(
            number,
            PageKind.TEXT,
            tuple(Word(w.text, Box(w.x0 / WIDTH, w.y0 / HEIGHT, w.x1 / WIDTH, w.y1 / HEIGHT), 1.0, w.line) for w in words),
            ReadFrom.LAYER,
            quality="born_digital",
        )
        for number, words in sorted(poppler.words(str(file), 1, 9, 20.0).items())
    ]


def bare(value: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", value.upper())


def said(folder: Path) -> Iterator[tuple[Layout, Case, Extraction]]:
    for at, layout in enumerate(LAYOUTS):
        for turn in range(PAGES_OF_EACH):
            seed = 100 * at + turn
            case = make_case(PEOPLE[(7 * seed) % len(PEOPLE)], kind=SETS[seed % 3], seed=seed)  # type: ignore[arg-type]
            yield layout, case, extract(told(*drawn(layout, case, folder)), rules=ExtractRules())


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Layout, Case, Extraction]]:
    return list(said(tmp_path_factory.mktemp("drawn")))


def test_what_is_printed_is_found(pages: list[tuple[Layout, Case, Extraction]]) -> None:
    told = [(layout.name, name, value, extraction) for layout, case, extraction in pages for name, value in printed(layout, case).items()]
    assert len(told) > 400
    missed = [(layout, name) for layout, name, value, extraction in told if bare(value) != bare(given(extraction, name))]
    assert len(missed) <= len(told) // 50, missed


def test_no_printed_date_or_number_is_read_as_another(pages: list[tuple[Layout, Case, Extraction]]) -> None:
    exact = ("patient_dob", "patient_mrn", "service_date", "admit_date", "discharge_date", "accession", "author_npi", "cpt_codes", "icd10_codes")
    others = [
        (layout.name, name, given(extraction, name))
        for layout, case, extraction in pages
        for name, value in printed(layout, case).items()
        if name in exact and given(extraction, name) and bare(given(extraction, name)) != bare(value)
    ]
    assert not others


def test_nobody_else_named_becomes_the_patient(pages: list[tuple[Layout, Case, Extraction]]) -> None:
    for layout, case, extraction in pages:
        others = {frozenset(bare(part) for part in who.split(",")[0].split()) for who in (case.contact, case.provider, case.ordering, case.copied)}
        found = given(extraction, "patient_name")
        assert frozenset(bare(part) for part in found.split()) not in others, (layout.name, found)
        assert not found or found.partition(",")[0] == case.last.upper(), (layout.name, found)


def test_who_was_written_to_is_not_the_author(pages: list[tuple[Layout, Case, Extraction]]) -> None:
    for layout, case, extraction in pages:
        assert bare(given(extraction, "author")) not in {bare(case.ordering), bare(case.copied), bare(case.contact)}, layout.name


def given(extraction: Extraction, name: str) -> str:
    return next((field.value for field in extraction.fields if field.name == name), "")
