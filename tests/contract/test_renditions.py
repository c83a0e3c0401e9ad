"""Rows of page images and archival renditions, on every database."""

from datetime import UTC, datetime

from test_index import item, record

from schemas.record import DocumentStatus
from store import readings, renditions
from store.database import reading, writing

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_pages_that_were_read_and_have_settled_wait_for_images_a_few_at_a_time(engine, take, settle):
    delivery, _ = take("d1", sha256="a" * 64)
    with writing(engine) as conn:
        for key in ("old", "new"):
            readings.save(conn, sha256=delivery.sha256, key=key, pages=dict.fromkeys(range(1, 4), "x"))
        assert renditions.unseen(conn, 2) is None
    mine = record(delivery, pages=(1, 2, 3))
    settle(delivery, 3, [mine])
    with writing(engine) as conn:
        assert renditions.unseen(conn, 2) == (delivery.sha256, delivery.object_key, (1, 2))
        renditions.save_page_images(conn, delivery.sha256, {1: {"thumb": "t", "web": "w", "wide": "x"}, 2: {}})
        assert renditions.unseen(conn, 2).pages == (3,)
        renditions.save_page_images(conn, delivery.sha256, {3: {"web": "w3"}})
        assert renditions.unseen(conn, 2) is None
    with reading(engine) as conn:
        shown = [[renditions.page_image_of(conn, mine, page, size) for size in renditions.SIZES] for page in (1, 2, 3)]
    assert shown == [["t", "w", "x"], [None] * 3, [None, "w3", None]]


def test_filed_documents_wait_for_a_rendition_of_their_present_form(engine, take, settle):
    delivery, _ = take("d1")
    filed, held = record(delivery, pages=(1,)), record(delivery, pages=(2,), status=DocumentStatus.REVIEW)
    settle(delivery, 2, [filed, held], [item(held)])
    with writing(engine) as conn:
        assert renditions.unarchived(conn) == (filed.id, filed.object_key)
        assert renditions.archival_of(conn, filed.id) is None
        renditions.save_archival(conn, filed.id, "an earlier form", "k0", (), NOW)
        assert renditions.unarchived(conn) == (filed.id, filed.object_key)
        renditions.save_archival(conn, filed.id, filed.object_key, None, ("RULE-1",), NOW)
        assert renditions.unarchived(conn) is None
        assert renditions.archival_of(conn, filed.id) == (None, ("RULE-1",), NOW)
        assert renditions.counts(conn) == {"PDF/A-2b": 0, "kept as received": 1}
