"""What every OCR engine promises the pipeline, and what the one that ships does when it cannot."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from pipeline import flow
from pipeline.engines import nursery, rapid, recogniser
from pipeline.engines.barcodes import Zxing
from pipeline.engines.language import SpacyLanguage
from pipeline.engines.namespaces import around
from pipeline.engines.null import Given
from pipeline.engines.rapid import RapidOcr, is_installed
from pipeline.engines.recogniser import Recogniser
from pipeline.engines.recognising import gray_of
from pipeline.engines.tesseract import Tesseract, rows_of, visible, words_of
from pipeline.ports import BarcodeReader, FirstEngine, OcrEngine, SecondEngine
from schemas.config import Config
from schemas.faults import EngineFault, Overrun
from schemas.page import Box, Word
from schemas.rules import ReadRules
from workers.learnt import Learnt
from workers.wire import Stores, equip, open_recogniser

SAID = (Word("Discharge", Box(0.1, 0.1, 0.3, 0.14), 0.9, 0), Word("Summary", Box(0.32, 0.1, 0.5, 0.14), 0.9, 0))
NEEDS_SECOND = pytest.mark.skipif(not is_installed(), reason="the extra second-engine is not installed")
FIRST = [Tesseract(), Recogniser()]
BY_NAME = pytest.mark.parametrize("tesseract", FIRST, ids=lambda engine: engine.name)
ASK = {"languages": "eng", "mode": 4, "seconds": 60.0, "dpi": 150}


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    page = Image.new("L", (1000, 700), 255)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(36)
    for number, line in enumerate(("Discharge Summary", "Patient seen on Monday", "Follow up in one week")):
        pen.text((80, 80 + 90 * number), line, fill=0, font=font)
    path = tmp_path_factory.mktemp("ocr") / "page.pgm"
    page.save(path)
    return path


@pytest.mark.parametrize("engine", [*FIRST, Given(SAID)], ids=lambda engine: engine.name)
def test_words_stand_in_the_image_with_lines_in_order(engine: OcrEngine, image):
    words = engine.words(image, **ASK)
    assert [word.text for word in words[:2]] == ["Discharge", "Summary"]
    assert all(0 <= w.box.x0 < w.box.x1 <= 1 and 0 <= w.box.y0 < w.box.y1 <= 1 and 0 <= w.confidence <= 1 for w in words)
    assert [word.line for word in words] == sorted(word.line for word in words)


@BY_NAME
def test_tesseract_reads_lines_where_they_are(tesseract: OcrEngine, image):
    words = tesseract.words(image, **ASK)
    assert [w.line for w in words] == [0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2]
    assert words[0].box.x0 == pytest.approx(0.08, abs=0.02)
    assert words[2].box.y0 == pytest.approx(180 / 700, abs=0.03)


@BY_NAME
@pytest.mark.parametrize("even", [True, False])
def test_an_image_is_read_alike_whatever_was_read_before_it(tesseract: OcrEngine, image, tmp_path, even):
    other = tmp_path / "other.pgm"
    Image.open(image).rotate(180).save(other)
    first = tesseract.words(image, **ASK, even=even)
    tesseract.words(other, **{**ASK, "mode": 6})
    assert tesseract.words(image, **ASK, even=even) == first


def test_ink_is_told_from_paper_as_asked(tmp_path):
    shaded = np.tile(np.linspace(250, 60, 1000).astype(np.uint8), (300, 1))
    pen = Image.fromarray(shaded)
    ImageDraw.Draw(pen).text((60, 120), "Discharge summary of Monday and Tuesday", fill=20, font=ImageFont.load_default(40))
    path = tmp_path / "shaded.pgm"
    pen.save(path)
    by_place, by_one_level = ([w.text for w in Recogniser().words(path, **ASK, even=even)] for even in (False, True))
    assert "Tuesday" in by_place
    assert "Tuesday" not in by_one_level


@BY_NAME
def test_an_overrun_is_a_fault_of_its_own(tesseract: OcrEngine, image, tmp_path):
    lines = Image.open(image)
    full = Image.new("L", (4000, 4200), 255)  # seconds of work: a few lines may be done before a busy machine looks at the clock
    for across in range(4):
        for down in range(6):
            full.paste(lines, (1000 * across, 700 * down))
    path = tmp_path / "full.pgm"
    full.save(path)
    with pytest.raises(Overrun):
        tesseract.words(path, **{**ASK, "seconds": 0.01})


@BY_NAME
def test_a_missing_language_is_a_fault_without_paths(tesseract: OcrEngine, image):
    with pytest.raises(EngineFault) as fault:
        tesseract.words(image, **{**ASK, "languages": "xxx"})
    assert str(image) not in str(fault.value)


def test_what_a_child_does_not_survive_is_read_by_the_program(image, tmp_path):
    broken = tmp_path / "broken.pgm"
    broken.write_bytes(b"P5\n9 9\n255\n")
    assert Recogniser(Given(SAID)).words(broken, **ASK) == SAID
    assert Recogniser(Given(SAID)).words(image, **ASK) != SAID


@given(wide=st.integers(1, 40), high=st.integers(1, 40))
def test_a_page_reaches_the_recogniser_pixel_for_pixel(tmp_path_factory, wide, high):
    pixels = np.arange(wide * high, dtype=np.uint32).astype(np.uint8).reshape(high, wide)
    path = tmp_path_factory.getbasetemp() / "whole.pgm"
    Image.fromarray(pixels).save(path)
    assert gray_of(path) == (pixels.tobytes(), wide, high, 1, wide)


@pytest.mark.parametrize("spoil", [lambda whole: whole[:-1], lambda whole: whole + b"0", lambda whole: b"P6" + whole[2:], lambda _: b""])
def test_no_image_is_handed_over_that_is_not_whole(image, tmp_path, spoil):
    path = tmp_path / "spoilt.pgm"
    path.write_bytes(spoil(image.read_bytes()))
    with pytest.raises(ValueError, match="no image"):
        gray_of(path)


@pytest.mark.parametrize("text", ["01/02/1950", "4471902", "11-30-1968"])
@BY_NAME
def test_figures_are_read_where_no_letter_may_stand(tesseract: FirstEngine, text, tmp_path):
    path = tmp_path / "line.pgm"
    Image.fromarray(line_of(f"Sold: {text}")).save(path)
    words = tesseract.figures(path, seconds=60.0, dpi=150)
    assert "".join(word.text for word in words).endswith(text)
    assert not any(char.isalpha() for word in words for char in word.text)
    assert all(0 <= w.box.x0 < w.box.x1 <= 1 and 0 <= w.confidence <= 1 for w in words)


def test_reading_figures_leaves_nothing_in_the_engine_of_the_pages(image, tmp_path):
    path = tmp_path / "line.pgm"
    Image.fromarray(line_of("01/02/1950")).save(path)
    first = Recogniser().words(image, **ASK)
    Recogniser().figures(path, seconds=60.0, dpi=150)
    assert Recogniser().words(image, **ASK) == first


def test_figures_that_a_child_does_not_survive_are_read_by_the_program(tmp_path):
    broken = tmp_path / "broken.pgm"
    broken.write_bytes(b"P5\n9 9\n255\n")
    assert Recogniser(Given(SAID)).figures(broken, seconds=60.0, dpi=150) == SAID


def test_a_recogniser_killed_from_outside_is_started_again(image):
    engine = Recogniser(Given())
    words = engine.words(image, **ASK)
    server = nursery._servers[f"{nursery.RECOGNISER}:eng"].process
    server.kill()
    server.wait()
    assert engine.words(image, **ASK) == words


def test_each_image_is_read_in_a_child_that_leaves_nothing(image):
    Recogniser().words(image, **ASK)
    server = nursery._servers[f"{nursery.RECOGNISER}:eng"].process.pid
    server = born_of(server)[0] if around() else server  # bubblewrap stays above the server
    held = resident(server)
    for _ in range(3):
        Recogniser().words(image, **ASK)
    assert resident(server) == held
    assert born_of(server) == []


def born_of(parent):
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def resident(pid):
    """Pages of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1])


