"""Codes as index terms: what is no code is not made one."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract import extract
from pipeline.fields.code_table import Standing, standing
from pipeline.fields.codes import cpt_codes, icd_codes, is_npi, npi_figures
from samples.code_table import billable
from schemas.page import Box, PageKind, PageReading, Word
from schemas.rules import ExtractRules
from tests.told import told

NPIS = ("1234567893", "1245319599", "1679576722")  # published as examples, or in the public registry's manual


def page(*lines: str) -> PageReading:
    words = tuple(
        Word(text, Box((60 + 7 * at) / 612, (100 + 20 * row) / 792, (60 + 7 * (at + len(text))) / 612, (110 + 20 * row) / 792), 0.99, row)
        for row, line in enumerate(lines)
        for at, text in _placed(line)
    )
    return PageReading(1, PageKind.TEXT, words)


def _placed(line: str) -> list[tuple[int, str]]:
    return [(at, word) for at, word in _starts(line) if word]


def _starts(line: str) -> list[tuple[int, str]]:
    found, at = [], 0
    for word in line.split(" "):
        found.append((at, word))
        at += len(word) + 1
    return found


def fields(*lines: str) -> dict[str, str]:
    return {str(field.name): field.value for field in extract(told(page(*lines)), rules=ExtractRules()).fields}


@pytest.mark.parametrize("npi", NPIS)
def test_a_published_identifier_is_right(npi: str) -> None:
    assert is_npi(npi)


@given(st.sampled_from(NPIS), st.integers(0, 9), st.sampled_from(string.digits))
def test_one_figure_misread_is_told(npi: str, at: int, figure: str) -> None:
    assert is_npi(npi[:at] + figure + npi[at + 1 :]) == (figure == npi[at])


@given(st.text(string.digits, max_size=12).filter(lambda text: len(text) != 10))
def test_an_identifier_has_ten_figures(text: str) -> None:
    assert not is_npi(text)


def test_the_authors_identifier_stands_beside_the_author() -> None:
    found = fields("Electronically signed by: Ann Bell, MD   NPI: 1234567893", "", "cc: Tom Reed, MD   NPI: 1245319599")
    assert found["author"] == "Ann Bell, MD"
    assert found["author_npi"] == "1234567893"


def test_another_clinicians_identifier_is_not_the_authors() -> None:
    found = fields("Signed by: Ann Bell, MD", "", "", "", "Referring provider: Tom Reed, MD   NPI: 1245319599")
    assert "author_npi" not in found


def test_a_wrong_check_digit_gives_no_identifier_and_lowers_the_author() -> None:
    right, wrong = (extract(told(page(f"Signed by: Ann Bell, MD   NPI: {npi}")), rules=ExtractRules()) for npi in ("1234567893", "1234567890"))
    plain = extract(told(page("Signed by: Ann Bell, MD")), rules=ExtractRules())
    said = [next(f.confidence for f in each.fields if f.name == "author") for each in (wrong, plain, right)]
    assert said == sorted(set(said))
    assert not [f for f in wrong.fields if f.name == "author_npi"]


LETTERS = {"0": "OoQD", "1": "lIi|!", "5": "Ss", "8": "B", "2": "Zz"}  # as figures are misread


@given(st.sampled_from(NPIS), st.data())
def test_an_identifier_with_letters_for_figures_is_mended_or_refused_and_never_another(npi: str, data: st.DataObject) -> None:
    read = "".join(data.draw(st.sampled_from([c, *LETTERS.get(c, "")])) for c in npi)
    assert npi_figures(read) in ({npi} if read == npi else {npi, ""})
    few = sum(not c.isdigit() for c in read) <= 2
    assert (npi_figures(read) == npi) is few


@pytest.mark.parametrize("read", ["123456789O", "I234567B9l", "1234S6789", "phone12345", "12345678933", "1Z34S6789E"])
def test_letters_that_make_no_right_check_digit_give_no_identifier(read: str) -> None:
    assert npi_figures(read) == ""


@pytest.mark.parametrize("code", ["E11.9", "I50.23", "S72.001A", "Z3A.38", "C7A.010", "M1A.0110", "U07.1", "O9A.211", "T88.7XXA", "H66.91"])
def test_a_diagnosis_code_of_the_release_is_kept(code: str) -> None:
    assert list(icd_codes(f"({code}),")) == [code]


@pytest.mark.parametrize(
    "code", ["E11.99", "S72.00X", "Z38.38", "A00.5", "U50.1", "T97.2", "C99.1", "E9A.1", "D95.0", "O97.3", "150.23", "l50.23", "E1.19", "I5023"]
)
def test_what_the_release_does_not_have_is_no_code(code: str) -> None:
    assert not list(icd_codes(code))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("E11.9", Standing.BILLABLE),
        ("I10", Standing.BILLABLE),
        ("T07.XXXA", Standing.BILLABLE),
        ("E11", Standing.CATEGORY),
        ("E11.6", Standing.CATEGORY),
    ]
    + [(code, Standing.UNKNOWN) for code in ("E11.99", "I10.1", "A", "", "\n", "ZZZ")],
)
def test_what_a_release_says_of_a_code(code: str, said: Standing) -> None:
    assert standing(code) is said


def test_a_category_is_kept_and_told() -> None:
    (field,) = (f for f in extract(told(page("Diagnosis codes: E11.6, I10, (E78)")), rules=ExtractRules()).fields if f.name == "icd10_codes")
    assert field.value.split(", ")[0] == "E11.6"
    assert "E11.6" in field.rule
    assert "not billable" in field.rule


def test_the_table_is_made_of_what_heads_no_longer_code() -> None:
    assert billable(["A00 Cholera", "A00.0", "A009", "A00-A09 Intestinal", "", "1", "T07", "T07XXXA"]) == ["A000", "A009", "T07XXXA"]


def test_a_first_letter_misread_comes_back_only_where_nothing_else_can_stand() -> None:
    assert fields("ICD-10 code: 150.23")["icd10_codes"] == "I50.23"
    assert fields("Diagnosis: l50.23")["icd10_codes"] == "I50.23"
    assert fields("Diagnosis: $52.501A")["icd10_codes"] == "S52.501A"
    assert "icd10_codes" not in fields("Diagnosis: 150.23")  # a code of the ninth revision as well
    assert "icd10_codes" not in fields("ICD-10 code: $52.50")


@given(st.integers(0, 99999))
def test_a_procedure_code_is_of_a_section(number: int) -> None:
    found = list(cpt_codes(f"{number:05d}"))
    assert found in ([], [f"{number:05d}"])
    assert not (found and (number < 100 or number > 99607 or 2000 <= number <= 10003))


@pytest.mark.parametrize("text", ["$99214", "99214.50", "12/99214", "992144", "43055-1234", "1,99214"])
def test_money_dates_and_longer_numbers_are_no_procedures(text: str) -> None:
    assert not list(cpt_codes(text))


def test_procedures_are_read_under_their_label_alone() -> None:
    assert fields("CPT: 99214, 93000-26", "Millbrook, OH 43055")["cpt_codes"] == "99214, 93000"
    assert "cpt_codes" not in fields("Patient seen at 99214 Elm Street", "Dayton, OH 45402", "Order 93000")
