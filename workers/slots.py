"""Who works as which slot: a lock on a file a slot, held for as long as the process lives and let go by the kernel when it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def slot_name(number: int) -> str:
    """The name under which a slot's work is journalled."""
    return f"slot-{number}"


def hold_slot(run: Path, name: str) -> int | None:
    """Hold a slot; None when somebody does. A record lock: a child that outlives its worker does not keep it.

    The descriptor must stay open, and the file must not be opened twice in one process: closing either lets go of the lock.
    """
    run.mkdir(parents=True, exist_ok=True, mode=0o700)
    fd = os.open(run / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        return None
    return fd


@contextmanager
def holding_dead_slots(run: Path, mine: str | None) -> Iterator[list[str]]:
    """The slots that nobody works as, held while in the block so that nobody begins to."""
    held = {name: fd for name in known_slots(run) if name != mine and (fd := hold_slot(run, name)) is not None}
    try:
        yield list(held)
    finally:
        for fd in held.values():
            os.close(fd)


def known_slots(run: Path) -> list[str]:
    """Every slot that was ever worked as on this data folder."""
    return sorted(path.stem for path in run.glob("slot-*.lock"))


def somebody_works(run: Path) -> bool:
    """Whether any worker process is alive on this data folder."""
    with holding_dead_slots(run, None) as dead:
        return len(dead) < len(known_slots(run))
