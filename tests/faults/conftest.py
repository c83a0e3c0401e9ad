"""What most tests of failures start from: a house of its own, and where the stub worker notes what it read."""

import pytest

from schemas.config import Config
from workers.wire import connect


@pytest.fixture
def stores(tmp_path):
    return connect(Config(), tmp_path / "var")


@pytest.fixture(autouse=True)
def _stub_trace(tmp_path, monkeypatch):
    monkeypatch.setenv("STUB_TRACE", str(tmp_path / "trace"))
