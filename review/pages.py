"""Puts values into templates. Everything a template shows is escaped; no other place makes HTML."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.templating import Jinja2Templates

from review.keys import key_map
from schemas.access import Right, Visitor
from schemas.reasons import explain
from schemas.source import visible
from store.sessions import IDLE

HTMX_INTEGRITY = "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn"


class Tab(NamedTuple):
    """A place in the navigation, for those who have its right."""

    path: str
    label: str
    right: Right


TABS = (
    Tab("/queue", "Queue", Right.QUEUE),
    Tab("/charts", "Charts", Right.DOCUMENTS),
    Tab("/lead", "Figures", Right.FIGURES),
    Tab("/practice", "Practice", Right.QUEUE),
    Tab("/glass", "Emergency access", Right.GLASS),
    Tab("/people", "People", Right.PEOPLE),
    Tab("/audit", "Audit trail", Right.AUDIT),
    Tab("/status", "Status", Right.STATUS),
)

STATIC = Path(__file__).parent / "static"
LEAVES = IDLE + timedelta(minutes=1)  # when a screen that nobody has touched shows nothing any more


@cache
def static(name: str) -> str:
    """The address of one of our own files; it changes with the file, so that a browser need never ask again."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:16]}"


templates = Jinja2Templates(directory=Path(__file__).parent / "screens")
templates.env.globals.update({"explain": explain, "static": static, "htmx_integrity": HTMX_INTEGRITY})
templates.env.filters["visible"] = visible


def show(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page for whoever asks."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    entered = visitor is not None and (visitor.session is None or visitor.session.whole)
    common = {
        "visitor": visitor if entered else None,
        "tabs": tabs_of(visitor) if visitor and entered else [],
        "csrf": visitor.csrf if visitor else "",
    }
    keys = key_map(visitor.user.keys) if visitor and entered else {}
    return templates.TemplateResponse(request, template, {**common, "keys": keys, "idle": LEAVES.seconds, **values}, status_code=status)


def tabs_of(visitor: Visitor) -> list[Tab]:
    """The places this person may go to."""
    return [tab for tab in TABS if tab.right in visitor.rights]


def ages(moments: Iterable[datetime], now: datetime) -> list[str]:
    """How long ago each was, as 3 min, 5 h, 2 d."""
    return [age(moment, now) for moment in moments]


def age(moment: datetime, now: datetime) -> str:
    """How long ago that was, in the largest unit that still says something."""
    minutes = max(0, int((now - moment).total_seconds() // 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} d"


WORDS = {
    "cpt": "CPT",
    "dob": "birth date",
    "ecg": "ECG",
    "icd10": "ICD-10",
    "id": "ID",
    "last4": "last four",
    "mrn": "MRN",
    "npi": "NPI",
    "ssn": "SSN",
}


def worded(name: str) -> str:
    """The name of a field, type or state as people say it."""
    return " ".join(WORDS.get(part, part) for part in name.split("_"))


def headed(name: str) -> str:
    """The same at the beginning of a line."""
    said = worded(name)
    return said[:1].upper() + said[1:]


templates.env.filters |= {"age": age, "worded": worded, "headed": headed}
