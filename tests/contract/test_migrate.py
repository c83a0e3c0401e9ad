"""`chartroom migrate` on a Postgres server whose password stands in a file, and on SQLite; twice, for it is safe to repeat."""

from sqlalchemy import create_engine, inspect, make_url
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


def test_a_server_that_asks_for_the_password_is_migrated_and_audited(tmp_path, monkeypatch, postgres_database):
    server = create_engine(postgres_database, isolation_level="AUTOCOMMIT")
    with server.connect() as conn:
        conn.exec_driver_sql("CREATE ROLE asked LOGIN SUPERUSER PASSWORD 'p@ss/word:%%'")
    try:
        (tmp_path / "password").write_text("p@ss/word:%\n")
        url = make_url(postgres_database).set(username="asked").render_as_string()
        settings = {f"{part}__URL": url for part in ("INDEX", "ENGINE")}
        migrate(tmp_path, monkeypatch, **settings, **{f"{part}__PASSWORD_FILE": str(tmp_path / "password") for part in ("INDEX", "ENGINE")})
        for chain in ([], ["--chain"]):
            done = CliRunner().invoke(app, ["audit", *chain])
            assert done.exit_code == 0, done.output
        (tmp_path / "password").write_text("another")
        done = CliRunner().invoke(app, ["audit"])
        assert (done.exit_code, type(done.exception).__name__) == (1, "StoreFault")
    finally:
        with server.connect() as conn:
            conn.exec_driver_sql(f"REASSIGN OWNED BY asked TO {make_url(postgres_database).username}")
            conn.exec_driver_sql("DROP ROLE asked")
        server.dispose()


def test_on_sqlite(tmp_path, monkeypatch):
    for _ in range(2):
        migrate(tmp_path, monkeypatch)
    assert "delivery" in tables(f"sqlite:///{tmp_path}/var/index.db")
    assert "workflow_status" in tables(f"sqlite:///{tmp_path}/var/engine.db")
