"""Portable column types: times, JSON, file names and tuples as text. Knows how a value is written down; not which table holds it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Dialect, Text, TypeDecorator


def canonical(value: Any) -> str:
    """JSON with sorted keys and no blanks: equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


class Instant(TypeDecorator[datetime]):
    """A moment as ISO-8601 UTC text of fixed width, so that text order is time order. A time without a zone is refused."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> str | None:
        """2026-11-21T19:24:03.000000+00:00."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, _dialect: Dialect) -> datetime | None:
        """The moment, in UTC."""
        return None if value is None else datetime.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """Any JSON value as canonical ASCII text; opaque to the database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        """Canonical text."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        """The value."""
        return None if value is None else json.loads(value)


class FileName(TypeDecorator[str]):
    """A file name as the file system gave it. Bytes that are no UTF-8 become `//xx`, which no relative path contains."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Text that every database can hold."""
        return None if value is None else re.sub("[\udc80-\udcff]", lambda m: f"//{ord(m[0]) - 0xDC00:02x}", value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        """The name, fit for os.fsencode."""
        return None if value is None else re.sub("//([89a-f][0-9a-f])", lambda m: chr(0xDC00 + int(m[1], 16)), value)
