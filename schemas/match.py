"""What patient matching answers: ranked candidates with evidence, and one of five outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Agreement(StrEnum):
    AGREE = "agree"
    NEAR = "near"
    DIFFER = "differ"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One field compared: its level in words and its weight in bits (log2 m/u; 0 when absent)."""

    field: str
    agreement: Agreement
    level: str  # "exact", "nickname", "one digit off", …
    bits: float
    document_value: str
    index_value: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An index entry proposed for a document."""

    mrn: str
    display_name: str
    dob: str
    bits: float
    probability: float  # posterior share, calibrated and capped by the shipped table
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """Certain enough to file. `candidates[0]` is the patient."""

    candidates: tuple[Candidate, ...]
    p_wrong: float
    raw_doubt: float = 1.0  # one minus the leader's share, uncalibrated: what lines are drawn on


@dataclass(frozen=True, slots=True)
class TooClose:
    """Two or more entries fit about equally well, or the runner-up may be the same person twice."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class TooWeak:
    """One entry leads, but the identifiers do not carry automatic filing. `missing` says what would."""

    candidates: tuple[Candidate, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflicting:
    """The leading entry agrees on some identifiers and contradicts another."""

    candidates: tuple[Candidate, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoCandidate:
    """Nobody in the index fits; probably not one of our patients. `candidates` may still hold poor ones."""

    candidates: tuple[Candidate, ...] = ()


MatchOutcome = Matched | TooClose | TooWeak | Conflicting | NoCandidate
