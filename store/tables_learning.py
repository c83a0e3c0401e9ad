"""The tables of what clerks teach and what is learnt from it. Knows shapes and nothing of their use; `store.tables` gives them with the others."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text

from store.columns import Instant, Json

metadata = MetaData()  # of every table: `store.tables` goes on with it, so that none is left out of a copy

correction = Table(  # what one answer said of one thing on a document; rows are added, never changed
    "correction",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("document_id", Text, ForeignKey("document.id"), nullable=False),
    Column("item_id", Text, nullable=False),  # under which it was said
    Column("sender", Text, nullable=False),
    Column("words", Text, nullable=False),  # digest of what was read
    Column("what", Text, nullable=False),  # type, patient, cut, field.<name>
    Column("old", Text),
    Column("new", Text),
    Column("page", Integer),
    Column("box", Json),
    Column("model", Text, nullable=False),
    Column("checked", Boolean, nullable=False),  # somebody else had said the same
    Column("actor", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("takes_back", Integer),  # the row that counts no more
    Index("correction_by_document", "document_id", "sequence"),
    Index("correction_by_item", "item_id"),
    Index("correction_by_what", "what", "sequence"),
)

model = Table(
    "model",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("state", Text, nullable=False),  # candidate, shadow, live, retired
    Column("object_key", Text, nullable=False),
    Column("base", Text, nullable=False),  # digest of the shipped weights that it builds on
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("upto", Integer, nullable=False),  # the newest correction that it knows
    Column("gold", Json, nullable=False),
    Column("metrics", Json, nullable=False),
    Column("verdict", Json, nullable=False),
    Column("follows", Integer),  # the version that was live before it; none: what shipped
    Index("model_by_state", "state"),
)

shadow = Table(  # what a version that decides nothing would have said beside the one that decided
    "shadow",
    metadata,
    Column("model", Integer, ForeignKey("model.number"), primary_key=True, autoincrement=False),
    Column("document_id", Text, ForeignKey("document.id"), primary_key=True),
    Column("live_type", Text, nullable=False),
    Column("live_sure", Boolean, nullable=False),
    Column("type", Text, nullable=False),
    Column("sure", Boolean, nullable=False),
)
