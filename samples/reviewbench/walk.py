"""Every way into the application, found by asking the application itself, and what may be put into its addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from starlette.routing import Mount

from review.app import make_app
from review.doors import Guarded, Policy
from samples.reviewbench.site import CANARY_MRN, HOSTILE, HOSTILE_MRN, SCRIPT, Site, open_glass, user_id
from samples.reviewbench.waiting import own_copy, put
from schemas.access import RIGHTS, Role
from schemas.decision import Wish
from schemas.record import DocumentRecord, DocumentStatus, ReviewItem, StoredField
from store import documents, lookup, queue
from store.database import reading, writing
from workers.resolve import resolve_item
from workers.users import Desk, first_link, link_user
from workers.web import build_house

KINDS = 6  # items and documents of so many kinds are looked at
LABEL = "<svg onload=alert(3)>"


class Way(NamedTuple):
    """A route: how it is asked, its address with names in braces, and its policy."""

    method: str
    path: str
    policy: Policy

    @property
    def names(self) -> list[str]:
        """What its address is about."""
        return [found.partition(":")[0] for found in re.findall(r"{(.*?)}", self.path)]


def ways(site: Site) -> list[Way]:
    """Every route but the static files."""
    app = make_app(build_house(site.config, site.data, site.stores, lambda: datetime.now(UTC)), site.config.web)
    return [
        Way(method, route.path, route.app.policy)  # type: ignore[attr-defined]
        for route in app.router.routes
        if not isinstance(route, Mount) and isinstance(getattr(route, "app", None), Guarded)
        for method in sorted((getattr(route, "methods", None) or {"GET"}) - {"HEAD"})
    ]


def fill(way: Way, values: Mapping[str, str]) -> str:
    """The address with its names filled in; what no value is known for becomes `none`."""
    return re.sub(r"{(\w+)(:\w+)?}", lambda found: values.get(found[1], "none"), way.path)


def plant(site: Site) -> None:
    """A document filed to each of the two tell-tale people, one with a hostile type, one protected, one in the lead's hands, one emergency access."""
    held = {record.source_name: (item.id, record) for item, record in _waiting(site)}
    hostile, canary = held[f"{HOSTILE}.pdf"], next(pair for name, pair in held.items() if name.startswith("Zzyzx"))
    fields = {"patient_name": StoredField(HOSTILE, 0.9, 1, (0.1, 0.1, 0.4, 0.15), rivals=(SCRIPT,))}
    marked = replace(hostile[1], document_type=LABEL, fields={**hostile[1].fields, **fields})
    guarded = replace(canary[1], document_type="substance_use")
    with writing(site.stores.index) as conn:
        for record, name, file in ((marked, "hostile", f"{SCRIPT}.pdf"), (guarded, "guarded", ""), (canary[1], "handed", "")):
            put(conn, record, own_copy(site, conn, record, name), name, HOSTILE, now=datetime.now(UTC), name=file)
        queue.escalate(conn, "handed-item", "bench", "unsure", now=datetime.now(UTC))
    for item, mrn, kind in ((hostile[0], HOSTILE_MRN, ""), (canary[0], CANARY_MRN, ""), ("guarded-item", CANARY_MRN, "substance_use")):
        resolve_item(site.stores, item, Wish(mrn, kind or "consultation", anyway=True), actor="bench", now=datetime.now(UTC))
    open_glass(site, HOSTILE_MRN)


def objects(site: Site) -> dict[str, list[str]]:
    """What every name in an address may stand for, real objects of as many kinds as there are."""
    waiting = _waiting(site)
    kinds = {(record.reasons[:1], item.blind, len(record.pages) > 1): item.id for item, record in reversed(waiting)}
    shown = {item.id: record for item, record in waiting}
    items = list(dict.fromkeys(["hostile-item", *list(kinds.values())[:KINDS]]))
    filed = [record.id for record in _filed(site)][:KINDS]
    with reading(site.stores.index) as conn:
        numbers = [str(lookup.number_of(conn, mrn)) for mrn in (HOSTILE_MRN, CANARY_MRN)]
    first = shown[items[-1]] if items[-1] in shown else waiting[0][1]
    shell = Desk(site.stores.index, "shell:bench", datetime.now(UTC))
    link = first_link(shell) or link_user(shell, user_id(Role.SCANNER))
    return {
        "item_id": items,
        "document_id": [first.id, *filed],
        "settled_id": filed,
        "page": [str(first.pages[0] if first.pages else 1)],
        "width": ["240"],
        "field": list(first.fields)[:1] or ["patient_name"],
        "patient": numbers,
        "glass_id": ["bench-glass"],
        "user_id": [user_id(Role.SCANNER)],
        "link": [(link or "none").rpartition("/")[2]],
        "delivery_id": [first.delivery_id],
        "file_id": [first.delivery_id],
        "batch_id": [first.delivery_id],
    }


def addresses(found: Sequence[Way], values: Mapping[str, Sequence[str]]) -> Iterator[tuple[Role | None, str]]:
    """Every screen that a person may open: who, and where. Each for the first role that has its right, those without an object for every one."""
    for way in found:
        if way.method != "GET" or way.policy.program or way.policy.unasked or way.path.startswith("/api/"):
            continue
        roles = [role for role in Role if way.policy.right in RIGHTS[role]] if way.policy.right else [None]
        told = [{name: values.get(name, ["none"])[0] for name in way.names}]
        if len(way.names) == 1:
            told = [{way.names[0]: value} for value in values.get(way.names[0], ["none"])]
        yield from ((role, fill(way, one)) for role in (roles[:1] if way.names else roles) for one in told)


def _waiting(site: Site) -> list[tuple[ReviewItem, DocumentRecord]]:
    with reading(site.stores.index) as conn:
        return [(item, record) for item in queue.open_items(conn, limit=400) if (record := documents.get(conn, item.document_id))]


def _filed(site: Site) -> list[DocumentRecord]:
    with reading(site.stores.index) as conn:
        return [record for mrn in (HOSTILE_MRN, CANARY_MRN) for record in documents.of_patient(conn, mrn) if record.status is DocumentStatus.FILED]
