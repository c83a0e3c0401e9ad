"""Matches documents again when the patient index has changed, from what was read of them: no page is read twice.

A held document may be filed or be held for other reasons. A filed one that no longer fits is asked about and stays where it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from pipeline.certify import proposing
from pipeline.decide import line_up, patient_doubt
from pipeline.match import VERSION, match_patient
from schemas.config import Config
from schemas.document import Extraction, Field, FieldName, Person, Role
from schemas.filing import Filing, Hold
from schemas.line import Line
from schemas.match import Matched, MatchOutcome, TooClose
from schemas.page import Box
from schemas.protection import FAMILY, protections
from schemas.record import DocumentRecord, DocumentStatus
from store import documents, journal, merges, neighbours, queue, verdicts
from store.database import reading, writing
from store.patients import PatientIndex
from workers.apply import evidence_of_match, is_sampled
from workers.lines import sample_share, standing_of
from workers.wire import Stores, load_catalogue

ACTOR = "rematch"
RECHECK = "patient.recheck"
MATCHING = frozenset(
    {"patient.none", "patient.weak", "patient.ambiguous", "patient.conflict", "patient.duplicate", "policy.shadow", "policy.stopped"}
)

Progress = Callable[[int, int], object]


class Rematched(NamedTuple):
    """What matching again did: held documents filed, or held otherwise; filed ones that are asked about."""

    filed: int = 0
    changed: int = 0
    doubtful: int = 0


def rematch(stores: Stores, config: Config, ids: Iterable[str], *, now: datetime, progress: Progress = lambda *_: None) -> Rematched:
    """Match those of these documents again that are held."""
    return _each(list(ids), lambda name: _held_again(stores, config, name, now), progress)


def recheck_filed(stores: Stores, config: Config, ids: Iterable[str], *, now: datetime, progress: Progress = lambda *_: None) -> Rematched:
    """Ask about those of these filed documents that would not go to their patient today. What a clerk decided stands."""
    return _each(list(ids), lambda name: _filed_again(stores, config, name, now), progress)


def catch_up(stores: Stores, config: Config, delivery_id: str, *, now: datetime) -> Rematched:
    """Match the documents of a delivery again that was settled while the index changed: who changed it did not see them yet."""
    with reading(stores.index) as conn:
        ids = [record.id for record in documents.of_delivery(conn, delivery_id)]
    checked = recheck_filed(stores, config, ids, now=now)
    return sum_of([rematch(stores, config, ids, now=now), checked])


def held_between(conn: Any, mrns: Collection[str], *, reason: str = "") -> list[str]:
    """Held documents for which two of these entries are candidates; only those held for this reason, if one is given."""
    waiting = [documents.get(conn, name) for name in neighbours.held(conn, reason=reason)]
    return [one.id for one in waiting if one and len({each["mrn"] for each in one.evidence.get("candidates", ())}.intersection(mrns)) > 1]


def ask_again(stores: Stores, config: Config, ids: Iterable[str], *, since: datetime, now: datetime) -> Rematched:
    """Ask about filed documents whoever filed them, once: their patient's entry is no longer what it was since then."""

    def ask(name: str) -> Rematched:
        record = _record(stores, name)
        if record is None or _was_asked(stores, name, since):
            return Rematched()
        return _doubt(stores, config, record, _match(stores, config, record), now)

    return _each(list(ids), ask, lambda *_: None)


def extraction_of(record: DocumentRecord) -> Extraction:
    """What was read of a document, as it was kept."""
    fields = [
        Field(FieldName(name), f.value, f.raw, f.confidence, f.page, Box(*f.box), f.rule, f.sightings, f.rivals, f.witnesses)
        for name, f in record.fields.items()
    ]
    people = [Person(p["name"], Role(p["role"]), p["page"], Box(*p["box"]), p["dob"]) for p in record.evidence.get("people", [])]
    return Extraction(tuple(fields), tuple(people))


def _held_again(stores: Stores, config: Config, name: str, now: datetime) -> Rematched:
    before = _record(stores, name)
    if before is None or before.status is not DocumentStatus.REVIEW or not before.evidence.get("outcome") or _is_answered(stores, before):
        return Rematched()
    found = standing_of(stores, _source(stores, before), rules=config.match)
    outcome = _match(stores, config, before)
    others = [code for code in before.reasons if code not in MATCHING]
    others += [f"{FAMILY}{label}" for label in protections(before, load_catalogue()) if f"{FAMILY}{label}" not in others]
    decision = line_up([*patient_doubt(outcome), *others], outcome, found.line)
    after = _decided(before, outcome, decision, found.line)
    sampled = is_sampled(before.id, sample_share(found, config.sample))
    if _says_the_same(before, after) or not _write(stores, before, after, sampled=sampled, now=now):
        return Rematched()
    return Rematched(filed=1) if isinstance(decision, Filing) else Rematched(changed=1)


def _is_answered(stores: Stores, record: DocumentRecord) -> bool:
    """Whether one of two people has answered already: the other must see what the first one saw."""
    with reading(stores.index) as conn:
        return any(item.resolved_at is None and item.follows for item in queue.of_document(conn, record.id))


