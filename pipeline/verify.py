"""Whether what must be there is there, and nothing contradicts: required fields, dates, page numbers, one patient, protected content.

Knows the page and the catalogue; must not know the patient index or decide what follows from a problem.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.fields.crosschecks import contradictions
from pipeline.fields.geometry import cells, lay_out, say
from pipeline.fields.sameness import two_people
from schemas.catalogue import Catalogue
from schemas.document import Extraction, FieldName, PageIdentity, Role, TypeGuess
from schemas.page import PageKind, PageReading
from schemas.rules import VerifyRules

VERSION = 2
PAGE_OF = re.compile(r"\b(?:page|pg|p)[.:#]?\s*(\d{1,3})\s*(?:of|/)\s*(\d{1,3})\b", re.IGNORECASE)
BARE_OF = re.compile(r"^\W*(\d{1,3})\s*(?:of|/)\s*(\d{1,3})\W*$")
FAX_HEAD = re.compile(r"\b(?:fax|from|to)\b|\d{1,2}:\d{2}|\d{3}[\s.\-)]+\d{3}[\s.\-]\d{4}", re.IGNORECASE)
FAX_PAGE = re.compile(r"(?:\b(?:page|pg|p)[.:#]?\s*)?\b(\d{1,3})\s*(?:of|/)\s*(\d{1,3})\b(?!/)", re.IGNORECASE)
EDGE = 0.14  # share of the page height where page numbers are printed
FAX_EDGE = 0.05
PART_2 = re.compile(
    r"42\s*C\.?\s*F\.?\s*R\.?\s*,?\s*Part\s*2\b"
    r"|federal (?:confidentiality )?rules? (?:\(.{0,20}\) )?prohibits? you from making any further disclosure",
    re.IGNORECASE,
)
PSYCHOTHERAPY = re.compile(r"\bpsychotherapy notes?\b", re.IGNORECASE)
HIV_RESULT = re.compile(
    r"\bHIV\b[^\n]{0,45}\b(?:non[\s\-]?reactive|reactive|positive|negative|detected|viral load|copies|antibod|antigen)"
    r"|\bHIV[\s\-]*(?:1\s*)?(?:RNA|viral load)\b",
    re.IGNORECASE,
)
SENSITIVE = {"substance_use": PART_2, "psychiatry": PSYCHOTHERAPY, "hiv": HIV_RESULT}


def verify(
    pages: Sequence[PageReading],
    kind: TypeGuess,
    extraction: Extraction,
    catalogue: Catalogue,
    *,
    rules: VerifyRules,
    who: Sequence[PageIdentity] = (),
) -> tuple[str, ...]:
    """Reason codes for everything that speaks against filing as it stands. `who`: what each page says its patient is."""
    problems = [
        *missing_fields(kind, extraction, catalogue, rules),
        *contradictions(pages, extraction),
        *(["pages.missing"] if rules.hold_on_missing_pages and pages_missing(pages) else []),
        *(["patient.two_on_document"] if names_two_patients(extraction, who) else []),
        *unreadable(pages),
        *sensitivities(pages, kind, catalogue),
    ]
    return tuple(dict.fromkeys(problems))


def missing_fields(kind: TypeGuess, extraction: Extraction, catalogue: Catalogue, rules: VerifyRules) -> Iterator[str]:
    """Required fields of the type that were not read, or not surely enough."""
    known = set(FieldName)
    for name in catalogue[kind.slug].required if kind.slug in catalogue else ():
        found = extraction.field(FieldName(name)) if name in known else None
        if name in known and (found is None or found.confidence < rules.min_field_confidence):
            yield f"field.missing.{name}"


def pages_missing(pages: Sequence[PageReading]) -> bool:
    """Whether the page numbers printed on a document, or the sender's fax header, skip pages."""
    numbered = [(page_number(page), fax_number(page)) for page in pages if page.kind is not PageKind.BLANK]
    return _set_incomplete([n for n, _ in numbered]) or _run_broken([n for _, n in numbered])


def page_number(page: PageReading) -> tuple[int, int] | None:
    """(x, y) of a printed "page x of y" at the head or foot of a page."""
    for line, top in _edge_lines(page):
        if top < FAX_EDGE and FAX_HEAD.search(line):
            continue
        if found := PAGE_OF.search(line) or BARE_OF.match(line):
            return _sensible(found)
    return None


def fax_number(page: PageReading) -> tuple[int, int] | None:
    """(x, y) of the page count in a fax header line."""
    for line, top in _edge_lines(page):
        if top < FAX_EDGE and FAX_HEAD.search(line):
            for found in list(FAX_PAGE.finditer(line))[::-1]:
                if pair := _sensible(found):
                    return pair
    return None


def names_two_patients(extraction: Extraction, who: Sequence[PageIdentity]) -> bool:
    """Whether the pages, or the names in the patient's role on them, cannot be one person's."""
    named = [PageIdentity(p.page, p.name, p.dob) for p in extraction.people if p.role is Role.PATIENT]
    return two_people([*who, *named])


def unreadable(pages: Sequence[PageReading]) -> Iterator[str]:
    """A page that cannot be relied on, and what is known of why."""
    if any(page.problem or page.kind is PageKind.UNREADABLE for page in pages):
        yield "image.unreadable"
    yield from dict.fromkeys(page.advice for page in pages if page.advice)


def sensitivities(pages: Sequence[PageReading], kind: TypeGuess, catalogue: Catalogue) -> Iterator[str]:
    """Labels of special protection, by type and by what the text says of itself."""
    if kind.slug in catalogue and (label := catalogue[kind.slug].sensitivity):
        yield f"sensitivity.{label}"
    text = "\n".join(page.text for page in pages)
    flowing = " ".join(text.split())
    yield from (
        f"sensitivity.{label}" for label, notice in SENSITIVE.items() if notice.search(text) or (label == "substance_use" and notice.search(flowing))
    )


def _edge_lines(page: PageReading) -> Iterator[tuple[str, float]]:
    """Lines at the head and foot as they look on paper, whatever order the words came in; of the outermost, the last cell too."""
    edge = replace(page, words=tuple(word for word in page.words if word.box.y0 < EDGE or word.box.y1 > 1 - EDGE))
    sheet = lay_out(edge)
    for at, row in enumerate(sheet.rows):
        line, top = say(row), sheet.box(row).y0
        yield line, top
        start, end = list(cells(row))[-1]
        if at in (0, len(sheet.rows) - 1) and start and not (top < FAX_EDGE and FAX_HEAD.search(line)):
            yield say(row[start:end]), top


def _sensible(found: re.Match[str]) -> tuple[int, int] | None:
    at, whole = int(found[1]), int(found[2])
    return (at, whole) if 1 <= at <= whole else None


def _set_incomplete(numbers: Sequence[tuple[int, int] | None]) -> bool:
    """Numbered pages of one set are missing and the unnumbered pages are too few to be them."""
    sets = defaultdict(set)
    for number in numbers:
        if number:
            sets[number[1]].add(number[0])
    unnumbered = sum(number is None for number in numbers)
    return any(whole - len(seen) > unnumbered for whole, seen in sets.items())


def _run_broken(numbers: Sequence[tuple[int, int] | None]) -> bool:
    """A fax numbers the whole transmission: only a jump between neighbouring pages of it tells of a lost page."""
    told = [(at, number) for at, number in enumerate(numbers) if number]
    counted = Counter(number[1] for _, number in told)
    usual = counted.most_common(1)[0][0] if counted else 0
    same = [(at, number[0]) for at, number in told if number[1] == usual]
    return any(0 < after - before != later - earlier for (earlier, before), (later, after) in pairwise(same))
