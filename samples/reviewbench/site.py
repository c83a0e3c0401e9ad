"""One installation to measure: people, scans through the real program, accounts of every role, and names that would give a leak away."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml
from reportlab.pdfgen.canvas import Canvas

from review import proofs
from samples.batches import BatchTruth, make_batches
from samples.people import make_people, write_people
from schemas.access import Glass, Role, Session, User
from schemas.config import Config, Web
from schemas.record import ReviewItem
from store import queue, sessions, users
from store.database import reading, writing
from workers.wire import Stores, connect

CHARTROOM = Path(sys.executable).with_name("chartroom")
CANARY = "Zzyzxcanary"  # a family name of the index: it may stand on screens and nowhere else
HOSTILE = "<img src=x onerror=alert(1)>"
SCRIPT = "<script>alert(2)</script>"
CANARY_MRN, HOSTILE_MRN = "CANARY01", "HOSTILE1"
PASSWORD = "four words in a row"
SEED = 61


@dataclass(frozen=True)
class Site:
    """A data folder, its stores, and where its web process will listen."""

    folder: Path
    data: Path
    stores: Stores
    config: Config
    port: int
    truths: Sequence[BatchTruth]

    @property
    def base(self) -> str:
        """The address of its review application."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What its programs are started with; temporary files lie where they can be looked through."""
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        named = {"CHARTROOM_DATA_DIR": self.data, "CHARTROOM_CONFIG": self.folder / "config.yaml", "TMPDIR": temporary}
        return {**os.environ, **{name: str(path) for name, path in named.items()}}

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """One command of the program."""
        return subprocess.run(
            [CHARTROOM, *map(str, words)], env=self.environment, capture_output=True, text=True, timeout=900, check=False, stdin=subprocess.DEVNULL
        )

    def open_items(self) -> list[ReviewItem]:
        """What waits."""
        with reading(self.stores.index) as conn:
            return queue.open_items(conn)


def make_site(folder: Path, *, files: int, kind: str = "practice") -> Site:
    """An installation in an empty folder. Nothing files by itself, as on the first days of a new one."""
    port = free_port()
    settings = {"match": {"autofile": "shadow"}, "web": {"port": port, "second_factor": "optional"}}
    (folder / "config.yaml").write_text(yaml.safe_dump(settings))
    people = make_people(5000, seed=SEED)
    write_people(folder / "people.csv", people)
    with (folder / "people.csv").open("a", encoding="utf-8") as file:
        file.write(_row(CANARY_MRN, CANARY, "JANE", "1961-05-30"))
        file.write(_row(HOSTILE_MRN, HOSTILE, SCRIPT, "1970-02-03"))
    truths = make_batches(folder / "scans", people, kind=kind, seed=SEED, count=files, processes=os.cpu_count())  # type: ignore[arg-type]
    _draw(folder / "scans" / f"{HOSTILE}.pdf", HOSTILE, "1970-02-03", HOSTILE_MRN)
    _draw(folder / "scans" / f"{CANARY} fax.pdf", f"{CANARY}, JANE", "1961-05-30", CANARY_MRN)
    config, data = Config(web=Web(port=port, second_factor="optional")), folder / "var"
    site = Site(folder, data, connect(config, data), config, port, truths)
    _run(site, "patients", "import", folder / "people.csv")
    _run(site, "ingest", "--wait", folder / "scans")
    _appoint(site)
    return site


def user_id(role: Role | str, number: int = 0) -> str:
    """The account of somebody of a role."""
    return f"bench-{role}-{number}"


def enter(site: Site, role: Role | str, number: int = 0) -> str:
    """The secret of a new session of that person, signed in with both factors."""
    secret, now = proofs.new_secret(), datetime.now(UTC)
    with writing(site.stores.index) as conn:
        sessions.begin(conn, Session(proofs.digest(secret), user_id(role, number), now, now, now, whole=True), now=now)
    return secret


def token_of(site: Site, role: Role) -> str:
    """A program's token of somebody of a role."""
    token, now = proofs.new_secret(), datetime.now(UTC)
    with writing(site.stores.index) as conn:
        users.add_token(conn, proofs.digest(token), user_id(role), expires_at=now.replace(year=now.year + 1), actor="bench", now=now)
    return token


def open_glass(site: Site, mrn: str) -> str:
    """Emergency access of a clerk to one patient; its id."""
    now = datetime.now(UTC)
    with writing(site.stores.index) as conn:
        sessions.open_glass(conn, Glass("bench-glass", user_id(Role.CLERK), mrn, "safety", "a reason in words", now, now.replace(year=now.year + 1)))
    return "bench-glass"


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(site: Site, *words: str | Path) -> None:
    """One command; what it logged is kept, to be looked through for names."""
    done = site.run(*words)
    (site.folder / f"{words[0]}.log").write_text(done.stderr)
    if done.returncode:
        raise RuntimeError(f"chartroom {words[0]} ended with {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")


def _appoint(site: Site) -> None:
    """Eight clerks and leads, one of every other role."""
    secret, now = proofs.hash_password(PASSWORD), datetime.now(UTC)
    wanted = [(role, number) for role in Role for number in range(8 if role in {Role.CLERK, Role.LEAD} else 1)]
    with writing(site.stores.index) as conn:
        for role, number in wanted:
            name = user_id(role, number)
            users.add(conn, User(name, name, f"{role.title()} {number}", (role,), active=True, password_hash=secret), actor="bench", now=now)


def _row(mrn: str, last: str, first: str, dob: str) -> str:
    return f"{mrn},{last},{first},,,F,{dob},,,,,,,,\n"


def _draw(path: Path, name: str, dob: str, mrn: str) -> None:
    canvas = Canvas(str(path))
    rows = ["Northgate Family Practice", "CONSULTATION", f"Patient: {name}", f"DOB: {dob}", f"MRN: {mrn}", "Date of service: 2026-03-04", SCRIPT]
    rows += [f"The patient {name} was seen in clinic and had no complaint on day {number}." for number in range(12)]
    for number, row in enumerate(rows):
        canvas.drawString(60, 740 - 30 * number, row)
    canvas.save()
