"""Durable work behind a narrow port: submit, states, cancel, resume, retry, and what has ended badly. The only module that knows DBOS.

A file is one workflow whose id is the delivery's id; its steps' results hold ids, counts and codes, never what stands on a page.
SQLite by default, with a write-ahead log and full syncs; Postgres by its URL. Nothing here speaks to the network besides.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

QUEUE = "files"
WORKFLOW = "process_file"
VERSION = "1"  # of the workflow's steps; a code change that keeps them keeps this, so that an upgrade strands nothing
RECOVERIES = 50  # our own count of tries comes first; this only ends what dies before it can count
BAD_ENDS = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
MANY = 1000  # databases bound the number of values in one statement
PRIORITIES = {"stat": 1, "normal": 100, "low": 10_000}

RunStep = Callable[..., Any]  # run(name, function, *arguments): done once, its JSON result kept
Process = Callable[[str, RunStep], Any]


class DurableConnection(sqlite3.Connection):
    """SQLite as the engine's journal needs it: a commit is on disk when it returns."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute("PRAGMA busy_timeout=30000")
        self.execute("PRAGMA journal_mode=WAL")
        self.execute("PRAGMA synchronous=FULL")


class Engine:
    """One process's share of the durable work. DBOS allows one a process."""

    def __init__(self, url: str, *, slot: str, process: Process, poll_seconds: float = 0.5) -> None:
        """Connect, and work on files by `process` as executor `slot`, going on with what this slot had begun."""
        self._in_step = threading.Lock()
        self._leaving = threading.Event()
        self._dbos = _configure(url, slot)
        self._workflow = self._dbos.workflow(name=WORKFLOW, max_recovery_attempts=RECOVERIES)(self._run_with(process))
        self._dbos.listen_queues([QUEUE])
        self._dbos.launch()
        self._dbos.register_queue(QUEUE, worker_concurrency=1, polling_interval_sec=max(0.05, poll_seconds / 4), on_conflict="always_update")

    def submit(self, delivery_id: str, priority: str = "normal") -> None:
        """Have a delivery worked on; submitting it again changes nothing."""
        from dbos import SetEnqueueOptions, SetWorkflowID

        with SetWorkflowID(delivery_id), SetEnqueueOptions(priority=PRIORITIES[priority]):
            self._dbos.enqueue_workflow(QUEUE, self._workflow, delivery_id)

    def states(self, ids: Iterable[str] | None = None) -> dict[str, str]:
        """State by delivery id: ENQUEUED, PENDING, SUCCESS, or one of BAD_ENDS."""
        return {row.workflow_id: row.status for row in self._list(workflow_ids=list(ids) if ids is not None else None)}

    def cancel(self, delivery_id: str) -> None:
        """Stop before the next step."""
        self._dbos.cancel_workflow(delivery_id)

    def resume(self, delivery_id: str) -> None:
        """Go on after the last finished step with work that was cancelled or left behind."""
        self._dbos.resume_workflow(delivery_id, queue_name=QUEUE)

    def retry(self, delivery_id: str, priority: str = "normal") -> None:
        """Begin again from the first step; pages already read are not read again."""
        self._dbos.delete_workflow(delivery_id)
        self.submit(delivery_id, priority)

    def quarantined(self) -> dict[str, str]:
        """Work that ended without an outcome, and how."""
        return {row.workflow_id: row.status for row in self._list(status=list(BAD_ENDS))}

    def ended(self, ids: Iterable[str]) -> dict[str, str]:
        """Those of `ids` that the engine will not work on any more, and how each ended."""
        wanted, ends = list(ids), ["SUCCESS", *BAD_ENDS]
        parts = (wanted[start : start + MANY] for start in range(0, len(wanted), MANY))
        return {row.workflow_id: row.status for part in parts for row in self._list(workflow_ids=part, status=ends)}

    def adopt(self, slot: str) -> list[str]:
        """Take up what a dead slot had begun. The caller holds that slot's lock, so nobody works on it."""
        left = [row.workflow_id for row in self._list(status="PENDING", executor_id=slot)]
        for delivery_id in left:
            self.resume(delivery_id)
        return left

    def finish_step(self, seconds: float) -> bool:
        """Let the step in hand end, and begin no other: afterwards the process may leave. False if it took too long."""
        self._leaving.set()
        return self._in_step.acquire(timeout=seconds)

    def _run_with(self, process: Process) -> Callable[[str], Any]:
        def process_file(delivery_id: str) -> Any:
            return process(delivery_id, self._run_step)

        return process_file

    def _run_step(self, name: str, work: Callable[..., Any], *args: Any) -> Any:
        if self._leaving.is_set():
            threading.Event().wait()  # the process is about to end; raising here would record a failure of the file
        with self._in_step:
            return self._dbos.run_step({"name": name}, work, *args)

    def _list(self, **wanted: Any) -> list[Any]:
        rows: list[Any] = self._dbos.list_workflows(name=WORKFLOW, load_input=False, load_output=False, **wanted)
        return rows


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


def _configure(url: str, slot: str) -> Any:
    for name in [name for name in os.environ if name.startswith("DBOS_")]:
        del os.environ[name]  # what stands there belongs to some other application
    from dbos import DBOS, DBOSPortableJSONSerializer

    local = url.startswith("sqlite:///")
    if local:
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    DBOS(
        config={
            "name": "chartroom",
            "system_database_url": url,
            "executor_id": slot,
            "application_version": VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "CRITICAL",
            "enable_otlp": False,
            "use_listen_notify": False,
            "db_engine_kwargs": {"connect_args": {"factory": DurableConnection}} if local else {},
        }
    )
    return DBOS
