"""Why this patient, as other programs read it: the evidence field by field in bits, the runner-up, what spoke against, and the line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.record import DocumentRecord

AGAINST = "differ"
ABSENT = "absent"
STEP = ("field", "agreement", "level", "bits")


def of_match(record: DocumentRecord, stands_for: Mapping[str, str]) -> dict[str, Any] | None:
    """The match of a document, without other people's data; None where none was tried."""
    evidence = record.evidence
    if not evidence.get("outcome"):
        return None
    best, runner_up = [*evidence.get("candidates", []), None, None][:2]
    return {
        **evidence.get("match", {}),
        "outcome": evidence["outcome"],
        "line": evidence.get("line"),
        "wanting": evidence.get("wanting", []),
        "filed_as": record.patient_mrn if record.patient_mrn in stands_for else None,
        "best": _with_waterfall(best, stands_for) if best else None,
        "runner_up": _candidate(runner_up, stands_for) if runner_up else None,
    }


def _with_waterfall(candidate: Mapping[str, Any], stands_for: Mapping[str, str]) -> dict[str, Any]:
    steps = candidate["evidence"]
    return {
        **_candidate(candidate, stands_for),
        "waterfall": [
            {name: step[name] for name in ("field", "agreement", "level", "bits")} for step in steps if step["bits"] or step["agreement"] != ABSENT
        ],
        "against": [step["field"] for step in steps if step["agreement"] == AGAINST],
    }


def _candidate(candidate: Mapping[str, Any], stands_for: Mapping[str, str]) -> dict[str, Any]:
    return {"mrn": stands_for.get(candidate["mrn"], candidate["mrn"]), "bits": candidate["bits"]}
