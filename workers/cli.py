"""The command line `chartroom`: reads the words, calls the worker that does it, prints what a person wants to know."""

from __future__ import annotations

import itertools
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from pipeline.sheets import SheetKind
from schemas.faults import Fault, InputFault
from workers.cli_given import actor_given, installation, path_given, time_now
from workers.cli_keeping import db, keeping, keys
from workers.cli_learning import learning, models
from workers.cli_patients import patients
from workers.cli_services import services
from workers.cli_users import users

app = typer.Typer(
    help="Takes in outside medical records: reads them, says what and whose they are, files what is certain, asks about the rest.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
documents = typer.Typer(help="Documents and what became of them.", no_args_is_help=True)
review = typer.Typer(help="The review queue, without a browser.", no_args_is_help=True)
config = typer.Typer(help="The configuration.", no_args_is_help=True)
GROUPS = {"patients": patients, "documents": documents, "review": review, "models": models, "users": users, "keys": keys, "db": db, "config": config}
app.add_typer(services)
app.add_typer(keeping)
app.add_typer(learning)
for name, group in GROUPS.items():
    app.add_typer(group, name=name)


@app.command()
def demo(
    *,
    serve: Annotated[bool, typer.Option(help="Leave the application running afterwards.")] = True,
    people: Annotated[int, typer.Option(help="How many sample people to make.", min=100)] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of the sample set.")] = 7,
) -> None:
    """Make sample people and scans, run them through, and serve the review queue.

    Everything is synthetic and lives in its own data folder (var/demo unless CHARTROOM_DATA_DIR is set).
    """
    from workers.demo import run_demo

    run_demo(people=people, seed=seed, serve=serve)


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders with everything below them.", metavar="PATH…", parser=path_given)],
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Return when every file has settled; works without `chartroom up`.")] = False,
) -> None:
    """Take in files and folders as if they had been dropped, leaving them where they are.

    The same file given twice is taken in once. Without --wait the files are journalled and `chartroom up` reads them.
    """
    from store import documents as rows
    from store.database import reading
    from workers import show
    from workers.disk import least_room
    from workers.ingest import count_settled, hands, wait_until_settled
    from workers.ingest import ingest as take_in
    from workers.settings import read_settings
    from workers.supervise import log_to
    from workers.wire import connect

    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise InputFault(f"There is no file or folder {path}.", next_step="Check the path.")
    settings = read_settings()
    stores = connect(settings.config, settings.data_dir)
    own = hands(settings, stores, log_to(settings.data_dir / "run" / "ingest.log")) if wait else nullcontext(lambda: None)
    with own as look_after:
        with show.progress("taking in", unit="files") as bar:
            taken = itertools.count(1)
            free = lambda: least_room(settings.config, settings.data_dir).free  # noqa: E731
            intake = take_in(paths, settings.config, stores, on_file=lambda _: bar(next(taken), None), free=free)
        ids = [delivery.id for delivery in intake.deliveries]
        if wait:
            with show.progress("reading and filing", unit="files") as bar:
                wait_until_settled(ids, stores, look_after, progress=bar)
    with reading(stores.index) as conn:
        records = [record for name in dict.fromkeys(ids) for record in rows.of_delivery(conn, name)]
    show.outcome(records, waiting=len(set(ids)) - count_settled(list(set(ids)), stores))
    show.not_taken(intake.refused, intake.unreadable)
    if intake.unreadable:
        raise typer.Exit(1)


@documents.command()
def export(
    *,
    format_: Annotated[str, typer.Option("--format", help="jsonl or csv.", metavar="jsonl|csv")] = "jsonl",
    output: Annotated[Path | None, typer.Option(help="File to write; standard output without it.", metavar="FILE", parser=path_given)] = None,
) -> None:
    """One line per document: source pages, status, type, patient, fields, reasons."""
    from workers.export import write_export
    from workers.wire import connect

    if format_ not in {"jsonl", "csv"}:
        raise typer.BadParameter("jsonl or csv", param_hint="--format")
    settings, folder = installation()
    write_export(connect(settings, folder), format_, output)


@documents.command("show")
def show_document(
    document_id: Annotated[str, typer.Argument(metavar="ID")],
    *,
    spans: Annotated[bool, typer.Option("--spans", help="Besides, every label, title, field and cut found on its words.")] = False,
) -> None:
    """One document with its fields, candidates and evidence."""
    from store import documents as rows
    from store import merges
    from store.database import reading
    from workers import show
    from workers.wire import connect

    settings, folder = installation()
    stores = connect(settings, folder)
    with reading(stores.index) as conn:
        record = rows.get(conn, document_id)
        survivor = merges.survivor(conn, record.patient_mrn) if record and record.patient_mrn else ""
    if record is None:
        raise InputFault(f"There is no document {document_id}.", next_step="`chartroom search` and `documents export` give the ids.")
    show.document(record, survivor)
    if spans:
        from workers.spans import spans_of

        show.spans(*spans_of(stores, settings, document_id))


