"""The child's side of composing: pages of one source copied into a new PDF, invisible words laid over them.

Knows pikepdf; called only by `child`, with plain values in and out. Nothing is copied but what the pages show: no scripts, actions,
attachments, links or form fields, and above all no other page that one of them refers to.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from pipeline.engines import embedded, glyphless, picture_page, poppler, raster
from pipeline.engines.nursery import NOT_WRITTEN, MachineError, Message, Say
from schemas.source import FileKind

FONT = "/ChartroomWords"
BASELINE = -glyphless.DESCENT / glyphless.EM
PAGE_KEYS = ("/Type", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Annots", "/Group")
NOTE_KEYS = (
    "/A",
    "/AA",
    "/Dest",
    "/Parent",
    "/Popup",
    "/IRT",
    "/P",
    "/PA",
    "/FS",
    "/AF",
    "/StructParent",
    "/Sound",
    "/Movie",
    "/RichMediaContent",
    "/3DD",
    "/T",
)
UNSHOWN = frozenset(("/Link", "/Popup", "/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia", "/3D", "/PrinterMark", "/TrapNet"))


def compose(request: Message, say: Say) -> Message:
    """Write the PDF; say each page before it is begun."""
    kind, into = FileKind(request["kind"]), Path(request["into"])
    raster.lift_pillows_budget()
    out = pikepdf.new()
    font = _font(out)
    with _source(request["original"], kind) as source:
        for page in request["pages"]:
            say({"at": page["number"]})
            added = _add(out, source, page, request)
            _write_words(out, added, page, font)
        target = into / request["name"]
        _save(out, target)
    return {"pages": _count_all(target)}


def _source(path: str, kind: FileKind) -> Any:
    """The received PDF; an empty one where pages come from pictures or qpdf cannot open it."""
    try:
        return embedded.open_pdf(path) if kind is FileKind.PDF else pikepdf.new()
    except (ValueError, embedded.LockedError):
        return pikepdf.new()


def _save(out: pikepdf.Pdf, target: Path) -> None:
    try:
        embedded.save_as(out, target)
    except OSError as failure:
        if failure.errno not in raster.NOT_OUR_DISK:
            raise MachineError(NOT_WRITTEN) from failure
        raise


def _count_all(target: Path) -> int:
    """Page objects in the file, reachable from its page tree or not: more than were asked for means that somebody else's page came along."""
    with pikepdf.open(target) as pdf:
        return sum(1 for thing in pdf.objects if isinstance(thing, Dictionary) and thing.get("/Type") == "/Page")


def _add(out: pikepdf.Pdf, source: Any, page: Message, request: Message) -> Any:
    """Append one page: as received, else the picture as received, else what the renderer made of it."""
    kind = FileKind(request["kind"])
    try:
        if page["drawn"]:
            return _drawn(out, page, request)
        if kind is FileKind.PDF:
            return _copied(out, source, page)
        picture = picture_page.picture_page(request["original"], kind, page["number"], request["max_megapixels"] * 1_000_000)
        return _placed(out, picture, page)
    except (MachineError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - whatever stumbles over the page, its picture may still be had
        return _drawn(out, page, request)


def _copied(out: pikepdf.Pdf, source: pikepdf.Pdf, page: Message) -> Any:
    """The page as received, without what runs, links or is not shown, turned upright."""
    original = source.pages[page["number"] - 1]
    for key in [key for key in original.obj if key not in PAGE_KEYS]:
        del original.obj[key]
    _strip_notes(original.obj)
    out.pages.append(original)
    copied = out.pages[-1]
    copied.obj.Rotate = (embedded.rotation(copied) + page["turn"]) % 360
    _copy_layers(out, source)
    return copied


def _strip_notes(page: Any) -> None:
    """Keep only notes that put marks on the page, and of those only their looks."""
    notes = page.get("/Annots")
    if notes is None:
        return
    kept = [note for note in notes if isinstance(note, Dictionary) and str(note.get("/Subtype")) not in UNSHOWN] if isinstance(notes, Array) else []
    for note in kept:
        if note.get("/FT") is None and isinstance(note.get("/Parent"), Dictionary) and "/FT" in note["/Parent"]:
            note["/FT"] = note["/Parent"]["/FT"]
        for key in [key for key in NOTE_KEYS if key in note]:
            del note[key]
    page["/Annots"] = Array(kept)


def _copy_layers(out: pikepdf.Pdf, source: pikepdf.Pdf) -> None:
    """Which optional layers are shown: without it hidden ones would appear."""
    layers = source.Root.get("/OCProperties")
    if layers is not None and "/OCProperties" not in out.Root:
        out.Root["/OCProperties"] = out.copy_foreign(layers if layers.is_indirect else source.make_indirect(layers))


def _placed(out: pikepdf.Pdf, picture: picture_page.Picture, page: Message) -> Any:
    """A page of the size shown, filled with the picture."""
    width, height = page["size"]
    with pikepdf.open(io.BytesIO(picture.pdf)) as made:
        image = out.copy_foreign(next(iter(made.pages[0].images.values())))
    a, b, c, d, e, f = picture.matrix
    content = b"q %.4f %.4f %.4f %.4f %.4f %.4f cm /Scan Do Q" % (a * width, b * height, c * width, d * height, e * width, f * height)
    made_page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, round(width, 3), round(height, 3)]),
        Resources=Dictionary(XObject=Dictionary(Scan=image)),
        Contents=out.make_stream(content),
        Rotate=page["turn"],
    )
    out.pages.append(pikepdf.Page(out.make_indirect(made_page)))
    return out.pages[-1]


