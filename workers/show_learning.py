"""What the command line shows of learning: how a version answered beside the live one, and the list of versions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from pipeline.learning import of_live, of_other
from schemas.learning import VersionState
from workers.show import notes, out
from workers.train import Trained
from workers.versions import Listed
from workers.weigh import Agreeing

MEANS = {
    VersionState.LIVE: "decides from the next file on",
    VersionState.SHADOW: "looks on and decides nothing",
}

UNLIKE = 2.0  # times more or less often than shipped


def weights(count: int, rows: Sequence[Agreeing]) -> None:
    """How often each level occurs here and as shipped; what differs much is marked."""
    table = Table(box=None, header_style="dim")
    for title, right in (("field", False), ("page and entry", False), ("shipped", True), ("here", True), ("", False)):
        table.add_column(title, justify="right" if right else "left")
    for field, level, shipped, here in rows:
        differs = max(here / shipped, shipped / here) >= UNLIKE
        table.add_row(field, level, f"{shipped:.1%}", f"{here:.1%}", "[yellow]differs[/]" if differs else "")
    out.print(table)
    out.print(f"[dim]learnt without labels from {count} documents; what ships counts as 100. Nothing is filed by these figures[/]")


def trained(found: Trained) -> None:
    """How a new version answered, and what it may do."""
    told = found.version.metrics
    taught = f"{told['corrections']} confirmed documents of {told['senders']} senders and {told['examples']} examples"
    out.print(f"[bold]{found.version.name}[/] learnt from {taught}; knows {told['forms']} layouts")
    table = Table(box=None, header_style="dim")
    for title, right in (("asked of", False), ("documents", True), ("sure", True), ("of these wrong", True), ("found", True)):
        table.add_column(title, justify="right" if right else "left")
    for exam in found.exams:
        live, other = of_live(exam), of_other(exam)
        table.add_row(exam.name, str(live.asked), *(f"{a:.1%} → {b:.1%}" for a, b in zip(live[1:], other[1:], strict=True)))
    out.print(table)
    out.print(f"[dim]before → now, on the same documents[/]  {found.version.name} {MEANS.get(found.version.state, str(found.version.state))}")
    for said in found.against:
        out.print(f"[yellow]because[/] {escape(said)}")
    for slug, count in sorted(found.too_few.items()):
        out.print(f"[yellow]not taught[/] {escape(slug)}: {count} examples, 20 are needed")
    unreadable(found.unreadable)


def unreadable(paths: Sequence[Path]) -> None:
    """Examples that could not be used."""
    for path in paths:
        notes.print(f"[red]not used[/]: {escape(path.name)}: nothing can be read in it")


def versions(rows: Sequence[Listed]) -> None:
    """All versions, the newest first."""
    if not rows:
        out.print("No version was made here: what shipped is at work. `chartroom train` makes one.")
        return
    table = Table(box=None, header_style="dim")
    for title in ("version", "state", "made", "by", "learnt from", "asked as shadow", "why it looks on"):
        table.add_column(title)
    for version, asked, differs in rows:
        told = version.metrics
        learnt = f"{told.get('corrections', 0)} documents, {told.get('examples', 0)} examples"
        shown: Any = (version.name, str(version.state), f"{version.made_at:%Y-%m-%d %H:%M}", escape(version.made_by), learnt)
        table.add_row(*shown, f"{asked}, otherwise {differs}" if asked else "", escape("; ".join(version.verdict)))
    out.print(table)
