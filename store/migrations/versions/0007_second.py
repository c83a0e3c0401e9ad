"""Second opinions on review items, checks of what people filed, pages cut anew, and practice."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("review_item", sa.Column("follows", sa.Text()))
    op.add_column("review_item", sa.Column("known", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("verdict", sa.Column("checked", sa.Text()))
    op.add_column("verdict", sa.Column("filed_mrn", sa.Text()))
    op.create_table(
        "recut",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("delivery_id", sa.Text(), sa.ForeignKey("delivery.id"), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Text(), nullable=False),
        sa.Column("done_at", sa.Text()),
    )
    op.create_index("recut_by_state", "recut", ["state"])
    op.create_index("recut_by_delivery", "recut", ["delivery_id"])
    op.create_table(
        "practice",
        sa.Column("sequence", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), sa.ForeignKey("document.id"), nullable=False),
        sa.Column("patient_right", sa.Boolean(), nullable=False),
        sa.Column("type_right", sa.Boolean(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
    )
    op.create_index("practice_by_actor", "practice", ["actor"])
