"""Who works as which slot: a lock on a file a slot, held for as long as the process lives and let go by the kernel when it dies."""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    """Whether any worker process of this machine is alive on this data folder."""
    with holding_dead_slots(run, None) as dead:
        return len(dead) < len(known_slots(run))


def place_of(run: Path, slot: str) -> str:
    """A slot's name among all machines: that of this computer and of this data folder with it."""
    mark, draft = run / "place", run / f"place.{secrets.token_hex(4)}"
    if not mark.exists():
        draft.write_text(secrets.token_hex(4), encoding="ascii")
        with suppress(FileExistsError):
            os.link(draft, mark)  # whole at once: others of this folder start at the same time
        draft.unlink()
    return f"{slot}@{socket.gethostname()}-{mark.read_text(encoding='ascii')}"
