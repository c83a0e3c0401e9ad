"""Holds an export against the truth of its batches. Shares no code with the pipeline; knows only the contract's export line."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from samples.batches import BatchTruth, DocumentTruth
from samples.report import Row, at_least, at_most, plain

Line = Mapping[str, Any]
_FIELDS = {"patient_name": "name", "patient_dob": "birth date", "service_date": "service date"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A true document and the export line that covers exactly its pages, if any."""

    batch: BatchTruth
    truth: DocumentTruth
    line: Line | None


def score_export(truths: Sequence[BatchTruth], lines: Iterable[Line]) -> list[Row]:
    """The rows of the benchmark's table that can be told from an export."""
    by_name: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_name[line["source"]["name"]].append(line)
    pairs = [pair for batch in truths for pair in _pair(batch, by_name[batch.name])]
    return [*_safety_rows(truths, by_name), *_yield_rows(truths, by_name, pairs), *_field_rows(pairs)]


def unaccounted(batch: BatchTruth, lines: Sequence[Line]) -> int:
    """Pages in no line or in more than one; for a file that cannot be opened, 1 when it has no line."""
    if batch.refused:
        return int(not lines)
    seen = Counter(page for line in lines for page in line["source"]["pages"])
    return sum(seen[page] != 1 for page in range(1, batch.page_count + 1)) + sum(page not in range(1, batch.page_count + 1) for page in seen)


def wrong_person(batch: BatchTruth, line: Line) -> bool:
    """Whether a filed line holds a page that is not about the patient it was filed to."""
    mrn = line["patient"]["mrn"]
    return any(mrn != truth.mrn and mrn not in truth.also for truth in _covered(batch, line))


def two_patients(batch: BatchTruth, line: Line) -> bool:
    """Whether a line holds pages of two people."""
    return len({truth.fields.get("patient_name") for truth in _covered(batch, line) if truth.document_type != "fax_cover"}) > 1


def _covered(batch: BatchTruth, line: Line) -> list[DocumentTruth]:
    """The true documents that have a page in this line."""
    pages = set(line["source"]["pages"])
    return [truth for truth in batch.documents if pages & set(truth.pages)]


def _pair(batch: BatchTruth, lines: Sequence[Line]) -> list[Pair]:
    exact = {tuple(line["source"]["pages"]): line for line in lines}
    return [Pair(batch, truth, exact.get(truth.pages)) for truth in batch.documents if truth.document_type != "fax_cover"]


def _filed(truths: Sequence[BatchTruth], by_name: Mapping[str, Sequence[Line]]) -> list[tuple[BatchTruth, Line]]:
    return [(batch, line) for batch in truths for line in by_name[batch.name] if line["status"] == "filed"]


def _safety_rows(truths: Sequence[BatchTruth], by_name: Mapping[str, Sequence[Line]]) -> list[Row]:
    """What must never happen."""
    filed, pages = _filed(truths, by_name), sum(batch.page_count for batch in truths)
    lost = sum(unaccounted(batch, by_name[batch.name]) for batch in truths)
    wrong = [(batch, line) for batch, line in filed if wrong_person(batch, line)]
    double = [(batch, line) for batch, line in filed if two_patients(batch, line)]
    strangers = sum(name not in {batch.name for batch in truths} for name, lines in by_name.items() if lines)
    return [
        at_most("pages unaccounted", lost + strangers, 0, n=pages, unit="pages", hard=True),
        at_most("documents filed to a wrong person", len(wrong), 0, n=len(filed), unit="documents", hard=True, note=_named(wrong)),
        at_most("filed documents with two patients", len(double), 0, n=len(filed), unit="documents", hard=True, note=_named(double)),
    ]


def _named(found: Sequence[tuple[BatchTruth, Line]]) -> str:
    return ", ".join(f"{batch.name} ({batch.kind}, {batch.person})" for batch, _ in found[:6])


def _yield_rows(truths: Sequence[BatchTruth], by_name: Mapping[str, Sequence[Line]], pairs: Sequence[Pair]) -> list[Row]:
    """What is done without a clerk, and how rightly."""
    clean = [batch for batch in truths if batch.clean_single]
    alone = sum(_whole_batch_filed(batch, by_name[batch.name]) for batch in clean)
    filed = [pair for pair in pairs if pair.line and pair.line["status"] == "filed"]
    typed = sum(_type_right(pair) for pair in filed)
    packets = [pair for pair in pairs if len(pair.batch.documents) > 1]
    everyone = sum(1 for batch, line in _filed(truths, by_name))
    refused = [batch for batch in truths if batch.refused]
    named = sum(any(batch.refused in line["reasons"] for line in by_name[batch.name]) for batch in refused)
    aside = [(batch, page, what) for batch in truths for what in ("blank", "separator", "duplicate") for page in getattr(batch, what)]
    put_aside = sum(
        any(line["status"] == "set_aside" and page in line["source"]["pages"] for line in by_name[batch.name]) for batch, page, _ in aside
    )
    return [
        at_least("clean single documents of known patients filed without a clerk", _percent(alone, len(clean)), 60, n=len(clean), unit="%"),
        plain("all documents filed without a clerk", _percent(everyone, len(pairs)), n=len(pairs), unit="%"),
        plain("document type right among filed", _percent(typed, len(filed)), n=len(filed), unit="%"),
        plain(
            "documents filed under a wrong type",
            len(filed) - typed,
            n=len(filed),
            unit="documents",
            note=", ".join(sorted({p.truth.layout for p in filed if not _type_right(p)})),
        ),
        plain(
            "document type right among all found",
            _percent(sum(_type_right(p) for p in pairs if p.line), sum(p.line is not None for p in pairs)),
            n=sum(p.line is not None for p in pairs),
            unit="%",
        ),
        plain(
            "documents of packets cut out exactly", _percent(sum(pair.line is not None for pair in packets), len(packets)), n=len(packets), unit="%"
        ),
        plain("blank, separator and duplicate pages set aside", _percent(put_aside, len(aside)), n=len(aside), unit="%"),
        plain("files that cannot be opened named with their reason", _percent(named, len(refused)), n=len(refused), unit="%"),
    ]


def _whole_batch_filed(batch: BatchTruth, lines: Sequence[Line]) -> bool:
    """One line, filed, to the right person."""
    return len(lines) == 1 and lines[0]["status"] == "filed" and not wrong_person(batch, lines[0])


def _type_right(pair: Pair) -> bool:
    return pair.line is not None and pair.line["document_type"] == pair.truth.document_type


def _field_rows(pairs: Sequence[Pair]) -> list[Row]:
    """How many printed fields came out exactly, and how many came out as something else."""
    rows = []
    for name, words in _FIELDS.items():
        printed = [pair for pair in pairs if pair.line and name in pair.truth.fields]
        read = [(pair.truth.fields[name], value) for pair in printed if (value := _value(pair, name))]
        right = sum(_folded(name, truth) == _folded(name, value) for truth, value in read)
        rows.append(plain(f"field {words} exact", _percent(right, len(printed)), n=len(printed), unit="%"))
        rows.append(plain(f"field {words} read otherwise", _percent(len(read) - right, len(printed)), n=len(printed), unit="%"))
    return rows


def _value(pair: Pair, name: str) -> str:
    found = (pair.line or {}).get("fields", {}).get(name)
    return str(found["value"]) if found else ""


def _folded(name: str, value: str) -> str:
    """Names without case, accents' marks kept, full stops and spaces dropped."""
    return re.sub(r"[\s.]+", "", value).upper() if name == "patient_name" else value


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0
