"""Sealed objects: nothing of the content shows, no byte can be changed, moved, dropped or cut off unseen, and keys can be rotated."""

import hashlib
import json
import os
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.faults import ConfigFault, KeyMissing, StoreFault
from store.forms import CHUNK, HEADER_BYTES, TAG_BYTES, Sealed
from store.keys import FileKeys, create_key_file, rotate_key_file
from store.objects_fs import FilesystemObjects

DATA = b"JOHNSON, MARY " * 60_000  # four chunks


@pytest.fixture
def key_file(tmp_path):
    create_key_file(tmp_path / "keys.json")
    return tmp_path / "keys.json"


@pytest.fixture
def objects(tmp_path, key_file):
    return FilesystemObjects(tmp_path / "objects", Sealed(FileKeys(key_file)))


def stored(objects, key):
    return objects._path(key).read_bytes()


def store(objects, key, data):
    path = objects._path(key)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_neither_bytes_nor_address_tell_of_the_content(objects):
    key = objects.put_bytes(DATA)
    assert b"JOHNSON" not in stored(objects, key)
    assert hashlib.sha256(DATA).hexdigest() not in key


def test_two_houses_have_other_addresses_for_the_same_content(tmp_path, objects):
    create_key_file(tmp_path / "other.json")
    assert FilesystemObjects(tmp_path / "b", Sealed(FileKeys(tmp_path / "other.json"))).put_bytes(DATA) != objects.put_bytes(DATA)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_sizes_are_known_without_opening(objects, size):
    form, data = objects._form, os.urandom(size)
    key = objects.put_bytes(data)
    assert len(stored(objects, key)) == form.stored_size(size)
    assert objects.size(key) == form.plain_size(form.stored_size(size)) == size


