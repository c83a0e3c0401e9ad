"""The families that the benchmark's pages are set in: none is used by the samples that recipes were tuned on. Knows files, no pages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from PIL import ImageFont

Cut = Literal["regular", "bold", "italic"]
FAMILIES = {
    "Noto Sans": ("NotoSans-Regular", "NotoSans-Bold", "NotoSans-Italic"),
    "Noto Serif": ("NotoSerif-Regular", "NotoSerif-Bold", "NotoSerif-Italic"),
    "Roboto": ("Roboto-Regular", "Roboto-Bold", "Roboto-Italic"),
    "Lato": ("Lato-Regular", "Lato-Bold", "Lato-Italic"),
    "Carlito": ("Carlito-Regular", "Carlito-Bold", "Carlito-Italic"),
    "Caladea": ("Caladea-Regular", "Caladea-Bold", "Caladea-Italic"),
    "Open Sans": ("OpenSans-Regular", "OpenSans-Bold", "OpenSans-Italic"),
    "Noto Sans Mono": ("NotoSansMono-Regular", "NotoSansMono-Bold", "NotoSansMono-Regular"),
}
_UNITS = 1000


class Family(NamedTuple):
    """The three cuts of a family, as files."""

    name: str
    regular: Path
    bold: Path
    italic: Path

    def file(self, cut: Cut) -> Path:
        """The file of one cut."""
        return {"regular": self.regular, "bold": self.bold, "italic": self.italic}[cut]


def find_families(folder: Path) -> dict[str, Family]:
    """The families whose files lie somewhere below a folder."""
    there: Mapping[str, Path] = {path.stem: path for path in sorted(folder.rglob("*.ttf"))}
    return {name: Family(name, *(there[stem] for stem in stems)) for name, stems in FAMILIES.items() if all(stem in there for stem in stems)}


def width(text: str, file: Path, size: float) -> float:
    """How wide a text stands, in points."""
    return load(file, _UNITS).getlength(text) * size / _UNITS


@lru_cache(maxsize=256)
def load(file: Path, pixels: int) -> ImageFont.FreeTypeFont:
    """A font at a size in pixels."""
    return ImageFont.truetype(str(file), pixels)
