"""Whose record it is: candidates from the index, their shares, and whether that carries filing without a clerk.

Knows identifiers, levels and the gate; must not know how the index is stored, nor file anything. When in doubt it abstains.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import fsum
from typing import NamedTuple

from pipeline.matching import compare as level
from pipeline.matching.calibration import SUREST, stated_error
from pipeline.matching.compare import FIELDS, Levels, compare
from pipeline.matching.fold import SUFFIXES, Who, digits, digits_meant, fold_name, fold_phone, known_suffix, upper, who_is, zip_of
from pipeline.matching.gate import contradictions, is_namelike, look_like_one_person, may_be_the_same, missing_identifiers, sets_apart
from pipeline.matching.keys import claim_keys, patient_keys
from pipeline.matching.posterior import Posterior, posterior
from pipeline.matching.weights import Shares, shares_of, weigh
from pipeline.ports import PatientLookup
from schemas.document import Extraction, Field, FieldName, Role
from schemas.match import Agreement, Candidate, Conflicting, Evidence, Matched, MatchOutcome, NoCandidate, TooClose, TooWeak
from schemas.patient import IndexPatient, PatientClaim
from schemas.rules import MatchRules

__all__ = ["alternatives", "claim_keys", "claim_of", "match_claim", "match_patient", "patient_keys"]

VERSION = 1
SHOWN = 10
STRANGER_SHARE = 0.9  # above this share of "not in the index" nobody is proposed
TIE_BITS = 1.0  # entries no further apart than this are equal
_DATE = re.compile(r"\d{4}(-\d\d-\d\d)?")
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
        level.ONE_DIGIT,
        level.TRANSPOSED,
        level.DAY_MONTH,
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


def match_patient(extraction: Extraction, lookup: PatientLookup, *, rules: MatchRules) -> MatchOutcome:
    """The index entry a document belongs to, or why that cannot be said. Rival readings can only make it less certain."""
    outcome = match_claim(claim_of(extraction), lookup, rules=rules)
    if isinstance(outcome, Matched) and _is_a_provider(extraction):
        return TooWeak(outcome.candidates, ("a patient's name that is not a provider's",))
    for claim in alternatives(extraction):
        outcome = _in_doubt(outcome, match_claim(claim, lookup, rules=rules))
    return outcome


def _in_doubt(first: MatchOutcome, second: MatchOutcome) -> MatchOutcome:
    """What the first reading says, unless a rival reading points elsewhere or finds somebody where the first found nobody."""
    if isinstance(first, NoCandidate) and second.candidates and not isinstance(second, NoCandidate):
        return TooWeak(second.candidates, ("a surer reading",))
    if isinstance(first, Matched) and not isinstance(second, NoCandidate) and second.candidates[0].mrn != first.candidates[0].mrn:
        return TooClose((first.candidates[0], second.candidates[0], *first.candidates[1:]))
    return first


def _is_a_provider(extraction: Extraction) -> bool:
    field = extraction.field(FieldName.PATIENT_NAME)
    mine = _bag(field.value) if field else frozenset()
    return any(person.role is Role.PROVIDER and len(mine & _bag(person.name)) >= 2 for person in extraction.people)


def _bag(name: str) -> frozenset[str]:
    return frozenset(folded for word in re.split(r"[\s,]+", name) if len(folded := fold_name(word)) > 1 and folded not in SUFFIXES)


def claim_of(extraction: Extraction) -> PatientClaim:
    """What a document says about its patient, normalised."""
    name, dob, mrn = (extraction.field(n) for n in (FieldName.PATIENT_NAME, FieldName.PATIENT_DOB, FieldName.PATIENT_MRN))
    last, first, middle, suffix = split_name(name.value if name else "")
    address = _value(extraction, FieldName.PATIENT_ADDRESS)
    return PatientClaim(
        last,
        first,
        middle,
        suffix,
        sex=_sex(_value(extraction, FieldName.PATIENT_SEX)),
        dob=dob.value if dob and _DATE.fullmatch(dob.value) else "",
        mrn=_value(extraction, FieldName.PATIENT_MRN),
        mrn_is_ours=mrn is not None and "ours" in re.split(r"\W+", mrn.rule),
        ssn_last4=digits_meant(_value(extraction, FieldName.PATIENT_SSN_LAST4))[-4:],
        phone=fold_phone(digits(_value(extraction, FieldName.PATIENT_PHONE))),
        address_line=address,
        zip=zip_of(address),
        name_confidence=name.confidence if name else 0.0,
        dob_confidence=dob.confidence if dob else 0.0,
        dob_sightings=dob.sightings if dob else 0,
    )


def alternatives(extraction: Extraction) -> tuple[PatientClaim, ...]:
    """The claims that rival readings of name and birth date would make, one change at a time."""
    changed = [
        _with_value(extraction, field, rival)
        for field in extraction.fields
        if field.name in (FieldName.PATIENT_NAME, FieldName.PATIENT_DOB)
        for rival in field.rivals
    ]
    return tuple(claim_of(extraction) for extraction in changed)


def _with_value(extraction: Extraction, field: Field, value: str) -> Extraction:
    other = Field(field.name, value, value, field.confidence, field.page, field.box, field.rule)
    return Extraction(tuple(other if f is field else f for f in extraction.fields), extraction.people)


def _value(extraction: Extraction, name: FieldName) -> str:
    field = extraction.field(name)
    return field.value.strip() if field else ""


def _sex(text: str) -> str:
    return {"M": "M", "F": "F", "W": "F"}.get(text[:1].upper(), "")


def split_name(text: str) -> tuple[str, str, str, str]:
    """Last, first, middle name and suffix of "LAST, FIRST MIDDLE SUFFIX"; without a comma the last word is the last name."""
    last, comma, given = upper(text).partition(",")
    last_words, words = (last.split(), given.replace(",", " ").split()) if comma else ([], last.split())
    suffix = next((s for word in [*words[1:], *last_words[1:]] if (s := known_suffix(word)) and len(word) > 1), "")
    words = [w for i, w in enumerate(words) if i == 0 or len(w) == 1 or not known_suffix(w)]
    last_words = [w for i, w in enumerate(last_words) if i == 0 or not known_suffix(w)]
    if not comma:
        words, last_words = words[:-1], words[-1:]
    return " ".join(last_words), words[0] if words else "", " ".join(words[1:]), suffix


def match_claim(claim: PatientClaim, lookup: PatientLookup, *, rules: MatchRules) -> MatchOutcome:
    """The index entry a claim belongs to, or why that cannot be said."""
    found = lookup.find(claim_keys(claim), limit=rules.max_candidates)
    if not found:
        return NoCandidate()
    return judge(rank(claim, found, lookup, rules=rules), rules=rules)


def rank(claim: PatientClaim, found: Iterable[IndexPatient], lookup: PatientLookup, *, rules: MatchRules) -> Ranking:
    """Entries weighed against a claim, best first; equal ones in the order of their numbers."""
    who = who_is(claim)
    counts = lookup.frequencies(PatientClaim(who.last, who.first))
    shares = shares_of(counts)
    entries = [_weighed(claim, who, patient, lookup, shares) for patient in found]
    entries.sort(key=lambda entry: (-entry.score, entry.patient.mrn))
    return Ranking(claim, who, tuple(entries), posterior([(e.levels, e.bits) for e in entries], size=counts.size, unknown_share=rules.unknown_share))


def _weighed(claim: PatientClaim, who: Who, patient: IndexPatient, lookup: PatientLookup, shares: Shares) -> Compared:
    other = who_is(patient)
    levels = compare(who, other, mrn_is_ours=claim.mrn_is_ours)
    if _needs_other_name(levels, who, other, shares):
        _learn(shares, shares_of(lookup.frequencies(PatientClaim(other.last, other.first))))
    bits = weigh(levels, who, other, shares)
    return Compared(patient, other, levels, bits, round(fsum(bits), 6))


def _needs_other_name(levels: Levels, who: Who, other: Who, shares: Shares) -> bool:
    """Whether a name that agrees only nearly must be counted under the entry's own spelling."""
    last = levels.last_name in NEAR_LEVELS and other.last != who.last and other.last not in shares.last
    first = levels.first_name in NEAR_LEVELS and other.first != who.first and other.first not in shares.first
    return is_namelike(levels) and (last or first)


