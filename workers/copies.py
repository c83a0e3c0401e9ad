"""Looks for copies of a file's documents among those of before, and keeps what is needed to find them in turn."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pipeline.copies import without_copies
from schemas.filing import BatchPlan
from schemas.likeness import Earlier
from schemas.page import PageReading
from schemas.source import Delivery
from store import likeness, readings
from store.database import reading
from workers.apply import Traces, document_id
from workers.wire import Stores


def search_copies(delivery: Delivery, plan: BatchPlan, kept: Mapping[int, PageReading], stores: Stores) -> tuple[BatchPlan, Traces]:
    """The plan with what repeats a document of before set aside or held, and what its own documents leave to be found by."""
    seen: set[str] = set()

    def find(marks: Collection[int]) -> list[Earlier]:
        with reading(stores.index) as conn:
            found = likeness.near(conn, marks, but=delivery.id)
            seen.update(one.document_id for one in found)
            read = [readings.load_pages(conn, stores.objects, sha256=one.sha256, pages=one.pages) for one in found]
        return [Earlier(f"document {one.document_id}", tuple(pages)) for one, pages in zip(found, read, strict=True)]

    searched = without_copies(plan, kept, find)
    return searched.plan, Traces({document_id(delivery.id, pages): marks for pages, marks in searched.marks.items()}, frozenset(seen))
