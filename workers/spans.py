"""What language finds on a document's pages, for an engineer who asks why a field, type or cut is as it is. Stores nothing."""

from __future__ import annotations

from pipeline.page_language import pages_of
from pipeline.ports import Described
from schemas.config import Config
from schemas.faults import InputFault
from workers.lessons import kept_pages
from workers.wire import SHIPPED_MODEL, Stores, load_catalogue


def spans_of(stores: Stores, config: Config, document_id: str) -> Described:
    """All finds on the pages of a document as they were read, by the rules and weights that ship. InputFault when the readings are not kept."""
    from pipeline.engines.language import SpacyLanguage

    kept = kept_pages(stores, document_id)
    if not kept:
        raise InputFault("What was read on these pages is not kept any more.", next_step="Take the file in again.")
    return SpacyLanguage(SHIPPED_MODEL).describe(pages_of(kept, load_catalogue(), config.extract), config.extract, config.split)
