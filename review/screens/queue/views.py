"""The queue and one item of it, read-only: what waits, why, and what speaks for each candidate."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy import Engine

from schemas.reasons import explain
from schemas.source import visible
from store import documents, queue
from store.database import reading

SHOWN = 200
templates = Jinja2Templates(directory=Path(__file__).parent)
templates.env.globals["explain"] = explain
templates.env.filters["visible"] = visible


def queue_routes(index: Engine) -> APIRouter:
    """GET / (the queue), GET /items/{id} (one item), GET /healthz."""
    router = APIRouter()

    @router.get("/", response_class=HTMLResponse)
    def show_queue(request: Request) -> HTMLResponse:
        """What waits, most urgent and oldest first."""
        with reading(index) as conn:
            items = queue.open_items(conn, limit=SHOWN)
            rows = [(item, record) for item in items if (record := documents.get(conn, item.document_id))]
            counts = documents.counts(conn)
            waiting = queue.counts(conn)
        values = {"rows": rows, "counts": counts, "waiting": waiting["open"] + waiting["blind"], "now": datetime.now(UTC)}
        return templates.TemplateResponse(request, "queue.html", values)

    @router.get("/items/{item_id}", response_class=HTMLResponse)
    def show_item(request: Request, item_id: str) -> HTMLResponse:
        """One item with its evidence."""
        with reading(index) as conn:
            item = queue.get(conn, item_id)
            record = documents.get(conn, item.document_id) if item else None
        if item is None or record is None:
            raise HTTPException(404, "No such item.")
        return templates.TemplateResponse(
            request, "item.html", {"item": item, "record": record, "candidates": record.evidence.get("candidates", [])[:5]}
        )

    @router.get("/healthz", response_class=PlainTextResponse)
    def healthz() -> str:
        """Whether the index answers."""
        with reading(index) as conn:
            queue.counts(conn)
        return "ok\n"

    return router
