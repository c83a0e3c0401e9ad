"""The lead's figures: every page once, days as they went, and a page that names no patient and no person."""

from datetime import timedelta

from web_desk import CANARY

from schemas.decision import Wish
from store import throughput
from store.database import reading, writing
from store.tables import delivery
from workers.resolve import resolve_item


def test_every_page_is_counted_once_and_one_that_is_missing_shows(desk):
    desk.people(("M1", "Doe"))
    desk.put(1, "a.pdf", pages=12)
    desk.put(2, "b.pdf", pages=0)
    desk.put(3, "c.pdf", status="filed", pages=3)
    with reading(desk.stores.index) as conn:
        pages = throughput.pages(conn)
    assert (pages.taken, pages.accounted, pages.by_status["review"], pages.by_status["filed"]) == (15, 15, 12, 3)
    with writing(desk.stores.index) as conn:
        conn.execute(delivery.update().where(delivery.c.id == "d1").values(page_count=13))
    assert "they differ" in desk.client("lead").get("/lead").text


def test_days_run_back_from_what_waits_now(desk):
    desk.people(("M1", "Doe"))
    for number in (1, 2, 3):
        desk.put(number, f"{number}.pdf", pages=2)
    desk.put(4, "check.pdf", status="filed", blind=True)
    desk.pass_time(days=1)
    desk.put(5, "5.pdf")
    for number in (1, 2):
        resolve_item(desk.stores, f"item-{number}", Wish(patient="M1", anyway=True), actor="user:a", now=desk.now)
    with reading(desk.stores.index) as conn:
        *_, first, second = throughput.days(conn, now=desk.now, count=14)
        took = throughput.turnarounds(conn, since=desk.now - timedelta(days=7))
    assert (first.pages, first.opened, first.decided, first.filed_alone, first.backlog) == (7, 3, 0, 1, 3)  # the random check is no question
    assert (second.pages, second.opened, second.decided, second.backlog) == (1, 1, 2, 2)
    assert sorted(took) == [timedelta(0), timedelta(days=1), timedelta(days=1)]


def test_the_dashboard_names_nobody_and_is_the_leads_alone(desk):
    desk.people(("M1", CANARY))
    for number in range(3):
        desk.put(number, f"{CANARY}.pdf")
    desk.user("clerk", display="Somebody Special")
    said = desk.client("lead").get("/lead").text
    assert "3 pages in, 3 accounted for" in said
    assert CANARY not in said
    assert "Somebody Special" not in said
    for role in ("clerk", "it", "privacy", "scanner"):
        assert desk.client(role).get("/lead").status_code == 404
