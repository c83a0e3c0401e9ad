"""Leases of workers and watchers on several machines; receipts due elsewhere; what opening a file has taken; how far a scrub has come."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("beat", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text()),
    )
    op.create_table(
        "scrub",
        sa.Column("day", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("upto", sa.Text(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
    )
    op.add_column("delivery", sa.Column("opening_seconds", sa.Float(), nullable=False, server_default="0"))
    op.add_column("delivery", sa.Column("receipt_due", sa.Boolean(), nullable=False, server_default=sa.false()))
