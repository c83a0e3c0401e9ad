"""Signatures: a pen's ink at its label, lines left empty, and what pages say of themselves."""

import random

import pytest
from PIL import Image, ImageDraw

from pipeline.look import Scan
from pipeline.penmarks import signature_places
from pipeline.signatures import find_signature
from schemas.checks import Signed
from schemas.page import Box, PageKind, PageReading, Word

import numpy as np  # isort: skip
from tests.told import told

WIDE, HIGH, DPI = 1700, 2200, 200
LETTER = 22  # pixels a word is high
BODY = ("I have read this form and agree to all of it.", "My questions were answered before I signed it.")


class Form:
    """A sheet with words whose places are known, lines, and a pen."""

    def __init__(self) -> None:
        self.image = Image.new("L", (WIDE, HIGH), 250)
        self.pen, self.words = ImageDraw.Draw(self.image), []
        for line, text in enumerate(BODY):
            self.write(text, 150, 1000 + 40 * line)

    def write(self, text: str, x: int, y: int, sure: float = 0.95) -> int:
        """Words as gray blocks; gives the place where they end."""
        for word in text.split():
            end = x + 13 * len(word)
            self.pen.rectangle((x, y + 5, end, y + LETTER - 5), fill=60)
            self.words.append(Word(word, Box(x / WIDE, y / HIGH, end / WIDE, (y + LETTER) / HIGH), sure, y // 30))
            x = end + 14
        return x

    def line(self, x0: int, x1: int, y: int) -> None:
        self.pen.line((x0, y, x1, y + (x1 - x0) // 300), fill=40, width=2)

    def scrawl(self, x: int, y: int, length: int = 300) -> None:
        rng = random.Random(x + y)
        points = [(x + step * length // 40, y + rng.randint(-40, 18)) for step in range(40)]
        self.pen.line(points, fill=50, width=4, joint="curve")

    def read(self, turn: int = 0, number: int = 1) -> PageReading:
        reading = PageReading(number, PageKind.TEXT, tuple(self.words), turn=turn)
        if turn % 180:
            reading = PageReading(number, PageKind.TEXT, tuple(self.words), turn=turn, width_pt=792, height_pt=612)
        seen = np.rot90(np.asarray(self.image), turn // 90)  # as it was fed in
        places = signature_places(reading, Scan(np.ascontiguousarray(seen), DPI, DPI, bilevel=False))
        return PageReading(number, PageKind.TEXT, reading.words, turn=turn, width_pt=reading.width_pt, height_pt=reading.height_pt, signatures=places)


def beside(*, signed: bool, label: str = "Patient signature:", y: int = 1300, form: Form | None = None) -> Form:
    form = form or Form()
    end = form.write(label, 150, y)
    form.line(end + 10, end + 500, y + LETTER)
    form.write("Date:", end + 560, y)
    if signed:
        form.scrawl(end + 60, y)
    return form


def below(*, signed: bool) -> Form:
    form = Form()
    form.line(150, 700, 1290)
    form.write("Signature of patient", 150, 1300)
    if signed:
        form.scrawl(200, 1265)
    return form


def state(*forms: Form, turn: int = 0) -> Signed | None:
    found = find_signature(told(*[form.read(turn, number) for number, form in enumerate(forms, start=1)]), required=False)
    return found.state if found else None


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("form", [beside, below])
def test_ink_at_the_label_is_a_signature_and_an_empty_line_is_none(form, turn: int) -> None:
    assert state(form(signed=True), turn=turn) is Signed.PRESENT
    assert state(form(signed=False), turn=turn) is Signed.ABSENT


def test_pen_that_was_read_as_doubtful_words_is_still_pen() -> None:
    form = beside(signed=True)
    form.words.append(Word("Jvhu", Box(0.35, 0.585, 0.5, 0.6), 0.3, 99))
    assert state(form) is Signed.PRESENT


def test_a_label_without_a_line_says_nothing_sure() -> None:
    form = Form()
    form.write("Patient signature:", 150, 1300)
    assert state(form) is Signed.UNSURE


def test_specks_and_a_tick_are_no_signature() -> None:
    form = beside(signed=False)
    for x in range(500, 800, 37):
        form.pen.point((x, 1290), fill=0)
    assert state(form) is Signed.ABSENT
    form.pen.line((560, 1300, 575, 1318, 600, 1280), fill=30, width=4)
    assert state(form) is Signed.UNSURE


def test_a_shadow_along_the_whole_line_is_no_signature() -> None:
    form = beside(signed=False)
    for x in range(420, 940, 8):
        form.pen.line((x, 1275 + x % 7, x + 3, 1312), fill=60, width=3)
    assert state(form) is Signed.UNSURE


def test_a_line_for_somebody_else_may_stay_empty() -> None:
    assert state(beside(signed=False, label="Witness signature:", y=1500, form=beside(signed=True))) is Signed.PRESENT
    assert state(beside(signed=True, label="Witness signature:", y=1500, form=beside(signed=False))) is Signed.PRESENT
    assert state(beside(signed=False, label="Witness signature:", y=1500, form=beside(signed=False))) is Signed.ABSENT


def test_the_place_is_told() -> None:
    found = find_signature(told(Form().read(), below(signed=True).read(number=2)), required=True)
    assert found is not None
    assert (found.page, found.why) == (2, "ink at the label")
    assert found.box.x0 < 200 / WIDE < found.box.x1
    assert found.box.y0 < 1265 / HIGH < found.box.y1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Electronically signed by Anna Roth, MD on 03/04/2024 at 10:31", Signed.PRESENT),
        ("Dictated and authenticated by Anna Roth, MD", Signed.PRESENT),
        ("/s/ Anna Roth", Signed.PRESENT),
        ("Signature on file", Signed.PRESENT),
        ("Signed by: Anna Roth, MD 03/04/2024 10:22", Signed.PRESENT),
        ("Electronically attested by Anna Roth, MD", Signed.PRESENT),
        ("Reviewed and signed: Anna Roth, MD 03/04/2024", Signed.PRESENT),
        ("Approved electronically 03/04/2024 10:22", Signed.PRESENT),
        ("Stamped signature of Anna Roth, MD", Signed.PRESENT),
        ("Dictated but not read", Signed.UNSURE),
        ("Reviewed by: Anna Roth, MD", None),
        ("Attested copies cost ten dollars", None),
        ("*** UNSIGNED ***", Signed.ABSENT),
        ("This note is not yet signed", Signed.ABSENT),
        ("Awaiting physician signature", Signed.ABSENT),
        ("PRELIMINARY REPORT", Signed.UNSURE),
        ("DRAFT", Signed.UNSURE),
        ("Preliminary diagnosis: pneumonia", None),
        ("This authorization expires one year from the date of signature.", None),
    ],
)
def test_a_page_says_whether_it_is_signed(text: str, expected: Signed | None) -> None:
    form = Form()
    form.words.clear()
    form.write(text, 150, 1300)
    assert state(form) is expected


def test_what_must_be_signed_and_has_no_place_for_it_is_unsure() -> None:
    plain = PageReading(1, PageKind.TEXT, tuple(Word(w, Box(0.1 * i, 0.1, 0.1 * i + 0.05, 0.12), 0.9, 0) for i, w in enumerate(("seen", "today"))))
    found = find_signature(told(plain), required=True)
    assert found is not None
    assert found.state is Signed.UNSURE
    assert find_signature(told(plain), required=False) is None
