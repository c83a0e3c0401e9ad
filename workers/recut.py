"""Puts pages together anew as a clerk asked: the parts go through the pipeline again from what was read, and no page is read twice.

Durable like a file: asked for in the index, done by whichever worker is free, safe to repeat, given up with everything as it was.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from pipeline.decide import hold
from schemas.faults import StoreFault
from schemas.filing import BatchPlan, Filing, Hold
from schemas.page import PageReading
from schemas.source import Delivery, Opened
from store import journal, likeness, patients, readings, recuts
from store.database import reading, writing
from store.recuts import Recut
from workers.apply import OvertakenError, Sheaf, Traces, bind, items_of, missed, record_of, text_of
from workers.copies import search_copies
from workers.lines import sample_share, standing_of
from workers.rematch import catch_up
from workers.steps import Desk, Result, RunStep, careful
from workers.tries import kind_of, machine_is_down, pauses
from workers.wire import Stores

GAP = "pages.missing"
PATIENCE = timedelta(hours=1)  # after which what nobody could do is given up

log = logging.getLogger(__name__)


def process_recut(desk: Desk, name: str, run: RunStep) -> Result:
    """One clerk's cuts from asked to done, or given up."""
    return run("recut", lambda: _insist(desk, name))


def submit_recuts(desk: Desk, submit: Callable[[str], object], submitted: set[str]) -> None:
    """Submit the cuts that wait; `submitted` remembers what was. What waits too long is given up."""
    with reading(desk.stores.index) as conn:
        waiting = recuts.waiting(conn)
    for recut in waiting:
        if desk.now() - recut.asked_at > PATIENCE:
            give_up_recut(desk.stores, recut, desk)
        elif recut.id not in submitted:
            submit(recut.id)
            submitted.add(recut.id)


def settle_recut(desk: Desk, name: str) -> Result:
    """Decide what becomes of each part, and make it so."""
    stores = desk.stores
    with reading(stores.index) as conn:
        recut = recuts.get(conn, name)
        delivery = journal.get(conn, recut.delivery_id)
        pages = [page for part in recut.parts for page in part]
        kept = {one.number: one for one in readings.load_pages(conn, stores.objects, sha256=delivery.sha256, pages=pages)}
    if recut.state != "asked":  # a crash may have come between settling and catching up
        catch_up(stores, desk.config, delivery.id, now=desk.now())
        return {"new": False}
    if set(pages) - kept.keys():
        raise StoreFault("What was read on some pages is not kept any more.", next_step="Decide the documents as they are.", permanent=True)
    folder = desk.scratch / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        return {"new": _settle(desk, recut, delivery, _sheaf(desk, delivery, kept, folder))}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def give_up_recut(stores: Stores, recut: Recut, desk: Desk) -> None:
    """Leave everything as it was; the questions stand again."""
    log.warning("%s given up", recut.id)
    with writing(stores.index) as conn:
        recuts.fail(conn, recut, now=desk.now())


def _settle(desk: Desk, recut: Recut, delivery: Delivery, sheaf: Sheaf) -> bool:
    standing = standing_of(desk.stores, delivery.source, rules=desk.config.match)
    matched_with = patients.changes(desk.stores.index)
    planned = desk.reader.plan_parts([[sheaf.readings[page] for page in part] for part in recut.parts], standing.line)
    facts = {"whole": desk.reader.is_complete(sheaf.original) is not False, "flags": sheaf.opened.flags}
    while True:
        searched, traces = search_copies(delivery, planned, sheaf.readings, desk.stores)
        plan = careful(_with_gaps(searched, recut), facts)
        with suppress(OvertakenError):
            new = _apply(desk, recut, delivery, plan, sheaf, traces, sample_share(standing, desk.config.sample))
            if patients.changes(desk.stores.index) != matched_with:
                catch_up(desk.stores, desk.config, delivery.id, now=desk.now())
            return new


def _with_gaps(plan: BatchPlan, recut: Recut) -> BatchPlan:
    """What was held because pages of the file are missing is held still: no cut brings them."""
    short = any(GAP in state["reasons"] for state in recut.before.values())
    held = [hold(one, GAP) if short and isinstance(one.decision, Filing | Hold) else one for one in plan.documents]
    return BatchPlan(tuple(held))


def _apply(desk: Desk, recut: Recut, delivery: Delivery, plan: BatchPlan, sheaf: Sheaf, traces: Traces, share: float) -> bool:  # noqa: PLR0913
    """Objects first, then one transaction."""
    now, stores = desk.now(), desk.stores
    made = [record_of(delivery, one, sheaf.readings, desk.reader.catalogue, now) for one in plan.documents]
    records = [bind(record, sheaf, stores, desk.reader.composer) for record in made]
    texts = {record.id: text_of(record.pages, sheaf.readings) for record in records}
    with writing(stores.index) as conn:
        if missed(conn, traces, delivery.id):
            raise OvertakenError
        new = recuts.settle(conn, recut, records, texts, items_of(records, delivery, share, now), now=now)
        if new:
            likeness.add(conn, traces.sketches)
        else:
            recuts.fail(conn, recut, now=now)
        return new


def _sheaf(desk: Desk, delivery: Delivery, kept: dict[int, PageReading], folder: Path) -> Sheaf:
    original = folder / "original"
    desk.stores.objects.fetch(delivery.object_key, original)
    opened = desk.reader.inspect(original)
    if not isinstance(opened, Opened):
        raise StoreFault("The original does not open any more.", next_step="Tell IT.", permanent=True)
    return Sheaf(original, opened, kept, folder)


def _insist(desk: Desk, name: str) -> Result:
    """The result, or given up after as many errors as the configuration allows; while the machine is down, again and again."""
    errors = 0
    for pause in pauses():
        try:
            return settle_recut(desk, name)
        except Exception as error:  # noqa: BLE001 - one clerk's cuts block nothing else
            if not machine_is_down(error, desk.stores):
                errors += 1
                log.warning("step failed: %s", kind_of(error))
            if errors >= desk.config.engine.attempts or (errors and getattr(error, "permanent", False)):
                with reading(desk.stores.index) as conn:
                    recut = recuts.get(conn, name)
                give_up_recut(desk.stores, recut, desk)
                return {"failed": kind_of(error)}
            desk.sleep(pause)
    raise AssertionError


def is_recut(name: str) -> bool:
    """Whether an id of durable work is that of cuts."""
    return name.startswith(recuts.PREFIX)
