"""What the tests of this folder share."""

import pytest

from tests.scanned import Sheet, laboratory, letter


@pytest.fixture(scope="module")
def sheets(tmp_path_factory) -> list[Sheet]:
    """A letter and a table of results."""
    folder = tmp_path_factory.mktemp("sheets")
    return [letter(folder), laboratory(folder)]
