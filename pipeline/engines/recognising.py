"""The child's side of reading an image: Tesseract in this very process, its language data loaded once by the server that forks the children.

Every child starts from the same fresh engine, so that no page can tell another apart. Called only by `child`, with plain values in and out.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.engines.nursery import Message, Say

PGM_HEAD = re.compile(rb"P5\n(\d{1,6}) (\d{1,6})\n255\n")

if TYPE_CHECKING:
    from collections.abc import Callable

    from tesserocr import PyTessBaseAPI


def ready(languages: str) -> Callable[[Message, Say], Message]:
    """The job of reading one image in these languages. Where they cannot be loaded, it answers {"missing": True}."""
    engine = load(languages)

    def recognise(request: Message, _say: Say) -> Message:
        return {"missing": True} if engine is None else {"table": table_of(engine, request)}

    return recognise


def load(languages: str) -> PyTessBaseAPI | None:
    """Tesseract with the data of the languages; None where they are not installed."""
    import tesserocr

    try:
        return tesserocr.PyTessBaseAPI(path=data_folder(), lang=languages)
    except RuntimeError:
        return None


def data_folder() -> str:
    """Where the language data lie: the library brings none and does not look; the program of the same name says where its own are."""
    stated = os.environ.get("TESSDATA_PREFIX", "")
    if stated:
        return stated
    try:
        said = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    quoted = re.search(r'"([^"]+)"', said.stdout + said.stderr)
    return quoted[1] if quoted else ""


def missing_languages(languages: str) -> tuple[str, ...]:
    """Those of the languages, joined by +, whose data are not installed: Tesseract reads without them and says nothing."""
    folder = Path(data_folder())
    return tuple(name for name in languages.split("+") if not (folder / f"{name}.traineddata").is_file())


def table_of(engine: PyTessBaseAPI, request: Message) -> str:
    """Words with places and confidence as Tesseract's tab-separated table, its head line left out."""
    engine.SetPageSegMode(request["mode"])
    for name, value in {"user_defined_dpi": str(request["dpi"]), **request["variables"]}.items():
        engine.SetVariable(name, value)
    engine.SetImageBytes(*gray_of(Path(request["original"])))
    return str(engine.GetTSVText(0))


def gray_of(image: Path) -> tuple[bytes, int, int, int, int]:
    """The pixels of a gray PGM of our own making, width, height, bytes a pixel and a row. Tesseract's reader fetches every byte by a call of its own.

    ValueError for anything else: the engine would read past the end.
    """
    data = image.read_bytes()
    head = PGM_HEAD.match(data)
    if head is None or len(data) != head.end() + int(head[1]) * int(head[2]):
        raise ValueError("no image of ours")
    wide, high = int(head[1]), int(head[2])
    return data[head.end() :], wide, high, 1, wide
