"""One installation of the review application for each test."""

import pytest
from web_desk import START, Desk

from schemas.config import Config
from workers.wire import connect


@pytest.fixture
def desk(tmp_path):
    config = Config()
    made = Desk(config, tmp_path / "var", connect(config, tmp_path / "var"), [START])
    yield made
    made.stores.index.dispose()
