"""Every screen in Debian's Chromium: no accessibility violation, no breach of the content policy, no sender's script run, no name in an address or log."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import WATCH, chromium, now, served
from web_desk import CANARY, NASTY, PASSWORD, Desk

from review import proofs
from review.pages import HTMX_INTEGRITY
from schemas.config import Config, Web
from schemas.record import StoredField
from store import documents
from store.database import writing
from store.tables import document
from workers.users import Desk as Shell
from workers.users import first_link, link_user
from workers.wire import connect

REVIEW = Path(__file__).parents[2] / "review"
SCREENS = {
    "": ["/sign-in", "/nowhere"],
    "clerk": [
        "/queue",
        "/items/item-1",
        "/items/item-2",
        "/items/item-1/pages",
        "/rescans",
        "/practice",
        "/practice/doc6",
        "/charts",
        "/charts/1",
        "/documents/doc4",
        "/glass",
        "/glass/g1",
        "/account",
        "/second-factor",
        "/prove",
        "/nowhere",
    ],
    "lead": ["/people", "/status", "/lead"],
    "privacy": ["/audit"],
    "scanner": ["/account"],
}


class Shop:
    """A served installation and a browser, shared by the tests of this file."""

    def __init__(self, desk, base, browser, logs):
        self.desk, self.base, self.browser, self.logs = desk, base, browser, logs
        self.said, self.addresses = [], []

    def page(self, role=""):
        """A new browser window, of somebody signed in by hand."""
        context = self.browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("console", lambda message: self.said.append(message.text))
        page.on("dialog", lambda dialog: (self.said.append("DIALOG"), dialog.dismiss()))
        page.on("request", lambda request: self.addresses.append(request.url))
        self.desk.clock[0] = now()
        if role:
            page.goto(self.base + "/sign-in")
            page.wait_for_function("document.activeElement?.name === 'name'")  # the cursor stands there by itself
            page.keyboard.type(f"some-{role}")
            page.keyboard.press("Tab")
            page.keyboard.type(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    def open(self, page, path):
        self.desk.clock[0] = now()
        self.said.clear()
        page.goto(self.base + path)
        page.wait_for_load_state("networkidle")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder, config, logs = tmp_path_factory.mktemp("shop"), Config(), []
    desk = Desk(config, folder / "var", connect(config, folder / "var"), [now()])
    for role in SCREENS:
        if role:
            desk.user(role, password_hash=proofs.hash_password(PASSWORD))
    desk.user("clerk", "new")
    desk.user("clerk", "nasty", display=NASTY)
    desk.people(("M1", CANARY))
    desk.put(1, NASTY, pages=2)
    desk.put(2, "locked.pdf", pages=0)
    desk.put(3, f"{CANARY} fax.pdf")
    desk.put(4, NASTY, kind="<img src=x onerror=alert(1)>", status="filed")
    desk.put(5, "c.pdf", kind="substance_use", status="filed")
    desk.put(6, "d.pdf", status="filed")
    desk.glass("id-some-clerk", "M1")
    with served(lambda port: desk.app(Web(port=port, second_factor="optional")), logs) as base, chromium() as browser:
        yield Shop(desk, base, browser, logs)
    desk.stores.index.dispose()


@pytest.mark.parametrize("role", SCREENS)
def test_every_screen_is_accessible_and_keeps_to_the_policy(shop, role):
    page, axe = shop.page(role), Axe()
    links = [first_link(shell(shop)) or link_user(shell(shop), "new")] if role == "" else []
    for path in SCREENS[role] + links:
        shop.open(page, path)
        breaches = [line for line in shop.said if "CSP" in line or "Content Security Policy" in line or "DIALOG" in line or "TrustedHTML" in line]
        assert breaches == [], path
        found = axe.run(page).response["violations"]
        assert [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found] == [], path
    page.context.close()


def shell(shop):
    return Shell(shop.desk.stores.index, "shell:test", shop.desk.now)


def test_no_screen_was_forgotten(shop):
    app = shop.desk.app()
    pages = {route.path for route in app.router.routes if "GET" in (getattr(route, "methods", None) or ()) and not route.path.startswith("/api/")}
    shown = {re.sub(r"/(item-\d|doc\d|g1|1)(?=/|$)", "/{}", path) for paths in SCREENS.values() for path in paths} | {"/welcome/{}"}
    left = {re.sub(r"{.*?}", "{}", path) for path in pages} - shown
    assert left == {
        "/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/second-factor/picture",
        "/documents/{}/pages/{}/{}",
        "/documents/{}/snippets/{}",
    }  # redirect, plain text, pictures


def test_an_answer_swapped_in_by_htmx_keeps_to_the_policy_and_brings_no_script(shop):
    page = shop.page("clerk")
    shop.open(page, "/account")
    page.evaluate("htmx.ajax('GET', '/queue', {target: '#main', select: '#main', swap: 'innerHTML'})")
    page.wait_for_selector("text=waiting for a decision")
    assert [line for line in shop.said if "CSP" in line or "Trusted" in line or "Content Security" in line or "DIALOG" in line] == []
    with pytest.raises(Exception, match="TrustedHTML"):
        page.evaluate("document.body.innerHTML = '<p>x</p>'")
    page.context.close()


def test_an_inline_script_or_style_would_not_run(shop):
    page = shop.page()
    shop.open(page, "/sign-in")
    page.evaluate("""() => { const one = document.createElement("style"); one.textContent = "body { display: none }"; document.head.append(one); }""")
    assert page.locator("h1").is_visible()
    assert any("CSP style-src" in line for line in shop.said)
    page.context.close()


def test_the_way_in_and_the_keys_need_no_mouse(shop):
    page = shop.page("clerk")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    shop.open(page, "/account")
    page.locator("[name=help]").focus()
    page.keyboard.type("?")
    assert not page.locator("#keys").is_visible()  # in a field a sign is a sign
    page.locator("[name=help]").fill("Ctrl+h")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("main").focus()
    page.keyboard.press("?")
    assert not page.locator("#keys").is_visible()
    page.keyboard.press("Control+h")
    assert page.locator("#keys").is_visible()
    page.context.close()


def test_a_key_meant_for_the_page_before_decides_nothing_and_a_decision_is_sent_once(shop):
    page, sent = shop.page("clerk"), []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.add_init_script("""addEventListener("DOMContentLoaded", () => ["1", "Enter"].forEach((key) =>
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }))));""")
    page.route("**/decide", lambda route: (page.wait_for_timeout(200), route.continue_()))
    shop.open(page, "/items/item-3")
    assert sent == []
    with page.expect_navigation():
        page.keyboard.press("1")
        page.keyboard.press("1")
        page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    assert sent == [f"{shop.base}/items/item-3/decide"]
    page.context.close()


def test_a_page_opens_with_all_that_decides_in_sight_and_in_readable_size(shop):
    place = {"patient_name": (0.12, 0.2, 0.3, 0.22), "patient_dob": (0.72, 0.2, 0.84, 0.22), "patient_mrn": (0.12, 0.23, 0.2, 0.25)}
    far = {"patient_sex": (0.5, 0.95, 0.55, 0.97)}  # at the foot of the page: it does not fit beside the others
    fields = {name: StoredField("1980-01-02", 0.9, 1, box) for name, box in (place | far).items()}
    with writing(shop.desk.stores.index) as conn:
        one = replace(documents.get(conn, "doc3"), fields=fields)
        conn.execute(document.update().where(document.c.id == "doc3").values(**documents.values_of(one)))
    page = shop.page("clerk")
    shop.open(page, "/items/item-3")
    seen = page.evaluate("""() => { const frame = document.querySelector(".sheets").getBoundingClientRect();
      return [...document.querySelectorAll("rect.deciding")].map((one) => one.getBoundingClientRect()).filter((box) =>
        box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom).length }""")
    assert seen == len(place)
    assert page.evaluate("document.querySelector('.sheet').offsetWidth / document.querySelector('.sheets').clientWidth") > 1.1
    page.context.close()


def test_a_screen_that_nobody_touches_shows_nothing_when_its_session_is_over(shop):
    page = shop.page("clerk")
    page.clock.install()
    shop.open(page, "/items/item-3")
    page.clock.fast_forward("14:00")
    assert CANARY in page.content()
    shop.desk.clock[0] += timedelta(minutes=17)
    page.clock.fast_forward("03:00")
    page.wait_for_url("**/sign-in")
    page.context.close()


def test_what_is_printed_is_put_on_record(shop):
    page = shop.page("clerk")
    shop.open(page, "/documents/doc6")
    with page.expect_response("**/printed") as said:
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert said.value.status == 204
    assert [(entry.actor, entry.subject) for entry in shop.desk.trail("page.printed")] == [("user:id-some-clerk", "doc6")]
    page.context.close()


def test_pages_are_pictures_and_one_that_cannot_be_made_says_so(shop):
    page = shop.page("clerk")
    shop.open(page, "/items/item-1")
    page.wait_for_function("document.querySelector('.sheet img')?.naturalWidth === 1600")
    with writing(shop.desk.stores.index) as conn:
        conn.exec_driver_sql("UPDATE page_picture SET object_key = 'sha256/aa/aa/" + "a" * 64 + "' WHERE page = 2")
    page.context.close()
    page = shop.page("clerk")
    shop.open(page, "/items/item-1")
    page.locator(".sheets").evaluate("(one) => one.scrollTo(0, 99999)")
    page.wait_for_selector("text=Page 2: no picture could be made of it.")
    page.context.close()


def test_no_patient_stands_in_an_address_or_a_log(shop):
    page = shop.page("clerk")
    for path in ("/queue", "/items/item-1", "/items/item-3"):
        shop.open(page, path)
        assert CANARY in page.content()
    page.goto(shop.base + "/glass")
    page.fill("[name=mrn]", "M1")
    page.select_option("[name=reason]", "safety")
    page.fill("[name=text]", f"{CANARY} called the desk")
    page.click("text=Open for 60 minutes")
    page.wait_for_load_state("networkidle")
    assert shop.addresses
    assert not [line for line in [*shop.addresses, *shop.logs] if CANARY.lower() in line.lower() or "M1" in line]
    assert not [path for path in shop.desk.folder.rglob("*") if CANARY.lower() in path.name.lower()]
    assert CANARY not in str(shop.desk.trail())
    page.context.close()


def test_htmx_is_the_version_that_was_taken_in_and_loads_by_its_digest(shop):
    (file,) = (REVIEW / "static").glob("htmx-*.js")
    assert "sha384-" + base64.b64encode(hashlib.sha384(file.read_bytes()).digest()).decode() == HTMX_INTEGRITY
    page = shop.page()
    shop.open(page, "/sign-in")
    assert f"htmx-{page.evaluate('htmx.version')}.min.js" == file.name
    assert page.locator(f'script[src^="/static/{file.name}?v="]').get_attribute("integrity") == HTMX_INTEGRITY
    page.context.close()


def test_templates_and_scripts_make_no_html_of_their_own():
    for path in REVIEW.rglob("*"):
        text = path.read_text(encoding="utf-8") if path.suffix in {".html", ".js", ".py"} and "htmx" not in path.name else ""
        assert not re.search(r"\|\s*safe\b|Markup\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), path
        assert not re.search(r"<[^>]* (on[a-z]+|style)=", text), path
        assert not re.search(r"https?://(?!127\.)", text.replace("http://www.w3.org/", "")), path