def _learn(shares: Shares, more: Shares) -> None:
    shares.last.update(more.last)
    shares.first.update(more.first)


def judge(ranking: Ranking, *, rules: MatchRules) -> MatchOutcome:
    """One of the five outcomes for a ranking of at least one entry."""
    candidates = _candidates(ranking)
    best, *others = ranking.entries
    if _is_a_stranger(ranking):
        return NoCandidate(candidates)
    if any(_too_close(best, other, ranking.claim) for other in others):
        return TooClose(candidates)
    if against := contradictions(best.levels):
        return Conflicting(candidates, against)
    if missing := missing_identifiers(best.levels, ranking.claim):
        return TooWeak(candidates, missing)
    doubt = ranking.shares.doubt(0)
    p_wrong = stated_error(doubt)
    if p_wrong > rules.max_p_wrong:
        return _short_of_the_line(ranking, candidates)
    return Matched(candidates, p_wrong, doubt)


def _is_a_stranger(ranking: Ranking) -> bool:
    best = ranking.entries[0]
    return ranking.shares.stranger > STRANGER_SHARE or best.score <= 0 or _overlap(best.levels) == 0


def _overlap(levels: Levels) -> int:
    """How many identifiers agree or nearly agree, sex and ZIP aside."""
    counted = [name for field, name in zip(FIELDS, levels, strict=True) if field not in ("sex", "suffix")]
    return sum(name in (level.EXACT, level.FOREIGN) or (name in NEAR_LEVELS and name != level.ZIP_ONLY) for name in counted)


