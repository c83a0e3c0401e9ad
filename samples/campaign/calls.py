"""Stops a process before each system call that changes a file, and lets it pass, fail or die there. Knows the kernel's seccomp notifications.

`strace -e inject` counts calls of each thread by itself; here one count runs over all threads, so that every call of a life is reached.
Memory mapped files are not seen: of what Chartroom keeps, that is SQLite's index of its write-ahead log alone, which it makes anew.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import select
import signal
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipeline.engines.callgate import ALLOW, ANY_BIT, ARCHITECTURES, EQUAL, LOAD, RETURN

NOTIFY = 0x7FC00000  # SECCOMP_RET_USER_NOTIF
SECCOMP = {"x86_64": 317, "aarch64": 277}
FILTER, NEW_LISTENER, NO_NEW_PRIVILEGES = 1, 8, 38
RECEIVE, SEND, GO_ON = 0xC0502100, 0xC0182101, 1
CREATE = os.O_CREAT | os.O_TRUNC
HERE = -100  # AT_FDCWD

# Numbers by architecture, and which arguments name what is changed: a descriptor, or paths (each a folder's descriptor and a text, or a text alone).
NUMBERS = {
    "write": (1, 64), "pwrite64": (18, 68), "writev": (20, 66), "pwritev": (296, 70), "ftruncate": (77, 46), "fallocate": (285, 47),
    "fsync": (74, 82), "fdatasync": (75, 83), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276), "link": (86, None),
    "linkat": (265, 37), "unlink": (87, None), "unlinkat": (263, 35), "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None),
    "truncate": (76, 45), "openat": (257, 56),
}  # fmt: skip
BY_DESCRIPTOR = {"write", "pwrite64", "writev", "pwritev", "ftruncate", "fallocate", "fsync", "fdatasync"}
PATHS: dict[str, tuple[tuple[int | None, int], ...]] = {
    "rename": ((None, 0), (None, 1)), "renameat": ((0, 1), (2, 3)), "renameat2": ((0, 1), (2, 3)), "link": ((None, 0), (None, 1)),
    "linkat": ((0, 1), (2, 3)), "unlink": ((None, 0),), "unlinkat": ((0, 1),), "mkdir": ((None, 0),), "mkdirat": ((0, 1),), "rmdir": ((None, 0),),
    "truncate": ((None, 0),), "openat": ((0, 1),),
}  # fmt: skip
FLAGS = {"openat": 2}
KINDS = {"renameat": "rename", "renameat2": "rename", "linkat": "link", "unlinkat": "unlink", "mkdirat": "mkdir", "openat": "create"}
KINDS |= {"pwrite64": "write", "writev": "write", "pwritev": "write", "fdatasync": "fsync", "truncate": "ftruncate"}
NO_ROOM_NEEDED = {"unlink", "rmdir"}  # these cannot fail for want of room


class Call(NamedTuple):
    """One system call that is about to change something."""

    number: int  # from 1, over all threads
    kind: str  # write, fsync, rename, link, unlink, mkdir, rmdir, create, ftruncate, fallocate
    paths: tuple[str, ...]
    task: int
    name: str
    args: tuple[int, ...]

    def data(self) -> bytes:
        """What a write is about to write."""
        if self.name in {"write", "pwrite64"}:
            return _memory(self.task, self.args[1], self.args[2])
        vectors = _memory(self.task, self.args[1], 16 * self.args[2])
        return b"".join(_memory(self.task, *struct.unpack_from("QQ", vectors, 16 * at)) for at in range(self.args[2]))


class Fate(NamedTuple):
    """What becomes of a call: it passes, fails with an error number, or everything dies before it."""

    error: int = 0
    die: bool = False


PASS = Fate()
Judge = Callable[[Call], Fate]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a watched process ended: calls seen, its exit code (negative: the signal), and the last call when it was killed there."""

    calls: int
    code: int
    at: Call | None
    in_time: bool


class CannotWatch(Exception):
    """This kernel, or what surrounds us, does not let a process be watched."""


def watch_calls(work: Callable[[], object], below: Path, judge: Judge, *, seconds: float) -> Ended:
    """Fork, do `work` there, and have `judge` decide each call that changes something below a folder. The caller must be single-threaded."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        _live(work, ours, theirs)
    theirs.close()
    with ours:
        listener = _listener(ours, child)
    try:
        return _attend(listener, child, f"{below.resolve()}/", judge, seconds)
    finally:
        os.close(listener)


def can_watch() -> str:
    """Empty when calls can be watched here, else why not."""
    try:
        watch_calls(lambda: None, Path("/"), lambda _: PASS, seconds=20)
    except CannotWatch as why:
        return str(why)
    return ""


def _live(work: Callable[[], object], ours: socket.socket, theirs: socket.socket) -> None:
    """The child's whole life."""
    code = 1
    try:
        ours.close()
        try:
            listener = _install()
        except OSError as error:
            theirs.sendall(struct.pack("i", error.errno or errno.ENOSYS))
            os._exit(0)
        socket.send_fds(theirs, [struct.pack("i", 0)], [listener])
        os.close(listener)
        theirs.close()
        work()
        code = 0
    finally:
        os._exit(code)


