"""Asks the product about a document, and holds its answer against the truth. The one place that knows the matcher's call."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import NamedTuple

from pipeline.match import match_claim, patient_keys
from pipeline.matching.compare import DIFFER, FIELDS, FOREIGN_DIFFER, compare
from pipeline.matching.fold import fold_number, who_is
from pipeline.ports import PatientLookup
from samples.matchbench.documents import Document
from schemas.match import Matched, MatchOutcome
from schemas.patient import IndexPatient, PatientClaim
from schemas.rules import MatchRules
from store.database import open_index
from store.patients import PatientIndex
from store.upsert import upsert
from workers.supervise import die_with

SHIPPED = MatchRules()
LOOSEST = MatchRules(max_p_wrong=0.01)  # the matcher's gates without its line: what a line could be proved for
CHUNK = 1000
PLACES = 10  # that a clerk is shown


class Verdict(NamedTuple):
    """What the matcher said of one document, and whether it was so."""

    filed: bool  # under the shipped line
    fileable: bool  # past the gates, so that a line alone decides
    doubt: float  # the raw score; a line is a limit to it
    stated: float  # P(wrong) as the product says it, of its first candidate
    place: int  # where the true person stands among the candidates, from 0; -1 for nowhere
    proposed: bool  # whether there was a candidate at all
    known: bool
    kinds: tuple[str, ...]
    alike: int | None = None  # of a known person who is not among the first ten: on how many identifiers page and record are alike

    @property
    def right(self) -> bool:
        """Whether the first candidate is the person."""
        return self.place == 0


def build_index(url: str, people: Iterable[IndexPatient]) -> None:
    """The index database, filled as an import fills it."""
    engine = open_index(url)
    upsert(engine, ((one, patient_keys(one)) for one in people), now=datetime(2026, 7, 1, tzinfo=UTC))
    engine.dispose()


def judge(document: Document, lookup: PatientLookup) -> Verdict:
    """What could be filed, and what of it the shipped line files: the gates are the same under every line, so one call tells both."""
    outcome = match_claim(document.claim, lookup, rules=LOOSEST)
    doubt, stated = raw_doubt(outcome), stated_wrong(outcome)
    filed = isinstance(outcome, Matched) and outcome.p_wrong <= SHIPPED.max_p_wrong
    place = next((at for at, one in enumerate(outcome.candidates) if one.mrn in document.mrns), -1)
    proposed, known = bool(outcome.candidates), bool(document.mrns)
    alike = None if not known or 0 <= place < PLACES else identifiers_alike(document, lookup)
    return Verdict(filed, proposed and doubt < 1, doubt, stated, place, proposed, known, document.kinds, alike)


def identifiers_alike(document: Document, lookup: PatientLookup) -> int:
    """On how many identifiers, sex and suffix aside, a page is at all like a record of its person."""
    page, claim = who_is(document.claim), document.claim
    records = lookup.find([f"M|{fold_number(mrn)}" for mrn in document.mrns], limit=len(document.mrns))
    likes = [zip(FIELDS, compare(page, who_is(one), mrn_is_ours=claim.mrn_is_ours), strict=True) for one in records]
    return max((sum(name not in ("", DIFFER, FOREIGN_DIFFER) for field, name in one if field not in ("sex", "suffix")) for one in likes), default=0)


def stated_wrong(outcome: MatchOutcome) -> float:
    """P(wrong) of the first candidate in the product's words."""
    if isinstance(outcome, Matched):
        return outcome.p_wrong
    return 1 - outcome.candidates[0].probability if outcome.candidates else 1.0


def raw_doubt(outcome: MatchOutcome) -> float:
    """The number a line is drawn on; 1 where the outcome holds whatever the line."""
    unlined = stated_wrong(outcome) if isinstance(outcome, Matched) else 1.0  # of a matcher that gives no such number
    return float(getattr(outcome, "raw_doubt", unlined))


def judge_all(url: str, documents: Sequence[Document], *, processes: int, done: Callable[[int], object] = lambda _: None) -> list[Verdict]:
    """A verdict per document, in their order; `done` is told how many more there are."""
    chunks = [documents[at : at + CHUNK] for at in range(0, len(documents), CHUNK)]
    verdicts: list[Verdict] = []
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_open, initargs=(url, os.getpid())) as pool:
        for part in pool.map(_judge_chunk, chunks):
            verdicts += part
            done(len(part))
    return verdicts


_lookup: list[PatientLookup] = []  # one a process, opened when it starts


def _open(url: str, parent: int) -> None:
    die_with(parent)  # each worker holds both ends of the queue, so a parent that is killed would be waited for for ever
    _lookup[:] = [PatientIndex(open_index(url))]


def _judge_chunk(documents: Sequence[Document]) -> list[Verdict]:
    return [judge(document, _lookup[0]) for document in documents]


class Took(NamedTuple):
    """Milliseconds of one whole decision: by the clock, and of the processor alone."""

    clock: float
    processor: float


def latencies(url: str, claims: Sequence[PatientClaim], *, warm: int = 300) -> Iterator[Took]:
    """How long each decision takes, one after the other in one thread; the first ones only warm the caches up."""
    engine = open_index(url)
    lookup = PatientIndex(engine)
    for at, claim in enumerate(claims):
        clock, processor = time.perf_counter(), time.thread_time()
        match_claim(claim, lookup, rules=SHIPPED)
        if at >= warm:
            yield Took((time.perf_counter() - clock) * 1000, (time.thread_time() - processor) * 1000)
    engine.dispose()
