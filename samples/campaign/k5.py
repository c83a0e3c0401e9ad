"""K5: the S3 server is down, errs, is slow, resets, loses its reply after success, or bytes change on the way, while files come in."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from samples.campaign.crowd import Crowd, roles
from samples.campaign.house import PEOPLE, House, audit, broken, judge, make_house, progress, until
from samples.campaign.plan import Plan, say
from samples.campaign.proxy import WAYS, Proxy, proxy_before
from samples.campaign.servers import s3_server, s3_settings
from samples.campaign.stub import Drop, make_drop
from samples.report import Row, at_most
from schemas.faults import StoreFault
from store.objects import ObjectStore, WrongBytes

GOAL = "K5 wrong bytes not found on read, or reads without an answer"
RIGHT, FOUND, HANDED_OUT, NO_ANSWER = "read right", "refused for wrong bytes", "handed out with wrong bytes", "not answered"
SPOILT_SECONDS = 4.0
REST_SECONDS = 180.0


def run(folder: Path, plan: Plan, ways: Sequence[str] = WAYS) -> list[Row]:
    """Each way for some seconds, or until nothing more is to be done; then the server is well again."""
    with s3_server(folder / "s3") as server, proxy_before(server, folder) as proxy:
        house = make_house(folder / "house", objects=s3_settings(folder, proxy.address))
        drops: list[Drop] = []
        rows = [_spoil(house, proxy, way, drops, plan.s3_files) for way in ways]
        found = read_wrong_bytes(house.stores().objects, proxy, [drop.sha256 for drop in drops[: plan.s3_files]])
        whole, ledger = audit(house)
    say(f"K5: {len(drops)} files; chartroom audit: {ledger}")
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


def read_wrong_bytes(objects: ObjectStore, proxy: Proxy, digests: Sequence[str]) -> Row:
    """Read originals over a line that changes bytes. Not met by wrong bytes handed out, by a read without an answer, or if no answer was spoilt."""
    before = proxy.wrong_answers
    proxy.spoil("wrong bytes back")
    reads = Counter(_read(objects, digest) for digest in digests)
    proxy.spoil()
    spoilt = proxy.wrong_answers - before
    note = ", ".join([f"{spoilt} answers spoilt", *(f"{count} {what}" for what, count in reads.items())])
    say(f"K5 wrong bytes on read: {note}")
    return at_most(GOAL, reads[HANDED_OUT] + reads[NO_ANSWER], 0, n=spoilt, unit="spoilt answers", hard=True, note=note)


def _read(objects: ObjectStore, digest: str) -> str:
    """What became of reading one original."""
    try:
        with objects.open(objects.address(digest)) as content:
            return RIGHT if hashlib.sha256(content.read()).hexdigest() == digest else HANDED_OUT
    except WrongBytes:
        return FOUND
    except StoreFault:
        return NO_ANSWER
