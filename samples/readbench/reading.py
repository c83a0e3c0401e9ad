"""Has files read by the program and by plain Tesseract, and brings back what each page said. Counts what was spent; judges nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from samples.readbench.meter import CommandFailed, spend
from samples.readbench.pages import Page
from samples.readbench.sets import Sheaf

_SECONDS = 1800.0


class Seen(NamedTuple):
    """One page as the program read it, and what stands on it (None: nothing)."""

    page: Page | None
    quality: str
    turn: int
    text: str
    words: list[tuple[str, float]]
    rereads: list[tuple[str, str]]  # source, words
    fields: dict[str, str]


def product(out: Path, sources: Sequence[Path], *, plan: bool = False) -> list[str]:
    """The command that reads files with the program's own reader."""
    return [sys.executable, "-m", "samples.readbench.product", "--out", str(out.absolute()), *(["--plan"] if plan else []), *map(str, sources)]


def read(sheaves: Sequence[Sheaf], work: Path, *, plan: bool = False) -> list[list[Seen]]:
    """What the program read on each page of each file; two processes share the files."""
    halves = [half for half in (sheaves[::2], sheaves[1::2]) if half]
    with ThreadPoolExecutor(2) as pool:
        told = [line for lines in pool.map(lambda half: _lines(half, work, plan=plan), halves) for line in lines]
    return [_seen(sheaf, [line for line in told if line["file"] == sheaf.path.name]) for sheaf in sheaves]


def plain_texts(images: Sequence[Path]) -> list[str]:
    """What Tesseract reads when it is left alone."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(_plain, images))


def read_scans(folder: Path | None, work: Path) -> list[tuple[list[str], str, str]]:
    """Real scans that have a text beside them: the text's words, what the program read, what plain Tesseract read. CommandFailed without any."""
    if folder is None:
        raise CommandFailed("no folder of real scans was given")
    scans = [(text.with_suffix(".tif"), text) for text in sorted(folder.glob("*.txt")) if text.with_suffix(".tif").is_file()]
    if not scans:
        raise CommandFailed("there is no scan with a text beside it")
    ours = [pages[0].text for pages in read([Sheaf(image, (None,)) for image, _ in scans], work)]
    theirs = plain_texts([image for image, _ in scans])
    words = [text.read_text(encoding="utf-8", errors="replace").split() for _, text in scans]
    return list(zip(words, ours, theirs, strict=True))


def _lines(sheaves: Sequence[Sheaf], work: Path, *, plan: bool) -> list[dict[str, Any]]:
    out = (work / sheaves[0].path.name).with_suffix(".jsonl")
    spend(product(out, [sheaf.path for sheaf in sheaves], plan=plan), seconds=_SECONDS)
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def _seen(sheaf: Sheaf, told: Sequence[dict[str, Any]]) -> list[Seen]:
    if len(told) != len(sheaf.pages):
        raise CommandFailed(f"{len(told)} of {len(sheaf.pages)} pages came back")
    return [
        Seen(page, one["quality"], one["turn"], one["text"], [(w, c) for w, c in one["words"]], [(s, w) for s, w in one["rereads"]], one["fields"])
        for page, one in zip(sheaf.pages, told, strict=True)
    ]


def _plain(image: Path) -> str:
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        ran = subprocess.run(["tesseract", str(image), "-"], capture_output=True, env=environment, timeout=120, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise CommandFailed(f"tesseract: {type(error).__name__}") from None
    return ran.stdout.decode("utf-8")
