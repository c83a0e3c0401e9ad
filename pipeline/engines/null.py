"""An engine that reads what it is told: for tests and for trying the ports. Refuse it where real pages are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.ports import Strip
from schemas.page import Box, Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Given:
    """Returns the words and lines it was made with, whatever the image; the last line again where it is asked for more. An image is one strip."""

    given: tuple[Word, ...] = ()
    said: tuple[tuple[Word, ...], ...] = ((),)
    name: str = "given"

    def words(self, image: Path, *, languages: str, mode: int, seconds: float, dpi: int, even: bool = False) -> tuple[Word, ...]:  # noqa: ARG002
        """The given words."""
        return self.given

    def figures(self, image: Path, *, seconds: float, dpi: int) -> tuple[Word, ...]:  # noqa: ARG002
        """The given words."""
        return self.given

    def strips(self, image: NDArray[np.uint8]) -> tuple[Strip, ...]:
        """The whole image."""
        return (Strip(Box(0.0, 0.0, 1.0, 1.0), image),)

    def lines(self, images: Sequence[NDArray[np.uint8]]) -> tuple[tuple[Word, ...], ...]:
        """The given lines."""
        return tuple(self.said[min(at, len(self.said) - 1)] for at in range(len(images)))
