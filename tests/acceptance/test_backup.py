"""Backup, restore and moving of a whole installation: what comes back is what was, and what came in between is taken in again."""

import json
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from conftest import CHARTROOM, stop, until
from PIL import Image, ImageDraw, ImageFont

from samples.fonts import find_font
from schemas.config import Config, Index
from schemas.faults import InputFault
from workers.backup import back_up, restore
from workers.settings import read_settings
from workers.wire import connect

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def letter(path, text):
    page = Image.new("L", (900, 700), 255)
    ImageDraw.Draw(page).text((90, 90), f"PROGRESS NOTE\n\n{text}", font=ImageFont.truetype(str(find_font("DejaVuSans")), 34))
    page.save(path, dpi=(100, 100))


def drop_and_settle(house, name, text):
    up = house.start("up")
    try:
        letter(house.inbox / name, text)
        until(lambda: (house.receipts / f"{name}.receipt.txt").exists() if house.receipts.is_dir() else False)
    finally:
        stop(up)


def test_yesterdays_backup_and_todays_folder_give_back_everything(house, tmp_path):
    backup = tmp_path / "backup"
    drop_and_settle(house, "before.png", "Seen before the backup.")
    said = house.run("backup", backup)
    assert "keys/ of the data folder" in said
    assert "key file" not in said
    assert "keys/" in str(json.loads((backup / "manifest.json").read_text())["left_out"])
    assert not [path for path in backup.rglob("*") if path.suffix == ".key"]
    was = house.export()
    drop_and_settle(house, "after.png", "Seen after the backup.")
    shutil.rmtree(house.var)
    assert "1 files put back" in house.run("restore", backup)
    assert (house.inbox / "after.png").exists()
    assert house.export() == was
    assert "before" in house.run("search", "before")
    house.run("ingest", house.inbox, "--wait")
    assert {line["source"]["name"] for line in house.export()} == {"before.png", "after.png"}
    house.audit()
    assert "0 of them new" not in house.run("backup", backup)
    assert "0 of them new" in house.run("backup", backup)


def test_the_index_is_not_copied_away_from_under_those_who_work_on_it(house, tmp_path):
    copy = ("db", "copy", f"sqlite:///{house.var / 'index.db'}", f"sqlite:///{tmp_path / 'copy.db'}")
    watcher = house.start("watch")
    try:
        until((house.var / "run" / "watch.json").exists)
        house.run(*copy, code=1)
    finally:
        stop(watcher)
    assert "every table is equal" in house.run(*copy)


def test_a_backup_cut_short_or_changed_is_refused_and_a_full_house_is_not_written_over(house, tmp_path):
    letter(tmp_path / "a.png", "Seen.")
    house.run("ingest", tmp_path / "a.png", "--wait")
    house.run("backup", tmp_path / "backup")
    house.run("restore", tmp_path / "backup", code=1)  # rows are there already
    shutil.rmtree(house.var)
    (tmp_path / "backup" / "manifest.json").rename(tmp_path / "manifest.json")
    house.run("restore", tmp_path / "backup", code=1)
    (tmp_path / "manifest.json").rename(tmp_path / "backup" / "manifest.json")
    (index,) = (tmp_path / "backup").glob("index*.db")
    with index.open("ab") as file:
        file.write(b"x")
    house.run("restore", tmp_path / "backup", code=1)
    index.unlink()
    house.run("restore", tmp_path / "backup", code=1)


def test_a_backup_that_fails_leaves_the_one_before_it_whole(house, tmp_path):
    letter(tmp_path / "a.png", "Seen.")
    house.run("ingest", tmp_path / "a.png", "--wait")
    house.run("backup", tmp_path / "backup")
    was = house.export()
    letter(tmp_path / "b.png", "Seen again.")
    house.run("ingest", tmp_path / "b.png", "--wait")
    for largest in (100_000, 20_000):  # bytes: neither the index nor, the second time, its first page fit
        full = subprocess.run(
            ["prlimit", f"--fsize={largest}", CHARTROOM, "backup", tmp_path / "backup"], env=house.env, capture_output=True, check=False
        )
        assert full.returncode == 1, full.stderr
    shutil.rmtree(house.var)
    house.run("restore", tmp_path / "backup")
    assert house.export() == was
    house.run("backup", tmp_path / "backup")
    assert len([*(tmp_path / "backup").glob("index*")]) == 1


