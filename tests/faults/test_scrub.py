"""The day's reading of the object store: every named object in its turn, piece by piece, over restarts; what rots or goes is told until it is whole."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from schemas.config import Config, Objects
from schemas.faults import KeyMissing
from store import audit, scrubs
from store.database import reading
from store.keys import create_key_file
from workers import scrub as scrub_module
from workers.alarms import find_alarms
from workers.figures import take_figures
from workers.idle import Bench, one_piece
from workers.ingest import ingest
from workers.scrub import Round, scrub, share_of
from workers.wire import connect

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def stores(tmp_path):
    opened = connect(Config(), tmp_path / "var")
    (tmp_path / "in").mkdir()
    for number in range(40):
        (tmp_path / "in" / f"{number}.pdf").write_text(f"file {number}")
    ingest([tmp_path / "in"], Config(), opened)
    return opened


@pytest.fixture
def keys(stores):
    return sorted(stores.objects.keys())


def damage(stores, tmp_path, key, content=b"other"):
    path = tmp_path / "var" / "objects" / key
    kept = path.read_bytes()
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    return kept


def last(stores):
    with reading(stores.index) as conn:
        return scrubs.last(conn)


def test_every_named_object_has_its_day_and_one_only(stores, keys):
    days = [share_of(stores, NOW.toordinal() + number, 7) for number in range(7)]
    assert Counter(key for share in days for key in share) == dict.fromkeys(keys, 1)
    assert all(share == sorted(share) for share in days)


def test_pieces_go_on_where_anybody_left_off_and_the_day_is_entered_once(stores, keys, tmp_path, monkeypatch):
    read, is_whole = [], scrub_module.is_whole
    monkeypatch.setattr(scrub_module, "is_whole", lambda stores, key: read.append(key) or is_whole(stores, key))
    monkeypatch.setattr(scrub_module, "PIECE_OBJECTS", 7)
    damage(stores, tmp_path, keys[3])
    damage(stores, tmp_path, keys[30], None)
    pieces = 0
    while Round(stores, 1).piece(NOW):  # a new one each time, as after a restart or on another machine
        pieces += 1
    assert read == keys
    assert pieces == 6
    assert last(stores) == (NOW, 40, (keys[3], keys[30]))
    with reading(stores.index) as conn:
        assert len(audit.search(conn, action=scrubs.ACTION)) == 1
    assert not Round(stores, 1).piece(NOW + timedelta(hours=5))
    assert Round(stores, 1).piece(NOW + DAY)


def test_what_was_bad_is_told_until_it_reads_whole(stores, keys, tmp_path):
    kept = damage(stores, tmp_path, keys[0])
    assert scrub(stores, days=1, now=NOW).bad == (keys[0],)
    other_days = [NOW + number * DAY for number in range(1, 41) if keys[0] not in share_of(stores, (NOW + number * DAY).toordinal(), 40)]
    assert scrub(stores, days=40, now=other_days[0]).bad == (keys[0],)
    damage(stores, tmp_path, keys[0], kept)
    assert scrub(stores, days=40, now=other_days[1]).bad == ()
    assert last(stores).bad == ()


def test_idle_workers_read_the_share_unless_it_is_switched_off(stores, tmp_path):
    bench = Bench(None, stores, tmp_path, lambda: NOW, Round(stores, 1))
    off = Config().idle.__class__(page_images=False, archive=False, scrub=False)
    assert not one_piece(bench, off, 15)
    assert last(stores) is None
    while one_piece(bench, Config().idle.__class__(page_images=False, archive=False), 15):
        pass
    assert last(stores).read == 40


def test_the_store_is_read_though_a_lost_key_keeps_pages_from_being_drawn(stores, tmp_path, monkeypatch):
    def draw(bench, most_minutes):
        raise KeyMissing("gone")

    monkeypatch.setattr("workers.idle.draw_some_pages", draw)
    while one_piece(Bench(None, stores, tmp_path, lambda: NOW, Round(stores, 1)), Config().idle, 15):
        pass
    assert last(stores).read == 40


def test_a_lost_key_is_one_alarm_and_no_damage(tmp_path):
    """Found by reading the store, though no file waits; told no more once the key is back."""
    config = Config(objects=Objects(key_file=str(tmp_path / "keys.json")))
    create_key_file(tmp_path / "keys.json")
    (tmp_path / "in").mkdir()
    for number in range(5):
        (tmp_path / "in" / f"{number}.pdf").write_text(f"file {number}")
    ingest([tmp_path / "in"], config, connect(config, tmp_path / "var"))
    (tmp_path / "keys.json").rename(tmp_path / "lost.json")
    create_key_file(tmp_path / "keys.json")

    def told(stores):
        scrub(stores, days=1, now=NOW)
        seen = replace(take_figures(config, tmp_path / "var", stores, now=NOW), oldest_unsettled=None)
        return [alarm.code for alarm in find_alarms(seen, config, now=NOW) if alarm.code.startswith("store.")]

    bereft = connect(config, tmp_path / "var")
    assert told(bereft) == ["store.key_missing"]
    (tmp_path / "lost.json").replace(tmp_path / "keys.json")
    assert told(bereft) == ["store.key_missing"]  # began with another file altogether: nothing is taken for spoilt until it is restarted
    assert told(connect(config, tmp_path / "var")) == []
