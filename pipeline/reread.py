"""Looks a second time where it is needed: at each birth date and record number, at short doubtful lines and at bands of a page that read badly.

What it reads stands beside the first reading, never instead of it. Knows places and one engine; weighs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby
from pathlib import Path

from PIL import Image

from pipeline.clean import resized, turned
from pipeline.look import Gray, Scan, open_scan, within_bounds
from pipeline.ports import SecondEngine, TextLine
from schemas.document import Extraction, Field, FieldName
from schemas.page import Box, PageReading, ReadFrom, Reread, Word
from schemas.rules import ReadRules
from schemas.source import RenderedPage

VERSION = 2
LINE, PIECE, BAND = "line", "piece", "band"
SPARSE = 11  # the layout mode for words in no order
TWO_WITNESSES = (FieldName.PATIENT_DOB, FieldName.PATIENT_MRN)
WHEN_DOUBTFUL = (FieldName.PATIENT_NAME, FieldName.SERVICE_DATE, FieldName.ACCESSION)
REQUIRED = (FieldName.PATIENT_NAME, FieldName.PATIENT_DOB, FieldName.FACILITY)
LINE_DPI, BAND_DPI = 200, 150
HEAD = Box(0.0, 0.0, 1.0, 0.34)  # of the page: where letters and forms say whose they are
FOOT = Box(0.0, 0.88, 1.0, 1.0)  # and where labels and stamps do
WHOLE = (HEAD, Box(0.0, 0.34, 1.0, 0.67), Box(0.0, 0.67, 1.0, 1.0))
HIGHEST = 0.4  # of the page: the engine's memory grows with the band, to a gigabyte for a whole page
ABOVE, BELOW = 0.05, 0.08  # of the page, around a label whose value was not found
APART, LONGEST, MOST_PIECES = 1.2, 7, 16  # heights of a line between pieces; words of a piece; pieces of a page
LOWER = tuple("abcdefghijklmnopqrstuvwxyz")
BESIDE, OVER = 0.5, 0.25  # in heights of a line, around the box of a value


def reread(
    page: RenderedPage, reading: PageReading, said: Extraction, unanswered: Sequence[Box], engine: SecondEngine, *, rules: ReadRules
) -> PageReading:
    """The reading with what a second look read beside it. `unanswered`: where labels stand whose value was not found."""
    bands, values = bands_to_read(reading, said, unanswered, rules), boxes_to_check(reading, said, rules)
    short = pieces_to_check(reading, (*bands, *values), rules)
    if page.image is None or not (values or bands or short):
        return reading
    paper = upright(within_bounds(open_scan(page)), reading.turn)
    lines = read_lines(paper, values, engine, LINE), read_lines(paper, short, engine, PIECE)
    looks = [read_band(paper, band, engine, page.image.with_suffix(".band.pgm"), rules) for band in bands]
    return replace(reading, rereads=(*reading.rereads, *chain(*lines), *looks))


def boxes_to_check(reading: PageReading, said: Extraction, rules: ReadRules) -> tuple[Box, ...]:
    """Where a value stands that one look is not enough for."""
    if not is_recognised(reading):
        return ()
    return tuple(field.box for field in said.fields if needs_witness(field) or (field.name in WHEN_DOUBTFUL and is_doubtful(field, rules)))


def pieces_to_check(reading: PageReading, seen: Sequence[Box], rules: ReadRules) -> tuple[Box, ...]:
    """Where on a bad page short pieces of a line that may hold a value were read unsurely, the worst first. `seen`: what is looked at anyway."""
    if not is_bad(reading, rules):
        return ()
    doubtful = ((sure, hull(piece)) for piece in pieces(reading.words) if (sure := least_sure(piece)) < rules.doubtful_below)
    return tuple(box for _, box in sorted(doubtful) if not seen_in(box, seen))[:MOST_PIECES]


def is_bad(reading: PageReading, rules: ReadRules) -> bool:
    """Whether a fax, copy or dirty scan was read by us, and not surely."""
    return reading.read_from is ReadFrom.OCR and reading.quality != "clean" and reading.confidence < rules.reread_below


def pieces(words: Sequence[Word]) -> Iterator[list[Word]]:
    """What stands together in a line and is no longer than a label with its value."""
    for _, line in groupby(words, key=lambda word: word.line):
        piece: list[Word] = []
        for word in line:
            if piece and word.box.x0 - piece[-1].box.x1 > APART * (word.box.y1 - word.box.y0):
                yield from [piece] * (len(piece) <= LONGEST)
                piece = []
            piece.append(word)
        yield from [piece] * (len(piece) <= LONGEST)


def least_sure(piece: Sequence[Word]) -> float:
    """How sure the worst figure or capitalised word of a piece is; 1 where it has none."""
    return min((word.confidence for word in piece if len(word.text) > 1 and not word.text.strip("([#'\"").startswith(LOWER)), default=1.0)


def hull(piece: Sequence[Word]) -> Box:
    """The box around some words."""
    boxes = [word.box for word in piece]
    return Box(min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes))


def seen_in(box: Box, seen: Sequence[Box]) -> bool:
    """Whether a box holds, or lies in, something that is looked at anyway."""
    return any(middle_in(box, other) or middle_in(other, box) for other in seen)


def middle_in(one: Box, other: Box) -> bool:
    """Whether the middle of one box lies in another."""
    return other.x0 <= (one.x0 + one.x1) / 2 <= other.x1 and other.y0 <= (one.y0 + one.y1) / 2 <= other.y1


def is_recognised(reading: PageReading) -> bool:
    """Whether the words of a page were recognised, by us or by the sender; what a program printed into the file cannot be misread."""
    return bool(reading.words) and reading.quality != "born_digital"


def needs_witness(field: Field) -> bool:
    """Whether a birth date or record number was seen in one place alone."""
    return field.name in TWO_WITNESSES and field.sightings < 2


def is_doubtful(field: Field, rules: ReadRules) -> bool:
    """Whether a value was read unsurely, or in two ways."""
    return field.confidence < rules.doubtful_below or bool(field.rivals)


def bands_to_read(reading: PageReading, said: Extraction, unanswered: Sequence[Box], rules: ReadRules) -> tuple[Box, ...]:
    """The parts of a page to read with the second engine: the head of a bad page, the places of labels without value, all of the worst."""
    if reading.read_from is not ReadFrom.OCR:
        return ()
    if reading.confidence < rules.reread_all_below:
        return WHOLE
    found = [said.field(name) for name in REQUIRED]
    bad = is_bad(reading, rules)
    nameless = said.field(FieldName.PATIENT_NAME) is None and any(said.field(name) for name in TWO_WITNESSES)
    head = [HEAD] if nameless or (bad and any(field is None or is_doubtful(field, rules) for field in found)) else []
    foot = [FOOT] if bad and not any(said.field(name) for name in (FieldName.PATIENT_NAME, *TWO_WITNESSES)) else []
    doubted = [around(field.box) for field in found if field and bad and is_doubtful(field, rules)]
    return joined([*head, *foot, *doubted, *(around(box) for box in unanswered)])


def around(box: Box) -> Box:
    """The band of the page around a label."""
    return Box(0.0, max(0.0, box.y0 - ABOVE), 1.0, min(1.0, box.y1 + BELOW))


def joined(bands: Sequence[Box]) -> tuple[Box, ...]:
    """Bands that touch, as one; where that would be too high, each without what the one above it has."""
    kept: list[Box] = []
    for band in sorted(bands):
        above = kept[-1] if kept else None
        if above is None or band.y0 > above.y1:
            kept.append(band)
        elif band.y1 - above.y0 <= HIGHEST:
            kept[-1] = above._replace(y1=max(above.y1, band.y1))
        elif band.y1 > above.y1:
            kept.append(band._replace(y0=above.y1))
    return tuple(kept)


def upright(scan: Scan, turn: int) -> Scan:
    """The scan turned clockwise until the page stands upright."""
    dpi_x, dpi_y = (scan.dpi_y, scan.dpi_x) if turn % 180 else (scan.dpi_x, scan.dpi_y)
    return scan._replace(pixels=turned(scan.pixels, turn), dpi_x=dpi_x, dpi_y=dpi_y)


def cut(paper: Scan, box: Box, dpi: int) -> Gray:
    """A part of the page at one resolution, pixels square."""
    high, wide = paper.pixels.shape
    rows = slice(int(box.y0 * high), max(int(box.y0 * high) + 1, round(box.y1 * high)))
    columns = slice(int(box.x0 * wide), max(int(box.x0 * wide) + 1, round(box.x1 * wide)))
    return resized(paper._replace(pixels=paper.pixels[rows, columns]), dpi)


def read_lines(paper: Scan, boxes: Sequence[Box], engine: SecondEngine, what: str) -> list[Reread]:
    """Each value read again from its own box, all in one go."""
    inch = paper.pixels.shape[0] / paper.dpi_y, paper.pixels.shape[1] / paper.dpi_x
    wider = [with_margin(box, inch) for box in boxes]
    said = engine.lines([cut(paper, box, LINE_DPI) for box in wider])
    return [Reread(f"{engine.name}:{what}", box, tuple(words_of(line, box))) for box, line in zip(wider, said, strict=True)]


def with_margin(box: Box, inches: tuple[float, float]) -> Box:
    """A value's box with a little paper around it; `inches`: height and width of the page."""
    high = box.y1 - box.y0
    beside = BESIDE * high * inches[0] / inches[1]
    return Box(max(0.0, box.x0 - beside), max(0.0, box.y0 - OVER * high), min(1.0, box.x1 + beside), min(1.0, box.y1 + OVER * high))


