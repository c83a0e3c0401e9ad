"""Durable work behind a narrow port: submit, states, cancel, resume, retry, and what has ended badly. The only module that knows DBOS.

A file is one workflow whose id is the delivery's id, a part of a long one a child of it on a queue of its own.
Their steps' results hold ids, counts and codes, never what stands on a page.
SQLite by default, with a write-ahead log and full syncs; Postgres by its URL. Nothing here speaks to the network besides.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from schemas.faults import StoreFault
from store.database import noticed

FILES, PARTS = "process_file", "process_part"  # workflows
QUEUES = {FILES: "files", PARTS: "parts"}
IN_HAND = {FILES: 3, PARTS: 1}  # begun at once by one worker, which does one step at a time; a file waits while others read its parts
PAUSE = {FILES: 1.0, PARTS: 0.5}  # between looks at a queue, in measures of the setting: a worker has the next file in hand, but not the next part
REST_PAUSE = 2.0  # while nothing is in work
VERSION = "2"  # of the workflows' steps; a code change that keeps them keeps this, so that an upgrade begins nothing anew
RECOVERIES = 50  # our own count of tries comes first; this only ends what dies before it can count
BAD_ENDS = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
MANY = 1000  # databases bound the number of values in one statement
SPEAK_OF_TROUBLE = {"_queue", "_core", "_sys_db", "_recovery"}  # modules of DBOS; the others' warnings are advice
TOLD_SECONDS = 60.0
PRIORITIES = {"stat": 1, "normal": 100, "low": 10_000}

log = logging.getLogger("chartroom.engine")

RunStep = Callable[[str, Callable[[], Any]], Any]  # done once, its JSON result kept
Share = Callable[[Sequence[Any], str], list[Any]]  # parts, and how urgent they are; what became of each


class DurableConnection(sqlite3.Connection):
    """SQLite as the engine's journal needs it: a commit is on disk when it returns."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute("PRAGMA busy_timeout=30000")
        self.execute("PRAGMA journal_mode=WAL")
        self.execute("PRAGMA synchronous=FULL")


