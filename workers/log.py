"""What a process says while it runs: our own sentences, which hold ids and counts, and of a library no more than that it spoke, where and how loud.

A library's message and an error's text may quote a page, so neither is written; an error is told by its kind and the places in the code.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime

from schemas.config import Log

OWN = frozenset({"chartroom", "schemas", "pipeline", "store", "review", "workers"})  # whose sentences are ours


class Lines(logging.Formatter):
    """One line a record, as text for people or as JSON for programs."""

    def __init__(self, part: str, form: str) -> None:
        super().__init__()
        self.part, self.form = part, form

    def format(self, record: logging.LogRecord) -> str:
        """The record without anything that a page could have put there."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        facts: dict[str, object] = {"at": at, "level": record.levelname.lower(), "part": self.part, "from": record.name, "said": _said(record)}
        if record.exc_info and record.exc_info[1] is not None:
            facts |= {"error": type(record.exc_info[1]).__name__, "places": _places(record.exc_info[1])}
        if self.form == "json":
            return json.dumps(facts, ensure_ascii=True)
        return " ".join(str(facts[name]) for name in ("at", "part", "said", "error") if name in facts)


def set_up_log(part: str, rules: Log) -> None:
    """Have this process log to standard error as `part` of the house; warnings of anybody, and what we tell of ourselves."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines(part, rules.form))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("chartroom").setLevel(logging.INFO)


def say(line: str) -> None:
    """Tell what happens to the processes of this part of the house."""
    logging.getLogger("chartroom.tree").info(line)


def _said(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in OWN:
        return " ".join(record.getMessage().split())
    return f"{record.name} spoke at {record.module}:{record.lineno}"


def _places(error: BaseException) -> list[str]:
    return [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
