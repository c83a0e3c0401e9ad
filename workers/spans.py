"""What language finds on a document's pages, for an engineer who asks why a field, type or cut is as it is. Stores nothing."""

from __future__ import annotations

import time
from typing import NamedTuple

from pipeline.page_language import pages_of
from pipeline.ports import Described
from schemas.config import Config
from schemas.faults import InputFault
from workers.lessons import kept_pages
from workers.wire import SHIPPED_MODEL, Stores, load_catalogue


class Spans(NamedTuple):
    """All finds on a document, and the processor time that a page of it took, in milliseconds."""

    told: Described
    cost: float


def spans_of(stores: Stores, config: Config, document_id: str) -> Spans:
    """All finds on the pages of a document as they were read, by the rules and weights that ship. InputFault when the readings are not kept."""
    from pipeline.engines.language import SpacyLanguage

    kept = kept_pages(stores, document_id)
    if not kept:
        raise InputFault("What was read on these pages is not kept any more.", next_step="Take the file in again.")
    language, catalogue = SpacyLanguage(SHIPPED_MODEL), load_catalogue()
    language.describe(pages_of(kept[:1], catalogue, config.extract), config.extract, config.split)  # word lists and weights are read once
    began = time.process_time()
    told = language.describe(pages_of(kept, catalogue, config.extract), config.extract, config.split)
    return Spans(told, 1000 * (time.process_time() - began) / len(kept))
