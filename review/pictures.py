"""Pictures of pages for viewing: rendered once in the fenced child, kept in the object store, told by document and page."""

from __future__ import annotations

import io
import tempfile
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from PIL import Image
from sqlalchemy import Engine

from pipeline.ports import PageOpener
from review.upright import upright_box, upright_image
from schemas.record import DocumentRecord
from schemas.source import Opened
from store import journal, pictures, renditions
from store.database import reading, writing
from store.objects import ObjectStore

WIDTHS = (240, 1600)
MADE_AT_REST = {240: "thumb", 1600: "wide"}
SNIPPET_HEIGHT, SNIPPET_WIDEST = 96, 640
AT_ONCE = 8  # pages rendered together: opening a file costs more than one page of it


@lru_cache(maxsize=4)
def unpacked(picture: bytes) -> Image.Image:
    """The pixels of a page's picture: a card's snippets all come from one or two, and unpacking costs more than cutting."""
    with Image.open(io.BytesIO(picture), formats=["WEBP", "JPEG"]) as image:
        return image.convert("L")


@dataclass(frozen=True)
class Pictures:
    """Where pictures come from and where they are kept. One is made at a time: the fenced child takes a core."""

    index: Engine
    objects: ObjectStore
    opener: PageOpener
    scratch: Path
    making: threading.Lock = field(default_factory=threading.Lock)
    opening: threading.Lock = field(default_factory=threading.Lock)  # the snippets of one card are asked for together

    def get(self, record: DocumentRecord, page: int, width: int) -> bytes | None:
        """The page, upright, at a width or near it; None when no picture can be made of it."""
        if page not in record.pages or width not in WIDTHS:
            return None
        if (kept := self._kept(record, page, width)) is None:
            with self.making:
                if self._kept(record, page, width) is None:
                    self._make(record, page)
            kept = self._kept(record, page, width)
        return None if kept is None else upright_image(record, page, kept)

    def snippet(self, record: DocumentRecord, page: int, box: tuple[float, float, float, float]) -> bytes | None:
        """The place on a page where a value was read, with a little around it, as JPEG."""
        whole = self.get(record, page, max(WIDTHS))
        if whole is None:
            return None
        with self.opening:
            image = unpacked(whole)
        x0, y0, x1, y1 = upright_box(record, page, box)
        edge = max(0.006, 0.3 * (y1 - y0))
        sides = (x0 - edge) * image.width, (y0 - edge) * image.height, (x1 + edge) * image.width, (y1 + edge) * image.height
        left, top, right, bottom = (round(side) for side in sides)
        cut = image.crop((max(0, left), max(0, top), min(image.width, max(right, left + 8)), min(image.height, max(bottom, top + 8))))
        cut.thumbnail((SNIPPET_WIDEST, SNIPPET_HEIGHT))
        data = io.BytesIO()
        cut.save(data, "JPEG", quality=85)
        return data.getvalue()

    def _kept(self, record: DocumentRecord, page: int, width: int) -> bytes | None:
        with reading(self.index) as conn:
            made = renditions.page_image_of(conn, record, page, MADE_AT_REST[width])
            key = made or pictures.find(conn, sha256=record.sha256, page=page, width=width)
        if key is None:
            return None
        with self.objects.open(key) as stream:
            return stream.read()

    def _make(self, record: DocumentRecord, page: int) -> None:
        """Render this page and those after it in the document, at every width."""
        with reading(self.index) as conn:
            original_key = journal.get(conn, record.delivery_id).object_key
        self.scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            original = Path(folder) / "original"
            self.objects.fetch(original_key, original)
            opened = self.opener.inspect(original)
            if not isinstance(opened, Opened):
                return
            wanted = [number for number in record.pages if number >= page][:AT_ONCE]
            for rendered in self.opener.render(original, opened, wanted, Path(folder)):
                if rendered.image is not None:
                    self._keep(record.sha256, rendered.number, rendered.image, rendered.width_pt / rendered.height_pt)

    def _keep(self, sha256: str, page: int, image: Path, shape: float) -> None:
        with Image.open(image, formats=["PPM"]) as opened:
            gray = opened.convert("L")
        for width in WIDTHS:
            small = gray.resize((width, min(width * 6, max(1, round(width / shape)))), Image.Resampling.LANCZOS)  # fax pixels are not square
            data = io.BytesIO()
            small.save(data, "JPEG", quality=80, optimize=True)
            key = self.objects.put_bytes(data.getvalue())
            with writing(self.index) as conn:
                pictures.note(conn, sha256=sha256, page=page, width=width, object_key=key)
