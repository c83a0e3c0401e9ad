"""Debian's Chromium before a site, and everything that a page must not do noted down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Dialog, Page, sync_playwright

from samples.reviewbench.program import COOKIE
from samples.reviewbench.site import Site, enter
from schemas.access import Role

ARGUMENTS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
WATCH = """addEventListener("securitypolicyviolation", (event) => console.error("CSP " + event.violatedDirective));"""
BREACHES = ("CSP ", "Content Security Policy", "TrustedHTML", "DIALOG")


@dataclass
class Heard:
    """What pages said and asked for."""

    breaches: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(ARGUMENTS))
        yield browser
        browser.close()


def entered(site: Site, browser: Browser, role: Role | None, heard: Heard | None = None, number: int = 0) -> Page:
    """A window of somebody of a role who has signed in; nobody's without one."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(WATCH)
    if role is not None:
        context.add_cookies([{"name": COOKIE, "value": enter(site, role, number), "url": site.base, "sameSite": "Strict"}])
    page = context.new_page()
    if heard is not None:
        page.on("console", lambda message: _note(heard, message.text))
        page.on("pageerror", lambda error: heard.errors.append(str(error)))
        page.on("dialog", lambda dialog: _dismiss(heard, dialog))
        page.on("request", lambda request: heard.addresses.append(request.url))
    return page


def _dismiss(heard: Heard, dialog: Dialog) -> None:
    heard.breaches.append("DIALOG")
    dialog.dismiss()


def _note(heard: Heard, text: str) -> None:
    if any(sign in text for sign in BREACHES):
        heard.breaches.append(text[:200])
