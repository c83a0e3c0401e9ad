"""How often machine and team err, with what the number of checks leaves possible. Of sources and types; never of one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection

from pipeline.certify import interval
from store import quality
from store.quality import Check
from store.verdicts import MACHINE, PERSON

ENOUGH = 20  # checks below which a share is not told: it would point at single documents


@dataclass(frozen=True, slots=True)
class Rate:
    """Errors among checks, and the shares that these leave possible at 95 % (Clopper and Pearson)."""

    checked: int
    wrong: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """Errors a check; None while there are too few to tell."""
        return self.wrong / self.checked if self.checked >= ENOUGH else None


@dataclass(frozen=True, slots=True)
class Errors:
    """Wrong patients of one who files: in all, by source and by document type."""

    all: Rate
    by_source: Mapping[str, Rate]
    by_type: Mapping[str, Rate]


@dataclass(frozen=True, slots=True)
class Quality:
    """What was found by asking again: of documents the machine filed, of documents people filed, and of planted items."""

    machine: Errors
    team: Errors
    misfiled: Rate  # planted items that would have gone to another person; the catch rate is one minus it
    unsolved: Rate  # planted items that were answered otherwise than is known


def quality_of(conn: Connection, *, since: datetime | None = None) -> Quality:
    """Error rates of machine and team, and what became of planted items, all told or since a time."""
    checks, planted = quality.checks(conn, since=since), quality.planted(conn, since=since)
    return Quality(
        machine=_errors([check for check in checks if check.by == MACHINE]),
        team=_errors([check for check in checks if check.by == PERSON]),
        misfiled=rate_of(one.misfiled for one in planted),
        unsolved=rate_of(not one.right for one in planted),
    )


def rate_of(wrong: Iterable[bool]) -> Rate:
    """The rate of checks that were wrong or not."""
    found = list(wrong)
    return Rate(len(found), sum(found), *interval(sum(found), len(found)))


def _errors(checks: Iterable[Check]) -> Errors:
    found = list(checks)
    return Errors(rate_of(check.wrong for check in found), _by("source", found), _by("document_type", found))


def _by(name: str, checks: Iterable[Check]) -> dict[str, Rate]:
    which = attrgetter(name)
    return {key: rate_of(check.wrong for check in group) for key, group in groupby(sorted(checks, key=which), key=which)}
