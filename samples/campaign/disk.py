"""A disk as it may be found after the power went: what was synced, and of the rest what some order of writing had let through."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from samples.campaign.calls import Call

SECTOR = 512


class Deed(NamedTuple):
    """One system call that changes a file, with all that is needed to do it again. Places are below the house."""

    kind: str
    place: str
    to: str = ""  # of a rename or link
    at: int | None = None  # where a write begins; None: at the end
    data: bytes = b""
    length: int = 0  # of a truncation


@dataclass
class _File:
    """A file's content: as the disk surely has it, and what was done to it since."""

    synced: bytes = b""
    since: list[Deed] = field(default_factory=list)
    written_ns: int = 0  # when, where that is known: what was taken over is known again by it


@dataclass
class _Disk:
    """Names and contents: as programs see them, and the changes of names that no fsync of their folder has covered."""

    names: dict[str, _File | None]  # None: a folder
    kept: dict[str, _File | None]
    since: list[Deed] = field(default_factory=list)
    meant: dict[int, _File] = field(default_factory=dict)  # the file that a deed made or gave a name to


def deed_of(call: Call, house: Path) -> Deed:
    """A call as something that can be done again."""
    places = [str(Path(path).relative_to(house)) if Path(path).is_relative_to(house) else f"../{Path(path).name}" for path in call.paths]
    if call.kind == "write":
        at = call.args[3] if call.name in {"pwrite64", "pwritev"} else None
        return Deed("write", places[0], at=at, data=call.data())
    if call.kind == "ftruncate":
        return Deed("ftruncate", places[0], length=call.args[1])
    return Deed(call.kind, places[0], to=places[1] if len(places) > 1 else "")


def disk_after(deeds: Sequence[Deed], house: Path, *, order: str, chance: random.Random) -> None:
    """Make a house's folder, which holds the state before all deeds, into what a power cut after them may leave."""
    disk = _read(house)
    for deed in deeds:
        _do(disk, deed)
    if order == "synced":
        names, contents = disk.kept, {id(file): file.synced for file in disk.kept.values() if file}
    elif order == "names first":
        names, contents = disk.names, {id(file): file.synced for file in disk.names.values() if file}
    else:
        names = dict(disk.kept)
        for deed in disk.since[: chance.randint(0, len(disk.since))]:
            _rename(names, deed, disk)
        contents = {id(file): _torn(file, chance) for file in names.values() if file}
    _write(house, names, contents)


def _read(house: Path) -> _Disk:
    names: dict[str, _File | None] = {}
    for path in sorted(house.rglob("*")):
        names[str(path.relative_to(house))] = None if path.is_dir() else _File(path.read_bytes(), written_ns=path.stat().st_mtime_ns)
    return _Disk(names, dict(names))


def _do(disk: _Disk, deed: Deed) -> None:
    if deed.kind == "fsync":
        _sync(disk, deed.place)
    elif deed.kind in {"write", "ftruncate", "fallocate"}:
        file = disk.names.get(deed.place)
        if file is not None:  # else it has lost its name: nobody finds it again
            placed = deed if deed.at is not None or deed.kind != "write" else deed._replace(at=len(_full(file)))
            file.since.append(placed)
    else:
        if deed.kind == "create" and isinstance(known := disk.names.get(deed.place), _File):
            known.since.append(Deed("ftruncate", deed.place))
            return
        disk.since.append(deed)
        meant = _File() if deed.kind == "create" else disk.names.get(deed.place)
        if meant is not None:
            disk.meant[id(deed)] = meant
        _rename(disk.names, deed, disk)


def _rename(names: dict[str, _File | None], deed: Deed, disk: _Disk) -> None:
    """One change of names. A link or rename is of the file it was of, whatever name that has by now."""
    match deed.kind:
        case "mkdir":
            names[deed.place] = None
        case "unlink" | "rmdir":
            names.pop(deed.place, None)
        case "create":
            names[deed.place] = disk.meant[id(deed)]
        case "link" | "rename":
            names[deed.to] = disk.meant[id(deed)]
            if deed.kind == "rename":
                names.pop(deed.place, None)


def _sync(disk: _Disk, place: str) -> None:
    """A file: its content is safe. A folder: the changes of names in it are, and a rename is never half done."""
    file = disk.names.get(place)
    if file is not None:
        file.synced, file.since = _full(file), []
        return
    for deed in [deed for deed in disk.since if place in {_folder(deed.place), _folder(deed.to)}]:
        _rename(disk.kept, deed, disk)
        disk.since.remove(deed)


def _folder(place: str) -> str:
    return os.path.dirname(place) or "." if place else ""  # noqa: PTH120 - a text, no path of this machine


def _full(file: _File) -> bytes:
    return _applied(file.synced, file.since)


def _applied(content: bytes, deeds: Sequence[Deed]) -> bytes:
    found = bytearray(content)
    for deed in deeds:
        if deed.kind == "ftruncate":
            found = found[: deed.length].ljust(deed.length, b"\0")
        elif deed.kind == "write":
            at = deed.at or 0
            found[len(found) :] = bytes(max(0, at - len(found)))
            found[at : at + len(deed.data)] = deed.data
    return bytes(found)


def _torn(file: _File, chance: random.Random) -> bytes:
    """Some pieces of what was not synced have reached the disk, in no order."""
    pieces = []
    for deed in file.since:
        if deed.kind == "write":
            starts = range(0, len(deed.data), SECTOR)
            pieces += [deed._replace(at=(deed.at or 0) + start, data=deed.data[start : start + SECTOR]) for start in starts if chance.random() < 0.5]
        elif chance.random() < 0.5:
            pieces.append(deed)
    return _applied(file.synced, pieces)


def _write(house: Path, names: dict[str, _File | None], contents: dict[int, bytes]) -> None:
    settings = (house / "config.yaml").read_bytes()
    shutil.rmtree(house)
    house.mkdir()
    for name, file in sorted(names.items()):
        path = house / name
        if name.startswith("..") or name.endswith("-shm"):
            continue
        if file is None:
            if path.parent.is_dir():
                path.mkdir(exist_ok=True)
        elif path.parent.is_dir():  # a name in a folder that was lost is lost with it
            path.write_bytes(contents[id(file)])
            if file.written_ns:
                os.utime(path, ns=(file.written_ns, file.written_ns))
    (house / "config.yaml").write_bytes(settings)
