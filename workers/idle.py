"""What is done when nothing waits: page images for the review application, archival PDFs, the day's share of the store read from end to end.

One small piece at a time, each safe to repeat.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from schemas.faults import KeyMissing, StoreFault
from schemas.rules import IdleRules
from schemas.source import Opened
from store import journal, renditions
from store.database import reading, writing
from workers.scrub import Round
from workers.wire import Maker, Stores

PAGES_A_PIECE = 4
Made = TypeVar("Made")
log = logging.getLogger(__name__)


class Bench(NamedTuple):
    """What idle work is done with."""

    maker: Maker
    stores: Stores
    scratch: Path
    now: Callable[[], datetime]
    round: Round | None = None  # the day's reading of the object store
    train: Callable[[], bool] | None = None  # learns a new version when it is due


def one_piece(bench: Bench, rules: IdleRules, most_minutes: int) -> bool:
    """Do one piece of what can wait; False when there is none."""
    try:
        makes = (rules.page_images and draw_some_pages(bench, most_minutes)) or (rules.archive and archive_one(bench))
    except KeyMissing as fault:  # the store is read all the same, which makes it an alarm
        log.warning("making what can wait: %s", fault.sentence)
        makes = False
    reads = makes or (rules.scrub and bench.round is not None and bench.round.piece(bench.now()))
    return reads or (bench.train is not None and bench.train())


def draw_some_pages(bench: Bench, most_minutes: int) -> bool:
    """Make the images of a few pages of one source file; none of one that took more than `most_minutes` of processor time to open."""
    with reading(bench.stores.index) as conn:
        wanted = renditions.unseen(conn, PAGES_A_PIECE)
        if wanted is None:
            return False
        costly = journal.spent(conn, sha256=wanted.sha256) > 60 * most_minutes
    made = {} if costly else _unless_lost(lambda: _page_images(bench, wanted)) or {}
    with writing(bench.stores.index) as conn:
        renditions.save_page_images(conn, wanted.sha256, {page: made.get(page, {}) for page in wanted.pages})
    return True


def archive_one(bench: Bench) -> bool:
    """Make one filed document's archival rendition, or note why it cannot conform."""
    with reading(bench.stores.index) as conn:
        wanted = renditions.unarchived(conn)
    if wanted is None:
        return False
    document_id, object_key = wanted
    kept, findings = _unless_lost(lambda: _archival(bench, object_key)) or (None, ("not made",))
    with writing(bench.stores.index) as conn:
        renditions.save_archival(conn, document_id, object_key, kept, findings, bench.now())
    return True


def _page_images(bench: Bench, wanted: renditions.Unseen) -> dict[int, dict[str, str]]:
    with _fetched(bench, wanted.object_key) as original:
        opened = bench.maker.inspect(original)
        made = bench.maker.page_images(original, opened, wanted.pages, original.parent) if isinstance(opened, Opened) else {}
        return {page: {size: bench.stores.objects.put_file(path) for size, path in sizes.items()} for page, sizes in made.items()}


def _archival(bench: Bench, object_key: str) -> tuple[str | None, tuple[str, ...]]:
    with _fetched(bench, object_key) as document:
        made = bench.maker.archive(document, document.parent)
        return (None if made.path is None else bench.stores.objects.put_file(made.path)), made.findings


def _unless_lost(make: Callable[[], Made]) -> Made | None:
    """What is made; None when an object is lost or spoilt for good, which the scrub tells: it must not keep the others waiting."""
    try:
        return make()
    except StoreFault as fault:
        if not fault.permanent:
            raise
        return None


@contextmanager
def _fetched(bench: Bench, object_key: str) -> Iterator[Path]:
    """A private copy of an object, in a folder that is gone afterwards."""
    folder = bench.scratch / "idle"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        bench.stores.objects.fetch(object_key, folder / "original")
        yield folder / "original"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
