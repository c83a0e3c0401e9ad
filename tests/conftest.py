"""Real servers for tests of several folders: an S3 server on loopback, a Postgres cluster on a socket; both gone with the session."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, make_url


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
    arguments = ["serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", "key,secretsecret", str(folder)]
    with (folder.parent / "rclone.log").open("wb") as log:
        server = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", program, *arguments], stderr=log, stdout=log, env={**os.environ, "RCLONE_CONFIG": os.devnull}
        )
        try:
            while not answers(f"http://127.0.0.1:{port}/"):
                assert server.poll() is None, "the S3 server ended at once"
                time.sleep(0.05)
            yield SimpleNamespace(endpoint=f"127.0.0.1:{port}", folder=folder)
        finally:
            server.terminate()
            server.wait(10)


@pytest.fixture(scope="session")
def postgres_server():
    """The address of the Postgres server that CHARTROOM_TEST_POSTGRES names, or of a private one on a socket, gone with the session."""
    if url := os.environ.get("CHARTROOM_TEST_POSTGRES"):
        yield url
        return
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not programs:
        pytest.skip("there is no Postgres here: `make test` installs one")
    with tempfile.TemporaryDirectory(prefix="chartroom-postgres-") as folder:
        yield from private_cluster(programs[-1], Path(folder))


def private_cluster(programs, folder):
    """A new cluster in `folder`, run by an unprivileged user: Postgres refuses to run as root."""
    leave_root = []
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        leave_root = ["--reuid=postgres", "--regid=postgres", "--clear-groups"]
    initdb = [programs / "initdb", "-D", folder / "data", "-U", "chartroom", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"]
    subprocess.run(["setpriv", *leave_root, *initdb], check=True, capture_output=True, cwd=folder)
    access = folder / "data" / "pg_hba.conf"
    access.write_text(f"local all asked scram-sha-256\n{access.read_text()}")  # one role that is asked for its password
    sparing = ["fsync=off", "shared_buffers=32MB", "max_connections=40", "listen_addresses=", f"unix_socket_directories={folder}"]
    command = [programs / "postgres", "-D", folder / "data", *(word for setting in sparing for word in ("-c", setting))]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(["setpriv", *leave_root, "--pdeathsig", "INT", *command], stdout=log, stderr=log, cwd=folder)
        try:
            while not (folder / ".s.PGSQL.5432").exists() or subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False).returncode:
                assert server.poll() is None, (folder / "log").read_text()
                time.sleep(0.05)
            yield f"postgresql+psycopg://chartroom@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(20)


@pytest.fixture
def postgres_database(postgres_server):
    """The address of an empty database of its own."""
    name, server = f"d{time.monotonic_ns()}", create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with server.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name}")
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with server.connect() as conn:
        conn.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()
