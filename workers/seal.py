"""Seals the head of the audit trail in a second place, signed with Ed25519, and proves chain and seals.

Who may write the database can forge a new chain; the seals, on another disk or machine, are what such a chain then disagrees with.
The proof reads the database with the auditor's own queries and recounts the chain with the auditor's own code.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from schemas.config import Config
from store import audit
from store.database import reading
from workers.audit import read_trail
from workers.own_key import own_key
from workers.wire import Stores

FILE, PUBLIC = "audit-heads.jsonl", "audit-heads.pub"


@dataclass
class Proof:
    """What `audit --chain` found: how many rows and seals, and everything that does not hold."""

    rows: int = 0
    seals: int = 0
    unsealed: int = 0  # rows younger than the newest seal
    gaps: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        """For programs."""
        return json.dumps(asdict(self), indent=2)

    def as_text(self) -> str:
        """For people."""
        lines = [f"  {self.rows:>8}  audit rows in one chain", f"  {self.seals:>8}  seals", f"  {self.unsealed:>8}  rows since the newest seal"]
        return "\n".join([*lines, *(f"gap: {gap}" for gap in self.gaps), f"{len(self.gaps)} gaps" if self.gaps else "The chain holds."])


def seal_folder(config: Config, data_dir: Path) -> Path:
    """Where seals are kept."""
    return Path(config.seal.folder) if config.seal.folder else data_dir / "seals"


def seal_head(config: Config, data_dir: Path, stores: Stores, *, now: datetime) -> bool:
    """Append the chain's head, signed, to the file of seals; False when it is there already."""
    with reading(stores.index) as conn:
        sequence, digest = audit.head(conn)
    folder = seal_folder(config, data_dir)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.from_private_bytes(own_key(data_dir, "seal"))
    kept = _lines(folder / FILE)
    if not sequence or (kept and kept[-1].get("sequence") == sequence):
        return False
    (folder / PUBLIC).write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    said = {"at": now.isoformat(timespec="seconds"), "sequence": sequence, "digest": digest}
    _append(folder / FILE, {**said, "signature": key.sign(_signed(said)).hex()})
    return True


def prove_chain(config: Config, data_dir: Path) -> Proof:
    """Recount the chain and hold every seal against it."""
    trail, broken = read_trail(config, data_dir)
    proof = Proof(rows=len(trail), gaps=list(broken))
    digests = {row["sequence"]: row["digest"] for row in trail}
    key = Ed25519PrivateKey.from_private_bytes(own_key(data_dir, "seal")).public_key()
    newest = 0
    for number, line in enumerate(_lines(seal_folder(config, data_dir) / FILE), start=1):
        proof.seals += 1
        proof.gaps += _against(line, number, newest, digests, key)
        newest = line.get("sequence", newest) if isinstance(line.get("sequence"), int) else newest
    proof.unsealed = max(0, len(trail) - newest)
    if trail and not proof.seals:
        proof.gaps.append("there is no seal of the audit trail")
    return proof


def _against(line: dict[str, Any], number: int, newest: int, digests: dict[int, str], key: Ed25519PublicKey) -> list[str]:
    sequence, said = line.get("sequence"), {name: line.get(name) for name in ("at", "sequence", "digest")}
    try:
        key.verify(bytes.fromhex(str(line.get("signature", ""))), _signed(said))
    except (InvalidSignature, ValueError):
        return [f"seal {number} is not signed with this installation's key"]
    if not isinstance(sequence, int) or sequence <= newest:
        return [f"seal {number} does not follow the one before"]
    if sequence not in digests:
        return [f"row {sequence} was sealed and is gone: the audit trail was cut short"]
    return [] if digests[sequence] == line["digest"] else [f"row {sequence} is not the one that was sealed: the audit trail was written anew"]


def _signed(said: dict[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def _lines(path: Path) -> list[dict[str, Any]]:
    """The seals, a line each; one that is no JSON stands as an empty one, which no signature fits."""
    if not path.exists():
        return []
    return [_parsed(line) for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line]


def _parsed(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _append(path: Path, line: dict[str, Any]) -> None:
    with open(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(json.dumps(line, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())
