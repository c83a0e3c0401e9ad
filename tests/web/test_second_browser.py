"""Splitting, second opinions and practice in Chromium, by keyboard alone: nothing is clicked, no rule of accessibility or content is broken."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import WATCH, chromium, now, served
from cutting import Cutting
from web_desk import PASSWORD, Desk

from review import proofs
from schemas.config import Config, Web
from schemas.rules import ReviewRules
from store import documents, merges, patients, queue, recuts
from store.database import reading, writing
from store.tables import document, review_item
from workers.wire import connect, equip


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A file of five pages held as one document, a protected one, a filed one, and two clerks."""
    folder = tmp_path_factory.mktemp("second")
    config = Config(review=ReviewRules(clerk_share=0.0, known_share=0.0))
    desk = Desk(config, folder / "var", connect(config, folder / "var"), [now()])
    for name in ("one", "two"):
        desk.user("clerk", name, password_hash=proofs.hash_password(PASSWORD))
    desk.folder.mkdir(exist_ok=True)
    office = Cutting(desk, equip(config, desk.stores))
    desk.people(("M1", "Doe"), ("M2", "Roe"))
    desk.put(8, "protected.pdf", kind="substance_use")
    desk.put(9, "filed.pdf", status="filed")
    candidates = [{"mrn": mrn, "display_name": f"{mrn}, A", "dob": "1980-01-02", "bits": 9.0, "evidence": []} for mrn in ("M1", "M2")]
    with writing(desk.stores.index) as conn:
        filed = documents.get(conn, "doc9")
        conn.execute(document.update().where(document.c.id == "doc9").values(evidence={**filed.evidence, "candidates": candidates}))
    desk.put(11, "stranger.pdf")
    desk.put(12, "twice.pdf")
    with writing(desk.stores.index) as conn:
        twice = documents.get(conn, "doc12")
        conn.execute(document.update().where(document.c.id == "doc12").values(evidence={**twice.evidence, "match": {"twice": ["M1", "M2"]}}))
        reasons = ["patient.duplicate", "field.missing.service_date"]
        conn.execute(review_item.update().where(review_item.c.id == "item-12").values(reasons=reasons))
    office.said = []
    with served(lambda port: desk.app(Web(port=port, second_factor="optional")), []) as office.base, chromium() as office.browser:
        yield office
    desk.stores.index.dispose()


def signed_in(office, name):
    context = office.browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(WATCH)
    page = context.new_page()
    page.on("console", lambda message: office.said.append(message.text))
    page.on("pageerror", lambda error: office.said.append(str(error)))
    page.goto(office.base + "/sign-in")
    page.wait_for_function("document.activeElement?.name === 'name'")
    for key in (name, PASSWORD):
        page.keyboard.type(key)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue")
    return page


def press(page, key):
    """A key that leads to another page, once this one can have been seen."""
    page.wait_for_load_state("networkidle")
    with page.expect_navigation():
        page.keyboard.press(key)
    page.wait_for_load_state("networkidle")


def accessible(page):
    return [(one["id"], [node["html"][:100] for node in one["nodes"]][:2]) for one in Axe().run(page).response["violations"]]


def clean(office):
    return [line for line in office.said if "CSP" in line or "Content Security" in line or "Trusted" in line or "Error" in line]


def parts_of(page):
    return page.locator("input[name=parts]").input_value()


def test_pages_are_split_joined_and_moved_by_key_and_by_drag_and_taken_back(office):
    page = signed_in(office, "one")
    page.goto(f"{office.base}/items/item-1")
    press(page, "s")
    assert parts_of(page) == "1-5"
    assert accessible(page) == []
    for key in "jjc":
        page.keyboard.press(key)
    assert parts_of(page) == "1-2; 3-5"
    assert page.locator(".said").inner_text() == "Page 3, document 2 of 2"
    page.keyboard.press("[")
    assert parts_of(page) == "1-3; 4-5"
    for key in "jjc]":
        page.keyboard.press(key)
    assert parts_of(page) == "1-3; 4; 5"
    page.locator(".leaf[data-page='1']").drag_to(page.locator(".part").nth(1))
    assert parts_of(page) == "2-3; 1, 4; 5"
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.type("1-3; 4-5")
    press(page, "Enter")
    with reading(office.desk.stores.index) as conn:
        (asked,) = recuts.waiting(conn)
    assert office.work(asked) == {"new": True}
    assert office.pages() == [(1, 2, 3), (4, 5)]
    page.goto(f"{office.base}/queue")
    press(page, "u")
    assert office.pages() == [(1, 2, 3, 4, 5)]
    assert "/items/" in page.url
    assert clean(office) == []
    page.context.close()


