"""The steps that one file goes through, each safe to repeat: open, read a few pages, settle, receipt. Knows no engine of durable work.

A file of more pages than one step reads is shared: its parts are work of their own, done by whichever worker is free.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from schemas.config import Config
from schemas.faults import EngineFault, Fault, StoreFault
from schemas.filing import BatchPlan
from schemas.page import PageReading
from schemas.record import DocumentRecord, DocumentStatus
from schemas.source import Delivery, DeliveryState, FileKind, Opened, PageFacts, Refused
from store import documents, journal, readings
from store.database import reading, writing
from workers.apply import OvertakenError, Sheaf, apply_plan, apply_whole, hold_all, hold_attached
from workers.copies import search_copies
from workers.lines import sample_share, standing_of
from workers.receipt import folder_of, receipt_text, write_receipt
from workers.watch import ignored_by, receipts_folder
from workers.wire import Reader, Stores

PAGES_A_STEP = 4
LONGEST_PAUSE = 30.0
PROBE_BYTES = 2**22

Result = dict[str, Any]
RunStep = Callable[[str, Callable[[], Result]], Result]  # does a step once and remembers its result over crashes
Share = Callable[[Sequence["Part"], str], list[Result]]  # has parts worked on, urgent ones first; what `process_part` gave for each
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """What a worker has at hand for one file after the other."""

    config: Config
    stores: Stores
    reader: Reader
    scratch: Path
    now: Callable[[], datetime]
    sleep: Callable[[float], object]


class Part(NamedTuple):
    """Some pages of an opened file, as plain values: their numbers and sizes, in order."""

    delivery_id: str
    kind: str
    pages: list[list[float]]  # number, width and height in 1/72 inch

    @property
    def first(self) -> int:
        """The number of its first page."""
        return int(self.pages[0][0])


def process_file(desk: Desk, delivery_id: str, run: RunStep, share: Share) -> Result:
    """One file from taken to settled."""
    tries = Tries(desk, _begins(desk, delivery_id))
    opened = run("open", partial(tries.attempt, partial(open_file, desk, delivery_id)))
    tries = tries.after(opened)
    parts = parts_of(delivery_id, opened)
    if len(parts) == 1:
        tries = tries.after(run("read", partial(tries.attempt, partial(read_part, desk, parts[0]))))
    else:
        tries = tries.past(share(parts, opened.get("priority", "normal")) if parts else [])
    if tries.failed is None:
        tries = tries.after(run("settle", partial(tries.attempt, partial(settle, desk, delivery_id, opened))))
    if tries.failed is not None:
        log.warning("delivery %s quarantined: %s", delivery_id, tries.failed)
        _insist(desk, partial(give_up, desk, delivery_id))
    clear(desk, delivery_id)
    return run("receipt", partial(tries.anew().attempt, partial(receipt, desk, delivery_id)))


def process_part(desk: Desk, part: Part, run: RunStep) -> Result:
    """Some pages of a long file, read by whichever worker is free."""
    tries = Tries(desk, _begins(desk, part.delivery_id, part.first))
    return run("read", partial(tries.attempt, partial(read_part, desk, part)))


@dataclass(frozen=True)
class Tries:
    """How often this work was begun by a process that came to do a step of it, and at which of these the last step was finished."""

    desk: Desk
    begun: Callable[[], int]
    finished_at: int = 0
    failed: str | None = None

    def after(self, result: Mapping[str, Any]) -> Tries:
        """Once a step has a result: later crashes count from there, a failed step ends the file."""
        return replace(self, finished_at=result.get("attempt", self.finished_at + 1) - 1, failed=self.failed or result.get("failed"))

    def past(self, shared: Sequence[Mapping[str, Any]]) -> Tries:
        """Once others have done their parts: the first failure ends the file."""
        return replace(self, failed=next((result["failed"] for result in shared if "failed" in result), self.failed))

    def anew(self) -> Tries:
        """For a step that is worth trying whatever came before."""
        return replace(self, finished_at=self.begun())

    def attempt(self, work: Callable[[], Result]) -> Result:
        """The step's result, or {"failed": kind} after as many errors, or crashes without progress, as the configuration allows."""
        number = self.begun()
        if number - self.finished_at > self.desk.config.engine.attempts:
            return {"failed": "crashed"}
        errors = 0
        for pause in pauses():
            try:
                return {**work(), "attempt": number}
            except Exception as error:  # noqa: BLE001 - one bad file blocks only itself
                if machine_is_down(error, self.desk.stores):
                    self.desk.sleep(pause)
                    continue
                errors += 1
                log.warning("step failed: %s", kind_of(error))
                if errors >= self.desk.config.engine.attempts or getattr(error, "permanent", False):
                    return {"failed": kind_of(error)}
                self.desk.sleep(pause)
        raise AssertionError


