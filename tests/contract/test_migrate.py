"""`chartroom migrate` on a Postgres server whose password stands in a file, and on SQLite; twice, for it is safe to repeat."""

import time

import pytest
from sqlalchemy import create_engine, inspect, make_url
from typer.testing import CliRunner

from workers.cli import app


@pytest.fixture
def database(postgres_server):
    """An empty database of its own."""
    name, server = f"m{time.monotonic_ns()}", create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with server.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name}")
    yield make_url(postgres_server).set(database=name)
    with server.connect() as conn:
        conn.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


def migrate(tmp_path, monkeypatch, **settings):
    (tmp_path / "c.yaml").write_text("")
    monkeypatch.setenv("CHARTROOM_CONFIG", str(tmp_path / "c.yaml"))
    monkeypatch.setenv("CHARTROOM_DATA_DIR", str(tmp_path / "var"))
    for name, value in settings.items():
        monkeypatch.setenv(f"CHARTROOM__{name}", value)
    done = CliRunner().invoke(app, ["migrate"])
    assert (done.exit_code, "ready" in done.output) == (0, True), done.output


def tables(url, schema=None):
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names(schema=schema))
    engine.dispose()
    return found


def test_on_postgres_with_a_password_file(tmp_path, monkeypatch, database):
    (tmp_path / "password").write_text("p@ss/word:%\n")
    address = database.render_as_string(hide_password=False)
    settings = {f"{part}__URL": address for part in ("INDEX", "ENGINE")} | {
        f"{part}__PASSWORD_FILE": str(tmp_path / "password") for part in ("INDEX", "ENGINE")
    }
    for _ in range(2):
        migrate(tmp_path, monkeypatch, **settings)
    assert {"delivery", "audit"} <= tables(database)
    assert "workflow_status" in tables(database, "dbos")


def test_on_sqlite(tmp_path, monkeypatch):
    for _ in range(2):
        migrate(tmp_path, monkeypatch)
    assert "delivery" in tables(f"sqlite:///{tmp_path}/var/index.db")
    assert "workflow_status" in tables(f"sqlite:///{tmp_path}/var/engine.db")
