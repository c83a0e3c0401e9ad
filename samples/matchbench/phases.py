"""How far a benchmark is: a bar for each phase on a terminal, a line elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

TOLD_EVERY = 1000

T = TypeVar("T")


@contextmanager
def phase(label: str, total: int | None = None) -> Iterator[Callable[[int], object]]:
    """A bar with its label and time; the function it gives takes how much more is done."""
    notes = Console(stderr=True)
    if not notes.is_terminal:
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {label}\n")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=notes, disable=not notes.is_terminal) as bar:
        task = bar.add_task(label, total=total)
        yield lambda more: bar.advance(task, more)


def told(things: Iterable[T], done: Callable[[int], object]) -> Iterator[T]:
    """The things one by one, with word of every thousandth."""
    for number, thing in enumerate(things, start=1):
        yield thing
        if number % TOLD_EVERY == 0:
            done(TOLD_EVERY)