def words_of(line: TextLine, box: Box) -> Iterator[Word]:
    """The words of a line, spread over its box by their letters."""
    share = (box.x1 - box.x0) / max(1, len(line.text))
    for found in re.finditer(r"\S+", line.text):
        yield Word(found[0], box._replace(x0=box.x0 + found.start() * share, x1=box.x0 + found.end() * share), line.confidence, 0)


def read_band(paper: Scan, band: Box, engine: SecondEngine, image: Path, rules: ReadRules) -> Reread:
    """All words of a band. `image`: where its pixels may be put for the engine; nothing stays there."""
    Image.fromarray(cut(paper, band, BAND_DPI)).save(image)
    try:
        words = engine.words(image, languages=rules.languages, mode=SPARSE, seconds=rules.page_seconds, dpi=BAND_DPI)
    finally:
        image.unlink(missing_ok=True)
    return Reread(f"{engine.name}:{BAND}", band, tuple(word._replace(box=on_page(word.box, band)) for word in words))


def on_page(box: Box, band: Box) -> Box:
    """A box of a band as shares of the page."""
    wide, high = band.x1 - band.x0, band.y1 - band.y0
    return Box(band.x0 + box.x0 * wide, band.y0 + box.y0 * high, band.x0 + box.x1 * wide, band.y0 + box.y1 * high)
