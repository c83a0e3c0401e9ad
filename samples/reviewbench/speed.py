"""Eight clerks at once over a long queue: how long after a decision the next item is there, on the wire and on a screen."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page

from samples.report import Row, plain
from samples.reviewbench import goals
from samples.reviewbench.browser import entered
from samples.reviewbench.flows import LOOK, pass_on
from samples.reviewbench.program import Caller, decide, serving, sit_down
from samples.reviewbench.site import Site, enter
from schemas.access import Role
from store import documents, queue
from store.database import reading

CLERKS = 8
THINKS = (1.5, 3.5)  # seconds between decisions: about twice as fast as the modelled easy item
# What the clerk sees: the first page's picture is decoded and one more frame was drawn, from the moment the key went down.
STAMP = """addEventListener("keydown", () => sessionStorage.setItem("pressed", performance.timeOrigin + performance.now()), true);"""
PAINTED = """async () => {
  const image = document.querySelector(".sheet img");
  if (image) await image.decode().catch(() => null);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.timeOrigin + performance.now() - Number(sessionStorage.getItem("pressed"));
}"""


@dataclass
class Tally:
    """What the clerks of one run measured, in milliseconds, and which items each was acknowledged."""

    waits: list[float] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    refused: int = 0


def speed_rows(site: Site, browser: Browser, *, waiting: int, decisions: int, screens: int) -> Iterator[Row]:
    """Both waits under the load of eight clerks, and without any pause between decisions."""
    with serving(site):
        look_at_pages(site)
        paced, painted = _with_screen(site, browser, decisions, screens)
        rushed = _work(site, CLERKS, max(4, decisions // 4), (0.0, 0.0))
    twice = len(paced.items + rushed.items) - len({*paced.items, *rushed.items})
    note = (
        f"median {goals.quantile(paced.waits, 0.5):.0f} ms; {CLERKS - 1} clerks and one in Chromium, {THINKS[0]} to {THINKS[1]} s between decisions"
    )
    yield goals.held(goals.SERVER, round(goals.quantile(paced.waits, 0.95), 1), n=len(paced.waits), note=note)
    yield goals.held(goals.PAINTED, round(goals.quantile(painted, 0.95), 1), n=len(painted), note=f"median {goals.quantile(painted, 0.5):.0f} ms")
    yield plain("the same without any pause, server, p95", round(goals.quantile(rushed.waits, 0.95), 1), n=len(rushed.waits), unit="ms")
    yield plain("items decided twice by eight clerks", float(twice), n=len(paced.items + rushed.items), unit="items")
    yield plain("items waiting", float(waiting), n=waiting, unit="items")


def look_at_pages(site: Site) -> None:
    """Have the pictures of every page made, as a worker does when nothing else waits."""
    caller, seen = Caller(site, enter(site, Role.LEAD, 7)), set()
    with reading(site.stores.index) as conn:
        for item in site.open_items():
            record = documents.get(conn, item.document_id)
            if record and record.sha256 not in seen:
                seen.add(record.sha256)
                for page in record.pages:
                    caller.ask("GET", f"/documents/{record.id}/pages/{page}/1600")


def _with_screen(site: Site, browser: Browser, decisions: int, screens: int) -> tuple[Tally, list[float]]:
    """Seven clerks on the wire while one decides in Chromium."""
    tally, over = Tally(), threading.Event()
    clerks = [threading.Thread(target=_clerk, args=(site, number, decisions, THINKS, tally, over)) for number in range(1, CLERKS)]
    for clerk in clerks:
        clerk.start()
    page = entered(site, browser, Role.CLERK)
    try:
        painted = _decide_on_screen(site, page, screens)
    finally:
        page.context.close()
        for clerk in clerks:
            clerk.join()
    return tally, painted


def _work(site: Site, clerks: int, decisions: int, thinks: tuple[float, float]) -> Tally:
    tally, over = Tally(), threading.Event()
    threads = [threading.Thread(target=_clerk, args=(site, number, decisions, thinks, tally, over)) for number in range(clerks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def _clerk(site: Site, number: int, decisions: int, thinks: tuple[float, float], tally: Tally, over: threading.Event) -> None:
    rng, caller = random.Random(number), Caller(site, enter(site, Role.CLERK, number))
    desk = sit_down(caller)
    for _ in range(decisions):
        if desk is None or over.is_set():
            return
        time.sleep(rng.uniform(*thinks))
        begun, item = time.perf_counter(), desk.item
        said, desk = decide(caller, desk, mrn_for(site, item))
        tally.waits.append((time.perf_counter() - begun) * 1000)
        if said.location.startswith(("/items/", "/queue")):
            tally.items.append(item)
        else:
            tally.refused += 1
            desk = sit_down(caller)


def mrn_for(site: Site, item_id: str) -> str:
    """The person proposed first for an item, or anybody: this measures time, not judgement."""
    with reading(site.stores.index) as conn:
        item = queue.get(conn, item_id)
        record = documents.get(conn, item.document_id) if item else None
    return record.patient_mrn if record and record.patient_mrn else "CANARY01"


def _decide_on_screen(site: Site, page: Page, screens: int) -> list[float]:
    """How long from the last key of a decision to the next item's picture on the screen."""
    page.context.add_init_script(STAMP)
    page.goto(f"{site.base}/queue")
    page.wait_for_timeout(LOOK)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    found: list[float] = []
    while len(found) < screens:
        page.evaluate(PAINTED)
        page.wait_for_timeout(random.uniform(*THINKS) * 1000)
        item, key = page.url, _next_key(page)
        if key is None:
            pass_on(page)
            continue
        with page.expect_navigation(wait_until="commit"):
            page.keyboard.press(key)
        page.wait_for_load_state("domcontentloaded")
        waited = float(page.evaluate(PAINTED))
        if "/items/" in page.url and page.url != item and "/decide" not in page.url:
            found.append(waited)
    return found


def _next_key(page: Page) -> str | None:
    """What answers the question shown: its proposal, its first choice, or that a field is not on the page; none where one key does not."""
    if page.locator("[data-act=accept]").count():
        return "Enter"
    if page.locator("[data-act=candidate1]").count():
        return "1"
    page.evaluate("document.activeElement.blur()")
    if page.locator("button[data-act=none]").count():
        return "n"
    return None
