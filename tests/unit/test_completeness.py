"""Missing pages: told with their numbers where the print on the others shows it, and not where it does not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.completeness import Part, find_gaps
from pipeline.numbering import PageNumber, page_number, read_numbers
from schemas.page import Box, PageKind, PageReading, Word
from tests.told import told

FAX = "03/04/2024 10:31 FROM: 918-555-0100 PAGE {}/{}"


def page(text: str, number: int = 1, top: float = 750, sure: float = 0.95) -> PageReading:
    words = [
        Word(m[0], Box((40 + m.start() * 5.5) / 612, (top + row * 14) / 792, (39.5 + m.end() * 5.5) / 612, (top + 9 + row * 14) / 792), sure, row)
        for row, line in enumerate(text.split("\n"))
        for m in re.finditer(r"\S+", line)
    ]
    return PageReading(number, PageKind.TEXT, tuple(words))


def part(*texts: str, start: int = 1, titled: bool = True, top: float = 750) -> Part:
    return Part(told(*(page(text, start + at, top) for at, text in enumerate(texts))), titled)


def numbered(numbers: list[int], of: int, start: int = 1, *, titled: bool = True) -> Part:
    return part(*(f"Page {n} of {of}" for n in numbers), start=start, titled=titled)


def faxed(numbers: list[int], of: int, start: int = 1) -> Part:
    return part(*(FAX.format(n, of) for n in numbers), start=start, top=8)


def gaps(*parts: Part, blanks: tuple[int, ...] = ()) -> list[str]:
    return [line for lines in find_gaps(parts, blanks) for line in lines]


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("Page 2 of 5", (2, 5)),
        ("2/5", (2, 5)),
        ("Pg. 2/5", (2, 5)),
        ("p. 2 of 5", (2, 5)),
        ("Page2of5", (2, 5)),
        ("Page: 2 Total: 5", (2, 5)),
        ("Page 2   Total Pages 5", (2, 5)),
        ("2 of 5 pages", (2, 5)),
        ("Página 2 de 5", (2, 5)),
        ("Pág. 2 de 5", (2, 5)),
        ("Hoja 2 de 5", (2, 5)),
        ("Page 002 of 005", (2, 5)),
        ("Printed 3/4/2024    Page 2 of 5", (2, 5)),
        ("Page 6 of 5", None),
        ("BP 120/80 today", None),
        ("(01/22)", None),
        ("Page so of it", None),
        ("03/04/2024", None),
    ],
)
def test_page_numbers_are_read_in_every_print_form(printed: str, number: tuple[int, int] | None) -> None:
    assert page_number(page(printed)) == number


@pytest.mark.parametrize(
    ("printed", "number"),
    [("Page l of 3", (1, 3)), ("Page | of 3", (1, 3)), ("Page i ot 3", (1, 3)), ("Paqe 2 0f 3", (2, 3)), ("Page 2 of S", (2, 5))],
)
def test_letters_read_for_figures_are_figures_and_sure_only_where_upright(printed: str, number: tuple[int, int]) -> None:
    assert read_numbers(page(printed)).own == (PageNumber(*number, sure=not printed.endswith("S")),)


@pytest.mark.parametrize(("printed", "confidence", "sure"), [("Page 2 of 3", 0.1, False), ("Page 2 of 3", 0.4, True), ("2/3", 0.4, False)])
def test_a_figure_read_badly_is_not_sure(printed: str, confidence: float, sure: bool) -> None:
    assert [number.sure for number in read_numbers(page(printed, sure=confidence)).own] == [sure]


def test_page_number_is_read_across_cells_of_a_line() -> None:
    words = tuple(
        Word(text, Box(x, 0.95, x + 0.03, 0.962), 1.0, line)
        for line, (text, x) in enumerate(zip(("Page", "2", "of", "3"), (0.7, 0.74, 0.75, 0.78), strict=True))
    )
    assert page_number(PageReading(1, PageKind.TEXT, words)) == (2, 3)


def test_count_in_a_fax_header_is_no_page_number() -> None:
    placed = (("03/04/2025", 0.05), ("08:10", 0.15), ("FROM:", 0.3), ("555-0143", 0.36), ("P.", 0.8), ("2/5", 0.83))
    words = tuple(Word(text, Box(x, 0.01, x + 0.01 * len(text), 0.02), 1.0, 0) for text, x in placed)
    sheet = PageReading(1, PageKind.TEXT, words)
    assert (page_number(sheet), read_numbers(sheet).fax) == (None, PageNumber(2, 5))


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["Page 1 of 3", "Page 2 of 3", "Page 3 of 3"], []),
        (["Page 1 of 3", "Page 3 of 3"], ["page 2 of 3 is not here"]),
        (["Page 1 of 3", "Page 2 of 3"], ["page 3 of 3 is not here"]),
        (["", "Page 2 of 3", "Page 3 of 3"], []),
        (["Page 2 of 3", "Page 3 of 3"], ["page 1 of 3 is not here"]),
        (["Page 1 of 6", "Page 2 of 6", "Page 5 of 6", "Page 6 of 6"], ["pages 3 and 4 of 6 are not here"]),
        (["Page 1 of 6", "", "Page 5 of 6", "Page 6 of 6"], ["2 of the pages 2 to 4 of 6 are not here"]),
        (["1/2", "2/2"], []),
        (["pg 1/3", "pg 3/3"], ["page 2 of 3 is not here"]),
        (["Pg 1", "Pg 3"], ["page 2 is not here"]),
        (["", "- 2 -", "- 3 -"], []),
        (["", ""], []),
    ],
)
def test_gaps_are_named(texts: list[str], told: list[str]) -> None:
    assert gaps(part(*texts)) == told


@pytest.mark.parametrize(
    "texts",
    [
        ["Page 1 of 3", "Page 2 of 8", "Page 3 of 3"],
        ["Page 1 of 3", "Page 3 of 3", "Page 3 of 3"],
        ["Page l of 3", "Page 2 0f 3", "Page 3 of 3"],
        ["Page 1 of 5", "Page 2 of 5", "Page 8 of 5", "Page 4 of 5", "Page 5 of 5"],
        ["Page 1 of 9", "Page 2 of 9", "Page 8 of 9", *(f"Page {n} of 9" for n in range(4, 10))],
    ],
)
def test_a_misread_number_invents_no_gap(texts: list[str]) -> None:
    assert gaps(part(*texts)) == []


def test_a_form_numbered_by_itself_inside_a_numbered_document_is_no_gap() -> None:
    outer = [f"Page {n} of 6" for n in range(1, 7)]
    assert gaps(part(*outer[:2], "Page 1 of 2", "Page 2 of 2", *outer[4:])) == []
    assert gaps(part(*outer[:2], "Page 1 of 2\nPage 3 of 6", *outer[3:], top=730)) == []
    assert gaps(part("Page 1 of 2", "Page 2 of 2", "Page 1 of 3")) == ["pages 2 and 3 of 3 are not here"]


@given(st.integers(2, 9), st.data())
def test_whole_in_any_order_of_a_stack_and_every_single_page_is_missed(of: int, data: st.DataObject) -> None:
    numbers = list(range(1, of + 1))
    order = data.draw(st.sampled_from([numbers, numbers[::-1], numbers[::2] + numbers[1::2], numbers[::2] + numbers[1::2][::-1]]))
    assert gaps(numbered(order, of)) == []
    gone = data.draw(st.sampled_from(numbers))
    left = [n for n in order if n != gone]
    assert gaps(numbered(left, of)) == [f"page {gone} of {of} is not here"]


def test_blank_backs_are_pages_only_of_sheets_numbered_by_sides() -> None:
    def fronts(*numbers: int, of: int) -> Part:
        return Part(told(*(page(f"Page {n} of {of}", 2 * at + 1) for at, n in enumerate(numbers))), titled=True)

    assert gaps(fronts(1, 3, 5, of=6), blanks=(2, 4, 6)) == []
    assert gaps(fronts(1, 2, 3, of=3), blanks=(2, 4, 6)) == []
    assert gaps(fronts(1, 3, of=3), blanks=(2, 4)) == ["page 2 of 3 is not here"]


def test_a_page_that_landed_in_the_next_document_is_told_with_both() -> None:
    cut = [numbered([1], 2), numbered([2], 2, 2, titled=False)]
    assert find_gaps(cut) == (
        ("page 2 of 2 lies in another document (page 2 of the file)",),
        ("page 1 of 2 lies in another document (page 1 of the file)",),
    )


def test_a_numbered_packet_of_several_documents_lacks_only_what_its_numbers_skip() -> None:
    packet = [numbered([7, 8], 40), numbered([9, 10], 40, 3), numbered([11], 40, 5)]
    assert gaps(*packet) == []
    assert find_gaps([*packet[:2], numbered([12], 40, 5)]) == ((), ("page 11 of 40 is not here",), ())
    assert gaps(numbered([1, 2], 2), numbered([1, 2], 2, 3)) == []


@pytest.mark.parametrize(
    ("faxes", "told"),
    [
        ([([4, 5, 6], 10)], []),
        ([([4, 6], 10)], ["fax page 5 of 10 is not here"]),
        ([([2, 3, 4], 4)], []),
        ([([1, 2], 4)], ["fax pages 3 and 4 of 4 are not here"]),
        ([([1, 2], 2), ([1, 3], 3)], ["fax page 2 of 3 is not here"]),
        ([([1, 2], 5), ([3, 5], 5)], ["fax page 4 of 5 is not here"]),
        ([([1, 2, 8, 4], 9), ([5, 6, 7, 8, 9], 9)], []),
    ],
)
def test_a_fax_header_tells_of_what_the_call_lost(faxes: list[tuple[list[int], int]], told: list[str]) -> None:
    parts, start = [], 1
    for numbers, of in faxes:
        parts.append(faxed(numbers, of, start))
        start += len(numbers)
    assert gaps(*parts) == told


def test_a_last_page_that_says_it_goes_on_is_told() -> None:
    assert gaps(part("Aspirin 81 mg\ncontinued on next page", top=720)) == ["the last page says that it is continued"]
    assert gaps(part("continued on next page", "the end")) == []
