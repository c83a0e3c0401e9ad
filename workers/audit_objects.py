"""The auditor's part on what is kept: originals, readings and PDFs are there bit for bit, and nothing left a watched folder unseen."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from workers.audit_ledger import Ledger, Query, Row
from workers.audit_pages import pages_in, pdf_pages
from workers.audit_sources import Kept, digest_of, is_whole

NAMED = " UNION ALL ".join(f"SELECT object_key FROM {table}" for table in ("reading", "page_image", "archival", "model"))  # noqa: S608


def check_originals(ledger: Ledger, deliveries: list[Row], documents: list[Row], objects: Kept) -> None:
    """Every original is there bit for bit, and has no more pages than were accounted for."""
    read = {d["delivery_id"] for d in documents if d["pages"]}
    for row in deliveries:
        content = objects.open(row["object_key"])
        if content is None:
            ledger.gaps.append(f"file {row['id']}: the original is missing or has changed")
            continue
        with content:
            if digest_of(content) != row["sha256"]:
                ledger.gaps.append(f"file {row['id']}: the original has changed")
            content.seek(0)
            counted = pages_in(content) if row["id"] in read else None
        if counted is not None and counted > (row["page_count"] or 0):
            ledger.gaps.append(f"file {row['id']}: the original has {counted} pages, {row['page_count']} accounted for")
    ledger.checked["originals"] = len(deliveries)


def check_readings(ledger: Ledger, documents: list[Row], query: Query, objects: Kept) -> None:
    """What was read on every page of a filed or held document is kept."""
    rows = query("SELECT sha256, page, object_key FROM reading")
    ledger.gaps += [
        f"the reading of page {row['page']} of content {row['sha256']} is missing" for row in rows if not is_whole(row["object_key"], objects)
    ]
    kept = {(row["sha256"], row["page"]) for row in rows}
    for row in documents:
        if row["status"] in {"filed", "review"}:
            missing = [page for page in row["pages"] if (row["content"], page) not in kept]
            ledger.gaps += [f"document {row['id']}: page {page} has no reading" for page in missing]
    ledger.checked["readings"] = len(rows)


def check_renditions(ledger: Ledger, documents: list[Row], objects: Kept) -> None:
    """Every filed or held document has its PDF, with as many pages as the document; a held one may say that none could be made."""
    for row in documents:
        if row["status"] not in {"filed", "review"}:
            continue
        if row["status"] == "review" and _could_not_be_composed(row):
            continue
        if not is_whole(row["object_key"], objects):
            ledger.gaps.append(f"document {row['id']}: its PDF is missing or has changed")
        elif (stream := objects.open(row["object_key"])) is not None:
            with stream:
                if (counted := pdf_pages(stream)) != len(row["pages"]):
                    ledger.gaps.append(f"document {row['id']}: its PDF has {counted} pages instead of {len(row['pages'])}")


def check_folders(ledger: Ledger, listed: dict[str, list[Path]], deliveries: list[Row]) -> None:
    """What lies in the watched folders: waiting files, and taken ones, each of which must have been taken in."""
    known = {(row["size"], row["sha256"]) for row in deliveries}
    waiting = 0
    for name, paths in listed.items():
        for path in paths:
            if ".taken" not in path.parts:
                waiting += 1
                continue
            with suppress(FileNotFoundError), path.open("rb") as stream:  # its days may be over by now
                if (path.stat().st_size, digest_of(stream)) not in known:
                    ledger.gaps.append(f"a file was moved out of watched folder {name} that was never taken in")
    ledger.files["waiting in watched folders"] = waiting


def count_orphans(ledger: Ledger, deliveries: list[Row], documents: list[Row], query: Query, objects: Kept) -> None:
    """Objects that no row names: leftovers of interrupted work, harmless."""
    named = {row["object_key"] for row in [*deliveries, *documents, *query(NAMED)]}
    ledger.checked["objects no row names"] = sum(key not in named for key in objects.keys())  # noqa: SIM118 - not a dict


def _could_not_be_composed(row: Row) -> bool:
    """Held because no PDF can be made of its pages; the original is checked like every other."""
    return row["object_key"] is None and "file.failed" in json.loads(row["reasons"])
