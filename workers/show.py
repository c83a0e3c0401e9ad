"""What the command line shows: tables that fit a terminal, progress bars, colours only on a terminal."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from schemas.access import User
from schemas.faults import StoreFault
from schemas.reasons import explain
from schemas.record import DocumentRecord, DocumentStatus, ReviewItem
from schemas.source import visible
from workers.show_match import match_of, standing

if TYPE_CHECKING:
    from pipeline.ports import Described
    from workers.follow import Followed

out = Console(highlight=False, width=None if sys.stdout.isatty() else 200)  # into a file or a pipe nothing is cut
notes = Console(stderr=True, highlight=False)
FILING = "automatic filing"  # the part of the status with a line a source
WATCH_SECONDS = 3.0  # between two looks of `status --watch`
COLOURS = {"filed": "green", "review": "yellow", "quarantined": "red", "set_aside": "dim"}


@contextmanager
def progress(label: str, *, unit: str, total: float | None = None) -> Iterator[Callable[..., None]]:
    """A progress bar on a terminal, nothing elsewhere; the function it gives takes (done, of), and if wanted a few words on what is under way."""
    count = MofNCompleteColumn() if unit != "bytes" else TextColumn("{task.percentage:>3.0f} %")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), count, TimeElapsedColumn())
    with Progress(*columns, console=notes, disable=not notes.is_terminal, transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done, of, note="": bar.update(task, completed=done, total=of, description=f"{label} ({note})" if note else label)


def outcome(records: Sequence[DocumentRecord], waiting: int = 0, *, at_most: int = 60) -> None:
    """What became of every page: a line a document when there are not too many, the sums always."""
    if 0 < len(records) <= at_most:
        table = _table("file", "pages", "became", "type", "why")
        for r in records:
            table.add_row(_name(r.source_name), ranges(r.pages), _status(r.status), r.document_type or "", _why(r))
        out.print(table)
    _sums(records)
    if waiting:
        out.print(f"{waiting} files wait to be read: `chartroom up` reads them.")


def _sums(records: Sequence[DocumentRecord]) -> None:
    documents = Counter(r.status.value for r in records)
    pages = Counter[str]()
    for r in records:
        pages[r.status.value] += len(r.pages)
    table = _table("", "documents", "pages", right={1, 2})
    for status in DocumentStatus:
        table.add_row(_status(status), str(documents[status.value]), str(pages[status.value]))
    table.add_row("[bold]all[/]", f"[bold]{documents.total()}[/]", f"[bold]{pages.total()}[/]")
    out.print(table)
    held = Counter(code for r in records if r.status != DocumentStatus.FILED for code in r.reasons[:1])
    for code, count in held.most_common():
        out.print(f"  {count:>4}  {code:<28} {explain(code).sentence}")


def not_taken(refused: Sequence[tuple[str, str]], unreadable: Sequence[tuple[str, str]]) -> None:
    """What was passed over or could not be read, each with why."""
    for name, kind in refused:
        notes.print(f"not taken: {_name(name)}: a {kind}, not a file. {explain('file.refused').next_step}")
    for name, why in unreadable:
        notes.print(f"[red]not taken[/]: {_name(name)}: {why}")


def document(record: DocumentRecord, survivor: str = "") -> None:
    """One document with its fields, candidates and evidence. `survivor` is the number that stands for its patient's today."""
    out.print(f"[bold]{record.id}[/]  {_status(record.status)}  {_plain(record.source_name)}  pages {ranges(record.pages)}")
    kind = record.document_type or "none"
    sure = f" ({record.document_type_confidence:.2f})" if record.document_type_confidence is not None else ""
    out.print(f"type {kind}{sure}   LOINC {record.loinc or '–'}   patient {_patient(record, survivor)}   object {record.object_key or '–'}")
    _type(record)
    _made_by(record)
    _reasons(record.reasons)
    _fields(record)
    for part in match_of(record):
        out.print(part)
    if twice := record.evidence.get("match", {}).get("twice"):
        out.print(f"Probably one person: {_plain(', '.join(twice))}. `chartroom patients merge OLD SURVIVOR` says so.")
    if wanting := record.evidence.get("wanting"):
        out.print(f"It would settle it: {_plain('; '.join(wanting))}")
    _checks(record)
    for line in (*record.evidence.get("cut", ()), *record.evidence.get("links", ())):
        out.print(f"[dim]{_plain(str(line))}[/]")


