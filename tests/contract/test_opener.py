"""What the port gives for each kind of file: sizes, pixels at the right place and resolution, words of the text layer."""

import io
import os

import img2pdf
import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from pipeline.engines.opener import ChildOpener
from pipeline.engines.opening import agree
from schemas.rules import RenderRules
from schemas.source import FileKind, Opened, Refused

opener = ChildOpener(RenderRules())


def sheet(size=(850, 1100), mode="L"):
    """A page with one black square near its top left corner."""
    image = Image.new(mode, size, "white")
    ImageDraw.Draw(image).rectangle((size[0] // 10, size[1] // 20, size[0] // 5, size[1] // 10), fill="black")
    return image


def stored(tmp_path, content):
    path = tmp_path / "original"
    path.write_bytes(content)
    return path


def as_bytes(image, **options):
    out = io.BytesIO()
    image.save(out, **options)
    return out.getvalue()


def printed(*pages, rotate=(), crop=None, unit=1):
    """A PDF of our own making: each page a function that draws on a canvas."""
    out = io.BytesIO()
    paper = canvas.Canvas(out, pagesize=(612, 792))
    for draw in pages:
        draw(paper)
        paper.showPage()
    paper.save()
    with pikepdf.open(out) as pdf:
        for page, angle in zip(pdf.pages, rotate or [0] * len(pages), strict=True):
            page.obj.Rotate, page.obj.UserUnit = angle, unit
            if crop:
                page.obj.CropBox = pikepdf.Array(crop)
        changed = io.BytesIO()
        pdf.save(changed)
    return changed.getvalue()


def letter(paper):
    paper.drawString(100, 700, "Jane Roe")
    paper.drawString(100, 600, "Discharged")


def scan(image):
    return lambda paper: paper.drawImage(ImageReader(image), 0, 0, 612, 792)


def opened_and_rendered(tmp_path, content):
    path = stored(tmp_path, content)
    opened = opener.inspect(path)
    assert isinstance(opened, Opened)
    return opened, opener.render(path, opened, [page.number for page in opened.pages], tmp_path)


def dark_box(page):
    """Where the dark pixels lie, as shares of the page."""
    with Image.open(page.image) as image:
        assert (image.mode, image.format) == ("L", "PPM")
        left, top, right, bottom = image.point(lambda value: 255 * (value < 128)).getbbox()
        return pytest.approx((left / image.width, top / image.height, right / image.width, bottom / image.height), abs=0.012)


@pytest.mark.parametrize(("angle", "size"), [(0, (500, 600)), (90, (600, 500)), (180, (500, 600)), (270, (600, 500))])
def test_a_turned_and_cropped_pdf_is_seen_as_a_viewer_shows_it(tmp_path, angle, size):
    content = printed(letter, rotate=[angle], crop=[50, 150, 550, 750])
    opened, [page] = opened_and_rendered(tmp_path, content)
    assert [(facts.width_pt, facts.height_pt) for facts in opened.pages] == [size]
    with Image.open(page.image) as image:
        assert image.size == pytest.approx((size[0] * 200 / 72, size[1] * 200 / 72), abs=2)
    boxes = [word.box for word in page.layer]
    union = (min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes))
    assert dark_box(page) == union


def test_the_text_layer_comes_with_lines_and_without_controls(tmp_path):
    _, [page] = opened_and_rendered(tmp_path, printed(letter))
    assert [(word.text, word.line, word.confidence) for word in page.layer] == [("Jane", 0, 1.0), ("Roe", 0, 1.0), ("Discharged", 1, 1.0)]
    assert page.image_share == 0.0
    assert not page.bilevel


def test_user_unit_scales_the_page(tmp_path):
    opened, [page] = opened_and_rendered(tmp_path, printed(letter, unit=2))
    assert (opened.pages[0].width_pt, page.dpi_x) == (1224, 200)
    with Image.open(page.image) as image:
        assert image.width == pytest.approx(3400, abs=2)
    assert page.layer[0].box.x0 == pytest.approx(100 / 612, abs=0.01)


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_scanned_page_is_taken_out_at_its_own_resolution_as_shown(tmp_path, angle):
    image = sheet((425, 1100))
    _, [page] = opened_and_rendered(tmp_path, printed(scan(image), rotate=[angle]))
    resolution = (50, 100) if angle % 180 == 0 else (100, 50)
    assert (page.dpi_x, page.dpi_y) == pytest.approx(resolution)
    assert page.image_share == 1.0
    with Image.open(page.image) as taken:
        assert taken.tobytes() == image.rotate(-angle, expand=True).tobytes()


def test_a_fax_in_a_pdf_is_known_as_bilevel(tmp_path):
    fax = as_bytes(sheet((1728, 1078), "1"), format="TIFF", compression="group4", dpi=(204, 98))
    _, [page] = opened_and_rendered(tmp_path, img2pdf.convert(fax))
    assert page.bilevel
    assert (page.dpi_x, page.dpi_y) == pytest.approx((204, 98), rel=0.001)
    assert dark_box(page) == (0.1, 0.05, 0.2, 0.1)


def test_marks_over_a_scan_are_not_lost(tmp_path):
    def stamped(paper):
        scan(sheet())(paper)
        paper.rect(400, 100, 100, 100, fill=1)

    _, [page] = opened_and_rendered(tmp_path, printed(stamped))
    assert (page.dpi_x, page.image_share) == (200, 1.0)
    assert dark_box(page) == (0.1, 0.05, 500 / 612, 1 - 100 / 792)


def test_invisible_words_over_a_scan_do_not_hide_it(tmp_path):
    def searchable(paper):
        scan(sheet())(paper)
        text = paper.beginText(100, 700)
        text.setTextRenderMode(3)
        text.textOut("Read before")
        paper.drawText(text)

    _, [page] = opened_and_rendered(tmp_path, printed(searchable))
    assert page.dpi_x == pytest.approx(100)
    assert [word.text for word in page.layer] == ["Read", "before"]


def test_mixed_pages_come_in_the_order_asked_for(tmp_path):
    path = stored(tmp_path, printed(letter, scan(sheet()), letter, letter))
    opened = opener.inspect(path)
    pages = opener.render(path, opened, [4, 2, 1], tmp_path)
    assert [(page.number, round(page.dpi_x), len(page.layer)) for page in pages] == [(4, 200, 3), (2, 100, 0), (1, 200, 3)]


TIFFS = [
    ({"dpi": (204, 98), "compression": "group4"}, (1728, 1078), (204, 98)),
    ({"dpi": (204, 196), "compression": "group4"}, (1728, 2156), (204, 196)),
    ({"dpi": (200, 100), "compression": "group3"}, (1700, 1100), (200, 100)),
    ({"resolution_unit": 3, "x_resolution": 80, "y_resolution": 80}, (1728, 2200), (203.2, 203.2)),
    ({}, (1728, 1078), (204, 98)),
    ({"dpi": (1, 1)}, (1700, 2200), (200, 200)),
    ({"dpi": (72, 72)}, (2550, 3300), (300, 300)),
]


@pytest.mark.parametrize(("options", "size", "dpi"), TIFFS)
def test_a_tiffs_resolution_is_read_or_guessed(tmp_path, options, size, dpi):
    opened, [page] = opened_and_rendered(tmp_path, as_bytes(sheet(size, "1"), format="TIFF", **options))
    assert (opened.kind, page.bilevel) == (FileKind.TIFF, True)
    assert (page.dpi_x, page.dpi_y) == pytest.approx(dpi, rel=0.01)
    assert opened.pages[0].width_pt == pytest.approx(size[0] / dpi[0] * 72, rel=0.01)
    assert dark_box(page) == (0.1, 0.05, 0.2, 0.1)


def palette():
    return sheet(mode="RGB").convert("P")


def deep():
    return Image.fromarray(np.asarray(sheet()).astype("uint16") * 257)


def transparent():
    image = Image.new("RGBA", (850, 1100), (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((85, 55, 170, 110), fill="black")
    return image


@pytest.mark.parametrize(
    ("image", "options"),
    [
        (palette(), {"format": "PNG"}),
        (deep(), {"format": "PNG"}),
        (deep(), {"format": "TIFF"}),
        (transparent(), {"format": "PNG"}),
        (transparent(), {"format": "TIFF"}),
        (sheet(mode="RGB").convert("CMYK"), {"format": "JPEG"}),
        (sheet(mode="RGB").convert("CMYK"), {"format": "TIFF"}),
        (sheet(mode="1"), {"format": "TIFF", "tiffinfo": {262: 0}}),
        (sheet(), {"format": "TIFF", "tiffinfo": {262: 0}}),
    ],
)
def test_every_way_of_storing_pixels_ends_as_black_on_white(tmp_path, image, options):
    _, [page] = opened_and_rendered(tmp_path, as_bytes(image, **options))
    assert dark_box(page) == (0.1, 0.05, 0.2, 0.1)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG"])
def test_exif_orientation_is_applied(tmp_path, kind, turn):
    exif = Image.Exif()
    exif[274] = turn
    stored_as = {1: [], 2: [0], 3: [3], 4: [1], 5: [5], 6: [2], 7: [6], 8: [4]}[turn]  # Image.Transpose: what undoes the turn
    image = sheet()
    for way in stored_as:
        image = image.transpose(way)
    opened, [page] = opened_and_rendered(tmp_path, as_bytes(image, format=kind, exif=exif, dpi=(100, 100)))
    assert (opened.pages[0].width_pt, opened.pages[0].height_pt) == pytest.approx((612, 792), rel=0.01)
    assert dark_box(page) == (0.1, 0.05, 0.2, 0.1)


def test_every_page_of_a_tiff_is_a_page(tmp_path):
    content = as_bytes(sheet(), format="TIFF", save_all=True, append_images=[sheet((400, 500), "1"), sheet()], dpi=(100, 100))
    opened, pages = opened_and_rendered(tmp_path, content)
    assert [facts.width_pt for facts in opened.pages] == pytest.approx([612, 288, 612])
    assert [page.bilevel for page in pages] == [False, True, False]


def dangerous():
    with pikepdf.open(io.BytesIO(printed(letter))) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.pages[0].obj.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe"))
        pdf.attachments["x.txt"] = b"hello"
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def locked(user):
    with pikepdf.open(io.BytesIO(printed(letter))) as pdf:
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="boss", user=user))
        return out.getvalue()


def test_dangerous_parts_are_flagged(tmp_path):
    assert opener.inspect(stored(tmp_path, dangerous())).flags == ("attachments", "javascript", "launch")


def test_a_pdf_that_opens_without_a_password_is_read(tmp_path):
    _, [page] = opened_and_rendered(tmp_path, locked(""))
    assert len(page.layer) == 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file.empty"),
        (b"<html><body>502 Bad Gateway</body></html>", "file.unsupported"),
        (b"%PDF-1.4\n", "file.corrupt"),
        (as_bytes(sheet(), format="PNG")[:30], "file.corrupt"),
        (locked("secret"), "file.encrypted"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_the_reason(tmp_path, content, reason):
    assert opener.inspect(stored(tmp_path, content)).reason == reason


def test_more_pages_than_allowed_is_too_large(tmp_path):
    strict = ChildOpener(RenderRules(max_pages=2))
    path = stored(tmp_path, printed(letter, letter, letter))
    assert strict.inspect(path) == Refused("file.too_large", 3)


@pytest.mark.parametrize(
    ("counts", "pages"),
    [
        ((3, 3, 3), 3),
        ((3, 3, 9), 3),  # the file lies about its count
        ((2, 5, 2), 5),
        ((1, 7, 30), 30),  # both have lost their way in a damaged tree
        ((1, 7, None), 7),
        ((5, 2, 2), 5),
        ((None, 2, 5), 5),
        ((2, None, 5), 5),
        ((None, None, 4), 4),
        ((0, None, None), 0),
    ],
)
def test_where_readers_differ_no_page_is_left_out(counts, pages):
    assert agree(*counts) == pages


def test_the_layer_of_a_page_too_long_to_look_at_is_judged_as_a_scans(tmp_path):
    def crowded(paper):
        letter(paper)
        paper._code.append("% " + os.urandom(2_000_000).hex())  # a comment that hardly packs

    _, [page] = opened_and_rendered(tmp_path, printed(crowded))
    assert (len(page.layer), page.image_share) == (3, 1.0)


def test_a_name_that_is_no_text_is_no_hindrance(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9 -rf; $(x).pdf")
    path.write_bytes(printed(letter))
    opened = opener.inspect(path)
    assert len(opener.render(path, opened, [1], tmp_path)[0].layer) == 3
