"""Every route, asked by everybody, for what is theirs and what is not: whoever may not must learn nothing and change nothing."""

from __future__ import annotations

from collections.abc import Iterator

from samples.report import Row
from samples.reviewbench import goals
from samples.reviewbench.program import Answer, Caller, serving
from samples.reviewbench.site import Site, enter, token_of
from samples.reviewbench.walk import Way, fill, objects, ways
from schemas.access import RIGHTS, Role

REFUSED, TURNED_BACK, NOT_OURS = {404}, {303, 401}, {403}
# Objects that exist and are not this role's: an item with the lead, a protected document, another person's emergency access, nobody's.
FOREIGN: tuple[dict[str, str], ...] = (
    {"item_id": "handed-item"},
    {"document_id": "guarded-document"},
    {"settled_id": "guarded-document"},
    {"glass_id": "bench-glass"},
    {},
)


def door_rows(site: Site) -> Iterator[Row]:
    """How often somebody was let through, of how many times of asking."""
    misses, asked = [], 0
    with serving(site):
        found, mine = ways(site), {name: values[0] for name, values in objects(site).items()}
        for role in (None, *Role):
            for way in found:
                for told, allowed in _asked(site, way, role, mine):
                    asked += 1
                    if told.status not in allowed:
                        misses.append(f"{role or 'nobody'} {way.method} {way.path} {told.status}")
    note = f"{len(found)} routes, {len(Role) + 1} roles" + (f"; first: {misses[0]}" if misses else "")
    yield goals.held(goals.DOORS, float(len(misses)), n=asked, note=note)


def _asked(site: Site, way: Way, role: Role | None, mine: dict[str, str]) -> Iterator[tuple[Answer, set[int]]]:
    """Answers to one role at one route, each with the statuses that are right."""
    right = way.policy.right
    if right is None or way.policy.unasked:
        return
    if role is None:
        yield Caller(site).ask(way.method, fill(way, mine), {} if way.method == "POST" else None), TURNED_BACK
        return
    if right not in RIGHTS[role]:
        yield _caller(site, way, role).ask(way.method, fill(way, mine), {} if way.method == "POST" else None), REFUSED
        return
    if way.method == "POST" and not way.policy.program:
        caller = _caller(site, way, role)
        caller.csrf = "0" * 64
        yield caller.ask("POST", fill(way, mine), {}), NOT_OURS
        yield _caller(site, way, role).ask("POST", fill(way, mine), {}, Origin="http://evil.example"), NOT_OURS
    for foreign in FOREIGN:
        if way.names and set(foreign) <= set(way.names) and not _may(role, foreign):
            yield _caller(site, way, role).ask(way.method, fill(way, foreign), {} if way.method == "POST" else None), REFUSED


def _may(role: Role, foreign: dict[str, str]) -> bool:
    """What is foreign to one role is another's: the lead has what was handed on, a clerk the emergency access that they opened, whose notice
    the privacy officer closes.
    """
    return ("item_id" in foreign and role is Role.LEAD) or ("glass_id" in foreign and role in {Role.CLERK, Role.PRIVACY})


def _caller(site: Site, way: Way, role: Role) -> Caller:
    return Caller(site, token=token_of(site, role)) if way.policy.program else Caller(site, enter(site, role))
