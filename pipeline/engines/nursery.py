"""Bears a fresh child process for every call that opens a sender's bytes or reads an image, and listens to it.

Knows processes, sockets and time limits; knows nothing of documents. A small server process has what its children need already loaded and
forks, so that a child costs milliseconds; it shares no memory, threads or main module with the caller.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from pipeline.engines.namespaces import around
from schemas.faults import EngineFault

NO_PDFINFO, NO_PDFTOPPM, NOT_WRITTEN = "pdfinfo is not installed", "pdftoppm is not installed", "what was made cannot be written"
MAX_MESSAGE = 20_000_000  # a page has 20,000 words at most
BIRTHS = 3  # children for one job, should they be killed from outside
LOOK_MILLISECONDS = 250  # between looks at what a silent child has used
FATE_SECONDS = 5.0  # within which the server tells how a child ended
FILES, RECOGNISER = "files", "recogniser"  # servers: one for opening a sender's files, one for each set of languages to read
KEPT_ENVIRONMENT = (
    "PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "SYSTEMROOT", "TESSDATA_PREFIX",
)  # fmt: skip

SHAPES: dict[str, Any] = {
    "done": dict,
    "so far": dict,
    "page": dict,
    "at": (int, str),
}  # what the parts of a message are, where it has them
TROUBLES = {*errno.errorcode.values(), NO_PDFINFO, NO_PDFTOPPM, NOT_WRITTEN}  # the only words of a child's that are passed on

FATE = struct.Struct("=id")  # the signal that ended a child, or 0, and its processor time

Message = dict[str, Any]
Say = Callable[[Message], None]


class MachineError(Exception):
    """Inside a child: our own machine is at fault, not the sender's bytes. A full disk, a missing program."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use for each thing that it says it is at; `stall_seconds` may pass until it says that it is at another, or done."""

    cpu_seconds: int
    stall_seconds: float
    memory_megabytes: int
    file_megabytes: int = 512
    nice: int = 0  # 19: yields to everything else


def converse(
    job: str, request: Message, limits: Limits, *, server: str = FILES, spent: Callable[[float], object] = lambda _: None
) -> Iterator[Message]:
    """The messages of a fresh child doing `job`, until it ends, dies, says too much or falls silent. The last is {"done": …} if it did not fail.

    `server`: the kind that bears it. `spent` is told the processor time that it and what it started used. A child killed from outside says nothing
    about the sender's bytes: another is born and says everything anew. EngineFault when that is no use.
    """
    for _ in range(BIRTHS):
        if not (yield from _talk(job, request, limits, server, spent)):
            return
    raise EngineFault("Processes that open or read files are killed from outside.", next_step="Look in the system's log whether memory ran out.")


def _talk(job: str, request: Message, limits: Limits, server: str, spent: Callable[[float], object]) -> Generator[Message, None, bool]:
    """One child's messages; True when it was killed by somebody else before it was done."""
    line, fate = _child_line(server)
    with line, fate:
        line.settimeout(limits.stall_seconds)
        pid, ended = 0, True
        piece = Piece("", time.monotonic(), 0.0)
        said: Message = {}
        try:
            pid = struct.unpack("=I", _receive(line, 4))[0]
            may = {"cpu": limits.cpu_seconds, "mb": limits.memory_megabytes, "file_mb": limits.file_megabytes, "nice": limits.nice}
            send(line, {"job": job, "request": request, **may})
            while True:
                wait_for_message(line, pid, piece, limits)
                message = receive(line)
                if message is None:
                    break
                if "machine" in message:
                    trouble = str(message["machine"])
                    why = trouble if trouble in TROUBLES else "unknown trouble"  # a child may say anything, also what it has read
                    raise EngineFault(f"The machine failed while a file was opened: {why}.", next_step="See to it, then try again.")
                said, piece = message, piece.after(message, pid)
                yield message
        except (TimeoutError, ValueError):
            ended = False  # silence or nonsense: the caller sees no "done", and the child is killed below
        except (OSError, EOFError):
            pass
        finally:
            _end(pid, line)
            killed, seconds = _fate(fate)
            spent(seconds if ended else max(seconds, time.monotonic() - piece.since))
        return ended and "done" not in said and killed


class Piece(NamedTuple):
    """What a child is at, since when, and the processor time that it had used by then."""

    at: str
    since: float
    cpu_seconds: float

    def after(self, message: Message, pid: int) -> Piece:
        """The piece in hand after a message: the same, unless it says that one is done, or names another."""
        at = repr((message["at"], message.get("run"))) if "at" in message else self.at
        return self if at == self.at and "page" not in message else Piece(at, time.monotonic(), used_by(pid))