def _patient(record: DocumentRecord, survivor: str) -> str:
    mrn = _plain(record.patient_mrn or "–")
    return f"{_plain(survivor)} (filed as {mrn})" if survivor and survivor != record.patient_mrn else mrn


def spans(told: Described, cost: float) -> None:
    """What language finds on the words of a document, its likeliest types by text alone, and whether it names one person."""
    table = _table("found", "called", "page", "printed", "says", "sure", right={5})
    for one in told.found:
        printed = one.text if one.group != "segments" else ""
        sure = "" if one.confidence is None else f"{one.confidence:.2f}"
        table.add_row(one.group, _plain(one.label), str(one.page), _plain(printed), _plain(" – ".join(filter(None, (one.value, one.rule)))), sure)
    out.print(table)
    best = sorted(told.shares, key=lambda slug: -told.shares[slug])[:3]
    out.print(f"{told.words} words; by text alone {', '.join(f'{slug} {told.shares[slug]:.2f}' for slug in best)}")
    out.print(f"patient guard: {'two people are named' if told.two_patients else 'one person'}; {cost:.1f} ms of processor time a page")


def _type(record: DocumentRecord) -> None:
    """What the type was told by: the title line, the weightiest words, the folder, and why it is asked."""
    told = record.evidence.get("type") or {}
    if folder := told.get("folder"):
        out.print(f"[dim]folder[/] {_plain(folder)} ({told['folder_confidence']:.2f})")
    for name, said in (("title", told.get("title")), ("words", ", ".join(told.get("words", ()))), ("why asked", told.get("why"))):
        if said:
            out.print(f"[dim]{name}[/] {_plain(said)}")


def _made_by(record: DocumentRecord) -> None:
    """Which version of what was learnt decided, under which thresholds, and what one that looks on would have said."""
    made_by, shadow = record.evidence.get("versions") or {}, record.evidence.get("shadow")
    if "model" in made_by:
        out.print(f"[dim]decided by[/] model {_plain(str(made_by['model']))}, thresholds {_plain(str(made_by.get('thresholds', '?')))}")
    if shadow:
        out.print(f"[dim]shadow v{shadow['model']}[/] {_plain(shadow['type'])}{'' if shadow['sure'] else ', not surely'}")


def _checks(record: DocumentRecord) -> None:
    """Pages that are not here, the signature, and labels of special protection."""
    for line in record.evidence.get("missing", ()):
        out.print(f"[yellow]missing[/]  {_plain(str(line))}")
    if signature := record.evidence.get("signature"):
        out.print(f"signature {signature['state']}, page {signature['page']}: {_plain(signature['why'])}")
    for label in record.evidence.get("labels", ()):
        out.print(f"[red]{_plain(label['name'])}[/]  pages {ranges(label['pages'])}: {_plain(', '.join(label['words']))}")


def _reasons(codes: Sequence[str]) -> None:
    for code in codes:
        out.print(f"[yellow]{code}[/]  {explain(code).sentence} {explain(code).next_step}")


def _fields(record: DocumentRecord) -> None:
    if record.fields:
        table = _table("field", "value", "page", "sure", "found")
        for name, field in record.fields.items():
            rivals = f"  or {_plain(', '.join(field.rivals))}" if field.rivals else ""
            table.add_row(name, _plain(field.value), str(field.page), f"{field.confidence:.2f}", _plain(field.rule) + rivals)
        out.print(table)


def item(entry: ReviewItem, record: DocumentRecord, survivor: str = "") -> None:
    """One review item: what is asked, then the document; of a blind check nothing that was decided about it."""
    out.print(f"item [bold]{entry.id}[/]  since {entry.opened_at:%Y-%m-%d %H:%M} UTC  {entry.priority}")
    if not (entry.blind or entry.known):
        document(record, survivor)
        return
    out.print(f"{_plain(record.source_name)}  pages {ranges(record.pages)}  object {record.object_key or '–'}")
    _reasons(entry.reasons)
    _fields(record)


