"""`documents show --spans`: an engineer sees what language finds on the words of a kept reading."""

import re
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from schemas.config import Config
from store.database import writing
from store.tables import reading as kept
from tests.contract.test_train import put
from workers.cli import app
from workers.wire import connect

LINES = ["^Lakeview Hospital", "^#DISCHARGE SUMMARY", "Patient: DOE, JANE  DOB: 01/02/1950  MRN: 4471902", "", *["She is doing well today."] * 8]


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("CHARTROOM_DATA_DIR", str(tmp_path / "var"))
    (tmp_path / "c.yaml").write_text("")
    monkeypatch.setenv("CHARTROOM_CONFIG", str(tmp_path / "c.yaml"))
    stores = connect(Config(), tmp_path / "var")
    put(SimpleNamespace(stores=stores), 1, LINES)
    yield stores
    stores.index.dispose()


def shown(*words):
    done = CliRunner().invoke(app, ["documents", "show", "doc1", *words])
    return done.exit_code, f"{done.output}{done.exception or ''}"


def test_spans_are_shown_with_their_words_their_value_and_their_cost(house):
    code, said = shown("--spans")
    assert code == 0, said
    for row in (
        r"labels +patient_dob +1 +DOB:",
        r"fields +patient_dob +1 +01/02/1950 +1950-01-02 – right of 'DOB",
        r"titles +discharge_summary +1 +DISCHARGE SUMMARY",
        r"segments +document +1",
        r"\d+ words; by text alone \w+ 0\.\d\d",
        r"one person; \d+\.\d ms of processor time a page",
    ):
        assert re.search(row, said), (row, said)
    assert "labels" not in shown()[1]


def test_a_reading_that_is_gone_is_said(house):
    with writing(house.index) as conn:
        conn.execute(kept.delete())
    code, said = shown("--spans")
    assert (code, "not kept any more" in said) == (1, True)
