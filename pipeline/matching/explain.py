"""Why: the candidates of a ranking with their evidence a field, and the explanations that rivalled. Knows words; decides nothing."""

from __future__ import annotations

from operator import attrgetter

from pipeline.matching import compare as level
from pipeline.matching.calibration import SUREST
from pipeline.matching.compare import FIELDS, Levels
from pipeline.matching.gate import contradictions, witnesses
from pipeline.matching.ranking import Compared, Ranking
from schemas.match import Agreement, Candidate, Evidence, Hypothesis, Why
from schemas.patient import PatientClaim

SHOWN = 10
TOLD_SHARE = 1e-9  # explanations with a smaller share are not told
AGREEMENT = {level.DIFFER: Agreement.DIFFER, level.EXACT: Agreement.AGREE, level.FOREIGN: Agreement.AGREE} | {
    "": Agreement.ABSENT,
    level.FOREIGN_DIFFER: Agreement.ABSENT,
}
_shown = attrgetter(*("address_line" if field == "address" else field for field in FIELDS))
STRANGER = "somebody not in the index"


def candidates(ranking: Ranking, p_wrong: float) -> tuple[Candidate, ...]:
    """The best entry, and the next ones that more speaks for than against, or that have the very birth date or a number of the page."""
    shown = enumerate(ranking.entries[:SHOWN])
    return tuple(_candidate(ranking, place, entry, p_wrong) for place, entry in shown if place == 0 or entry.score > 0 or _has_the_very(entry.levels))


def _has_the_very(levels: Levels) -> bool:
    """Whether birth date, telephone, SSN digits or our number are equal: where another's name was read, they alone lead to the patient."""
    return level.EXACT in (levels.dob, levels.phone, levels.ssn_last4, levels.mrn)


def _candidate(ranking: Ranking, place: int, entry: Compared, p_wrong: float) -> Candidate:
    share = 1 - p_wrong if place == 0 else min(ranking.shares.entries[place], p_wrong, 1 - SUREST)
    patient = entry.patient
    return Candidate(patient.mrn, patient.display_name, patient.dob, entry.score, share, _evidence(ranking.claim, entry))


def _evidence(claim: PatientClaim, entry: Compared) -> tuple[Evidence, ...]:
    said, held = _shown(claim), _shown(entry.patient)
    return tuple(
        [
            Evidence(field, agreement(name), name, bits, mine, theirs, witnesses(field, entry.levels, claim))
            if name
            else Evidence(field, Agreement.ABSENT, "not on both", 0.0, mine, theirs)
            for field, name, bits, mine, theirs in zip(FIELDS, entry.levels, entry.bits, said, held, strict=True)
        ]
    )


def agreement(name: str) -> Agreement:
    """A level as one of four words."""
    return AGREEMENT.get(name, Agreement.NEAR)


def why(ranking: Ranking) -> Why:
    """The prior, the explanations that have a share worth telling, largest first, what contradicts the best entry, and who was expected."""
    shares, best = ranking.shares, ranking.entries[0]
    told = [Hypothesis("this entry", shares.entries[0], best.patient.mrn)]
    told += [Hypothesis("another entry", share, e.patient.mrn) for e, share in zip(ranking.entries[1:SHOWN], shares.entries[1:], strict=False)]
    told += [Hypothesis(name, share) for name, share in shares.kin.items()]
    told.append(Hypothesis(STRANGER, shares.stranger))
    rivals = sorted((h for h in told[1:] if h.share >= TOLD_SHARE), key=lambda h: -h.share)
    return Why(shares.prior_bits, (told[0], *rivals), contradictions(best.levels, mrn_sightings=ranking.claim.mrn_sightings), ranking.expected)
