"""Tries counted by part of a file; page images for the review application; archival renditions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("delivery_id", sa.Text(), sa.ForeignKey("delivery.id"), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "part"),
    )
    op.execute("INSERT INTO attempt (delivery_id, part, begun) SELECT id, 0, attempts FROM delivery WHERE state = 'taken' AND attempts > 0")
    op.drop_column("delivery", "attempts")
    op.create_table(
        "page_image",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("size", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "page", "size"),
    )
    op.create_table(
        "archival",
        sa.Column("document_id", sa.Text(), sa.ForeignKey("document.id"), nullable=False),
        sa.Column("made_from", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=True),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("document_id"),
    )