def test_a_missing_engine_is_permanent(image, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineFault) as fault:
        Tesseract().words(image, **ASK)
    assert fault.value.permanent


def test_one_thread_a_run():
    assert os.environ["OMP_THREAD_LIMIT"] == "1"


@given(st.text())
def test_no_unseen_character_survives(text):
    kept = visible(text + "\u202e\u200b\x00")
    assert kept.isprintable() or not kept
    assert "\u202e" not in kept


def test_a_table_cut_short_gives_the_words_it_holds():
    head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
    body = "1\t1\t0\t0\t0\t0\t0\t0\t100\t50\t-1\t\n5\t1\t1\t1\t1\t1\t10\t10\t20\t5\t96.5\tHello\n5\t1\t1\t1\t1\t2\t40\t10\t20\t5\t95"
    assert words_of(rows_of(head + body)) == (Word("Hello", Box(0.1, 0.2, 0.3, 0.3), 0.965, 0),)


def test_barcodes_are_found_with_their_place():
    import zxingcpp

    reader: BarcodeReader = Zxing()
    code = Image.fromarray(zxingcpp.write_barcode_to_image(zxingcpp.create_barcode("PATCHT", zxingcpp.BarcodeFormat.Code128), scale=3))
    page = Image.new("L", (1700, 2200), 255)
    page.paste(code, (400, 300))
    (found,) = reader.find(np.asarray(page))
    assert found.text == "PATCHT"
    assert found.box.x0 == pytest.approx(400 / 1700, abs=0.05)