def open_file(desk: Desk, delivery_id: str) -> Result:
    """Look at the file: kind and page sizes, or the outcome it has as a whole."""
    delivery = _delivery(desk, delivery_id)
    opened = _inspect(desk, delivery)
    pages = len(opened.pages) if isinstance(opened, Opened) else 0
    outcome = _whole_outcome(desk, delivery, opened)
    if outcome or isinstance(opened, Refused):
        return {"outcome": outcome, "pages": pages}
    if pages > PAGES_A_STEP:
        with writing(desk.stores.index) as conn:
            journal.note_pages(conn, delivery_id, pages)
    whole = desk.reader.is_complete(_original(desk, delivery)) is not False
    sizes = [[page.width_pt, page.height_pt] for page in opened.pages]
    facts = {"kind": opened.kind.value, "sizes": sizes, "flags": list(opened.flags), "whole": whole}
    return {"outcome": None, "pages": pages, "priority": delivery.priority.value, **facts}


def parts_of(delivery_id: str, opened: Mapping[str, Any]) -> list[Part]:
    """An opened file cut into as many pages as one step reads; nothing of a file that is not read."""
    if "failed" in opened or opened["outcome"]:
        return []
    pages = [[number, *size] for number, size in enumerate(opened["sizes"], start=1)]
    return [Part(delivery_id, opened["kind"], pages[start : start + PAGES_A_STEP]) for start in range(0, len(pages), PAGES_A_STEP)]


def read_part(desk: Desk, part: Part) -> Result:
    """Read some pages and keep what was read; pages that are kept already are not read again."""
    delivery = _delivery(desk, part.delivery_id)
    if delivery.state is DeliveryState.SETTLED:
        return {"read": 0}  # given up meanwhile, for another part's sake
    kept = _kept_pages(desk, delivery)
    wanted = tuple(PageFacts(int(number), width, height) for number, width, height in part.pages if number not in kept)
    if not wanted:
        return {"read": 0}
    folder = _folder(desk, part.delivery_id) / f"pages-{wanted[0].number}"
    folder.mkdir(parents=True, exist_ok=True)
    read = desk.reader.read_pages(_original(desk, delivery), Opened(FileKind(part.kind), wanted), [page.number for page in wanted], folder)
    kept_as = {done.number: desk.stores.objects.put_bytes(readings.pack(done)) for done in read}  # no other writer waits for these
    with writing(desk.stores.index) as conn:
        readings.save(conn, sha256=delivery.sha256, key=desk.reader.reading_key, pages=kept_as)
    shutil.rmtree(folder, ignore_errors=True)
    return {"read": len(wanted)}


