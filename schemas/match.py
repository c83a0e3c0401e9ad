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
    witnesses: tuple[str, ...] = ()  # what bears the document's value out: "read twice", "the index entry that the name found"


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
class Hypothesis:
    """One explanation of the document and its share of one; `mrn` names the entry it is about."""

    name: str  # "this entry", "another entry", "an absent twin", "somebody not in the index", …
    share: float
    mrn: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """How many times likelier than others an entry was before anything was read."""

    mrn: str
    times: float


@dataclass(frozen=True, slots=True)
class Why:
    """What carried a decision besides the fields: the prior in bits, rival explanations, what spoke against the best entry, who was expected."""

    prior_bits: float = 0.0
    hypotheses: tuple[Hypothesis, ...] = ()
    against: tuple[str, ...] = ()
    expected: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """Certain enough to file. `candidates[0]` is the patient; `p_wrong` bounds the share of wrong ones among proposals at least as sure.

    `raw_doubt`, here and below, is the posterior share of every other explanation, by which a certified line may be drawn; it is
    1 where an outcome holds whatever the line.
    """

    candidates: tuple[Candidate, ...]
    p_wrong: float
    raw_doubt: float = 1.0  # one minus the leader's share, uncalibrated: what lines are drawn on
    why: Why = Why()


@dataclass(frozen=True, slots=True)
class TooClose:
    """Two or more entries fit about equally well. `twice` numbers entries that are probably one person: they want merging first."""

    candidates: tuple[Candidate, ...]
    twice: tuple[str, ...] = ()
    raw_doubt: float = 1.0
    why: Why = Why()


@dataclass(frozen=True, slots=True)
class TooWeak:
    """One entry leads, but the identifiers do not carry automatic filing. `missing` says what would."""

    candidates: tuple[Candidate, ...]
    missing: tuple[str, ...] = ()
    raw_doubt: float = 1.0
    why: Why = Why()


@dataclass(frozen=True, slots=True)
class Conflicting:
    """The leading entry agrees on some identifiers and contradicts another."""

    candidates: tuple[Candidate, ...]
    fields: tuple[str, ...]
    raw_doubt: float = 1.0
    why: Why = Why()


@dataclass(frozen=True, slots=True)
class NoCandidate:
    """Nobody in the index fits; probably not one of our patients. `candidates` may still hold poor ones."""

    candidates: tuple[Candidate, ...] = ()
    raw_doubt: float = 1.0
    why: Why = Why()


MatchOutcome = Matched | TooClose | TooWeak | Conflicting | NoCandidate
