"""Keeps a tree of processes running: watcher, workers, web application. Knows processes; does none of their work.

No child outlives this process: each asks the kernel to be killed when its parent dies.
"""

from __future__ import annotations

import ctypes
import errno
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from schemas.config import Config, Web, check_line
from schemas.faults import ConfigFault
from store.objects import key_of
from workers.settings import Settings
from workers.slots import hold_slot
from workers.watch import receipts_folder
from workers.wire import connect, engine_url, load_catalogue, slot_count

PR_SET_PDEATHSIG = 1
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
HEALTHY_SECONDS = 30.0
STOP_SECONDS = 70.0
FAILED_STARTS = 3
ALONE = {"OPENBLAS_NUM_THREADS": "1"}  # the threads of numpy's library wait by spinning, and every core has its worker
PARTS = ("watch", "work", "web")  # of the house; each runs once on a data folder

Say = Callable[[str], object]


@dataclass
class Child:
    """One process of the tree and how it has fared."""

    name: str
    arguments: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    not_before: float = 0.0
    failed_starts: int = 0  # in a row: ended by itself, soon, with an error


@dataclass
class Tree:
    """Processes that are started again when they end."""

    children: list[Child]
    say: Say
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def tend(self) -> None:
        """Start what does not run, a failing child after a growing pause. Call it every second or so, always from one thread."""
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._note_end(child)
            if child.process is None and time.monotonic() >= child.not_before:
                self._start(child)

    def cannot_start(self) -> bool:
        """Whether every child has failed to come up several times in a row."""
        return bool(self.children) and all(child.failed_starts >= FAILED_STARTS for child in self.children)

    def stop(self) -> None:
        """Tell every child to stop, wait for the step in hand, kill what stays."""
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        until = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def tell(self, line: str) -> None:
        """Say it if it can be said: a closed terminal or a full disk must not end the tree."""
        with suppress(OSError):
            self.say(line)

    def _start(self, child: Child) -> None:
        command = [sys.executable, "-m", "workers.supervise", str(os.getpid()), *child.arguments]
        try:
            child.process = subprocess.Popen(command, env={**ALONE, **self.environ}, stdin=subprocess.DEVNULL, start_new_session=True)
        except OSError as error:  # out of processes or memory for now; the others run on
            child.not_before = time.monotonic() + LONGEST_PAUSE
            self.tell(f"{child.name}: cannot be started ({error.strerror}); again in {LONGEST_PAUSE:.0f} s")
            return
        child.started = time.monotonic()
        self.tell(f"{child.name}: started (process {child.process.pid})")

    def _note_end(self, child: Child) -> None:
        process, child.process = child.process, None
        lived = time.monotonic() - child.started
        child.pause = FIRST_PAUSE if lived > HEALTHY_SECONDS else min(LONGEST_PAUSE, child.pause * 2)
        child.not_before = time.monotonic() + (0.0 if lived > HEALTHY_SECONDS else child.pause)
        code = process.returncode if process else 0
        child.failed_starts = child.failed_starts + 1 if code > 0 and lived < HEALTHY_SECONDS else 0
        self.tell(f"{child.name}: ended ({'signal' if code < 0 else 'exit'} {abs(code)}) after {lived:.0f} s; starts again in {child.pause:.1f} s")


def workers(settings: Settings) -> list[Child]:
    """The worker processes, one a slot. ConfigFault when the document types are wrong, or a wall is missing that must stand: said once, here."""
    load_catalogue()
    if settings.config.render.strict and (missing := missing_walls()):
        raise ConfigFault(
            f"Files cannot be opened as safely as render.strict demands; missing: {', '.join(missing)}.",
            next_step="Use a newer kernel, or set it to false.",
        )
    return [Child(f"worker {slot}", ("workers.work", "--slot", str(slot))) for slot in range(slot_count(settings.config))]


def missing_walls() -> list[str]:
    """The walls around the processes that open files which do not stand on this machine."""
    from pipeline.engines.selftest import standing

    return [wall for wall, stands in standing().items() if not stands]


def told_of_walls() -> str:
    """Which layers lie around the processes that open files, in a few words."""
    from pipeline.engines.selftest import survey

    found = survey()
    missing = ", ".join(wall for wall, stands in found.walls.items() if not stands)
    besides = "namespaces besides (bubblewrap)" if found.namespaces else "no namespaces besides (bubblewrap is not installed, or not let)"
    return f"{f'missing: {missing}' if missing else 'all stand'}; {besides}"


