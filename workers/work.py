"""A worker process: holds one slot, works on one file after the other, and sees to it that no journalled file is left lying.

`python -m workers.work --slot K`. May be killed at any moment: what it had begun is gone on with, by itself or by another slot.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from schemas.config import Log
from schemas.faults import Fault, StoreFault
from schemas.source import Priority
from store import journal
from store.database import reading
from workers import idle
from workers.aside import Aside
from workers.crash import write_crash
from workers.crew import Crew
from workers.engine import Engine
from workers.log import set_up_log
from workers.recut import is_recut, process_recut, submit_recuts
from workers.scrub import Round
from workers.separators import sheet_reader
from workers.settings import Settings, data_folder, read_settings
from workers.slots import hold_slot, holding_dead_slots, slot_name
from workers.steps import Desk, Part, Result, RunStep, Share, give_up, process_file, process_part, receipt, settled, sweep
from workers.wire import Stores, connect, crew_of, engine_url, equip, equip_idle

LOOK_AFTER_SECONDS = 4.0  # between looks for dead slots and for work that ended without an outcome
SLOT_WAIT_SECONDS = 10.0
STEP_SECONDS = 60.0  # that a worker told to stop may take to finish its step
IN_TURN = 500  # files handed to the engine ahead of their turn: a look costs the same however many wait behind them
TAKEN_SLOT = 3  # exit code

log = logging.getLogger("chartroom.work")


def main(arguments: Sequence[str] | None = None) -> int:
    """Work until told to stop. Exit code 3: somebody works as this slot already."""
    parser = argparse.ArgumentParser(prog="python -m workers.work", description="Work on journalled files as one slot.")
    parser.add_argument("--slot", type=int, required=True)
    slot = slot_name(parser.parse_args(arguments).slot)
    set_up_log(slot, Log())
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        settings = read_settings()
        set_up_log(slot, settings.config.log)
        return work(settings, slot, stopping)
    except Fault as fault:
        log.error("%s %s", fault.code, fault)  # noqa: TRY400 - a fault explains itself
    except Exception as error:  # noqa: BLE001 - its text may quote a page
        log.error("ended by %s, see %s", type(error).__name__, write_crash(error, data_folder(os.environ), datetime.now(UTC)))  # noqa: TRY400
    logging.shutdown()
    os._exit(1)  # the engine's threads may run by now; they must not keep a slot that hands out no work


def work(settings: Settings, slot: str, stopping: threading.Event) -> int:
    """Hold the slot and work as it until `stopping` is set."""
    run = settings.data_dir / "run"
    lock = _wait_for_slot(run, slot, stopping)
    if lock is None:
        log.error("%s is worked as by another process", slot)
        return TAKEN_SLOT
    scratch = settings.data_dir / "scratch" / slot
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True, mode=0o700)
    write_temporary_files_to(scratch.absolute())
    stores = connect(settings.config, settings.data_dir)
    stores.objects.sweep(now=time.time())
    crew = crew_of(settings.config, settings.data_dir, stores)
    seat = crew.join(slot, leave=lambda: os._exit(TAKEN_SLOT))
    stores = stores._replace(index=seat.index)
    desk = Desk(
        settings.config, stores, equip(settings.config, stores, sheet_reader(settings.data_dir)), scratch, lambda: datetime.now(UTC), time.sleep
    )
    rules = settings.config.engine
    engine = Engine(
        engine_url(settings.config, settings.data_dir),
        executor=seat.executor,
        process=partial(process, desk),
        part=lambda facts, run: process_part(desk, Part(*facts), run),
        poll_seconds=rules.poll_seconds,
    )
    threading.Thread(target=desk.reader.get_ready, daemon=True).start()  # the engine hands out no file for half a second or more
    dispatch(desk, engine, crew, seat.executor, stopping)
    engine.finish_step(STEP_SECONDS)
    crew.leave()
    os._exit(0)  # nothing is left to tidy: everything is journalled, and threads waiting for work must not hold the process


def process(desk: Desk, name: str, run: RunStep, share: Share) -> Result:
    """A file, or a clerk's cuts."""
    return process_recut(desk, name, run) if is_recut(name) else process_file(desk, name, run, share)


def write_temporary_files_to(scratch: Path) -> None:
    """Have libraries and programs write in passing where only this account reads, and where the next worker clears up: it is patients' text."""
    tempfile.tempdir = os.environ["TMPDIR"] = str(scratch)


