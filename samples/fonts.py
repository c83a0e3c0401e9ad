"""The type a page is set in: reportlab's own families, and three free families that Debian packages. Knows where fonts are, nothing of pages."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from schemas.faults import EngineFault


class Type(NamedTuple):
    """The three cuts of a family, as names reportlab knows."""

    regular: str
    bold: str
    italic: str


class _Family(NamedTuple):
    folder: str
    files: tuple[str, str, str]
    package: str


_BUILT_IN = {
    "Helvetica": Type("Helvetica", "Helvetica-Bold", "Helvetica-Oblique"),
    "Times": Type("Times-Roman", "Times-Bold", "Times-Italic"),
    "Courier": Type("Courier", "Courier-Bold", "Courier-Oblique"),
}
_DEJAVU = ("dejavu", "fonts-dejavu-core")
_LIBERATION = ("liberation", "fonts-liberation")
_FREE = ("freefont", "fonts-freefont-ttf")
_PACKAGED = {
    "Liberation Sans": _Family(_LIBERATION[0], ("LiberationSans-Regular", "LiberationSans-Bold", "LiberationSans-Italic"), _LIBERATION[1]),
    "Liberation Serif": _Family(_LIBERATION[0], ("LiberationSerif-Regular", "LiberationSerif-Bold", "LiberationSerif-Italic"), _LIBERATION[1]),
    "Liberation Sans Narrow": _Family(
        _LIBERATION[0], ("LiberationSansNarrow-Regular", "LiberationSansNarrow-Bold", "LiberationSansNarrow-Italic"), _LIBERATION[1]
    ),
    "Liberation Mono": _Family(_LIBERATION[0], ("LiberationMono-Regular", "LiberationMono-Bold", "LiberationMono-Italic"), _LIBERATION[1]),
    "DejaVu Sans": _Family(_DEJAVU[0], ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans"), _DEJAVU[1]),
    "DejaVu Serif": _Family(_DEJAVU[0], ("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif"), _DEJAVU[1]),
    "DejaVu Mono": _Family(_DEJAVU[0], ("DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSansMono"), _DEJAVU[1]),
    "FreeSans": _Family(_FREE[0], ("FreeSans", "FreeSansBold", "FreeSansOblique"), _FREE[1]),
    "FreeSerif": _Family(_FREE[0], ("FreeSerif", "FreeSerifBold", "FreeSerifItalic"), _FREE[1]),
    "FreeMono": _Family(_FREE[0], ("FreeMono", "FreeMonoBold", "FreeMonoOblique"), _FREE[1]),
}
FAMILIES = (*_BUILT_IN, *_PACKAGED)
_ROOT = Path("/usr/share/fonts/truetype")


@lru_cache(maxsize=32)
def load_type(family: str) -> Type:
    """The cuts of a family, registered with reportlab. EngineFault names the Debian package that is missing."""
    if family in _BUILT_IN:
        return _BUILT_IN[family]
    wanted = _PACKAGED[family]
    for file in sorted(set(wanted.files)):
        pdfmetrics.registerFont(TTFont(file, str(find_font(file, folder=wanted.folder, package=wanted.package))))
    return Type(*wanted.files)


def find_font(file: str, *, folder: str = "dejavu", package: str = "fonts-dejavu-core") -> Path:
    """The TTF of this file name: where Debian puts it, or where fontconfig finds it. EngineFault names the package."""
    path = _ROOT / folder / f"{file}.ttf"
    found = path if path.exists() else _ask_fontconfig(file)
    if found is None:
        raise EngineFault(f"The font {file}.ttf is not installed.", next_step=f"Install the Debian package {package} (make setup does).")
    return found


def _ask_fontconfig(file: str) -> Path | None:
    try:
        answer = subprocess.run(["fc-list", ":", "file"], capture_output=True, text=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return None
    paths = (Path(line.split(":")[0].strip()) for line in answer.stdout.splitlines())
    return next((path for path in paths if path.stem == file and path.suffix == ".ttf"), None)
