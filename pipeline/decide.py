"""What becomes of one document: file it, ask a clerk, or set it aside. Knows the results of the other steps; reads no page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import assert_never

from schemas.catalogue import Catalogue
from schemas.document import Segment, TypeGuess
from schemas.filing import Decision, Filing, Hold, PlannedDocument, SetAside
from schemas.line import Line, LineKind
from schemas.match import Conflicting, Matched, MatchOutcome, NoCandidate, TooClose, TooWeak

VERSION = 3
COVER = "fax_cover"
COVER_ASIDE = "cover"
BY_HAND = {LineKind.SHADOW: "policy.shadow", LineKind.STOPPED: "policy.stopped"}
# the order in which a clerk settles things: who, what, where it ends, what is missing, what cannot be seen, who may see it
ORDER = ("patient.", "type.", "split.", "field.", "pages.", "signature.", "image.", "file.", "duplicate.", "sensitivity.", "policy.")


def decide(segment: Segment, kind: TypeGuess, outcome: MatchOutcome, problems: Sequence[str], catalogue: Catalogue, *, line: Line) -> Decision:
    """Filing when nothing speaks against it, SetAside for a fax cover that points to nobody in the index, else Hold with every reason."""
    if isinstance(outcome, NoCandidate) and _is_cover(segment, kind, problems):
        return SetAside(COVER_ASIDE)
    reasons = arrange([*_doubts(segment, kind, outcome, catalogue), *problems])
    return line_up(reasons, outcome, line)


def line_up(reasons: Sequence[str], outcome: MatchOutcome, line: Line) -> Filing | Hold:
    """What is left to do about a document whose other doubts are `reasons`: file it where the line reaches it, else ask."""
    if not isinstance(outcome, Matched):
        return Hold(tuple(reasons))
    if not reaches(line, outcome):
        return Hold(arrange(["patient.weak", *reasons]))
    if reasons or line.kind in BY_HAND:
        return Hold(tuple(reasons) or (BY_HAND[line.kind],))
    return Filing(outcome.candidates[0].mrn, outcome.candidates[0].probability)


def reaches(line: Line, outcome: Matched) -> bool:
    """Whether a match is on the sure side of a line."""
    return (line.doubt is None or outcome.raw_doubt <= line.doubt) and (line.stated is None or outcome.p_wrong <= line.stated)


def _is_cover(segment: Segment, kind: TypeGuess, problems: Sequence[str]) -> bool:
    """One readable page that is surely a cover; more pages may hide a record behind it."""
    readable = not any(code.startswith("image.") for code in problems)
    return kind.slug == COVER and kind.reason is None and segment.sure and len(segment.pages) == 1 and readable


def hold(planned: PlannedDocument, reason: str) -> PlannedDocument:
    """The same document held for a further reason."""
    before = planned.decision.reasons if isinstance(planned.decision, Hold) else ()
    return replace(planned, decision=Hold(arrange([*before, reason])))


def arrange(reasons: Sequence[str]) -> tuple[str, ...]:
    """Every reason once, in the order in which a clerk settles them."""
    rank = {code: next((i for i, family in enumerate(ORDER) if code.startswith(family)), len(ORDER)) for code in reasons}
    return tuple(sorted(dict.fromkeys(reasons), key=lambda code: rank[code]))


def _doubts(segment: Segment, kind: TypeGuess, outcome: MatchOutcome, catalogue: Catalogue) -> Iterator[str]:
    yield from patient_doubt(outcome)
    if kind.reason is not None:
        yield kind.reason
    elif kind.slug not in catalogue or not catalogue[kind.slug].files:
        yield "type.unknown" if kind.slug != COVER else "type.unsure"
    elif label := catalogue[kind.slug].sensitivity:
        yield f"sensitivity.{label}"
    if not segment.sure:
        yield "split.unsure"


def patient_doubt(outcome: MatchOutcome) -> Iterator[str]:
    """The reason why an outcome names no patient for certain, if it does not."""
    match outcome:
        case Matched():
            pass
        case TooClose(twice=twice):
            yield "patient.duplicate" if twice else "patient.ambiguous"
        case TooWeak():
            yield "patient.weak"
        case Conflicting():
            yield "patient.conflict"
        case NoCandidate():
            yield "patient.none"
        case _ as never:
            assert_never(never)
