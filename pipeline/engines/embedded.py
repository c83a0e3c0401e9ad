"""pikepdf: page sizes and dangerous parts of a PDF, and the scan of a page that is nothing but one picture.

Knows content streams and image dictionaries; runs in a child process only.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pikepdf

if TYPE_CHECKING:
    from PIL import Image

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
MAX_CONTENT = 2_000_000  # bytes of packed content in which pictures are looked for
MAX_SCAN_CONTENT = 200_000  # a page that is one scan has a short content, even with the words of an earlier reading
PLACING = "q Q cm Do BI ID EI"
MAX_ACTIONS = 5_000
MAX_NESTING = 4
GRID = 64  # image shares are counted on a grid of this many cells a side
EDGE = 0.01  # a scan may miss the page's edges by this share
PUTS_NOTHING = "q Q cm w J j M d ri i BMC BDC EMC MP DP BX EX g G rg RG k K cs CS sc SC scn SCN BT ET Tc Tw Tz TL Tf Tr Ts Td TD Tm T*"
SILENT = frozenset(PUTS_NOTHING.split())
SHOWN = frozenset(("Tj", "TJ", "'", '"'))
SIMPLE_FILTERS = frozenset(("/CCITTFaxDecode", "/DCTDecode", "/FlateDecode"))


class LockedError(Exception):
    """The file needs a password."""


class Scan(NamedTuple):
    """The one picture of a page: its pixels as stored, and whether it is 1 bit per pixel."""

    image: Image.Image
    bilevel: bool


class Marks(NamedTuple):
    """What a page's content does: places of its pictures (as matrices of the unit square) and whether it marks anything else."""

    pictures: list[tuple[Matrix, Any]]
    others: bool


def open_pdf(path: str) -> pikepdf.Pdf:
    """The file, repaired where it must be. LockedError; ValueError when it cannot be opened."""
    try:
        return pikepdf.open(path if path.isprintable() else io.BytesIO(Path(path).read_bytes()))
    except pikepdf.PasswordError:
        raise LockedError from None
    except (pikepdf.PdfError, RuntimeError) as refused:
        raise (LockedError if "encryption" in str(refused) else ValueError)("not opened") from refused


def nothing() -> pikepdf.Pdf:
    """A file without pages."""
    return pikepdf.new()


def count_pages(pdf: pikepdf.Pdf) -> int | None:
    """Number of pages by qpdf; None where its page tree is broken."""
    try:
        return len(pdf.pages)
    except (pikepdf.PdfError, RuntimeError, ValueError):
        return None


def shown_size(page: pikepdf.Page) -> tuple[float, float]:
    """Width and height in 1/72 inch as a viewer shows the page: crop box within media box, turned, times UserUnit."""
    x0, y0, x1, y1 = crop_box(page)
    unit = user_unit(page)
    width, height = (x1 - x0) * unit, (y1 - y0) * unit
    return (height, width) if rotation(page) in (90, 270) else (width, height)


def crop_box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """The rectangle a viewer shows, in the page's own coordinates; a letter where the file gives nothing usable."""
    media = _rectangle(page.get("/MediaBox")) or (0.0, 0.0, 612.0, 792.0)
    crop = _rectangle(page.get("/CropBox")) or media
    x0, y0, x1, y1 = max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3])
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else media


def _rectangle(box: Any) -> tuple[float, float, float, float] | None:
    """A PDF rectangle, its corners in order; None for one without area or of other things than numbers."""
    try:
        a, b, c, d = (float(value) for value in box)
    except (TypeError, ValueError):
        return None
    x0, x1, y0, y1 = min(a, c), max(a, c), min(b, d), max(b, d)
    return (x0, y0, x1, y1) if x1 - x0 >= 1 and y1 - y0 >= 1 else None


def rotation(page: pikepdf.Page) -> int:
    """Clockwise quarter-turn at which a viewer shows the page; an illegal angle counts as none."""
    try:
        angle = int(page.get("/Rotate", 0)) % 360
    except (TypeError, ValueError):
        return 0
    return angle if angle % 90 == 0 else 0


def user_unit(page: pikepdf.Page) -> float:
    """Size of the page's unit in 1/72 inch."""
    try:
        unit = float(page.get("/UserUnit", 1))
    except (TypeError, ValueError):
        return 1.0
    return unit if 0.01 <= unit <= 1000 else 1.0


def flags(pdf: pikepdf.Pdf) -> tuple[str, ...]:
    """What a viewer would run or unpack: javascript, launch, attachments."""
    found: set[str] = set()
    root: Any = pdf.Root
    names: Any = root.get("/Names", {})
    if "/JavaScript" in names:
        found.add("javascript")
    if "/EmbeddedFiles" in names or "/AF" in root or "/Collection" in root:
        found.add("attachments")
    for count, action in enumerate(_actions(pdf)):
        found |= {"/JavaScript": {"javascript"}, "/Launch": {"launch"}}.get(str(action.get("/S", "")), set())
        if "/JS" in action:
            found.add("javascript")
        if action.get("/Subtype") == "/FileAttachment":
            found.add("attachments")
        if count > MAX_ACTIONS:
            break
    return tuple(sorted(found))


