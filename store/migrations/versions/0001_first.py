"""The index as it first shipped: deliveries, documents, filings, review, audit, patients, full text."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

APPEND_ONLY = ("audit", "filing")

SQLITE_TEXT = (
    "CREATE VIRTUAL TABLE document_words USING fts5(body, content='document_text', content_rowid='rowno', tokenize='unicode61 remove_diacritics 2')",
    """CREATE TRIGGER document_text_added AFTER INSERT ON document_text BEGIN
        INSERT INTO document_words(rowid, body) VALUES (new.rowno, new.body); END""",
    """CREATE TRIGGER document_text_gone AFTER DELETE ON document_text BEGIN
        INSERT INTO document_words(document_words, rowid, body) VALUES ('delete', old.rowno, old.body); END""",
)

# a tsvector holds at most 1 MB: the head of a long document is what is searched; words are parted as SQLite parts them
POSTGRES_TEXT = (
    """ALTER TABLE document_text ADD COLUMN words tsvector
        GENERATED ALWAYS AS (to_tsvector('simple', regexp_replace(left(body, 300000), '[^[:alnum:]]+', ' ', 'g'))) STORED""",
    "CREATE INDEX document_text_words ON document_text USING gin (words)",
    """CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'append only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
)


def upgrade() -> None:
    _create_tables()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_TEXT if sqlite else POSTGRES_TEXT:
        op.execute(statement)
    for table in APPEND_ONLY:
        _forbid_changes(table, sqlite=sqlite)


def _forbid_changes(table: str, *, sqlite: bool) -> None:
    body = "BEGIN SELECT RAISE(ABORT, 'append only'); END" if sqlite else "FOR EACH ROW EXECUTE FUNCTION append_only()"
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {body}")


def _create_tables() -> None:
    op.create_table(
        "audit",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )
    op.create_index("audit_by_subject", "audit", ["subject"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("facility", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("pages_hint", sa.Integer(), nullable=True),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.Column("taken_at", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("delivery_by_content", "delivery", ["sha256", "sequence"], unique=False)
    op.create_index("delivery_by_state", "delivery", ["state", "sequence"], unique=False)
    op.create_table(
        "document_text",
        sa.Column("rowno", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rowno"),
    )
    op.create_table(
        "name_count",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bearers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "passed_over",
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("outcome", "source", "name", "rule"),
    )
    op.create_table(
        "patient",
        sa.Column("rid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("mrn", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("middle_name", sa.Text(), nullable=False),
        sa.Column("suffix", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("dob", sa.Text(), nullable=False),
        sa.Column("ssn_last4", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("address_line", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("zip", sa.Text(), nullable=False),
        sa.Column("previous_last_name", sa.Text(), nullable=False),
        sa.Column("deceased_date", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("survivor_mrn", sa.Text(), nullable=True),
        sa.Column("key_hashes", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rid"),
        sa.UniqueConstraint("mrn"),
    )
    op.create_table(
        "patient_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rid", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "rid"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reading",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "key", "page"),
    )
    op.create_table(
        "document",
        sa.Column("rowno", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("first_page", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("document_type", sa.Text(), nullable=True),
        sa.Column("loinc", sa.Text(), nullable=True),
        sa.Column("document_type_confidence", sa.Float(), nullable=True),
        sa.Column("patient_mrn", sa.Text(), nullable=True),
        sa.Column("patient_probability", sa.Float(), nullable=True),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=True),
        sa.Column("filed_at", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("read_name", sa.Text(), nullable=False),
        sa.Column("read_facility", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
        ),
        sa.PrimaryKeyConstraint("rowno"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("document_by_delivery", "document", ["delivery_id", "first_page"], unique=False)
    op.create_index("document_by_patient", "document", ["patient_mrn"], unique=False)
    op.create_index("document_by_status", "document", ["status"], unique=False)
    op.create_table(
        "filing",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("mrn", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
        ),
        sa.PrimaryKeyConstraint("sequence"),
    )
    op.create_index("filing_by_document", "filing", ["document_id"], unique=False)
    op.create_table(
        "review_item",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("resolved_at", sa.Text(), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("review_item_by_document", "review_item", ["document_id"], unique=False)
    op.create_index("review_item_open", "review_item", ["resolved_at", "opened_at"], unique=False)
