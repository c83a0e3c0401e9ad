"""Whether what must be there is there, and nothing contradicts: required fields, dates, one patient, legible pages, a signature, protected content.

Knows the page and the catalogue; must not know the patient index or decide what follows from a problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.fields.crosschecks import contradictions
from pipeline.fields.sameness import two_people
from schemas.catalogue import Catalogue
from schemas.checks import Checks, Signed
from schemas.document import Extraction, FieldName, PageIdentity, Role, TypeGuess
from schemas.page import PageKind, PageReading
from schemas.rules import VerifyRules

VERSION = 3


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
        *(["patient.two_on_document"] if names_two_patients(extraction, who) else []),
        *unreadable(pages),
    ]
    return tuple(dict.fromkeys(problems))


def missing_fields(kind: TypeGuess, extraction: Extraction, catalogue: Catalogue, rules: VerifyRules) -> Iterator[str]:
    """Required fields of the type that were not read, or not surely enough."""
    known = set(FieldName)
    for name in catalogue[kind.slug].required if kind.slug in catalogue else ():
        found = extraction.field(FieldName(name)) if name in known else None
        if name in known and (found is None or found.confidence < rules.min_field_confidence):
            yield f"field.missing.{name}"


def names_two_patients(extraction: Extraction, who: Sequence[PageIdentity]) -> bool:
    """Whether the pages, or the names in the patient's role on them, cannot be one person's."""
    named = [PageIdentity(p.page, p.name, p.dob) for p in extraction.people if p.role is Role.PATIENT]
    return two_people([*who, *named])


def unreadable(pages: Sequence[PageReading]) -> Iterator[str]:
    """A page that cannot be relied on, and what is known of why."""
    if any(page.problem or page.kind is PageKind.UNREADABLE for page in pages):
        yield "image.unreadable"
    yield from dict.fromkeys(page.advice for page in pages if page.advice)


def doubts(checks: Checks, kind: TypeGuess, catalogue: Catalogue, *, rules: VerifyRules) -> Iterator[str]:
    """Reason codes for what was found of protected content, and of the signature where the type must be signed."""
    held = {"never": (), "absent": (Signed.ABSENT,), "unsure": (Signed.ABSENT, Signed.UNSURE)}[rules.hold_on_signature]
    must = kind.slug in catalogue and catalogue[kind.slug].signature == "required"
    if must and checks.signature is not None and checks.signature.state in held:
        yield f"signature.{checks.signature.state}"
    yield from (f"sensitivity.{label.name}" for label in checks.labels)