def _too_close(best: Compared, other: Compared, claim: PatientClaim) -> bool:
    """Whether another entry ties, cannot be set apart by what the page says, or is probably the same person again."""
    if best.score - other.score <= TIE_BITS:
        return True
    if may_be_the_same(other.levels) and not sets_apart(best.levels, other.levels, claim):
        return True
    return other.score > 0 and look_like_one_person(best.who, other.who)


def _short_of_the_line(ranking: Ranking, candidates: tuple[Candidate, ...]) -> MatchOutcome:
    shares = ranking.shares
    if len(shares.entries) > 1 and max(shares.entries[1:]) > shares.relatives + shares.stranger:
        return TooClose(candidates)
    return TooWeak(candidates, ("a further identifier: phone, address, SSN digits or middle name",))


def _candidates(ranking: Ranking) -> tuple[Candidate, ...]:
    """The best entry, and the next ones that more speaks for than against."""
    shown = enumerate(ranking.entries[:SHOWN])
    return tuple(_candidate(ranking, place, entry) for place, entry in shown if place == 0 or entry.score > 0)


def _candidate(ranking: Ranking, place: int, entry: Compared) -> Candidate:
    share = 1 - stated_error(ranking.shares.doubt(place)) if place == 0 else min(ranking.shares.entries[place], 1 - SUREST)
    patient = entry.patient
    return Candidate(patient.mrn, patient.display_name, patient.dob, entry.score, share, _evidence(ranking.claim, entry))


def _evidence(claim: PatientClaim, entry: Compared) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            field,
            _agreement(name),
            name or "not on both",
            bits,
            getattr(claim, _SHOWN_AS.get(field, field)),
            getattr(entry.patient, _SHOWN_AS.get(field, field)),
        )
        for field, name, bits in zip(FIELDS, entry.levels, entry.bits, strict=True)
    )


_SHOWN_AS = {"address": "address_line"}


def _agreement(name: str) -> Agreement:
    if not name or name == level.FOREIGN_DIFFER:
        return Agreement.ABSENT
    if name in (level.EXACT, level.FOREIGN):
        return Agreement.AGREE
    return Agreement.NEAR if name in NEAR_LEVELS else Agreement.DIFFER
