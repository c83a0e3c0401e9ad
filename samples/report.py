"""The one form in which every benchmark states its figures. Knows rows and files, nothing of what was measured."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `target` in words (`= 0`, `>= 60`) or None for a figure without a goal; `met` None then.

    A row that could not be run has no value, is not met, and says why in `note`.
    """

    goal: str
    value: float | None
    target: str | None
    met: bool | None
    n: int
    unit: str
    hard: bool = False  # a broken one fails the benchmark
    note: str = ""


def at_most(goal: str, value: float, limit: float, *, n: int, unit: str, hard: bool = False, note: str = "") -> Row:
    """A figure that must not exceed its limit; never met when there was nothing to measure."""
    return Row(goal, value, f"= {limit:g}" if limit == 0 else f"<= {limit:g}", n > 0 and value <= limit, n, unit, hard, note)


def at_least(goal: str, value: float, limit: float, *, n: int, unit: str, hard: bool = False, note: str = "") -> Row:
    """A figure that must reach its limit; never met when there was nothing to measure."""
    return Row(goal, value, f">= {limit:g}", n > 0 and value >= limit, n, unit, hard, note)


def plain(goal: str, value: float, *, n: int, unit: str, note: str = "") -> Row:
    """A figure without a goal."""
    return Row(goal, value, None, None, n, unit, note=note)


def not_run(goal: str, why: str, *, target: str, unit: str, hard: bool = False) -> Row:
    """A row that could not be measured: not met, and it says why."""
    return Row(goal, None, target, met=False, n=0, unit=unit, hard=hard, note=f"not run: {why}")


def passed(rows: Sequence[Row]) -> bool:
    """Whether every hard row is met."""
    return all(row.met for row in rows if row.hard)


def write_report(path: Path, rows: Sequence[Row], *, seconds: float, made_at: datetime | None = None) -> None:
    """Writes the figures as JSON; `seconds` is how long the whole benchmark took."""
    path.parent.mkdir(parents=True, exist_ok=True)
    when = (made_at or datetime.now(UTC)).isoformat(timespec="seconds")
    report = {"rows": [asdict(row) for row in rows], "made_at": when, "commit": _commit(), "seconds": round(seconds, 1)}
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def print_report(rows: Sequence[Row], *, title: str) -> None:
    """The figures as a table on the terminal."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title)
    for name, side in (
        ("goal", "left"),
        ("value", "right"),
        ("unit", "left"),
        ("target", "right"),
        ("n", "right"),
        ("met", "left"),
        ("note", "left"),
    ):
        table.add_column(name, justify="right" if side == "right" else "left", overflow="fold")
    for row in rows:
        value = "-" if row.value is None else f"{row.value:.10g}"
        met = {True: "yes", False: "[red]NO[/red]", None: ""}[row.met]
        table.add_row(row.goal, value, row.unit, row.target or "", str(row.n), met, row.note)
    terminal = Console()
    (terminal if terminal.is_terminal else Console(width=150)).print(table)


def _commit() -> str:
    """The commit measured, marked when files were changed since; empty outside a checkout."""
    try:
        answer = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
            cwd=Path(__file__).parent,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()
