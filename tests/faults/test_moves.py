"""Moved, restored, rewrapped, and out of room with work in flight: the short form of what `make campaign` does."""

import pytest

from samples.campaign import moves, room
from samples.campaign.plan import QUICK

FILES = 9


@pytest.mark.parametrize("move", [moves.copy_to_postgres, moves.restore_elsewhere, moves.change_keys])
def test_what_is_moved_with_work_in_flight_goes_on_and_nothing_is_lost(tmp_path, move):
    tmp_path.chmod(0o711)
    row = move(tmp_path / "move", FILES)
    assert row.met, row


def test_nothing_is_taken_in_while_the_disk_is_nearly_full_and_it_goes_on_by_itself(tmp_path):
    (row,) = room.run(tmp_path, QUICK._replace(s3_files=FILES))
    if row.value is None:
        pytest.skip(row.note)
    assert row.met, row