def settle(desk: Desk, delivery_id: str, opened: Mapping[str, Any]) -> Result:
    """Decide what becomes of every page, and make it so."""
    delivery = _delivery(desk, delivery_id)
    if opened["outcome"]:
        status, reason = opened["outcome"]
        pages = opened["pages"] if status == DocumentStatus.SET_ASIDE else 0
        return {"new": apply_whole(delivery, DocumentStatus(status), reason, pages, desk.stores, now=desk.now())}
    kept = _kept(desk, delivery)
    if len(kept) < opened["pages"]:  # a part was lost
        for part in parts_of(delivery_id, opened):
            read_part(desk, part)
        kept = _kept(desk, delivery)
    standing = standing_of(desk.stores, delivery.source, rules=desk.config.match)
    planned = desk.reader.plan([kept[number] for number in sorted(kept)], standing.line)
    sheaf = Sheaf(_original(desk, delivery), _opened(opened), kept, _folder(desk, delivery_id))
    while True:
        searched, traces = search_copies(delivery, planned, kept, desk.stores)
        plan = careful(searched, opened)
        with suppress(OvertakenError):
            new = apply_plan(
                delivery,
                plan,
                sheaf,
                desk.stores,
                desk.reader.composer,
                catalogue=desk.reader.catalogue,
                sample_share=sample_share(standing, desk.config.sample),
                now=desk.now(),
                traces=traces,
            )
            return {"documents": len(plan.documents), "new": new}


def careful(plan: BatchPlan, opened: Mapping[str, Any]) -> BatchPlan:
    """Of a file that lacks its end, or holds files that nobody reads, nothing is filed by itself."""
    plan = plan if opened["whole"] else hold_all(plan, "file.corrupt")
    return hold_attached(plan) if "attachments" in opened["flags"] else plan


def receipt(desk: Desk, delivery_id: str) -> Result:
    """Tell the scanner operator, if the file came through a watched folder."""
    delivery = _delivery(desk, delivery_id)
    folder = folder_of(delivery, desk.config.folders)
    if folder is None:
        return {"receipt": False}
    with reading(desk.stores.index) as conn:
        records = documents.of_delivery(conn, delivery_id)
    try:
        write_receipt(receipts_folder(folder), delivery, receipt_text(delivery, records, now=desk.now()))
    except OSError as error:
        if machine_is_down(error, desk.stores):
            raise
        log.warning("watched folder %s: the receipt of %s cannot be written (%s)", folder.name, delivery_id, error.strerror)
        return {"receipt": False}
    return {"receipt": True}


def give_up(desk: Desk, delivery_id: str) -> None:
    """Quarantine a file that could not be worked on; its original stays where it is stored."""
    apply_whole(_delivery(desk, delivery_id), DocumentStatus.QUARANTINED, "file.failed", 0, desk.stores, now=desk.now())


def clear(desk: Desk, delivery_id: str) -> None:
    """Remove what lay on the desk for this file."""
    shutil.rmtree(_folder(desk, delivery_id), ignore_errors=True)


def sweep(desk: Desk) -> None:
    """Remove what lies on the desk for files that have settled elsewhere."""
    with reading(desk.stores.index) as conn:
        lying = journal.deliveries(conn, ids=[folder.name for folder in desk.scratch.iterdir()])
    for delivery in lying:
        if delivery.state is DeliveryState.SETTLED:
            clear(desk, delivery.id)


def _begins(desk: Desk, delivery_id: str, part: int = 0) -> Callable[[], int]:
    """How often this work was begun, this time included: counted only when a step is really done, so that nobody answers for a neighbour's crash."""

    def begin() -> int:
        with writing(desk.stores.index) as conn:
            return journal.count_attempt(conn, delivery_id, part=part)

    return cache(partial(_insist, desk, begin))


def _whole_outcome(desk: Desk, delivery: Delivery, opened: Opened | Refused) -> tuple[str, str] | None:
    if _ignored(delivery, desk):
        return DocumentStatus.SET_ASIDE, "policy.ignored"
    if isinstance(opened, Refused):
        return DocumentStatus.QUARANTINED, opened.reason
    return (DocumentStatus.SET_ASIDE, "duplicate.exact") if _is_duplicate(desk, delivery) else None