@app.command()
def separators(
    *,
    output: Annotated[Path, typer.Option(help="The PDF to write.", metavar="FILE", parser=path_given)],
    kind: Annotated[SheetKind, typer.Option(help="What begins after the sheet.")] = SheetKind.DOCUMENT,
    request: Annotated[str, typer.Option(help="The number of the request that the pages answer; exported with them.", metavar="NUMBER")] = "",
    count: Annotated[int, typer.Option(help="How many sheets.", min=1, max=1000)] = 1,
) -> None:
    """Print separator sheets to lay between documents. Only this installation obeys them."""
    from workers.separators import print_sheets

    print_sheets(output, installation()[1], kind, request, count)
    typer.echo(f"{output}: {count} sheet{'s' if count > 1 else ''} to print. They may be copied and used again.")


@app.command()
def search(
    query: Annotated[list[str], typer.Argument(metavar="QUERY", help='Words, "a phrase", prefix*, or mrn:123 type:ecg status:review.')],
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
) -> None:
    """Find documents by their words and fields."""
    from store import documents as rows
    from store import merges
    from store.database import reading
    from store.search import search as find
    from workers import show
    from workers.wire import connect

    settings, folder = installation()
    with reading(connect(settings, folder).index) as conn:
        found = find(conn, " ".join(query), limit=limit)
        records = [rows.get(conn, hit.document_id) for hit in found]
        show.hits(found, records, merges.survivors(conn, [record.patient_mrn for record in records if record and record.patient_mrn]))


@review.command("list")
def list_items(limit: Annotated[int, typer.Option(min=1, max=100_000)] = 50) -> None:
    """What waits for a decision, most urgent and oldest first."""
    from store import documents as rows
    from store import queue
    from store.database import reading
    from workers import show
    from workers.wire import connect

    settings, folder = installation()
    with reading(connect(settings, folder).index) as conn:
        items = queue.open_items(conn, limit=limit)
        show.queue(items, [rows.get(conn, item.document_id) for item in items], now=time_now())


@review.command("show")
def show_item(item_id: Annotated[str, typer.Argument(metavar="ITEM")]) -> None:
    """One item: why it is here, the candidates, and what speaks for and against each."""
    from store import documents as rows
    from store import merges, queue
    from store.database import reading
    from workers import show
    from workers.wire import connect

    settings, folder = installation()
    with reading(connect(settings, folder).index) as conn:
        item = queue.get(conn, item_id)
        record = rows.get(conn, item.document_id) if item else None
        survivor = merges.survivor(conn, record.patient_mrn) if record and record.patient_mrn else ""
    if item is None or record is None:
        raise InputFault(f"There is no review item {item_id}.", next_step="`chartroom review list` gives the ids.")
    show.item(item, record, survivor)


@review.command()
def resolve(
    item_id: Annotated[str, typer.Argument(metavar="ITEM")],
    *,
    patient: Annotated[str, typer.Option(help="File it to this MRN.", metavar="MRN")] = "",
    kind: Annotated[str, typer.Option("--type", help="Document type; default: the proposed one.", metavar="SLUG")] = "",
    set_aside: Annotated[str, typer.Option(help="Set it aside for this reason code (duplicate.near, cover, …).", metavar="REASON")] = "",
    quarantine: Annotated[str, typer.Option(help="Quarantine it for this reason code (file.corrupt, …).", metavar="REASON")] = "",
    anyway: Annotated[bool, typer.Option("--anyway", help="File it to a patient whom nothing on the page proposed.")] = False,
    two_people: Annotated[bool, typer.Option("--two-people", help="The entries suspected to be one person are not.")] = False,
    by: Annotated[str, typer.Option(help="Who decides; default: the user of this computer.")] = "",
) -> None:
    """Decide a review item: file it to a patient, set it aside, or quarantine it."""
    from schemas.decision import Wish
    from workers.merge import decide_item
    from workers.wire import connect

    if sum(map(bool, (patient, set_aside, quarantine))) != 1:
        raise typer.BadParameter("give exactly one of --patient, --set-aside, --quarantine")
    settings, folder = installation()
    stores, wish = connect(settings, folder), Wish(patient, kind, set_aside, quarantine, anyway, two_people=two_people)
    record = decide_item(stores, settings, item_id, wish, actor=actor_given(by), now=time_now())
    typer.echo(f"{record.id} {record.status.value}{'' if record.evidence.get('decisions') else ', until somebody else says the same'}")


@config.command()
def explain() -> None:
    """Every setting, its value, and where the value came from."""
    from workers import show
    from workers.settings import explain as explain_settings
    from workers.settings import read_settings

    show.settings(explain_settings(read_settings()))


def main() -> None:
    """Run a command; a fault is one line and exit code 1, wrong usage exit code 2. No traceback reaches the terminal."""
    try:
        app(standalone_mode=True)
    except Fault as fault:
        sys.stderr.write(f"chartroom: {fault}\n")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except UnicodeEncodeError:
        sys.stderr.write("chartroom: An argument is not UTF-8 text.\n")
        sys.exit(2)
    except Exception as error:  # noqa: BLE001 - whatever it is, a person reads one line
        sys.stderr.write(f"chartroom: {_unexpected(error)}\n")
        sys.exit(1)


def _unexpected(error: Exception) -> str:
    from workers.crash import write_crash
    from workers.settings import data_folder

    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename} cannot be used ({error.strerror}). Check the path, its permissions and the disk."
    log = write_crash(error, data_folder(os.environ), time_now())
    return f"Something unexpected happened: {type(error).__name__}. " + (
        f"Show {log} to IT; it holds no patient data." if log else "The data folder cannot be written."
    )


if __name__ == "__main__":
    main()