def up(settings: Settings, *, say: Say, web: bool = True, greet: Callable[[], object] = lambda: None) -> int:
    """Run everything until SIGINT or SIGTERM. ConfigFault when it runs on this data folder already, StoreFault when a store does not open."""
    claim(settings.data_dir, *PARTS)
    open_stores(settings)
    if web:
        check_address(settings.config.web)
    stopping = _stopped_by_signals()
    tree = Tree(_children(settings, web=web), say)
    _announce(settings.config, tree.tell, web=web)
    greet()  # only now: nothing forbids a start any more, and a link that is printed works
    _tend(tree, stopping.is_set, stopping)
    return 0


def run_workers(settings: Settings, *, say: Say) -> int:
    """Run the workers alone until SIGINT or SIGTERM; exit code 1 when none of them can start."""
    claim(settings.data_dir, "work")
    open_stores(settings)
    stopping = _stopped_by_signals()
    tree = Tree(workers(settings), say)
    _tend(tree, lambda: stopping.is_set() or tree.cannot_start(), stopping)
    return 1 if tree.cannot_start() else 0


def claim(data_dir: Path, *parts: str) -> None:
    """Be the only one who runs these parts of the house on a data folder, until the process ends. ConfigFault when somebody does."""
    for part in parts:
        if hold_slot(data_dir / "run", part) is None:
            raise ConfigFault(f"Chartroom runs already on {data_dir} ({part}).", next_step="Stop it first, or set CHARTROOM_DATA_DIR.")


def open_stores(settings: Settings) -> None:
    """Open index and objects once: what does not open is said here, and not by every child again and again."""
    engine_url(settings.config, settings.data_dir)
    connect(settings.config, settings.data_dir).objects.exists(key_of("0" * 64))


def _stopped_by_signals() -> threading.Event:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def _tend(tree: Tree, done: Callable[[], bool], stopping: threading.Event) -> None:
    try:
        while not done():
            tree.tend()
            stopping.wait(0.5)
    finally:
        tree.tell("stopping: each worker finishes the step in hand")
        tree.stop()
        tree.tell("stopped")


def check_address(web: Web) -> None:
    """ConfigFault when the web application could not listen there, or would over an open line."""
    check_line(web)
    try:
        family, kind, *_, address = socket.getaddrinfo(web.host, web.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: what an earlier one left is no hindrance
            probe.bind(address)
    except OSError as error:
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise ConfigFault(f"Port {web.port} of {web.host} {why}.", next_step="Set web.port to a free one.") from None


def url_of(web: Web) -> str:
    """Where the review pages are."""
    host = web.names[0] if web.names else f"[{web.host}]" if ":" in web.host else web.host
    return f"{'https' if web.tls_certificate else 'http'}://{host}:{web.port}"


def _announce(config: Config, tell: Callable[[str], None], *, web: bool) -> None:
    if web:
        tell(f"The review queue: {url_of(config.web)}   (Ctrl-C ends everything)")
    tell(f"walls around the processes that open files: {told_of_walls()}")
    for folder in config.folders:
        tell(f"watching {folder.name}: {folder.path}, receipts go to {receipts_folder(folder)}")
    if not config.folders:
        tell("no watched folders are configured (folders: in config.yaml)")


def _children(settings: Settings, *, web: bool) -> list[Child]:
    children = workers(settings)
    if settings.config.folders:
        children.insert(0, Child("watcher", ("workers.watcher",)))
    if web:
        children.append(Child("web", ("workers.web",)))
    return children


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies; leave at once if it has already."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def main(arguments: Sequence[str]) -> None:
    """`python -m workers.supervise PARENT MODULE ARGUMENT…`: run a module as a child of the tree."""
    parent, module, *rest = arguments
    die_with(int(parent))
    sys.argv = [module, *rest]
    warnings.filterwarnings("ignore", "'workers", RuntimeWarning)  # some are imported here as well, and run anew as the program
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def log_to(path: Path) -> Say:
    """Says things into a file, for callers whose terminal shows something else."""
    path.parent.mkdir(parents=True, exist_ok=True)

    def say(line: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    return say


if __name__ == "__main__":
    main(sys.argv[1:])
