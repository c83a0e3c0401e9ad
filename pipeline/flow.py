"""The order of the steps, and what the documents of one file say of each other. Nothing is stored here; every function returns a new value."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline import versions
from pipeline.classify import classify
from pipeline.decide import decide, hold_short_faxes
from pipeline.extract import extract, identities
from pipeline.match import match_patient
from pipeline.ports import Tools
from pipeline.read import read_page
from pipeline.split import split_batch
from pipeline.verify import verify
from schemas.config import Config
from schemas.document import PageIdentity, Segment, SegmentKind
from schemas.filing import BatchPlan, PlannedDocument, SetAside
from schemas.page import PageReading
from schemas.source import Opened, RenderedPage

SET_ASIDE = {
    SegmentKind.BLANK: "image.blank",
    SegmentKind.SEPARATOR: "separator",
    SegmentKind.DUPLICATE: "duplicate.page",
}


def read_pages(original: Path, opened: Opened, pages: Sequence[int], scratch: Path, tools: Tools, config: Config) -> tuple[PageReading, ...]:
    """Render and read some pages of a source file; the very same page twice is read once."""
    read: dict[Hashable, PageReading] = {}
    done = []
    for page in tools.opener.render(original, opened, pages, scratch):
        key = page_key(page)
        if key not in read:
            read[key] = read_page(page, tools.ocr, tools.barcodes, rules=config.read)
        done.append(replace(read[key], number=page.number))
    return tuple(done)


def page_key(page: RenderedPage) -> Hashable:
    """Equal for pages that cannot be read differently: the same image and all that is known of it."""
    image = page.number if page.image is None else hashlib.sha256(page.image.read_bytes()).digest()
    return (image, replace(page, number=0, image=None))


def plan_batch(readings: Sequence[PageReading], tools: Tools, config: Config) -> BatchPlan:
    """Cut a batch into documents and decide what becomes of each."""
    by_number = {reading.number: reading for reading in readings}
    who = {identity.page: identity for identity in identities(readings, rules=config.extract)}
    segments = split_batch(readings, tuple(who.values()), tools.catalogue, rules=config.split)
    documents = [plan_document(s, [by_number[n] for n in s.pages], [who[n] for n in s.pages], tools, config) for s in segments]
    linked = [replace(planned, links=_links(planned, segments)) for planned in documents]
    return BatchPlan(tuple(hold_short_faxes(linked) if config.verify.hold_on_missing_pages else linked))


def _links(planned: PlannedDocument, segments: Sequence[Segment]) -> tuple[str, ...]:
    """What is said of repeated pages, both with the repeat and with the document that has the page."""
    repeats = [segment for segment in segments if segment.repeats is not None]
    return tuple(line for segment in repeats if segment.pages == planned.pages or segment.repeats in planned.pages for line in segment.why)


def plan_document(segment: Segment, pages: Sequence[PageReading], who: Sequence[PageIdentity], tools: Tools, config: Config) -> PlannedDocument:
    """Type, fields, patient, completeness and decision of one document. `who`: what each page says its patient is."""
    if segment.kind in SET_ASIDE:
        return PlannedDocument(segment.pages, SetAside(SET_ASIDE[segment.kind]), versions=versions.STEPS)
    kind = classify(pages, tools.types, tools.catalogue, rules=config.classify)
    extraction = extract(pages, rules=config.extract)
    outcome = match_patient(extraction, tools.patients, rules=config.match)
    problems = verify(pages, kind, extraction, tools.catalogue, rules=config.verify, who=who)
    decision = decide(segment, kind, outcome, problems, tools.catalogue, rules=config.match)
    return PlannedDocument(segment.pages, decision, kind, extraction, outcome, why=segment.why, versions=versions.STEPS)
