"""The tables of the index database, in types that SQLite and Postgres share. Knows shapes and nothing of their use."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, Text, false

from store.columns import FileName, Instant, Json
from store.tables_learning import metadata as metadata  # noqa: PLC0414 - the same for all tables

delivery = Table(
    "delivery",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("key", Text, nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("name", FileName, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("object_key", Text, nullable=False),
    Column("facility", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("pages_hint", Integer),
    Column("page_count", Integer),
    Column("taken_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("opening_seconds", Float, nullable=False, server_default="0"),  # processor time that opening its pages has taken so far
    Column("receipt_due", Boolean, nullable=False, server_default=false()),  # settled on a machine that does not see the watched folder
    Index("delivery_by_content", "sha256", "sequence"),
    Index("delivery_by_state", "state", "sequence"),
)

lease = Table(  # who is at work on one installation's several machines
    "lease",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("part", Text, nullable=False),  # worker, watcher
    Column("place", Text, nullable=False),
    Column("beat", Integer, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("told", Json, nullable=False),
    Column("ended_at", Instant),
)

attempt = Table(
    "attempt",
    metadata,
    Column("delivery_id", Text, ForeignKey("delivery.id"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),  # 0: the file; else the first page of a part of it
    Column("begun", Integer, nullable=False),
)

scrub = Table(  # how far a day's reading of the object store has come
    "scrub",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("upto", Text, nullable=False),
    Column("read", Integer, nullable=False),
    Column("bad", Json, nullable=False),
    Column("done", Boolean, nullable=False),
)

passed_over = Table(
    "passed_over",
    metadata,
    Column("outcome", Text, primary_key=True),  # ignored or refused
    Column("source", Text, primary_key=True),
    Column("name", FileName, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("noted_at", Instant, nullable=False),
)

reading = Table(
    "reading",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("object_key", Text, nullable=False),
)

document = Table(
    "document",
    metadata,
    Column("rowno", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("delivery_id", Text, ForeignKey("delivery.id"), nullable=False),
    Column("first_page", Integer, nullable=False),  # 0: a file that could not be opened
    Column("pages", Json, nullable=False),
    Column("status", Text, nullable=False),
    Column("document_type", Text),
    Column("loinc", Text),
    Column("document_type_confidence", Float),
    Column("patient_mrn", Text),
    Column("patient_probability", Float),
    Column("fields", Json, nullable=False),
    Column("reasons", Json, nullable=False),
    Column("object_key", Text),
    Column("filed_at", Instant),
    Column("evidence", Json, nullable=False),
    Column("read_name", Text, nullable=False),  # as read on the page, for search
    Column("read_facility", Text, nullable=False),
    Index("document_by_delivery", "delivery_id", "first_page"),
    Index("document_by_patient", "patient_mrn"),
    Index("document_by_status", "status"),
)

page_image = Table(
    "page_image",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("size", Text, primary_key=True),  # thumb, web, wide
    Column("object_key", Text, nullable=False),
)

archival = Table(
    "archival",
    metadata,
    Column("document_id", Text, ForeignKey("document.id"), primary_key=True),
    Column("made_from", Text, nullable=False),  # the object of the document at that time
    Column("object_key", Text),  # none: it cannot conform, and is kept as it is
    Column("findings", Json, nullable=False),
    Column("made_at", Instant, nullable=False),
)

filing = Table(
    "filing",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("document_id", Text, ForeignKey("document.id"), nullable=False),
    Column("act", Text, nullable=False),  # file, refile, unfile
    Column("mrn", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("filing_by_document", "document_id"),
)

review_item = Table(
    "review_item",
    metadata,
    Column("id", Text, primary_key=True),
    Column("document_id", Text, ForeignKey("document.id"), nullable=False),
    Column("reasons", Json, nullable=False),
    Column("priority", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("resolved_at", Instant),
    Column("resolved_by", Text),
    Column("resolution", Json),
    Column("holder", Text),  # who has it leased, until when, and the number of the lease
    Column("held_until", Instant),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("skips", Integer, nullable=False, server_default="0"),
    Column("escalated", Boolean, nullable=False, server_default=false()),
    Column("before", Json),  # what the decision replaced
    Column("undone_at", Instant),
    Column("follows", Text),  # the item whose answer somebody else is asked to give too, without seeing it
    Column("known", Boolean, nullable=False, server_default=false()),  # planted: the answer is known, and nothing is filed by it
    Column("disputed", Boolean, nullable=False, server_default=false()),  # a version that runs as shadow takes the document for something else
    Index("review_item_by_holder", "holder"),
    Index("review_item_by_decider", "resolved_by", "resolved_at"),
    Index("review_item_open", "resolved_at", "opened_at"),
    Index("review_item_by_document", "document_id"),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Index("audit_by_subject", "subject"),
)

patient = Table(
    "patient",
    metadata,
    Column("rid", Integer, primary_key=True, autoincrement=True),
    Column("mrn", Text, nullable=False, unique=True),
    Column("last_name", Text, nullable=False),
    Column("first_name", Text, nullable=False),
    Column("middle_name", Text, nullable=False),
    Column("suffix", Text, nullable=False),
    Column("sex", Text, nullable=False),
    Column("dob", Text, nullable=False),
    Column("ssn_last4", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("address_line", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("zip", Text, nullable=False),
    Column("previous_last_name", Text, nullable=False),
    Column("deceased_date", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("survivor_mrn", Text),
    Column("key_hashes", LargeBinary, nullable=False),  # the packed hashes under which the entry stands in patient_key
    Column("digest", LargeBinary, nullable=False),  # of row and keys: equal means nothing to do
    Column("updated_at", Instant, nullable=False),
    Index("patient_by_survivor", "survivor_mrn"),
)

alias = Table(  # how an entry was registered before: still a way to find it
    "alias",
    metadata,
    Column("rid", Integer, primary_key=True, autoincrement=True),  # stands in patient_key with a minus sign
    Column("mrn", Text, ForeignKey("patient.mrn"), nullable=False),
    Column("last_name", Text, nullable=False),
    Column("first_name", Text, nullable=False),
    Column("middle_name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("address_line", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("zip", Text, nullable=False),
    Column("key_hashes", LargeBinary, nullable=False),
    Column("until", Instant, nullable=False),
    Index("alias_by_entry", "mrn"),
)

merge = Table(  # every merge and unmerge of index entries, in order; patient.survivor_mrn holds where they lead
    "merge",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("act", Text, nullable=False),  # merge, unmerge
    Column("mrn", Text, nullable=False),
    Column("survivor_mrn", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("merge_by_entry", "mrn"),
)

apart = Table(  # index entries that a clerk has called two people, a row a pair and direction
    "apart",
    metadata,
    Column("item_id", Text, ForeignKey("review_item.id"), primary_key=True),
    Column("mrn", Text, primary_key=True),
    Column("other_mrn", Text, primary_key=True),
    Index("apart_by_entry", "mrn"),
)

owed = Table(  # changes of the index whose documents are still to be matched again
    "owed",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("act", Text, nullable=False),  # written, merged, parted, apart, one again
    Column("mrns", Json, nullable=False),
    Column("documents", Json, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_autoincrement=True,  # rows go, and a number that came back would strike out a change that nobody followed
)

verdict = Table(  # whom the machine chose and whom a clerk chose, a row a decision
    "verdict",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("item_id", Text, ForeignKey("review_item.id"), nullable=False, unique=True),
    Column("document_id", Text, ForeignKey("document.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("doubt", Float),
    Column("machine_mrn", Text),
    Column("clerk_mrn", Text),
    Column("blind", Boolean, nullable=False),
    Column("bound", Float),  # of the line that filed it
    Column("unknown", Boolean, nullable=False),
    Column("model", Text, nullable=False),  # version of the matcher
    Column("checked", Text),  # of a blind check: who had filed the document, machine or person
    Column("filed_mrn", Text),  # and to whom
    Column("actor", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("verdict_by_source", "source", "sequence"),
)

recut = Table(  # documents of one source file whose pages a clerk put together anew
    "recut",
    metadata,
    Column("id", Text, primary_key=True),
    Column("delivery_id", Text, ForeignKey("delivery.id"), nullable=False),
    Column("item_id", Text, nullable=False),  # on which the clerk was
    Column("actor", Text, nullable=False),
    Column("parts", Json, nullable=False),  # the new documents' pages
    Column("before", Json, nullable=False),  # the documents that they replace, as they were
    Column("state", Text, nullable=False),  # asked, done, undone, failed
    Column("asked_at", Instant, nullable=False),
    Column("done_at", Instant),
    Index("recut_by_state", "state"),
    Index("recut_by_delivery", "delivery_id"),
)

practice = Table(  # answers that touch nothing but the score
    "practice",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("actor", Text, nullable=False),
    Column("document_id", Text, ForeignKey("document.id"), nullable=False),
    Column("patient_right", Boolean, nullable=False),
    Column("type_right", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Index("practice_by_actor", "actor"),
)

patient_key = Table(
    "patient_key",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("rid", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

name_count = Table(
    "name_count",
    metadata,
    Column("kind", Text, primary_key=True),  # last, first, size, changes
    Column("name", Text, primary_key=True),
    Column("bearers", Integer, nullable=False),
    sqlite_with_rowid=False,
)

document_text = Table(  # the words of a document; beside it stands the full-text index of the dialect
    "document_text",
    metadata,
    Column("rowno", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("display", Text, nullable=False),
    Column("roles", Json, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("password_hash", Text),
    Column("totp_secret", Text),
    Column("totp_last", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Instant),
    Column("keys", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
)

invitation = Table(
    "invitation",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id")),  # empty: makes the first user
    Column("expires_at", Instant, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id"), nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("proved_at", Instant, nullable=False),
    Column("whole", Boolean, nullable=False),
    Index("session_by_account", "account_id"),
)

api_token = Table(
    "api_token",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

glass = Table(
    "glass",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id"), nullable=False),
    Column("mrn", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("reviewed_at", Instant),
    Column("reviewed_by", Text),
    Index("glass_by_account", "account_id", "until"),
)

likeness = Table(  # hashes by which the pages of filed and held documents are found again
    "likeness",
    metadata,
    Column("hash", BigInteger, primary_key=True, autoincrement=False),
    Column("rowno", Integer, primary_key=True, autoincrement=False),  # of the document
    Column("page", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

page_picture = Table(
    "page_picture",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("width", Integer, primary_key=True),
    Column("object_key", Text, nullable=False),
)
