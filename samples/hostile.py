"""Files that mean harm, or look as if they did: bombs, loops, lies about size, halves, scripts, odd names. Written by hand, byte by byte.

Nothing in them is dangerous outside of what opens them badly: no exploit, no foreign code.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

CATALOG, TREE = "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<<{resources}>>>>"
MARK = b"0 0 0 rg 100 100 300 200 re f"  # a black field: nobody may call the page blank
FONT = "/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"


class Hostile(NamedTuple):
    """One file; `marked`: something stands on its page, so that calling it blank would lose it."""

    name: str
    data: bytes
    marked: bool = False


def make_hostile(folder: Path) -> list[Hostile]:
    """All of them, written into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [*_bombs(), *_loops(), *_sizes(), *_images(), *_tiffs(), *_active(), *_rubbish()]
    for one in made:
        (folder / one.name).write_bytes(one.data)
    return made


def pdf(objects: Sequence[str | bytes], trailer: str = "") -> bytes:
    """A PDF of these objects, numbered from 1, the first its catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + (body if isinstance(body, bytes) else body.encode()) + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode()


def stream(data: bytes, entries: str = "") -> bytes:
    """A stream object."""
    return f"<</Length {len(data)}{entries}>>stream\n".encode() + data + b"\nendstream"


def one_page(content: bytes, resources: str = "", *more: str | bytes, entries: str = "") -> bytes:
    """A PDF of one page with this content."""
    return pdf([CATALOG, TREE, PAGE.format(resources=resources), stream(content, entries), *more])


def _bombs() -> Iterator[Hostile]:
    for depth, size in ((1, 2**28), (2, 2**28), (3, 2**28)):
        data = b""
        packer = zlib.compressobj(9)
        for _ in range(size // 2**20):
            data += packer.compress(b" " * 2**20)
        data += packer.flush()
        for _ in range(depth - 1):
            data = zlib.compress(data, 9)
        yield Hostile(f"flate-bomb-{depth}.pdf", one_page(data, entries=f"/Filter[{'/FlateDecode' * depth}]"))
    many = zlib.compress(b"1 0 0 RG 0 0 m 600 700 l S\n" * 2_000_000, 9)
    yield Hostile("millions-of-lines.pdf", one_page(many, entries="/Filter/FlateDecode"))
    forms: list[str | bytes] = []
    for level in range(12):  # each draws the next ten times: 10^12 squares
        inner = f"/Resources<</XObject<</X {6 + level} 0 R>>>>"
        forms.append(stream(b"/X Do " * 10, f"/Type/XObject/Subtype/Form/BBox[0 0 612 792]{inner}"))
    forms.append(stream(MARK, "/Type/XObject/Subtype/Form/BBox[0 0 612 792]"))
    yield Hostile("forms-in-forms.pdf", one_page(b"/X Do", "/XObject<</X 5 0 R>>", *forms))
    yield Hostile("nested-arrays.pdf", one_page(b"[" * 200_000 + b"]" * 200_000))
    yield Hostile("nested-dictionaries.pdf", pdf([CATALOG, TREE, "<</A" * 50_000 + ">>" * 50_000]))
    shading = "/Shading<</S<</ShadingType 1/ColorSpace/DeviceRGB/Function<</FunctionType 4/Domain[0 1 0 1]/Range[0 1 0 1 0 1]>>>>>>"
    yield Hostile("shading.pdf", one_page(b"/S sh\n" * 5000, shading))


def _loops() -> Iterator[Hostile]:
    yield Hostile("tree-own-child.pdf", pdf([CATALOG, "<</Type/Pages/Kids[2 0 R]/Count 1>>"]))
    yield Hostile("tree-circle.pdf", pdf([CATALOG, "<</Type/Pages/Kids[3 0 R]/Count 9>>", "<</Type/Pages/Kids[2 0 R]/Parent 2 0 R/Count 9>>"]))
    yield Hostile("tree-same-page-often.pdf", pdf([CATALOG, f"<</Type/Pages/Kids[{'3 0 R ' * 5000}]/Count 5000>>", PAGE.format(resources="")]))
    yield Hostile("tree-count-lies.pdf", pdf([CATALOG, "<</Type/Pages/Kids[3 0 R]/Count 2000000000>>", PAGE.format(resources=""), stream(MARK)]))
    yield Hostile("tree-count-negative.pdf", pdf([CATALOG, "<</Type/Pages/Kids[3 0 R]/Count -1>>", PAGE.format(resources=""), stream(MARK)]))
    yield Hostile("tree-no-pages.pdf", pdf([CATALOG, "<</Type/Pages/Kids[]/Count 0>>"]))
    own = stream(b"/X Do", "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>")
    yield Hostile("form-draws-itself.pdf", one_page(b"/X Do", "/XObject<</X 5 0 R>>", own))
    yield Hostile("length-is-itself.pdf", pdf([CATALOG, TREE, PAGE.format(resources=""), b"<</Length 4 0 R>>stream\nq Q\nendstream"]))
    yield Hostile("previous-table-is-itself.pdf", pdf([CATALOG, TREE, PAGE.format(resources=""), stream(MARK)], trailer="/Prev 9"))
    yield Hostile("root-is-a-number.pdf", pdf(["7"]))
    function = "<</FunctionType 3/Domain[0 1]/Functions[5 0 R 5 0 R]/Bounds[.5]/Encode[0 1 0 1]>>"
    space = "/ColorSpace<</C[/Separation/X/DeviceGray 5 0 R]>>"
    yield Hostile("function-of-itself.pdf", one_page(b"/C cs 1 scn 0 0 99 99 re f", space, function))


def _sizes() -> Iterator[Hostile]:
    boxes = {
        "page-of-five-metres": "0 0 14400 14400",
        "page-of-a-kilometre": "0 0 2834645 2834645",
        "page-without-height": "0 0 612 0",
        "page-inside-out": "612 792 0 0",
        "page-of-a-point": "0 0 1 1",
        "page-far-away": "1e30 1e30 2e30 2e30",
    }
    for name, box in boxes.items():
        page = f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R/Resources<<>>>>"
        yield Hostile(f"{name}.pdf", pdf([CATALOG, TREE, page, stream(MARK)]), marked=name.startswith("page-of-five"))
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/UserUnit 75000/Contents 4 0 R/Resources<<>>>>"
    yield Hostile("page-in-large-units.pdf", pdf([CATALOG, TREE, page, stream(MARK)]))
    kids = " ".join(f"{number} 0 R" for number in range(3, 2504))
    pages = ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"] * 2501
    yield Hostile("too-many-pages.pdf", pdf([CATALOG, f"<</Type/Pages/Kids[{kids}]/Count 2501>>", *pages]))


def _images() -> Iterator[Hostile]:
    def picture(width: int, height: int, kind: str, data: bytes, more: str = "") -> bytes:
        entries = f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/{kind}{more}"
        return one_page(b"612 0 0 792 0 0 cm /I Do", "/XObject<</I 5 0 R>>", stream(data, entries))

    size = struct.pack(">IIIIBH", 2**31 - 1, 2**31 - 1, 0, 0, 0, 0)
    whole_page = struct.pack(">IBBBI", 0, 48, 0, 1, len(size)) + size
    region = struct.pack(">IIIIB", 2**20, 2**20, 0, 0, 0) + b"\x08\x03\xff\xfd\xff\x02\xfe\xfe\xfe" + b"\xff" * 40
    generic = struct.pack(">IBBBI", 1, 38, 0, 1, len(region)) + region
    yield Hostile("jbig2-page-bomb.pdf", picture(2**31 - 1, 2**31 - 1, "JBIG2Decode", whole_page))
    yield Hostile("jbig2-region-bomb.pdf", picture(2**20, 2**20, "JBIG2Decode", whole_page + generic))
    yield Hostile("jbig2-no-end.pdf", picture(2000, 2000, "JBIG2Decode", whole_page[:-3]))
    fax = "/DecodeParms<</K -1/Columns {0}/Rows {0}>>"
    yield Hostile("ccitt-bomb.pdf", picture(60000, 60000, "CCITTFaxDecode", b"\xff" * 9000, fax.format(60000)))
    yield Hostile("jpx-rubbish.pdf", picture(5000, 5000, "JPXDecode", b"\0\0\0\x0cjP  \r\n\x87\n" + b"\xff\x4f\xff\x51" + b"\xff" * 300))
    yield Hostile("dct-rubbish.pdf", picture(5000, 5000, "DCTDecode", b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03" + b"\x11" * 60))

    def png(width: int, height: int, data: bytes) -> bytes:
        def chunk(kind: bytes, body: bytes) -> bytes:
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

        head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")

    yield Hostile("claims-to-be-large.png", png(65000, 65000, b"\0" * 1000))
    yield Hostile("is-large.png", png(30000, 30000, b"\0" * (30001 * 2000)))
    yield Hostile("half.png", png(800, 800, bytes(641_000))[:400])
    yield Hostile("claims-to-be-large.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xc0\0\x0b\x08\xff\xff\xff\xff\1\1\x11\0\xff\xd9")
    yield Hostile("only-a-start.jpg", b"\xff\xd8\xff\xe0")
    yield Hostile("large.bmp", b"BM" + struct.pack("<IHHIIiiHHIIiiII", 70, 0, 0, 54, 40, 2**30, 2**30, 1, 24, 0, 0, 0, 0, 0, 0))


def _tiffs() -> Iterator[Hostile]:
    def directory(following: int, *, width: int = 600, height: int = 800, strip: int = 8, length: int = 16) -> bytes:
        tags = [(256, 4, width), (257, 4, height), (258, 3, 1), (259, 3, 1), (262, 3, 0), (273, 4, strip), (278, 4, height), (279, 4, length)]
        body = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
        return struct.pack("<H", len(tags)) + body + struct.pack("<I", following)

    size = 2 + 8 * 12 + 4
    head = struct.pack("<2sHI", b"II", 42, 24) + bytes(16)
    yield Hostile("chain-is-cut.tif", head + directory(24 + size)[: size // 2])
    yield Hostile("chain-ends-nowhere.tif", head + directory(2**31))
    yield Hostile("chain-is-a-circle.tif", head + directory(24 + size) + directory(24))
    yield Hostile("second-page-is-cut.tif", head + directory(24 + size) + directory(0)[:20])
    yield Hostile("strip-is-elsewhere.tif", head + directory(0, strip=2**30, length=2**30))
    yield Hostile("very-large.tif", head + directory(0, width=2**30, height=2**30))
    yield Hostile("no-directory.tif", struct.pack("<2sHI", b"II", 42, 0))


def _active() -> Iterator[Hostile]:
    actions = {
        "script": "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>",
        "launch": "/OpenAction<</S/Launch/F(/bin/sh)>>",
        "link-out": "/OpenAction<</S/URI/URI(http://192.0.2.1/x)>>",
        "form": "/AcroForm<</XFA(<xfa/>)/Fields[]>>",
    }
    for name, action in actions.items():
        yield Hostile(f"{name}.pdf", pdf([f"<</Type/Catalog/Pages 2 0 R{action}>>", TREE, PAGE.format(resources=""), stream(MARK)]), marked=True)
    names = "/Names<</EmbeddedFiles<</Names[(a.exe)5 0 R]>>>>"
    spec = "<</Type/Filespec/F(../../a.exe)/EF<</F 6 0 R>>>>"
    inside = stream(b"MZ" + bytes(64), "/Type/EmbeddedFile")
    yield Hostile("attachment.pdf", pdf([f"<</Type/Catalog/Pages 2 0 R{names}>>", TREE, PAGE.format(resources=""), stream(MARK), spec, inside]))
    outside = "<</Type/XObject/Subtype/Image/Width 9/Height 9/ColorSpace/DeviceGray/BitsPerComponent 8/F(/etc/passwd)/Length 0>>stream\n\nendstream"
    yield Hostile("content-from-another-file.pdf", one_page(b"99 0 0 99 0 0 cm /I Do", "/XObject<</I 5 0 R>>", outside))
    yield Hostile(
        "locked.pdf", pdf([CATALOG, TREE, PAGE.format(resources=""), stream(MARK)], trailer="/Encrypt<</Filter/Standard/V 5/R 6/Length 256>>")
    )


def _rubbish() -> Iterator[Hostile]:
    yield Hostile("empty.pdf", b"")
    yield Hostile("only-a-header.pdf", b"%PDF-1.7\n")
    yield Hostile("zeros.pdf", bytes(200_000))
    yield Hostile("program.ps", b"%!PS-Adobe-3.0\n{} loop\n")
    yield Hostile("program-as.pdf", b"%!PS-Adobe-3.0\n(%pipe%id) (r) file\n")
    yield Hostile("page.html", b"<html><script>fetch('/')</script>")
    yield Hostile("archive.zip", b"PK\3\4" + bytes(60))
    yield Hostile("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')
    yield Hostile("..%2f..%2fetc%2fpasswd.pdf", one_page(MARK), marked=True)
    yield Hostile("..\\..\\windows.pdf", one_page(MARK), marked=True)
    yield Hostile("$(touch x);`id`.pdf", one_page(MARK), marked=True)
    yield Hostile("half.pdf", one_page(MARK)[:200])
