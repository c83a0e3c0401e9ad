"""One installation of a campaign's own: its folders and settings, its processes, and what became of what was dropped there."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from samples.campaign.plan import say
from samples.campaign.stub import BLANK, Drop
from samples.report import Row, at_most
from schemas.record import DocumentRecord, DocumentStatus
from schemas.source import Delivery, DeliveryState
from store import documents, journal
from store.database import reading
from workers.audit import take_ledger
from workers.patients import import_patients
from workers.settings import Settings, read_settings
from workers.supervise import PR_SET_PDEATHSIG
from workers.wire import Stores, connect

PEOPLE = 40
AMISS = "files lost, doubled, to a wrong person, quarantined, not settled, or gaps"
QUIET_SECONDS = 0.1


@dataclass(frozen=True)
class House:
    """A data folder, a watched folder and its receipts, below one folder."""

    folder: Path

    @property
    def var(self) -> Path:
        """The data folder."""
        return self.folder / "var"

    @property
    def inbox(self) -> Path:
        """The watched folder."""
        return self.folder / "inbox"

    @property
    def environ(self) -> dict[str, str]:
        """What its processes are told."""
        said = {"CHARTROOM_CONFIG": str(self.folder / "config.yaml"), "CHARTROOM_DATA_DIR": str(self.var)}
        return {**os.environ, **said, "PYTHONPATH": str(Path(__file__).parents[2])}

    def settings(self) -> Settings:
        """Its settings as its processes read them."""
        return read_settings(self.environ)

    def stores(self) -> Stores:
        """Its stores, opened."""
        settings = self.settings()
        return connect(settings.config, settings.data_dir)

    def drop(self, files: Iterable[Drop]) -> None:
        """Put files into the watched folder, each renamed into place."""
        for file in files:
            half = self.folder / "half"
            half.write_bytes(file.data)
            half.rename(self.inbox / file.name)


class Outcome(NamedTuple):
    """What became of what was dropped: `lost` neither taken nor waiting, `doubled` in the index twice, `wrong` in another chart."""

    files: int
    settled: int
    lost: int
    doubled: int
    wrong: int
    refused: int  # good files that ended in quarantine
    gaps: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether everything has settled, nothing is amiss and no good file ended in quarantine."""
        return self.settled == self.files and not (self.lost or self.doubled or self.wrong or self.refused or self.gaps)

    def __str__(self) -> str:
        """For the terminal."""
        ill = f"{self.lost} lost, {self.doubled} doubled, {self.wrong} to a wrong person, {self.refused} quarantined, {len(self.gaps)} gaps"
        told = f"{self.settled} of {self.files} settled, {ill}"
        return "\n".join([told, *(f"  gap: {gap}" for gap in self.gaps[:5])])


def make_house(folder: Path, **settings: Any) -> House:
    """A new house with people in its patient index."""
    house = House(folder)
    house.inbox.mkdir(parents=True)
    watched = {"name": "desk", "path": str(house.inbox), "quiet_seconds": QUIET_SECONDS, "scan_seconds": 0.2}
    quick = {"folders": [watched], "sample": {"sample_share": 0.0}, "idle": {"page_images": False, "archive": False}}
    quick |= {"engine": {"poll_seconds": 0.05, "slots": 2}, "intake": {"min_free_megabytes": 0}}
    _write_settings(house, {**quick, **settings})
    stores = house.stores()
    people = "".join(f"M{number},Person{number},19{number % 90 + 10}-01-02\n" for number in range(PEOPLE))
    (folder / "people.csv").write_text(f"mrn,last_name,dob\n{people}", encoding="utf-8")
    import_patients(folder / "people.csv", stores, now=datetime.now(UTC))
    stores.index.dispose()
    return house


def copy_house(house: House, to: Path) -> House:
    """A house like this one somewhere else, as long as nothing runs there."""
    shutil.copytree(house.folder, to, ignore=shutil.ignore_patterns("*-shm"))
    copy = House(to)
    change_folder(copy, path=str(copy.inbox))
    return copy


def change_settings(house: House, **changed: Any) -> None:
    """Other settings from its next start on."""
    known = yaml.safe_load((house.folder / "config.yaml").read_text(encoding="utf-8"))
    _write_settings(house, {**known, **changed})


def change_folder(house: House, **changed: Any) -> None:
    """Other settings of its watched folder from its next start on."""
    (watched,) = yaml.safe_load((house.folder / "config.yaml").read_text(encoding="utf-8"))["folders"]
    change_settings(house, folders=[{**watched, **changed}])


