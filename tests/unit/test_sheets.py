"""Separator sheets: printed, sent by fax, read, obeyed when they are ours, and a page like any other when they are not."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines.barcodes import Zxing
from pipeline.engines.sheet_printer import sheets_pdf
from pipeline.flow import plan_batch
from pipeline.ports import Tools
from pipeline.sheets import SheetKind, SheetOrder, order_of, read_code, request_for, sheet_code
from samples import damage
from samples.memory_patients import MemoryPatients
from schemas.catalogue import build_catalogue
from schemas.config import Config
from schemas.faults import InputFault
from schemas.filing import Hold, SetAside
from schemas.line import Line, LineKind
from schemas.page import Barcode, Box, PageKind, PageReading
from tests.sheets import sheet
from workers.separators import print_sheets, sheet_reader

CATALOGUE = build_catalogue(yaml.safe_load((Path(__file__).parents[2] / "schemas/doctypes.yaml").read_text()))
OURS, THEIRS = b"ours" * 8, b"theirs" * 5
ORDERS = st.builds(SheetOrder, st.sampled_from(SheetKind), st.from_regex(r"[A-Z0-9-]{0,20}", fullmatch=True))
BODY = ["She was seen for follow up and is doing well on the present regimen today."] * 20


class Unread:
    """A text model that knows nothing."""

    def scores(self, text):
        return {slug: 1 / len(CATALOGUE.types) for slug in CATALOGUE.types}

    def evidence(self, text, slug, against=None):
        return ()

    def known(self, text):
        return 1.0


def coded(number, *texts):
    codes = tuple(Barcode(text, "QRCode", Box(0.3, 0.3, 0.6, 0.6)) for text in texts)
    return PageReading(number, PageKind.SEPARATOR, sheet(["^#NEW PATIENT"]).words, barcodes=codes, fingerprint=f"sheet{number}")


def new(kind, number, request="", key=OURS):
    return coded(number, sheet_code(SheetOrder(kind, request), key))


def page(number, *head, fingerprint=None):
    return sheet([*head, *BODY], number, fingerprint=fingerprint or f"f{number}")


def planned(*pages):
    tools = Tools(None, None, None, Unread(), MemoryPatients([]), CATALOGUE, sheets=partial(read_code, key=OURS))
    return plan_batch(pages, tools, Config(), Line(LineKind.BUILTIN, 1e-4, stated=1e-4)).documents


@given(ORDERS)
def test_a_code_says_what_was_signed_to_those_who_have_the_key(order):
    text = sheet_code(order, OURS)
    assert read_code(text, OURS) == order
    assert read_code(text, THEIRS) is None


@given(ORDERS, st.data())
def test_a_code_with_one_other_letter_says_nothing(order, data):
    text = sheet_code(order, OURS)
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("ABCDEFGHJKLMNPQRSTUVWXYZ234567:-").filter(lambda other: other != text[at]))
    assert read_code(text[:at] + letter + text[at + 1 :], OURS) is None


@pytest.mark.parametrize("quality", ["clean200", "faxfine", "faxstd", "skew300bw"])
@pytest.mark.parametrize("turns", [0, 1, 2])
def test_a_printed_sheet_survives_its_trip(quality, turns):
    order = SheetOrder(SheetKind.PATIENT, "2024-00117-ABCDEF-99")
    drawn = damage.render_pages(sheets_pdf("NEW PATIENT", sheet_code(order, OURS)), damage.RENDER_DPI.get(quality, (200, 200)))[0]
    scan = damage.turn_page(damage.damage_page(drawn, quality, seed=5), turns)
    codes = Zxing().find(np.asarray(scan.image.convert("L")))
    assert order_of(PageReading(1, PageKind.SEPARATOR, barcodes=codes), partial(read_code, key=OURS)) == order


def test_the_command_prints_sheets_that_this_installation_reads(tmp_path):
    print_sheets(tmp_path / "sheets.pdf", tmp_path / "data", SheetKind.PATIENT, "req-7", 2)
    drawn = damage.render_pages((tmp_path / "sheets.pdf").read_bytes(), (200, 200))
    codes = Zxing().find(np.asarray(drawn[1]))
    assert (len(drawn), {code.format for code in codes}) == (2, {"Code128", "QRCode"})
    assert {sheet_reader(tmp_path / "data")(code.text) for code in codes} == {SheetOrder(SheetKind.PATIENT, "REQ-7")}
    assert {sheet_reader(tmp_path / "elsewhere")(code.text) for code in codes} == {None}


@pytest.mark.parametrize("request_number", ["A:B", "ä", "X" * 21, "no blanks"])
def test_a_request_number_that_no_code_holds_is_refused(tmp_path, request_number):
    with pytest.raises(InputFault, match="request number"):
        print_sheets(tmp_path / "sheets.pdf", tmp_path / "data", SheetKind.DOCUMENT, request_number, 1)
    assert not (tmp_path / "sheets.pdf").exists()


def test_nothing_is_joined_or_taken_for_a_repeat_across_a_new_patient():
    head = "Patient: DOE, JANE  DOB: 01/02/1950"
    across = planned(page(1, head), new(SheetKind.PATIENT, 2), page(3, head, fingerprint="f1"))
    assert [(d.pages, isinstance(d.decision, Hold)) for d in across] == [((1,), True), ((2,), False), ((3,), True)]
    within = planned(page(1, head), new(SheetKind.DOCUMENT, 2), page(3, head, fingerprint="f1"))
    assert within[2].decision == SetAside("duplicate.page")


@pytest.mark.parametrize(
    "texts",
    [[sheet_code(SheetOrder(SheetKind.DOCUMENT), THEIRS)], ["CR1:DOCUMENT::A"], [sheet_code(SheetOrder(SheetKind.DOCUMENT), THEIRS), "PATCHT"]],
)
def test_a_strangers_or_damaged_sheet_is_a_page_that_a_clerk_sees(texts):
    found = planned(page(1), coded(2, *texts), page(3))
    (theirs,) = [document for document in found if 2 in document.pages]
    assert isinstance(theirs.decision, Hold)
    assert "split.foreign_sheet" in theirs.decision.reasons


def test_one_whole_code_is_enough_and_the_scanners_own_code_counts():
    found = planned(page(1), coded(2, "CR1:DOCUMENT::A", sheet_code(SheetOrder(SheetKind.DOCUMENT), OURS)), page(3), coded(4, "PATCHT"), page(5))
    assert [(d.pages, d.decision == SetAside("separator")) for d in found] == [
        ((1,), False),
        ((2,), True),
        ((3,), False),
        ((4,), True),
        ((5,), False),
    ]


def test_a_request_holds_until_the_next_sheet_and_a_patients_request_until_the_next_patient():
    sheets = {
        2: SheetOrder(SheetKind.PATIENT, "R1"),
        4: SheetOrder(SheetKind.DOCUMENT, "R2"),
        6: SheetOrder(SheetKind.DOCUMENT),
        8: SheetOrder(SheetKind.PATIENT),
    }
    assert [request_for(page, sheets) for page in (1, 3, 5, 7, 9)] == ["", "R1", "R2", "R1", ""]
    found = planned(page(1), new(SheetKind.PATIENT, 2, "R1"), page(3))
    assert [document.request for document in found] == ["", "", "R1"]
