"""Corrections by clerks; versions of what was learnt from them; what a shadow version would have said; items on which it says otherwise."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("sequence", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("document_id", sa.Text(), sa.ForeignKey("document.id"), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("old", sa.Text()),
        sa.Column("new", sa.Text()),
        sa.Column("page", sa.Integer()),
        sa.Column("box", sa.Text()),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("checked", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("takes_back", sa.Integer()),
    )
    op.create_index("correction_by_document", "correction", ["document_id", "sequence"])
    op.create_index("correction_by_item", "correction", ["item_id"])
    op.create_index("correction_by_what", "correction", ["what", "sequence"])
    op.create_table(
        "model",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("gold", sa.Text(), nullable=False),
        sa.Column("metrics", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("follows", sa.Integer()),
    )
    op.create_index("model_by_state", "model", ["state"])
    op.create_table(
        "shadow",
        sa.Column("model", sa.Integer(), sa.ForeignKey("model.number"), primary_key=True, autoincrement=False),
        sa.Column("document_id", sa.Text(), sa.ForeignKey("document.id"), primary_key=True),
        sa.Column("live_type", sa.Text(), nullable=False),
        sa.Column("live_sure", sa.Boolean(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
    )
    op.add_column("review_item", sa.Column("disputed", sa.Boolean(), nullable=False, server_default=sa.false()))
