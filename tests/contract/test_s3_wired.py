"""The S3 store as the configuration names it: files are taken into it, and the auditor reads it without making anything."""

import io
import json

import pytest
from minio import Minio
from typer.testing import CliRunner

from schemas.config import Config, Objects
from schemas.faults import ConfigFault, StoreFault
from workers import cli
from workers.audit import take_ledger
from workers.ingest import ingest
from workers.settings import read_settings
from workers.wire import connect, open_objects


@pytest.fixture
def settings(s3_server, tmp_path):
    (tmp_path / "access").write_text("key\n")
    (tmp_path / "secret").write_text("secretsecret\n")
    keys = f"access_key_file: {tmp_path}/access, secret_key_file: {tmp_path}/secret"
    (tmp_path / "c.yaml").write_text(
        f"objects: {{kind: s3, endpoint: '{s3_server.endpoint}', bucket: wired{tmp_path.name[-1]}, secure: false, {keys}}}"
    )
    return read_settings({"CHARTROOM_CONFIG": str(tmp_path / "c.yaml"), "CHARTROOM_DATA_DIR": str(tmp_path / "var")})


def test_a_file_is_taken_into_the_bucket_and_each_damage_is_a_gap(settings, s3_server, tmp_path):
    config, folder = settings.config, settings.data_dir
    (tmp_path / "a.pdf").write_bytes(b"an original")
    (delivery,) = ingest([tmp_path / "a.pdf"], config, connect(config, folder)).deliveries
    with open_objects(config, folder).open(delivery.object_key) as stream:
        assert stream.read() == b"an original"
    assert not (folder / "objects").exists()
    assert take_ledger(config, folder).gaps == []
    client = Minio(s3_server.endpoint, access_key="key", secret_key="secretsecret", secure=False, region="us-east-1")
    for data in (b"an 0riginal", b"", None):
        if data is None:
            client.remove_object(bucket_name=config.objects.bucket, object_name=delivery.object_key)
        else:
            client.put_object(bucket_name=config.objects.bucket, object_name=delivery.object_key, data=io.BytesIO(data), length=len(data))
        assert take_ledger(config, folder).gaps == [f"file {delivery.id}: the original is missing or has changed"]


def test_status_says_that_the_server_is_away_and_ends_well(settings, free_port, monkeypatch, tmp_path):
    (tmp_path / "c.yaml").write_text((tmp_path / "c.yaml").read_text().replace(settings.config.objects.endpoint, f"127.0.0.1:{free_port}"))
    monkeypatch.setenv("CHARTROOM_CONFIG", str(tmp_path / "c.yaml"))
    monkeypatch.setenv("CHARTROOM_DATA_DIR", str(tmp_path / "var"))
    shown = CliRunner().invoke(cli.app, ["status", "--json"])
    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["health"]["objects"].startswith("unreachable: ")


def test_the_auditor_makes_no_index(settings):
    with pytest.raises(StoreFault, match="no index database"):
        take_ledger(settings.config, settings.data_dir)
    assert not settings.data_dir.exists()


@pytest.mark.parametrize("objects", [Objects(kind="s3"), Objects(kind="s3", endpoint="x:1", access_key_file="/nowhere", secret_key_file="/nowhere")])
def test_a_store_without_address_or_keys_refuses_to_start(tmp_path, objects):
    with pytest.raises(ConfigFault):
        open_objects(Config(objects=objects), tmp_path)
