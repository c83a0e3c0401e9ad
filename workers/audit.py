"""The auditor: recounts everything from folders, database and object store with code of its own.

It shares nothing with the pipeline or the workers, so that it cannot repeat their mistakes: plain SQL, plain files, its own
page counts, its own hash chain. It changes nothing. Of an S3 store it reads the objects through the store's adapter.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from schemas.config import Config
from schemas.faults import StoreFault
from workers.audit_pages import pages_in, pdf_pages
from workers.audit_people import check_corrections, check_people, check_told_apart, check_verdicts

Row = dict[str, Any]
Query = Callable[[str], list[Row]]
STATUSES = ("filed", "review", "quarantined", "set_aside")
INDEXED_ON_SQLITE = "SELECT id AS rowno FROM document_words_docsize"  # what the full-text index itself holds
NAMED = " UNION ALL ".join(f"SELECT object_key FROM {table}" for table in ("reading", "page_image", "archival", "model"))  # noqa: S608
INDEXED_ON_POSTGRES = "SELECT rowno FROM document_text WHERE words IS NOT NULL"
RECHECK = "patient.recheck"
REPLACED = "replaced"  # its pages were put together anew
SEALED = (
    *("id", "delivery_id", "first_page", "pages", "status", "document_type", "loinc", "document_type_confidence", "patient_mrn"),
    *("patient_probability", "fields", "reasons", "object_key", "filed_at", "evidence", "read_name", "read_facility"),
)


@dataclass
class Ledger:
    """What was counted, and every gap found."""

    files: dict[str, int] = field(default_factory=dict)
    documents: dict[str, int] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)
    checked: dict[str, int] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        """For programs."""
        return json.dumps(asdict(self), indent=2)

    def as_text(self) -> str:
        """For people: the ledger, then the gaps."""
        lines = []
        for title, part in (("Files", self.files), ("Documents", self.documents), ("Pages", self.pages), ("Checked", self.checked)):
            lines += [title, *(f"  {count:>8}  {name}" for name, count in part.items())]
        lines += [f"gap: {gap}" for gap in self.gaps[:200]]
        lines.append(f"{len(self.gaps)} gaps" if self.gaps else "Everything is accounted for.")
        return "\n".join(lines)


def take_ledger(config: Config, folder: Path) -> Ledger:
    """Recount one data folder. StoreFault when its database is not there."""
    ledger, objects = Ledger(), _objects(config, folder)
    listed = {watched.name: list(_plain_files(Path(watched.path))) for watched in config.folders}  # first: what left a folder was journalled before
    query, close = _database(config, folder)
    try:
        deliveries = query("SELECT * FROM delivery ORDER BY sequence")
        every = query("SELECT * FROM document ORDER BY rowno")
        content = {row["id"]: row["sha256"] for row in deliveries}
        for row in every:
            row |= {"pages": json.loads(row["pages"]), "content": content.get(row["delivery_id"], "?")}
        documents = [row for row in every if row["status"] != REPLACED]
        _count(ledger, deliveries, documents)
        _check_originals(ledger, deliveries, documents, objects)
        _check_pages(ledger, deliveries, documents)
        _check_readings(ledger, documents, query, objects)
        _check_filings(ledger, every, query)
        _check_renditions(ledger, documents, objects)
        _check_once(ledger, documents)
        _check_items(ledger, every, query)
        _check_words(ledger, documents, query, INDEXED_ON_POSTGRES if config.index.url.startswith("postgres") else INDEXED_ON_SQLITE)
        trail = query("SELECT * FROM audit ORDER BY sequence")
        _check_chain(ledger, trail)
        _check_trail(ledger, deliveries, trail)
        _check_rows(ledger, every, trail)
        _check_acts(ledger, query, trail)
        check_people(ledger, documents, query, trail)
        check_verdicts(ledger, query)
        check_told_apart(ledger, query)
        check_corrections(ledger, query)
        _check_folders(ledger, listed, deliveries)
        _count_orphans(ledger, deliveries, every, query, objects)
    except sqlite3.Error as error:
        raise _unreadable(error) from None
    finally:
        close()
    return ledger


def read_trail(config: Config, folder: Path) -> tuple[list[Row], list[str]]:
    """The audit rows in order, and where their chain is broken."""
    ledger = Ledger()
    query, close = _database(config, folder)
    try:
        trail = query("SELECT * FROM audit ORDER BY sequence")
        _check_chain(ledger, trail)
    except sqlite3.Error as error:
        raise _unreadable(error) from None
    finally:
        close()
    return trail, ledger.gaps


def _database(config: Config, folder: Path) -> tuple[Query, Callable[[], None]]:
    url = config.index.url
    if url and not url.startswith("sqlite"):
        return _postgres(url)
    path = Path(url.partition("///")[2]) if url else folder / "index.db"
    if not path.exists():
        raise StoreFault(
            "There is no index database in this data folder.", next_step="Check CHARTROOM_DATA_DIR; `chartroom up` or `ingest` makes one."
        )
    try:
        conn = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
        conn.row_factory = sqlite3.Row
        conn.execute("BEGIN")  # one moment for all queries
    except sqlite3.Error as error:
        raise _unreadable(error) from None
    return lambda sql: [dict(row) for row in conn.execute(sql)], conn.close


def _postgres(url: str) -> tuple[Query, Callable[[], None]]:
    import psycopg
    from psycopg.rows import dict_row

    try:
        conn = psycopg.connect(re.sub(r"^postgresql\+\w+", "postgresql", url), row_factory=dict_row)
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    except psycopg.Error as error:
        raise _unreadable(error) from None
    return lambda sql: [dict(row) for row in conn.execute(sql).fetchall()], conn.close


def _unreadable(error: Exception) -> StoreFault:
    """By the error's kind alone: a driver's text may hold an address with its password."""
    return StoreFault(f"The index database cannot be read ({type(error).__name__}).", next_step="See that it is whole and its disk or server is up.")


class _Folder:
    """Objects of a filesystem store, read without its adapter."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def open(self, key: str) -> BinaryIO | None:
        try:
            return (self.root / key).open("rb")
        except OSError:
            return None

    def keys(self) -> Iterator[str]:
        return (str(p.relative_to(self.root)) for p in (self.root / "sha256").rglob("*") if re.fullmatch(r"[0-9a-f]{64}", p.name))


