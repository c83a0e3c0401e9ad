"""RapidOCR in this process: pixels of our own making in, words or lines out. Its models lie in its wheel; nothing is fetched."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.engines.tesseract import visible
from pipeline.ports import Strip
from schemas.faults import EngineFault
from schemas.page import Box, Word

if TYPE_CHECKING:
    from numpy.typing import NDArray

DETECTOR, RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
LEAST_SURE = 0.3
LATIN = 0xFF
LONGEST_SIDE = 850  # pixels of an image in which print is looked for: 100 an inch of a band
LEAST_LINE = [3, 48, 96]  # colours, height and least width of a line as the recogniser takes it: narrower ones are padded to it


def is_installed() -> bool:
    """Whether the optional extra `second-engine` is there."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


class RapidOcr:
    """The second engine that ships. Its models are loaded once a process, at the first look at the latest."""

    name = "rapidocr"

    def get_ready(self) -> None:
        """Load the models. EngineFault when they are not there."""
        self._engine  # noqa: B018 - read, and kept

    def strips(self, image: NDArray[np.uint8]) -> tuple[Strip, ...]:
        """Where lines of print stand, from the top."""
        pixels, found = self._ask(lambda engine: _found(engine, _coloured(image)))
        return tuple(_strip(strip[:, :, 0], corners, image.shape) for strip, corners in zip(pixels, found, strict=True))

    def lines(self, images: Sequence[NDArray[np.uint8]]) -> tuple[tuple[Word, ...], ...]:
        """The words of each image of one printed line."""
        if not images:
            return ()
        found = self._ask(lambda engine: engine.recognize_txt([_coloured(image) for image in images]))
        return tuple(tuple(_words(*said)) for said in zip(found.word_results, found.scores, strict=True))

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
        "Global.use_vertical_padding": False,
        "Det.model_path": str(models / DETECTOR),
        "Rec.model_path": str(models / RECOGNISER),
        "Det.limit_type": "max",  # else it would enlarge a low band several times over
        "Det.limit_side_len": LONGEST_SIDE,
        "Rec.rec_batch_num": 1,  # a batch is padded to its longest line: it costs time and memory
        "Rec.rec_img_shape": LEAST_LINE,
        f"{runtime}.intra_op_num_threads": 1,
        f"{runtime}.inter_op_num_threads": 1,
    }


def _plain(text: str) -> str:
    """Signs of half width, and no marks on letters but those of western Europe: its alphabet holds more, and specks of a fax become marks."""
    folded = unicodedata.normalize("NFKC", text)
    return visible("".join(char if ord(char) <= LATIN else unicodedata.normalize("NFKD", char)[0] for char in folded))


def _found(engine: Any, image: NDArray[np.uint8]) -> tuple[Sequence[Any], Sequence[Any]]:
    """The straightened pixels of each line of print, and its corners."""
    from rapidocr.main import RapidOCRError

    try:
        pixels, found = engine.detect_and_crop(image, {})
    except RapidOCRError:  # its word for an image without print
        return (), ()
    return pixels, found.boxes


def _coloured(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(gray[:, :, None], 3, axis=2)


def _strip(pixels: NDArray[np.uint8], corners: Any, shape: tuple[int, ...]) -> Strip:
    """A line of print by its corners: from the top left one clockwise, in pixels of the image."""
    points = (np.asarray(corners, dtype=float) / (shape[1], shape[0])).clip(0, 1)
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return Strip(Box(float(x0), float(y0), float(x1), float(y1)), pixels, float(points[1][1] - points[0][1]))


def _words(info: Any, score: float) -> Iterator[Word]:
    """The words of one line, as wide as the columns in which their signs were seen."""
    if score < LEAST_SURE or not info.words:
        return
    column = 1 / max(1.0, info.line_txt_len)
    for signs, columns in zip(info.words, info.word_cols, strict=True):
        if text := _plain("".join(signs)):
            yield Word(text, Box(max(0.0, (columns[0] - 0.5) * column), 0.0, min(1.0, (columns[-1] + 1.5) * column), 1.0), float(score), 0)
