"""The demonstration: sample people and scans through the real pipeline, a table of what became of them, then the application."""

from __future__ import annotations

import os
import socket
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from samples.batches import make_batches
from samples.people import make_people, write_people
from schemas.config import Config, Folder
from schemas.faults import InputFault
from schemas.record import DocumentRecord
from store import documents
from store.database import reading
from store.patients import size
from workers import show
from workers.ingest import ingest, wait_until_settled
from workers.patients import import_patients
from workers.settings import read_settings
from workers.supervise import supervise
from workers.wire import Stores, connect

BATCHES = 36
MARK = "demo.txt"


def run_demo(*, people: int, seed: int, serve: bool) -> None:
    """Make, import, ingest, print, serve. Repeating it in the same data folder takes in nothing twice."""
    os.environ.setdefault("CHARTROOM_DATA_DIR", "var/demo")
    settings = read_settings()
    config, folder = settings.config, settings.data_dir
    stores = connect(config, folder)
    _claim(folder, stores)
    scans = _make_samples(folder, people, seed)
    _import(folder / "people.csv", stores)
    records = _run(scans, config, folder, stores)
    show.outcome(records)
    show.out.print(f"\nThe sample scans are in {scans}, what they truly are in {folder / 'truth.jsonl'}.")
    show.out.print(f"To look further: CHARTROOM_DATA_DIR={folder} chartroom review list")
    if serve:
        _serve(config, folder)


def _claim(folder: Path, stores: Stores) -> None:
    """Refuse a data folder with people that the demo did not make."""
    mark = folder / MARK
    if not mark.exists() and size(stores.index):
        raise InputFault("This data folder has a patient index of its own.", next_step="Unset CHARTROOM_DATA_DIR, or name an empty folder.")
    mark.write_text("Everything in this folder is invented.\n")


def _make_samples(folder: Path, people: int, seed: int) -> Path:
    scans = folder / "scans"
    known = make_people(people, seed=seed)
    write_people(folder / "people.csv", known)
    if not (folder / "truth.jsonl").exists():
        with show.progress("making sample scans", unit="files") as bar:
            make_batches(scans, known, kind="demo", count=BATCHES, seed=seed, progress=bar)
    return scans


def _import(file: Path, stores: Stores) -> None:
    with show.progress("importing sample people", unit="bytes") as bar:
        report = import_patients(file, stores, now=datetime.now(UTC), progress=lambda done: bar(done, file.stat().st_size))
    show.out.print(f"{report.count.new} people added to the patient index, {report.count.same} were there.")


def _run(scans: Path, config: Config, folder: Path, stores: Stores) -> list[DocumentRecord]:
    deliveries = ingest([scans], config, folder, stores, now=_now)
    with show.progress("reading and filing", unit="files") as bar:
        wait_until_settled([d.id for d in deliveries], config, folder, stores, progress=bar)
    with reading(stores.index) as conn:
        return [record for delivery in deliveries for record in documents.of_delivery(conn, delivery.id)]


def _serve(config: Config, folder: Path) -> None:
    """The application with one watched folder of the demo's own, on the configured port or a free one."""
    inbox = folder / "inbox"
    inbox.mkdir(exist_ok=True)
    port = _free_port(config.web.host, config.web.port)
    os.environ["CHARTROOM__WEB__PORT"] = str(port)
    watched = replace(config, folders=(Folder("demo", str(inbox)),), web=replace(config.web, port=port))
    show.out.print(f"\n[bold]http://{config.web.host}:{port}[/]  the review queue. Drop scans into {inbox}. Ctrl-C ends it.")
    supervise(watched, folder)


def _free_port(host: str, wanted: int) -> int:
    for port in (wanted, 0):
        with closing(socket.socket()) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return wanted


def _now() -> datetime:
    return datetime.now(UTC)
