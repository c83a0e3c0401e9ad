"""One file on its way, driven by a plain run-at-once engine."""

from datetime import UTC, datetime

import stub_worker

from schemas.config import Config, Engine
from schemas.rules import AuditSampleRules
from store import documents
from store.database import reading
from workers.ingest import ingest
from workers.steps import Desk, process_file, process_part

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def drop(stores, folder, **files):
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content)
    return {d.name: d for d in ingest([folder], Config(), stores).deliveries}


def rows(stores, delivery):
    with reading(stores.index) as conn:
        return documents.of_delivery(conn, delivery.id)


def desk(stores, tmp_path, reader=None, objects=None):
    config = Config(sample=AuditSampleRules(sample_share=0.0), engine=Engine(attempts=3))
    stores = stores._replace(objects=objects or stores.objects)
    return Desk(config, stores, reader or stub_worker.equip(config, stores), tmp_path / "scratch", lambda: NOW, lambda _: None)


def once(name, work):
    return work()


def work_on(desk_, delivery, run=once):
    """A file and its parts one after the other, as an engine with one worker would."""
    process_file(desk_, delivery.id, run, lambda parts, priority: [process_part(desk_, part, run) for part in parts])


def process(desk_, delivery):
    work_on(desk_, delivery)
    return rows(desk_.stores, delivery)
