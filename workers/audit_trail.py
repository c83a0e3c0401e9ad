"""The auditor's part on the audit trail: one chain, and the index is as it tells."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict

from workers.audit_ledger import Ledger, Query, Row

SEALED = (
    *("id", "delivery_id", "first_page", "pages", "status", "document_type", "loinc", "document_type_confidence", "patient_mrn"),
    *("patient_probability", "fields", "reasons", "object_key", "filed_at", "evidence", "read_name", "read_facility"),
)


def check_chain(ledger: Ledger, trail: list[Row]) -> None:
    """The audit rows form one chain: numbered without a gap, each holding the digest of the one before."""
    previous = "0" * 64
    for number, row in enumerate(trail, start=1):
        if row["sequence"] != number or row["previous"] != previous or _link(row) != row["digest"]:
            ledger.gaps.append(f"the audit trail is broken at row {row['sequence']}")
            break
        previous = row["digest"]
    ledger.checked["audit rows"] = len(trail)


def check_trail(ledger: Ledger, deliveries: list[Row], trail: list[Row]) -> None:
    """Taking over and settling each left exactly one audit row a file, which says what the journal says; none is about an unknown file."""
    said: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in trail:
        if row["action"] in {"delivery.taken", "delivery.settled"}:
            said[row["action"], row["subject"]].append(json.loads(row["detail"]))
    for row in deliveries:
        taken = {"source": row["source"].partition("/")[0], "sha256": row["sha256"], "size": row["size"]}
        wanted = {"delivery.taken": [taken], "delivery.settled": [{"pages": row["page_count"]}] if row["state"] == "settled" else []}
        for action, details in wanted.items():
            found = said.pop((action, row["id"]), [])
            if len(found) != len(details):
                ledger.gaps.append(f"file {row['id']}: {len(found)} audit rows {action}, expected {len(details)}")
            elif any(detail.items() - entry.items() for detail, entry in zip(details, found, strict=True)):
                ledger.gaps.append(f"file {row['id']}: the journal differs from its audit row {action}")
    ledger.gaps += [f"audit row {action} of file {name}, which is not in the journal" for action, name in said]


def check_rows(ledger: Ledger, documents: list[Row], trail: list[Row]) -> None:
    """Every document's row is as its last audit row sealed it, and every document of the trail is there."""
    last = {row["subject"]: row for row in trail if row["action"].startswith("document.")}
    for row in documents:
        entry = last.pop(row["id"], None)
        if entry is None or json.loads(entry["detail"]).get("row") != _row_seal(row):
            ledger.gaps.append(f"document {row['id']} differs from its last audit row")
    ledger.gaps += [f"document {name} of the audit trail is not in the index" for name in last]


def check_acts(ledger: Ledger, query: Query, trail: list[Row]) -> None:
    """Review items and names passed over: as many rows as the audit trail tells of."""
    told = Counter(row["action"] for row in trail)
    items = query("SELECT resolved_at FROM review_item")
    told["document.resolved"] += sum(json.loads(row["detail"])["closed"] for row in trail if row["action"] == "document.rematched")
    told["document.resolved"] += told["review.answered"] + told["review.withdrawn"]  # closed without a decision about the document
    resolved = sum(row["resolved_at"] is not None for row in items)
    passed = Counter(row["outcome"] for row in query("SELECT outcome FROM passed_over"))
    counted = {"review.opened": len(items), "document.resolved": resolved, "file.ignored": passed["ignored"], "file.refused": passed["refused"]}
    ledger.gaps += [f"{told[act]} audit rows {act}, but {number} in the index" for act, number in counted.items() if told[act] != number]
    ledger.checked["names passed over"] = passed.total()


def _row_seal(row: Row) -> str:
    body = {key: json.loads(row[key]) if key in {"fields", "reasons", "evidence"} else row[key] for key in SEALED}
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()


def _link(row: Row) -> str:
    body = {key: row[key] for key in ("sequence", "at", "action", "subject", "actor")} | {"detail": json.loads(row["detail"])}
    sealed = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256((row["previous"] + sealed).encode()).hexdigest()
