"""Which decisions two people must agree on, and when two answers are the same. Knows decisions; knows no store."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import product
from typing import Any

from schemas.catalogue import Catalogue
from schemas.patient import IndexPatient
from schemas.protection import protections
from schemas.record import DocumentRecord, ReviewItem
from schemas.rules import ReviewRules

HARD = {"first_name", "sex", "dob", "suffix", "ssn_last4", "mrn"}  # what does not change and is rarely misheard; by the first name twins differ
ALIKE = 0.75  # of two names that a reader may have confused
PLANTED = ("patient.weak",)  # why a planted item is there, as far as anybody is told

Decision = Mapping[str, Any]


def needs_second(record: DocumentRecord, decision: Decision, chosen: IndexPatient | None, catalogue: Catalogue, rules: ReviewRules) -> list[str]:
    """Why two people must agree on this decision; empty when one may take it alone."""
    if decision["act"] != "file":
        return []
    slug = decision.get("type") or record.document_type
    found = {
        "new_patient": bool(decision.get("new")),
        "merge": bool(decision.get("merge")),
        "sensitive": bool(protections(record, catalogue) or protections(replace(record, document_type=slug), catalogue)),
        "override": chosen is not None and contradicts(record, chosen),
    }
    return [why for why, holds in found.items() if holds and why in rules.second_for]


def contradicts(record: DocumentRecord, chosen: IndexPatient) -> bool:
    """Whether the page says of its patient something that cannot be true of this person."""
    proposed = next((one for one in record.evidence.get("candidates", []) if one["mrn"] == chosen.mrn), None)
    if proposed is not None:
        return any(row["agreement"] == "differ" and row["field"] in HARD for row in proposed["evidence"])
    said = {name: record.fields[f"patient_{name}"].value for name in ("dob", "sex", "name") if f"patient_{name}" in record.fields}
    otherwise = any(said.get(name) and getattr(chosen, name) and said[name] != getattr(chosen, name) for name in ("dob", "sex"))
    return otherwise or (bool(said.get("name")) and not _shares_a_name(said["name"], chosen))


def same_answer(one: Decision, other: Decision, survivor: Callable[[str], str]) -> bool:
    """Whether two people decided alike: what becomes of it, whose and what it is, and every date that both typed."""
    dates = [{name: value for name, value in (answer.get("fields") or {}).items() if name.endswith("_date")} for answer in (one, other)]
    return _told(one, survivor) == _told(other, survivor) and all(dates[0][name] == dates[1][name] for name in dates[0].keys() & dates[1].keys())


def is_chosen(name: str, item_id: str, share: float) -> bool:
    """Whether chance, seeded by an item, chooses it for something."""
    return place_of(name, item_id) / 16**12 < share


def place_of(name: str, item_id: str) -> int:
    """A number by chance, seeded by an item."""
    return int(hashlib.sha256(f"{name}:{item_id}".encode()).hexdigest()[:12], 16)


def planted(item: ReviewItem, record: DocumentRecord) -> DocumentRecord:
    """A planted item's document as it is shown: of every second one the right person is not among the candidates."""
    candidates = record.evidence.get("candidates", [])
    if place_of("planted", item.id) % 2:
        candidates = [one for one in candidates if one["mrn"] != record.patient_mrn]
    return replace(record, evidence={**record.evidence, "candidates": candidates})


def _shares_a_name(read: str, chosen: IndexPatient) -> bool:
    """Whether any name on the page is one of this person's, or nearly: people marry, and readers stumble, but not over every name at once."""
    theirs = f"{chosen.last_name} {chosen.first_name} {chosen.middle_name} {chosen.previous_last_name}"
    pairs = product(*(re.findall(r"[^\W\d_]{2,}", names.casefold()) for names in (read, theirs)))
    return any(SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE for one, other in pairs)


def _told(answer: Decision, survivor: Callable[[str], str]) -> tuple[Any, ...]:
    people = [survivor(answer[name]) if answer.get(name) else None for name in ("mrn", "merge")]
    return answer["act"], answer.get("reason"), answer.get("type"), *people, _new(answer)


def _new(answer: Decision) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, " ".join(value.upper().split())) for name, value in (answer.get("new") or {}).items() if value))
