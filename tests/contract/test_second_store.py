"""Second answers, checks, cuts, practice and sightings on both kinds of database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from test_index import item, record

from schemas.record import AuditEntry, DocumentStatus
from store import audit, corrections, documents, opinions, practice, quality, queue, recuts, rescans, settled, sightings
from store.database import writing
from workers.wire import load_catalogue

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
FILE = {"act": "file", "mrn": "M1", "type": "progress_note"}


def settle(engine, delivery, pages, records, items):
    with writing(engine) as conn:
        texts = {one.id: "words" for one in records}
        documents.settle(conn, delivery=delivery, page_count=pages, records=records, texts=texts, items=items, now=NOW)


def test_an_answer_is_kept_for_somebody_else_and_taken_back(engine, take):
    held = record(take("d1")[0], status=DocumentStatus.REVIEW)
    settle(engine, take("d1")[0], 1, [held], [item(held)])
    with writing(engine) as conn:
        again = opinions.keep(conn, queue.get(conn, "i1"), "user:a", FILE, ["sensitive"], now=NOW)
        assert opinions.given(conn, again) == [opinions.Opinion("user:a", FILE)]
        assert not queue.is_for(conn, again.id, "user:a")
        assert queue.next_item(conn, "user:a", queue.Wanted(), now=NOW) is None
        assert queue.next_item(conn, "user:b", queue.Wanted(), now=NOW).id == again.id
        assert queue.waiting_count(conn, queue.Wanted(), now=NOW, holder="user:a") == 0
        assert corrections.undo(conn, "i1", "user:a", now=LATER).follows is None
        assert [one.id for one in queue.open_items(conn, holder="user:a")] != [again.id]


def test_checks_of_people_are_told_from_checks_of_the_machine_and_settle_what_is_certain(engine, take):
    filed = record(take("d1")[0], evidence={"candidates": [{"mrn": "M1"}, {"mrn": "M2"}]})
    settle(engine, take("d1")[0], 1, [filed], [item(filed, blind=True)])
    with writing(engine) as conn:
        assert queue.asked_blind(conn, [filed.id]) == {filed.id}
        documents.resolve(conn, item_id="i1", actor="user:a", decision=FILE, now=LATER)
        assert [(one.by, one.wrong) for one in quality.checks(conn)] == [("machine", False)]
        assert settled.confirmed(conn, 5, load_catalogue()).id == filed.id
        assert settled.filed(conn, 5, load_catalogue()).id == filed.id
        known = documents.ask(conn, filed, ("patient.weak",), "pipeline", LATER, known=True)
        opinions.keep_known(conn, known, "user:b", FILE, opinions.Result(right=True, misfiled=False), now=LATER)
        assert quality.planted(conn, since=NOW) == [quality.Planted(right=True, misfiled=False)]


def test_pages_are_put_together_anew_and_back(engine, take):
    held = record(take("d1")[0], (1, 2, 3), status=DocumentStatus.REVIEW)
    settle(engine, take("d1")[0], 3, [held], [item(held)])
    with writing(engine) as conn:
        fence = queue.claim(conn, "i1", "user:a", now=NOW)
        recut = recuts.ask(conn, queue.get(conn, "i1"), [(1,), (2, 3)], "user:a", fence, may=[held.id], now=NOW)
        parts = [replace(held, id=f"part{pages[0]}", pages=pages) for pages in recut.parts]
        items = [item(part, f"x{part.id}") for part in parts]
        assert recuts.settle(conn, recut, parts, {part.id: "words" for part in parts}, items, now=NOW)
        assert not recuts.settle(conn, recut, parts, {}, [], now=NOW)
        assert [one.pages for one in documents.of_delivery(conn, "d1")] == [(1,), (2, 3)]
        assert sorted(page for line in documents.export(conn) for page in line["source"]["pages"]) == [1, 2, 3]
        recuts.undo(conn, recut.id, "user:a", now=LATER)
        assert documents.of_delivery(conn, "d1") == [held]
        assert recuts.waiting(conn) == []


def test_practice_sightings_and_awaited_scans(engine, take):
    filed = record(take("d1")[0])
    settle(engine, take("d1")[0], 1, [filed], [])
    with writing(engine) as conn:
        practice.note(conn, "user:a", filed.id, patient=True, kind=False, now=NOW)
        assert practice.score(conn, "user:a") == (1, 1, 0)
        for actor, at in (("user:b", LATER), ("user:a", NOW), ("user:b", NOW + timedelta(days=1)), ("user:c", NOW - timedelta(days=1))):
            audit.append(conn, AuditEntry("chart.seen", filed.id, actor, {}), at)
        assert sightings.seen_by(conn, documents.get(conn, filed.id)) == [("user:a", NOW), ("user:b", LATER)]
        corrections.unfile(conn, filed, "user:a", "wrong_patient", now=LATER)
        assert [one.seen_by for one in sightings.unfilings(conn, filed.id)] == [("user:a", "user:b")]
        asked = next(one for one in queue.of_document(conn, filed.id) if one.resolved_at is None)
        documents.resolve(conn, item_id=asked.id, actor="user:a", decision={"act": "quarantine", "reason": "image.faint"}, now=LATER)
        assert [one.record.id for one in rescans.awaited(conn)] == [filed.id]
        rescans.give_up(conn, filed.id, "user:a", now=LATER)
        assert rescans.awaited(conn) == []
