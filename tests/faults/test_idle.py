"""What is made when nothing waits: made once, for what has settled, and never while a file is in work."""

import io
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import stub_worker
from PIL import Image, ImageDraw
from reportlab.pdfgen import canvas

from pipeline.engines.composer import SearchablePdf
from pipeline.engines.opener import ChildOpener
from schemas.config import Config
from schemas.rules import AuditSampleRules, IdleRules, RenderRules
from store import documents, renditions
from store.database import reading
from workers import aside, idle, work
from workers.audit import take_ledger
from workers.crew import LocalCrew
from workers.ingest import ingest
from workers.status import take_status
from workers.steps import Desk, process_file, process_part
from workers.wire import connect, equip_idle

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CONFIG = Config(sample=AuditSampleRules(sample_share=0.0))


@pytest.fixture
def stores(tmp_path):
    return connect(CONFIG, tmp_path / "var")


@pytest.fixture
def desk(stores, tmp_path):
    reader = stub_worker.equip(CONFIG, stores)
    reader = replace(reader, inspect=ChildOpener(RenderRules()).inspect, composer=SearchablePdf(RenderRules()), is_complete=lambda _: True)
    return Desk(CONFIG, stores, reader, tmp_path / "scratch", lambda: NOW, lambda _: None)


@pytest.fixture
def bench(stores, tmp_path):
    return idle.Bench(equip_idle(CONFIG), stores, tmp_path / "scratch", lambda: NOW)


def scan(pages):
    sheets = [Image.new("L", (850, 1100), 255) for _ in range(pages)]
    for number, sheet in enumerate(sheets):
        ImageDraw.Draw(sheet).rectangle((50, 50, 200, 100 + 60 * number), fill=0)
    out = io.BytesIO()
    sheets[0].save(out, format="TIFF", save_all=True, append_images=sheets[1:], dpi=(100, 100))
    return out.getvalue()


def letter():
    out = io.BytesIO()
    paper = canvas.Canvas(out)
    paper.drawString(72, 700, "A font that every reader has, and no archive")
    paper.save()
    return out.getvalue()


def take(desk, folder, **files):
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {one.name: one for one in ingest([folder], CONFIG, desk.stores).deliveries}


def settle(desk, delivery):
    run = lambda name, step: step()  # noqa: E731
    process_file(desk, delivery.id, run, lambda parts, priority: [process_part(desk, part, run) for part in parts])
    with reading(desk.stores.index) as conn:
        return documents.of_delivery(conn, delivery.id)[0]


def rest(bench, rules=CONFIG.idle):
    pieces = 0
    while idle.one_piece(bench, rules, 15):
        pieces += 1
    return pieces


def test_all_that_has_settled_gets_its_images_and_its_archival_rendition_once(tmp_path, desk, bench):
    taken = take(desk, tmp_path / "in", scan=scan(6), letter=letter())
    scanned, typed = (settle(desk, taken[name]) for name in ("scan", "letter"))
    assert rest(bench) == 3 + 2
    assert rest(bench) == 0
    with reading(desk.stores.index) as conn:
        shown = {(page, size): renditions.page_image_of(conn, scanned, page, size) for page in range(1, 7) for size in renditions.SIZES}
        kept = [renditions.archival_of(conn, one.id) for one in (scanned, typed)]
    widths = {at: Image.open(io.BytesIO(desk.stores.objects.open(key).read())).width for at, key in shown.items()}
    assert widths == {(page, size): {"thumb": 160}.get(size, 850) for page in range(1, 7) for size in renditions.SIZES}
    assert desk.stores.objects.open(kept[0].object_key).read().startswith(b"%PDF-1.7")
    assert kept[0].findings == ()
    assert kept[1].object_key is None
    assert any("FONT-EMBEDDING" in finding for finding in kept[1].findings)
    assert not (tmp_path / "scratch" / "idle").exists()
    ledger = take_ledger(CONFIG, tmp_path / "var")
    assert [gap for gap in ledger.gaps if "filed to nobody" not in gap] == []  # the stub files to whom it likes
    assert ledger.checked["objects no row names"] == 0
    assert take_status(CONFIG, tmp_path / "var", desk.stores, now=NOW)["archival renditions"] == {"PDF/A-2b": 1, "kept as received": 1}


def test_a_page_without_an_image_is_not_tried_again(tmp_path, desk, bench):
    settle(desk, take(desk, tmp_path / "in", scan=scan(1))["scan"])
    spoilt = bench._replace(maker=replace(bench.maker, page_images=lambda *_: {}))
    assert rest(spoilt, IdleRules(archive=False)) == 1
    assert rest(bench, IdleRules(archive=False)) == 0


def test_a_lost_object_keeps_nothing_else_waiting(tmp_path, desk, bench):
    taken = take(desk, tmp_path / "in", one=scan(1), other=scan(2))
    lost, kept = (settle(desk, taken[name]) for name in ("one", "other"))
    desk.stores.objects.delete(lost.object_key, reason="lost")
    desk.stores.objects.delete(taken["one"].object_key, reason="lost")
    assert rest(bench) == 4
    with reading(desk.stores.index) as conn:
        assert renditions.archival_of(conn, lost.id).findings == ("not made",)
        assert renditions.page_image_of(conn, lost, 1, "web") is None
        assert renditions.archival_of(conn, kept.id).findings == ()
        assert renditions.page_image_of(conn, kept, 2, "web") is not None


def test_what_is_in_work_is_left_alone(tmp_path, desk, bench):
    delivery = take(desk, tmp_path / "in", scan=scan(1))["scan"]
    assert rest(bench) == 0
    settle(desk, delivery)
    assert rest(bench, IdleRules(page_images=False, archive=False)) == 0
    assert rest(bench) == 2


class Durable:
    def __getattr__(self, name):
        return lambda *_: []

    def pace(self, *, busy):
        pass

    def ended(self, ids):
        return {}


def test_a_worker_rests_only_while_nothing_is_in_work(tmp_path, desk, monkeypatch):
    delivery, stopping, done = take(desk, tmp_path / "in", scan=scan(1))["scan"], threading.Event(), []
    desk.scratch.mkdir(exist_ok=True)
    monkeypatch.setattr(aside, "REST_SECONDS", 0.0)
    monkeypatch.setattr(idle, "one_piece", lambda *_: done.append(time.monotonic()) or len(done) < 3)
    worker = threading.Thread(target=work.dispatch, args=(desk, Durable(), LocalCrew(tmp_path / "run", desk.stores.index), "slot-0", stopping))
    worker.start()
    time.sleep(2)
    assert done == []
    settle(desk, delivery)
    until = time.monotonic() + 30
    while len(done) < 3 and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(1)
    stopping.set()
    worker.join(30)
    assert len(done) == 3  # after an empty look it waits
