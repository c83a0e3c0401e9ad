"""Changes of the patient index whose documents are still to be matched again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "owed",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("mrns", sa.Text(), nullable=False),
        sa.Column("documents", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