def wait_for_message(line: socket.socket, pid: int, piece: Piece, limits: Limits) -> None:
    """Wait for the next message. TimeoutError when the piece in hand takes too long or, with all that was started for it, too much processor time."""
    sign = select.poll()
    sign.register(line, select.POLLIN)
    while not sign.poll(LOOK_MILLISECONDS):
        over_time = time.monotonic() - piece.since > limits.stall_seconds
        if over_time or used_by(pid) - piece.cpu_seconds > limits.cpu_seconds:
            raise TimeoutError


def used_by(pid: int) -> float:
    """Processor time of a process and of all that it started and that still run or were waited for; 0 when it is gone."""
    try:
        ticks = sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    return ticks / os.sysconf("SC_CLK_TCK") + sum(used_by(int(child)) for child in started)


def _fate(told: socket.socket) -> tuple[bool, float]:
    """Whether the child that has ended was killed by no limit of ours (so too when the server that would know was), and its processor time."""
    told.settimeout(FATE_SECONDS)
    try:
        said = told.recv(FATE.size)
    except OSError:
        return False, 0.0
    if len(said) < FATE.size:
        return True, 0.0
    signal_number, seconds = FATE.unpack(said)
    return signal_number == signal.SIGKILL, seconds


def _end(pid: int, line: socket.socket) -> None:
    """Kill the child and what it started, unless it has already closed its line by ending."""
    line.setblocking(False)
    with contextlib.suppress(OSError):
        if line.recv(1, socket.MSG_PEEK) == b"":
            return
    if pid:
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


def send(line: socket.socket, message: Message) -> None:
    """One message, its length first."""
    body = json.dumps(message).encode()
    line.sendall(struct.pack("=I", len(body)) + body)


def receive(line: socket.socket) -> Message | None:
    """The next message; None at the end of the line. ValueError for one that is too long or no message."""
    head = line.recv(4, socket.MSG_WAITALL)
    if len(head) < 4:
        return None
    (length,) = struct.unpack("=I", head)
    if length > MAX_MESSAGE:
        raise ValueError("message too long")
    try:
        message = json.loads(_receive(line, length), parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(message, dict) or not all(isinstance(message[name], kind) for name, kind in SHAPES.items() if name in message):
        raise ValueError("no message")
    return message


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _receive(line: socket.socket, count: int) -> bytes:
    """Exactly `count` bytes. EOFError when the line ends first."""
    parts = bytearray()
    while len(parts) < count:
        part = line.recv(min(count - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


@dataclass
class _Server:
    """The forking process of this process, and the socket on which children are ordered."""

    owner: int
    process: subprocess.Popen[bytes]
    orders: socket.socket


_lock = threading.Lock()
_servers: dict[str, _Server] = {}  # at most one of a kind, and only of this very process


def start(server: str) -> None:
    """Have a server load what its children need before the first of them is asked for."""
    with _lock:
        _server(server)


def _child_line(server: str) -> tuple[socket.socket, socket.socket]:
    """A line to a new child, and one on which the server will tell how it ended. The server is started at first use, and again if it has died."""
    with _lock:
        for attempt in (1, 2):
            (mine, theirs), (fate, told) = socket.socketpair(), socket.socketpair()
            try:
                socket.send_fds(_server(server).orders, [b"+"], [theirs.fileno(), told.fileno()])
            except OSError as broken:
                mine.close()
                fate.close()
                _servers.pop(server, None)
                if attempt == 2:
                    raise EngineFault(
                        "The process that opens or reads files cannot be started.", next_step="Look at memory and process limits."
                    ) from broken
            else:
                return mine, fate
            finally:
                theirs.close()
                told.close()
    raise AssertionError


def _server(kind: str) -> _Server:
    """The running server of this process of a kind; one inherited through a fork is left to its owner."""
    running = _servers.get(kind)
    if running and running.owner == os.getpid() and running.process.poll() is None:
        return running
    ours, theirs = socket.socketpair()
    root = str(Path(__file__).resolve().parents[2])
    command = [*around(), sys.executable, "-P", "-m", "pipeline.engines.child", str(theirs.fileno()), kind]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd="/", env=_environment(root), stdin=subprocess.DEVNULL, start_new_session=True)
    theirs.close()
    _servers[kind] = _Server(os.getpid(), process, ours)
    return _servers[kind]


def _environment(root: str) -> dict[str, str]:
    """The few variables a reader of files needs."""
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    return kept | {"PYTHONPATH": root, "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
