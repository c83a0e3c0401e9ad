"""Leases on review items with a fencing number, skips, escalation, and what a decision replaced, so that it can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("review_item", sa.Column("holder", sa.Text()))
    op.add_column("review_item", sa.Column("held_until", sa.Text()))
    op.add_column("review_item", sa.Column("fence", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("review_item", sa.Column("skips", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("review_item", sa.Column("escalated", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("review_item", sa.Column("before", sa.Text()))
    op.add_column("review_item", sa.Column("undone_at", sa.Text()))
    op.create_index("review_item_by_holder", "review_item", ["holder"])
    op.create_index("review_item_by_decider", "review_item", ["resolved_by", "resolved_at"])
