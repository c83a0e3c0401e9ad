"""Index entries that a clerk has told apart."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "apart",
        sa.Column("item_id", sa.Text(), sa.ForeignKey("review_item.id"), primary_key=True),
        sa.Column("mrn", sa.Text(), primary_key=True),
        sa.Column("other_mrn", sa.Text(), primary_key=True),
    )
    op.create_index("apart_by_entry", "apart", ["mrn"], unique=False)
