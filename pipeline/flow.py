"""The order of the steps, and what the documents of one file say of each other. Nothing is stored here; every function returns a new value."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline import versions
from pipeline.certify import proposing
from pipeline.classify import classify
from pipeline.decide import decide, hold
from pipeline.digits import reread_digits
from pipeline.extract import extract, identities, unanswered
from pipeline.match import match_patient
from pipeline.page_language import PageLanguage, pages_of
from pipeline.ports import Tools
from pipeline.read import read_page
from pipeline.reread import is_recognised, reread
from pipeline.sender_memory import recall
from pipeline.sensitivity import find_labels
from pipeline.sheets import FOREIGN, SheetKind, as_page, read_sheets, request_for
from pipeline.signatures import find_signature
from pipeline.split import split_batch
from pipeline.transmission import tell_missing
from pipeline.verify import doubts, verify
from schemas.checks import Checks
from schemas.config import Config
from schemas.document import Extraction, PageIdentity, Segment, SegmentKind, TypeGuess
from schemas.faults import EngineFault
from schemas.filing import BatchPlan, PlannedDocument, SetAside
from schemas.line import Line
from schemas.page import PageKind, PageReading, ReadFrom
from schemas.source import Opened, RenderedPage

KNOWN = 64  # pages whose readings are remembered: a long file repeats its cover, its back and its forms
SET_ASIDE = {
    SegmentKind.BLANK: "image.blank",
    SegmentKind.SEPARATOR: "separator",
    SegmentKind.DUPLICATE: "duplicate.page",
}

BY_HAND = {PageKind.BLANK: SegmentKind.BLANK, PageKind.SEPARATOR: SegmentKind.SEPARATOR}


def read_pages(original: Path, opened: Opened, pages: Sequence[int], scratch: Path, tools: Tools, config: Config) -> tuple[PageReading, ...]:
    """Render and read some pages of a source file. A page that is known already is not read again; what was read is known from now on."""
    done = []
    for page in tools.opener.render(original, opened, pages, scratch):
        key = page_key(page)
        reading = tools.known.pop(key, None) or look_again(page, read_page(page, tools.ocr, tools.barcodes, rules=config.read), tools, config)
        tools.known[key] = reading
        if len(tools.known) > KNOWN:
            del tools.known[next(iter(tools.known))]  # the one that was met longest ago
        done.append(replace(reading, number=page.number))
    return tuple(done)


def page_key(page: RenderedPage) -> Hashable:
    """Equal for pages that cannot be read differently: the same image and all that is known of it."""
    image = page.number if page.image is None else hashlib.sha256(page.image.read_bytes()).digest()
    return (image, replace(page, number=0, image=None))


def look_again(page: RenderedPage, reading: PageReading, tools: Tools, config: Config) -> PageReading:
    """A recognised reading with second looks at what it says of its patient, its figures first; by another engine where there is one.

    Where that engine fails on a page, the first reading stands; EngineFault when it can read no page at all.
    """
    if not (reading.read_from is ReadFrom.OCR or is_recognised(reading)):
        return reading
    (asked,) = pages_of([reading], tools.catalogue, config.extract)
    said = extract([asked], rules=config.extract)
    if tools.figures:
        reading = reread_digits(page, reading, said, tools.figures, rules=config.read)
    if tools.second:
        try:
            return reread(page, reading, said, unanswered(asked, said), tools.second, rules=config.read)
        except EngineFault as fault:
            if fault.permanent:
                raise
    return reading


def plan_batch(readings: Sequence[PageReading], tools: Tools, config: Config, line: Line) -> BatchPlan:
    """Cut a batch into documents and decide what becomes of each. `line`: what may be filed from its source without a clerk."""
    sheets = read_sheets(readings, tools.sheets)
    foreign = {r.number for r in readings if r.kind is PageKind.SEPARATOR and r.number not in sheets}
    pages = pages_of((as_page(r) if r.number in foreign else r for r in readings), tools.catalogue, config.extract)
    by_number = {page.number: page for page in pages}
    who = {identity.page: identity for identity in identities(pages, rules=config.extract)}
    patients = [n for n, order in sheets.items() if order.kind is SheetKind.PATIENT]
    segments = split_batch(pages, tuple(who.values()), rules=config.split, new_patients=patients)
    documents = [plan_document(s, [by_number[n] for n in s.pages], [who[n] for n in s.pages], tools, config, line) for s in segments]
    ordered = [replace(planned, request=request_for(planned.pages[0], sheets)) for planned in documents]
    careful = [hold(planned, FOREIGN) if foreign & set(planned.pages) else planned for planned in ordered]
    linked = [replace(planned, links=_links(planned, segments)) for planned in careful]
    return BatchPlan(tuple(tell_missing(linked, by_number, rules=config.verify)))


def plan_parts(parts: Sequence[Sequence[PageReading]], tools: Tools, config: Config, line: Line) -> BatchPlan:
    """Decide what becomes of documents that a person cut: their borders are sure, everything else is found out as ever."""
    planned = []
    for part in parts:
        kinds = {reading.kind for reading in part}
        kind = BY_HAND.get(next(iter(kinds)), SegmentKind.DOCUMENT) if len(kinds) == 1 else SegmentKind.DOCUMENT
        shown = (as_page(reading) if reading.kind is PageKind.SEPARATOR else reading for reading in part)
        pages = pages_of(shown, tools.catalogue, config.extract)
        segment = Segment(tuple(reading.number for reading in part), kind, why=("cut by hand",))
        made = plan_document(segment, pages, identities(pages, rules=config.extract), tools, config, line)
        planned += tell_missing([made], {page.number: page for page in pages}, rules=config.verify)
    return BatchPlan(tuple(planned))


def _links(planned: PlannedDocument, segments: Sequence[Segment]) -> tuple[str, ...]:
    """What is said of repeated pages, both with the repeat and with the document that has the page."""
    repeats = [segment for segment in segments if segment.repeats is not None]
    return tuple(line for segment in repeats if segment.pages == planned.pages or segment.repeats in planned.pages for line in segment.why)


def check(pages: Sequence[PageLanguage], kind: TypeGuess, extraction: Extraction, tools: Tools) -> Checks:
    """Signature and protected content of one document; which of its pages are not here is known when all of the file are planned."""
    required = kind.slug in tools.catalogue and tools.catalogue[kind.slug].signature == "required"
    labels = find_labels([page.reading for page in pages], kind, extraction, tools.catalogue, tools.asking)
    return Checks(signature=find_signature(pages, required=required), labels=labels)


def plan_document(
    segment: Segment, pages: Sequence[PageLanguage], who: Sequence[PageIdentity], tools: Tools, config: Config, line: Line
) -> PlannedDocument:
    """Type, fields, patient, completeness and decision of one document. `who`: what each page says its patient is."""
    if segment.kind in SET_ASIDE:
        return PlannedDocument(segment.pages, SetAside(SET_ASIDE[segment.kind]), versions=versions.STEPS)
    kind = classify(pages, tools.types, tools.catalogue, rules=config.classify)
    extraction = recall(extract(pages, rules=config.extract), pages, tools.memory)
    outcome = match_patient(extraction, tools.patients, rules=proposing(config.match), expected=tools.expected)
    checks = check(pages, kind, extraction, tools)
    problems = verify([page.reading for page in pages], kind, extraction, tools.catalogue, rules=config.verify, who=who)
    problems += tuple(doubts(checks, kind, tools.catalogue, rules=config.verify))
    decision = decide(segment, kind, outcome, problems, tools.catalogue, line=line)
    made_by: tuple[tuple[str, int | str], ...] = (*versions.STEPS, *tools.learnt)
    shadow = (tools.shadow.number, classify(pages, tools.shadow.types, tools.catalogue, rules=config.classify)) if tools.shadow else None
    return PlannedDocument(
        segment.pages, decision, kind, extraction, outcome, why=segment.why, versions=made_by, checks=checks, line=line, shadow=shadow
    )
