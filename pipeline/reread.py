"""Looks a second time where it is needed: at each birth date and record number, and at bands of a page that read badly.

What it reads stands beside the first reading, never instead of it. Knows places and one engine; weighs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from pipeline.clean import resized, turned
from pipeline.look import Gray, Scan, open_scan, within_bounds
from pipeline.ports import SecondEngine, Strip
from schemas.document import Extraction, Field, FieldName
from schemas.page import Box, PageReading, ReadFrom, Reread, Word
from schemas.rules import ReadRules
from schemas.source import RenderedPage

VERSION = 3
LINE, BAND = "line", "band"
TWO_WITNESSES = (FieldName.PATIENT_DOB, FieldName.PATIENT_MRN)
WHEN_DOUBTFUL = (FieldName.PATIENT_NAME, FieldName.SERVICE_DATE, FieldName.ACCESSION)
REQUIRED = (FieldName.PATIENT_NAME, FieldName.PATIENT_DOB, FieldName.FACILITY)
LINE_DPI, BAND_DPI = 200, 150
HEAD = Box(0.0, 0.0, 1.0, 0.34)  # of the page: where letters and forms say whose they are
FOOT = Box(0.0, 0.88, 1.0, 1.0)  # and where labels and stamps do
WHOLE = (HEAD, Box(0.0, 0.34, 1.0, 0.67), Box(0.0, 0.67, 1.0, 1.0))
HIGHEST = 0.4  # of the page: the engine's memory grows with the band, to a gigabyte for a whole page
ABOVE, BELOW = 0.05, 0.08  # of the page, around a label whose value was not found
LONG, RUNNING = 20, 0.5  # heights of a line; share of its words in small letters
LOWER = tuple("abcdefghijklmnopqrstuvwxyz")
BESIDE, OVER = 0.5, 0.25  # in heights of a line, around the box of a value


def reread(
    page: RenderedPage, reading: PageReading, said: Extraction, unanswered: Sequence[Box], engine: SecondEngine, *, rules: ReadRules
) -> PageReading:
    """The reading with what a second look read beside it. `unanswered`: where labels stand whose value was not found."""
    bands, values = bands_to_read(reading, said, unanswered, rules), boxes_to_check(reading, said, rules)
    if page.image is None or not (values or bands):
        return reading
    paper = upright(within_bounds(open_scan(page)), reading.turn)
    looks = chain(read_values(paper, values, engine), *(read_band(paper, band, engine, reading.words) for band in bands))
    return replace(reading, rereads=(*reading.rereads, *looks))


def boxes_to_check(reading: PageReading, said: Extraction, rules: ReadRules) -> tuple[Box, ...]:
    """Where a value stands that one look is not enough for."""
    if not is_recognised(reading):
        return ()
    return tuple(field.box for field in said.fields if needs_witness(field) or (field.name in WHEN_DOUBTFUL and is_doubtful(field, rules)))


def is_bad(reading: PageReading, rules: ReadRules) -> bool:
    """Whether a fax, copy or dirty scan was read by us, and not surely."""
    return reading.read_from is ReadFrom.OCR and reading.quality != "clean" and reading.confidence < rules.reread_below


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


def read_values(paper: Scan, boxes: Sequence[Box], engine: SecondEngine) -> list[Reread]:
    """Each value read again from its own box, all in one go."""
    inch = paper.pixels.shape[0] / paper.dpi_y, paper.pixels.shape[1] / paper.dpi_x
    wider = [with_margin(box, inch) for box in boxes]
    said = engine.lines([cut(paper, box, LINE_DPI) for box in wider])
    return [
        Reread(f"{engine.name}:{LINE}", box, tuple(word._replace(box=on_page(word.box, box)) for word in words))
        for box, words in zip(wider, said, strict=True)
    ]


def with_margin(box: Box, inches: tuple[float, float]) -> Box:
    """A value's box with a little paper around it; `inches`: height and width of the page."""
    high = box.y1 - box.y0
    beside = BESIDE * high * inches[0] / inches[1]
    return Box(max(0.0, box.x0 - beside), max(0.0, box.y0 - OVER * high), min(1.0, box.x1 + beside), min(1.0, box.y1 + OVER * high))


def read_band(paper: Scan, band: Box, engine: SecondEngine, first: Sequence[Word]) -> list[Reread]:
    """The print of a band, line by line, without running text. `first`: what was read there at first."""
    strips = [
        strip._replace(box=on_page(strip.box, band), fall=strip.fall * (band.y1 - band.y0)) for strip in engine.strips(cut(paper, band, BAND_DPI))
    ]
    wanted = [strip for strip in strips if not is_running_text(strip, first)]
    said = engine.lines([strip.pixels for strip in wanted])
    return [Reread(f"{engine.name}:{BAND}", strip.box, along(words, strip)) for strip, words in zip(wanted, said, strict=True)]


def is_running_text(strip: Strip, first: Sequence[Word]) -> bool:
    """Whether a line is long and of small letters: it costs most, and a value by a label stands in no such line."""
    high, wide = strip.pixels.shape
    words = [word.text for word in first if middle_in(word.box, strip.box)] if wide > LONG * high else []
    return sum(text.startswith(LOWER) for text in words) > RUNNING * max(1, len(words))


def middle_in(one: Box, other: Box) -> bool:
    """Whether the middle of one box lies in another."""
    return other.x0 <= (one.x0 + one.x1) / 2 <= other.x1 and other.y0 <= (one.y0 + one.y1) / 2 <= other.y1


def along(words: Sequence[Word], strip: Strip) -> tuple[Word, ...]:
    """The words of a line where they stand on the page, which may rise or fall."""
    x0, y0, x1, y1 = strip.box
    high, placed = y1 - y0 - abs(strip.fall), []
    for word in words:
        middle = (word.box.x0 + word.box.x1) / 2
        top = y0 + max(0.0, strip.fall) * middle + max(0.0, -strip.fall) * (1 - middle)
        placed.append(word._replace(box=Box(x0 + (x1 - x0) * word.box.x0, top, x0 + (x1 - x0) * word.box.x1, top + high)))
    return tuple(placed)


def on_page(box: Box, band: Box) -> Box:
    """A box of a band as shares of the page."""
    wide, high = band.x1 - band.x0, band.y1 - band.y0
    return Box(band.x0 + box.x0 * wide, band.y0 + box.y0 * high, band.x0 + box.x1 * wide, band.y0 + box.y1 * high)
