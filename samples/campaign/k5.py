"""K5: the S3 server is down, errs, is slow, resets, loses its reply after success, or bytes change on the way, while files come in."""

from __future__ import annotations

import hashlib
from pathlib import Path

from samples.campaign.crowd import Crowd, roles
from samples.campaign.house import PEOPLE, House, audit, broken, judge, make_house, progress, until
from samples.campaign.plan import Plan, say
from samples.campaign.proxy import WAYS, Proxy, proxy_before
from samples.campaign.servers import s3_server, s3_settings
from samples.campaign.stub import Drop, make_drop
from samples.report import Row, at_most
from schemas.faults import StoreFault
from store.objects import ObjectStore

SPOILT_SECONDS = 4.0
REST_SECONDS = 180.0


def run(folder: Path, plan: Plan) -> list[Row]:
    """Each way for some seconds, or until nothing more is to be done; then the server is well again."""
    with s3_server(folder / "s3") as server, proxy_before(server, folder) as proxy:
        house = make_house(folder / "house", objects=s3_settings(folder, proxy.address))
        drops: list[Drop] = []
        rows = [_spoil(house, proxy, way, drops, plan.s3_files) for way in WAYS]
        unfound = _unfound(house, proxy, [drop.sha256 for drop in drops[: plan.s3_files]])
        whole, ledger = audit(house)
    say(f"K5: {len(drops)} files, wrong bytes not found {unfound}; chartroom audit: {ledger}")
    found = at_most("K5 wrong bytes not found on read", unfound, 0, n=plan.s3_files, unit="reads", hard=True)
    return [*rows, found, at_most("K5 gaps of the audit at the end", int(not whole), 0, n=1, unit="audits", hard=True)]


def _spoil(house: House, proxy: Proxy, way: str, drops: list[Drop], files: int) -> Row:
    new = [make_drop(number, people=PEOPLE) for number in range(len(drops), len(drops) + files)]
    drops += new
    with Crowd(house, roles()) as crowd:
        proxy.spoil(way)
        house.drop(new)
        until(lambda: crowd.rests(len(drops)), SPOILT_SECONDS)
        during = progress(house).settled - len(drops) + files
        proxy.spoil()
        rested = until(lambda: crowd.rests(len(drops)), REST_SECONDS)
    outcome = judge(house, new, ledger=False)
    say(f"K5 {way}: {during} of {files} settled meanwhile; afterwards {outcome}{'' if rested else ', not at rest'}")
    goal = f"K5 S3: {way}: files lost, doubled, to a wrong person, or not settled"
    note = f"{outcome.refused} quarantined" if outcome.refused else ""
    return at_most(goal, broken(outcome), 0, n=files, unit="files", hard=True, note=note)


def _unfound(house: House, proxy: Proxy, digests: list[str]) -> int:
    """Read originals over a line that changes bytes: how often wrong bytes were handed out as right."""
    objects = house.stores().objects
    proxy.spoil("wrong bytes back")
    unfound = sum(not _right_or_refused(objects, digest) for digest in digests)
    proxy.spoil()
    return unfound


def _right_or_refused(objects: ObjectStore, digest: str) -> bool:
    try:
        with objects.open(objects.address(digest)) as content:
            return hashlib.sha256(content.read()).hexdigest() == digest
    except StoreFault:
        return True