def _is_duplicate(desk: Desk, delivery: Delivery) -> bool:
    """Whether the same content was taken before and has documents, or will have: not if it was ignored, failed, or a duplicate itself."""
    with reading(desk.stores.index) as conn:
        earlier = [other for other in journal.earlier_of(conn, delivery) if not _ignored(other, desk)]
        return any(other.state is DeliveryState.TAKEN or any(map(_counts, documents.of_delivery(conn, other.id))) for other in earlier)


def _counts(record: DocumentRecord) -> bool:
    return record.status is not DocumentStatus.QUARANTINED and record.reasons != ("duplicate.exact",)


def _ignored(delivery: Delivery, desk: Desk) -> bool:
    return ignored_by(PurePosixPath(delivery.name).name, desk.config.intake) is not None


def _inspect(desk: Desk, delivery: Delivery) -> Opened | Refused:
    if not delivery.size:
        return Refused("file.empty")
    if delivery.size > desk.config.intake.max_megabytes * 2**20:
        return Refused("file.too_large")
    opened = desk.reader.inspect(_original(desk, delivery))
    if isinstance(opened, Opened) and len(opened.pages) > desk.config.render.max_pages:
        return Refused("file.too_large", len(opened.pages))
    return opened


def _kept(desk: Desk, delivery: Delivery) -> dict[int, PageReading]:
    with reading(desk.stores.index) as conn:
        return readings.load(conn, desk.stores.objects, sha256=delivery.sha256, key=desk.reader.reading_key)


def _kept_pages(desk: Desk, delivery: Delivery) -> set[int]:
    with reading(desk.stores.index) as conn:
        return readings.kept_pages(conn, sha256=delivery.sha256, key=desk.reader.reading_key)


def _delivery(desk: Desk, delivery_id: str) -> Delivery:
    with reading(desk.stores.index) as conn:
        return journal.get(conn, delivery_id)


def _folder(desk: Desk, delivery_id: str) -> Path:
    return desk.scratch / delivery_id


def _original(desk: Desk, delivery: Delivery) -> Path:
    """A private copy of the original, fetched (and verified) once."""
    local = _folder(desk, delivery.id) / "original"
    if not local.exists():
        local.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        desk.stores.objects.fetch(delivery.object_key, local.with_suffix(".part"))
        local.with_suffix(".part").replace(local)
    return local


def _opened(facts: Mapping[str, Any]) -> Opened:
    pages = tuple(PageFacts(number, *size) for number, size in enumerate(facts["sizes"], start=1))
    return Opened(FileKind(facts["kind"]), pages, tuple(facts["flags"]))


def pauses() -> Iterator[float]:
    """How long to wait before each further try."""
    pause = 0.5
    while True:
        yield pause
        pause = min(LONGEST_PAUSE, pause * 2)


def _insist(desk: Desk, work: Callable[[], Any]) -> Any:
    """Do what must be done, however long the index database takes to come back."""
    for pause in pauses():
        try:
            return work()
        except StoreFault as fault:
            if fault.permanent:
                raise
            log.warning("%s %s", fault.code, fault)
            desk.sleep(pause)
    raise AssertionError


def machine_is_down(error: Exception, stores: Stores) -> bool:
    """Whether a failure is everybody's (a store that does not answer, a full disk) and not this file's. Bytes never kept before are tried."""
    if not isinstance(error, StoreFault | EngineFault | OSError) or getattr(error, "permanent", False):
        return False
    try:
        stores.objects.delete(stores.objects.put_bytes(os.urandom(PROBE_BYTES)), reason="written to see whether the store takes anything")
        with writing(stores.index) as conn:
            journal.states(conn)
    except Fault:
        return True
    return False


def kind_of(error: Exception) -> str:
    """What may be said of an error: its kind, and the sentence of a fault; other texts may quote a page."""
    return f"{type(error).__name__}: {error.sentence}" if isinstance(error, EngineFault | StoreFault) else type(error).__name__


def settled(desk: Desk, delivery_id: str) -> bool:
    """Whether every page of a delivery has its outcome."""
    return _delivery(desk, delivery_id).state is DeliveryState.SETTLED
