"""Stands before an S3 server and spoils what passes, in the way that a file names. One request a connection; a process of its own."""

from __future__ import annotations

import asyncio
import ctypes
import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from samples.campaign.house import kill
from samples.campaign.scans import free_port
from workers.supervise import PR_SET_PDEATHSIG

SHARE = 0.4  # of the requests that are spoilt
SLOW_SECONDS = 2.0
WAYS = ("down", "5xx", "slow", "reset mid-body", "reply lost", "wrong bytes back", "wrong bytes in")
UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy(NamedTuple):
    """Where it listens, and how to tell it what to spoil."""

    address: str
    mode: Path

    def spoil(self, way: str = "") -> None:
        """From now on; without a way all passes."""
        self.mode.write_text(way, encoding="utf-8")

    @property
    def wrong_answers(self) -> int:
        """How many answers it has handed on with wrong bytes in them."""
        return self.tally.stat().st_size

    @property
    def tally(self) -> Path:
        """A byte for each of these."""
        return self.mode.with_suffix(".tally")


@contextmanager
def proxy_before(server: str, folder: Path) -> Iterator[Proxy]:
    """Run it before `server`. The caller must be single-threaded."""
    proxy = Proxy(f"127.0.0.1:{free_port()}", folder / "proxy-mode")
    proxy.spoil()
    proxy.tally.touch()
    child = os.fork()
    if child == 0:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        try:
            asyncio.run(_serve(proxy, server))
        finally:
            os._exit(1)
    try:
        yield proxy
    finally:
        kill(child)


async def _serve(proxy: Proxy, server: str) -> None:
    chance = random.Random(5)

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _pass_on(reader, writer, server, _way(proxy, chance), proxy.tally)
        except (OSError, asyncio.IncompleteReadError):
            writer.transport.abort()

    host, _, port = proxy.address.partition(":")
    async with await asyncio.start_server(attend, host, int(port), limit=2**26) as listening:
        await listening.serve_forever()


def _way(proxy: Proxy, chance: random.Random) -> str:
    way = proxy.mode.read_text(encoding="utf-8")
    return way if way == "down" or chance.random() < SHARE else ""


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: str, way: str, tally: Path) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if way == "down":
        raise ConnectionResetError
    body = await reader.readexactly(_length(head))
    if way == "5xx":
        writer.write(UNAVAILABLE)
        await _close(writer)
        return
    if way == "slow":
        await asyncio.sleep(SLOW_SECONDS)
    if way == "wrong bytes in":
        body = _spoilt(body)
    answer = await _ask(server, head, body)
    if way == "reply lost":
        raise ConnectionResetError
    top, _, content = answer.partition(b"\r\n\r\n")
    if way == "wrong bytes back" and head.startswith(b"GET"):
        content = _spoilt(content)
        with tally.open("ab") as count:
            count.write(b"." if content else b"")
    whole = top + b"\r\n\r\n" + content
    if way == "reset mid-body":
        writer.write(whole[: len(top) + 4 + len(content) // 2])
        await writer.drain()
        raise ConnectionResetError
    writer.write(whole)
    await _close(writer)


async def _ask(server: str, head: bytes, body: bytes) -> bytes:
    host, _, port = server.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = [line for line in head.split(b"\r\n") if line and not line.lower().startswith((b"connection:", b"expect:"))]
    writer.write(b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body)
    await writer.drain()
    answer = await reader.read()
    writer.close()
    return answer


async def _close(writer: asyncio.StreamWriter) -> None:
    await writer.drain()
    writer.close()


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")), 0)


def _spoilt(data: bytes) -> bytes:
    """One bit is another, in the middle."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :] if data else data
