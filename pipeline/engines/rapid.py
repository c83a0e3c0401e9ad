"""RapidOCR in this process: pixels of our own making in, words or lines out. Its models lie in its wheel; nothing is fetched."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from pipeline.engines.tesseract import visible
from pipeline.ports import TextLine
from schemas.faults import EngineFault
from schemas.page import Box, Word

if TYPE_CHECKING:
    from numpy.typing import NDArray

DETECTOR, RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
LEAST_SURE = 0.3
LATIN = 0xFF
LONGEST_SIDE = 2000  # pixels


def is_installed() -> bool:
    """Whether the optional extra `second-engine` is there."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


class RapidOcr:
    """The second engine that ships. Its models are loaded at the first look, once a process."""

    name = "rapidocr"

    def words(self, image: Path, *, languages: str, mode: int, seconds: float, dpi: int, even: bool = False) -> tuple[Word, ...]:
        """Words with boxes as shares of the image. It knows one alphabet and one layout; its time is bounded by the size of the image."""
        del languages, mode, seconds, dpi, even
        with Image.open(image) as opened:
            gray = np.asarray(opened.convert("L"))
        found = self._ask(lambda engine: engine(_coloured(gray)))
        lines = found.word_results if found.boxes is not None else ()
        return tuple(_word(said, number, gray.shape) for number, line in enumerate(lines or ()) for said in line if _plain(said[0]))

    def lines(self, images: Sequence[NDArray[np.uint8]]) -> tuple[TextLine, ...]:
        """What each image of one printed line says, in order."""
        if not images:
            return ()
        found = self._ask(lambda engine: engine.recognize_txt([_coloured(image) for image in images]))
        return tuple(TextLine(_plain(text), float(score)) for text, score in zip(found.txts, found.scores, strict=True))

    @cached_property
    def _engine(self) -> Any:  # the library carries no types
        from rapidocr import RapidOCR
        from rapidocr import __file__ as home

        models = Path(str(home)).parent / "models"
        if not all((models / name).is_file() for name in (DETECTOR, RECOGNISER)):  # without a path it would fetch them
            raise EngineFault("The second engine lacks its models.", next_step="Install the extra second-engine anew.", permanent=True)
        return RapidOCR(params=_settings(models))

    def _ask(self, question: Callable[[Any], Any]) -> Any:
        engine = self._engine
        try:
            return question(engine)
        except _faults() as error:
            raise EngineFault(f"The second engine failed ({type(error).__name__}).", next_step="Read the page by eye.") from None


def _faults() -> tuple[type[Exception], ...]:
    """What the library raises: its runtime's faults come wrapped in a class of its own."""
    from cv2 import error
    from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError

    return ONNXRuntimeError, error, OSError, RuntimeError, ValueError


def _settings(models: Path) -> dict[str, object]:
    runtime = "EngineConfig.onnxruntime"
    return {
        "Global.log_level": "critical",
        "Global.use_cls": False,
        "Global.return_word_box": True,  # set once: asking for it by call would change the engine for all threads
        "Global.text_score": LEAST_SURE,
        "Det.model_path": str(models / DETECTOR),
        "Rec.model_path": str(models / RECOGNISER),
        "Det.limit_type": "max",  # else it would enlarge a low band several times over
        "Det.limit_side_len": LONGEST_SIDE,
        "Rec.rec_batch_num": 1,  # a batch is padded to its longest line: it costs time and memory
        f"{runtime}.intra_op_num_threads": 1,
        f"{runtime}.inter_op_num_threads": 1,
    }


def _plain(text: str) -> str:
    """Signs of half width, and no marks on letters but those of western Europe: its alphabet holds more, and specks of a fax become marks."""
    folded = unicodedata.normalize("NFKC", text)
    return visible("".join(char if ord(char) <= LATIN else unicodedata.normalize("NFKD", char)[0] for char in folded))


def _coloured(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(gray[:, :, None], 3, axis=2)


def _word(said: tuple[str, float, Any], line: int, shape: tuple[int, ...]) -> Word:
    text, score, corners = said
    points = np.asarray(corners, dtype=float) / (shape[1], shape[0])
    (x0, y0), (x1, y1) = points.min(axis=0).clip(0, 1), points.max(axis=0).clip(0, 1)
    return Word(_plain(text), Box(float(x0), float(y0), float(x1), float(y1)), min(1.0, float(score)), line)
