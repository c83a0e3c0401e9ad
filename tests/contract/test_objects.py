"""One set of promises, held against every object store."""

import hashlib
import io
import os
import stat
import threading
import time

import pytest
from minio import Minio

from schemas.faults import StoreFault
from store.objects import key_of
from store.objects_fs import FilesystemObjects
from store.objects_s3 import S3Objects

DATA = b"%PDF-1.7 not really"
ABSENT = key_of("0" * 64)


def test_put_is_addressed_by_content(tmp_path):
    key = FilesystemObjects(tmp_path).put_bytes(DATA)
    digest = hashlib.sha256(DATA).hexdigest()
    assert key == f"sha256/{digest[:2]}/{digest[2:4]}/{digest}"


def test_put_twice_is_put_once(shelf, tmp_path):
    (tmp_path / "scan").write_bytes(DATA)
    assert shelf.objects.put_file(tmp_path / "scan") == shelf.objects.put_bytes(DATA)
    assert list(shelf.objects.keys()) == [shelf.objects.put_bytes(DATA)]


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, (1 << 20) + 1, 6 << 20])
def test_reads_back_what_was_put(shelf, tmp_path, size):
    data = os.urandom(size)
    (tmp_path / "in").write_bytes(data)
    key = shelf.objects.put_file(tmp_path / "in")
    shelf.objects.fetch(key, tmp_path / "out")
    with shelf.objects.open(key) as stream:
        assert stream.read() == data == (tmp_path / "out").read_bytes()
    assert shelf.objects.size(key) == size


def test_knows_what_is_absent(shelf, tmp_path):
    assert shelf.objects.size(ABSENT) is None
    assert not shelf.objects.exists(ABSENT)
    for read in (lambda: shelf.objects.open(ABSENT), lambda: shelf.objects.fetch(ABSENT, tmp_path / "out")):
        with pytest.raises(StoreFault) as caught:
            read()
        assert caught.value.permanent
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("damaged", [DATA[:-1], b"X" + DATA[1:], b""])
def test_wrong_bytes_are_never_handed_out(shelf, tmp_path, damaged):
    key = shelf.objects.put_bytes(DATA)
    shelf.damage(key, damaged)
    for read in (lambda: shelf.objects.open(key), lambda: shelf.objects.fetch(key, tmp_path / "out")):
        with pytest.raises(StoreFault) as caught:
            read()
        assert caught.value.permanent
    assert not (tmp_path / "out").exists()


def test_put_over_a_truncated_object_is_refused_or_makes_it_whole(shelf):
    key = shelf.objects.put_bytes(DATA)
    shelf.damage(key, DATA[:-1])
    try:
        shelf.objects.put_bytes(DATA)
    except StoreFault:
        return
    with shelf.objects.open(key) as whole:
        assert whole.read() == DATA


def test_put_over_rotten_bytes_of_the_same_length_is_refused(tmp_path):
    objects = FilesystemObjects(tmp_path)
    stored = tmp_path / objects.put_bytes(DATA)
    stored.chmod(0o600)
    stored.write_bytes(b"X" + DATA[1:])
    with pytest.raises(StoreFault, match="wrong bytes"):
        objects.put_bytes(DATA)


def test_delete_forgets_and_may_be_repeated(shelf):
    key = shelf.objects.put_bytes(DATA)
    shelf.objects.delete(key, reason="retention")
    shelf.objects.delete(key, reason="retention")
    assert not shelf.objects.exists(key)


def test_keys_are_listed_in_order_by_prefix(shelf):
    keys = sorted(shelf.objects.put_bytes(bytes([n])) for n in range(12))
    assert list(shelf.objects.keys()) == keys
    for prefix in (keys[5][:2], keys[5][:9], keys[5][:12], keys[5][:20], "sha256/zz"):
        assert list(shelf.objects.keys(prefix)) == [key for key in keys if key.startswith(prefix)]


@pytest.mark.parametrize("key", ["../etc/passwd", "sha256/aa/bb/" + "c" * 64, ABSENT + "/..", ABSENT.upper(), ABSENT + "\n", "", "/"])
def test_only_addresses_are_keys(shelf, tmp_path, key):
    for call in (
        shelf.objects.open,
        shelf.objects.size,
        lambda k: shelf.objects.fetch(k, tmp_path / "x"),
        lambda k: shelf.objects.delete(k, reason="-"),
    ):
        with pytest.raises(StoreFault):
            call(key)