def _filed_again(stores: Stores, config: Config, name: str, now: datetime) -> Rematched:
    before = _record(stores, name)
    if before is None or before.evidence.get("decisions") or not before.evidence.get("outcome"):
        return Rematched()
    outcome = _match(stores, replace(config, match=replace(config.match, autofile="certified")), before)  # a line that moved asks nothing
    if isinstance(outcome, Matched) and _is_same(stores, outcome.candidates[0].mrn, before.patient_mrn):
        outcome = _match(stores, config, before)
        if not isinstance(outcome, TooClose):  # somebody new whom the page fits as well is asked about, as for any new page
            return Rematched()
    return _doubt(stores, config, before, outcome, now)


def _doubt(stores: Stores, config: Config, before: DocumentRecord, outcome: MatchOutcome, now: datetime) -> Rematched:
    """Ask about a filed document, with today's candidates; on what it was filed stays on record."""
    if before.status is not DocumentStatus.FILED or RECHECK in _open_reasons(stores, before):
        return Rematched()
    line = standing_of(stores, _source(stores, before), rules=config.match).line
    filed_on = before.evidence.get("filed_on") or {key: before.evidence.get(key) for key in evidence_of_match(None, None)}
    evidence = {**before.evidence, **evidence_of_match(outcome, line), "filed_on": filed_on}
    after = replace(before, reasons=(RECHECK,), evidence=json.loads(json.dumps(evidence)))
    return Rematched(doubtful=int(_write(stores, before, after, sampled=False, now=now)))


def _was_asked(stores: Stores, name: str, since: datetime) -> bool:
    """Whether this was asked since: whoever began to ask may have been killed, and a clerk may have answered by now."""
    with reading(stores.index) as conn:
        return any(RECHECK in item.reasons and item.opened_at >= since for item in queue.of_document(conn, name))


def _open_reasons(stores: Stores, record: DocumentRecord) -> set[str]:
    with reading(stores.index) as conn:
        return {code for item in queue.of_document(conn, record.id) if item.resolved_at is None for code in item.reasons}


def _match(stores: Stores, config: Config, record: DocumentRecord) -> MatchOutcome:
    lookup, expected = PatientIndex(stores.index), _expected_then(stores, record)
    return match_patient(extraction_of(record), lookup, rules=proposing(config.match), expected=expected)


@dataclass(frozen=True, slots=True)
class ExpectedThen:
    """Whom a document was expected to be about when it came, under whichever numbers they have today."""

    known: Mapping[str, float]

    def times(self, mrns: Sequence[str]) -> Mapping[str, float]:
        """What was known then; 1 of everybody else."""
        return {mrn: self.known.get(mrn, 1.0) for mrn in mrns}


def _expected_then(stores: Stores, record: DocumentRecord) -> ExpectedThen:
    said = record.evidence.get("match", {}).get("why", {}).get("expected", [])
    with reading(stores.index) as conn:
        return ExpectedThen({mrn: one["times"] for one in said for mrn in merges.family(conn, one["mrn"])})


def _decided(before: DocumentRecord, outcome: MatchOutcome, decision: Filing | Hold, line: Line) -> DocumentRecord:
    """The record with today's candidates; whom the machine chose at first stays on record."""
    made_by = {**before.evidence.get("versions", {}), "match": VERSION}
    evidence = {**before.evidence, **evidence_of_match(outcome, line), "first": verdicts.first_choice(before.evidence), "versions": made_by}
    best = outcome.candidates[0] if outcome.candidates else None
    after = replace(
        before,
        evidence=json.loads(json.dumps(evidence)),
        patient_mrn=best.mrn if best else None,
        patient_probability=min(1.0, max(0.0, best.probability)) if best else None,
    )
    if isinstance(decision, Hold):
        return replace(after, reasons=decision.reasons)
    return replace(after, status=DocumentStatus.FILED, reasons=())


def _says_the_same(before: DocumentRecord, after: DocumentRecord) -> bool:
    """Whether a clerk would see the same people for the same reasons: bits that move a little with the index are no news."""
    return _told(before) == _told(after)


def _told(record: DocumentRecord) -> tuple[Any, ...]:
    return record.status, set(record.reasons), record.evidence.get("outcome"), [c["mrn"] for c in record.evidence.get("candidates", [])]


def _write(stores: Stores, before: DocumentRecord, after: DocumentRecord, *, sampled: bool, now: datetime) -> bool:
    """Unless a clerk came first."""
    with writing(stores.index) as conn:
        if documents.get(conn, before.id) != before:
            return False
        documents.reconsider(conn, before, after, sampled=sampled, actor=ACTOR, now=now)
        return True


def _record(stores: Stores, name: str) -> DocumentRecord | None:
    """The document; None when its pages were put together anew meanwhile."""
    with reading(stores.index) as conn:
        return documents.get(conn, name)


def _source(stores: Stores, record: DocumentRecord) -> str:
    with reading(stores.index) as conn:
        return journal.get(conn, record.delivery_id).source


def _is_same(stores: Stores, one: str, other: str | None) -> bool:
    with reading(stores.index) as conn:
        return other is not None and merges.survivor(conn, one) == merges.survivor(conn, other)


def _each(ids: list[str], work: Callable[[str], Rematched], progress: Progress) -> Rematched:
    total = Rematched()
    for done, name in enumerate(ids, start=1):
        total = sum_of([total, work(name)])
        progress(done, len(ids))
    return total


def sum_of(parts: Iterable[Rematched]) -> Rematched:
    """All of it together."""
    return Rematched(*map(sum, zip(*parts, strict=True)))
