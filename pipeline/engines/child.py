"""The process that forks a child a call, and what each child does before it touches a sender's bytes.

Knows limits and how a job is called; knows nothing of documents. Started by `nursery` as `python -m pipeline.engines.child FD KIND`; single-threaded,
so that forking is safe. It ends, with all its children, when the process that started it ends.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from typing import NoReturn

from pipeline.engines.bounds import grant_cpu, limit
from pipeline.engines.fence import fence
from pipeline.engines.nursery import FATE, RECOGNISER, MachineError, Message, Say, receive, send

Job = Callable[[Message, Say], Message]
Children = dict[int, tuple[int, socket.socket]]  # by pidfd: the pid, and where to tell how it ended
MACHINE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.EACCES)


def jobs(kind: str) -> dict[str, Job]:
    """What a child of this kind of server can be asked to do, with all that is slow to load already loaded."""
    name, _, languages = kind.partition(":")
    if name == RECOGNISER:
        from pipeline.engines import recognising

        return {"recognise": recognising.ready(languages)}
    from pipeline.engines import assembly, opening, pdfa, selftest, shrinking

    return {
        "inspect": opening.inspect,
        "render": opening.render,
        "compose": assembly.compose,
        "archive": pdfa.archive,
        "shrink": shrinking.shrink,
        "probe": selftest.probe,
    }


def serve(orders: socket.socket, known: dict[str, Job]) -> None:
    """Fork a child for each line that comes in; kill what is left of one that ends, and all when the orders end."""
    gc.collect()
    gc.freeze()
    children: Children = {}
    while True:
        ready, _, _ = select.select([orders.fileno(), *children], [], [])
        for pidfd in children.keys() & set(ready):
            _bury(pidfd, *children.pop(pidfd))
        if orders.fileno() in ready and not _bear(orders, known, children):
            break
    for pidfd, (pid, fate) in children.items():
        _kill_group(pid)
        _bury(pidfd, pid, fate)


def _bear(orders: socket.socket, known: dict[str, Job], children: Children) -> bool:
    """Fork one child for the next order; False when there are no more orders."""
    _, fds, _, _ = socket.recv_fds(orders, 1, 2)
    if not fds:
        return False
    line, fate = (socket.socket(fileno=fd) for fd in fds)
    pid = os.fork()
    if pid == 0:
        orders.close()
        fate.close()
        for pidfd, (_, other) in children.items():
            os.close(pidfd)
            other.close()
        _live(line, known)
    line.close()
    children[os.pidfd_open(pid)] = pid, fate
    return True


def _bury(pidfd: int, pid: int, fate: socket.socket) -> None:
    """Reap a child that has ended, having killed whatever it started; tell the signal that ended it, or 0, and the processor time of them all."""
    os.waitid(os.P_PIDFD, pidfd, os.WEXITED | os.WNOWAIT)
    _kill_group(pid)
    _, status, usage = os.wait4(pid, 0)
    os.close(pidfd)
    with fate, contextlib.suppress(OSError):
        fate.send(FATE.pack(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, usage.ru_utime + usage.ru_stime))


def _kill_group(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)


def _live(line: socket.socket, known: dict[str, Job]) -> NoReturn:
    """A child's whole life: limits first, then one job, its answer, and the end without any clean-up code."""
    code = 1
    try:
        os.setsid()
        _silence()
        line.sendall(struct.pack("=I", os.getpid()))
        order = receive(line)
        if order is not None:
            os.nice(order["nice"])
            limit(order["cpu"], order["mb"], order["file_mb"])
            fence(order["request"])
            code = _do(known[order["job"]], order, line)
    finally:
        line.close()
        os._exit(code)


def _do(job: Job, order: Message, line: socket.socket) -> int:
    """Run the job and send what it returns; a fault of the machine is told apart from a bad file."""

    def say(message: Message) -> None:
        send(line, message)
        grant_cpu(order["cpu"])

    try:
        say({"done": job(order["request"], say)})
    except MachineError as trouble:
        send(line, {"machine": str(trouble)})
    except OSError as failure:
        if failure.errno not in MACHINE_ERRORS:
            return 1
        send(line, {"machine": errno.errorcode[failure.errno]})
    return 0


def _silence() -> None:
    """No input, and no output: a reader's complaints may quote the page."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)
    os.umask(0o077)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked
    serve(socket.socket(fileno=int(sys.argv[1])), jobs(sys.argv[2]))


if __name__ == "__main__":
    main()