def dispatch(desk: Desk, engine: Engine, crew: Crew, executor: str, stopping: threading.Event) -> None:
    """Until told to stop: hand journalled files to the engine, take up what dead workers left, end what cannot be ended otherwise."""
    submitted, cuts = set[str](), set[str]()
    learn = partial(train_when_due, desk) if desk.config.train.auto else None
    bench = idle.Bench(equip_idle(desk.config), desk.stores, desk.scratch, desk.now, Round(desk.stores, desk.config.objects.scrub_days), learn)
    next_look, busy, aside = 0.0, True, Aside(desk, bench, crew)
    while not stopping.is_set():
        began = time.monotonic()
        try:
            submit_new(desk.stores, engine, submitted)
            submit_recuts(desk, engine.submit, cuts)
            if bool(submitted) is not busy:
                engine.pace(busy=bool(submitted))
                busy = bool(submitted)
            if began >= next_look:
                look_after(desk, engine, crew, executor, submitted)
                for name in engine.take_up_dropped():
                    log.warning("goes on with %s: the journal could not be written", name)
                sweep(desk)
                clear_after_dead(crew.run, desk.scratch)
                next_look = time.monotonic() + min(LOOK_AFTER_SECONDS, desk.config.engine.lease_seconds / 4)
            aside.turn(began, busy=bool(submitted))
        except StoreFault as fault:
            log.warning("%s %s", fault.code, fault)
        except Exception as error:  # noqa: BLE001 - the engine's database may be locked or full: the next look tries again
            log.warning("looking for work failed: %s", type(error).__name__)
        stopping.wait(max(desk.config.engine.poll_seconds, 5 * (time.monotonic() - began)))


def train_when_due(desk: Desk) -> bool:
    """Learn a new version from what people agree on, if it is time."""
    from workers import train  # brings the trainer, which few workers ever need

    return train.train_when_due(desk.stores, desk.config, now=desk.now(), scratch=desk.scratch)


def submit_new(stores: Stores, engine: Engine, submitted: set[str]) -> None:
    """Submit what is journalled, not settled and next in turn, urgent files first; `submitted` remembers what was, by whomever."""
    with reading(stores.index) as conn:
        waiting = journal.in_turn(conn, IN_TURN)
    new = [delivery_id for delivery_id in waiting if delivery_id not in submitted]
    there = engine.states(new) if new else {}
    for delivery_id in new:
        if delivery_id not in there:
            engine.submit(delivery_id, waiting[delivery_id].value)
        submitted.add(delivery_id)
    submitted.intersection_update(waiting)


def look_after(desk: Desk, engine: Engine, crew: Crew, executor: str, submitted: set[str]) -> None:
    """Adopt the work of the dead; begin again, or quarantine, what the engine will not work on any more and the journal holds open.

    One worker at a time: what one begins again, another must not take for ended and delete.
    """
    with crew.alone("looking") as mine:
        if not mine:
            return
        at_hand = engine.executors()  # before it is seen who is there: nobody begins anything before they are
        with crew.holding_dead(at_hand, executor) as dead:
            for workflow_id in engine.adopt(dead):
                log.warning("goes on with %s, left by the dead", workflow_id)
        _take_up_ended(desk, engine, {executor, *dead}, submitted)


def clear_after_dead(run: Path, scratch: Path) -> None:
    """Remove what dead processes of this machine left lying on their desks, which are named as their slots."""
    with holding_dead_slots(run, scratch.name) as dead:
        for name in dead:
            shutil.rmtree(scratch.parent / name, ignore_errors=True)


def _take_up_ended(desk: Desk, engine: Engine, left_by: Collection[str], submitted: set[str]) -> None:
    with reading(desk.stores.index) as conn:
        waiting = journal.in_turn(conn, IN_TURN)
    outdated = [delivery_id for delivery_id in engine.outdated(left_by) if delivery_id in waiting]
    for delivery_id, state in {**engine.ended(waiting), **dict.fromkeys(outdated, "ERROR")}.items():
        if not settled(desk, delivery_id):  # it may have been between the two looks
            log.warning("%s ended as %s without an outcome", delivery_id, state)
            submitted.discard(delivery_id)  # should the next line fail half-way, it is submitted again
            _end(desk, engine, delivery_id, waiting[delivery_id], state)


def _end(desk: Desk, engine: Engine, delivery_id: str, priority: Priority, state: str) -> None:
    """Begin again what the engine itself failed at (the journal counts how often); quarantine what was cancelled or never gets as far."""
    if state in {"SUCCESS", "ERROR"}:
        engine.retry(delivery_id, priority.value)
    else:
        give_up(desk, delivery_id)
        receipt(desk, delivery_id)


def _wait_for_slot(run: Path, slot: str, stopping: threading.Event) -> int | None:
    until = time.monotonic() + SLOT_WAIT_SECONDS
    while (lock := hold_slot(run, slot)) is None and time.monotonic() < until and not stopping.is_set():
        stopping.wait(0.1)
    return lock


if __name__ == "__main__":
    sys.exit(main())