def kept_in(folder):
    return {path.name: path for path in (folder / "objects").rglob("*") if path.is_file()}


def test_an_object_that_the_backup_has_lost_is_named_and_copied_again_or_missed_at_restore(house, tmp_path):
    backup = tmp_path / "backup"
    letter(tmp_path / "a.png", "Seen.")
    house.run("ingest", tmp_path / "a.png", "--wait")
    house.run("backup", backup)
    name, path = min(kept_in(backup).items())
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(b"")
    assert name in house.said("backup", backup, code=1)
    assert path.read_bytes() == whole
    house.run("backup", backup)
    path.unlink()
    shutil.rmtree(house.var)
    assert name in house.said("restore", backup, code=1)
    assert kept_in(house.var).keys() == kept_in(backup).keys()


def spoil(objects):
    path = max((path for path in objects.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    return path.name


def test_one_spoilt_object_keeps_none_of_the_others_out_of_backup_and_restore(house, tmp_path):
    letter(tmp_path / "a.png", "Seen.")
    house.run("ingest", tmp_path / "a.png", "--wait")
    house.run("backup", tmp_path / "whole")
    kept = {path.name for path in (tmp_path / "whole" / "objects").rglob("*") if path.is_file()}
    name = spoil(house.var / "objects")
    house.run("backup", tmp_path / "second", code=1)
    assert name in str(json.loads((tmp_path / "second" / "manifest.json").read_text())["bad"])
    assert {path.name for path in (tmp_path / "second" / "objects").rglob("*") if path.is_file()} == kept - {name}
    was = house.export()
    shutil.rmtree(house.var)
    assert spoil(tmp_path / "whole" / "objects") == name
    house.run("restore", tmp_path / "whole", code=1)
    assert house.export() == was
    assert {path.name for path in (house.var / "objects").rglob("*") if path.is_file()} == kept - {name}


def test_scrub_names_what_has_rotted(house, tmp_path):
    letter(tmp_path / "a.png", "Seen.")
    house.run("ingest", tmp_path / "a.png", "--wait")
    assert ", 0 bad" in house.run("scrub", "--all")
    rotten = next(path for path in (house.var / "objects").rglob("*") if path.is_file())
    rotten.chmod(0o600)
    rotten.write_bytes(rotten.read_bytes()[:-1] + b"?")
    assert "1 bad" in house.run("scrub", "--all", code=1)
    assert rotten.name in house.run("status").replace("\n", "").replace(" ", "")


def test_a_backup_of_the_version_before_is_restored_and_its_objects_are_counted(house, tmp_path):
    config, backup = read_settings(house.env).config, tmp_path / "backup"
    stores = connect(config, house.var)
    keys = [stores.objects.put_bytes(text) for text in (b"one", b"two")]
    back_up(config, house.var, stores, backup, now=NOW)
    next(backup.glob("index-*.db")).rename(backup / "index.db")
    manifest = json.loads((backup / "manifest.json").read_text())
    del manifest["index"]
    (backup / "manifest.json").write_text(json.dumps(manifest | {"objects": 2}))
    assert restore(config, tmp_path / "new", backup).objects.all == tuple(sorted(keys))
    (backup / "objects" / keys[0]).unlink()
    with pytest.raises(InputFault, match="1 objects of 2"):
        restore(config, tmp_path / "newer", backup)


@pytest.mark.parametrize("place", ["var", "var/backup", ".", "inbox/backup", "elsewhere", "link"])
def test_a_backup_neither_lies_where_chartroom_works_nor_holds_such_a_place(house, tmp_path, place):
    house.write_setting("objects", {"path": str(tmp_path / "elsewhere")})
    config, folder = read_settings(house.env).config, tmp_path / "house" / place
    (tmp_path / "house" / "link").symlink_to(house.var)
    if place == "elsewhere":
        folder = tmp_path / place
    stores = connect(config, house.var)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(InputFault, match="lie in each other"):
        back_up(config, house.var, stores, folder, now=NOW)
    with pytest.raises(InputFault, match="lie in each other"):
        restore(config, house.var, folder)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_backup_is_not_made_where_a_database_of_its_own_place_lies(tmp_path):
    config = Config(index=Index(url=f"sqlite:///{tmp_path / 'databases' / 'index.db'}"))
    with pytest.raises(InputFault, match="lie in each other"):
        back_up(config, tmp_path / "var", connect(config, tmp_path / "var"), tmp_path / "databases", now=NOW)
