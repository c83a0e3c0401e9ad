"""The commands that run the house, all of it or one part each, and those that look after it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from schemas.config import Config
from schemas.faults import StoreFault
from workers.cli_users import desk_of
from workers.settings import Settings, read_settings

services = typer.Typer()


@services.command()
def up() -> None:
    """Run the watcher, the workers and the web application, until Ctrl-C."""
    from workers import supervise
    from workers.users import first_link

    settings = read_settings()

    def greet() -> None:
        link = first_link(desk_of(settings))
        if link:
            typer.echo(f"Nobody has an account yet. The first user begins here, once, within 24 hours: {supervise.url_of(settings.config.web)}{link}")

    raise typer.Exit(supervise.up(settings, say=typer.echo, greet=greet))


@services.command("watch")
def watch_folders() -> None:
    """Run the watcher alone, for an installation whose parts are services of their own. Until SIGTERM."""
    from workers.supervise import claim
    from workers.watcher import main

    claim(_started("watch").data_dir, "watch")
    raise typer.Exit(main())


@services.command()
def work(slots: Annotated[int, typer.Option(min=0, help="How many worker processes; 0: as engine.slots says.")] = 0) -> None:
    """Run the workers alone; with index and journal on a server, on as many machines as wanted. Until SIGTERM."""
    from workers.log import say
    from workers.supervise import run_workers

    settings = _started("work")
    raise typer.Exit(run_workers(settings._replace(config=_with_slots(settings.config, slots)), say=say))


@services.command()
def web() -> None:
    """Run the review application alone. Until SIGTERM."""
    from workers.supervise import check_address, claim
    from workers.web import serve

    settings = _started("web")
    check_address(settings.config.web)
    claim(settings.data_dir, "web")
    raise typer.Exit(serve())


@services.command()
def migrate(wait: Annotated[int, typer.Option(min=0, help="How many seconds to wait for servers that do not answer yet.")] = 0) -> None:
    """Bring the index and the journal of durable work to this version's schema, and see that the object store answers. Safe to repeat."""
    from store.database import HEAD
    from workers.engine import prepare_journal
    from workers.supervise import open_stores
    from workers.wire import engine_url

    settings, until = read_settings(), time.monotonic() + wait
    while True:
        try:
            open_stores(settings)
            prepare_journal(engine_url(settings.config, settings.data_dir))
            break
        except StoreFault as fault:
            if fault.permanent or time.monotonic() >= until:
                raise
            time.sleep(1.0)
    typer.echo(f"index at schema {HEAD}, journal of durable work and object store ready")


@services.command()
def health(part: Annotated[str, typer.Argument(metavar="watch|work|web", help="Which part of the house.")]) -> None:
    """Whether one part of the house lives, for a service manager: exit code 0, or 1 with one line why not."""
    from workers.health import CHECKS

    if part not in CHECKS:
        raise typer.BadParameter(", ".join(CHECKS), param_hint="PART")
    CHECKS[part](read_settings())
    typer.echo("ok")


@services.command()
def status(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show it anew every few seconds, until Ctrl-C.")] = False,
) -> None:
    """Alarms, depths, ages, rates, and the health of stores, engines and models."""
    from workers import show
    from workers.status import take_status
    from workers.wire import connect

    settings = read_settings()
    stores = connect(settings.config, settings.data_dir)

    def look() -> dict[str, object]:
        return take_status(settings.config, settings.data_dir, stores, now=datetime.now(UTC))

    if watch:
        show.watching(look)
    else:
        typer.echo(json.dumps(look(), indent=2)) if as_json else show.status(look())


def _started(part: str) -> Settings:
    """The settings, and a log in the form they ask for."""
    from workers.log import set_up_log

    settings = read_settings()
    set_up_log(part, settings.config.log)
    return settings


def _with_slots(config: Config, slots: int) -> Config:
    return replace(config, engine=replace(config.engine, slots=slots)) if slots else config
