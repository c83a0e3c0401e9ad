"""The short form of the fault campaigns: a few of the points that `make campaign` walks all of."""

import errno
import time

import pytest

from samples.campaign import walk
from samples.campaign.calls import PASS, Fate, can_watch
from samples.campaign.house import judge, warm

pytestmark = pytest.mark.skipif(bool(can_watch()), reason=f"cannot be run here: {can_watch()}")


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    warm()
    return walk.settled_house(tmp_path_factory.mktemp("campaign") / "first")


@pytest.fixture
def house(first, tmp_path):
    return walk.second_house(first, tmp_path / "house")


def whole(house):
    return judge(house, [walk.FIRST, walk.SHEET])


def test_journal_that_cannot_be_written_for_a_moment_strands_no_file(house):
    began = []

    def fail_while_a_step_is_noted(call):
        if not began and call.kind == "write" and call.paths[0].endswith("engine.db-wal") and list(house.var.glob("scratch/*/*/original")):
            began.append(time.monotonic())
        bad = began and time.monotonic() - began[0] < 0.5 and "engine.db" in call.paths[0]
        return Fate(error=errno.EIO) if bad else PASS

    ended = walk.live_through(house, 2, fail_while_a_step_is_noted)
    assert began
    assert ended.code == 0
    assert whole(house).whole
    assert "the journal could not be written" in house.folder.with_suffix(".log").read_text()
