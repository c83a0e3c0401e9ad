"""The auditor's ledger: what was counted, and every gap found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

Row = dict[str, Any]
Query = Callable[[str], list[Row]]


@dataclass
class Ledger:
    """What was counted, and every gap found."""

    files: dict[str, int] = field(default_factory=dict)
    documents: dict[str, int] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)
    checked: dict[str, int] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        """For programs."""
        return json.dumps(asdict(self), indent=2)

    def as_text(self) -> str:
        """For people: the ledger, then the gaps."""
        lines = []
        for title, part in (("Files", self.files), ("Documents", self.documents), ("Pages", self.pages), ("Checked", self.checked)):
            lines += [title, *(f"  {count:>8}  {name}" for name, count in part.items())]
        lines += [f"gap: {gap}" for gap in self.gaps[:200]]
        lines.append(f"{len(self.gaps)} gaps" if self.gaps else "Everything is accounted for.")
        return "\n".join(lines)
