"""What is to become of each document of a batch: a plan, free of effects."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.checks import Checks
from schemas.document import Extraction, TypeGuess
from schemas.line import Line
from schemas.match import Candidate, MatchOutcome


@dataclass(frozen=True, slots=True)
class Filing:
    """File the document to `mrn`."""

    mrn: str
    probability: float


@dataclass(frozen=True, slots=True)
class Hold:
    """Ask a clerk; reasons in the order in which the clerk should settle them."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetAside:
    """Keep, list, and file nowhere: blank, separator, cover, duplicate."""

    reason: str


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Cannot be opened or is not allowed in; the original is kept."""

    reason: str


Decision = Filing | Hold | SetAside | Quarantine


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """One document of a source file and what is decided about it. Pages are 1-based in the source file."""

    pages: tuple[int, ...]
    decision: Decision
    kind: TypeGuess | None = None
    extraction: Extraction = Extraction()
    match: MatchOutcome | None = None
    why: tuple[str, ...] = ()  # how it was cut out of the batch, in words
    links: tuple[str, ...] = ()  # "page 3 repeats page 1"; shown, never acted upon
    request: str = ""  # the number of the request under whose separator sheet it was laid
    versions: tuple[tuple[str, int | str], ...] = ()  # of the steps, the model and the thresholds that made this plan
    checks: Checks = Checks()
    line: Line | None = None  # what might be filed from its source without a clerk
    shadow: tuple[int, TypeGuess] | None = None  # what a version that decides nothing takes it for, and which

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Ranked index entries for this document, best first."""
        return self.match.candidates if self.match else ()


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """Every page of a source file in exactly one planned document."""

    documents: tuple[PlannedDocument, ...]
