"""A long file takes no more memory and no more room than a short one."""

import json
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageDraw

PAGES, SIZE = 64, (1700, 2200)
ALL_PAGES = PAGES * SIZE[0] * SIZE[1] / 2**20  # megabytes, as gray pixels


def test_memory_and_room_do_not_grow_with_the_pages(tmp_path):
    sheets = [Image.new("1", SIZE, 1) for _ in range(PAGES)]
    for number, sheet in enumerate(sheets):
        ImageDraw.Draw(sheet).point((number, 0), 0)
    sheets[0].save(tmp_path / "long.tif", save_all=True, append_images=sheets[1:], compression="group4", dpi=(200, 200))
    command = [sys.executable, Path(__file__).with_name("long_file.py"), tmp_path / "var", tmp_path / "long.tif"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())}, timeout=300)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == PAGES / 4 + 1
    assert told[-1][0] - told[1][0] < ALL_PAGES / 8
    assert max(room for _, room in told) < 4 * ALL_PAGES / PAGES + 2  # the pages of one step lie there, unpacked
