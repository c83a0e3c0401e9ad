"""The commands that look after what is kept: recounting, backups, reading for rot, keys, and moving the index."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from workers.cli_given import installation, path_given, time_now

keeping = typer.Typer()
keys = typer.Typer(help="The keys that seal what is kept.", no_args_is_help=True)
db = typer.Typer(help="The index database.", no_args_is_help=True)


@keeping.command()
def audit(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    chain: Annotated[bool, typer.Option("--chain", help="Prove the audit trail alone: its chain, and the seals kept in a second place.")] = False,
) -> None:
    """Recount everything from folder, database and store, with code of its own. Exit code 1 on any gap."""
    from workers.audit import take_ledger

    if chain:
        from workers.seal import prove_chain

        proof = prove_chain(*installation())
        typer.echo(proof.as_json() if as_json else proof.as_text())
        raise typer.Exit(1 if proof.gaps else 0)
    ledger = take_ledger(*installation())
    typer.echo(ledger.as_json() if as_json else ledger.as_text())
    raise typer.Exit(1 if ledger.gaps else 0)


@keeping.command()
def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", parser=path_given, help="Where to; a second backup there copies what is new.")],
) -> None:
    """Copy index and objects into a folder, while everything runs. Only a backup with a manifest is whole."""
    from workers import show
    from workers.backup import back_up
    from workers.wire import connect

    settings, data_dir = installation()
    with show.progress("copying", unit="objects") as bar:
        made = back_up(settings, data_dir, connect(settings, data_dir), folder, now=time_now(), progress=bar)
    typer.echo(f"{sum(table.rows for table in made.tables)} rows, {len(made.objects.all)} objects, {made.objects.new} of them new")
    for keys_ in made.left_out:
        typer.echo(f"not in it, to be kept apart: {keys_}")
    for key in made.objects.mended:
        typer.echo(f"{key}: had changed in size in the backup and was copied again; see to the backup's disk", err=True)
    _tell_spoilt(made.objects.bad, "restore it from an older backup")
    if made.objects.mended:
        raise typer.Exit(1)


@keeping.command()
def restore(folder: Annotated[Path, typer.Argument(metavar="FOLDER", parser=path_given, help="A folder made by `chartroom backup`.")]) -> None:
    """Bring a backup back into an empty installation. Files taken in after the backup go back to their watched folders."""
    from workers import show
    from workers.backup import hold_still
    from workers.backup import restore as bring_back

    settings, data_dir = installation()
    hold_still(settings, data_dir)
    with show.progress("copying", unit="objects") as bar:
        back = bring_back(settings, data_dir, folder, progress=bar)
    typer.echo(
        f"{back.rows} rows, {len(back.objects.all)} objects; {back.taken_again} files put back to be taken in again. Now run `chartroom audit`."
    )
    _tell_spoilt(back.objects.bad, "it is spoilt in the backup; restore it from another one")


def _tell_spoilt(keys: Sequence[str], next_step: str) -> None:
    """Exit with 1 when objects could not be copied; all others were."""
    for key in keys:
        typer.echo(f"{key}: missing or changed; {next_step}", err=True)
    if keys:
        raise typer.Exit(1)


@keeping.command()
def scrub(*, everything: Annotated[bool, typer.Option("--all", help="Read all objects, not only today's share.")] = False) -> None:
    """Read a share of the object store from end to end. Exit code 1 when something is missing or has changed."""
    from workers import show
    from workers.scrub import missing_key
    from workers.scrub import scrub as read_share
    from workers.wire import connect

    settings, folder = installation()
    stores, days = connect(settings, folder), 1 if everything else settings.objects.scrub_days
    with show.progress("reading", unit="objects") as bar:
        result = read_share(stores, days=days, now=time_now(), progress=lambda done: bar(done, None))
    if fault := missing_key(stores, result.bad):
        raise fault
    for key in result.bad:
        typer.echo(f"{key}: missing or changed; restore it from the backup", err=True)
    typer.echo(f"{result.read} objects read, {len(result.bad)} bad")
    raise typer.Exit(1 if result.bad else 0)


@db.command("copy")
def copy_database(
    source: Annotated[str, typer.Argument(metavar="FROM", help="sqlite:///path or postgresql://…")],
    target: Annotated[str, typer.Argument(metavar="TO", help="An empty database of either kind.")],
) -> None:
    """Copy the whole index into an empty database and compare every table, while nothing runs. Then set index.url and engine.url."""
    from store.copying import copy_index
    from store.database import open_index, open_to_read
    from workers import show
    from workers.backup import hold_still

    hold_still(*installation())
    filled = open_to_read(source)
    with show.progress("copying", unit="rows") as bar:
        tables = copy_index(filled, open_index(target), progress=bar)
    for table in tables:
        typer.echo(f"{table.rows:>10}  {table.name}  {table.digest[:12]}")
    typer.echo("every table is equal on both sides")


@keys.command("create")
def create_keys() -> None:
    """Make the key file that objects.key_file names. Back it up apart from the data: without it, nothing sealed can ever be read."""
    from workers.keys import create_keys as create

    typer.echo(f"key {create(installation()[0])} seals what is kept from now on; back the key file up, apart from the data")


@keys.command("rotate")
def rotate_keys() -> None:
    """Add a key that wraps from now on. Restart what runs, then `chartroom keys rewrap` brings older objects under it."""
    from workers.keys import rotate_keys as rotate

    typer.echo(f"key {rotate(installation()[0])} wraps from now on; restart what runs, then `chartroom keys rewrap`")


@keys.command("rewrap")
def rewrap_keys() -> None:
    """Wrap the keys of all sealed objects under the current key. Contents are not touched; safe to stop and repeat."""
    from workers import show
    from workers.keys import rewrap
    from workers.wire import open_objects

    with show.progress("wrapping", unit="objects") as bar:
        renewed = rewrap(open_objects(*installation()), progress=lambda done: bar(done, None))
    typer.echo(f"{renewed} object keys wrapped anew")


@keys.command("status")
def key_status() -> None:
    """Which key wraps, and how many objects are sealed."""
    from workers.keys import key_state
    from workers.wire import open_objects

    config, folder = installation()
    state = key_state(config, open_objects(config, folder))
    typer.echo(f"key {state.current} wraps; {state.sealed} objects sealed, {state.plain} kept plain from before")
