"""Makes a new version from the shipped weights and what people agree on, examines it, and lets it decide or only look on.

Every version begins from what shipped and learns everything anew: no error of an older one is carried along.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.classify import classify
from pipeline.engines.type_training import fit_from, learnable
from pipeline.engines.version_files import Taught, base_of, pack, unpack
from pipeline.learning import Exam, objections, of_live, of_other
from pipeline.page_language import pages_of
from pipeline.ports import TypeModel
from pipeline.sender_memory import known, learn_forms
from schemas.catalogue import Catalogue
from schemas.config import Config
from schemas.document import TypeGuess
from schemas.faults import Fault, InputFault
from schemas.filing import Filing, PlannedDocument
from schemas.learning import TYPE, Answer, Asked, Version
from schemas.record import DocumentRecord
from store import corrected, journal, merges, models
from store.database import reading, writing
from workers.learnt import Learnt, Shelf, open_version
from workers.lessons import Lesson, Progress, agreed_types, made_up, read_folder, shown_places, standing, text_of
from workers.lines import standing_of
from workers.wire import SHIPPED_MODEL, Stores, equip, load_catalogue

SEED = 20_261
BY_ITSELF = "system:train"
HELD_OUT, REPLAYED = 200, 1000
GOLD_SHARE = 0.2
FOLDS = 2
GROWN = 200  # documents from which a new type must be known before its text alone may file one

Examples = list[tuple[str, str]]


class Trained(NamedTuple):
    """A new version, how it answered beside the live one, what speaks against it, and what could not be taught."""

    version: Version
    exams: tuple[Exam, ...]
    against: tuple[str, ...]
    too_few: dict[str, int]  # examples of types that are not known yet
    unreadable: tuple[Path, ...]


@dataclass(frozen=True)
class School:
    """What a training works with."""

    stores: Stores
    config: Config
    catalogue: Catalogue
    live: Learnt
    progress: Progress

    def answer(self, types: TypeModel, lesson: Lesson) -> Answer:
        """What a document is taken for with these weights."""
        pages = pages_of(lesson.pages, self.catalogue, self.config.extract)
        return answer_of(classify(pages, types, self.catalogue, rules=self.config.classify))


def answer_of(guess: TypeGuess | None) -> Answer:
    """A guess as an answer."""
    return Answer(guess.slug, guess.reason is None) if guess else Answer("", sure=False)


def train(  # noqa: PLR0913 - where, with what, by whom and when
    stores: Stores, config: Config, *, by: str, now: datetime, scratch: Path, examples: Path | None = None, progress: Progress = lambda *_: None
) -> Trained:
    """A new version: live where nothing speaks against it, else a shadow. InputFault when there is nothing to learn from."""
    shelf = Shelf(stores, SHIPPED_MODEL)
    school = School(stores, config, load_catalogue(), shelf.now(), progress)
    with reading(stores.index) as conn:
        versions, upto = models.every(conn), corrected.newest(conn)
    given, bad = read_folder(examples, equip(config, stores), school.catalogue, scratch, progress) if examples else ([], [])
    said = agreed_types(stores, school.catalogue)
    gold = next((version.gold for version in reversed(versions) if version.gold), None) or set_apart(said)
    lessons = [lesson for lesson in said if lesson.document_id not in gold]
    by_hand = list(dict.fromkeys([*_kept_examples(stores, versions), *((one.slug, text_of(one, school.catalogue)) for one in given)]))
    packed, too_few = _learn(school, lessons, by_hand)
    version = _keep(stores, packed, shelf.base, by, now, upto=upto, gold=gold)
    taught = unpack(packed)
    candidate = Learnt(version.name, taught.types, known(taught.forms))
    new = [lesson for lesson in lessons if lesson.sequence > _seen_by(versions, school.live)]
    replayed, elsewhere = _replay(school, candidate)
    sat = (
        _exam(school, "made-up texts", made_up(), taught.types, certain=True),
        _exam(school, "this house's gold set", [lesson for lesson in said if lesson.document_id in gold], taught.types, certain=True),
        _held_out(school, new[-HELD_OUT:], lessons, by_hand),
        replayed,
    )
    exams = tuple(exam for exam in sat if exam.asked)
    against = (*objections(exams), *([f"{replayed.name}: would file {elsewhere} of them to somebody else"] if elsewhere else []))
    metrics = _metrics(exams, taught, lessons, by_hand, packed)
    return Trained(_judged(stores, version, metrics, against, by, now), exams, against, too_few, tuple(bad))


def train_when_due(stores: Stores, config: Config, *, now: datetime, scratch: Path) -> bool:
    """Learn a new version when enough was agreed on since the newest one; whether that was so."""
    with reading(stores.index) as conn:
        newest = next(iter(models.every(conn)), None)
        waiting = corrected.confirmed_since(conn, TYPE, newest.upto if newest else 0)
    if waiting < config.train.after:
        return False
    train(stores, config, by=BY_ITSELF, now=now, scratch=scratch)
    return True


def set_apart(said: Sequence[Lesson]) -> tuple[str, ...]:
    """The documents that are never taught: all those of some senders, a fifth of all at most."""
    sizes = Counter(lesson.sender for lesson in said)
    chosen: set[str] = set()
    for sender in sorted(sizes, key=_mixed):
        if sum(sizes[one] for one in chosen) + sizes[sender] <= GOLD_SHARE * len(said):
            chosen.add(sender)
    return tuple(lesson.document_id for lesson in said if lesson.sender in chosen)


def _learn(school: School, lessons: Sequence[Lesson], by_hand: Examples) -> tuple[bytes, dict[str, int]]:
    examples = [*by_hand, *_texts(school, lessons)]
    forms = learn_forms(shown_places(school.stores, school.catalogue, school.config.extract))
    if not examples and not forms:
        raise InputFault(
            "There is nothing to learn from yet: no decision has been confirmed by a second person.", next_step="docs/howto/teach-it.md says how."
        )
    base = base_of(SHIPPED_MODEL)
    school.progress(0, 1, "learning")
    linear = fit_from(base, examples, seed=SEED)
    school.progress(1, 1, "learning")
    counts = Counter(slug for slug, _ in examples)
    taught = learnable(base, examples)
    young = {slug for slug in taught if slug not in base.slugs and counts[slug] < GROWN}
    return pack(linear, forms, by_hand, young), {slug: count for slug, count in counts.items() if slug not in taught}


def _texts(school: School, lessons: Iterable[Lesson]) -> Examples:
    return [(lesson.slug, text_of(lesson, school.catalogue)) for lesson in lessons]


def _exam(school: School, name: str, lessons: Sequence[Lesson], types: TypeModel, *, certain: bool = False) -> Exam:
    asked = []
    for done, lesson in enumerate(lessons, start=1):
        asked.append(Asked(lesson.slug, school.answer(school.live.types, lesson), school.answer(types, lesson)))
        school.progress(done, len(lessons), name)
    return Exam(name, tuple(asked), certain)


def _held_out(school: School, newest: Sequence[Lesson], lessons: Sequence[Lesson], by_hand: Examples) -> Exam:
    """The newest documents, asked of weights that learnt from other senders alone."""
    asked: list[Asked] = []
    senders = sorted({lesson.sender for lesson in lessons}, key=_mixed)
    for out in (set(senders[fold::FOLDS]) for fold in range(FOLDS)):
        held = [lesson for lesson in newest if lesson.sender in out]
        if not held:
            continue
        others = [lesson for lesson in lessons if lesson.sender not in out]
        linear = fit_from(base_of(SHIPPED_MODEL), [*by_hand, *_texts(school, others)], seed=SEED)
        types = unpack(pack(linear, (), ())).types
        asked += _exam(school, "senders not learnt from", held, types).asked
    return Exam("senders not learnt from", tuple(asked))


def _replay(school: School, candidate: Learnt) -> tuple[Exam, int]:
    """The newest decisions, decided once more, and how many of them would be filed to somebody else."""
    reader = equip(school.config, school.stores, learnt=lambda: candidate)
    decisions = standing(school.stores, school.catalogue, REPLAYED)
    asked, elsewhere = [], 0
    for done, (record, lesson) in enumerate(decisions, start=1):
        with reading(school.stores.index) as conn:
            source = journal.get(conn, record.delivery_id).source
        line = standing_of(school.stores, source, rules=school.config.match).line
        (planned,) = reader.plan_parts([lesson.pages], line).documents
        asked.append(Asked(lesson.slug, school.answer(school.live.types, lesson), answer_of(planned.kind)))
        elsewhere += _is_elsewhere(school.stores, record, planned)
        school.progress(done, len(decisions), "decisions that stand")
    return Exam("decisions that stand", tuple(asked)), elsewhere


def _is_elsewhere(stores: Stores, record: DocumentRecord, planned: PlannedDocument) -> bool:
    if not isinstance(planned.decision, Filing) or record.patient_mrn is None:
        return False
    with reading(stores.index) as conn:
        return merges.survivor(conn, planned.decision.mrn) != merges.survivor(conn, record.patient_mrn)


def _seen_by(versions: Sequence[Version], live: Learnt) -> int:
    """The newest correction that the live version knows: of older ones it cannot be asked fairly."""
    return next((version.upto for version in versions if version.name == live.name), 0)


def _kept_examples(stores: Stores, versions: Sequence[Version]) -> Examples:
    """The examples given by hand that the newest version has; every version goes on with them."""
    for version in versions:
        try:
            return list(open_version(stores, version).examples)
        except Fault as fault:
            if not getattr(fault, "permanent", False):
                raise
    return []


def _keep(stores: Stores, packed: bytes, base: str, by: str, now: datetime, *, upto: int, gold: Sequence[str]) -> Version:  # noqa: PLR0913
    key = stores.objects.put_bytes(packed)
    with writing(stores.index) as conn:
        return models.add(conn, object_key=key, base=base, upto=upto, gold=gold, made_by=by, metrics={}, now=now)


def _judged(stores: Stores, version: Version, metrics: dict[str, Any], against: Sequence[str], by: str, now: datetime) -> Version:
    with writing(stores.index) as conn:
        models.judge(conn, version, metrics, against)
        (models.shadow if against else models.promote)(conn, version, by, now)
        return models.get(conn, version.number) or version


def _metrics(exams: Sequence[Exam], taught: Taught, lessons: Sequence[Lesson], by_hand: Examples, packed: bytes) -> dict[str, Any]:
    return {
        "exams": [{"name": exam.name, "live": of_live(exam)._asdict(), "other": of_other(exam)._asdict()} for exam in exams],
        "corrections": len(lessons),
        "senders": len({lesson.sender for lesson in lessons}),
        "examples": len(by_hand),
        "forms": len(taught.forms),
        "sha256": hashlib.sha256(packed).hexdigest(),
        "bytes": len(packed),
    }


def _mixed(name: str) -> int:
    return int(hashlib.sha256(name.encode()).hexdigest()[:12], 16)
