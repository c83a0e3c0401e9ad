"""Hashes by which pages are found again. Documents from before have none, and are not looked through."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "likeness",
        sa.Column("hash", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("rowno", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("page", sa.Integer(), primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
