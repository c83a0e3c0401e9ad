"""The installation's own keys: made at the first start, readable by this account only. Loses nothing but second factors and seals with them."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from schemas.faults import ConfigFault

LENGTH = 32


def own_key(data_dir: Path, name: str) -> bytes:
    """32 random bytes kept in the data folder under a name; the first who asks makes them."""
    path = data_dir / "keys" / f"{name}.key"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != LENGTH:
        raise ConfigFault(f"The key {name} is not whole.", next_step="Restore keys/ of the data folder from the backup.")
    return key


def _make(path: Path) -> None:
    """Whole or not at all, and never over one that is there: a hard link refuses a name that is taken."""
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400), "wb") as file:  # noqa: PTH123
        file.write(secrets.token_bytes(LENGTH))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