def test_a_second_person_answers_without_seeing_the_first_answer(office):
    first = signed_in(office, "one")
    first.goto(f"{office.base}/items/item-8")
    answer(first)
    with reading(office.desk.stores.index) as conn:
        assert documents.get(conn, "doc8").status == "review"
        again = next(item for item in queue.of_document(conn, "doc8") if item.resolved_at is None)
    first.goto(f"{office.base}/items/{again.id}")
    assert "nothing here for you" in first.content()
    second = signed_in(office, "two")
    second.goto(f"{office.base}/items/{again.id}")
    assert "Two people must decide this alike" in second.content()
    assert "✓ Patient" not in second.content()
    assert accessible(second) == []
    answer(second)
    with reading(office.desk.stores.index) as conn:
        assert documents.get(conn, "doc8").status == "filed"
    assert clean(office) == []
    first.context.close()
    second.context.close()


def answer(page):
    """The patient by search, the type and the missing field by key."""
    item = page.url
    page.keyboard.press("/")
    page.keyboard.type("M1")
    press(page, "Enter")
    press(page, "1")  # the first one found
    go_on(page, item)


def go_on(page, item):
    """What is asked of an item after its patient."""
    while page.url.split("?")[0].startswith(item) and page.locator("h2#question").count():
        if "What kind" in page.locator("h2#question").inner_text():
            press(page, "1")
        elif "What does the page say" in page.locator("h2#question").inner_text():
            page.keyboard.type("2026-01-02")
            press(page, "Enter")
        else:
            press(page, "1")


def open_item(office, number):
    with reading(office.desk.stores.index) as conn:
        return next(item for item in queue.of_document(conn, f"doc{number}") if item.resolved_at is None)


def tab_to(page, wanted):
    for _ in range(60):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(wanted)


def register(page):
    """Somebody new, typed into the form behind N."""
    item = page.url
    page.keyboard.press("n")
    tab_to(page, ".newcomer input[name=patient]")
    for value in ("N7", "Newcomb", "Ida", "1961-05-30", "F"):
        page.keyboard.type(value)
        page.keyboard.press("Tab")
    press(page, "Enter")
    assert "New patient: Newcomb, Ida" in page.inner_text("main")
    go_on(page, item)


def test_a_new_patient_is_registered_by_two_people_who_type_the_same_and_the_first_is_told_that_it_waits(office):
    first, second = signed_in(office, "one"), signed_in(office, "two")
    first.goto(f"{office.base}/items/item-11")
    assert accessible(first) == []
    register(first)
    assert "Your last answer is kept" in first.content()
    assert accessible(first) == []
    with reading(office.desk.stores.index) as conn:
        assert patients.get(conn, "N7") is None
    second.goto(f"{office.base}/items/{open_item(office, 11).id}")
    register(second)
    with reading(office.desk.stores.index) as conn:
        assert (documents.get(conn, "doc11").status, documents.get(conn, "doc11").patient_mrn) == ("filed", "N7")
        assert patients.get(conn, "N7").last_name == "Newcomb"
    press(second, "u")
    assert "stays in the patient index" in second.content()
    assert accessible(second) == []
    assert clean(office) == []
    first.context.close()
    second.context.close()


def test_two_entries_are_merged_by_two_people_and_parted_when_that_is_taken_back(office):
    office.desk.pass_time(minutes=6)  # leases are over, and what was filed before hangs on no merge
    for name in ("one", "two"):
        page = signed_in(office, name)
        page.goto(item := f"{office.base}/items/{open_item(office, 12).id}")
        assert accessible(page) == []
        tab_to(page, "form:has(input[name=merge][value=M2]) button")
        press(page, "Enter")
        go_on(page, item)
        with reading(office.desk.stores.index) as conn:
            assert merges.survivors(conn) == ({"M2": "M1"} if name == "two" else {})
        if name == "two":
            press(page, "u")
        page.context.close()
    with reading(office.desk.stores.index) as conn:
        assert merges.survivors(conn) == {}
        assert documents.get(conn, "doc12").status == "review"
    assert clean(office) == []


def test_a_new_clerk_practises_and_is_told_the_answer(office):
    page = signed_in(office, "two")
    page.goto(f"{office.base}/practice")
    assert accessible(page) == []
    press(page, "Enter")
    assert re.search(r"/practice/doc\d", page.url)
    assert accessible(page) == []
    press(page, "2")
    press(page, "1")
    assert "It is filed otherwise" in page.content() or "That is how it is filed" in page.content()
    assert accessible(page) == []
    press(page, "Enter")
    assert "/practice" in page.url
    assert clean(office) == []
    page.context.close()
