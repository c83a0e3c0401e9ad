"""Whose record it is: the index entry a document belongs to, or why that cannot be said.

Knows outcomes and the order of the gates; must not know how the index is stored, nor file anything. When in doubt it abstains.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.matching import compare as level
from pipeline.matching.calibration import line_at, stated_error
from pipeline.matching.claim import alternatives, claim_of, is_a_provider, unsettled
from pipeline.matching.compare import FIELDS, Levels
from pipeline.matching.explain import candidates, why
from pipeline.matching.gate import Beside, are_close_kin, contradictions, kin_are_told_apart, may_be_the_same, missing_identifiers, sets_apart
from pipeline.matching.keys import claim_keys, patient_keys
from pipeline.matching.ranking import NEAR_LEVELS, Compared, Ranking, rank
from pipeline.matching.twice import look_like_one_person
from pipeline.ports import ExpectedPatients, PatientLookup
from schemas.document import Extraction
from schemas.match import Conflicting, Matched, MatchOutcome, NoCandidate, TooClose, TooWeak
from schemas.patient import PatientClaim
from schemas.rules import MatchRules

__all__ = ["alternatives", "claim_keys", "claim_of", "match_claim", "match_patient", "patient_keys", "rank"]

VERSION = 7
STRANGER_SHARE = 0.9  # above this share of "not in the index" nobody is proposed
TIE_BITS = 1.0  # entries no further apart than this are equal


def match_patient(extraction: Extraction, lookup: PatientLookup, *, rules: MatchRules, expected: ExpectedPatients | None = None) -> MatchOutcome:
    """The index entry a document belongs to, or why that cannot be said. Rival readings that lead elsewhere hold it."""
    outcome = match_claim(claim_of(extraction), lookup, rules=rules, expected=expected)
    if isinstance(outcome, Matched) and is_a_provider(extraction):
        return TooWeak(outcome.candidates, ("a patient's name that is not a provider's",), why=outcome.why)
    for claim in alternatives(extraction):
        outcome = _in_doubt(outcome, match_claim(claim, lookup, rules=rules, expected=expected))
    if isinstance(outcome, Matched) and (doubted := unsettled(extraction)):
        return TooWeak(outcome.candidates, doubted, why=outcome.why)
    return outcome


def _in_doubt(first: MatchOutcome, second: MatchOutcome) -> MatchOutcome:
    """What the first reading says, unless a rival reading points elsewhere or finds somebody where the first found nobody."""
    if isinstance(first, NoCandidate) and second.candidates and not isinstance(second, NoCandidate):
        return TooWeak(second.candidates, ("a surer reading",), why=second.why)
    if isinstance(first, NoCandidate) or isinstance(second, NoCandidate):
        return first
    if first.raw_doubt < 1 and second.candidates[0].mrn != first.candidates[0].mrn:
        return TooClose((first.candidates[0], second.candidates[0], *first.candidates[1:]), why=first.why)
    return first


def match_claim(claim: PatientClaim, lookup: PatientLookup, *, rules: MatchRules, expected: ExpectedPatients | None = None) -> MatchOutcome:
    """The index entry a claim belongs to, or why that cannot be said."""
    found = lookup.find(claim_keys(claim), limit=rules.max_candidates)
    if not found:
        return NoCandidate()
    ranking = rank(claim, found, lookup, rules=rules, expected=expected)
    outcome = judge(ranking, rules=rules)
    if isinstance(outcome, TooClose) and outcome.twice and (apart := lookup.apart(outcome.twice[0])):
        return judge(ranking._replace(apart=apart), rules=rules)
    return outcome


def judge(ranking: Ranking, *, rules: MatchRules) -> MatchOutcome:
    """One of the five outcomes for a ranking of at least one entry."""
    doubt = ranking.shares.doubt(0)
    held = hold(ranking)
    shown, reasons = candidates(ranking, stated_error(doubt, held=held is not None)), why(ranking)
    if held is not None:
        return replace(held, candidates=shown, why=reasons)
    if (bound := line_at(doubt)) <= rules.max_p_wrong:
        return Matched(shown, bound, doubt, reasons)
    if max(ranking.shares.entries[1:], default=0.0) > ranking.shares.relatives + ranking.shares.stranger:
        return TooClose(shown, (), doubt, reasons)
    return TooWeak(shown, ("a further identifier: phone, address, SSN digits or middle name",), doubt, reasons)


def hold(ranking: Ranking) -> TooClose | TooWeak | Conflicting | NoCandidate | None:
    """What holds a document whatever the score says: the outcome, still without candidates."""
    best, *others = ranking.entries
    if _is_a_stranger(ranking):
        return NoCandidate()
    rivals = [other for other in others if other.score > 0 and other.patient.mrn not in ranking.apart]
    if twice := tuple(o.patient.mrn for o in rivals if look_like_one_person(best.who, o.who, ranking.names, ranking.size)):
        return TooClose((), (best.patient.mrn, *twice))
    if any(_too_close(best, other, ranking.claim) for other in others):
        return TooClose(())
    if against := contradictions(best.levels, mrn_sightings=ranking.claim.mrn_sightings):
        return Conflicting((), against)
    if missing := missing_identifiers(Beside(best.levels, ranking.claim, ranking.who, best.who, ranking.borne, ranking.known)):
        return TooWeak((), missing)
    return None


def _is_a_stranger(ranking: Ranking) -> bool:
    best = ranking.entries[0]
    return ranking.shares.stranger > STRANGER_SHARE or best.score <= 0 or _overlap(best.levels) == 0


def _overlap(levels: Levels) -> int:
    """How many identifiers agree or nearly agree, sex and ZIP aside."""
    counted = [name for field, name in zip(FIELDS, levels, strict=True) if field not in ("sex", "suffix")]
    return sum(name in (level.EXACT, level.FOREIGN) or (name in NEAR_LEVELS and name != level.ZIP_ONLY) for name in counted)


def _too_close(best: Compared, other: Compared, claim: PatientClaim) -> bool:
    """Whether another entry ties, or cannot be set apart by what the page says."""
    if best.score - other.score <= TIE_BITS:
        return True
    if may_be_the_same(other.levels) and not sets_apart(best.levels, other.levels, claim):
        return True
    return are_close_kin(best.who, other.who) and not kin_are_told_apart(best.levels, other.levels, claim)
