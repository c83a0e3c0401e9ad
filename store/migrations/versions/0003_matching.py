"""Aliases and merges of index entries, and clerks' verdicts on the machine's choice."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

APPEND_ONLY = ("merge", "verdict")


def upgrade() -> None:
    op.create_index("patient_by_survivor", "patient", ["survivor_mrn"], unique=False)
    _create_index_upkeep()
    _create_verdicts()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in APPEND_ONLY:
        _forbid_changes(table, sqlite=sqlite)


def _forbid_changes(table: str, *, sqlite: bool) -> None:
    body = "BEGIN SELECT RAISE(ABORT, 'append only'); END" if sqlite else "FOR EACH ROW EXECUTE FUNCTION append_only()"
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {body}")


def _create_index_upkeep() -> None:
    op.create_table(
        "alias",
        sa.Column("rid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("mrn", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("middle_name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("address_line", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("zip", sa.Text(), nullable=False),
        sa.Column("key_hashes", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["mrn"], ["patient.mrn"]),
        sa.PrimaryKeyConstraint("rid"),
    )
    op.create_index("alias_by_entry", "alias", ["mrn"], unique=False)
    op.create_table(
        "merge",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("mrn", sa.Text(), nullable=False),
        sa.Column("survivor_mrn", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )
    op.create_index("merge_by_entry", "merge", ["mrn"], unique=False)


def _create_verdicts() -> None:
    op.create_table(
        "verdict",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("doubt", sa.Float(), nullable=True),
        sa.Column("machine_mrn", sa.Text(), nullable=True),
        sa.Column("clerk_mrn", sa.Text(), nullable=True),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("bound", sa.Float(), nullable=True),
        sa.Column("unknown", sa.Boolean(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"]),
        sa.ForeignKeyConstraint(["item_id"], ["review_item.id"]),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("item_id"),
    )
    op.create_index("verdict_by_source", "verdict", ["source", "sequence"], unique=False)
