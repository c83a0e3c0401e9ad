"""The one spaCy pipeline: what the steps find on pages, as spans and categories of one Doc, saved with the trained weights.

A component is a plain callable over a step's own function; none finds anything that the step does not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.engines.spacy_types import COMPONENT, DoctypeComponent, LinearTypes
from pipeline.extract import extract, identities
from pipeline.page_language import PageLanguage
from pipeline.ports import Described, Found
from pipeline.split import split_batch
from pipeline.verify import names_two_patients
from schemas.document import Field, PageIdentity
from schemas.faults import EngineFault
from schemas.page import Box
from schemas.rules import ExtractRules, SplitRules

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

LABELS, FIELDS, TITLES, SEGMENTS, GUARD = (f"chartroom_{name}" for name in ("label_finder", "fields", "title", "segment", "patient_guard"))
FORMS = {LABELS: 1, FIELDS: 1, TITLES: 1, SEGMENTS: 1, COMPONENT: 1, GUARD: 1}  # in pipeline order: the form in which each is saved
GROUPS = ("labels", "fields", "titles", "segments")


def label_finder(doc: Doc) -> Doc:
    """Where labels stand, and what each announces of whom."""
    found = ((page, label) for page in doc._.pages for label in page.marked.labels)
    return _with(doc, "labels", (_at(doc, page.number, page.marked.box(x), f"{x.meaning.what} {x.meaning.role}".strip()) for page, x in found))


def fields(doc: Doc) -> Doc:
    """The best value of each field, with its rule, confidence and rivals."""
    doc._.said = extract(doc._.pages, rules=doc._.rules)
    return _with(doc, "fields", (_field(doc, field) for field in doc._.said.fields))


def _field(doc: Doc, field: Field) -> Span | None:
    told = {name: getattr(field, name) for name in ("value", "raw", "rule", "confidence", "rivals")}
    return _at(doc, field.page, field.box, str(field.name), **told)


def title(doc: Doc) -> Doc:
    """The titles of each page, with the type that each names."""
    found = ((page, one) for page in doc._.pages for one in page.titles)
    return _with(doc, "titles", (_at(doc, page.number, one.box, one.slug, value=one.text, confidence=1 - one.doubt) for page, one in found))


def segment(doc: Doc) -> Doc:
    """The documents that the pages would be cut into if they came as one file."""
    from pipeline.engines.page_doc import span_of

    cut = split_batch(doc._.pages, _who(doc), rules=doc._.cutting)
    return _with(doc, "segments", (span_of(doc, one.pages, str(one.kind), rule="; ".join(one.why)) for one in cut))


def patient_guard(doc: Doc) -> Doc:
    """Whether the pages name people who cannot be one."""
    doc._.two_patients = names_two_patients(doc._.said, _who(doc))
    return doc


def _who(doc: Doc) -> tuple[PageIdentity, ...]:
    return identities(doc._.pages, rules=doc._.rules)


def _at(doc: Doc, page: int, box: Box, label: str, **told: object) -> Span | None:
    from pipeline.engines.page_doc import span_at

    return span_at(doc, page, box, label, **told)


def _with(doc: Doc, group: str, found: Iterable[Span | None]) -> Doc:
    doc.spans[group] = [span for span in found if span is not None]
    return doc


WORK: dict[str, Callable[[Any], Any]] = {LABELS: label_finder, FIELDS: fields, TITLES: title, SEGMENTS: segment, GUARD: patient_guard}


def blank() -> Any:
    """A blank English pipeline with our components, and no weights yet."""
    import spacy

    _register()
    nlp = spacy.blank("en")
    for name in FORMS:
        nlp.add_pipe(name)
    nlp.meta["forms"] = dict(FORMS)
    return nlp


def _register() -> None:
    from spacy.language import Language

    if not Language.has_factory(COMPONENT):
        Language.factory(COMPONENT, func=lambda nlp, name: DoctypeComponent())  # noqa: ARG005 - spaCy hands both over by name
    for name, work in WORK.items():
        if not Language.has_factory(name):
            Language.component(name, func=work)


def save(linear: LinearTypes, path: Path) -> None:
    """Write the pipeline with these weights as a folder."""
    nlp = blank()
    nlp.get_pipe(COMPONENT).linear = linear
    nlp.to_disk(path)


def load(path: Path) -> Any:
    """A saved pipeline. EngineFault when it cannot be read, or was saved by a later Chartroom."""
    import spacy

    _register()
    with _read(path):
        return spacy.load(path)


def weights(path: Path) -> LinearTypes:
    """The weights of a saved pipeline, which need no spaCy: that takes most of a second to load. EngineFault as above."""
    with _read(path):
        linear = DoctypeComponent().from_disk(path / COMPONENT).linear
        if linear is None:
            raise ValueError("no weights")
        return linear


@contextmanager
def _read(path: Path) -> Iterator[None]:
    try:
        forms = json.loads((path / "meta.json").read_text()).get("forms", {})
        later = sorted(name for name, form in forms.items() if form != FORMS.get(name))
        if later:
            raise EngineFault(f"The language model is of another version of Chartroom ({', '.join(later)}); run `python -m samples.train`.")
        yield
    except (OSError, ValueError, KeyError) as broken:
        raise EngineFault("The document-type model cannot be read; run `python -m samples.train`.") from broken


class SpacyLanguage:
    """The saved pipeline at work: the `TypeModel` port, and a description of what all components find. Each read on first use."""

    def __init__(self, path: Path) -> None:
        self._path = Path(path)

    @cached_property
    def _nlp(self) -> Any:
        return load(self._path)

    @cached_property
    def _linear(self) -> LinearTypes:
        return weights(self._path)

    def scores(self, text: str) -> dict[str, float]:
        """Calibrated share per slug; sums to 1."""
        return self._linear.scores(text)

    def evidence(self, text: str, slug: str, against: str | None = None) -> tuple[str, ...]:
        """The words that weighed most for `slug` against another type, or against all others."""
        return self._linear.evidence(text, slug, against)

    def known(self, text: str) -> float:
        """The share of the text's words that were met in training."""
        return self._linear.known(text)

    def describe(self, pages: Sequence[PageLanguage], rules: ExtractRules, cutting: SplitRules) -> Described:
        """What all components find on the pages of a document. Its words leave spaCy's memory with the Doc."""
        from pipeline.engines.page_doc import make_doc

        with self._nlp.memory_zone():
            doc = self._nlp(make_doc(self._nlp.vocab, pages, rules, cutting))
            found = tuple(_found(group, span) for group in GROUPS for span in doc.spans[group])
            return Described(len(doc), found, dict(doc.cats), doc._.two_patients)


def _found(group: str, span: Span) -> Found:
    return Found(group, span.label_, span[0]._.page, span.text, span._.value or "", span._.rule or "", span._.confidence)