def line_of(text):
    strip = Image.new("L", (420, 48), 255)
    ImageDraw.Draw(strip).text((8, 6), text, fill=0, font=ImageFont.load_default(30))
    return np.asarray(strip)


@pytest.fixture(scope="module")
def second():
    return RapidOcr()


@pytest.mark.parametrize("text", ["03/14/1950", "S12-34567", "00-47-19"])
@NEEDS_SECOND
def test_a_second_engine_reads_single_lines_in_order(second: SecondEngine, text):
    first, other, nothing = second.lines([line_of(text), line_of("Discharge"), np.full((40, 400), 255, np.uint8)])
    assert ["".join(word.text for word in words) for words in (first, other, nothing)] == [text, "Discharge", ""]
    assert all(0 <= w.confidence <= 1 and 0 <= w.box.x0 < w.box.x1 <= 1 for w in (*first, *other))
    assert second.lines([]) == ()


@NEEDS_SECOND
def test_a_second_engine_finds_lines_of_print_and_where_their_words_stand(second: SecondEngine, image):
    pixels = np.asarray(Image.open(image))
    strips = second.strips(pixels)
    assert [round(strip.box.y0, 1) for strip in strips] == [0.1, 0.2, 0.4]
    assert all(abs(strip.fall) < 0.01 for strip in strips)
    title, _, follow = second.lines([strip.pixels for strip in strips])
    assert [word.text for word in title] == ["Discharge", "Summary"]
    assert "".join(word.text for word in follow) == "Followupinoneweek"
    left = strips[0].box.x0 + title[1].box.x0 * (strips[0].box.x1 - strips[0].box.x0)
    assert left == pytest.approx((80 + ImageFont.load_default(36).getlength("Discharge ")) / 1000, abs=0.02)
    assert second.strips(np.full((300, 600), 255, np.uint8)) == ()


@NEEDS_SECOND
@pytest.mark.parametrize("angle", [-2.0, 2.0])
def test_a_crooked_line_is_told_to_rise_or_fall(second: SecondEngine, image, angle):
    crooked = np.asarray(Image.open(image).rotate(angle, fillcolor=255))
    strip = second.strips(crooked)[1]
    wide = (strip.box.x1 - strip.box.x0) * crooked.shape[1]
    assert strip.fall * crooked.shape[0] == pytest.approx(-np.tan(np.radians(angle)) * wide, abs=5)


