"""What every command is given: paths as typed, the installation, the time."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import typer

from schemas.config import Config
from workers.settings import read_settings


def path_given(text: str) -> Path:
    """A path as typed; an empty one, such as of a variable that is not set, would be the folder one stands in."""
    if not text:
        raise typer.BadParameter("an empty path")
    return Path(text)


def installation() -> tuple[Config, Path]:
    """The configuration and the data folder that the environment names."""
    found = read_settings()
    return found.config, found.data_dir


def time_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def actor_given(by: str) -> str:
    """Who decides: as said, else the user of this computer."""
    return by or f"user:{os.environ.get('USER') or os.getuid()}"