def _actions(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """The actions of the document, its pages, annotations and form fields; and the annotations themselves."""
    yield from _of(pdf.Root)
    form = pdf.Root.get("/AcroForm")
    for field in form.get("/Fields", ()) if isinstance(form, pikepdf.Dictionary) else ():
        yield from _of(field)
    for page in pdf.pages:
        yield from _of(page.obj)
        notes = page.obj.get("/Annots", ())
        for note in notes if isinstance(notes, pikepdf.Array) else ():
            if isinstance(note, pikepdf.Dictionary):
                yield note
                yield from _of(note)


def _of(thing: Any) -> Iterator[Any]:
    """The actions hung on one dictionary."""
    if not isinstance(thing, pikepdf.Dictionary):
        return
    more = thing.get("/AA")
    hung = [thing.get("/OpenAction"), thing.get("/A"), *(more.values() if isinstance(more, pikepdf.Dictionary) else ())]
    for action in hung:
        if isinstance(action, pikepdf.Dictionary):
            yield action


def marks(page: pikepdf.Page) -> Marks | None:
    """What the page's content does; None when it is too long to look at."""
    if _content_bytes(page) > MAX_CONTENT:
        return None
    pictures: list[tuple[Matrix, Any]] = []
    long = _content_bytes(page) > MAX_SCAN_CONTENT
    others = _walk(page.obj, IDENTITY, pictures, MAX_NESTING, PLACING if long else "") or long
    notes = page.obj.get("/Annots", ())
    others |= any(note.get("/Subtype") != "/Link" for note in notes if isinstance(note, pikepdf.Dictionary)) if len(notes) else False
    return Marks(pictures, others)


def _content_bytes(page: pikepdf.Page) -> int:
    """Packed length of the page's content."""
    contents = page.obj.get("/Contents")
    parts = contents if isinstance(contents, pikepdf.Array) else [contents]
    return sum(int(part.get("/Length", 0)) for part in parts if isinstance(part, pikepdf.Stream))


def _walk(holder: Any, matrix: Matrix, pictures: list[tuple[Matrix, Any]], depth: int, operators: str = "") -> bool:
    """Collect the pictures that `holder` (a page or a form) places; whether it makes any other mark (if all `operators` are looked at)."""
    resources = holder.get("/Resources", {})
    objects = resources.get("/XObject", {})
    stack, others, mode, modes = [], False, 0, []
    for instruction in pikepdf.parse_content_stream(holder, operators):
        name = str(instruction.operator)
        if name == "q":
            stack.append(matrix)
            modes.append(mode)
        elif name == "Q" and stack:
            matrix, mode = stack.pop(), modes.pop()
        elif name == "cm":
            matrix = multiply(_matrix(instruction.operands), matrix)
        elif name == "Tr":
            mode = int(instruction.operands[0])
        elif name == "Do":
            others |= _place(objects.get(str(instruction.operands[0])), matrix, pictures, depth)
        elif name == "gs":
            others |= _blends(resources.get("/ExtGState", {}).get(str(instruction.operands[0])))
        elif name == "INLINE IMAGE":
            pictures.append((matrix, None))
        else:
            others |= _marks(name, instruction.operands, mode)
    return others


def _marks(name: str, operands: Any, mode: int) -> bool:
    """Whether an operator may put anything on the paper besides pictures. Text in mode 3 does not; hidden layers and soft masks may hide."""
    if name in SHOWN:
        return mode != 3
    if name == "BDC" and str(operands[0]) == "/OC":
        return True
    return name not in SILENT


def _blends(state: Any) -> bool:
    """Whether a graphics state makes what follows anything but opaque."""
    if not isinstance(state, pikepdf.Dictionary):
        return True
    opaque = all(state.get(alpha, 1) == 1 for alpha in ("/ca", "/CA")) and str(state.get("/SMask", "/None")) == "/None"
    return not opaque or str(state.get("/BM", "/Normal")) not in ("/Normal", "/Compatible")


def _place(thing: Any, matrix: Matrix, pictures: list[tuple[Matrix, Any]], depth: int) -> bool:
    """One XObject placed: a picture, or a form to walk into."""
    if not isinstance(thing, pikepdf.Stream):
        return False
    if thing.get("/Subtype") == "/Image":
        pictures.append((matrix, thing))
        return False
    if thing.get("/Subtype") == "/Form" and depth:
        _walk(thing, multiply(_matrix(thing.get("/Matrix", IDENTITY)), matrix), pictures, depth - 1)
    return True


def _matrix(operands: Any) -> Matrix:
    a, b, c, d, e, f = (float(value) for value in operands)
    return a, b, c, d, e, f


def multiply(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that does `first` and then `then`."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def image_share(page: pikepdf.Page, found: Marks) -> float:
    """Share of the page that pictures cover, overlaps counted once."""
    x0, y0, x1, y1 = crop_box(page)
    covered: set[int] = set()
    for matrix, _ in found.pictures:
        left, bottom, right, top = bounds(matrix)
        columns = range(_cell(left, x0, x1), _cell(right, x0, x1))
        for row in range(_cell(bottom, y0, y1), _cell(top, y0, y1)):
            covered.update(row * GRID + column for column in columns)
    return len(covered) / GRID**2


def _cell(at: float, low: float, high: float) -> int:
    return round(min(max((at - low) / (high - low), 0.0), 1.0) * GRID)


def bounds(matrix: Matrix) -> tuple[float, float, float, float]:
    """The rectangle around the unit square placed by `matrix`."""
    a, b, c, d, e, f = matrix
    xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
    return min(xs), min(ys), max(xs), max(ys)


def scan_of(page: pikepdf.Page, found: Marks, most_pixels: int) -> Scan | None:
    """The page's one picture when it fills the page upright and nothing else is on it; None when poppler had better draw the page."""
    if found.others or len(found.pictures) != 1:
        return None
    matrix, stream = found.pictures[0]
    if stream is None or not _fills(page, matrix) or not _is_simple(stream, most_pixels):
        return None
    picture = pikepdf.PdfImage(stream)
    bits = int(picture.bits_per_component)
    if picture.mode not in ("1", "L", "RGB", "P"):
        return None
    return Scan(picture.as_pil_image(), bits == 1)


def is_bilevel(page: pikepdf.Page, found: Marks) -> bool:
    """Whether the page is mostly one scan of 1 bit per pixel, however it is drawn."""
    if len(found.pictures) != 1 or found.pictures[0][1] is None or image_share(page, found) < 0.9:
        return False
    stream = found.pictures[0][1]
    return bool(stream.get("/ImageMask", False)) or stream.get("/BitsPerComponent") == 1 or "JBIG2" in str(stream.get("/Filter"))


def _fills(page: pikepdf.Page, matrix: Matrix) -> bool:
    """Whether the unit square is laid unturned over the whole page shown."""
    a, b, c, d, _, _ = matrix
    x0, y0, x1, y1 = crop_box(page)
    slack = EDGE * min(x1 - x0, y1 - y0)
    if a <= 0 or d <= 0 or abs(b) > slack or abs(c) > slack:
        return False
    return all(abs(edge - side) <= slack for edge, side in zip(bounds(matrix), (x0, y0, x1, y1), strict=True))


def _is_simple(stream: Any, most_pixels: int) -> bool:
    """Whether the stored pixels are what a viewer shows: no mask, no reversed or stretched range, a filter both readers agree on."""
    if any(key in stream for key in ("/SMask", "/Mask", "/Decode", "/SMaskInData", "/Alternates", "/OC")) or stream.get("/ImageMask", False):
        return False
    if int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) > most_pixels:
        return False
    filters = stream.get("/Filter", pikepdf.Array())
    named = [str(one) for one in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    space = stream.get("/ColorSpace")
    plain = str(space) in ("/DeviceGray", "/DeviceRGB") or (
        isinstance(space, pikepdf.Array) and str(space[0]) in ("/ICCBased", "/Indexed", "/CalGray", "/CalRGB")
    )
    return len(named) == 1 and named[0] in SIMPLE_FILTERS and plain


def has_broken_picture(page: pikepdf.Page, most_pixels: int) -> bool:
    """Whether a picture of the page, stored in a way that Pillow knows, cannot be decoded: poppler leaves such a one white without a word."""
    try:
        found = marks(page)
        known = [stream for _, stream in found.pictures if stream is not None and _is_simple(stream, most_pixels)] if found else []
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - content that cannot be parsed shows no picture to try
        return False
    return not all(map(_decodes, known))


def _decodes(stream: Any) -> bool:
    try:
        pikepdf.PdfImage(stream).as_pil_image().load()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - Pillow may raise anything over hostile bytes
        return False
    return True


def out_size(page: pikepdf.Page, image: Any) -> tuple[float, float]:
    """Resolution of a picture that fills the page, across and down as stored."""
    x0, y0, x1, y1 = crop_box(page)
    unit = user_unit(page)
    return image.width * 72 / ((x1 - x0) * unit), image.height * 72 / ((y1 - y0) * unit)


def extract(page: pikepdf.Page, out: Path) -> bool:
    """Write one page as a file of its own, repaired. False where its content is missing: it would come out blank."""
    contents = page.obj.get("/Contents")
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    if not parts or not all(isinstance(part, pikepdf.Stream) for part in parts):
        return False
    alone = pikepdf.new()
    alone.pages.append(page)
    alone.save(out)
    return True


def save_as(pdf: pikepdf.Pdf, out: Path) -> None:
    """Write with fixed ids, so that equal input gives equal bytes."""
    pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
