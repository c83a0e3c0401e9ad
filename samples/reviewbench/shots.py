"""Pictures of every screen, to be looked at: `python -m samples.reviewbench.shots FOLDER [--readme]`; with `--readme` also those in docs/images.

On made-up people and scans, with two weeks of made-up work behind them.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from review.screens.decide.card import Answers, Question, card_of
from samples.reviewbench.browser import chromium, entered
from samples.reviewbench.program import serving
from samples.reviewbench.site import Site, make_site
from samples.reviewbench.waiting import put
from samples.reviewbench.walk import addresses, objects, plant, ways
from schemas.access import Role
from schemas.decision import Wish
from schemas.record import DocumentRecord, DocumentStatus, ReviewItem
from store import documents, journal, lookup, queue
from store.database import reading, writing
from workers.resolve import resolve_item
from workers.wire import load_catalogue

WIDTHS = {1280: 800, 1920: 1080}
FILES = 40
DAYS = 14
IMAGES = Path("docs/images")
CHARTED = "1011365"  # somebody of the made-up index
PATIENCE = 120_000  # milliseconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes an installation and takes the pictures."""
    options = _options(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="chartroom-shots-") as folder, chromium() as browser:
        site = make_site(Path(folder), files=FILES, kind="demo")
        if options.readme:
            _for_readme(site, browser)
        plant(site)
        with serving(site):
            found = sorted(set(addresses(ways(site), objects(site))), key=str)
            for width, height in WIDTHS.items():
                for role, address in found:
                    _take(site, browser, role, address, (width, height), options.folder / f"{width}{_named(address)}-{role or 'nobody'}.png")
        site.stores.index.dispose()
    return 0


def _for_readme(site: Site, browser: Browser) -> None:
    """One decision, the lead's figures, one chart."""
    work_of_two_weeks(site)
    with reading(site.stores.index) as conn:
        waiting = [(item, documents.get(conn, item.document_id)) for item in queue.open_items(conn)]
        asked = [(item, record) for item, record in waiting if record and len(record.evidence.get("candidates", [])) in {2, 3}]
        close = [item.id for item, record in asked if _asks_whose(item, record)]
        chart = lookup.number_of(conn, CHARTED)
    with serving(site):
        for name, role, address in (
            ("decide", Role.CLERK, f"/items/{close[-1]}"),
            ("figures", Role.LEAD, "/lead"),
            ("chart", Role.CLERK, f"/charts/{chart}"),
        ):
            _take(site, browser, role, address, (1280, 860), IMAGES / f"{name}.png", whole=False)


def _asks_whose(item: ReviewItem, record: DocumentRecord) -> bool:
    """Whether a scan's first question is the patient."""
    scan = record.source_name.startswith(("scan", "fax"))
    return scan and card_of(item, record, load_catalogue(), Answers(), salt="").question is Question.PATIENT


def work_of_two_weeks(site: Site) -> None:
    """Copies of what was scanned, day after day, most of them decided as a clerk would, each a few hours later."""
    rng, now = random.Random(3), datetime.now(UTC)
    with reading(site.stores.index) as conn:
        records = [record for item in queue.open_items(conn) if (record := documents.get(conn, item.document_id))]
        whole = [one for one in records if one.status is DocumentStatus.REVIEW and len(documents.of_delivery(conn, one.delivery_id)) == 1]
    _one_chart(site, whole, now)
    for day in range(DAYS, 0, -1):
        for number in range(rng.randint(18, 34) + (DAYS - day)):
            came, record = now - timedelta(days=day) + timedelta(minutes=rng.randint(0, 600)), rng.choice(whole)
            with writing(site.stores.index) as conn:
                put(conn, record, journal.get(conn, record.delivery_id), f"past-{day}-{number}", "", now=came)
            if record.patient_mrn and rng.random() < 0.93:
                wish = Wish(record.patient_mrn, "" if record.document_type != "unknown" else "progress_note", anyway=True)
                answered = came + timedelta(minutes=rng.expovariate(1 / 260))
                resolve_item(site.stores, f"past-{day}-{number}-item", wish, actor="user:bench-clerk-1", now=min(answered, now))


def _one_chart(site: Site, records: Sequence[DocumentRecord], now: datetime) -> None:
    """One document of every type, filed to one person."""
    by_type = {record.document_type: record for record in records if "service_date" in record.fields and record.document_type != "unknown"}
    for kind, record in by_type.items():
        with writing(site.stores.index) as conn:
            put(conn, record, journal.get(conn, record.delivery_id), f"chart-{kind}", "", now=now)
        resolve_item(site.stores, f"chart-{kind}-item", Wish(CHARTED, "", anyway=True), actor="user:bench-clerk-1", now=now)


def _take(site: Site, browser: Browser, role: Role | None, address: str, size: tuple[int, int], path: Path, *, whole: bool = True) -> None:
    page = entered(site, browser, role)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.set_default_timeout(PATIENCE)
    answer = page.goto(site.base + address)
    if answer is not None and "text/html" in answer.headers.get("content-type", ""):
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)
        _keep(page, path, whole=whole)
    page.context.close()


def _keep(page: Page, path: Path, *, whole: bool) -> None:
    with Image.open(io.BytesIO(page.screenshot(full_page=whole))) as taken:
        taken.convert("RGB").quantize(128).save(path, optimize=True)  # small enough for a README, and flat colours stay flat


def _named(address: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", address.lower().replace("copy", "")).rstrip("-")[:40] or "-home"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m samples.reviewbench.shots", description="Pictures of every screen, 1280 and 1920 pixels wide.")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--readme", action="store_true", help="also the three of the README, into docs/images")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
