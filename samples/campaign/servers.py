"""Real servers for a campaign, on this machine alone and gone with it: an S3 server over a folder, and a Postgres of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from samples.campaign.scans import free_port

KEY, SECRET = "campaign", "only-for-a-campaign"
START_SECONDS = 60.0


@contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """`rclone serve s3` over a folder: host and port."""
    folder.mkdir(parents=True)
    address = f"127.0.0.1:{free_port()}"
    program = Path(sys.executable).with_name("rclone")
    command: list[str | Path] = [program, "serve", "s3", "--addr", address, "--auth-key", f"{KEY},{SECRET}", folder]
    with _running(command, folder.with_suffix(".log"), {"RCLONE_CONFIG": os.devnull}) as server:
        _await(server, lambda: _listens(address))
        yield address


def s3_settings(folder: Path, address: str) -> dict[str, object]:
    """`objects` of a house whose objects are there."""
    (folder / "access").write_text(KEY, encoding="utf-8")
    (folder / "secret").write_text(SECRET, encoding="utf-8")
    keys = {"access_key_file": str(folder / "access"), "secret_key_file": str(folder / "secret")}
    return {"kind": "s3", "endpoint": address, "secure": False, **keys}


def postgres_programs() -> Path | None:
    """Where Debian keeps the newest Postgres, if there is one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return found[-1] if found else None


@contextmanager
def postgres_server(folder: Path, programs: Path) -> Iterator[str]:
    """A new cluster on a socket, with every sync: its address."""
    folder.mkdir(parents=True)
    leave_root: list[str] = []
    if os.getuid() == 0:  # Postgres refuses to run as root
        for place in (folder, *folder.parents):
            with suppress(PermissionError):
                place.chmod(place.stat().st_mode | 0o011)
        shutil.chown(folder, "postgres", "postgres")
        leave_root = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    initdb = [programs / "initdb", "-D", folder / "data", "-U", "chartroom", "--auth=trust", "-E", "UTF8", "--locale=C"]
    subprocess.run([*leave_root, *map(str, initdb)], check=True, capture_output=True, cwd=folder)
    settings = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "max_connections=60"]
    command: list[str | Path] = [*leave_root, programs / "postgres", "-D", folder / "data", *settings]
    with _running(command, folder.with_suffix(".log"), {}, end=signal.SIGINT) as server:
        ready = [str(programs / "pg_isready"), "-q", "-h", str(folder)]
        _await(server, lambda: not subprocess.run(ready, check=False).returncode)
        yield f"postgresql+psycopg://chartroom@/postgres?host={folder}"


@contextmanager
def _running(
    command: Sequence[str | Path], log: Path, environ: dict[str, str], end: signal.Signals = signal.SIGTERM
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as said:
        dying = ["setpriv", "--pdeathsig", "KILL"] if str(command[0]) != "setpriv" else []
        server = subprocess.Popen([*dying, *map(str, command)], stdout=said, stderr=said, env={**os.environ, **environ}, cwd=log.parent)
        try:
            yield server
        finally:
            server.send_signal(end)
            with suppress(subprocess.TimeoutExpired):
                server.wait(30)
            server.kill()
            server.wait()


def _await(server: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
    until = time.monotonic() + START_SECONDS
    while not ready():
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError("A server of the campaign does not start.")
        time.sleep(0.05)


def _listens(address: str) -> bool:
    host, _, port = address.partition(":")
    with suppress(OSError), socket.create_connection((host, int(port)), 1):
        return True
    return False
