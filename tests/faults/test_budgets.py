"""What opening a file may cost, and what may come back from the child that opens it: sizes, words, processor time. And who else opens one."""

import io
import os
import socket
import time
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest
import stub_worker

from pipeline.engines import nursery
from pipeline.engines import opener as opener_module
from pipeline.engines.opener import ChildOpener
from pipeline.engines.walled import run_walled
from samples.hostile import make_hostile
from schemas.config import Config
from schemas.page import PageKind
from schemas.record import DocumentStatus
from schemas.rules import IdleRules, RenderRules
from schemas.source import FileKind, Opened, PageFacts
from store import documents, readings
from store.database import reading
from workers import idle
from workers.audit_pages import pages_in
from workers.ingest import ingest
from workers.steps import Desk, process_file, process_part
from workers.wire import Maker

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LETTER = PageFacts(1, 612.0, 792.0)
SAID = {"number": 1, "size": [612.0, 792.0], "dpi": [200.0, 200.0], "layer": [["Doe", 0.1, 0.1, 0.2, 0.2, 0]]}
WIDE, HIGH = 1700, 2200


def pgm(width, height, pixels=None):
    return b"P5\n%d %d\n255\n" % (width, height) + b"\xff" * (width * height if pixels is None else pixels)


def told(tmp_path, monkeypatch, picture, said, kind=FileKind.PDF):
    """What the port makes of a child that leaves `picture` and says `said`."""
    (tmp_path / "original").write_bytes(b"%PDF-1.7")
    if picture is not None:
        (tmp_path / "page-0001.pgm").write_bytes(picture)
    monkeypatch.setattr(opener_module, "converse", lambda *_, **__: iter([{"at": 1}, {"page": said}, {"done": {}}]))
    [page] = ChildOpener(RenderRules(max_megapixels=4)).render(tmp_path / "original", Opened(kind, (LETTER,)), [1], tmp_path)
    return page


def test_a_page_as_large_as_it_must_be_is_taken(tmp_path, monkeypatch):
    page = told(tmp_path, monkeypatch, pgm(WIDE, HIGH), SAID)
    assert (page.problem, [word.text for word in page.layer]) == (None, ["Doe"])


@pytest.mark.parametrize(
    ("picture", "changes"),
    [
        (None, {}),
        (pgm(1, 1), {}),
        (pgm(WIDE - 5, HIGH), {}),
        (pgm(WIDE, HIGH, pixels=WIDE), {}),
        (pgm(WIDE, HIGH) + b"more", {}),
        (pgm(3000, 3000, pixels=10), {}),
        (pgm(2048, 2650), {"dpi": [240.94, 240.9]}),
        (b"P5\n# a comment\n" + pgm(WIDE, HIGH)[3:], {}),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), {}),
        (pgm(WIDE, HIGH), {"size": [306.0, 396.0], "dpi": [400.0, 400.0]}),
        (pgm(WIDE, HIGH), {"dpi": [200.0, 100.0]}),
        (pgm(WIDE, HIGH), {"dpi": [float("nan"), 200.0]}),
        (pgm(WIDE, HIGH), {"layer": [["Doe\x1b[2J", 0.1, 0.1, 0.2, 0.2, 0]]}),
        (pgm(WIDE, HIGH), {"layer": [["x" * 201, 0.1, 0.1, 0.2, 0.2, 0]]}),
        (pgm(WIDE, HIGH), {"layer": [["x", 0.1, 0.1, 0.2, 0.2, 0]] * 20_001}),
        (pgm(WIDE, HIGH), {"layer": [["x", 0.1, 0.1, 0.2, 1.2, 0]]}),
    ],
)
def test_whatever_a_child_says_that_no_such_page_can_be_is_unreadable(tmp_path, monkeypatch, picture, changes):
    page = told(tmp_path, monkeypatch, picture, SAID | changes)
    assert (page.problem, page.image, page.layer) == ("image.unreadable", None, ())


def test_a_scans_size_is_its_own_but_fits_its_pixels(tmp_path, monkeypatch):
    half = SAID | {"size": [306.0, 396.0], "dpi": [400.0, 400.0]}
    assert told(tmp_path, monkeypatch, pgm(WIDE, HIGH), half, FileKind.TIFF).problem is None
    assert told(tmp_path, monkeypatch, pgm(WIDE, 2190), half, FileKind.TIFF).problem == "image.unreadable"


