"""The parts of reading that need no engine: joining, languages, advice, confidence, the page's time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.advice import advice_for
from pipeline.attempt import COLUMNS, Reader, sensible
from pipeline.clean import clean
from pipeline.confidence import KNOTS, LEVELS, calibrated, kind_of
from pipeline.confidence_table import CURVES
from pipeline.engines.null import Given
from pipeline.flow import page_key
from pipeline.leftover import joined
from pipeline.look import Scan, look_at
from pipeline.read import read_page
from pipeline.tongue import is_in_another
from schemas.faults import Overrun
from schemas.page import Box, PageKind, Word
from schemas.reasons import is_known
from schemas.rules import ReadRules
from schemas.source import RenderedPage


def word(text, x=0.1, y=0.1, line=0, confidence=0.9):
    return Word(text, Box(x, y, x + 0.05, y + 0.012), confidence, line)


def test_rules_beside_words_are_no_part_of_them():
    read = [word("|MB"), word("‘8297498"), word("|", confidence=0.9), word("|", confidence=0.2), word("O'Neil"), word("a|b")]
    assert [w.text for w in sensible(read)] == ["MB", "8297498", "|", "O'Neil", "a|b"]


def test_a_flag_joins_the_row_it_stands_level_with():
    table = [word("Sodium", 0.1, 0.20, 0), word("138", 0.3, 0.20, 0), word("Potassium", 0.1, 0.23, 1), word("5.3", 0.3, 0.23, 1)]
    made = joined(table, [word("H", 0.6, 0.231), word("Note", 0.1, 0.5), word("6", 0.2, 0.199)])
    lines = {}
    for w in made:
        lines.setdefault(w.line, []).append(w.text)
    assert list(lines.values()) == [["Sodium", "6", "138"], ["Potassium", "5.3", "H"], ["Note"]]


PLACES = st.tuples(st.floats(0, 0.9), st.floats(0, 0.9))


@given(old=st.lists(PLACES, max_size=12), new=st.lists(PLACES, max_size=6))
def test_joining_loses_no_word_and_numbers_lines_in_order(old, new):
    words = [word(f"o{n}", x, y, n) for n, (x, y) in enumerate(old)]
    made = joined(words, [word(f"n{n}", x, y) for n, (x, y) in enumerate(new)])
    assert sorted(w.text for w in made) == sorted([w.text for w in words] + [f"n{n}" for n in range(len(new))])
    assert [w.line for w in made] == sorted(w.line for w in made)
    assert {w.line for w in made} == set(range(len({w.line for w in made})))


@pytest.mark.parametrize(
    ("text", "languages", "other"),
    [
        ("The patient was seen in the clinic with pain and is to return as needed", ["eng", "spa"], False),
        ("El paciente fue visto en la clínica con dolor y se le dijo que no es de cuidado por el momento", ["eng", "spa"], True),
        ("El paciente fue visto en la clínica con dolor y se le dijo que no es de cuidado por el momento", ["eng"], False),
    ],
)
def test_small_words_tell_the_language(text, languages, other):
    assert is_in_another([word(part) for part in text.split()], languages) is other


def printed(pixels, dpi=200, *, bilevel=False):
    return Scan(np.asarray(pixels, dtype=np.uint8), dpi, dpi, bilevel)


def lines(ink=0, left=200):
    page = np.full((2200, 1700), 255, dtype=float)
    for y in range(200, 2000, 50):
        for x in range(left, left + 1300, 24):
            page[y : y + 20, max(0, x) : max(0, x + 4)] = page[y : y + 4, max(0, x) : max(0, x + 14)] = ink
    return page


@pytest.mark.parametrize(
    ("page", "dpi", "code"),
    [
        (lines(), 200, None),
        (lines(ink=215), 200, "image.faint"),
        (lines(left=-4), 200, "image.cut"),
        (lines(), 72, "image.coarse"),
        (lines() * np.linspace(1, 0.5, 1700), 200, "image.dark"),
    ],
)
def test_the_advice_follows_what_was_measured(page, dpi, code):
    scan = printed(page, dpi)
    assert advice_for(scan, look_at(scan, 0.0008)) == code
    assert code is None or is_known(code)


@pytest.mark.parametrize("said", ["x", "word", "|"])
@pytest.mark.parametrize("quality", ["clean", "dirty", "fax", "shaded"])
def test_surer_words_are_said_to_be_surer(quality, said):
    assert [len(curve) for curve in CURVES[quality][kind_of(said)]] == [len(KNOTS)] * len(LEVELS)
    for mean in np.linspace(0.3, 1.0, 15):
        others = [word("padding", confidence=float(mean))] * 500
        stated = [w.confidence for w in calibrated([*others, *(word(said, confidence=c) for c in np.linspace(0, 1, 21))], quality)][500:]
        assert all(0 <= value <= 1 for value in stated)
        assert stated == sorted(stated)


@pytest.mark.parametrize("quality", ["dirty", "fax", "shaded"])
def test_what_streaks_are_read_as_is_believed_less_than_a_word(quality):
    page = [word("padding", confidence=0.85)] * 500
    sign, short, long = (w.confidence for w in calibrated([*page, word("|"), word("il"), word("Illness")], quality)[500:])
    assert sign < long
    assert short < long


def test_no_look_begins_when_the_time_of_the_page_is_up(tmp_path):
    blank = printed(np.full((400, 300), 255))
    cleaned = clean(blank, look_at(blank, 0.0008), 200)
    times = iter([1.0, 11.0])
    reader = Reader(Given((word("read"),)), "eng", tmp_path / "page.pgm", 10.0, lambda: next(times))
    assert reader.words(cleaned.pixels, cleaned, COLUMNS)[0].text == "read"
    with pytest.raises(Overrun):
        reader.words(cleaned.pixels, cleaned, COLUMNS)
    assert not (tmp_path / "page.pgm").exists()


def test_only_the_very_same_page_is_known_again(tmp_path):
    image = tmp_path / "a.png"
    image.write_bytes(b"pixels")
    copy = tmp_path / "b.png"
    copy.write_bytes(b"pixels")
    page = RenderedPage(1, 612, 792, image, 200, 200)
    assert page_key(page) == page_key(replace(page, number=7, image=copy))
    assert page_key(page) != page_key(replace(page, dpi_y=100))
    assert page_key(replace(page, image=None)) != page_key(replace(page, image=None, number=2))


def drawn(folder, wide, high, marks, *, share=0.0):
    """A page of a stated size in inches, drawn at 50 dpi; the marks are squares of pixels in its middle."""
    pixels = np.full((50 * high, 50 * wide), 255, dtype=np.uint8)
    pixels[25 * high : 25 * high + marks, 25 * wide : 25 * wide + marks] = 0
    Image.fromarray(pixels).save(folder / "page.png")
    return RenderedPage(1, 72 * wide, 72 * high, folder / "page.png", 50.0, 50.0, image_share=share)


@pytest.mark.parametrize("side", [1, 8, 60])
def test_a_mark_on_a_page_of_metres_is_never_called_blank(tmp_path, side):
    read = read_page(drawn(tmp_path, 100, 120, side), Given(()), rules=ReadRules())
    assert (read.kind, read.problem) == (PageKind.UNREADABLE, "image.unreadable")


def test_a_page_of_metres_with_nothing_on_it_is_blank(tmp_path):
    assert read_page(drawn(tmp_path, 100, 120, 0), Given(()), rules=ReadRules()).kind is PageKind.BLANK


def test_a_sheet_with_a_speck_is_blank_and_so_is_a_photograph_that_claims_metres(tmp_path):
    assert read_page(drawn(tmp_path, 8, 11, 1), Given(()), rules=ReadRules()).kind is PageKind.BLANK
    assert read_page(drawn(tmp_path, 60, 80, 3, share=1.0), Given(()), rules=ReadRules()).kind is PageKind.BLANK
