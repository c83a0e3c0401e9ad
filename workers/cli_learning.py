"""The commands of learning: making a version from what clerks agree on, and saying which version decides."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workers.cli_given import actor_given, installation, path_given, time_now

learning = typer.Typer()
models = typer.Typer(help="Versions of what was learnt, and which of them decides.", no_args_is_help=True)
By = Annotated[str, typer.Option(help="Who decides; default: the user of this computer.")]


@learning.command()
def train(
    *,
    examples: Annotated[
        Path | None,
        typer.Option(help="Folder with a sub-folder for each type, named as its slug: texts and PDFs.", metavar="FOLDER", parser=path_given),
    ] = None,
    by: By = "",
) -> None:
    """Make a version from what shipped and what two people agree on, examine it, and let it decide if nothing speaks against it."""
    from workers import show, show_learning
    from workers.train import train as make
    from workers.wire import connect

    settings, folder = installation()
    stores = connect(settings, folder)
    with show.progress("training", unit="documents") as bar:
        made = make(stores, settings, by=actor_given(by), now=time_now(), scratch=folder / "scratch", examples=examples, progress=bar)
    show_learning.trained(made)


@models.command("list")
def list_versions() -> None:
    """Every version, what it was learnt from, and why it does not decide."""
    from workers import show_learning
    from workers.versions import listed
    from workers.wire import connect

    show_learning.versions(listed(connect(*installation())))


@models.command()
def promote(version: Annotated[str, typer.Argument(metavar="VERSION", help="As v3.")], by: By = "") -> None:
    """Let a shadow decide that was asked on 200 filed documents and was not worse than the live version."""
    from workers.versions import promote as let_decide
    from workers.wire import connect

    done = let_decide(connect(*installation()), version, actor=actor_given(by), now=time_now())
    typer.echo(f"{done.name} decides from the next file on")


@models.command()
def rollback(by: By = "") -> None:
    """Go one step back: the version before the live one decides from the next file on, or what shipped."""
    from workers.versions import roll_back
    from workers.wire import connect

    gone, back = roll_back(connect(*installation()), actor=actor_given(by), now=time_now())
    typer.echo(f"{gone} is retired; {back} decides from the next file on")


@models.command()
def weights() -> None:
    """Show how often identifiers of one person agree on this installation's documents, beside the weights that ship. Changes nothing."""
    from workers import show_learning
    from workers.weigh import weigh_own
    from workers.wire import connect

    settings, folder = installation()
    show_learning.weights(*weigh_own(connect(settings, folder), settings.match))
