"""The rule of thumb that records departments know: this birth date and a name like this, and nobody else of whom both are true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz.fuzz import ratio

from samples.matchbench.documents import Document
from schemas.patient import IndexPatient, PatientClaim

ALIKE = 85  # of a hundred

Entries = Mapping[str, Sequence[tuple[str, str]]]


class RuleOfThumb(NamedTuple):
    """What the rule files, and what of that stands in a wrong chart."""

    filed: int
    misfiled: int


def try_rule(records: Iterable[IndexPatient], documents: Iterable[Document]) -> RuleOfThumb:
    """Files by exact birth date and fuzzy name where one record alone fits."""
    entries, filed, misfiled = _by_birth_date(records), 0, 0
    for document in documents:
        mrn = _only_fit(entries, document.claim)
        filed += mrn is not None
        misfiled += mrn is not None and mrn not in document.mrns
    return RuleOfThumb(filed, misfiled)


def _by_birth_date(records: Iterable[IndexPatient]) -> Entries:
    entries: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in records:
        entries[one.dob].append((one.mrn, _name(one)))
    return entries


def _only_fit(entries: Entries, claim: PatientClaim) -> str | None:
    name = _name(claim)
    fits = [mrn for mrn, known in entries.get(claim.dob, ()) if ratio(known, name) >= ALIKE] if claim.dob else []
    return fits[0] if len(fits) == 1 else None


def _name(one: IndexPatient | PatientClaim) -> str:
    return f"{one.last_name} {one.first_name}".upper()
