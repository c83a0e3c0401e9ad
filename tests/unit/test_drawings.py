"""Pictures of figures: everything inside the frame, the same figures in drawing and table, shares only where enough is known."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review import drawings
from review.quality import Errors, Quality, rate_of
from review.screens.chart.timeline import picture_of
from review.screens.lead import dashboard
from schemas.line import Line, LineKind, Standing
from schemas.record import DocumentRecord, DocumentStatus, StoredField
from store.throughput import Day, Pages

FIGURES = st.lists(st.one_of(st.none(), st.integers(0, 10**7)), min_size=1, max_size=40)


def days(*opened_decided, backlog=0):
    return [Day(date(2026, 11, 1) + timedelta(days=n), 10, 3, one, other, backlog) for n, (one, other) in enumerate(opened_decided)]


@given(FIGURES)
def test_columns_and_lines_stay_in_their_frame_and_tell_every_figure_in_the_table(values):
    labels = [str(n) for n in range(len(values))]
    series = (drawings.Series("a", values, "first"), drawings.Series("b", values[::-1], "second"))
    for picture in (drawings.columns("n", "t", "s", labels, series), drawings.lines("n", "t", "s", labels, series)):
        assert [row[1] for row in picture.rows] == ["–" if value is None else f"{value:,}" for value in values]
        assert all(box.x >= drawings.LEFT and box.x + box.width <= drawings.WIDTH and box.y >= drawings.TOP - 0.1 for box in picture.boxes)
        assert all(box.y + box.height == pytest.approx(drawings.FLOOR, abs=0.2) for box in picture.boxes)
        assert all(drawings.TOP <= dot.y <= drawings.FLOOR for dot in picture.dots)
        assert picture.foot[-1].text == labels[-1]
        assert len(picture.foot) <= drawings.FEW


def test_a_larger_figure_stands_higher():
    picture = drawings.columns("n", "t", "s", ["a", "b"], (drawings.Series("x", [1, 2], "first"),))
    assert picture.boxes[1].height == pytest.approx(2 * picture.boxes[0].height, abs=0.2)


def test_parts_fill_the_bar_and_an_interval_spans_its_share():
    bar = drawings.parts("n", "t", "s", [("filed", 30, "good"), ("in review", 10, "warn"), ("set aside", 0, "plain")])
    assert sum(box.width for box in bar.boxes) == pytest.approx(drawings.WIDTH - 2 * drawings.RIGHT, abs=0.3)
    assert [row[2] for row in bar.rows] == ["75.0%", "25.0%", "0.0%"]
    known, unknown = drawings.Share("fax", 0.01, 0.02, 0.05, "3 of 150"), drawings.Share("mail", 0, None, 1, "fewer than 20")
    drawn = drawings.shares("n", "t", "s", [known, unknown], "Source")
    assert len(drawn.dots) == 1
    assert drawn.boxes[0].x <= drawn.dots[0].x <= drawn.boxes[0].x + drawn.boxes[0].width
    assert drawn.rows[1][1] == "–"


def test_the_ledger_says_when_pages_are_missing():
    even, _ = dashboard.ledger(Pages(12, {"filed": 10, "review": 2, "quarantined": 0, "set_aside": 0}, 0, 0))
    odd, _ = dashboard.ledger(Pages(12, {"filed": 10, "review": 1, "quarantined": 0, "set_aside": 0}, 0, 0))
    assert (even.look, odd.look) == ("good", "bad")


@pytest.mark.parametrize(
    ("backlog", "came", "went", "said"),
    [(100, 10, 20, "nothing waits on 18 Nov"), (100, 20, 10, "170 will wait in 7 days"), (0, 5, 5, "were answered on a day of late.")],
)
def test_the_forecast_goes_on_as_the_last_full_days_went(backlog, came, went, said):
    told, picture = dashboard.backlog(days(*[(came, went)] * 8, backlog=backlog))
    assert told.figure == f"{backlog:,}"
    assert said in picture.says


def test_nothing_is_forecast_from_half_a_day_nor_any_share_of_a_few():
    _, picture = dashboard.backlog(days((5, 1), backlog=4))
    assert "one full day" in picture.says
    few = [timedelta(hours=1)] * (dashboard.ENOUGH - 1)
    assert dashboard.turnaround(few)[0].figure == "–"
    assert dashboard.turnaround([*few, timedelta(hours=48)])[0].figure == "95.0%"
    assert dashboard.straight_through(days((16, 0)))[0].figure == "–"
    assert dashboard.straight_through(days((17, 0)))[0].figure == "15.0%"


def test_a_bound_is_told_as_proved_only_when_every_filing_source_proved_its_own():
    def at(kind, bound):
        return Standing(Line(kind, bound), 30_000, 0, bound, bound, None, 0, 0, None, 30_000)

    certified, shipped = at(LineKind.CERTIFIED, 1e-4), at(LineKind.BUILTIN, 1e-4)
    assert dashboard.worst_bound({"fax": certified}).says == "misfiles at most, proved on own decisions"
    assert "line that ships" in dashboard.worst_bound({"fax": certified, "mail": shipped}).says
    assert dashboard.worst_bound({"mail": at(LineKind.SHADOW, 1e-4)}).figure == "–"
    assert [one.upper for one in dashboard.bounds({"fax": certified})] == ["1 in 10,000"]


def test_documents_stand_on_the_timeline_in_the_order_of_their_days():
    picture = drawings.timeline("n", "t", "s", [(0.0, "note"), (1.0, "note"), (0.5, "ecg")], [(0.0, "2024")])
    assert [tick.text for tick in picture.lanes] == ["note", "ecg"]
    assert picture.dots[0].x < picture.dots[2].x < picture.dots[1].x


def note(day, kind="ecg"):
    fields = {"service_date": StoredField(day, 1.0, 1, (0, 0, 1, 1))} if day else {}
    return DocumentRecord("d", "f", "a.pdf", "0", (1,), DocumentStatus.FILED, kind, None, None, "M1", None, fields, (), "k", None, {})


def test_a_chart_is_drawn_when_there_is_time_between_its_documents():
    assert picture_of([note("2024-03-01"), note("2024-03-01"), note(""), note("not a day")]) is None
    picture = picture_of([note("2020-01-01"), note("2024-12-31"), note(""), note("2022-07-02", "consultation")])
    assert [dot.y for dot in picture.dots].count(picture.lanes[0].at) == 2
    assert [tick.text for tick in picture.foot] == ["2021", "2022", "2023", "2024"]
    assert "3 documents from 2020-01-01 to 2024-12-31" in picture.says
    assert [tick.text for tick in picture_of([note("2024-03-01"), note("2024-05-01")]).foot] == ["2024-03-01", "2024-05-01"]


def test_error_shares_are_drawn_with_their_intervals_and_not_of_a_few():
    rate = rate_of([True] * 2 + [False] * 58)
    few = rate_of([False] * 19)
    by_source, by_type, desk = dashboard.errors(Quality(Errors(rate, {"fax": rate, "mail": few}, {"ecg": few}), Errors(few, {}, {}), few, rate))
    assert [row[1] for row in by_source.rows] == ["3.33 %", "3.33 %", "–"]
    assert [row[3] for row in by_type.rows] == ["2 of 60", "fewer than 20 checks"]
    assert len(desk.dots) == 1
