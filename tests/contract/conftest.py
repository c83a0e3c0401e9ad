"""Real stores for the contract tests: folders, an S3 server on loopback, SQLite files, a Postgres server where one is named."""

import io
import subprocess
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from minio import Minio
from sqlalchemy import create_engine, make_url

from schemas.source import Priority
from store import documents, journal
from store.database import open_index, writing
from store.forms import Sealed
from store.keys import FileKeys, create_key_file
from store.memory import MemoryObjects
from store.objects import key_of
from store.objects_fs import FilesystemObjects
from store.objects_s3 import S3Objects

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def file_shelf(request, tmp_path):
    def damage(key, data):
        path = tmp_path / "objects" / key
        path.unlink()
        path.write_bytes(data)

    return SimpleNamespace(objects=FilesystemObjects(tmp_path / "objects"), damage=damage)


def memory_shelf(request, tmp_path):
    objects = MemoryObjects()
    return SimpleNamespace(objects=objects, damage=objects.blobs.__setitem__)


def s3_shelf(request, tmp_path, form=None):
    server, bucket = request.getfixturevalue("s3_server"), f"b{time.monotonic_ns()}"
    objects = S3Objects(server.endpoint, bucket, "key", "secretsecret", secure=False, form=form)
    client = Minio(server.endpoint, access_key="key", secret_key="secretsecret", secure=False, region="us-east-1")
    return SimpleNamespace(
        objects=objects, damage=lambda key, data: client.put_object(bucket_name=bucket, object_name=key, data=io.BytesIO(data), length=len(data))
    )


def sealed_file_shelf(request, tmp_path):
    create_key_file(tmp_path / "keys.json")
    plain = file_shelf(request, tmp_path)
    return SimpleNamespace(objects=FilesystemObjects(tmp_path / "objects", Sealed(FileKeys(tmp_path / "keys.json"))), damage=plain.damage)


def sealed_s3_shelf(request, tmp_path):
    create_key_file(tmp_path / "keys.json")
    return s3_shelf(request, tmp_path, Sealed(FileKeys(tmp_path / "keys.json")))


@pytest.fixture(
    params=[memory_shelf, file_shelf, s3_shelf, sealed_file_shelf, sealed_s3_shelf], ids=["memory", "files", "s3", "sealed files", "sealed s3"]
)
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


def sqlite_index(tmp_path, request):
    yield open_index(f"sqlite:///{tmp_path}/index.db")


def postgres_index(tmp_path, request):
    """A schema of its own on a Postgres server."""
    url = request.getfixturevalue("postgres_server")
    schema = f"t{time.monotonic_ns()}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as conn:
        conn.exec_driver_sql(f"CREATE SCHEMA {schema}")
    engine = open_index(make_url(url).update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    with server.connect() as conn:
        conn.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    server.dispose()


@pytest.fixture(params=[sqlite_index, postgres_index], ids=["sqlite", "postgres"])
def engine(request, tmp_path):
    """An index database, new and empty."""
    opened = request.param(tmp_path, request)
    engine = next(opened)
    yield engine
    engine.dispose()
    next(opened, None)


@pytest.fixture
def take(engine):
    """Takes a delivery over: take("d1", priority=…)."""

    def do(delivery_id, **facts):
        plain = {
            "id": delivery_id,
            "key": f"key-{delivery_id}",
            "source": "fax",
            "name": f"{delivery_id}.pdf",
            "sha256": "0" * 64,
            "size": 7,
            "now": NOW,
        }
        plain |= {"object_key": key_of("0" * 64), "facility": "Lakeside", "priority": Priority.NORMAL}
        with writing(engine) as conn:
            return journal.take(conn, **plain | facts)

    return do


@pytest.fixture
def settle(engine):
    """Settles a delivery: settle(delivery, pages, records, items=…, texts=…)."""

    def do(delivery, page_count, records, items=(), texts=None):
        with writing(engine) as conn:
            return documents.settle(conn, delivery=delivery, page_count=page_count, records=records, texts=texts or {}, items=items, now=NOW)

    return do
