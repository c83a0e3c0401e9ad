"""What clerks teach, and the versions that are learnt from it: corrections, versions, and how a version answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

TYPE, PATIENT, CUT = "type", "patient", "cut"
FIELD = "field."  # and the field's name
SHIPPED = "shipped"  # the name of what came with the program


@dataclass(frozen=True, slots=True)
class Correction:
    """What one person's answer said of one thing on a document, as it was and as it should be. Never changed: who takes it back adds a row.

    `page` and `box` say where the value stood that was there before; `checked` that somebody else had said the same.
    """

    sequence: int
    document_id: str
    item_id: str
    sender: str
    words: str  # digest of the words read on its pages
    what: str  # type, patient, cut, field.<name>
    old: str | None
    new: str | None
    page: int | None
    box: tuple[float, ...] | None
    model: str  # that was at work when the document was decided on
    checked: bool
    actor: str
    at: datetime
    takes_back: int | None = None


class VersionState(StrEnum):
    """`candidate`: made and not yet judged; `shadow`: beside the live one, deciding nothing; `live`: at work; `retired`: was one of these."""

    CANDIDATE = "candidate"
    SHADOW = "shadow"
    LIVE = "live"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of what was learnt: where its folder is kept, from what it was made, and what was found when it was judged."""

    number: int
    state: VersionState
    object_key: str
    base: str  # digest of the shipped weights that it builds on
    made_at: datetime
    made_by: str
    upto: int  # the newest correction that it knows
    gold: tuple[str, ...]  # documents of this house that no version is ever taught, to be asked about
    metrics: dict[str, Any]
    verdict: tuple[str, ...]  # why it is not live, in words
    follows: int | None = None  # the version that was live before it

    @property
    def name(self) -> str:
        """How people call it."""
        return f"v{self.number}"


class Answer(NamedTuple):
    """What a document is taken for, and whether that is sure enough not to be asked."""

    slug: str
    sure: bool


class Asked(NamedTuple):
    """One document of an examination: what it is, and what the live and the other version take it for."""

    truth: str
    live: Answer
    other: Answer
