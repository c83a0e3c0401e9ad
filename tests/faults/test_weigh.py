"""What a house's own documents say of how often identifiers agree, without anybody having said whose they are."""

import pytest
from test_rematch import PAGE, House

from schemas.document import FieldName
from workers import show_learning
from workers.weigh import weigh_own

MOVED = {**PAGE, FieldName.PATIENT_PHONE: "2165550101"}


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("STUB_TRACE", str(tmp_path / "trace"))
    made = House(tmp_path)
    made.people("M1,Quillfeather,Jane,F,1980-02-03,4405550199,12 Elm Street,12345", "X1,Other,Person,M,1950-05-05,,,")
    return made


def test_what_often_differs_here_is_learnt_and_nothing_is_changed(house, capsys):
    names = [house.document(name, says) for name, says in (("a", PAGE), *((f"b{at}", MOVED) for at in range(4)), ("c", {}))]
    before = [house.now(name) for name in names]
    assert {record.status.value for record in before} == {"filed", "review"}
    count, rows = weigh_own(house.stores, house.config.match)
    here = {(row.field, row.level): row for row in rows}
    assert count == 5
    assert here["phone", "different"].here > 1.1 * here["phone", "different"].shipped
    assert here["phone", "exact"].here < here["phone", "exact"].shipped
    for field in {row.field for row in rows}:
        assert sum(row.here for row in rows if row.field == field) == pytest.approx(1)
        assert sum(row.shipped for row in rows if row.field == field) == pytest.approx(1)
    assert [house.now(name) for name in names] == before
    show_learning.weights(count, [rows[0]._replace(here=rows[0].shipped / 3), rows[1]])
    told = capsys.readouterr().out
    assert told.count("differs") == 1
    assert "5 documents" in told