def _write_settings(house: House, settings: dict[str, Any]) -> None:
    (house.folder / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")


def judge(house: House, drops: Iterable[Drop], *, ledger: bool = True) -> Outcome:
    """Hold what the stores say against what was dropped, and take the ledger, unless `chartroom audit` is run besides."""
    files, settings = list(drops), house.settings()
    stores = connect(settings.config, settings.data_dir)
    with reading(stores.index) as conn:
        taken = journal.deliveries(conn)
        kept = {delivery.id: documents.of_delivery(conn, delivery.id) for delivery in taken}
    stores.index.dispose()
    gaps = take_ledger(settings.config, settings.data_dir).gaps if ledger else []
    waiting = {path.name for path in house.inbox.iterdir() if path.is_file()}
    by_content: dict[str, list[Delivery]] = {}
    for delivery in taken:
        by_content.setdefault(delivery.sha256, []).append(delivery)
    lost = doubled = wrong = settled = refused = 0
    for file in files:
        mine = by_content.get(file.sha256, [])
        records = [record for delivery in mine for record in kept[delivery.id]]
        lost += not mine and file.name not in waiting
        settled += bool(mine) and all(delivery.state is DeliveryState.SETTLED for delivery in mine)
        doubled += max(_times(records).values(), default=0) > 1
        wrong += any(_is_wrong(record, file) for record in records)
        refused += any(record.status is DocumentStatus.QUARANTINED for record in records)
    return Outcome(len(files), settled, lost, doubled, wrong, refused, tuple(gaps))


def _times(records: Iterable[DocumentRecord]) -> Counter[int]:
    """How often each page stands in the index."""
    return Counter(page for record in records if record.reasons != ("duplicate.exact",) for page in record.pages)


def _is_wrong(record: DocumentRecord, file: Drop) -> bool:
    return record.status is DocumentStatus.FILED and file.mrn not in {record.patient_mrn, BLANK}


def reckon(what: str, house: House, drops: Sequence[Drop], *, n: int, besides: int = 0, note: str = "") -> Row:
    """The row of a house at its end, in which not one file may be amiss; `besides` is what else went wrong."""
    outcome = judge(house, drops, ledger=False)
    whole, ledger = audit(house)
    say(f"{what}: {outcome}; chartroom audit: {ledger}")
    amiss = broken(outcome) + outcome.refused + (not whole) + besides
    return at_most(f"{what}: {AMISS}", amiss, 0, n=n, unit="files", hard=True, note=note)


class Progress(NamedTuple):
    """How many files have settled, and how many are in work."""

    settled: int
    in_work: int


def progress(house: House) -> Progress:
    """How far it has come, read without disturbing anybody; nothing while it cannot be told."""
    with suppress(sqlite3.Error), closing(_look_into(house.var / "index.db")) as conn:
        settled, taken = conn.execute("SELECT count(*), count(*) FILTER (WHERE state = 'taken') FROM delivery").fetchone()
        return Progress(settled - taken, taken)
    return Progress(0, 0)


def settled(house: House) -> set[str]:
    """The files that have settled, whatever database the index is in."""
    stores = house.stores()
    with reading(stores.index) as conn:
        found = {one.id for one in journal.deliveries(conn) if one.state is DeliveryState.SETTLED}
    stores.index.dispose()
    return found


def is_at_rest(house: House, files: int) -> bool:
    """Whether so many files have settled, nothing waits in the watched folder and the engine has nothing in hand."""
    far = progress(house)
    if far.settled < files or far.in_work or any(path.is_file() for path in house.inbox.iterdir()):
        return False
    with suppress(sqlite3.Error), closing(_look_into(house.var / "engine.db")) as conn:
        return not conn.execute("SELECT 1 FROM workflow_status WHERE status IN ('PENDING', 'ENQUEUED') LIMIT 1").fetchall()
    return False


def _look_into(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)


def audit(house: House) -> tuple[bool, str]:
    """`chartroom audit` as IT runs it: whether it found everything accounted for, and its last line."""
    done = subprocess.run([program(), "audit"], env=house.environ, capture_output=True, text=True, timeout=600, check=False)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return done.returncode == 0, lines[-1] if lines else "it said nothing"


def chartroom(house: House, *arguments: str | Path) -> str:
    """A command as IT runs it, and what it said. RuntimeError with its words when it fails."""
    done = subprocess.run([program(), *arguments], env=house.environ, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise RuntimeError(f"chartroom {arguments[0]} ended with {done.returncode}: {done.stderr[-300:]}")
    return done.stdout


def broken(outcome: Outcome) -> int:
    """Files lost, doubled or in a wrong chart, files that never settled, and gaps of the ledger."""
    return outcome.lost + outcome.doubled + outcome.wrong + (outcome.files - outcome.settled) + len(outcome.gaps)


def program() -> str:
    """Where the command `chartroom` of this environment is."""
    return str(Path(sys.executable).with_name("chartroom"))


def fork(house: House, work: Callable[[], int | None], *, log: str) -> int:
    """Do `work` in a process of the house, forked from this one, which has loaded everything; what it says goes to a file. The process's id.

    The caller must be single-threaded. The process dies with its parent.
    """
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        settle_in(house, house.folder / log, parent)
        code = int(work() or 0)
    except BaseException:  # noqa: BLE001 - said in its log; the end of a forked process must not run its parent's code
        traceback.print_exc()
    finally:
        os._exit(code)


def settle_in(house: House, log: Path, parent: int) -> None:
    """Make this forked process one of the house: its settings, its log, its end with its parent's."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    os.setsid()
    with log.open("ab") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    sys.stdout = sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    os.environ.clear()
    os.environ.update(house.environ)


def kill(pid: int) -> None:
    """Kill a child and reap it."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)


def family(root: int) -> list[int]:
    """A process and all that descend from it, as the kernel tells."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu_seconds(pid: int) -> float:
    """Processor time that a process and its reaped children have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def until(ready: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Wait for it; False when it took too long."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def warm() -> None:
    """Load what the processes of a house load, so that a forked one is ready at once."""
    import alembic.command
    import dbos
    import watchdog.observers.inotify

    import workers.watcher
    import workers.work

    del alembic, dbos, watchdog, workers


def export(house: House) -> list[dict[str, Any]]:
    """The export of the house, line by line."""
    out = house.folder / "export.jsonl"
    subprocess.run([program(), "documents", "export", "--output", out], env=house.environ, check=True, timeout=300)
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
