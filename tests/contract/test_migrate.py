"""`chartroom migrate` on a Postgres server whose password stands in a file, and on SQLite; twice, for it is safe to repeat."""

from sqlalchemy import create_engine, inspect
from typer.testing import CliRunner

from workers.cli import app


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


def test_on_postgres_with_a_password_file(tmp_path, monkeypatch, postgres_database):
    (tmp_path / "password").write_text("p@ss/word:%\n")
    settings = {f"{part}__URL": postgres_database for part in ("INDEX", "ENGINE")} | {
        f"{part}__PASSWORD_FILE": str(tmp_path / "password") for part in ("INDEX", "ENGINE")
    }
    for _ in range(2):
        migrate(tmp_path, monkeypatch, **settings)
    assert {"delivery", "audit"} <= tables(postgres_database)
    assert "workflow_status" in tables(postgres_database, "dbos")


def test_on_sqlite(tmp_path, monkeypatch):
    for _ in range(2):
        migrate(tmp_path, monkeypatch)
    assert "delivery" in tables(f"sqlite:///{tmp_path}/var/index.db")
    assert "workflow_status" in tables(f"sqlite:///{tmp_path}/var/engine.db")
