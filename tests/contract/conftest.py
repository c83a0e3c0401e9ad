"""Real stores for the contract tests: folders, an S3 server on loopback, SQLite files, a Postgres server where one is named."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from store.memory import MemoryObjects
from store.objects_fs import FilesystemObjects
from store.objects_s3 import S3Objects

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def unused_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def free_port():
    return unused_port()


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=1)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    """`rclone serve s3` over a folder; ended with the session."""
    folder, port = tmp_path_factory.mktemp("s3"), unused_port()
    program = Path(sys.executable).with_name("rclone")
    arguments = [
        "serve",
        "s3",
        "--addr",
        f"127.0.0.1:{port}",
        "--auth-key",
        "key,secretsecret",
        "--vfs-cache-mode",
        "off",
        "--dir-cache-time",
        "0s",
        str(folder),
    ]
    with (folder.parent / "rclone.log").open("wb") as log:
        server = subprocess.Popen([program, *arguments], stderr=log, stdout=log, env={**os.environ, "RCLONE_CONFIG": os.devnull})
        try:
            while not answers(f"http://127.0.0.1:{port}/"):
                assert server.poll() is None, "the S3 server ended at once"
                time.sleep(0.05)
            yield SimpleNamespace(endpoint=f"127.0.0.1:{port}", folder=folder)
        finally:
            server.terminate()
            server.wait(10)


def file_shelf(request, tmp_path):
    def damage(key, data):
        path = tmp_path / "objects" / key
        path.unlink()
        path.write_bytes(data)

    return SimpleNamespace(objects=FilesystemObjects(tmp_path / "objects"), damage=damage)


def memory_shelf(request, tmp_path):
    objects = MemoryObjects()
    return SimpleNamespace(objects=objects, damage=objects.blobs.__setitem__)


def s3_shelf(request, tmp_path):
    server, bucket = request.getfixturevalue("s3_server"), f"b{time.monotonic_ns()}"
    objects = S3Objects(server.endpoint, bucket, "key", "secretsecret", secure=False)
    return SimpleNamespace(objects=objects, damage=lambda key, data: (server.folder / bucket / key).write_bytes(data))


@pytest.fixture(params=[memory_shelf, file_shelf, s3_shelf], ids=["memory", "files", "s3"])
def shelf(request, tmp_path):
    """An object store, and a way to damage what it keeps."""
    return request.param(request, tmp_path)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MB."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("mounting a small file system needs root")
    yield tmp_path
    subprocess.run(["umount", "-l", tmp_path], check=True)
