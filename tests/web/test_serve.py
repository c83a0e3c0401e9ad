"""The web process itself: on an encrypted line, the trail's head sealed at the start, nothing said of who came."""

import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from schemas.config import Config
from workers.users import Desk, first_link
from workers.wire import connect


@pytest.fixture
def certificate(tmp_path):
    """A self-signed certificate and its key as PEM files."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    signed = made.not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1)).sign(key, hashes.SHA256())
    (tmp_path / "c.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    (tmp_path / "k.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return {"tls_certificate": str(tmp_path / "c.pem"), "tls_key": str(tmp_path / "k.pem")}


@pytest.fixture
def served(tmp_path, certificate):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "c.yaml").write_text(yaml.safe_dump({"web": {"port": port, **certificate}, "seal": {"folder": str(tmp_path / "seals")}}))
    stores = connect(Config(), tmp_path / "var")
    link = first_link(Desk(stores.index, "test", datetime.now(UTC)))
    environ = {**os.environ, "CHARTROOM_CONFIG": str(tmp_path / "c.yaml"), "CHARTROOM_DATA_DIR": str(tmp_path / "var")}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "workers.web"], env=environ, stdout=log, stderr=log)
    yield f"https://localhost:{port}", link
    process.terminate()
    process.wait(20)
    stores.index.dispose()


def test_the_web_process_on_an_encrypted_line(served, tmp_path):
    base, link = served
    with httpx.Client(base_url=base, verify=False, headers={"Origin": base}) as client:
        until(lambda: answers(client))
        words = {"name": "ann", "password": "four words in a row", "again": "four words in a row"}
        assert client.post(link, data=words).status_code == 303
        said = client.post("/sign-in", data=words).headers["set-cookie"]
        assert said.startswith("__Host-chartroom=")
        assert "Secure" in said
        assert "Set up the second factor" in client.get("/second-factor").text
    until((tmp_path / "seals" / "audit-heads.jsonl").exists)
    assert (tmp_path / "log").read_text() == ""


def answers(client):
    try:
        return client.get("/healthz").text == "ok\n"
    except httpx.TransportError:
        return False


def until(ready):
    end = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)
