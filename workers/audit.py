"""The auditor: recounts everything from folders, database and object store with code of its own.

It shares nothing with the pipeline or the workers, so that it cannot repeat their mistakes: plain SQL, plain files, its own
page counts, its own hash chain. It changes nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

from schemas.config import Config
from workers.audit_documents import INDEXED_ON_POSTGRES, INDEXED_ON_SQLITE, check_filings, check_items, check_once, check_pages, check_words, count
from workers.audit_ledger import Ledger, Row
from workers.audit_objects import check_folders, check_originals, check_readings, check_renditions, count_orphans
from workers.audit_people import check_corrections, check_people, check_told_apart, check_verdicts
from workers.audit_sources import open_index, open_kept, plain_files
from workers.audit_trail import check_acts, check_chain, check_rows, check_trail

REPLACED = "replaced"  # its pages were put together anew


def take_ledger(config: Config, folder: Path) -> Ledger:
    """Recount one data folder. StoreFault when its database is not there."""
    ledger, objects = Ledger(), open_kept(config, folder)
    listed = {watched.name: list(plain_files(Path(watched.path))) for watched in config.folders}  # first: what left a folder was journalled before
    with open_index(config, folder) as query:
        deliveries = query("SELECT * FROM delivery ORDER BY sequence")
        every = query("SELECT * FROM document ORDER BY rowno")
        content = {row["id"]: row["sha256"] for row in deliveries}
        for row in every:
            row |= {"pages": json.loads(row["pages"]), "content": content.get(row["delivery_id"], "?")}
        documents = [row for row in every if row["status"] != REPLACED]
        trail = query("SELECT * FROM audit ORDER BY sequence")
        count(ledger, deliveries, documents)
        check_originals(ledger, deliveries, documents, objects)
        check_pages(ledger, deliveries, documents)
        check_readings(ledger, documents, query, objects)
        check_filings(ledger, every, query)
        check_renditions(ledger, documents, objects)
        check_once(ledger, documents)
        check_items(ledger, every, query)
        check_words(ledger, documents, query, INDEXED_ON_POSTGRES if config.index.url.startswith("postgres") else INDEXED_ON_SQLITE)
        check_chain(ledger, trail)
        check_trail(ledger, deliveries, trail)
        check_rows(ledger, every, trail)
        check_acts(ledger, query, trail)
        check_people(ledger, documents, query, trail)
        check_verdicts(ledger, query)
        check_told_apart(ledger, query)
        check_corrections(ledger, query)
        check_folders(ledger, listed, deliveries)
        count_orphans(ledger, deliveries, every, query, objects)
    return ledger


def read_trail(config: Config, folder: Path) -> tuple[list[Row], list[str]]:
    """The audit rows in order, and where their chain is broken."""
    ledger = Ledger()
    with open_index(config, folder) as query:
        trail = query("SELECT * FROM audit ORDER BY sequence")
    check_chain(ledger, trail)
    return trail, ledger.gaps