def queue(items: Sequence[ReviewItem], records: Sequence[DocumentRecord | None], *, now: datetime) -> None:
    """The review queue as a table."""
    table = _table("item", "age", "file", "pages", "type", "why")
    for entry, record in zip(items, records, strict=True):
        if record:
            kind = "" if entry.blind else record.document_type or ""
            why = explain(entry.reasons[0]).sentence if entry.reasons else ""
            table.add_row(entry.id, age(entry.opened_at, now), _name(record.source_name), ranges(record.pages), kind, why)
    out.print(table if items else "Nothing waits.")


def followed(done: Followed) -> None:
    """What matching documents again did, where there was anything to do."""
    weighed, came = done
    if weighed:
        out.print(f"{weighed} held document{'s' if weighed > 1 else ''} matched again: {came.filed} filed, {came.changed} held otherwise")
    if came.doubtful:
        out.print(f"{came.doubtful} filed before and doubtful now: asked about in the review queue, and filed as before until somebody decides")


def hits(found: Sequence[Any], records: Sequence[DocumentRecord | None], stands_for: Mapping[str, str]) -> None:
    """What a search found, patients under the numbers that stand for theirs."""
    table = _table("document", "became", "type", "patient", "text")
    for hit, record in zip(found, records, strict=True):
        if record:
            mrn = stands_for.get(record.patient_mrn or "", record.patient_mrn or "")
            table.add_row(hit.document_id, _status(record.status), record.document_type or "", _plain(mrn), _plain(" ".join(hit.snippet.split())))
    out.print(table if found else "Nothing found.")


def status(state: dict[str, Any]) -> None:
    """Depths, ages and health."""
    out.print(_status_tables(state))


def watching(look: Callable[[], dict[str, Any]]) -> None:
    """The same, anew every few seconds, until Ctrl-C; while a store does not answer, that is what is shown."""
    with Live(console=out, screen=out.is_terminal, auto_refresh=False, vertical_overflow="crop") as live, suppress(KeyboardInterrupt):
        while True:
            live.update(_looked_at(look), refresh=True)
            time.sleep(WATCH_SECONDS)


def _looked_at(look: Callable[[], dict[str, Any]]) -> RenderableType:
    try:
        return _status_tables(look())
    except StoreFault as fault:
        return _plain(str(fault))


def _status_tables(state: dict[str, Any]) -> Group:
    tables = []
    for part, values in state.items():
        table = _table(part, "")
        for key, value in values.items():
            table.add_row(key, standing(value) if part == FILING and isinstance(value, dict) else _said(value))
        tables.append(table)
    return Group(*tables)


def _said(value: Any) -> str:
    """Several values in one cell, a line each."""
    if isinstance(value, dict):
        return "\n".join(f"{name}: {_plain(str('–' if one is None else one))}" for name, one in value.items())
    return _plain(str(value))


def settings(rows: Sequence[tuple[str, Any, str]]) -> None:
    """Every setting with its value and origin."""
    table = _table("setting", "value", "from")
    for key, value, origin in rows:
        table.add_row(key, _plain(str(value)), origin)
    out.print(table)


def people(users: Sequence[User]) -> None:
    """Accounts as a table."""
    table = _table("name", "as others see it", "roles", "state")
    for user in users:
        state = "disabled" if not user.active else "active" if user.password_hash else "invited"
        table.add_row(user.name, _plain(user.display), ", ".join(user.roles), state)
    out.print(table if users else "Nobody has an account yet: `chartroom up` prints a link for the first.")


def ranges(pages: Sequence[int]) -> str:
    """1-3,5 for (1, 2, 3, 5)."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return ",".join(str(r[0]) if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)


def age(since: datetime, now: datetime) -> str:
    """3 min, 5 h, 2 d."""
    minutes = int((now - since).total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} d"


def _table(*heads: str, right: frozenset[int] | set[int] = frozenset()) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place in right else "left", overflow="fold", no_wrap=head in {"item", "document", "age", "pages"})
    return table


def _status(status: DocumentStatus) -> str:
    return f"[{COLOURS[status.value]}]{status.value}[/]"


def _why(record: DocumentRecord) -> str:
    return record.reasons[0] if record.reasons else ""


def _plain(text: str) -> str:
    """Text from outside: it neither commands the terminal nor counts as markup."""
    return escape(visible(text))


def _name(name: str) -> str:
    return _plain(name if len(name) <= 40 else f"{name[:18]}…{name[-21:]}")
