"""A clerk at work in Chromium, by keyboard alone, on documents that the real pipeline read: nothing is clicked, nothing breaks a rule."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from browser import WATCH, chromium, now, served
from web_desk import PASSWORD, Desk

from review import proofs
from samples.batches import make_batches
from samples.people import make_people, write_people
from schemas.config import Config, Web
from schemas.rules import ReviewRules
from store import documents, queue
from store.database import reading
from workers.wire import connect

CHARTROOM = str(Path(sys.executable).with_name("chartroom"))
FILES = 5


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Scans through the real program, which files nothing by itself here, and a browser before what became of them."""
    folder = tmp_path_factory.mktemp("office")
    people = make_people(1000, seed=90210)
    write_people(folder / "people.csv", people)
    make_batches(folder / "scans", people, kind="demo", seed=4711, count=FILES)
    (folder / "config.yaml").write_text(yaml.safe_dump({"match": {"autofile": "shadow"}}))
    env = {**os.environ, "CHARTROOM_DATA_DIR": str(folder / "var"), "CHARTROOM_CONFIG": str(folder / "config.yaml")}
    for words in (["patients", "import", folder / "people.csv"], ["ingest", "--wait", folder / "scans"]):
        subprocess.run([CHARTROOM, *map(str, words)], env=env, check=True, capture_output=True, timeout=300)
    config = Config(review=ReviewRules(second_for=(), clerk_share=0.0, known_share=0.0))  # one clerk alone, and nothing by chance
    desk = Desk(config, folder / "var", connect(config, folder / "var"), [now()])
    desk.user("clerk", password_hash=proofs.hash_password(PASSWORD))
    desk.env = env
    said = []
    with served(lambda port: desk.app(Web(port=port, second_factor="optional")), []) as base, chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(base + "/sign-in")
        page.wait_for_function("document.activeElement?.name === 'name'")  # the cursor stands there by itself
        page.keyboard.type("some-clerk")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/queue")
        yield desk, page, base, said
    desk.stores.index.dispose()


def press(page, key):
    """A key that leads to another page, once this one can have been seen."""
    page.wait_for_load_state("networkidle")
    with page.expect_navigation():
        page.keyboard.press(key)
    page.wait_for_load_state("networkidle")


def settle(page):
    """Answer the questions of one item as a clerk in agreement would; how many keys that took."""
    item, keys = item_of(page), 0
    while item_of(page) == item:
        if page.locator("[data-act=accept]").count():
            press(page, "Enter")
        elif page.locator("[data-act=candidate1]").count():
            press(page, "1")
        else:  # a field that is not on the page: out of the field, and say so
            while page.evaluate("document.activeElement.tagName") != "BUTTON":
                page.keyboard.press("Tab")
                keys += 1
            press(page, "n")
        keys += 1
    return keys


def item_of(page):
    found = re.search(r"/items/(\w+)", page.url)
    return found[1] if found else ""


def states(desk):
    with reading(desk.stores.index) as conn:
        return [record for item in queue.open_items(conn) if (record := documents.get(conn, item.document_id))]


def test_a_clerk_needs_no_mouse(office):
    desk, page, _, said = office
    waiting = len(states(desk))
    assert waiting >= FILES - 1
    press(page, "Enter")
    assert "/items/" in page.url
    assert "Whose document is this?" in page.content()
    assert Axe().run(page).response["violations"] == []

    marked = page.evaluate("document.querySelector('rect.now').getBoundingClientRect().toJSON()")
    frame = page.evaluate("document.querySelector('.sheets').getBoundingClientRect().toJSON()")
    assert frame["top"] <= marked["top"] <= frame["bottom"]  # opened at the evidence
    place = "[...document.querySelectorAll('rect')].findIndex((one) => one.matches('.now'))"
    first = page.evaluate(place)
    page.keyboard.press(".")
    assert page.evaluate(place) != first
    width = page.evaluate("document.querySelector('.sheet').offsetWidth")
    page.keyboard.press("+")
    assert page.evaluate("document.querySelector('.sheet').offsetWidth") > width
    page.keyboard.press("t")
    assert page.evaluate("document.querySelector('.sheet').style.rotate") == "90deg"
    page.keyboard.press("t")
    page.keyboard.press("?")
    assert "Choose candidate 1" in page.locator("#keys").inner_text()
    page.keyboard.press("Escape")
    page.wait_for_function("!document.getElementById('keys').open && document.activeElement === document.body")
    assert all(page.evaluate("[...document.querySelectorAll('.snippet')].filter((one) => one.complete).map((one) => one.naturalWidth > 8)"))

    before = page.url
    assert 1 <= settle(page) <= 4  # the next item shows
    assert len(states(desk)) == waiting - 1
    press(page, "u")
    assert page.url.split("?")[0] != before.split("?")[0]  # the question stands again as a new item
    assert len(states(desk)) == waiting
    assert Axe().run(page).response["violations"] == []

    page.keyboard.press("/")
    page.keyboard.type("a")
    press(page, "Enter")
    assert "born" in page.locator(".people").inner_text()
    assert Axe().run(page).response["violations"] == []

    page.keyboard.press("e")
    press(page, "Enter")
    assert len(states(desk)) == waiting
    page.keyboard.press("r")
    press(page, "Enter")
    assert len(states(desk)) == waiting - 1
    taken = settle(page)
    assert len(states(desk)) == waiting - 2
    assert 1 <= taken <= 4
    assert [line for line in said if "CSP" in line or "Content Security" in line or "Trusted" in line or "Error" in line] == []
    audit = subprocess.run([CHARTROOM, "audit"], env=desk.env, capture_output=True, text=True, check=False)
    assert audit.returncode == 0, audit.stdout
    assert "Everything is accounted for." in audit.stdout


def test_the_basic_form_needs_no_script(office):
    desk, page, base, _ = office
    context = page.context.browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(base + "/queue")
    before = len(states(desk))
    plain.get_by_role("button", name="Decide the next").click()
    plain.get_by_text("Skip").click()
    plain.get_by_role("button", name="I must ask somebody first").click()
    assert "/items/" in plain.url
    plain.get_by_text("Set aside").click()
    plain.get_by_role("button", name="A fax cover sheet.").click()
    assert len(states(desk)) == before - 1
    context.close()
