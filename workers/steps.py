"""The steps that one file goes through, each safe to repeat: open, read a few pages, settle, receipt. Knows no engine of durable work.

A file of more pages than one step reads is shared: its parts are work of their own, done by whichever worker is free.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from schemas.config import Config
from schemas.filing import BatchPlan
from schemas.page import PageKind, PageReading
from schemas.record import DocumentRecord, DocumentStatus
from schemas.source import Delivery, DeliveryState, FileKind, Opened, PageFacts, Refused
from store import documents, journal, patients, readings
from store.database import reading, writing
from workers.apply import OvertakenError, Sheaf, apply_plan, apply_whole, hold_all, hold_attached, tell_flags
from workers.copies import search_copies
from workers.lines import sample_share, standing_of
from workers.receipt import INGESTED, folder_of, receipt_text, write_receipt
from workers.rematch import catch_up
from workers.tries import insist, machine_is_down, tries_of
from workers.watch import ignored_by, receipts_folder
from workers.wire import Reader, Stores, is_shared

PAGES_A_STEP = 4

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
    tries = tries_of(desk, delivery_id)
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
        insist(desk, partial(give_up, desk, delivery_id))
    clear(desk, delivery_id)
    return run("receipt", partial(tries.anew().attempt, partial(receipt, desk, delivery_id)))


def process_part(desk: Desk, part: Part, run: RunStep) -> Result:
    """Some pages of a long file, read by whichever worker is free."""
    tries = tries_of(desk, part.delivery_id, part.first)
    return run("read", partial(tries.attempt, partial(read_part, desk, part)))


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
    before = desk.reader.opening_seconds()
    read = [given_up(page) for page in wanted] if _is_too_costly(desk, delivery) else _read(desk, delivery, FileKind(part.kind), wanted)
    kept_as = {done.number: desk.stores.objects.put_bytes(readings.pack(done)) for done in read}  # no other writer waits for these
    with writing(desk.stores.index) as conn:
        readings.save(conn, sha256=delivery.sha256, key=desk.reader.reading_key, pages=kept_as)
        journal.spend(conn, delivery.id, desk.reader.opening_seconds() - before)
    return {"read": len(wanted)}


def given_up(page: PageFacts) -> PageReading:
    """A page that is not opened, because the others of its file have used up what one file may take."""
    return PageReading(page.number, PageKind.UNREADABLE, width_pt=page.width_pt, height_pt=page.height_pt, confidence=0.0, problem="image.unreadable")


def _read(desk: Desk, delivery: Delivery, kind: FileKind, wanted: tuple[PageFacts, ...]) -> tuple[PageReading, ...]:
    folder = _folder(desk, delivery.id) / f"pages-{wanted[0].number}"
    folder.mkdir(parents=True, exist_ok=True)
    read = desk.reader.read_pages(_original(desk, delivery), Opened(kind, wanted), [page.number for page in wanted], folder)
    shutil.rmtree(folder, ignore_errors=True)
    return read


def _is_too_costly(desk: Desk, delivery: Delivery) -> bool:
    with reading(desk.stores.index) as conn:
        spent = journal.spent(conn, sha256=delivery.sha256)
    if over := spent > 60 * desk.config.render.file_cpu_minutes:
        log.warning("delivery %s: opening it took %.0f s of processor time; the pages that are left are not opened", delivery.id, spent)
    return over


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
    matched_with = patients.changes(desk.stores.index)
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
            if not new or patients.changes(desk.stores.index) != matched_with:  # not new: a crash may have come between
                catch_up(desk.stores, desk.config, delivery_id, now=desk.now())
            return {"documents": len(plan.documents), "new": new}


def careful(plan: BatchPlan, opened: Mapping[str, Any]) -> BatchPlan:
    """Of a file that lacks its end, or holds files that nobody reads, nothing is filed by itself."""
    plan = tell_flags(plan if opened["whole"] else hold_all(plan, "file.corrupt"), opened["flags"])
    return hold_attached(plan) if "attachments" in opened["flags"] else plan


def receipt(desk: Desk, delivery_id: str) -> Result:
    """Tell the scanner operator, if the file came through a watched folder; where that is another machine's, its watcher does."""
    delivery = _delivery(desk, delivery_id)
    folder = folder_of(delivery, desk.config.folders)
    if is_shared(desk.config) and delivery.source.partition("/")[0] != INGESTED and not (folder and Path(folder.path).is_dir()):
        with writing(desk.stores.index) as conn:
            journal.leave_receipt(conn, delivery_id, due=True)
        return {"receipt": False}
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


def settled(desk: Desk, delivery_id: str) -> bool:
    """Whether every page of a delivery has its outcome."""
    return _delivery(desk, delivery_id).state is DeliveryState.SETTLED
