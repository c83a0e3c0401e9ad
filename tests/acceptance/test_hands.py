"""The workers that `ingest --wait` brings: there before the first file is taken in, and only where none are."""

import time

from workers.ingest import hands
from workers.settings import read_settings
from workers.wire import connect, crew_of


def test_workers_begin_at_once_where_none_are_and_end_with_the_block(tmp_path, monkeypatch):
    monkeypatch.setenv("CHARTROOM_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("CHARTROOM__ENGINE__SLOTS", "1")
    settings = read_settings()
    stores = connect(settings.config, settings.data_dir)
    crew, said = crew_of(settings.config, settings.data_dir, stores), []
    with hands(settings, stores) as look_after:
        until = time.monotonic() + 60
        while not crew.at_work().running and time.monotonic() < until:
            time.sleep(0.1)
            look_after()
        with hands(settings, stores, said.append) as others:
            others()
        assert said == []
        assert crew.at_work().running == 1
    assert crew.at_work().running == 0
