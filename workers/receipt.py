"""Tells the scanner operator what became of a file: a text in the receipts folder, without anything that stands on a page."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from schemas.config import Folder
from schemas.reasons import explain
from schemas.record import DocumentRecord, DocumentStatus
from schemas.source import Delivery, visible

SUFFIX = ".receipt.txt"
INGESTED = "ingest"  # the source of what came through no watched folder


def folder_of(delivery: Delivery, folders: Sequence[Folder]) -> Folder | None:
    """The watched folder that a delivery came from; None for what was ingested."""
    ours = [folder for folder in folders if delivery.source == folder.name or delivery.source.startswith(f"{folder.name}/")]
    return max(ours, key=lambda folder: len(folder.name), default=None)


def receipt_text(delivery: Delivery, records: Sequence[DocumentRecord], *, now: datetime) -> str:
    """When, what, how many pages and documents, and each problem with what to do."""
    filed, review, refused, aside = (_of(records, status) for status in DocumentStatus)
    pages = sum(len(record.pages) for record in records)
    lines = [
        f"File        {visible(delivery.name)}",
        f"Taken       {delivery.taken_at:%Y-%m-%d %H:%M:%S} UTC",
        f"Finished    {now:%Y-%m-%d %H:%M:%S} UTC",
        f"Receipt     {delivery.id}",
        f"Pages in    {pages or 'not known'}",
        f"Documents   {len(filed) + len(review)}",
        f"Filed       {len(filed)}",
        f"In review   {len(review)}",
        f"Set aside   {len(aside)}",
        f"Quarantined {len(refused)}",
    ]
    return "\n".join([*lines, "", *_problems([*refused, *review, *aside]), ""])


def write_receipt(receipts: Path, delivery: Delivery, text: str) -> Path:
    """Write the receipt beside its sub-folder's others, whole or not at all; an earlier file's receipt of that name stays."""
    parts = Path(delivery.name).parts
    target_folder = receipts.joinpath(*[part for part in parts[:-1] if part not in {"..", "/"}])
    target_folder.mkdir(parents=True, exist_ok=True)
    target = target_folder / _short(parts[-1], SUFFIX)
    if target.exists() and delivery.id not in target.read_text(encoding="utf-8"):
        target = target_folder / _short(parts[-1], f".{delivery.id[:8]}{SUFFIX}")
    temporary = target_folder / f".{delivery.id}.new"
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, target)  # noqa: PTH105
    return target


def _of(records: Sequence[DocumentRecord], status: DocumentStatus) -> list[DocumentRecord]:
    return [record for record in records if record.status is status]


def _problems(records: Sequence[DocumentRecord]) -> list[str]:
    pages: dict[str, list[int]] = {}
    for record in records:
        for code in record.reasons:
            pages.setdefault(code, []).extend(record.pages)
    missing = list(dict.fromkeys(line for record in records for line in record.evidence.get("missing", ())))
    told = {"pages.missing": f" What the numbers say: {'; '.join(missing)}." if missing else ""}
    return ["Problems and notes", *(_line(code, numbers, told.get(code, "")) for code, numbers in pages.items())] if pages else ["No problems."]


def _line(code: str, numbers: Sequence[int], told: str) -> str:
    reason = explain(code)
    pages = sorted(set(numbers))
    where = f" ({'page' if len(pages) == 1 else 'pages'} {', '.join(map(str, pages))})" if pages else ""
    return f"- {reason.sentence}{where}{told} {reason.next_step}"


def _short(name: str, suffix: str) -> str:
    """The name with the suffix, cut to what a file name may be."""
    if len(os.fsencode(name + suffix)) <= 255:
        return name + suffix
    mark = hashlib.sha256(os.fsencode(name)).hexdigest()[:8]
    return f"{os.fsencode(name)[: 240 - len(suffix)].decode('utf-8', 'ignore')}~{mark}{suffix}"