@settings(deadline=None)
@given(st.data())
def test_any_changed_byte_is_found(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("sealed")
    create_key_file(folder / "keys.json")
    objects = FilesystemObjects(folder / "objects", Sealed(FileKeys(folder / "keys.json")))
    key = objects.put_bytes(b"some page" * data.draw(st.integers(0, 9)))
    whole = bytearray(stored(objects, key))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    store(objects, key, whole)
    with pytest.raises(StoreFault):
        objects.open(key)


def chunks(whole):
    body = whole[HEADER_BYTES:]
    return whole[:HEADER_BYTES], [body[start : start + CHUNK + TAG_BYTES] for start in range(0, len(body), CHUNK + TAG_BYTES)]


@pytest.mark.parametrize(
    "damage",
    [
        lambda parts: parts[:-1],
        lambda parts: parts[:1],
        lambda parts: [],
        lambda parts: [parts[1], parts[0], *parts[2:]],
        lambda parts: [*parts, parts[-1]],
        lambda parts: [*parts[:-1], parts[-1][:-1]],
    ],
    ids=["last chunk gone", "all but the first gone", "all gone", "two exchanged", "one repeated", "one byte short"],
)
def test_chunks_can_be_neither_dropped_nor_moved(objects, tmp_path, damage):
    key = objects.put_bytes(DATA)
    header, parts = chunks(stored(objects, key))
    store(objects, key, header + b"".join(damage(parts)))
    for read in (lambda: objects.open(key), lambda: objects.fetch(key, tmp_path / "out")):
        with pytest.raises(StoreFault, match="wrong bytes"):
            read()
    assert not (tmp_path / "out").exists()


def test_an_object_is_bound_to_its_address(objects):
    one, other = objects.put_bytes(b"one"), objects.put_bytes(b"two")
    store(objects, other, stored(objects, one))
    with pytest.raises(StoreFault):
        objects.open(other)


def test_a_part_is_read_without_what_stands_before_it(objects):
    with objects.open(objects.put_bytes(DATA)) as stream:
        stream.seek(-20, os.SEEK_END)
        assert stream.read() == DATA[-20:]
        stream.seek(CHUNK - 3)
        assert stream.read(6) == DATA[CHUNK - 3 : CHUNK + 3]


def test_a_rotated_key_wraps_anew_and_leaves_the_content(objects, tmp_path, key_file):
    key = objects.put_bytes(DATA)
    before = stored(objects, key)
    rotate_key_file(key_file)
    rotated = FilesystemObjects(tmp_path / "objects", Sealed(FileKeys(key_file)))
    assert rotated.put_bytes(DATA) == key
    assert (rotated.renew(key), rotated.renew(key)) == (True, False)
    assert stored(rotated, key)[HEADER_BYTES:] == before[HEADER_BYTES:]
    forget(key_file, older=True)
    with FilesystemObjects(tmp_path / "objects", Sealed(FileKeys(key_file))).open(key) as stream:
        assert stream.read() == DATA


def test_a_lost_key_is_one_clear_fault(objects, tmp_path, key_file):
    key = objects.put_bytes(DATA)
    lost = json.loads(key_file.read_text())["current"]
    rotate_key_file(key_file)
    forget(key_file, older=True)
    bereft = FilesystemObjects(tmp_path / "objects", Sealed(FileKeys(key_file)))
    with pytest.raises(KeyMissing, match=f"The key {lost} is not in the key file"):
        bereft.open(key)
    with pytest.raises(KeyMissing):
        bereft.put_bytes(DATA)  # what is kept already may be whole: it is not taken for spoilt


def test_a_key_that_is_put_back_or_added_elsewhere_is_found_without_a_restart(objects, tmp_path, key_file):
    running = FilesystemObjects(tmp_path / "objects", Sealed(FileKeys(key_file)))
    whole = key_file.read_text()
    rotate_key_file(key_file)
    elsewhere = FilesystemObjects(tmp_path / "objects", Sealed(FileKeys(key_file)))
    key = elsewhere.put_bytes(DATA)
    rotated = key_file.read_text()
    key_file.unlink()
    with pytest.raises(KeyMissing):
        running.open(key)
    key_file.write_text(whole)
    with pytest.raises(KeyMissing):
        running.open(key)
    key_file.write_text(rotated)
    assert running.open(key).read() == DATA


def forget(key_file, *, older):
    ring = json.loads(key_file.read_text())
    ring["keys"] = {name: key for name, key in ring["keys"].items() if (name == ring["current"]) is older}
    key_file.unlink()
    key_file.write_text(json.dumps(ring))


def test_plain_objects_of_before_are_still_read_and_sealed_ones_need_the_key_file(tmp_path, objects):
    plain = FilesystemObjects(tmp_path / "objects")
    old, new = plain.put_bytes(b"before"), objects.put_bytes(b"after")
    assert objects.open(old).read() == b"before"
    assert sorted(objects.keys()) == sorted([old, new])
    with pytest.raises(KeyMissing, match="sealed"):
        plain.open(new)


def test_a_rotated_key_file_keeps_its_mode(key_file):
    key_file.chmod(0o440)
    rotate_key_file(key_file)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o440


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_who_rotates_as_root_does_not_lock_the_services_account_out(key_file):
    os.chown(key_file, 12345, 54321)
    rotate_key_file(key_file)
    now = key_file.stat()
    assert (now.st_uid, now.st_gid, stat.S_IMODE(now.st_mode)) == (12345, 54321, 0o400)


def test_a_key_file_is_for_this_account_alone_and_never_replaced(key_file):
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o400
    with pytest.raises(ConfigFault, match="already"):
        create_key_file(key_file)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"address": "x", "current": "y", "keys": {}}', '{"address": 1, "current": 2, "keys": 3}'])
def test_a_file_that_is_no_key_file_is_named(tmp_path, text):
    (tmp_path / "keys.json").write_text(text)
    with pytest.raises(ConfigFault, match="no key file"):
        FileKeys(tmp_path / "keys.json")