@NEEDS_SECOND
def test_the_second_engine_fetches_nothing_says_nothing_and_takes_one_thread(monkeypatch, image, capfd):
    from rapidocr.utils.download_file import DownloadFile

    monkeypatch.setattr(DownloadFile, "run", lambda *_: pytest.fail("it tried to fetch a model"))
    engine = RapidOcr()
    assert [word.text for word in engine.lines([engine.strips(np.asarray(Image.open(image)))[0].pixels])[0]] == ["Discharge", "Summary"]
    assert capfd.readouterr() == ("", "")
    assert engine._engine.text_rec.session.session.get_session_options().intra_op_num_threads == 1


@NEEDS_SECOND
def test_a_second_engine_without_its_models_says_so(monkeypatch, image):
    monkeypatch.setattr(rapid, "DETECTOR", "nowhere.onnx")
    with pytest.raises(EngineFault) as fault:
        RapidOcr().strips(np.asarray(Image.open(image)))
    assert fault.value.permanent
    assert "onnx" not in str(fault.value)


def test_an_absent_package_is_seen_without_loading_it(monkeypatch):
    monkeypatch.setattr(rapid, "find_spec", lambda name: None if name == "rapidocr" else object())
    assert not is_installed()


@pytest.mark.parametrize(("installed", "wanted"), [(True, True), (False, True), (True, False)])
def test_the_second_engine_is_plugged_in_where_it_is_installed_and_wanted(monkeypatch, installed, wanted):
    made = []
    monkeypatch.setattr(rapid, "is_installed", lambda: installed)
    monkeypatch.setattr(rapid, "RapidOcr", lambda: made.append(Given()) or made[0])
    equip(Config(read=ReadRules(second_engine=wanted)), Stores(None, None))
    assert bool(made) == (installed and wanted)


@pytest.mark.parametrize("installed", [True, False])
def test_readings_with_and_without_a_second_engine_are_kept_apart(monkeypatch, installed):
    here = equip(Config(), Stores(None, None)).reading_key
    monkeypatch.setattr(rapid, "is_installed", lambda: installed)
    assert (equip(Config(), Stores(None, None)).reading_key == here) == (installed == is_installed())


@pytest.mark.parametrize(
    ("installed", "wanted", "name"), [(True, "tesserocr", "tesserocr"), (False, "tesserocr", "pytesseract"), (True, "pytesseract", "pytesseract")]
)
def test_the_recogniser_is_a_library_where_it_is_there_and_wanted(monkeypatch, installed, wanted, name):
    monkeypatch.setattr(recogniser, "is_installed", lambda: installed)
    assert open_recogniser(ReadRules(recogniser=wanted)).name == name


def test_pages_and_figures_are_read_by_the_same_recogniser(monkeypatch):
    made = []
    monkeypatch.setattr(flow, "read_pages", lambda *call: made.append(call[4]) or ())
    equip(Config(), Stores(None, None)).read_pages(None, None, (), None)
    assert made[0].figures is made[0].ocr
    assert made[0].ocr.name == "tesserocr"


def test_what_opens_and_reads_is_started_ahead_and_a_missing_model_is_left_for_a_page_to_tell(tmp_path):
    nursery._servers.clear()  # they end with their lines
    equip(Config(), Stores(None, None), learnt=lambda: Learnt("shipped", SpacyLanguage(tmp_path))).get_ready()
    assert {kind: one.process.poll() for kind, one in nursery._servers.items()} == {nursery.FILES: None, f"{nursery.RECOGNISER}:eng": None}


def test_readings_of_two_recognisers_are_kept_apart(monkeypatch):
    here = equip(Config(), Stores(None, None)).reading_key
    monkeypatch.setattr(recogniser, "is_installed", lambda: False)
    assert equip(Config(), Stores(None, None)).reading_key != here


def test_lines_given_are_lines_said():
    one, other = SAID[:1], SAID[1:]
    assert Given(said=(one, other)).lines([np.zeros((1, 1), np.uint8)] * 3) == (one, other, other)
