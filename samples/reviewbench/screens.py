"""Every screen in Chromium: can everybody use it, does it run what a sender wrote, and does a patient's name leave it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from samples.report import Row, plain
from samples.reviewbench import flows, goals
from samples.reviewbench.browser import Heard, entered
from samples.reviewbench.program import Caller, serving
from samples.reviewbench.site import CANARY, HOSTILE, Site
from samples.reviewbench.walk import addresses, objects, ways
from schemas.access import Role

PLANTED = "document.querySelectorAll('img[src=\"x\"], main script, svg[onload], [onerror], [onload]').length"
REACHABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
MARK = """(wanted) => { let number = 0; for (const one of document.querySelectorAll(wanted))
  if (one.checkVisibility({visibilityProperty: true}) && !one.disabled && one.tabIndex >= 0 && !one.closest("dialog:not([open])"))
    one.dataset.reach = number++;
  return number; }"""
FOCUSED = """() => { const one = document.activeElement;
  return [one?.dataset?.reach ?? "", one ? getComputedStyle(one).outlineStyle : "none"]; }"""


@dataclass
class Walk:
    """What was found on all screens."""

    screens: int = 0
    axe: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    planted: int = 0
    with_hostile: int = 0
    with_canary: int = 0
    heard: Heard = field(default_factory=Heard)


def screen_rows(site: Site, browser: Browser, *, quick: bool) -> Iterator[Row]:
    """Accessibility, keyboard, stored scripts and leaks."""
    with serving(site):
        found, values = ways(site), objects(site)
        walk = _walk(site, browser, addresses(found, values), thorough=not quick)
        done = flows.run_all(site, browser, walk.heard)
        metrics = Caller(site).ask("GET", "/metrics").text
    unknown = sorted({name for way in found for name in way.names} - set(values))
    missed = walk.unreached + [f"{name}: {why}" for name, why in done.items() if why]
    opened = sorted(set(walk.heard.errors))
    yield goals.held(goals.AXE, float(len(walk.axe)), n=walk.screens, note=_first(walk.axe) or f"{walk.screens} screens")
    reached = f"{len(done)} flows from end to end by keyboard, every control of {walk.screens} screens by Tab"
    yield goals.held(goals.KEYBOARD, float(len(missed)), n=len(done) + walk.screens, note=_first(missed) or reached)
    breaches = walk.heard.breaches + opened + ["a planted element stands in a page"] * walk.planted
    seen = f"{walk.with_hostile} screens showed the planted names as text"
    yield goals.held(goals.XSS, float(len(breaches)), n=walk.with_hostile, note=_first(breaches) or seen)
    leaks = list(_leaks(site, walk.heard.addresses, metrics))
    told = f"{walk.with_canary} screens showed the name; {len(walk.heard.addresses)} addresses, all logs, file names and metrics looked through"
    yield goals.held(goals.CANARY, float(len(leaks)), n=walk.with_canary, note=_first(leaks) or told)
    yield plain("names in addresses that no object was known for", float(len(unknown)), n=len(found), unit="names", note=", ".join(unknown))


def _walk(site: Site, browser: Browser, wanted: Iterable[tuple[Role | None, str]], *, thorough: bool) -> Walk:
    walk, axe, pages = Walk(), Axe(), dict[Role | None, Page]()
    for role, address in wanted:
        page = pages.setdefault(role, None) or entered(site, browser, role, walk.heard)  # type: ignore[arg-type]
        pages[role] = page
        before = len(walk.heard.breaches)
        answer = page.goto(site.base + address)
        if answer is None or "text/html" not in (answer.headers.get("content-type") or ""):
            page.wait_for_timeout(100)
            del walk.heard.breaches[before:]  # Chromium shows a picture in a page of its own, with styles of its own
            continue
        page.wait_for_load_state("load")
        walk.screens += 1
        text = page.content().lower()  # the index holds names in capitals
        walk.with_hostile += "&lt;img src=x" in text or "&lt;script&gt;" in text
        walk.with_canary += CANARY.lower() in text
        walk.planted += int(page.evaluate(PLANTED))
        if thorough or "/items/" not in address:
            walk.unreached += [f"{address}: {why}" for why in _unreached(page)]
        so_far = len(walk.heard.breaches)
        walk.axe += [f"{address}: {one['id']}" for one in axe.run(page).response["violations"]]
        page.wait_for_timeout(100)  # what it set off is told a little later
        del walk.heard.breaches[so_far:]  # axe tries styles of its own, which the policy stops
    for page in pages.values():
        page.context.close()
    return walk


def _unreached(page: Page) -> list[str]:
    """Controls that Tab does not come to, or that do not show that it did."""
    count, seen, dark = int(page.evaluate(MARK, REACHABLE)), set[str](), 0
    page.evaluate("document.activeElement?.blur()")
    for _ in range(count + 3):
        page.keyboard.press("Tab")
        number, outline = page.evaluate(FOCUSED)
        dark += bool(number) and number not in seen and outline == "none"
        seen.add(number)
    left = [str(number) for number in range(count) if str(number) not in seen]
    what = [str(page.evaluate(f"document.querySelector('[data-reach=\"{number}\"]').outerHTML.slice(0, 80)")) for number in left[:3]]
    return [f"not reached: {one}" for one in what] + ["focus does not show"] * dark


def _leaks(site: Site, visited: Iterable[str], metrics: str) -> Iterator[str]:
    """Wherever the tell-tale name stands that is no screen."""
    sign = CANARY.lower()
    yield from (f"address {address[:60]}" for address in visited if sign in address.lower() or HOSTILE in address)
    yield from ("metrics" for _ in range(sign in metrics.lower()))
    for log in [*site.folder.glob("*.log"), *site.data.rglob("*.log"), *site.data.rglob("run/*.json")]:
        yield from (f"log {log.name}" for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if sign in line.lower())
    for root in (site.data, site.folder / "tmp"):
        yield from (f"file name under {root.name}" for path in root.rglob("*") if sign in path.name.lower())


def _first(found: list[str]) -> str:
    return f"first of {len(found)}: {found[0][:140]}" if found else ""
