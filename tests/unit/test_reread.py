"""Where a second look is taken, and that what it reads stands where it was printed."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from pipeline.digits import SOURCE, is_of_figures, reread_digits
from pipeline.engines.null import Given
from pipeline.engines.tesseract import Tesseract
from pipeline.extract import extract, unanswered
from pipeline.look import Scan
from pipeline.ports import Strip
from pipeline.reread import (
    FOOT,
    HEAD,
    HIGHEST,
    WHOLE,
    along,
    around,
    bands_to_read,
    boxes_to_check,
    cut,
    is_running_text,
    joined,
    on_page,
    reread,
    upright,
)
from schemas.document import FieldName
from schemas.page import Box, ReadFrom, Word
from schemas.rules import ExtractRules, ReadRules
from schemas.source import RenderedPage
from tests.sheets import sheet
from tests.told import told

RULES = ReadRules()
TOLD = ["Lakeview Hospital", "", "Patient: DOE, JANE  DOB: 01/02/1950  MRN: 4471902", "", "She is doing well on the present regimen."]
UNNAMED = ["Lakeview Hospital", "", "Patient:", "", "DOB: 01/02/1950", "", "She is doing well on the present regimen."]
SAID_TWICE = [*TOLD, "", "Patient: DOE, JANE  DOB: 01/02/1950  MRN: 4471902"]


def read(lines, **facts):
    return sheet(lines, **({"read_from": ReadFrom.OCR, "confidence": 0.98} | facts))


def asked(page):
    said = extract(told(page), rules=ExtractRules())
    return boxes_to_check(page, said, RULES), bands_to_read(page, said, unanswered(*told(page), said), RULES), said


def test_a_birth_date_and_a_number_seen_once_are_read_again_from_their_boxes():
    boxes, bands, said = asked(read(TOLD))
    assert boxes == tuple(said.field(name).box for name in (FieldName.PATIENT_DOB, FieldName.PATIENT_MRN))
    assert bands == ()


def test_what_was_seen_twice_or_written_by_a_program_is_not_read_again():
    assert asked(read(SAID_TWICE))[:2] == ((), ())
    assert asked(read(TOLD, read_from=ReadFrom.LAYER, quality="born_digital"))[:2] == ((), ())


def test_a_senders_recognition_is_checked_as_ours_is():
    assert len(asked(read(TOLD, read_from=ReadFrom.LAYER))[0]) == 2


def test_the_head_of_a_bad_page_is_read_again_only_where_its_patient_is_in_doubt():
    doubtful = read([line.replace("Patient:", "Fatiemi") for line in TOLD], quality="fax", confidence=0.9)
    assert HEAD in asked(doubtful)[1]
    assert asked(read(["Lakeview Hospital", "He is well."], quality="clean"))[1] == ()


def test_a_bad_page_that_names_nobody_is_read_again_at_head_and_foot():
    assert asked(read(["Progress notes", "He is well."], quality="fax", confidence=0.9))[1] == (HEAD, FOOT)
    assert FOOT not in asked(read(TOLD, quality="fax", confidence=0.9))[1]


def test_a_label_without_its_value_is_looked_at_again_on_any_page():
    page = read(UNNAMED)
    (label,) = unanswered(*told(page), asked(page)[2])[:1]
    assert any(band.y0 <= label.y0 and label.y1 <= band.y1 for band in asked(page)[1])


def strip(box, wide, fall=0.0):
    return Strip(box, np.zeros((20, wide), np.uint8), fall)


@pytest.mark.parametrize(
    ("line", "wide", "running"),
    [
        ("She was seen in the clinic for a further talk about her knee and went home", 900, True),
        ("She was seen in the clinic for a further talk about her knee and went home", 300, False),
        ("Patient: DOE, JANE MARIE  DOB: 01/02/1950  MRN: 4471902  Attending: SMITH, ALAN", 900, False),
        ("", 900, False),
    ],
)
def test_running_text_alone_is_left_out_of_a_band(line, wide, running):
    page = read([line]) if line else read([])
    assert is_running_text(strip(Box(0.0, 0.0, 1.0, 1.0), wide), page.words) is running


@given(st.floats(-0.05, 0.05), st.floats(0.0, 0.8))
def test_words_of_a_sloping_line_stand_where_it_is(fall, at):
    """The line is as high everywhere; at its left end it lies at the top of its box if it falls, at the bottom if it rises."""
    box, word = Box(0.1, 0.2, 0.9, 0.3), Word("Jane", Box(at, 0.0, at + 0.2, 1.0), 0.9, 0)
    (placed,) = along([word], strip(box, 300, fall))
    middle = 0.25 + fall * (at + 0.1 - 0.5)
    assert (placed.box.y0 + placed.box.y1) / 2 == pytest.approx(middle)
    assert placed.box.y1 - placed.box.y0 == pytest.approx(0.1 - abs(fall))
    assert (placed.box.x0, placed.box.x1) == pytest.approx((0.1 + 0.8 * at, 0.1 + 0.8 * (at + 0.2)))


def test_all_of_the_worst_pages_is_read_again():
    assert asked(read(TOLD, quality="shaded", confidence=0.5))[1] == WHOLE


@given(st.lists(st.floats(0, 1).map(lambda y: around(Box(0.1, y, 0.3, min(1.0, y + 0.01)))), max_size=8))
def test_bands_cover_what_was_asked_and_share_nothing(bands):
    kept = joined(bands)
    assert all(a.y1 <= b.y0 for a, b in pairwise(kept))
    assert all(band.y1 - band.y0 <= HIGHEST for band in kept)
    for y in {edge for band in bands for edge in (band.y0, (band.y0 + band.y1) / 2, band.y1)}:
        assert any(band.y0 <= y <= band.y1 for band in kept)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_part_is_cut_from_the_upright_page(turn):
    page = np.full((400, 200), 255, np.uint8)
    page[100:140, 50:150] = 0
    stored = np.ascontiguousarray(np.rot90(page, turn // 90))
    paper = upright(Scan(stored, *((100, 200) if turn % 180 == 0 else (200, 100)), bilevel=False), turn)
    part = cut(paper, Box(50 / 200, 100 / 400, 150 / 200, 140 / 400), 100)
    assert part.shape == (20, 100)
    assert part.max() < 40


def test_a_box_of_a_band_is_placed_on_the_page():
    assert on_page(Box(0.5, 0.5, 1.0, 1.0), Box(0.0, 0.2, 1.0, 0.6)) == pytest.approx(Box(0.5, 0.4, 1.0, 0.6))


def test_second_looks_stand_beside_the_first_reading_with_their_source(tmp_path):
    image = tmp_path / "page.png"
    Image.new("L", (850, 1100), 255).save(image)
    page = read([line.replace("Patient:", "Fatiemi") for line in TOLD], quality="fax", confidence=0.9)
    engine = Given(said=((Word("01/02/1950", Box(0.5, 0.5, 0.6, 0.6), 0.99, 0),),))
    found = reread(RenderedPage(1, 612, 792, image, 100, 100), page, asked(page)[2], (), engine, rules=RULES)
    assert found.words == page.words
    assert {again.source for again in found.rereads} == {"given:line", "given:band"}
    band = next(again for again in found.rereads if again.source == "given:band")
    assert band.words[0].box.x0 == pytest.approx(band.box.x0 + 0.5 * (band.box.x1 - band.box.x0))
    assert [path.name for path in tmp_path.iterdir()] == ["page.png"]


def test_a_number_is_read_again_where_it_is_printed(tmp_path):
    """Through real pixels: the second engine sees the number's own print and nothing else."""
    from pipeline.engines.rapid import RapidOcr, is_installed

    if not is_installed():
        pytest.skip("the extra second-engine is not installed")
    drawn = Image.new("L", (1700, 2200), 255)
    pen, font = ImageDraw.Draw(drawn), ImageFont.load_default(34)
    words = []
    for at, text in enumerate(("Patient: DOE, JANE", "DOB: 01/02/1950", "MRN: 4471902")):
        x = 150
        for word in text.split():
            left, top, right, bottom = pen.textbbox((x, 200 + 80 * at), word, font=font)
            pen.text((x, 200 + 80 * at), word, fill=0, font=font)
            words.append(Word(word.replace("1902", "1908"), Box(left / 1700, top / 2200, right / 1700, bottom / 2200), 0.95, at))
            x = right + 14
    image = tmp_path / "page.png"
    drawn.save(image)
    page = replace(read([]), words=tuple(words))
    found = reread(RenderedPage(1, 612, 792, image, 200, 200), page, asked(page)[2], (), RapidOcr(), rules=RULES)
    assert [" ".join(word.text for word in again.words) for again in found.rereads] == ["01/02/1950", "4471902"]
    said = extract(told(found), rules=ExtractRules())
    birth, number = said.field(FieldName.PATIENT_DOB), said.field(FieldName.PATIENT_MRN)
    assert (birth.witnesses, birth.rivals) == (("rapidocr:line",), ())
    assert (number.witnesses, number.rivals) == ((), ("4471902",))