def _install() -> int:
    libc, machine = ctypes.CDLL(None, use_errno=True), platform.machine()
    if machine not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, "no numbers for this architecture")
    code = _filter_code(machine)
    held = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(held))
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    listener: int = libc.syscall(SECCOMP[machine], FILTER, NEW_LISTENER, program)
    if listener < 0:
        raise OSError(ctypes.get_errno(), "the kernel refuses")
    return listener


def _filter_code(machine: str) -> bytes:
    """Stop at each of the calls; at opening only where it may make or empty a file. Whoever calls by another architecture's numbers passes unseen."""
    column = 0 if machine == "x86_64" else 1
    code = _step(LOAD, 4) + _step(EQUAL, ARCHITECTURES[machine], yes=1) + _step(RETURN, ALLOW) + _step(LOAD, 0)
    for name, numbers in NUMBERS.items():
        number = numbers[column]
        if number is None:
            continue
        if name in FLAGS:
            code += _step(EQUAL, number, no=4) + _step(LOAD, 16 + 8 * FLAGS[name])
            code += _step(ANY_BIT, CREATE, no=1) + _step(RETURN, NOTIFY) + _step(RETURN, ALLOW)
        else:
            code += _step(EQUAL, number, no=1) + _step(RETURN, NOTIFY)
    return code + _step(RETURN, ALLOW)


def _step(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


def _listener(line: socket.socket, child: int) -> int:
    said, fds, _, _ = socket.recv_fds(line, 4, 1)
    if fds:
        return fds[0]
    os.waitpid(child, 0)
    why = struct.unpack("i", said)[0] if len(said) == 4 else 0
    raise CannotWatch(f"the kernel does not let system calls be watched ({errno.errorcode.get(why, 'no answer')})")


def _attend(listener: int, child: int, below: str, judge: Judge, seconds: float) -> Ended:
    until, seen = time.monotonic() + seconds, 0
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    names = {number[0 if platform.machine() == "x86_64" else 1]: name for name, number in NUMBERS.items()}
    last: Call | None = None
    while time.monotonic() < until:
        ready = poll.poll(200)
        if ready and ready[0][1] & select.POLLIN:
            call = _received(listener, names, below, seen)
            if call is None:
                continue
            notice, found = call
            if found is not None:
                seen += 1
                fate = judge(found)
                if fate.die:
                    os.kill(child, signal.SIGKILL)
                    _, status = os.waitpid(child, 0)
                    return Ended(seen, os.waitstatus_to_exitcode(status), found, in_time=True)
                _answer(listener, notice, fate.error)
                last = found
            else:
                _answer(listener, notice, 0)
            continue
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return Ended(seen, os.waitstatus_to_exitcode(status), None, in_time=True)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return Ended(seen, os.waitstatus_to_exitcode(status), last, in_time=False)


def _received(listener: int, names: dict[int | None, str], below: str, seen: int) -> tuple[int, Call | None] | None:
    buffer = bytearray(80)
    try:
        fcntl.ioctl(listener, RECEIVE, buffer, True)
    except OSError:  # it died meanwhile
        return None
    notice, task, _, nr, _, _, *args = struct.unpack("QIIiIQ6Q", buffer)
    name = names[nr]
    with suppress(OSError, UnicodeDecodeError):
        paths = _paths(task, name, args)
        if any(f"{path}/".startswith(below) for path in paths) and not _changes_nothing(name, paths, args):
            return notice, Call(seen + 1, KINDS.get(name, name), paths, task, name, tuple(args))
    return notice, None


def _changes_nothing(name: str, paths: tuple[str, ...], args: list[int]) -> bool:
    """Opening what is there, making a folder that is there; and SQLite's shared index, which is made anew after a crash."""
    if paths[0].endswith("-shm"):
        return True
    there = name in {"mkdir", "mkdirat", "openat"} and os.path.lexists(paths[0])
    return there and not (name in FLAGS and args[FLAGS[name]] & os.O_TRUNC)


def _paths(task: int, name: str, args: list[int]) -> tuple[str, ...]:
    if name in BY_DESCRIPTOR:
        return (str(Path(f"/proc/{task}/fd/{args[0]}").readlink()),)
    return tuple(_path(task, HERE if folder is None else args[folder], args[text]) for folder, text in PATHS[name])


def _path(task: int, folder: int, text: int) -> str:
    name = os.fsdecode(_text(task, text))
    if name.startswith("/"):
        return os.path.normpath(name)
    folder = struct.unpack("i", struct.pack("I", folder & 0xFFFFFFFF))[0]
    base = Path(f"/proc/{task}/cwd" if folder == HERE else f"/proc/{task}/fd/{folder}").readlink()
    return os.path.normpath(f"{base}/{name}")


def _text(task: int, address: int) -> bytes:
    """Up to its end, by pieces that never reach past a page: the next one may not be there."""
    found = b""
    while b"\0" not in found and len(found) < 4096:
        found += _memory(task, address + len(found), 256 - (address + len(found)) % 256)
    return found.partition(b"\0")[0]


def _memory(task: int, address: int, length: int) -> bytes:
    with open(f"/proc/{task}/mem", "rb", buffering=0) as memory:  # noqa: PTH123
        return os.pread(memory.fileno(), length, address)


def _answer(listener: int, notice: int, error: int) -> None:
    with suppress(OSError):  # it died meanwhile
        fcntl.ioctl(listener, SEND, struct.pack("QqiI", notice, 0, -error, 0 if error else GO_ON))
