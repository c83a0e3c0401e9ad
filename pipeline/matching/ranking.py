"""Index entries weighed against a claim, best first, with the shares of every explanation. Knows the lookup; takes no decision."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from math import fsum
from typing import NamedTuple

from pipeline.matching import compare as level
from pipeline.matching.compare import Levels, compare
from pipeline.matching.fold import Who, who_is
from pipeline.matching.gate import is_namelike
from pipeline.matching.given import is_given_name
from pipeline.matching.posterior import Posterior, Rated, posterior
from pipeline.matching.weights import RAREST_SHARE, SHIPPED, Shares, Weights, shares_of, weigh
from pipeline.ports import ExpectedPatients, PatientLookup
from schemas.match import Expectation
from schemas.patient import IndexPatient, PatientClaim
from schemas.rules import MatchRules

NEAR_LEVELS = frozenset(
    {
        level.OCR,
        level.ONE_EDIT,
        level.TWO_EDITS,
        level.SIMILAR,
        level.PART,
        level.PREVIOUS,
        level.NICKNAME,
        level.INITIAL,
        level.COMPOUND,
        level.MIDDLE_USED,
        level.SWAPPED,
        level.NEARLY_SWAPPED,
        level.ONE_DIGIT,
        level.TRANSPOSED,
        level.DAY_MONTH,
        level.DAY_OR_MONTH,
        level.TWO_DIGITS,
        level.CENTURY,
        level.YEAR_ONLY,
        level.HOUSE_STREET,
        level.HOUSE_ZIP,
        level.STREET_ZIP,
        level.ZIP_ONLY,
        level.GENERATION,
        level.PLACEHOLDER,
    }
)
MOST_EXPECTED = 1000.0  # nothing known beforehand makes an entry likelier than this against another


class Compared(NamedTuple):
    """An index entry beside the claim."""

    patient: IndexPatient
    who: Who
    levels: Levels
    bits: tuple[float, ...]
    score: float


class Ranking(NamedTuple):
    """Entries, best first, and the shares of the hypotheses."""

    claim: PatientClaim
    who: Who
    entries: tuple[Compared, ...]
    shares: Posterior
    names: Shares
    size: int
    expected: tuple[Expectation, ...] = ()
    apart: Container[str] = ()  # entries that a clerk has called other people than the first one
    borne: bool = True  # the given name as read may well be somebody's: a large index does not lack it
    known: bool = True  # somebody of the index has it just so, or a list of given names


def rank(
    claim: PatientClaim,
    found: Iterable[IndexPatient],
    lookup: PatientLookup,
    *,
    rules: MatchRules,
    expected: ExpectedPatients | None = None,
    weights: Weights = SHIPPED,
) -> Ranking:
    """Entries weighed against a claim, best first; equal ones in the order of their numbers."""
    who = who_is(claim)
    counts = lookup.frequencies(PatientClaim(who.last, who.first))
    names = shares_of(counts)
    beside = [(patient, other, compare(who, other, mrn_is_ours=claim.mrn_is_ours)) for patient in found for other in (who_is(patient),)]
    if others := _other_names(who, beside, names):
        _learn(names, shares_of(lookup.frequencies(*others)))
    entries = [_weighed(who, *pair, names, weights) for pair in beside]
    entries.sort(key=lambda entry: (-entry.score, entry.patient.mrn))
    times = _expected(entries, expected)
    listed = is_given_name(who.first)
    misread = names.first.get(who.first, 1.0) <= RAREST_SHARE and not listed
    known = listed or any(counts.first.values())
    rated = [Rated(e.levels, e.bits, e.who.sex, each, misread) for e, each in zip(entries, times, strict=True)]
    shares = posterior(rated, size=counts.size, unknown_share=rules.unknown_share)
    waiting = tuple(Expectation(e.patient.mrn, each) for e, each in zip(entries, times, strict=True) if each > 1)
    return Ranking(claim, who, tuple(entries), shares, names, counts.size, waiting, borne=not misread, known=known)


def _expected(entries: Sequence[Compared], port: ExpectedPatients | None) -> list[float]:
    """How many times likelier each entry was before anything was read."""
    times = port.times([entry.patient.mrn for entry in entries]) if port else {}
    return [min(max(times.get(entry.patient.mrn, 1.0), 1.0), MOST_EXPECTED) for entry in entries]


def _other_names(who: Who, beside: Iterable[tuple[IndexPatient, Who, Levels]], shares: Shares) -> list[PatientClaim]:
    """The entries' own names that must be counted, each once: those that agree only nearly, and so weigh by their own spelling."""
    wanted = []
    last, first = set(shares.last), set(shares.first)
    for _, other, levels in beside:
        if _needs_other_name(levels, who, other, last, first):
            wanted.append(PatientClaim(other.last, other.first))
            last.add(other.last)
            first.add(other.first)
    return wanted


def _weighed(who: Who, patient: IndexPatient, other: Who, levels: Levels, names: Shares, weights: Weights) -> Compared:
    bits = weigh(levels, who, other, names, weights)
    return Compared(patient, other, levels, bits, round(fsum(bits), 6))


def _needs_other_name(levels: Levels, who: Who, other: Who, last: Container[str], first: Container[str]) -> bool:
    """Whether a name that agrees only nearly must be counted under the entry's own spelling."""
    near_last = levels.last_name in NEAR_LEVELS and other.last != who.last and other.last not in last
    near_first = levels.first_name in NEAR_LEVELS and other.first != who.first and other.first not in first
    return (near_last or near_first) and is_namelike(levels)


def _learn(shares: Shares, more: Shares) -> None:
    shares.last.update(more.last)
    shares.first.update(more.first)
