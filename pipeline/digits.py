"""Reads the figures of a doubtful date or number once more from their own box, where no letter can be meant.

What it reads stands beside the first reading; being the same engine's, it is no second witness.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.clean import soften
from pipeline.look import Scan, open_scan, within_bounds
from pipeline.ports import FigureReader
from pipeline.reread import cut, is_doubtful, is_recognised, on_page, upright, with_margin
from schemas.document import Extraction, Field, FieldName
from schemas.faults import EngineFault
from schemas.page import Box, PageReading, Reread
from schemas.rules import ReadRules
from schemas.source import RenderedPage

VERSION = 2
SOURCE = "first:digits"
FIGURES = (FieldName.PATIENT_DOB, FieldName.PATIENT_MRN, FieldName.SERVICE_DATE, FieldName.ACCESSION)
MISTAKEN = frozenset("OoQDIl|!SsBZzGg")  # letters that figures are taken for
BLUR = 1.2  # pixels, of a black-and-white scan
SECONDS = 5.0  # for one line; it takes hundredths of one
EDGE = 12  # pixels of paper that the engine wants around a line


def reread_digits(page: RenderedPage, reading: PageReading, said: Extraction, engine: FigureReader, *, rules: ReadRules) -> PageReading:
    """The reading with what doubtful dates and numbers say when only figures may stand there."""
    boxes = [field.box for field in said.fields if is_of_figures(field) and is_doubtful(field, rules)]
    if page.image is None or not boxes or not is_recognised(reading):
        return reading
    paper = upright(within_bounds(open_scan(page)), reading.turn)
    looks = read_boxes(paper, boxes, engine, page.image.with_suffix(".box.pgm"), rules)
    return replace(reading, rereads=(*reading.rereads, *looks))


def is_of_figures(field: Field) -> bool:
    """Whether a value is a date or number without letters of its own."""
    letters = {char for char in field.raw if char.isalpha()}
    return field.name in FIGURES and letters <= MISTAKEN and any(map(str.isdigit, field.raw))


def read_boxes(paper: Scan, boxes: Sequence[Box], engine: FigureReader, image: Path, rules: ReadRules) -> list[Reread]:
    """The figures in each box. `image`: where their pixels may be put for the engine; nothing stays there."""
    looks = []
    inch = paper.pixels.shape[0] / paper.dpi_y, paper.pixels.shape[1] / paper.dpi_x
    for box in boxes:
        wider = with_margin(box, inch)
        pixels = soften(cut(paper, wider, rules.target_dpi), BLUR if paper.bilevel else 0.0)
        Image.fromarray(np.pad(pixels, EDGE, constant_values=255)).save(image)
        with suppress(EngineFault):  # the first reading stands without it
            words = engine.figures(image, seconds=SECONDS, dpi=rules.target_dpi)
            looks.append(Reread(SOURCE, box, tuple(word._replace(box=on_page(word.box, wider)) for word in words)))
        image.unlink(missing_ok=True)
    return looks