@pytest.mark.parametrize(("raw", "figures"), [("01/02/1950", True), ("O1/O2/195O", True), ("E417305", False), ("Jan 2, 1950", False), ("", False)])
def test_only_values_of_figures_are_read_as_figures(raw, figures):
    field = asked(read(TOLD))[2].field(FieldName.PATIENT_DOB)
    assert is_of_figures(replace(field, raw=raw)) is figures


def test_a_doubtful_birth_date_is_read_as_figures_beside_the_first_reading(tmp_path):
    """Through real pixels and the real engine: the first reading took a zero for a letter."""
    drawn = Image.new("L", (1700, 2200), 255)
    pen, font = ImageDraw.Draw(drawn), ImageFont.load_default(34)
    pen.text((150, 300), "DOB: 01/02/1950", fill=0, font=font)
    image = tmp_path / "page.png"
    drawn.save(image)
    left, right = 150 + font.getlength("DOB: "), 150 + font.getlength("DOB: 01/02/1950")
    value = Box(left / 1700, 300 / 2200, right / 1700, 342 / 2200)
    page = replace(read(["DOB:"]), words=(Word("O1/O2/1950", value, 0.4, 0),))
    said = extract(told(read(TOLD)), rules=ExtractRules())
    born = replace(said.field(FieldName.PATIENT_DOB), raw="O1/O2/1950", box=value, confidence=0.4)
    found = reread_digits(RenderedPage(1, 612, 792, image, 200, 200), page, replace(said, fields=(born,)), Tesseract(), rules=RULES)
    assert found.words == page.words
    assert [(again.source, again.box) for again in found.rereads] == [(SOURCE, value)]
    assert "".join(word.text for word in found.rereads[0].words) == "01/02/1950"
    assert [path.name for path in tmp_path.iterdir()] == ["page.png"]


def test_a_sure_number_is_not_read_as_figures(tmp_path):
    said = extract(told(read(TOLD)), rules=ExtractRules())
    sure = replace(said, fields=tuple(replace(field, confidence=0.99, rivals=()) for field in said.fields))
    page = read(TOLD)
    assert reread_digits(RenderedPage(1, 612, 792, tmp_path / "none.png", 200, 200), page, sure, Tesseract(), rules=RULES) is page
