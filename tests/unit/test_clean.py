"""The look at a page and the recipes, on pages drawn here: no engine is run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from pipeline.clean import Way, clean, place_on_image, place_on_page, quality_of, straighten, without_streaks
from pipeline.dirt import dirt_of, stroke_of
from pipeline.look import TOUCHING, Scan, as_positive, is_empty, look_at, two_tones
from schemas.page import Box

BLANK_INK = 0.0008
WIDE, HIGH = 1700, 2200  # letter at 200 dpi


def paper(*lines: str, top: int = 300, size: int = 30, ink: int = 0) -> np.ndarray:
    """A letter page at 200 dpi with lines of text."""
    image = Image.new("L", (WIDE, HIGH), 255)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for number, line in enumerate(lines):
        pen.text((200, top + 2 * size * number), line, fill=ink, font=font)
    return np.asarray(image)


def scan(pixels: np.ndarray, *, bilevel: bool = False) -> Scan:
    return Scan(pixels.astype(np.uint8), 200, 200, bilevel)


def noise(sigma: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, sigma, (HIGH, WIDE))


def dots(share: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((HIGH, WIDE)) < share


def grainy():
    return np.clip(243 + noise(9, 1), 0, 255)


def peppered():
    return np.where(dots(0.003, 2), 0, 255)


def show_through():
    other = np.fliplr(paper(*["The back of this sheet is printed all over"] * 25))
    return np.clip(255 - 0.12 * ndimage.gaussian_filter((255 - other).astype(float), 1.5) + noise(4, 3), 0, 255)


def punched_and_stapled():
    image = Image.fromarray(paper())
    pen = ImageDraw.Draw(image)
    for y in (250, 1100, 1950):
        pen.ellipse((70, y, 124, y + 54), fill=10)
    pen.line((110, 90, 170, 130), fill=30, width=6)
    return np.asarray(image)


def shadowed():
    page = np.full((HIGH, WIDE), 250.0)
    page[:, :40] *= np.linspace(0.1, 1, 40)
    page[-25:, :] = 30
    page[:, 900:902] = 120  # a streak
    return np.clip(page + noise(5, 4), 0, 255)


@pytest.mark.parametrize("page", [paper, grainy, peppered, show_through, punched_and_stapled, shadowed])
def test_a_sheet_without_print_is_blank(page):
    pixels = page()
    assert look_at(scan(pixels, bilevel=page is peppered), BLANK_INK).blank or page is show_through
    assert look_at(scan(pixels), BLANK_INK).rows == 0


@pytest.mark.parametrize("text", ["Page 3 of 7", "continued", "No change. RTC 2 wks", "END OF REPORT"])
@pytest.mark.parametrize("ink", [0, 110])
@pytest.mark.parametrize("quarter", [0, 1])
def test_one_short_line_is_not_blank(text, ink, quarter):
    page = grainy() - (255 - paper(text, size=24, ink=ink).astype(float))
    assert look_at(scan(np.rot90(page, quarter)), BLANK_INK).rows == 1


def test_a_signature_alone_is_not_blank():
    image = Image.fromarray(paper())
    x = np.linspace(0, 8 * np.pi, 300)
    stroke = [(600 + 12 * t + 20 * np.sin(t), 1500 + 45 * np.sin(1.3 * t)) for t in x]
    ImageDraw.Draw(image).line(stroke, fill=40, width=3)
    assert look_at(scan(np.asarray(image)), BLANK_INK).large


def test_a_black_sheet_is_not_blank():
    assert not look_at(scan(np.full((HIGH, WIDE), 12)), BLANK_INK).blank


@pytest.mark.parametrize("angle", [-3.0, 0.0, 0.8, 1.63])
@pytest.mark.parametrize("quarter", [0, 1])
def test_skew_is_measured_within_a_tenth_of_a_degree(angle, quarter):
    page = straighten(paper(*["Quick brown foxes jump over lazy dogs again"] * 20), -angle)
    look = look_at(scan(np.rot90(page, quarter)), BLANK_INK)
    assert look.sideways == bool(quarter)
    assert look.skew == pytest.approx(angle, abs=0.1)


def test_dirt_goes_and_full_stops_stay():
    page = np.where(paper("Dose 1.5 mg. Rate 0.25 ml.", size=40) < 128, 0, 255).astype(np.uint8)
    lonely = np.zeros_like(page, dtype=bool)
    lonely[1000:2000:20, 200:1500:20] = True
    dirt = dirt_of(scan(np.where(lonely, 0, page), bilevel=True))
    assert dirt is not None
    assert dirt[lonely].all()
    assert not (dirt & (page == 0)).any()


def test_specks_beside_words_go_where_strokes_are_wider():
    """A full stop is as wide as a stroke; a speck of two thirds of that is none, however near to a word it lies."""
    page = np.where(paper(*["Dose 1.5 mg. Rate 0.25 ml."] * 12, size=40) < 128, 0, 255).astype(np.uint8)
    stroke = stroke_of(page)
    assert 3 <= stroke <= 7
    speck, size = np.zeros_like(page, dtype=bool), int(stroke * 0.7)
    right = np.flatnonzero((page == 0).any(axis=0)).max() + 6
    for row in range(310, 1200, 20):
        speck[row : row + size, right : right + size] = True
    lonely = np.zeros_like(page, dtype=bool)
    lonely[1400:2000:20, 200:1500:20] = True
    dirty = np.where(speck | lonely, 0, page).astype(np.uint8)
    dirt, of_a_fax = dirt_of(Scan(dirty, 300, 300, bilevel=True)), dirt_of(Scan(dirty, 204, 98, bilevel=True))
    assert dirt is not None
    assert dirt[speck].all()
    assert not (dirt & (page == 0)).any()
    assert of_a_fax is not None
    assert not of_a_fax[speck].any()  # where full stops are two pixels, nothing beside a word is dirt


def framed():
    image = Image.fromarray(paper(*["Framed forms are no copies"] * 10))
    ImageDraw.Draw(image).rectangle((90, 90, WIDE - 90, HIGH - 90), outline=0, width=4)
    return np.asarray(image)


def tinted():
    page = paper(*["Every second row is tinted"] * 20, size=28).astype(float)
    for row in range(310, 1400, 112):
        page[row : row + 56, 150:1500] -= 40
    return np.clip(page, 0, 255)


def streaked_page():
    page = paper(*["Dirt on the glass draws lines"] * 10).copy()
    page[:, 1200:1203] = 120
    return page


def faded():
    return 255 - (255 - paper(*["Hardly any toner left"] * 20).astype(float)) * 0.25


@pytest.mark.parametrize(("page", "quality"), [(framed, "clean"), (tinted, "clean"), (streaked_page, "shaded"), (faded, "shaded")])
def test_frames_and_tinted_rows_are_not_taken_for_damage(page, quality):
    pixels = scan(np.clip(page() + noise(3, 5), 0, 255))
    assert quality_of(pixels, look_at(pixels, BLANK_INK), dirty=False) == quality


def test_a_heading_in_white_is_turned_black_and_the_rest_stays():
    image = Image.fromarray(paper(*["Black on white below"] * 5))
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(30)
    pen.rectangle((190, 200, 1400, 250), fill=20)
    pen.text((210, 205), "PATIENT INFORMATION", fill=255, font=font)
    page = np.asarray(image)
    cleaned = clean(scan(page), look_at(scan(page), BLANK_INK), 200)
    assert cleaned.pixels.shape == page.shape
    assert np.median(cleaned.pixels[205:245, 200:1390]) > 200
    assert cleaned.pixels[205:245, 200:600].min() < 60
    assert (cleaned.pixels[280:] == page[280:]).all()


def test_a_page_in_white_on_black_is_read_as_its_negative():
    page = paper(*["A reader printer makes these of film"] * 20)
    plain, film = scan(page), scan(255 - page)
    positive, look = as_positive(film, look_at(film, BLANK_INK), BLANK_INK)
    assert (positive.pixels == page).all()
    assert look.rows >= 15
    assert as_positive(plain, look_at(plain, BLANK_INK), BLANK_INK)[0] is plain


def test_on_a_dirty_page_signs_stay_in_their_places_and_specks_of_their_size_go():
    """A speck as large as a full stop is told by where it stands: between the rows, in the middle of a gap."""
    lines = ["Seen at 16:48; dose 1.5 mg, given i.v. (jejunum). It's well"] * 12
    page = np.where(paper(*lines, size=40) < 128, 0, 255).astype(np.uint8)
    labels, _ = ndimage.label(page == 0, TOUCHING)
    stop = int(stroke_of(page) * 1.5)
    speck = np.zeros_like(page, dtype=bool)
    for y in range(60, 2100, 31):
        for x in range(30, 1650, 37):
            size = stop if x % 2 else 3
            speck[y : y + size, x : x + size] = True
    near = ndimage.binary_dilation(page == 0, np.ones((3, 3)), iterations=20)
    specks, _ = ndimage.label(speck)
    speck &= ~np.isin(specks, specks[speck & near])
    dirt = dirt_of(Scan(np.where(speck, 0, page).astype(np.uint8), 300, 300, bilevel=True))
    assert dirt is not None
    assert dirt[speck].all()
    assert not (dirt & (labels > 0)).any()


@pytest.mark.parametrize("angle", [-2.5, 1.5])
def test_a_crooked_bar_is_turned_white_and_nothing_beside_it_black(angle):
    image = Image.fromarray(paper(*["as seen on some very common menus"] * 16))
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(30)
    pen.rectangle((190, 200, 1400, 250), fill=0)
    pen.text((210, 205), "PATIENT INFORMATION", fill=255, font=font)
    crooked = scan(straighten(np.asarray(image), angle))
    cleaned = clean(crooked, look_at(crooked, BLANK_INK), 200).pixels
    down, across = (cleaned.shape[0] - HIGH) // 2, (cleaned.shape[1] - WIDE) // 2
    at = cleaned[down : down + HIGH, across : across + WIDE]
    assert np.median(at[210:240, 220:1370]) > 200
    assert at[210:240, 220:600].min() < 90
    assert (at[150:280, 150:1440] < 128).mean() < 0.08


@pytest.mark.parametrize(("size", "dpi"), [(44, 200), (20, 300)])
def test_only_small_print_is_enlarged(size, dpi):
    page = scan(paper(*["as seen on some very common menus"] * 12, size=size))
    assert clean(page, look_at(page, BLANK_INK), 300).dpi == dpi


def test_a_clean_page_has_no_dirt():
    assert dirt_of(scan(np.where(paper(*["i. j. k. 1.2.3 :;"] * 20) < 128, 0, 255), bilevel=True)) is None


@pytest.mark.parametrize(
    ("dpi_x", "dpi_y", "bilevel", "dirty", "quality"),
    [
        (204, 98, True, False, "fax"),
        (204, 196, True, True, "fax"),
        (300, 300, True, True, "dirty"),
        (300, 300, True, False, "clean"),
        (200, 200, False, False, "clean"),
    ],
)
def test_the_damage_names_the_recipe(dpi_x, dpi_y, bilevel, dirty, quality):
    look = look_at(scan(paper("Any text will do")), BLANK_INK)
    assert quality_of(Scan(paper(), dpi_x, dpi_y, bilevel), look, dirty=dirty) == quality


def test_a_dark_side_asks_for_the_shaded_recipe():
    page = paper(*["Shaded copies are read on even paper"] * 20) * np.linspace(1, 0.5, WIDE)
    cleaned = clean(scan(page), look_at(scan(page), BLANK_INK), 300)
    assert cleaned.quality == "shaded"
    assert np.percentile(cleaned.pixels[:, -200:], 50) > 235


def test_fax_pixels_become_square():
    page = np.asarray(Image.fromarray(paper("Square me")).resize((1734, 1078)))
    fax = Scan(page, 204, 98, bilevel=True)
    assert clean(fax, look_at(fax, BLANK_INK), 300).pixels.shape == (3300, 2550)


def test_streaks_go_and_letters_stay():
    page = paper("Under the streak")
    streaked = page.copy()
    streaked[:, 400:403] = 90
    mended = without_streaks(streaked, 200, 200)
    assert (mended[1000:, 400:403] > 250).all()
    assert np.abs(mended[:, :395].astype(int) - page[:, :395]).max() == 0


def test_two_tones_are_told_from_gray():
    assert two_tones(np.where(paper("black and white") < 128, 0, 255).astype(np.uint8))
    assert not two_tones(ndimage.gaussian_filter(paper("gray"), 2))


PLAIN = look_at(scan(paper("x")), BLANK_INK)


@settings(max_examples=40, deadline=None)
@given(x=st.floats(0.2, 0.8), y=st.floats(0.2, 0.8), angle=st.floats(-5, 5))
def test_the_way_back_finds_the_place(x, y, angle):
    """A dot on the page, straightened with it, is put back where it was."""
    page = np.full((550, 425), 255, dtype=np.uint8)
    at = (round(y * 550), round(x * 425))
    page[at[0] - 3 : at[0] + 4, at[1] - 3 : at[1] + 4] = 0
    look = replace(PLAIN)
    look.__dict__["slant"] = (angle, False)  # as measured
    cleaned = clean(Scan(page, 50, 50, bilevel=False), look, 50)
    rows, columns = np.nonzero(cleaned.pixels < 100)
    high, wide = cleaned.pixels.shape
    back = place_on_page(Box(columns.min() / wide, rows.min() / high, (columns.max() + 1) / wide, (rows.max() + 1) / high), cleaned.way)
    assert ((back.x0 + back.x1) / 2 * 425, (back.y0 + back.y1) / 2 * 550) == pytest.approx((at[1] + 0.5, at[0] + 0.5), abs=2.0)


@given(x=st.floats(0.2, 0.7), y=st.floats(0.2, 0.7), angle=st.floats(-6, 6))
def test_a_place_goes_to_the_image_and_back(x, y, angle):
    way = Way(8.5, 11.0, 9.1, 11.6, angle)
    box = Box(x, y, x, y)
    assert tuple(place_on_page(place_on_image(box, way), way)) == pytest.approx(tuple(box), abs=1e-9)


def test_an_empty_sheet_is_told_at_a_glance_and_nothing_faint_is_taken_for_one():
    noise = np.random.default_rng(5).normal(0, 4, (HIGH, WIDE))
    assert is_empty(scan(np.clip(245 + noise, 0, 255)))
    assert is_empty(scan(np.clip(np.linspace(180, 250, HIGH)[:, None] + noise, 0, 255)))  # shaded
    faint = paper("hardly there").astype(float)
    assert not is_empty(scan(np.clip(245 - (255 - faint) * 0.15 + noise, 0, 255)))
    dot = np.full((HIGH, WIDE), 245.0)
    dot[300:306, 300:306] = 150
    assert not is_empty(scan(np.clip(dot + noise, 0, 255)))
