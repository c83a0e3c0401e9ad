"""A scripted clerk who knows the truth decides easy items in Chromium by keyboard; how many keys, and how long that would take a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from playwright.sync_api import Browser, Page

from samples.batches import BatchTruth, DocumentTruth
from samples.report import Row, plain
from samples.reviewbench import goals
from samples.reviewbench.browser import entered
from samples.reviewbench.flows import LOOK
from samples.reviewbench.program import serving
from samples.reviewbench.site import Site
from schemas.access import Role
from schemas.record import DocumentRecord, ReviewItem
from store import documents, queue
from store.database import reading

# Keystroke-level model (Card, Moran and Newell 1980): a key 0.2 s, a mental step 1.35 s. Two steps for the first question of an item
# (find one's way on a new page, judge), one for every further question.
KEY, STEP = 0.2, 1.35
MOST_QUESTIONS = 12


class Replayed(NamedTuple):
    """One item as the script decided it."""

    keys: int
    questions: int

    @property
    def seconds(self) -> float:
        """What the keystroke-level model makes of it."""
        return KEY * self.keys + STEP * (1 + self.questions)


class NotEasyError(Exception):
    """The item asks for more than to agree or to choose."""


def replay_rows(site: Site, browser: Browser, *, items: int) -> Iterator[Row]:
    """Keys and modelled time of up to `items` easy items."""
    truths = {(batch.name, found.pages): found for batch in site.truths for found in batch.documents}
    with serving(site):
        page = entered(site, browser, Role.CLERK)
        easy = [(item, truth) for item, record in _held(site) if (truth := truths.get((record.source_name, record.pages))) and is_easy(record, truth)]
        done = list(_replay(site, page, easy[:items]))
        page.context.close()
    keys, waiting = [one.keys for one in done], len(site.open_items()) + len(done)
    note = f"{len(easy)} of {waiting} items were easy: the true patient among those proposed, the true type among its own, nothing to type"
    yield goals.held(goals.KEYS, goals.quantile(keys, 0.5), n=len(keys), note=note)
    yield goals.held(goals.KEYS_MOST, goals.quantile(keys, 0.9), n=len(keys), note=f"most {max(keys)}")
    seconds = [one.seconds for one in done]
    yield goals.held(goals.MODELLED, round(goals.quantile(seconds, 0.5), 2), n=len(keys), note=f"p90 {goals.quantile(seconds, 0.9):.2f} s")
    yield plain("questions an easy item asks, mean", round(sum(one.questions for one in done) / len(done), 2), n=len(done), unit="questions")


def is_easy(record: DocumentRecord, truth: DocumentTruth) -> bool:
    """Whether agreeing and choosing among what is proposed is enough."""
    proposed = [one["mrn"] for one in record.evidence.get("candidates", [])[:5]]
    types = (record.document_type, (record.evidence.get("type") or {}).get("runner_up"))
    typed = any(code.startswith(("field.", "pages.", "split.")) for code in record.reasons)
    return truth.mrn in proposed and truth.document_type in types and not typed


def _held(site: Site) -> list[tuple[ReviewItem, DocumentRecord]]:
    with reading(site.stores.index) as conn:
        items = queue.open_items(conn)
        return [(item, record) for item in items if (record := documents.get(conn, item.document_id)) and record.pages]


def _replay(site: Site, page: Page, easy: Sequence[tuple[ReviewItem, DocumentTruth]]) -> Iterator[Replayed]:
    for item, truth in easy:
        page.goto(f"{site.base}/items/{item.id}")
        keys = questions = 0
        while page.url.endswith((f"/items/{item.id}", f"/items/{item.id}/decide")):
            key = key_for(page, truth)
            page.wait_for_timeout(LOOK)
            questions += 1
            if questions > MOST_QUESTIONS:
                raise RuntimeError("an item asks without end")
            with page.expect_navigation():
                page.keyboard.press(key)
            keys += 1
        with reading(site.stores.index) as conn:
            decided = documents.get(conn, item.document_id)
        if decided is None or decided.patient_mrn != truth.mrn:
            raise RuntimeError("the script filed an item to somebody else than it meant")
        yield Replayed(keys, questions)


def key_for(page: Page, truth: DocumentTruth) -> str:
    """The one key with which somebody who knows the truth answers the question shown."""
    wanted: Mapping[str, str] = {"patient": truth.mrn or "", "kind": truth.document_type, "confirmed": "yes"}
    accepts = page.locator("button[data-act=accept]")
    if accepts.count() and accepts.first.get_attribute("value") == wanted.get(accepts.first.get_attribute("name") or ""):
        return "Enter"
    for button in page.locator("button[data-act^=candidate]").all():
        name, value = button.get_attribute("name") or "", button.get_attribute("value")
        if (name and value == wanted.get(name)) or not name:
            return re.sub(r"\D", "", button.get_attribute("data-act") or "")
    raise NotEasyError


def documents_of(truths: Sequence[BatchTruth]) -> int:
    """How many documents were made."""
    return sum(len(batch.documents) for batch in truths)
