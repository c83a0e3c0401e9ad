"""Where a second look is taken, and that what it reads stands where it was printed."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from pipeline.engines.null import Given
from pipeline.extract import extract, unanswered
from pipeline.look import Scan
from pipeline.ports import TextLine
from pipeline.reread import FOOT, HEAD, HIGHEST, WHOLE, around, bands_to_read, boxes_to_check, cut, joined, on_page, reread, upright, words_of
from schemas.document import FieldName
from schemas.page import Box, ReadFrom, Word
from schemas.rules import ExtractRules, ReadRules
from schemas.source import RenderedPage
from tests.sheets import sheet

RULES = ReadRules()
TOLD = ["Lakeview Hospital", "", "Patient: DOE, JANE  DOB: 01/02/1950  MRN: 4471902", "", "She is doing well on the present regimen."]
UNNAMED = ["Lakeview Hospital", "", "Patient:", "", "DOB: 01/02/1950", "", "She is doing well on the present regimen."]
SAID_TWICE = [*TOLD, "", "Patient: DOE, JANE  DOB: 01/02/1950  MRN: 4471902"]


def read(lines, **facts):
    return sheet(lines, **({"read_from": ReadFrom.OCR, "confidence": 0.98} | facts))


def asked(page):
    said = extract([page], rules=ExtractRules())
    return boxes_to_check(page, said, RULES), bands_to_read(page, said, unanswered(page, said), RULES), said


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
    (label,) = unanswered(page, asked(page)[2])[:1]
    assert any(band.y0 <= label.y0 and label.y1 <= band.y1 for band in asked(page)[1])


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


@given(st.text(st.sampled_from("ab1 /"), max_size=20))
def test_the_words_of_a_line_lie_in_its_box_in_order(text):
    box = Box(0.2, 0.3, 0.6, 0.32)
    words = list(words_of(TextLine(text, 0.9), box))
    assert [word.text for word in words] == text.split()
    assert all(box.x0 - 1e-9 <= a.box.x0 < a.box.x1 <= b.box.x0 for a, b in pairwise(words))


def test_a_box_of_a_band_is_placed_on_the_page():
    assert on_page(Box(0.5, 0.5, 1.0, 1.0), Box(0.0, 0.2, 1.0, 0.6)) == pytest.approx(Box(0.5, 0.4, 1.0, 0.6))


def test_second_looks_stand_beside_the_first_reading_with_their_source(tmp_path):
    image = tmp_path / "page.png"
    Image.new("L", (850, 1100), 255).save(image)
    page = read([line.replace("Patient:", "Fatiemi") for line in TOLD], quality="fax", confidence=0.9)
    engine = Given((Word("Jane", Box(0.5, 0.5, 0.6, 0.6), 0.9, 0),), (TextLine("01/02/1950", 0.99),))
    found = reread(RenderedPage(1, 612, 792, image, 100, 100), page, asked(page)[2], (), engine, rules=RULES)
    assert found.words == page.words
    assert {again.source for again in found.rereads} == {"given:line", "given:band"}
    band = next(again for again in found.rereads if again.source == "given:band")
    assert band.words[0].box.y0 == pytest.approx(band.box.y0 + 0.5 * (band.box.y1 - band.box.y0))
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
    said = extract([found], rules=ExtractRules())
    birth, number = said.field(FieldName.PATIENT_DOB), said.field(FieldName.PATIENT_MRN)
    assert (birth.witnesses, birth.rivals) == (("rapidocr:line",), ())
    assert (number.witnesses, number.rivals) == ((), ("4471902",))
