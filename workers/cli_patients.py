"""The commands on the patient index: import, merge, unmerge, rematch. Each also does what one that was killed left to do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from schemas.faults import InputFault
from schemas.source import visible
from workers.cli_given import actor_given, installation, time_now

patients = typer.Typer(help="The patient index.", no_args_is_help=True)


@patients.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV with the columns below, in any order.")],
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Import nothing when a column of the file is not one of these.")] = False,
) -> None:
    """Add or update people of the patient index from CSV.

    Columns: mrn,last_name,first_name,middle_name,suffix,sex,dob,ssn_last4,phone,address_line,city,state,zip,previous_last_name,deceased_date
    (UTF-8, ISO dates, empty = unknown). A bad row is reported with its line number and skipped; a column of another name is named and passed over.

    Safe to repeat, also after it was killed: rows that are in the index already are only compared, which takes a fraction of the time,
    and documents that were still to be matched again are.
    """
    from workers import show
    from workers.follow import follow_up
    from workers.patients import import_patients, strange_columns
    from workers.wire import connect

    settings, folder = installation()
    strange = [_passed_over(name, meant) for name, meant in strange_columns(file).items()]
    if strange and strict:
        raise InputFault(" ".join(strange), next_step="Nothing was imported. Rename or remove it, or leave --strict out.")
    for said in strange:
        typer.echo(said, err=True)
    stores = connect(settings, folder)
    with show.progress("importing", unit="bytes", total=file.stat().st_size) as bar:
        report = import_patients(file, stores, now=time_now(), progress=lambda done: bar(done, file.stat().st_size))
    for bad in report.bad[:50]:
        typer.echo(f"line {bad.line}: skipped: {bad.problem}", err=True)
    if len(report.bad) > 50:
        typer.echo(f"… and {len(report.bad) - 50} more bad rows", err=True)
    if not report.bad and not sum(report.count):
        typer.echo("There are no rows below the header: nothing to import.", err=True)
    typer.echo(f"{report.count.new} new, {report.count.changed} changed, {report.count.same} unchanged, {len(report.bad)} skipped")
    with show.progress("matching again", unit="documents") as bar:
        followed = follow_up(stores, settings, now=time_now(), progress=bar)
    show.followed(followed)
    if report.bad and not sum(report.count):
        raise typer.Exit(1)


@patients.command()
def merge(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The MRN that is given up.")],
    survivor: Annotated[str, typer.Argument(metavar="SURVIVOR", help="The MRN that stands for both from now on.")],
    by: Annotated[str, typer.Option(help="Who decides; default: the user of this computer.")] = "",
) -> None:
    """Say that two entries of the index are one person. Documents are not rewritten: they show under the survivor.

    Held documents are matched again; filings that become doubtful are put into the review queue. Safe to repeat.
    """
    from workers import show
    from workers.merge import merge_entries
    from workers.wire import connect

    settings, folder = installation()
    moved = merge_entries(connect(settings, folder), settings, old, survivor, actor=actor_given(by), now=time_now())
    typer.echo(f"{visible(moved.survivor)} {'stands' if moved.new else 'stood already'} for {visible(old)}. {_shown(moved.documents, old)} it.")
    if moved.against:
        typer.echo(
            f"Against their being one person: {', '.join(moved.against)}. `chartroom patients unmerge {visible(old)}` takes it back.", err=True
        )
    show.followed(moved.followed)


@patients.command()
def unmerge(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The MRN that stands for itself again.")],
    by: Annotated[str, typer.Option(help="Who decides; default: the user of this computer.")] = "",
) -> None:
    """Take a merge back. What was filed to the survivor meanwhile is put into the review queue. Safe to repeat."""
    from workers import show
    from workers.merge import unmerge_entry
    from workers.wire import connect

    settings, folder = installation()
    moved = unmerge_entry(connect(settings, folder), settings, old, actor=actor_given(by), now=time_now())
    parted = f"is parted from {visible(moved.survivor)}" if moved.new else "was parted already"
    typer.echo(f"{visible(old)} {parted}. {_shown(moved.documents, old)} {visible(old)} again.")
    show.followed(moved.followed)


@patients.command()
def rematch() -> None:
    """Match every held document again with the index as it is now. Import, merge and unmerge do so by themselves."""
    from workers import show
    from workers.follow import weigh_held
    from workers.wire import connect

    settings, folder = installation()
    with show.progress("matching again", unit="documents") as bar:
        done = weigh_held(connect(settings, folder), settings, now=time_now(), progress=bar)
    show.followed(done)


def _passed_over(name: str, meant: str) -> str:
    return f"The column `{visible(name)}` is not read{f': did you mean `{meant}`?' if meant else '.'}"


def _shown(count: int, mrn: str) -> str:
    """How many documents show elsewhere now, as the beginning of a sentence."""
    return f"{count} document{'s' if count != 1 else ''} filed under {visible(mrn)} show{'s' if count == 1 else ''} under"
