"""What a file waits for, be it ever so long: the store, the key, room on the disk. None of these costs a file."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from one_file import desk, drop, process

from schemas.config import Config, Folder, Objects
from schemas.faults import StoreFault
from schemas.record import DocumentStatus
from store.keys import create_key_file, rotate_key_file
from workers.figures import take_figures
from workers.wire import connect


def test_store_that_is_down_for_long_costs_no_file(tmp_path, stores):
    class Down:
        failures = 50

        def __getattr__(self, name):
            def call(*args, **kwargs):
                self.failures -= 1
                if self.failures > 0:
                    raise StoreFault("down")
                return getattr(stores.objects, name)(*args, **kwargs)

            return call

    delivery = drop(stores, tmp_path / "in", a="pages 7")["a"]
    (record,) = process(desk(stores, tmp_path, objects=Down()), delivery)
    assert record.status is DocumentStatus.FILED


def sealed_house(tmp_path):
    create_key_file(tmp_path / "keys.json")
    return connect(Config(objects=Objects(key_file=str(tmp_path / "keys.json"))), tmp_path / "sealed")


def test_a_lost_key_stops_the_work_and_quarantines_nothing(tmp_path, caplog):
    """Tried far more often than a bad file is; the key put back, the file is filed."""
    stores, key_file = sealed_house(tmp_path), tmp_path / "keys.json"
    delivery, whole, waits = drop(stores, tmp_path / "in", a="pages 2")["a"], key_file.read_text(), []
    rotate_key_file(key_file)
    ring = json.loads(key_file.read_text())
    key_file.unlink()
    key_file.write_text(json.dumps(ring | {"keys": {ring["current"]: ring["keys"][ring["current"]]}}))
    bereft = connect(Config(objects=Objects(key_file=str(key_file))), tmp_path / "sealed")

    def wait(seconds):
        waits.append(take_figures(Config(), tmp_path / "sealed", bereft, now=datetime.now(UTC) + timedelta(minutes=5)).key_missing)
        if len(waits) == 20:
            key_file.write_text(whole)

    (record,) = process(replace(desk(bereft, tmp_path), sleep=wait), delivery)
    assert record.status is DocumentStatus.FILED
    assert len(waits) == 20
    assert {fault.code for fault in waits} == {"CR-KEY"}
    assert "step waits for the machine: KeyMissing: The key" in caplog.text


def test_restarts_while_the_store_is_down_cost_no_file(tmp_path, stores):
    class Down:
        def __getattr__(self, name):
            raise StoreFault("down")

    def restart(_):
        raise KeyboardInterrupt

    delivery = drop(stores, tmp_path / "in", a="pages 2")["a"]
    for _ in range(9):
        with pytest.raises(KeyboardInterrupt):
            process(replace(desk(stores, tmp_path, objects=Down()), sleep=restart), delivery)
    (record,) = process(desk(stores, tmp_path), delivery)
    assert record.status is DocumentStatus.FILED


def test_receipt_that_cannot_be_written_names_the_folder_and_holds_up_nothing(tmp_path, stores, caplog):
    (tmp_path / "no-folder").write_text("a file stands here")
    folder = Folder("ingest", str(tmp_path / "in"), receipts=str(tmp_path / "no-folder" / "receipts"))
    at_work = desk(stores, tmp_path)
    delivery = drop(stores, tmp_path / "in", a="pages 1")["a"]
    (record,) = process(replace(at_work, config=replace(at_work.config, folders=(folder,))), delivery)
    assert record.status is DocumentStatus.FILED
    assert [entry.getMessage() for entry in caplog.records] == [
        f"watched folder ingest: the receipt of {delivery.id} cannot be written (Not a directory)"
    ]


def test_full_disk_costs_no_file(tmp_path, stores):
    class Full:
        refused = 0

        def __getattr__(self, name):
            return getattr(stores.objects, name)

        def put_bytes(self, data):
            if self.refused < 20 and not data.startswith(b"%"):
                self.refused += 1
                raise StoreFault("no space")
            return stores.objects.put_bytes(data)

    delivery, full = drop(stores, tmp_path / "in", a="pages 7")["a"], Full()
    (record,) = process(desk(stores, tmp_path, objects=full), delivery)
    assert (record.status, full.refused) == (DocumentStatus.FILED, 20)
    named = {delivery.object_key, record.object_key}
    assert len(set(stores.objects.keys()) - named) == 7  # the readings; nothing is left of what was tried
