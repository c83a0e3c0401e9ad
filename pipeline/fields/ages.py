"""Ages told of a patient. Knows how ages are printed; must not know dates."""

from __future__ import annotations

import re

from schemas.page import PageReading

TOLD = re.compile(
    r"\bAge[:\s]+(\d{1,3})\b(?!\s*(?:mo|wk|day|m\b|d\b))"
    r"|\b(?:DOB|Birth)\b[^\n]{0,40}?\((\d{1,3})\s*(?:y|yr|yrs|years?|yo|y\.o\.)\b"
    r"|\ba[n]?\s+(\d{1,3})[\s\-]year[\s\-]old\s+(?:\w+\s+){0,2}(?:man|woman|male|female|gentleman|lady|patient|boy|girl)\b",
    re.IGNORECASE,
)


def told_ages(page: PageReading) -> tuple[int, ...]:
    """Ages in years that a page tells of its patient."""
    return tuple(int(next(g for g in found.groups() if g)) for found in TOLD.finditer(page.text))
