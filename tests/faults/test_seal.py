"""The sealed head: whole as written; a trail that was cut, changed or written anew disagrees with its seals, and so do seals that were touched."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from schemas.config import Config, Seal
from schemas.record import AuditEntry
from store import audit
from store.columns import canonical
from store.database import writing
from workers.seal import FILE, prove_chain, seal_head
from workers.wire import connect

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class House:
    def __init__(self, folder):
        self.folder, self.config = folder / "var", Config(seal=Seal(folder=str(folder / "elsewhere")))
        self.stores, self.seals = connect(self.config, self.folder), folder / "elsewhere" / FILE

    def grow(self, rows):
        for number in range(rows):
            with writing(self.stores.index) as conn:
                audit.append(conn, AuditEntry("item.seen", f"i{number}", "user:a", {}), NOW)

    def seal(self, hours=0):
        return seal_head(self.config, self.folder, self.stores, now=NOW + timedelta(hours=hours))

    def gaps(self):
        return prove_chain(self.config, self.folder).gaps

    def tamper(self, *statements):
        self.stores.index.dispose()
        with sqlite3.connect(self.folder / "index.db") as conn:
            for name in ("audit_no_update", "audit_no_delete"):
                conn.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                conn.execute(*statement)

    def forge(self):
        """A whole new chain by somebody who may write the database: the second row never was."""
        import hashlib

        conn = sqlite3.connect(self.folder / "index.db")
        conn.row_factory = sqlite3.Row
        rows, previous = [dict(row) for row in conn.execute("SELECT * FROM audit ORDER BY sequence") if row["sequence"] != 2], "0" * 64
        for number, row in enumerate(rows, 1):
            row |= {"sequence": number, "previous": previous}
            body = {name: row[name] for name in ("sequence", "at", "action", "subject", "actor")} | {"detail": json.loads(row["detail"])}
            row["digest"] = previous = hashlib.sha256((previous + canonical(body)).encode()).hexdigest()
        conn.close()
        fill = [("INSERT INTO audit VALUES (:sequence, :at, :action, :subject, :actor, :detail, :previous, :digest)", row) for row in rows]
        self.tamper(("DELETE FROM audit",), *fill)


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    made.grow(4)
    made.seal()
    made.grow(3)
    made.seal(1)
    made.grow(2)
    yield made
    made.stores.index.dispose()


def test_a_trail_as_written_is_proved_and_sealed_once_a_head(house):
    proof = prove_chain(house.config, house.folder)
    assert (proof.rows, proof.seals, proof.unsealed, proof.gaps) == (9, 2, 2, [])
    assert house.seal(2)
    assert not house.seal(3)
    assert "The chain holds." in prove_chain(house.config, house.folder).as_text()


def test_a_forged_chain_holds_by_itself_and_disagrees_with_its_seals(house):
    house.forge()
    assert house.gaps() == [f"row {row} is not the one that was sealed: the audit trail was written anew" for row in (4, 7)]


def test_a_cut_trail_disagrees_with_its_seals(house):
    house.tamper(("DELETE FROM audit WHERE sequence > 5",))
    assert house.gaps() == ["row 7 was sealed and is gone: the audit trail was cut short"]


def test_a_changed_row_breaks_the_chain(house):
    house.tamper(("UPDATE audit SET actor = 'user:b' WHERE sequence = 9",))
    assert house.gaps() == ["the audit trail is broken at row 9"]


@pytest.mark.parametrize("name", ["sequence", "digest", "at", "signature"])
def test_a_changed_seal_is_told(house, name):
    lines = [json.loads(line) for line in house.seals.read_text().splitlines()]
    lines[1][name] = {"sequence": 8, "digest": "0" * 64, "at": "2026-01-01", "signature": "00"}[name]
    house.seals.write_text("\n".join(map(json.dumps, lines)))
    assert house.gaps() == ["seal 2 is not signed with this installation's key"]


@pytest.mark.parametrize("text", ["", "{}", "[]", "not a seal", '{"sequence": 1}'])
def test_seals_that_are_gone_or_no_seals_are_told(house, text):
    house.seals.write_text(text)
    assert house.gaps() == (["there is no seal of the audit trail"] if not text else ["seal 1 is not signed with this installation's key"])


def test_seals_out_of_order_are_told(house):
    first, second = house.seals.read_text().splitlines()
    house.seals.write_text(f"{second}\n{first}\n")
    assert house.gaps() == ["seal 2 does not follow the one before"]


def test_keys_are_made_once_readable_by_this_account_alone(house):
    paths = sorted((house.folder / "keys").iterdir())
    assert [path.name for path in paths] == ["seal.key"]
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o400}
    assert b"PUBLIC KEY" in house.seals.with_name("audit-heads.pub").read_bytes()


def test_the_command_tells_by_its_exit_code(house, monkeypatch):
    from typer.testing import CliRunner

    from workers.cli import app

    monkeypatch.setenv("CHARTROOM_DATA_DIR", str(house.folder))
    monkeypatch.setenv("CHARTROOM__SEAL__FOLDER", house.config.seal.folder)
    monkeypatch.delenv("CHARTROOM_CONFIG", raising=False)
    assert CliRunner().invoke(app, ["audit", "--chain"]).exit_code == 0
    house.forge()
    answer = CliRunner().invoke(app, ["audit", "--chain", "--json"])
    assert answer.exit_code == 1
    assert json.loads(answer.output)["gaps"]