def _drawn(out: pikepdf.Pdf, page: Message, request: Message) -> Any:
    """The page as the renderer shows it, for one that cannot be copied."""
    kind, number = FileKind(request["kind"]), page["number"]
    target = Path(request["into"]) / f"drawn-{number:04d}.png"
    try:
        if kind is FileKind.PDF:
            [image] = poppler.draw(request["original"], number, number, request["dpi"], request["seconds"] * 0.8)
            raster.save_gray(raster.to_gray(image), target)
        else:
            raster.draw(request["original"], kind, number, request["max_megapixels"] * 1_000_000, target)
        return _placed(out, picture_page.picture_page(str(target), FileKind.PNG, 1, request["max_megapixels"] * 1_000_000), page)
    finally:
        target.unlink(missing_ok=True)


def _font(out: pikepdf.Pdf) -> Any:
    """The glyphless font as a composite font of this file."""
    font_file = out.make_stream(glyphless.true_type())
    font_file["/Length1"] = len(glyphless.true_type())
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name.GlyphLessFont,
        Flags=5,
        FontBBox=Array([0, glyphless.DESCENT, glyphless.ADVANCE, glyphless.ASCENT]),
        ItalicAngle=0,
        Ascent=glyphless.ASCENT,
        Descent=glyphless.DESCENT,
        CapHeight=glyphless.ASCENT,
        StemV=80,
        FontFile2=font_file,
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name.GlyphLessFont,
        CIDToGIDMap=out.make_stream(glyphless.glyph_of_code()),
        CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0),
        FontDescriptor=out.make_indirect(descriptor),
        DW=glyphless.ADVANCE,
    )
    return out.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name.GlyphLessFont,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([out.make_indirect(descendant)]),
            ToUnicode=out.make_stream(glyphless.unicode_of_code()),
        )
    )


def _write_words(out: pikepdf.Pdf, added: Any, page: Message, font: Any) -> None:
    """Lay the words, invisible, where the upright page shows them. They come first in the content: whatever the page does cannot move them."""
    if not page["words"]:
        return
    resources = Dictionary(dict(added.obj.get("/Resources", Dictionary()).items()))
    fonts = Dictionary(dict(resources.get("/Font", Dictionary()).items()))
    fonts[FONT] = font
    resources["/Font"] = fonts
    added.obj["/Resources"] = resources
    layer = text_layer(page["words"], embedded.crop_box(added), embedded.rotation(added))
    contents = added.obj.get("/Contents", Array())
    received = [part for part in (list(contents) if isinstance(contents, Array) else [contents]) if isinstance(part, pikepdf.Stream)]
    added.obj["/Contents"] = Array([out.make_stream(layer), *received])  # a new array: pages of one file may share the old one


def text_layer(words: Iterable[Sequence[Any]], crop: tuple[float, float, float, float], turn: int) -> bytes:
    """Content that writes each word in its box on the page as shown at `turn`, in text mode 3 (neither filled nor stroked)."""
    width, height = crop[2] - crop[0], crop[3] - crop[1]
    if turn in (90, 270):
        width, height = height, width
    parts = [b"q BT 3 Tr"]
    for text, x0, y0, x1, y1 in words:
        parts.append(_word(str(text), (x0 * width, (1 - y1) * height, x1 * width, (1 - y0) * height), crop, turn))
    return b"\n".join([*parts, b"ET Q\n"])


def _word(text: str, box: tuple[float, float, float, float], crop: tuple[float, float, float, float], turn: int) -> bytes:
    """One word, stretched to its box, with a space after it. `box` is in the page as shown, origin bottom left."""
    left, bottom, right, top = box
    size, length = max(top - bottom, 0.1), max(right - left, 0.1)
    code = glyphless.encode(text)
    stretch = 100 * length / (len(code) / 2 * size * glyphless.ADVANCE / glyphless.EM)
    a, b, c, d, e, f = _upright(left, bottom + BASELINE * size, crop, turn)
    return b"%s %.3f Tf %.3f Tz %d %d %d %d %.3f %.3f Tm <%s0020> Tj" % (
        FONT.encode(), size, stretch, a, b, c, d, e, f, code.hex().encode(),
    )  # fmt: skip


def _upright(across: float, up: float, crop: tuple[float, float, float, float], turn: int) -> tuple[int, int, int, int, float, float]:
    """The text matrix that starts at a point of the page as shown at `turn`, and writes upright there."""
    x0, y0, x1, y1 = crop
    match turn:
        case 90:
            return 0, 1, -1, 0, x1 - up, y0 + across
        case 180:
            return -1, 0, 0, -1, x1 - across, y1 - up
        case 270:
            return 0, -1, 1, 0, x0 + up, y1 - across
        case _:
            return 1, 0, 0, 1, x0 + across, y0 + up
