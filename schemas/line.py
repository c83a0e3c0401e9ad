"""The line above which documents of one source are filed without a clerk, and the decisions that prove it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LineKind(StrEnum):
    BUILTIN = "builtin"  # the line that ships, from simulated documents
    SHADOW = "shadow"  # files nothing, so that clerks decide everything
    CERTIFIED = "certified"  # proved on this source's own decisions
    STOPPED = "stopped"  # files nothing, because checks found more errors than the line allows


@dataclass(frozen=True, slots=True)
class Line:
    """What one source may have filed without a clerk: raw doubts up to `doubt`, and stated errors up to `stated`; None: any."""

    kind: LineKind
    bound: float  # share of wrong filings it is to keep below
    doubt: float | None = None
    stated: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whom the machine chose for a document and whom a clerk chose, None for nobody of the index.

    `doubt` is the machine's raw doubt about its choice; without a choice that passed the gate there is none. `blind` is a random check of a
    filed document, and `bound` what the line that filed it promised. `unknown`: the person was not in the index when the document came.
    """

    item_id: str
    document_id: str
    source: str
    doubt: float | None
    machine_mrn: str | None
    clerk_mrn: str | None
    blind: bool
    bound: float | None
    unknown: bool
    model: str
    actor: str
    at: datetime

    @property
    def wrong(self) -> bool:
        """Whether the machine chose somebody else than the clerk."""
        return self.machine_mrn is not None and self.machine_mrn != self.clerk_mrn


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one source has come: decisions that count, errors among them, and what they prove."""

    line: Line
    decisions: int
    errors: int
    upper: float  # 95 % upper bound of the error share among all that passed the gate
    rung: float | None  # the strictest bound proved
    next_look: int | None  # decisions at which the next bound is tested
    checks: int  # blind checks under the line in force
    check_errors: int
    unknown_share: float | None
    seen: int  # decisions of every kind
