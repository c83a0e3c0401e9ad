"""The auditor's part on the index: every page in one document, every document in its place, its words and its review item with it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

from workers.audit_ledger import Ledger, Query, Row

STATUSES = ("filed", "review", "quarantined", "set_aside")
RECHECK = "patient.recheck"
INDEXED_ON_SQLITE = "SELECT id AS rowno FROM document_words_docsize"  # what the full-text index itself holds
INDEXED_ON_POSTGRES = "SELECT rowno FROM document_text WHERE words IS NOT NULL"


def count(ledger: Ledger, deliveries: list[Row], documents: list[Row]) -> None:
    """Files by their state, documents and pages by their status; as many pages accounted for as received."""
    states = Counter(d["state"] for d in deliveries)
    ledger.files = {"taken in": len(deliveries), "settled": states["settled"], "in work": states["taken"]}
    status = Counter(d["status"] for d in documents)
    ledger.documents = {name: status[name] for name in STATUSES}
    pages = Counter[str]()
    for row in documents:
        pages[row["status"]] += len(row["pages"])
    ledger.pages = {"received": sum(d["page_count"] or 0 for d in deliveries), **{name: pages[name] for name in STATUSES}}
    if ledger.pages["received"] != pages.total():
        ledger.gaps.append(f"{ledger.pages['received']} pages received, {pages.total()} accounted for")


def check_pages(ledger: Ledger, deliveries: list[Row], documents: list[Row]) -> None:
    """Over the documents of one settled file, every page stands exactly once."""
    by_delivery: dict[str, list[Row]] = defaultdict(list)
    for row in documents:
        by_delivery[row["delivery_id"]].append(row)
    for row in deliveries:
        mine = by_delivery.pop(row["id"], [])
        if row["state"] == "taken":
            ledger.gaps += [f"document {d['id']} of file {row['id']}, which has not settled" for d in mine]
            continue
        pages = Counter(page for d in mine for page in d["pages"])
        wanted = range(1, (row["page_count"] or 0) + 1)
        ledger.gaps += [f"file {row['id']}: page {p} is in no document" for p in wanted if not pages[p]]
        ledger.gaps += [f"file {row['id']}: page {p} is in {n} documents" for p, n in pages.items() if n > 1]
        ledger.gaps += [f"file {row['id']}: page {p} does not exist" for p in pages if p not in wanted]
        if not mine:
            ledger.gaps.append(f"file {row['id']} has settled without a document")
    ledger.gaps += [f"documents of an unknown file {name}" for name in by_delivery]


def check_filings(ledger: Ledger, documents: list[Row], query: Query) -> None:
    """A filed document has a type, and filing acts that follow from each other and end with its patient."""
    acts = query("SELECT * FROM filing ORDER BY sequence")
    holder: dict[str, str | None] = {}
    for act in acts:
        name, mrn = act["document_id"], act["mrn"]
        was = holder.get(name)
        fits = {"file": was is None, "refile": was is not None and was != mrn, "unfile": was == mrn}
        if not fits.get(act["act"], False):
            ledger.gaps.append(f"document {name}: filing act {act['sequence']} ({act['act']}) does not follow from the one before")
        holder[name] = None if act["act"] == "unfile" else mrn
    for row in documents:
        name, filed = f"document {row['id']}", row["status"] == "filed"
        if holder.pop(row["id"], None) != (row["patient_mrn"] if filed else None):
            ledger.gaps.append(f"{name} is {row['status']}, but its last filing says otherwise")
        if filed and (row["document_type"] in {None, "unknown", "fax_cover"} or not row["filed_at"]):
            ledger.gaps.append(f"{name} is filed without a type or a time")
    ledger.gaps += [f"filing of an unknown document {name}" for name in holder]
    ledger.checked["filing acts"] = len(acts)


def check_once(ledger: Ledger, documents: list[Row]) -> None:
    """The content of a file stands in the index once, however often it was delivered."""
    owners: dict[str, set[str]] = defaultdict(set)
    for row in documents:
        if row["status"] in {"filed", "review"}:
            owners[row["content"]].add(row["delivery_id"])
    ledger.gaps += [f"the content of files {', '.join(sorted(ids))} stands in the index {len(ids)} times" for ids in owners.values() if len(ids) > 1]


def check_items(ledger: Ledger, documents: list[Row], query: Query) -> None:
    """A held document has exactly one open item, a quarantined one at most one, any other none but checks."""
    items = query("SELECT * FROM review_item WHERE resolved_at IS NULL")
    checks = [row for row in items if row["blind"] or row["known"] or RECHECK in json.loads(row["reasons"])]
    opened = Counter(row["document_id"] for row in items if row not in checks)
    status = {row["id"]: row["status"] for row in documents}
    being_cut = {name for row in query("SELECT before FROM recut WHERE state = 'asked'") for name in json.loads(row["before"])}
    for name, state in status.items():
        if not (state == "review" and name not in being_cut) <= opened[name] <= (state in {"review", "quarantined"}):
            ledger.gaps.append(f"document {name} is {state} and has {opened[name]} open review items")
    ledger.gaps += [f"review item for an unknown document {name}" for name in opened if name not in status]
    ledger.checked["review items"] = opened.total()


def check_words(ledger: Ledger, documents: list[Row], query: Query, indexed: str) -> None:
    """Every filed or held document can be found by its words."""
    rows = {row["rowno"] for row in query("SELECT rowno FROM document_text")} & {row["rowno"] for row in query(indexed)}
    for row in documents:
        if row["status"] in {"filed", "review"} and row["rowno"] not in rows:
            ledger.gaps.append(f"document {row['id']} has no words in the search")
    ledger.checked["searchable documents"] = len(rows)