def costly_page():
    """A page of many strokes."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(612, 792))
        page.obj.Contents = pdf.make_stream(b"0 0 m 99 99 l S " * 20_000)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def test_the_processor_time_of_children_and_of_what_they_start_is_known(tmp_path):
    (tmp_path / "original").write_bytes(costly_page())
    opener = ChildOpener(RenderRules())
    opened = opener.inspect(tmp_path / "original")
    inspected = opener.cpu_seconds
    before = os.times()
    opener.render(tmp_path / "original", opened, [1], tmp_path)
    ours = os.times().user - before.user
    assert 0 < inspected < opener.cpu_seconds - 0.1
    assert ours < opener.cpu_seconds - inspected


@pytest.mark.parametrize("name", ["forms-in-forms.pdf", "flate-bomb-3.pdf"])
def test_both_tries_at_a_page_together_stay_within_its_budget(tmp_path, name):
    made = {one.name: one for one in make_hostile(tmp_path / "made")}
    (tmp_path / "original").write_bytes(made[name].data)
    opener = ChildOpener(RenderRules(page_cpu_seconds=4, page_wall_seconds=8))
    begun = time.monotonic()
    [page] = opener.render(tmp_path / "original", Opened(FileKind.PDF, (LETTER,)), [1], tmp_path)
    assert page.problem == "image.unreadable"
    assert opener.cpu_seconds < 8 + 2 * 1.5, "silence counts as well, and a second for the start of each try"
    assert time.monotonic() - begun < 30


def child_at(*pages):
    """A child of this process that says which page it is at and uses 0.7 s of the processor, page after page."""
    ours, theirs = socket.socketpair()
    if not (pid := os.fork()):
        for page in pages:
            nursery.send(theirs, {"at": page})
            until = time.process_time() + 0.7
            while time.process_time() < until:
                pass
        os._exit(0)
    theirs.close()
    return ours, pid


@pytest.mark.parametrize(("pages", "stays"), [((1, 2, 3), True), ((1, 1, 1), False)])
def test_a_page_named_again_is_granted_nothing_anew_and_another_is(pages, stays):
    line, pid = child_at(*pages)
    piece, message = nursery.Piece("", time.monotonic(), 0.0), {}
    try:
        while message is not None:
            nursery.wait_for_message(line, pid, piece, nursery.Limits(1, 60.0, 500))
            message = nursery.receive(line)
            piece = piece.after(message or {}, pid)
        assert stays
    except TimeoutError:
        assert not stays
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        line.close()


def test_a_file_that_costs_too_much_keeps_what_was_read_and_the_rest_is_not_opened(tmp_path, stores):
    (tmp_path / "a").write_text("pages 14")
    [delivery] = ingest([tmp_path / "a"], Config(), stores).deliveries
    clock = iter(range(0, 10_000, 301))  # each part costs five minutes and a second
    reader = replace(stub_worker.equip(Config(), stores), opening_seconds=lambda: float(next(clock)))
    config = replace(Config(), render=RenderRules(file_cpu_minutes=10))
    desk = Desk(config, stores, reader, tmp_path / "scratch", lambda: NOW, lambda _: None)
    run = lambda name, work: work()  # noqa: E731
    process_file(desk, delivery.id, run, lambda parts, priority: [process_part(desk, part, run) for part in parts])
    with reading(stores.index) as conn:
        kept = readings.load(conn, stores.objects, sha256=delivery.sha256, key="stub")
        (record,) = documents.of_delivery(conn, delivery.id)
    kinds = [kept[number].kind for number in range(1, 15)]
    assert kinds == [PageKind.TEXT] * 8 + [PageKind.UNREADABLE] * 6
    assert {kept[number].problem for number in range(9, 15)} == {"image.unreadable"}
    assert record.pages == tuple(range(1, 15))
    assert len((tmp_path / "trace").read_text().splitlines()) == 8
    drawn = []
    maker = Maker(stub_worker.inspect, lambda *call: drawn.append(call) or {}, None)
    bench = idle.Bench(maker, stores, tmp_path, lambda: NOW)
    while idle.one_piece(bench, IdleRules(archive=False), 10):
        pass
    assert drawn == [], "at rest it is not opened either"


def test_scripts_and_programs_are_told_on_each_document_and_in_the_export(tmp_path, stores):
    (tmp_path / "a").write_text("pages 2")
    [delivery] = ingest([tmp_path / "a"], Config(), stores).deliveries
    plain = stub_worker.equip(Config(), stores)
    reader = replace(plain, inspect=lambda path: replace(stub_worker.inspect(path), flags=("javascript", "launch")))
    desk = Desk(Config(), stores, reader, tmp_path / "scratch", lambda: NOW, lambda _: None)
    process_file(desk, delivery.id, lambda name, work: work(), lambda parts, priority: [])
    with reading(stores.index) as conn:
        [line] = documents.export(conn)
    assert (line["status"], line["flags"]) == (DocumentStatus.FILED, ["javascript", "launch"])
    assert [link.partition(";")[0] for link in line["links"]] == ["the file holds scripts", "the file would start programs"]


def pdf(pages):
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page()
        out = io.BytesIO()
        made.save(out)
    return out.getvalue()


def test_the_auditor_counts_pages_behind_the_walls(tmp_path):
    assert pages_in(io.BytesIO(pdf(3))) == 3
    assert pages_in(io.BytesIO(b"%PDF-1.7 nothing")) is None
    (tmp_path / "secret").write_text("-")
    assert run_walled(["cat", "-"], b"mine", 20) == b"mine"
    assert run_walled(["cat", str(tmp_path / "secret")], b"", 20) == b""
    assert run_walled(["sh", "-c", f"echo > {tmp_path}/new"], b"", 20) == b""
    assert not (tmp_path / "new").exists()


def test_a_file_over_which_the_auditors_reader_hangs_is_given_up():
    begun = time.monotonic()
    assert run_walled(["sleep", "60"], b"", 1) == b""
    assert time.monotonic() - begun < 30


def test_a_bomb_of_nested_streams_costs_the_auditor_no_more_than_a_page(tmp_path):
    once = zlib.compress(b"0" * 50_000_000, 9)
    with pikepdf.new() as made:
        page = made.add_blank_page()
        page.obj.Contents = pikepdf.Stream(made, zlib.compress(once, 9), Filter=pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode]))
        out = io.BytesIO()
        made.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert pages_in(io.BytesIO(out.getvalue())) == 1
