"""What people do in the application, from end to end, with nothing but keys."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Error, Page

from samples.reviewbench.browser import Heard, entered
from samples.reviewbench.site import CANARY, PASSWORD, Site, user_id
from schemas.access import Role

FARTHEST = 400  # controls on the longest screen
LOOK = 300  # milliseconds; what is pressed sooner after a page came decides nothing
QUESTIONS = 24  # so many are skipped on the way to one of another kind


def run_all(site: Site, browser: Browser, heard: Heard) -> dict[str, str]:
    """Each flow by its name, and why it did not come to its end; empty when it did."""
    flows: dict[str, tuple[Role | None, Callable[[Site, Page], None]]] = {
        "sign in and out": (None, _sign_in),
        "take the next and accept or choose": (Role.CLERK, _decide),
        "undo": (Role.CLERK, _undo),
        "search for a patient and choose": (Role.CLERK, _search),
        "skip for a reason": (Role.CLERK, _aside("skip")),
        "hand on for a reason": (Role.CLERK, _aside("escalate")),
        "ask for a new scan": (Role.CLERK, _aside("rescan")),
        "none of these": (Role.CLERK, _aside("none")),
        "set aside": (Role.CLERK, _set_aside),
        "look through the pages": (Role.CLERK, _look),
        "narrow the queue": (Role.CLERK, _narrow),
        "find a chart, take a document out and file it anew": (Role.LEAD, _refile),
        "break the glass and close it": (Role.CLERK, _glass),
        "change a key and switch single signs off": (Role.CLERK, _keys),
        "see the keys": (Role.CLERK, _help),
        "make an account": (Role.LEAD, _account),
        "read the audit trail": (Role.PRIVACY, _trail),
        "read the figures as a table": (Role.LEAD, _figures),
    }
    return {name: _run(site, browser, heard, role, flow, number) for number, (name, (role, flow)) in enumerate(flows.items())}


def _run(site: Site, browser: Browser, heard: Heard, role: Role | None, flow: Callable[[Site, Page], None], number: int) -> str:
    page = entered(site, browser, role, heard, number % 8 if role in {Role.CLERK, Role.LEAD} else 0)
    page.set_default_timeout(10_000)
    try:
        page.goto(site.base + "/")
        flow(site, page)
    except (Error, AssertionError) as error:
        return str(error).splitlines()[0][:140] or type(error).__name__
    finally:
        page.context.close()
    return ""


def go_to(page: Page, wanted: str) -> None:
    """Tab until the wanted control has the focus."""
    for _ in range(FARTHEST):
        if page.evaluate("(wanted) => document.activeElement?.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {wanted}")


def press(page: Page, key: str = "Enter") -> None:
    """A key that leads to another page, once this one can have been seen."""
    page.wait_for_timeout(LOOK)
    with page.expect_navigation():
        page.keyboard.press(key)
    page.wait_for_load_state("load")


def expect(holds: bool, what: str) -> None:
    """The flow ends here when it is not so."""
    if not holds:
        raise AssertionError(what)


def _sign_in(_: Site, page: Page) -> None:
    page.wait_for_function("document.activeElement?.name === 'name'")
    page.keyboard.type(user_id(Role.CLERK))
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    press(page)
    expect("/queue" in page.url, "signing in did not lead to the queue")
    go_to(page, "form[action='/sign-out'] button")
    press(page)
    expect("/sign-in" in page.url, "signing out did not lead out")


def _take(page: Page) -> str:
    if "/queue" in page.url:
        press(page)
    expect("/items/" in page.url, "the queue handed nothing out")
    return _item(page)


def _item(page: Page) -> str:
    return page.url.partition("/items/")[2].partition("/")[0].partition("?")[0]


def _answer(page: Page) -> None:
    """The question shown, as somebody in agreement would answer it."""
    if page.locator("button[data-act=accept]").count():
        press(page)
    elif page.locator("button[data-act=candidate1]").count():
        press(page, "1")
    elif page.locator("button[data-act=none]").count():
        go_to(page, "button[data-act=none]")
        press(page, "n")
    elif page.locator(".people button").count():
        go_to(page, ".people button")
        press(page)
    elif page.locator("select[name=kind]").count():
        go_to(page, "select[name=kind]")
        page.keyboard.press("ArrowDown")
        go_to(page, "form:has(select[name=kind]) button")
        press(page)
    else:
        page.keyboard.press("/")
        page.keyboard.type(CANARY)
        press(page)


def pass_on(page: Page) -> None:
    """Skip what is asked, for the first reason."""
    page.keyboard.press("x")
    press(page)


def _decide(_: Site, page: Page) -> None:
    item = _take(page)
    for _turn in range(8):
        if _item(page) != item:
            return
        _answer(page)
    raise AssertionError("an item was not decided in eight answers")


def _undo(site: Site, page: Page) -> None:
    _decide(site, page)
    before = _item(page)
    press(page, "u")
    expect("/items/" in page.url and _item(page) != before, "undo did not bring the item back")


def _search(_: Site, page: Page) -> None:
    item = _take(page)
    for _turn in range(QUESTIONS):
        if page.locator("input[type=search]").count():
            break
        pass_on(page)
        item = _item(page)
    expect(page.locator("input[type=search]").count() > 0, "no item asks whose it is")
    page.keyboard.press("/")
    page.keyboard.type(CANARY)
    press(page)
    expect(CANARY.lower() in page.locator(".people").inner_text().lower(), "the search found nobody")
    go_to(page, ".people button")
    press(page)
    for _turn in range(6):
        if _item(page) != item:
            return
        _answer(page)


def _aside(act: str) -> Callable[[Site, Page], None]:
    def flow(_: Site, page: Page) -> None:
        item = _take(page)
        page.keyboard.press({"skip": "x", "escalate": "e", "rescan": "r", "none": "n"}[act])
        expect(bool(page.evaluate("document.activeElement.closest('details[open]') !== null")), f"{act} offers no reasons")
        press(page)
        expect(_item(page) != item, f"{act} left the item where it was")

    return flow


def _set_aside(_: Site, page: Page) -> None:
    item = _take(page)
    go_to(page, "details:not(:has([data-act])) > summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    press(page)
    expect(_item(page) != item, "the item was not set aside")


def _look(_: Site, page: Page) -> None:
    _take(page)
    width = "document.querySelector('.sheet').offsetWidth"
    before = page.evaluate(width)
    for key in ("+", "+", "-", "t", "t", "t", "t", "j", "k", "."):
        page.keyboard.press(key)
    expect(page.evaluate(width) > before, "the page did not grow")


def _narrow(_: Site, page: Page) -> None:
    go_to(page, "select[name=family]")
    page.keyboard.type("patient")
    go_to(page, "form.filters button")
    press(page)
    expect("family=" in page.url, "the filter was not taken")


def _refile(_: Site, page: Page) -> None:
    go_to(page, "a[href='/charts']")
    press(page)
    page.keyboard.type(CANARY)
    press(page)
    go_to(page, "a[href^='/charts/']:not([href='/charts'])")
    press(page)
    go_to(page, "main a[href^='/documents/']")
    press(page)
    go_to(page, "summary")
    page.keyboard.press("Enter")
    go_to(page, "button[name=reason]")
    press(page)
    expect("/items/" in page.url, "a document taken out was not asked about")
    item = _item(page)
    page.keyboard.press("/")
    page.keyboard.type(CANARY)
    press(page)
    go_to(page, ".people button")
    press(page)
    for _turn in range(6):
        if _item(page) != item:
            return
        _answer(page)
    raise AssertionError("a document taken out was not filed anew")


def _glass(_: Site, page: Page) -> None:
    go_to(page, "a[href='/glass']")
    press(page)
    if "/prove" in page.url:
        go_to(page, "input[type=password]")
        page.keyboard.type(PASSWORD)
        press(page)
    go_to(page, "[name=mrn]")
    page.keyboard.type("CANARY01")
    go_to(page, "[name=reason]")
    page.keyboard.press("ArrowDown")
    go_to(page, "[name=text]")
    page.keyboard.type("asked for by the ward")
    go_to(page, "main form button:not([name])")
    press(page)
    expect("/glass/" in page.url, "the emergency access did not open")
    go_to(page, ".glass-banner button")
    press(page)


def _keys(site: Site, page: Page) -> None:
    go_to(page, "a[href='/account']")
    press(page)
    go_to(page, "button[value=off]")
    press(page)
    page.goto(site.base + "/queue")
    page.keyboard.press("?")
    expect(not page.locator("#keys").is_visible(), "a key that is switched off still acts")
    page.goto(site.base + "/account")
    go_to(page, "[name=help]")
    page.keyboard.press("Control+A")
    page.keyboard.type("F2")
    press(page)
    page.keyboard.press("F2")
    expect(page.locator("#keys").is_visible(), "a changed key does not act")
    page.keyboard.press("Escape")
    go_to(page, "button[value=shipped]")
    press(page)


def _help(_: Site, page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#keys").is_visible(), "the keys are not shown")
    page.keyboard.press("Escape")
    expect(not page.locator("#keys").is_visible(), "the keys do not go away")


def _account(_: Site, page: Page) -> None:
    go_to(page, "a[href='/people']")
    press(page)
    go_to(page, "main form [name=name]")
    page.keyboard.type("new-clerk")
    go_to(page, "main form [name=display]")
    page.keyboard.type("New Clerk")
    go_to(page, "main form:has([name=name]) input[type=checkbox]")
    page.keyboard.press("Space")
    go_to(page, "main form:has([name=name]) button")
    press(page)
    expect("/welcome/" in page.content() or "/prove" in page.url, "no one-time link was made")


def _trail(_: Site, page: Page) -> None:
    expect("/audit" in page.url, "the privacy officer does not come to the trail")
    expect(page.locator("table tbody tr").count() > 0, "the trail is empty")


def _figures(_: Site, page: Page) -> None:
    go_to(page, "a[href='/lead']")
    press(page)
    go_to(page, "details.table summary")
    page.keyboard.press("Enter")
    expect(page.locator("details.table[open] table").count() == 1, "a picture has no table")
