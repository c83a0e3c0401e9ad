import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fields.names import parse_name, provider_name


@pytest.mark.parametrize(
    ("printed", "filed"),
    [
        ("SMITH, JOHN A", "SMITH, JOHN A"),
        ("SMITH,JOHN", "SMITH, JOHN"),
        ("John A. Smith Jr", "SMITH, JOHN A JR"),
        ("John Smith, Jr.", "SMITH, JOHN JR"),
        ("Smith Jr., John Q", "SMITH, JOHN Q JR"),
        ("Smith, John, Jr.", "SMITH, JOHN JR"),
        ("Mr. John Smith", "SMITH, JOHN"),
        ("SMITH JOHN A", "SMITH, JOHN A"),
        ("Van Dyke, Mary Ann", "VAN DYKE, MARY ANN"),
        ("Mary van der Berg", "VAN DER BERG, MARY"),
        ("DE LA CRUZ, MARIA ELENA", "DE LA CRUZ, MARIA ELENA"),
        ("O'Brien-Jones, Siobhan", "O'BRIEN-JONES, SIOBHAN"),
        ("Jane Doe III", "DOE, JANE III"),
        ("John Smith 01/02/1950", "SMITH, JOHN"),
        ("Smith, John (DOB", "SMITH, JOHN"),
        ("SMITH. JOHN A", "SMITH, JOHN A"),
        ("Do, Kim", "DO, KIM"),
    ],
)
def test_name_is_filed_last_name_first(printed: str, filed: str) -> None:
    name = parse_name(printed.split())
    assert name
    assert name.text == filed


@pytest.mark.parametrize(
    "printed", ["Dr. John Smith", "John Smith, MD", "Smith, John A., M.D.", "Jane Roe RN", "Jane Roe, NP", "Kim Lee PhD", "Jane Roe PA-C"]
)
def test_clinician_is_never_a_patient(printed: str) -> None:
    assert parse_name(printed.split()) is None


@pytest.mark.parametrize(
    "printed",
    [
        "Smith Medical Center",
        "Your request for records",
        "Medical records",
        "Date of birth",
        "123 Main Street",
        "Smith",
        "Dayton, OH 45402",
        "See attached",
        "N/A",
        "",
    ],
)
def test_what_is_no_person_is_refused(printed: str) -> None:
    assert parse_name(printed.split()) is None


def test_open_order_is_told() -> None:
    name = parse_name(["NGUYEN", "TRAN"])
    assert name
    assert not name.sure_order
    assert name.swapped == "NGUYEN, TRAN"


def test_order_follows_a_common_given_name() -> None:
    names = [parse_name(printed.split()) for printed in ("WHITFIELD ROBERT", "ROBERT WHITFIELD")]
    assert [name and name.text for name in names] == ["WHITFIELD, ROBERT"] * 2


def test_digits_inside_a_name_are_read_as_letters_and_flagged() -> None:
    name = parse_name(["SM1TH,", "J0HN"])
    assert name
    assert (name.text, name.folded) == ("SMITH, JOHN", True)


def test_formal_reading_wants_a_comma_or_capitals() -> None:
    assert parse_name(["John", "Smith"], formal=True) is None
    assert parse_name(["Smith,", "John"], formal=True)
    assert parse_name(["JOHN", "SMITH"], formal=True)


def test_provider_keeps_credentials() -> None:
    assert provider_name(["Jane", "Doe,", "MD", "01/02/2024"]) == ("Jane Doe, MD", 3)
    assert provider_name(["Radiology", "Associates"]) == ("", 0)


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_words_give_a_name_of_the_filed_form_or_none(printed: list[str]) -> None:
    name = parse_name(printed)
    assert name is None or (", " in name.text and name.text == name.text.upper() and name.used <= len(printed))
