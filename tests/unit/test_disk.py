"""The room that is left is that of the fullest disk in use, whichever of the places it holds."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from schemas.config import Config, Index, Objects
from workers.disk import least_room

OTHER = Path("/dev/shm")


@pytest.fixture
def two_disks(tmp_path):
    if not OTHER.is_dir() or OTHER.stat().st_dev == tmp_path.stat().st_dev or not os.access(OTHER, os.W_OK):
        pytest.skip("there is no second disk")
    with tempfile.TemporaryDirectory(dir=OTHER) as other:
        yield sorted([tmp_path, Path(other)], key=lambda place: shutil.disk_usage(place).free)


def test_the_fullest_disk_counts_whether_it_holds_data_objects_or_index(two_disks):
    full, roomy = two_disks
    total = shutil.disk_usage(full).total
    assert least_room(Config(), full).total == total
    assert least_room(Config(), roomy).total == shutil.disk_usage(roomy).total
    assert least_room(Config(objects=Objects(path=str(full / "not" / "yet"))), roomy).total == total
    assert least_room(Config(objects=Objects(path=str(roomy))), full).total == total
    assert least_room(Config(index=Index(url=f"sqlite:///{full}/index.db")), roomy).total == total


def test_objects_on_a_server_take_no_room_here(two_disks):
    full, roomy = two_disks
    assert least_room(Config(objects=Objects(kind="s3", path=str(full))), roomy).total == shutil.disk_usage(roomy).total
