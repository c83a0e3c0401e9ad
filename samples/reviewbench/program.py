"""The web process as it is run, and somebody who talks to it as a browser does, without one."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlencode

from review import proofs
from samples.reviewbench.site import Site

COOKIE = "chartroom"
_FENCE = re.compile(r'name="fence" value="(\d+)"')
_ITEM = re.compile(r"^/items/([\w-]+)")


class Program:
    """`python -m workers.web`, started and killed."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._log = (site.folder / "web.log").open("ab")
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "workers.supervise", str(os.getpid()), "workers.web"]  # it dies with this process
        return subprocess.Popen(command, env=self.site.environment, stdout=self._log, stderr=self._log)

    def wait(self, seconds: float = 60) -> None:
        """Until it answers; RuntimeError when it does not."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self._process.poll() is None:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == http.HTTPStatus.OK:
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the web process does not answer")

    def kill(self) -> None:
        """Kill -9, as a power cut does."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def again(self) -> None:
        """Start anew after a kill."""
        self._process = self._start()
        self.wait()

    def stop(self) -> None:
        """Ask it to end, and see that it does."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
        self._log.close()


@contextmanager
def serving(site: Site) -> Iterator[Program]:
    """The web process of a site, ready."""
    program = Program(site)
    try:
        program.wait()
        yield program
    finally:
        program.stop()


class Answer(NamedTuple):
    """What came back: status, where it leads, and the page."""

    status: int
    location: str
    text: str


class Caller:
    """Somebody signed in, on one connection that stays open."""

    def __init__(self, site: Site, secret: str = "", token: str = "") -> None:
        self.csrf = proofs.csrf_of(secret) if secret else ""
        self._port = site.port
        self._headers = {"Host": f"127.0.0.1:{site.port}", "Origin": site.base}
        self._headers |= {"Cookie": f"{COOKIE}={secret}"} if secret else {}
        self._headers |= {"Authorization": f"Bearer {token}"} if token else {}
        self._line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)

    def ask(self, method: str, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> Answer:
        """One request, redirects not followed."""
        body = urlencode({"token": self.csrf, **fields}) if fields is not None else None
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        self._line.request(method, path, body, {**self._headers, **kind, **headers})
        answer = self._line.getresponse()
        return Answer(answer.status, answer.headers.get("location") or "", answer.read().decode("utf-8", "replace"))

    def renew(self) -> None:
        """A new connection, after the old one broke."""
        self._line.close()
        self._line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)


class Desk(NamedTuple):
    """The item in front of a clerk: its id, the number of the lease, and the page."""

    item: str
    fence: str
    page: str


def sit_down(caller: Caller) -> Desk | None:
    """The next item, opened; None when nothing waits."""
    return _open(caller, caller.ask("POST", "/queue/next", {}))


def decide(caller: Caller, desk: Desk, mrn: str, kind: str = "progress_note") -> tuple[Answer, Desk | None]:
    """The last answer on an item, which commits it, and the next item opened."""
    answers = {"act": "file", "fence": desk.fence, "patient": mrn, "kind": kind, "read": "yes", "confirmed": "yes"}
    said = caller.ask("POST", f"/items/{desk.item}/decide", answers)
    return said, _open(caller, said)


def _open(caller: Caller, said: Answer) -> Desk | None:
    found = _ITEM.match(said.location)
    if said.status != http.HTTPStatus.SEE_OTHER or not found:
        return None
    page = caller.ask("GET", said.location).text
    fence = _FENCE.search(page)
    return Desk(found[1], fence[1] if fence else "0", page)
