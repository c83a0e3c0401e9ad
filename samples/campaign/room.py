"""The disk is nearly full: nothing more is taken in, that is said, and it goes on by itself once there is room."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from samples.campaign.crowd import Crowd, roles
from samples.campaign.house import PEOPLE, House, chartroom, make_house, progress, reckon, until
from samples.campaign.plan import Plan
from samples.campaign.stub import make_drop
from samples.report import Row, not_run

WHAT = "disk nearly full for a while (nothing may be taken in, and that be told)"
DISK_MEGABYTES, LEAST_MEGABYTES = 256, 128
FULL_SECONDS = 3.0
REST_SECONDS = 60.0
ALARM, PROBLEM = "nothing is taken in", "disk nearly full"


def run(folder: Path, plan: Plan) -> list[Row]:
    """On a small file system of its own."""
    house = House(folder / "house")
    house.var.mkdir(parents=True)
    try:
        with _small_disk(house.var):
            return [fill(house, plan.s3_files)]
    except (PermissionError, subprocess.CalledProcessError) as error:
        return [not_run(WHAT, f"no file system can be mounted here ({type(error).__name__})", target="= 0", unit="files", hard=True)]


def fill(house: House, files: int) -> Row:
    """Some files, then no room and more files, then room again."""
    make_house(house.folder, intake={"min_free_megabytes": LEAST_MEGABYTES})
    drops, ballast = [make_drop(number, people=PEOPLE) for number in range(files)], house.var / "ballast"
    with Crowd(house, roles()) as crowd:
        house.drop(drops[: files // 2])
        until(lambda: crowd.rests(files // 2), REST_SECONDS)
        with ballast.open("wb") as filler:
            os.posix_fallocate(filler.fileno(), 0, (DISK_MEGABYTES - LEAST_MEGABYTES) << 20)
        house.drop(drops[files // 2 :])
        time.sleep(FULL_SECONDS)
        taken = progress(house).settled + progress(house).in_work - files // 2
        said = chartroom(house, "status")
        ballast.unlink()
        until(lambda: crowd.rests(files), REST_SECONDS)
    silent = sum(word not in " ".join(said.split()) for word in (ALARM, PROBLEM))
    return reckon(WHAT, house, drops, n=files - files // 2, besides=taken + silent, note=f"{files - files // 2} files waited")


@contextmanager
def _small_disk(place: Path) -> Iterator[None]:
    if os.getuid():
        raise PermissionError
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "tmpfs", place], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
