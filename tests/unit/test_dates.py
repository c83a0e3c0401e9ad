from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fields.dates import DIGIT_FOR, other_century, parse_date, years_between

DAYS = st.dates(date(1900, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("printed", "iso"),
    [
        ("01/02/1950", "1950-01-02"),
        ("1-2-50", "1950-01-02"),
        ("1/2/50", "1950-01-02"),
        ("01.02.1950", "1950-01-02"),
        ("2024-01-02", "2024-01-02"),
        ("2024/1/2", "2024-01-02"),
        ("Jan 2, 1950", "1950-01-02"),
        ("Jan. 2 1950", "1950-01-02"),
        ("2 January 1950", "1950-01-02"),
        ("02JAN1950", "1950-01-02"),
        ("02-Jan-1950", "1950-01-02"),
        ("January 2nd, 1950", "1950-01-02"),
        ("2nd of January 1950", "1950-01-02"),
        ("Monday, March 4, 2024", "2024-03-04"),
        ("(01/02/1950)", "1950-01-02"),
        ("Sept 9, 2021", "2021-09-09"),
        ("02/29/2024", "2024-02-29"),
    ],
)
def test_printed_date_is_read(printed: str, iso: str) -> None:
    found = parse_date(printed, pivot=30)
    assert found
    assert (found.iso, found.folded) == (iso, False)


@pytest.mark.parametrize(
    "printed",
    [
        "13/02/1950",
        "02/30/2024",
        "02/29/2023",
        "00/10/2020",
        "1/2",
        "2024",
        "01/1950",
        "01/0211950",
        "01/02-1950",
        "Janember 2, 1950",
        "123-45-6789",
        "19500102",
        "OO/OO/OOOO",
        "10:30",
        "",
        "01/02/19500",
        "12/34/5678",
        "lO/lS/SOSO",
        "Feb 30, 2020",
        "1/2/1776",
    ],
)
def test_what_is_no_single_day_is_refused(printed: str) -> None:
    assert parse_date(printed, pivot=30) is None


@pytest.mark.parametrize(
    ("printed", "iso"), [("O1/02/1950", "1950-01-02"), ("01/l2/195O", "1950-01-12"), ("1/2/19S0", "1950-01-02"), ("Jan 2, 195O", "1950-01-02")]
)
def test_letters_among_digits_are_read_and_flagged(printed: str, iso: str) -> None:
    found = parse_date(printed, pivot=30)
    assert found
    assert (found.iso, found.folded) == (iso, True)


@pytest.mark.parametrize(
    ("printed", "iso"),
    [("Ju1y 4, 2024", "2024-07-04"), ("0ct 12, 2O25", "2025-10-12"), ("Septernber 9, 2021", "2021-09-09"), ("3 Februaiy 1950", "1950-02-03")],
)
def test_a_month_misread_is_read_and_flagged(printed: str, iso: str) -> None:
    found = parse_date(printed, pivot=30)
    assert found
    assert (found.iso, found.folded) == (iso, True)


@pytest.mark.parametrize(
    "printed", ["Jvn 4, 2024", "Jul4, 2O2S1", "Ma 4, 2024", "Mey 4, 2024", "Juny 4, 2024", "Octover9 1, 2020", "Decembre 32, 2020"]
)
def test_a_month_that_may_be_two_or_none_is_refused(printed: str) -> None:
    assert parse_date(printed, pivot=30) is None


@given(st.integers(0, 99), st.integers(0, 99), st.sampled_from("/-."), st.sampled_from(["1950", "24", "2O25", "2023"]), st.sampled_from("0O1lI"))
def test_no_impossible_day_is_ever_swapped_or_mended(month: int, day: int, sign: str, year: str, digit: str) -> None:
    figures = digit.translate(DIGIT_FOR)
    printed = f"{month:02d}{sign}{day:02d}{sign}{year}".replace(figures, digit, 1)
    found, real = parse_date(printed, pivot=30), _exists(month, day, year.translate(DIGIT_FOR))
    assert found is None or (real and (int(found.iso[5:7]), int(found.iso[8:])) == (month, day))
    assert found is None or found.folded == any(c.isalpha() for c in printed)


@given(DAYS, st.sampled_from(["%m/%d/%Y", "%B %d, %Y", "%d %b %Y", "%Y-%m-%d", "%d%b%Y"]), st.integers(0, 30), st.sampled_from("0123456789"))
def test_a_figure_misread_gives_its_own_day_or_none(day: date, form: str, at: int, figure: str) -> None:
    printed = day.strftime(form)
    places = [place for place, sign in enumerate(printed) if sign.isdigit()]
    at = places[at % len(places)]
    wrong = printed[:at] + figure + printed[at + 1 :]
    found = parse_date(wrong, pivot=30)
    assert found is None or date.fromisoformat(found.iso).strftime(form) == wrong


def _exists(month: int, day: int, year: str) -> bool:
    full = year if len(year) == 4 else f"20{year}"
    try:
        return bool(date(int(full), month, day))
    except ValueError:
        return False


def test_digits_in_a_row_are_a_date_only_where_asked() -> None:
    assert parse_date("19500102", pivot=30) is None
    found = parse_date("19500102", pivot=30, compact=True)
    assert found
    assert found.iso == "1950-01-02"


@pytest.mark.parametrize(("printed", "iso"), [("1/2/30", "2030-01-02"), ("1/2/31", "1931-01-02"), ("1/2/99", "1999-01-02")])
def test_two_digit_year_follows_the_pivot_and_is_flagged(printed: str, iso: str) -> None:
    found = parse_date(printed, pivot=30)
    assert found
    assert (found.iso, found.two_digit_year) == (iso, True)


@given(DAYS)
def test_every_day_survives_every_full_form(day: date) -> None:
    forms = [
        f"{day:%m/%d/%Y}",
        f"{day.month}/{day.day}/{day.year}",
        f"{day:%Y-%m-%d}",
        f"{day:%B} {day.day}, {day.year}",
        f"{day.day} {day:%b} {day.year}",
        f"{day:%d%b%Y}".upper(),
        f"{day:%m-%d-%Y}",
    ]
    for form in forms:
        found = parse_date(form, pivot=30)
        assert found
        assert found.iso == day.isoformat()


@given(st.text(alphabet="0123456789/-.OlIS JanFeb,", max_size=14))
def test_any_text_gives_a_real_day_or_nothing(text: str) -> None:
    found = parse_date(text, pivot=30)
    assert found is None or date.fromisoformat(found.iso).isoformat() == found.iso


def test_day_first_is_never_assumed_nor_swapped() -> None:
    assert all(parse_date(f"{day}/02/1950", pivot=30) is None for day in range(13, 32))


def test_other_century_and_age() -> None:
    assert other_century("2025-01-02") == "1925-01-02"
    assert other_century("2000-02-29") is None
    assert years_between("1950-03-02", "2024-03-01") == 73
    assert years_between("1950-03-02", "2024-03-02") == 74