class Trouble(logging.Handler):
    """Says, without DBOS's words, that it has trouble with the journal: once a minute at most, for it tries again all the time."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._next = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """One line about the first of many."""
        if record.module in SPEAK_OF_TROUBLE and time.monotonic() >= self._next:
            self._next = time.monotonic() + TOLD_SECONDS
            log.warning("the journal of durable work refuses (%s:%s); it is tried again", record.module, record.lineno)


class Engine:
    """One process's share of the durable work. DBOS allows one a process."""

    def __init__(
        self,
        url: str,
        *,
        executor: str,
        process: Callable[[str, RunStep, Share], Any],
        part: Callable[[Any, RunStep], Any],
        poll_seconds: float = 0.5,
    ) -> None:
        """Connect, and work on files by `process` and on parts of them by `part` under the name `executor`, going on with what was begun under it."""
        self._in_step = threading.Lock()
        self._leaving = threading.Event()
        self._executor = executor
        self._in_hand: set[str] = set()  # ids that a thread of this process works on
        self._dropped: set[str] = set()  # ids that stood as begun by us at the last look, and none of our threads worked on
        self._dbos = _configure(url, executor)
        self._poll_seconds = poll_seconds
        self._file, self._part = self._workflows(process, part)
        self._dbos.listen_queues(list(QUEUES.values()))
        self._dbos.launch()
        self.pace(busy=True)

    def pace(self, *, busy: bool) -> None:
        """Look at the queues often while there is work, seldom while there is none: of all workers, for the pause is the queue's."""
        for name, queue in QUEUES.items():
            pause = max(0.05, self._poll_seconds * (PAUSE[name] if busy else REST_PAUSE))
            self._dbos.register_queue(queue, worker_concurrency=IN_HAND[name], polling_interval_sec=pause, on_conflict="always_update")

    def submit(self, delivery_id: str, priority: str = "normal") -> None:
        """Have a delivery worked on; submitting it again changes nothing."""
        from dbos import SetEnqueueOptions, SetWorkflowID

        with SetWorkflowID(delivery_id), SetEnqueueOptions(priority=PRIORITIES[priority]):
            self._dbos.enqueue_workflow(QUEUES[FILES], self._file, delivery_id)

    def states(self, ids: Iterable[str] | None = None) -> dict[str, str]:
        """State by delivery id: ENQUEUED, PENDING, SUCCESS, or one of BAD_ENDS."""
        return {row.workflow_id: row.status for row in self._list(workflow_ids=list(ids) if ids is not None else None)}

    def cancel(self, delivery_id: str) -> None:
        """Stop before the next step."""
        self._dbos.cancel_workflow(delivery_id)

    def resume(self, delivery_id: str) -> None:
        """Go on after the last finished step with work that was cancelled or left behind."""
        self._dbos.resume_workflow(delivery_id, queue_name=QUEUES[FILES])

    def retry(self, delivery_id: str, priority: str = "normal") -> None:
        """Begin again from the first step; pages already read are not read again."""
        self._dbos.delete_workflow(delivery_id, delete_children=True)
        self.submit(delivery_id, priority)

    def quarantined(self) -> dict[str, str]:
        """Work that ended without an outcome, and how."""
        return {row.workflow_id: row.status for row in self._list(status=list(BAD_ENDS))}

    def ended(self, ids: Iterable[str]) -> dict[str, str]:
        """Those of `ids` that the engine will not work on any more, and how each ended."""
        wanted, ends = list(ids), ["SUCCESS", *BAD_ENDS]
        parts = (wanted[start : start + MANY] for start in range(0, len(wanted), MANY))
        return {row.workflow_id: row.status for part in parts for row in self._list(workflow_ids=part, status=ends)}

    def executors(self) -> set[str]:
        """Who has files or parts in hand."""
        return {row.executor_id for row in self._list(name=[FILES, PARTS], status="PENDING")}

    def adopt(self, dead: Collection[str]) -> list[str]:
        """Take up what dead workers had begun of files and parts. The caller sees to it that nobody works under these names any more."""
        left = self._list(name=[FILES, PARTS], status="PENDING", executor_id=list(dead), app_version=VERSION) if dead else []
        for row in left:
            self._dbos.resume_workflow(row.workflow_id, queue_name=QUEUES[row.name])
        return [row.workflow_id for row in left]

    def take_up_dropped(self) -> list[str]:
        """Take up what stands as begun by this executor and nobody works on: the journal could not be written when its thread ended.

        Only what stood so at the last look already: work that was just handed out has no thread yet.
        """
        mine = self._list(name=[FILES, PARTS], status="PENDING", executor_id=self._executor, app_version=VERSION)
        idle = {row.workflow_id: row for row in mine if row.workflow_id not in self._in_hand}
        again = idle.keys() & self._dropped
        self._dropped = set(idle)
        for workflow_id in again:
            self._dbos.resume_workflow(workflow_id, queue_name=QUEUES[idle[workflow_id].name])
        return sorted(again)

    def outdated(self, dead: Iterable[str]) -> list[str]:
        """Files that another version of these steps left waiting, or that one of the dead had begun in it: nobody takes them from the queue."""
        others = [row["version_name"] for row in self._dbos.list_application_versions() if row["version_name"] != VERSION]
        rows = self._list(app_version=others, status=["ENQUEUED", "PENDING"]) if others else []
        return [row.workflow_id for row in rows if row.status == "ENQUEUED" or row.executor_id in set(dead)]

    def finish_step(self, seconds: float) -> bool:
        """Let the step in hand end, and begin no other: afterwards the process may leave. False if it took too long."""
        self._leaving.set()
        return self._in_step.acquire(timeout=seconds)

    def _workflows(self, process: Callable[..., Any], part: Callable[..., Any]) -> tuple[Any, Any]:
        def process_file(delivery_id: str) -> Any:
            with self._holding():
                return process(delivery_id, self._run_step, self._share)

        def process_part(facts: Any) -> Any:
            with self._holding():
                return part(facts, self._run_step)

        register = partial(self._dbos.workflow, max_recovery_attempts=RECOVERIES)
        return register(name=FILES)(process_file), register(name=PARTS)(process_part)

    @contextmanager
    def _holding(self) -> Iterator[None]:
        """While in the block, the workflow of this thread is in hand."""
        workflow_id = str(self._dbos.workflow_id)
        self._in_hand.add(workflow_id)
        try:
            yield
        finally:
            self._in_hand.discard(workflow_id)

    def _run_step(self, name: str, work: Callable[[], Any]) -> Any:
        self._in_step.acquire()
        if self._leaving.is_set():
            self._in_step.release()
            threading.Event().wait()  # the process is about to end; raising here would record a failure of the file
        try:
            return self._dbos.run_step({"name": name}, work)
        finally:
            self._in_step.release()

    def _share(self, parts: Sequence[Any], priority: str) -> list[Any]:
        from dbos import SetEnqueueOptions

        with SetEnqueueOptions(priority=PRIORITIES[priority]):
            begun = [self._dbos.enqueue_workflow(QUEUES[PARTS], self._part, part) for part in parts]
        return [self._result_of(handle) for handle in begun]

    def _result_of(self, handle: Any) -> Any:
        """What a part gave; {"lost": kind} when the engine ended it, whose pages are then still to be read."""
        try:
            return handle.get_result(polling_interval_sec=max(0.05, self._poll_seconds / 2))
        except Exception as error:  # noqa: BLE001 - whatever the engine ends it with
            return {"lost": type(error).__name__}

    def _list(self, *, name: str | list[str] = FILES, **wanted: Any) -> list[Any]:
        rows: list[Any] = self._dbos.list_workflows(name=name, load_input=False, load_output=False, **wanted)
        return rows


def prepare_journal(url: str) -> None:
    """Bring the journal to the schema of this version, as starting a worker does too. StoreFault when it cannot be reached."""
    from dbos import DBOS

    try:
        DBOS.migrate(url)
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may hold the address with its password
        raise StoreFault(
            f"The journal of durable work does not open ({type(error).__name__}).", next_step="See that its disk or server is up."
        ) from None


def engine_health(url: str) -> str:
    """Whether the engine's journal can be read, without starting an engine."""
    path = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///"):
        return "on a server of its own"
    if not path.exists():
        return "nothing worked on yet"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as conn:
            conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        return f"does not answer ({getattr(error, 'sqlite_errorname', type(error).__name__)})"
    return "ok"


def _configure(url: str, executor: str) -> Any:
    for name in [name for name in os.environ if name.startswith("DBOS_")]:
        del os.environ[name]  # what stands there belongs to some other application
    from dbos import DBOS, DBOSPortableJSONSerializer

    local = url.startswith("sqlite:///")
    if local:
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    DBOS(
        config={
            "name": "chartroom",
            "system_database_url": url if local else noticed(url),
            "executor_id": executor,
            "application_version": VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "enable_otlp": False,
            "use_listen_notify": False,
            "db_engine_kwargs": {"connect_args": {"factory": DurableConnection}} if local else {},
        }
    )
    logging.getLogger("dbos").handlers[:] = [Trouble()]
    return DBOS
