"""People with accounts, their invitations, sessions and tokens, opened glasses, and the page pictures kept for viewing."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("display", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("totp_secret", sa.Text()),
        sa.Column("totp_last", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Text()),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
    )
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.Text(), primary_key=True),
        sa.Column("account_id", sa.Text(), sa.ForeignKey("account.id")),
        sa.Column("expires_at", sa.Text(), nullable=False),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.Text(), primary_key=True),
        sa.Column("account_id", sa.Text(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("begun_at", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.Column("proved_at", sa.Text(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
    )
    op.create_index("session_by_account", "session", ["account_id"])
    op.create_table(
        "api_token",
        sa.Column("token_hash", sa.Text(), primary_key=True),
        sa.Column("account_id", sa.Text(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
    )
    op.create_table(
        "glass",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("account_id", sa.Text(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("mrn", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column("reviewed_at", sa.Text()),
        sa.Column("reviewed_by", sa.Text()),
    )
    op.create_index("glass_by_account", "glass", ["account_id", "until"])
    op.create_table(
        "page_picture",
        sa.Column("sha256", sa.Text(), primary_key=True),
        sa.Column("page", sa.Integer(), primary_key=True),
        sa.Column("width", sa.Integer(), primary_key=True),
        sa.Column("object_key", sa.Text(), nullable=False),
    )
