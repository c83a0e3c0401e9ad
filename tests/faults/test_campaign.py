"""The short form of the fault campaigns: a few of the points that `make campaign` walks all of."""

import errno
import time
from functools import partial

import pytest

from pipeline.engines.opener import ChildOpener
from samples.campaign import k1, k2, k3, k4, k5, k7, k8, proxy, servers, walk
from samples.campaign.calls import PASS, Fate, can_watch
from samples.campaign.house import Outcome, copy_house, judge, make_house, warm
from samples.campaign.plan import QUICK
from samples.hostile import make_hostile
from schemas.rules import RenderRules
from schemas.source import Opened, Refused

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


@pytest.mark.parametrize("number", [65, 110, 150])
def test_killed_at_a_call_and_again_at_recovery_nothing_is_lost(first, number):
    walked = k2.die_twice(first, 230, number)
    assert walked.outcome.whole, walked
    assert walked.deaths == 2 - walked.where.endswith("then none"), walked


def test_a_death_that_never_came_is_not_counted(first):
    walked = k2.die_twice(first, 230, 10_000)
    assert (walked.where, walked.deaths) == ("none, then none", 0)


def test_a_good_file_in_quarantine_is_counted_apart_and_is_not_whole():
    fine = Outcome(2, 2, 0, 0, 0, 0, ())
    assert fine.whole
    assert not fine._replace(refused=1).whole
    assert walk.quarantined([walk.Walked("here", fine), walk.Walked("there", fine._replace(refused=2))]) == "; 1 with a good file in quarantine"


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_disk_that_fails_for_a_second_is_told_and_outlived(first, error):
    walked = k3.fail(first, k3.Fault(140, error, lasting=True))
    assert walked.outcome.whole, walked
    assert walked.told, walked


def test_power_cut_takes_nothing_acknowledged_and_would_be_noticed_if_it_did(first, tmp_path):
    house, deeds = walk.second_house(first, tmp_path / "recorded"), []
    before = copy_house(house, tmp_path / "before")
    walk.live_through(house, 2, partial(k4.record, deeds, house))
    assert k4.acknowledged(deeds) == 2
    syncs = [at for at, deed in enumerate(deeds) if deed.kind == "fsync"]
    for number, order in enumerate(k4.ORDERS):
        walked = k4.cut_power(before, deeds, k4.Cut(syncs[len(syncs) * (number + 2) // 6], order))
        assert walked.outcome.whole, walked
        assert walked.told, walked
    careless = [deed for deed in deeds if not (deed.kind == "fsync" and deed.place == "var/index.db-wal")]
    assert not k4.cut_power(before, careless, k4.Cut(len(careless), "synced")).told


def test_every_power_cut_is_tried_once_though_two_syncs_follow_each_other():
    assert [cut.after for cut in k4.cuts_at([4, 5, 9])] == [moment for moment in (4, 5, 6, 9, 10) for _ in k4.ORDERS]


def test_kills_at_random_moments_lose_and_double_nothing(tmp_path):
    row = k1.kill_at_random(tmp_path, QUICK._replace(kills=10, files=40))
    assert row.met, row


def test_clock_that_jumps_loses_nothing(tmp_path):
    (row,) = k7.run(tmp_path, QUICK)
    assert row.met, row


def test_an_s3_server_that_errs_or_sends_wrong_bytes_loses_nothing_and_is_found_out(tmp_path):
    for row in k5.run(tmp_path, QUICK._replace(s3_files=8), ways=("5xx", "wrong bytes back")):
        assert row.met, row


def test_wrong_bytes_count_as_found_only_if_some_passed_and_the_server_answered(tmp_path):
    with servers.s3_server(tmp_path / "s3") as server, proxy.proxy_before(server, tmp_path) as spoiler:
        objects = make_house(tmp_path / "house", objects=servers.s3_settings(tmp_path, spoiler.address)).stores().objects
        digests = [objects.put_bytes(b"%d" % number).rpartition("/")[2] for number in range(10)]
        unheard = spoiler._replace(mode=tmp_path / "unheard")
        unheard.tally.touch()
        assert not k5.read_wrong_bytes(objects, unheard, digests).met, "nothing was spoilt"
        found = k5.read_wrong_bytes(objects, spoiler, digests)
        assert found.met, found
        spoiler.mode.write_text("down")
        dead = k5.read_wrong_bytes(objects, unheard, digests[:1])
        assert (dead.met, dead.value) == (False, 1), dead


def test_odd_deliveries_are_accounted_for_exactly(tmp_path):
    row = k8.deliver_oddly(tmp_path)
    assert row.met, row


def test_no_hostile_file_gets_past_the_opener(tmp_path):
    opener, made = ChildOpener(RenderRules(page_cpu_seconds=3, page_wall_seconds=6)), make_hostile(tmp_path)
    found = {one.name: opener.inspect(tmp_path / one.name) for one in made}
    assert all(isinstance(one, Opened | Refused) for one in found.values())
    assert all(isinstance(found[one.name], Opened) for one in made if one.marked)
    assert all(
        isinstance(found[name], Refused)
        for name in ("program.ps", "page.html", "archive.zip", "empty.pdf", "too-many-pages.pdf", "tree-no-pages.pdf")
    )