class _Adapter:
    """Objects of an S3 store, or sealed ones, through the store's adapter: it opens nothing that is not whole."""

    def __init__(self, config: Config, folder: Path) -> None:
        from workers.wire import open_objects

        self.objects = open_objects(config, folder)

    def open(self, key: str) -> BinaryIO | None:
        try:
            return self.objects.open(key)
        except StoreFault as fault:
            if not fault.permanent:  # a server that does not answer is no gap
                raise
            return None

    def keys(self) -> Iterator[str]:
        return self.objects.keys()


def _objects(config: Config, folder: Path) -> _Folder | _Adapter:
    return _Adapter(config, folder) if config.objects.kind == "s3" or config.objects.key_file else _Folder(folder / config.objects.path)


def _count(ledger: Ledger, deliveries: list[Row], documents: list[Row]) -> None:
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


def _check_originals(ledger: Ledger, deliveries: list[Row], documents: list[Row], objects: _Folder | _Adapter) -> None:
    """Every original is there bit for bit, and has no more pages than were accounted for."""
    read = {d["delivery_id"] for d in documents if d["pages"]}
    for row in deliveries:
        content = objects.open(row["object_key"])
        if content is None:
            ledger.gaps.append(f"file {row['id']}: the original is missing or has changed")
            continue
        with content:
            if _digest(content) != row["sha256"]:
                ledger.gaps.append(f"file {row['id']}: the original has changed")
            content.seek(0)
            counted = pages_in(content) if row["id"] in read else None
        if counted is not None and counted > (row["page_count"] or 0):
            ledger.gaps.append(f"file {row['id']}: the original has {counted} pages, {row['page_count']} accounted for")
    ledger.checked["originals"] = len(deliveries)


def _check_pages(ledger: Ledger, deliveries: list[Row], documents: list[Row]) -> None:
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


def _check_readings(ledger: Ledger, documents: list[Row], query: Query, objects: _Folder | _Adapter) -> None:
    """What was read on every page of a filed or held document is kept."""
    rows = query("SELECT sha256, page, object_key FROM reading")
    ledger.gaps += [
        f"the reading of page {row['page']} of content {row['sha256']} is missing" for row in rows if not _is_whole(row["object_key"], objects)
    ]
    kept = {(row["sha256"], row["page"]) for row in rows}
    for row in documents:
        if row["status"] in {"filed", "review"}:
            missing = [page for page in row["pages"] if (row["content"], page) not in kept]
            ledger.gaps += [f"document {row['id']}: page {page} has no reading" for page in missing]
    ledger.checked["readings"] = len(rows)


def _check_filings(ledger: Ledger, documents: list[Row], query: Query) -> None:
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


