"""The commands `chartroom users …`: accounts and tokens of the review application, for whoever may log in to this computer."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from workers.settings import Settings, read_settings

if TYPE_CHECKING:
    from workers.users import Desk

users = typer.Typer(help="Who may sign in to the review application, and tokens for programs.", no_args_is_help=True)


@users.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    *,
    role: Annotated[list[str], typer.Option(help="scanner, clerk, lead, privacy or it; repeat it for several.", metavar="ROLE")],
    display: Annotated[str, typer.Option(help="The name as others see it.", metavar="NAME")] = "",
) -> None:
    """Make an account and print its one-time link."""
    from workers.users import add_user as add

    settings = read_settings()
    _print_link(settings, add(desk_of(settings), name, role, display))


@users.command("list")
def list_users() -> None:
    """Every account with its roles and state."""
    from workers import show
    from workers.users import everybody

    show.people(everybody(desk_of(read_settings()).index))


@users.command("link")
def link_user(name: Annotated[str, typer.Argument(help="The name signed in with.")]) -> None:
    """Print a new one-time link, for a forgotten password or a lost phone; links before it end."""
    from workers.users import link_user as link

    settings = read_settings()
    _print_link(settings, link(desk_of(settings), name))


@users.command("disable")
def disable_user(
    name: Annotated[str, typer.Argument(help="The name signed in with.")],
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Enable it again.")] = False,
) -> None:
    """Disable an account: its sessions, links and tokens end at once. What it did stays on record."""
    from workers.users import switch_user

    switch_user(desk_of(read_settings()), name, active=undo)
    typer.echo(f"{name} {'enabled' if undo else 'disabled'}")


@users.command("token")
def token(
    name: Annotated[str, typer.Argument(help="The account that the program acts as.")],
    *,
    days: Annotated[int, typer.Option(help="How long it works.", min=1, max=400)] = 90,
) -> None:
    """Print a token for a program, once: it has the account's rights at /api/v1."""
    from workers.users import token_for

    typer.echo(token_for(desk_of(read_settings()), name, days))


def desk_of(settings: Settings) -> Desk:
    """Where accounts are kept, and the user of this computer, who acts."""
    from workers.users import Desk
    from workers.wire import connect

    index = connect(settings.config, settings.data_dir).index
    return Desk(index, f"shell:{os.environ.get('USER') or os.getuid()}", datetime.now(UTC))


def _print_link(settings: Settings, path: str) -> None:
    from workers.supervise import url_of

    typer.echo(f"{url_of(settings.config.web)}{path}")