def test_many_at_once_leave_one_object(shelf):
    seen, data = [], os.urandom(100_000)
    threads = [threading.Thread(target=lambda: seen.append(shelf.objects.put_bytes(data))) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(seen) == 4
    assert set(shelf.objects.keys()) == {seen[0]}  # the test's S3 server may list a name twice after puts at once


def test_files_are_read_only_and_leave_no_temps(tmp_path):
    key = FilesystemObjects(tmp_path / "objects").put_bytes(DATA)
    assert stat.S_IMODE((tmp_path / "objects" / key).stat().st_mode) == 0o400
    assert [p.name for p in (tmp_path / "objects").rglob("*") if p.is_file()] == [key.rpartition("/")[2]]


def test_sweep_removes_old_orphans_alone(tmp_path):
    objects = FilesystemObjects(tmp_path)
    kept = tmp_path / objects.put_bytes(DATA)
    (tmp_path / ".incoming" / "old").write_bytes(b"x")
    born = (tmp_path / ".incoming" / "old").stat().st_mtime
    assert objects.sweep(now=born + 3599) == 0
    assert objects.sweep(now=born + 3601) == 1
    assert [*objects.keys()] == [kept.relative_to(tmp_path).as_posix()]


def test_a_full_disk_is_a_fault_and_leaves_nothing(small_disk):
    objects = FilesystemObjects(small_disk / "objects")
    with pytest.raises(StoreFault, match="ENOSPC") as caught:
        objects.put_bytes(os.urandom(2 << 20))
    assert not caught.value.permanent
    assert not list(objects.keys())
    assert objects.put_bytes(DATA)


def test_a_server_that_is_gone_is_a_passing_fault(free_port):
    objects = S3Objects(f"127.0.0.1:{free_port}", "chartroom", "key", "secretsecret", secure=False)
    with pytest.raises(StoreFault) as caught:
        objects.put_bytes(DATA)
    assert not caught.value.permanent


def test_a_wrong_secret_is_a_permanent_fault(s3_server):
    objects = S3Objects(s3_server.endpoint, "chartroom", "key", "wrongwrong", secure=False)
    with pytest.raises(StoreFault) as caught:
        objects.exists(ABSENT)
    assert caught.value.permanent


def test_a_bucket_is_made_with_the_first_object(s3_server):
    objects = S3Objects(s3_server.endpoint, "lazily", "key", "secretsecret", secure=False)
    assert (objects.exists(ABSENT), list(objects.keys())) == (False, [])
    assert not (s3_server.folder / "lazily").exists()
    assert objects.exists(objects.put_bytes(DATA))


@pytest.mark.parametrize("stated", [None, "0" * 64, hashlib.sha256(DATA).hexdigest()], ids=["nothing", "another", "the right one"])
def test_bytes_of_equal_length_that_others_put_there_are_put_right_by_the_next_put(s3_server, stated):
    bucket = f"others{time.monotonic_ns()}"
    objects = S3Objects(s3_server.endpoint, bucket, "key", "secretsecret", secure=False)
    key = objects.put_bytes(DATA)
    client = Minio(s3_server.endpoint, access_key="key", secret_key="secretsecret", secure=False, region="us-east-1")
    metadata = {"sha256": stated} if stated else None
    client.put_object(bucket_name=bucket, object_name=key, data=io.BytesIO(DATA[::-1]), length=len(DATA), metadata=metadata)
    assert objects.put_bytes(DATA) == key
    assert objects.open(key).read() == DATA


@pytest.mark.parametrize(("spoilt", "kept"), [(2, True), (99, False)])
def test_bytes_that_change_on_their_way_in_are_never_taken_for_kept(s3_server, spoilt, kept):
    objects = S3Objects(s3_server.endpoint, f"spoilt{time.monotonic_ns()}", "key", "secretsecret", secure=False)
    send, sent = objects._client.put_object, []

    def send_others(*, data, **rest):
        right = data.read(rest["length"])
        sent.append(right)
        return send(data=io.BytesIO(right[::-1] if len(sent) <= spoilt else right), **rest)

    objects._client.put_object = send_others
    if kept:
        assert objects.open(objects.put_bytes(DATA)).read() == DATA
    else:
        with pytest.raises(StoreFault, match="did not arrive whole") as caught:
            objects.put_bytes(DATA)
        assert not caught.value.permanent
