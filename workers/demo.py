"""The demonstration: sample people and scans through the real pipeline, a table of what became of them, then the application."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import yaml

from samples.batches import make_batches
from samples.people import make_people, write_people
from schemas.faults import InputFault
from schemas.record import DocumentRecord
from store import documents
from store.database import reading
from store.patients import size
from workers import show, supervise
from workers.ingest import hands, ingest, wait_until_settled
from workers.patients import import_patients
from workers.settings import Settings, read_settings
from workers.users import Desk, demo_links
from workers.wire import Stores, connect

MARK = "demo.txt"


def run_demo(*, people: int, seed: int, serve: bool) -> None:
    """Make, import, ingest, print, serve. Repeating it in the same data folder takes in nothing twice."""
    settings = _settings()
    folder = settings.data_dir
    stores = connect(settings.config, folder)
    _claim(folder, stores)
    scans = _make_samples(folder, people, seed)
    _import(folder / "people.csv", stores)
    show.outcome(_run(scans, settings, stores), at_most=200)
    show.out.print(f"\nThe sample scans are in {scans}, what they truly are in {folder / 'truth.jsonl'}.")
    show.out.print(f"To look further: CHARTROOM_DATA_DIR={folder} {Path(sys.argv[0])} review list")
    if serve:
        web = settings.config.web
        show.out.print(f"\n[bold]{supervise.url_of(web)}[/]  the review application. Drop scans into {folder / 'inbox'}. Ctrl-C ends it.")
        for name, link in demo_links(Desk(stores.index, "demo", datetime.now(UTC))):
            show.out.print(f"To sign in as {name}, choose a password here, once: {supervise.url_of(web)}{link}", soft_wrap=True)
        supervise.up(settings, say=supervise.log_to(folder / "run" / "up.log"))


def _settings() -> Settings:
    """The settings with a data folder, one watched folder and a free port of the demo's own. Child processes read the same environment."""
    os.environ.setdefault("CHARTROOM_DATA_DIR", "var/demo")
    settings = read_settings()
    folder, web = settings.data_dir, settings.config.web
    if "CHARTROOM_CONFIG" not in os.environ:
        (folder / "inbox").mkdir(parents=True, exist_ok=True)
        own = {
            "folders": [{"name": "demo", "path": str(folder / "inbox")}],
            "web": {"host": web.host, "port": _free_port(web.host, web.port), "second_factor": "optional"},
        }
        (folder / "config.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
        os.environ["CHARTROOM_CONFIG"] = str(folder / "config.yaml")
    return read_settings()


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
            make_batches(scans, known, kind="demo", seed=seed, progress=bar)
    return scans


def _import(file: Path, stores: Stores) -> None:
    with show.progress("importing sample people", unit="bytes") as bar:
        report = import_patients(file, stores, now=datetime.now(UTC), progress=lambda done: bar(done, file.stat().st_size))
    show.out.print(f"{report.count.new} people added to the patient index, {report.count.same} were there.")


def _run(scans: Path, settings: Settings, stores: Stores) -> list[DocumentRecord]:
    with hands(settings, stores, supervise.log_to(settings.data_dir / "run" / "ingest.log")) as look_after:
        deliveries = ingest([scans], settings.config, stores).deliveries
        with show.progress("reading and filing", unit="files") as bar:
            wait_until_settled([d.id for d in deliveries], stores, look_after, progress=bar)
    with reading(stores.index) as conn:
        return [record for delivery in deliveries for record in documents.of_delivery(conn, delivery.id)]


def _free_port(host: str, wanted: int) -> int:
    for port in (wanted, 0):
        with closing(socket.socket()) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return wanted
