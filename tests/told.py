"""Pages made for tests, as the steps after reading ask them."""

from __future__ import annotations

from pipeline.page_language import PageLanguage, pages_of
from schemas.catalogue import Catalogue
from schemas.page import PageReading
from schemas.rules import ExtractRules
from workers.wire import load_catalogue

RULES = ExtractRules()


def told(*readings: PageReading, catalogue: Catalogue | None = None, rules: ExtractRules = RULES) -> tuple[PageLanguage, ...]:
    return pages_of(readings, catalogue or load_catalogue(), rules)