def _check_renditions(ledger: Ledger, documents: list[Row], objects: _Folder | _Adapter) -> None:
    """Every filed or held document has its PDF, with as many pages as the document; a held one may say that none could be made."""
    for row in documents:
        if row["status"] not in {"filed", "review"}:
            continue
        if row["status"] == "review" and _could_not_be_composed(row):
            continue
        if not _is_whole(row["object_key"], objects):
            ledger.gaps.append(f"document {row['id']}: its PDF is missing or has changed")
        elif (stream := objects.open(row["object_key"])) is not None:
            with stream:
                if (counted := pdf_pages(stream)) != len(row["pages"]):
                    ledger.gaps.append(f"document {row['id']}: its PDF has {counted} pages instead of {len(row['pages'])}")


def _check_once(ledger: Ledger, documents: list[Row]) -> None:
    """The content of a file stands in the index once, however often it was delivered."""
    owners: dict[str, set[str]] = defaultdict(set)
    for row in documents:
        if row["status"] in {"filed", "review"}:
            owners[row["content"]].add(row["delivery_id"])
    ledger.gaps += [f"the content of files {', '.join(sorted(ids))} stands in the index {len(ids)} times" for ids in owners.values() if len(ids) > 1]


def _is_whole(key: str | None, objects: _Folder | _Adapter) -> bool:
    stream = objects.open(key) if key else None
    if key is None or stream is None:
        return False
    with stream:
        return key.startswith("hmac/") or _digest(stream) == key.rpartition("/")[2]  # a keyed address says nothing here: its adapter has checked


def _could_not_be_composed(row: Row) -> bool:
    """Held because no PDF can be made of its pages; the original is checked like every other."""
    return row["object_key"] is None and "file.failed" in json.loads(row["reasons"])


def _check_items(ledger: Ledger, documents: list[Row], query: Query) -> None:
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


def _check_words(ledger: Ledger, documents: list[Row], query: Query, indexed: str) -> None:
    """Every filed or held document can be found by its words."""
    rows = {row["rowno"] for row in query("SELECT rowno FROM document_text")} & {row["rowno"] for row in query(indexed)}
    for row in documents:
        if row["status"] in {"filed", "review"} and row["rowno"] not in rows:
            ledger.gaps.append(f"document {row['id']} has no words in the search")
    ledger.checked["searchable documents"] = len(rows)


def _check_chain(ledger: Ledger, trail: list[Row]) -> None:
    """The audit rows form one chain: numbered without a gap, each holding the digest of the one before."""
    previous = "0" * 64
    for number, row in enumerate(trail, start=1):
        if row["sequence"] != number or row["previous"] != previous or _link(row) != row["digest"]:
            ledger.gaps.append(f"the audit trail is broken at row {row['sequence']}")
            break
        previous = row["digest"]
    ledger.checked["audit rows"] = len(trail)


def _check_trail(ledger: Ledger, deliveries: list[Row], trail: list[Row]) -> None:
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


def _check_rows(ledger: Ledger, documents: list[Row], trail: list[Row]) -> None:
    """Every document's row is as its last audit row sealed it, and every document of the trail is there."""
    last = {row["subject"]: row for row in trail if row["action"].startswith("document.")}
    for row in documents:
        entry = last.pop(row["id"], None)
        if entry is None or json.loads(entry["detail"]).get("row") != _row_seal(row):
            ledger.gaps.append(f"document {row['id']} differs from its last audit row")
    ledger.gaps += [f"document {name} of the audit trail is not in the index" for name in last]


def _check_acts(ledger: Ledger, query: Query, trail: list[Row]) -> None:
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


def _check_folders(ledger: Ledger, listed: dict[str, list[Path]], deliveries: list[Row]) -> None:
    """What lies in the watched folders: waiting files, and taken ones, each of which must have been taken in."""
    known = {(row["size"], row["sha256"]) for row in deliveries}
    waiting = 0
    for name, paths in listed.items():
        for path in paths:
            if ".taken" not in path.parts:
                waiting += 1
                continue
            with suppress(FileNotFoundError), path.open("rb") as stream:  # its days may be over by now
                if (path.stat().st_size, _digest(stream)) not in known:
                    ledger.gaps.append(f"a file was moved out of watched folder {name} that was never taken in")
    ledger.files["waiting in watched folders"] = waiting


def _plain_files(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _count_orphans(ledger: Ledger, deliveries: list[Row], documents: list[Row], query: Query, objects: _Folder | _Adapter) -> None:
    """Objects that no row names: leftovers of interrupted work, harmless."""
    named = {row["object_key"] for row in [*deliveries, *documents, *query(NAMED)]}
    ledger.checked["objects no row names"] = sum(key not in named for key in objects.keys())  # noqa: SIM118 - not a dict


def _link(row: Row) -> str:
    body = {key: row[key] for key in ("sequence", "at", "action", "subject", "actor")} | {"detail": json.loads(row["detail"])}
    sealed = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256((row["previous"] + sealed).encode()).hexdigest()


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := stream.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
