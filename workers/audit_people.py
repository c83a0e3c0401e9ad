"""The auditor's part on the patient index: merges lead where their log says, filings to people who are there, verdicts as decided."""

from __future__ import annotations

import json
from collections import Counter

from workers.audit_ledger import Ledger, Query, Row


def check_people(ledger: Ledger, documents: list[Row], query: Query, trail: list[Row]) -> None:
    """Every filed document leads to an entry that stands for itself, and every merged entry to the one that its merges name."""
    entries = {row["mrn"]: row for row in query("SELECT mrn, survivor_mrn, active FROM patient")}
    acts = query("SELECT act, mrn, survivor_mrn FROM merge ORDER BY sequence")
    into: dict[str, str] = {}
    for act in acts:
        into.pop(act["mrn"], None)
        if act["act"] == "merge":
            into[act["mrn"]] = act["survivor_mrn"]
    for mrn, row in entries.items():
        head = _end_of(mrn, into)
        if (row["survivor_mrn"] or mrn) != head or bool(row["active"]) != (head == mrn) or head not in entries:
            ledger.gaps.append(f"patient entry {mrn} does not lead where its merges say")
    for row in documents:
        if row["status"] == "filed" and _end_of(row["patient_mrn"], into) not in entries:
            ledger.gaps.append(f"document {row['id']} is filed to nobody of the index")
    told = Counter(row["action"].removeprefix("patient.").removesuffix("d") for row in trail if row["action"].startswith("patient."))
    done = Counter(row["act"] for row in acts)
    if told != done:
        ledger.gaps.append(f"{told.total()} audit rows of merged patients, but {done.total()} in the index")
    ledger.checked["merges"] = len(acts)


def check_verdicts(ledger: Ledger, query: Query) -> None:
    """Every decided check has its verdict, and every verdict the patient that was decided."""
    said = {row["item_id"]: row for row in query("SELECT item_id, clerk_mrn FROM verdict")}
    for item in query("SELECT id, blind, resolution FROM review_item WHERE resolved_at IS NOT NULL"):
        decision, verdict = json.loads(item["resolution"] or "{}"), said.pop(item["id"], None)
        if verdict is None and item["blind"] and decision.get("act") == "file":
            ledger.gaps.append(f"the check {item['id']} was decided and left no verdict")
        if verdict is not None and bool(verdict["clerk_mrn"]) != (decision.get("act") == "file"):
            ledger.gaps.append(f"the verdict on item {item['id']} differs from what was decided")
    ledger.gaps += [f"a verdict on item {name}, which is not decided" for name in said]
    ledger.checked["verdicts"] = len(query("SELECT sequence FROM verdict"))


def check_corrections(ledger: Ledger, query: Query) -> None:
    """What was said under an item was decided or answered there, and was taken back exactly when the decision was."""
    items = {row["id"]: row for row in query("SELECT id, resolved_at, undone_at FROM review_item")}
    rows = query("SELECT sequence, item_id, takes_back FROM correction ORDER BY sequence")
    gone = {row["takes_back"] for row in rows}
    for row in (row for row in rows if row["takes_back"] is None):
        item = items.get(row["item_id"])
        if item is None or item["resolved_at"] is None:
            ledger.gaps.append(f"correction {row['sequence']} was said under an item that is not decided")
        elif item["undone_at"] is not None and row["sequence"] not in gone:
            ledger.gaps.append(f"correction {row['sequence']} still counts though its decision was taken back")
    ledger.checked["corrections"] = len(rows)


def check_told_apart(ledger: Ledger, query: Query) -> None:
    """Every pair that a decision told apart is kept as decided."""
    kept = Counter(row["item_id"] for row in query("SELECT item_id FROM apart"))
    for item in query("SELECT id, resolution FROM review_item WHERE resolved_at IS NOT NULL"):
        count = len(set(json.loads(item["resolution"] or "{}").get("apart", ())))
        if kept.pop(item["id"], 0) != count * (count - 1):
            ledger.gaps.append(f"the entries that item {item['id']} told apart are not kept as decided")
    ledger.gaps += [f"entries told apart by item {name}, which did not decide that" for name in kept]


def _end_of(mrn: str, into: dict[str, str]) -> str:
    for _ in range(len(into) + 1):
        if mrn not in into:
            break
        mrn = into[mrn]
    return mrn
