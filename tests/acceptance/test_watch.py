"""Watched folders with real writers, a real watcher process and real stores: nothing half is taken, nothing is lost."""

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.config import Config, Folder
from schemas.faults import StoreFault
from schemas.rules import IntakeRules
from schemas.source import Priority
from store import audit, journal
from store.database import reading
from workers import watch as watch_module
from workers.take_over import RefusedFile, Stamp, look_at, move_to_taken, sweep_taken
from workers.watch import FolderState, Surroundings, Verdict, judge, look_again, scan, sweep, watch
from workers.wire import connect, content_check

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RULES = IntakeRules(incomplete_after_seconds=50, empty_after_seconds=20)


def png(padding=5000):
    from io import BytesIO

    from PIL import Image

    data = BytesIO()
    Image.frombytes("L", (100, padding // 100), os.urandom(padding // 100 * 100)).save(data, "PNG")
    return data.getvalue()


class Clock:
    at = 1000.0

    def __call__(self):
        return self.at


class Box:
    """One watched folder, scanned by hand under a clock of the test's own."""

    def __init__(self, tmp_path, **folder):
        self.root = tmp_path / "in"
        self.root.mkdir()
        self.stores = connect(Config(), tmp_path / "var")
        self.clock = Clock()
        self.state = FolderState(Folder("fax", str(self.root), quiet_seconds=5.0, **folder), "Our house")
        self.around = Surroundings(self.stores, RULES, content_check(), lambda: NOW, self.clock)

    def scan(self, *renamed, after=0.0):
        self.clock.at += after
        return scan(self.state, self.around, frozenset(self.root / name for name in renamed))

    def deliveries(self):
        with reading(self.stores.index) as conn:
            return journal.deliveries(conn)

    def taken(self):
        return sorted(d.name for d in self.deliveries())


@pytest.fixture
def box(tmp_path):
    return Box(tmp_path)


def test_whole_file_is_taken_when_quiet_and_leaves_the_folder_last(box):
    (box.root / "a.png").write_bytes(png())
    assert (box.scan(), box.scan(after=4.9), box.scan(after=0.2)) == (0, 0, 1)
    assert box.taken() == ["a.png"]
    assert [path.name for path in box.root.rglob("*") if path.is_file() and ".taken" in path.parts] == ["a.png"]
    (delivery,) = box.deliveries()
    assert box.stores.objects.open(delivery.object_key).read() == next(box.root.glob(".taken/*/a.png")).read_bytes()


def test_half_file_waits_and_is_taken_as_it_is_only_after_the_configured_time(box):
    (box.root / "a.png").write_bytes(png()[:-20])
    assert [box.scan(after=10) for _ in range(5)] == [0] * 5
    assert box.scan(after=30) == 1


def test_writing_on_starts_the_wait_anew(box):
    data = png()
    (box.root / "a.png").write_bytes(data[:2000])
    for _ in range(10):
        assert box.scan(after=40) == 0
        with (box.root / "a.png").open("ab") as file:
            file.write(b"x")


def test_file_renamed_into_place_is_taken_at_once_if_it_is_whole(box):
    (box.root / "a.png").write_bytes(png())
    (box.root / "b.png").write_bytes(png()[:-20])
    assert box.scan("a.png", "b.png") == 1
    assert box.taken() == ["a.png"]


def test_empty_file_and_unknown_kind(box):
    (box.root / "empty.pdf").touch()
    (box.root / "letter.docx").write_bytes(b"PK\3\4 whatever")
    assert (box.scan(), box.scan(after=6), box.taken()) == (0, 1, ["letter.docx"])
    assert box.scan(after=15) == 1


def test_sub_folders_carry_source_and_priority(box):
    for folder in ("stat", "clinic b", "low/deep"):
        (box.root / folder).mkdir(parents=True)
        (box.root / folder / "a.png").write_bytes(png())
    box.scan()
    assert box.scan(after=6) == 3
    assert {(d.name, d.source, d.priority, d.facility) for d in box.deliveries()} == {
        ("stat/a.png", "fax", Priority.STAT, "Our house"),
        ("clinic b/a.png", "fax/clinic b", Priority.NORMAL, "Our house"),
        ("low/deep/a.png", "fax", Priority.LOW, "Our house"),
    }
    with reading(box.stores.index) as conn:
        assert {row.entry.detail["source"] for row in audit.entries(conn)} == {"fax"}


def test_ignored_names_are_counted_once_and_stay(box):
    for name in ("~$a.docx", "b.pdf.part", "Thumbs.db", ".hidden", "c.tmp"):
        (box.root / name).write_bytes(b"x")
    for _ in range(3):
        assert box.scan(after=100) == 0
    with reading(box.stores.index) as conn:
        assert sum(journal.ignored_counts(conn).values()) == 5
    assert len(list(box.root.iterdir())) == 5


def test_links_pipes_and_holes_are_refused_and_reported_once(box, tmp_path):
    (tmp_path / "secret").write_text("x")
    (box.root / "link.pdf").symlink_to(tmp_path / "secret")
    os.mkfifo(box.root / "pipe.pdf")
    with (box.root / "giant.pdf").open("wb") as file:
        file.truncate(2**40)
    for _ in range(3):
        assert box.scan(after=100) == 0
    with reading(box.stores.index) as conn:
        assert journal.refused_counts(conn) == {"link": 1, "pipe": 1, "sparse": 1}


def test_odd_names_are_different_deliveries(box):
    data = png()
    names = [b"caf\xc3\xa9.png", b"cafe\xcc\x81.png", b"caf\xe9.png", b"caf\xe8.png", b"new\nline.png", b"trail .png ", b"x" * 251 + b".png"]
    for name in names:
        (box.root / os.fsdecode(name)).write_bytes(data)
    box.scan()
    assert box.scan(after=6) == len(names)
    assert len(set(box.taken())) == len(names)


def test_one_unreadable_file_stops_nothing_and_is_seen(box):
    for name in "abc":
        (box.root / name).write_bytes(png())
    good = box.around.is_complete

    def check(path):
        if path.name == "b":
            raise PermissionError
        return good(path)

    box.around = Surroundings(box.stores, RULES, check, lambda: NOW, box.clock)
    box.scan()
    box.scan(after=6)
    assert box.taken() == ["a", "c"]
    assert box.state.problems == {"PermissionError": 1}


def test_file_that_the_store_refuses_keeps_no_other_waiting(box):
    for name in "abcdef":
        (box.root / name).write_bytes(png())
    refused, put = {"a", "b", "c"}, box.stores.objects.put_file

    def put_file(path):
        if path.readlink().name in refused:
            raise StoreFault("Object holds wrong bytes.", permanent=True)
        return put(path)

    box.stores.objects.put_file = put_file
    box.scan()
    box.scan(after=6)
    assert box.state.problems == {"CR-STORE": 3}
    assert box.scan(after=1) == 3
    refused.clear()
    assert box.scan(after=1) == 3


def test_index_that_does_not_answer_ends_no_watch(box, monkeypatch):
    (box.root / ".folder").mkdir()
    monkeypatch.setattr("workers.watch.journal.note_ignored", lambda *_, **__: (_ for _ in ()).throw(StoreFault("locked")))
    assert box.scan() == 0
    assert box.state.problems == {"CR-STORE": 1}


def test_missing_folder_is_a_problem_and_comes_back(box):
    box.root.rmdir()
    assert box.scan() == 0
    assert box.state.problems == {"folder missing": 1}
    box.root.mkdir()
    (box.root / "a.png").write_bytes(png())
    box.scan()
    assert box.scan(after=6) == 1


def test_receipts_folder_that_cannot_be_written_is_a_problem_and_files_are_taken(tmp_path):
    (tmp_path / "plain").write_text("no folder")
    box = Box(tmp_path, receipts=str(tmp_path / "plain" / "receipts"))
    (box.root / "a.png").write_bytes(png())
    box.scan()
    assert box.scan(after=6) == 1
    assert box.state.problems == {"receipts cannot be written": 1}


def test_crash_between_journal_and_move_makes_no_second_delivery(box, monkeypatch):
    (box.root / "a.png").write_bytes(png())
    monkeypatch.setattr("workers.watch.move_to_taken", lambda *_: (_ for _ in ()).throw(OSError))
    box.scan()
    assert box.scan(after=6) == 1
    assert box.scan(after=6) == 0
    assert box.state.problems == {"cannot be moved away": 1}
    monkeypatch.undo()
    box.state = FolderState(box.state.folder, "Our house")
    box.scan()
    assert box.scan(after=6) == 1
    assert box.taken() == ["a.png"]
    assert not (box.root / "a.png").exists()


def test_file_written_to_after_it_was_taken_comes_back_and_is_taken_whole(box):
    path = box.root / "a.png"
    path.write_bytes(png())
    with path.open("ab") as writer:
        box.scan()
        assert box.scan(after=6) == 1
        writer.write(b"a later page")
    sweep(box.state, box.around)
    assert path.read_bytes().endswith(b"a later page")
    box.scan()
    assert box.scan(after=60) == 1
    assert len({d.sha256 for d in box.deliveries()}) == 2


def test_name_taken_meanwhile_is_not_overwritten_by_what_comes_back(box):
    path = box.root / "a.png"
    path.write_bytes(b"one")
    taken = move_to_taken(path, "id", look_at(path))
    path.write_bytes(b"two")
    taken.write_bytes(b"one and more")
    assert sweep_taken(box.root, keep_days=14, now=datetime.now(UTC), journalled=set) == 1
    assert sorted(p.read_bytes() for p in box.root.iterdir() if p.is_file()) == [b"one and more", b"two"]


def test_file_replaced_before_it_is_moved_stays_in_the_folder(box):
    path = box.root / "a.png"
    path.write_bytes(b"one")
    stamp = look_at(path)
    (box.root / "new").write_bytes(b"two")
    (box.root / "new").rename(path)
    assert move_to_taken(path, "id", stamp) is None
    assert path.read_bytes() == b"two"


def test_taken_files_are_kept_for_their_days(box):
    path = box.root / "a.png"
    path.write_bytes(b"one")
    taken = move_to_taken(path, "id", look_at(path))
    sweep_taken(box.root, keep_days=14, now=datetime.now(UTC) + timedelta(days=13), journalled=set)
    assert taken.exists()
    sweep_taken(box.root, keep_days=14, now=datetime.now(UTC) + timedelta(days=15), journalled=set)
    assert not taken.exists()


def test_what_the_journal_does_not_know_is_taken_over_and_never_deleted_however_late_it_is(box):
    path, whole = box.root / "a.png", png()
    path.write_bytes(whole)
    move_to_taken(path, "0" * 20, look_at(path))  # as after an older index was brought back
    around = replace(box.around, now=lambda: datetime.now(UTC) + timedelta(days=5 * 365))
    sweep(box.state, around)
    assert path.read_bytes() == whole
    box.scan()
    assert box.scan(after=60) == 1
    sweep(box.state, box.around)
    assert not path.exists()
    assert len([*box.root.glob(".taken/*/a.png")]) == 1
    sweep(box.state, around)
    assert not [*box.root.glob(".taken/*")]
    assert len(box.deliveries()) == 1


@given(st.lists(st.tuples(st.floats(0.1, 20), st.booleans()), max_size=30))
def test_no_file_is_taken_within_its_quiet_time_of_a_change(looks):
    seen, at, changed, size = None, 0.0, 0.0, 1
    for pause, grows in looks:
        at += pause
        size += grows
        changed = at if grows or seen is None else changed
        seen = look_again(seen, Stamp(size, 0, 0, 0), at, renamed=False)._replace(complete=True)
        if judge(seen, at, quiet_seconds=5, rules=RULES) is Verdict.TAKE:
            assert at - changed >= 5


def test_refused_kind_of_a_folder_of_links(tmp_path):
    (tmp_path / "l").symlink_to("nowhere")
    with pytest.raises(RefusedFile, match="link"):
        look_at(tmp_path / "l")


def test_seen_is_forgotten_with_the_file(box):
    (box.root / "a.png").write_bytes(png())
    box.scan()
    (box.root / "a.png").unlink()
    box.scan(after=6)
    assert (box.state.seen, box.taken()) == ({}, [])


# The real watcher process.


class Watcher:
    def __init__(self, tmp_path, quiet=1.0, mode="events"):
        self.root, self.var = tmp_path / "in", tmp_path / "var"
        self.root.mkdir(exist_ok=True)
        config = {"folders": [{"name": "fax", "path": str(self.root), "quiet_seconds": quiet, "scan_seconds": 0.5, "mode": mode}]}
        (tmp_path / "c.yaml").write_text(json.dumps(config))
        environ = {**os.environ, "CHARTROOM_CONFIG": str(tmp_path / "c.yaml"), "CHARTROOM_DATA_DIR": str(self.var), "PYTHONPATH": str(Path.cwd())}
        self.stores = connect(Config(), self.var)
        self.process = subprocess.Popen([sys.executable, "-m", "workers.watcher"], env=environ)

    def names(self):
        with reading(self.stores.index) as conn:
            return {d.name: d.size for d in journal.deliveries(conn)}

    def wait(self, count, seconds=30):
        until = time.monotonic() + seconds
        while len(self.names()) < count and time.monotonic() < until:
            time.sleep(0.1)
        return self.names()

    def heartbeat(self):
        return json.loads((self.var / "run" / "watch.json").read_text())


@pytest.fixture
def watcher(tmp_path):
    started = []

    def start(**options):
        started.append(Watcher(tmp_path, **options))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()


def write_with_pause(path, data, seconds):
    with path.open("wb") as file:
        for part in (data[: len(data) // 2], data[len(data) // 2 :]):
            file.write(part)
            file.flush()
            time.sleep(seconds)
            seconds = 0


@pytest.mark.parametrize("pauses", [(2, 6, 8), pytest.param((30,), marks=pytest.mark.slow)])
def test_pausing_writers_lose_nothing(watcher, tmp_path, pauses):
    files = {f"{pause}.png": png() for pause in pauses}
    running = watcher()
    threads = [threading.Thread(target=write_with_pause, args=(running.root / name, data, float(name[:-4]))) for name, data in files.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert running.wait(len(files)) == {name: len(data) for name, data in files.items()}


def test_start_with_half_a_file_then_the_rest(watcher, tmp_path):
    (tmp_path / "in").mkdir()
    data = png()
    (tmp_path / "in" / "a.png").write_bytes(data[:3000])
    running, end = watcher(), time.monotonic() + 100
    beat = running.var / "run" / "watch.json"
    while not (beat.exists() and running.heartbeat()["folders"][0]["waiting"]) and time.monotonic() < end:
        time.sleep(0.1)
    time.sleep(3)
    assert running.heartbeat()["folders"][0]["waiting"] == 1
    assert running.names() == {}
    with (tmp_path / "in" / "a.png").open("ab") as file:
        file.write(data[3000:])
    assert running.wait(1) == {"a.png": len(data)}


@pytest.mark.parametrize("mode", ["events", "poll"])
def test_500_small_files_at_once(watcher, tmp_path, mode):
    running = watcher(mode=mode)
    for number in range(500):
        (running.root / f"{number}.png").write_bytes(png(200))
    assert len(running.wait(500, seconds=60)) == 500
    until = time.monotonic() + 10
    while time.monotonic() < until and [p for p in running.root.iterdir() if p.is_file()]:
        time.sleep(0.1)
    assert [p for p in running.root.iterdir() if p.is_file()] == []


def test_renamed_into_place_is_taken_before_the_quiet_time(watcher, tmp_path):
    running = watcher(quiet=60.0)
    until = time.monotonic() + 20
    beat = running.var / "run" / "watch.json"
    while not (beat.exists() and json.loads(beat.read_text())["folders"][0]["last_scan"]) and time.monotonic() < until:
        time.sleep(0.1)
    (tmp_path / "a.png").write_bytes(png())
    (tmp_path / "a.png").rename(running.root / "a.png")
    assert list(running.wait(1, seconds=10)) == ["a.png"]


def test_watch_ends_when_told(box):
    stopping = threading.Event()
    stopping.set()
    watch(Config(folders=(box.state.folder,)), box.around, stopping, print)
    assert Path(box.root).exists()


def test_nearly_full_disk_stops_intake_and_says_so_until_there_is_room(box):
    (box.root / "a.png").write_bytes(png())
    box.around = replace(box.around, free=lambda: RULES.min_free_megabytes << 20)
    box.scan()
    box.scan(after=9)
    assert box.taken() == []
    assert (box.root / "a.png").exists()
    assert box.state.problems == {"disk nearly full, intake waits": 1}
    box.around = replace(box.around, free=lambda: (RULES.min_free_megabytes + 1) << 20)
    box.scan(after=9)
    assert box.taken() == ["a.png"]


def test_folder_that_hangs_holds_up_no_other_and_is_told(tmp_path, monkeypatch, box):
    (tmp_path / "hanging").mkdir()
    stopping, hung, look, told = threading.Event(), threading.Event(), watch_module.scan, []

    def scan_that_hangs(state, around, renamed=frozenset()):
        if state.folder.name == "hanging":
            hung.wait(30)
        return look(state, around, renamed)

    monkeypatch.setattr(watch_module, "scan", scan_that_hangs)
    monkeypatch.setattr(watch_module, "SLOW_SECONDS", 0.5)
    (box.root / "a.png").write_bytes(png())
    folders = (Folder("hanging", str(tmp_path / "hanging")), Folder("fax", str(box.root), quiet_seconds=0.2, scan_seconds=0.2))
    around = replace(box.around, clock=time.monotonic)
    running = threading.Thread(target=watch, args=(Config(folders=folders), around, stopping, told.append))
    running.start()
    try:
        until = time.monotonic() + 20
        beat = {}
        while time.monotonic() < until and not (box.taken() and "seconds in one look" in beat.get("problems", {})):
            time.sleep(0.1)
            beat = told[-1][0] if told else {}
        assert box.taken() == ["a.png"]
        assert "seconds in one look" in beat["problems"]
    finally:
        hung.set()
        stopping.set()
        running.join(10)
