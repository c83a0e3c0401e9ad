"""A composed PDF shows the page as received and lets its words be found where they stand."""

import hashlib
import io
import re
import subprocess

import img2pdf
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageStat
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from pipeline.engines.assembly import text_layer
from pipeline.engines.composer import SearchablePdf
from pipeline.engines.glyphless import encode
from pipeline.engines.opener import ChildOpener
from schemas.page import Box, PageKind, PageReading, ReadFrom, Word
from schemas.rules import RenderRules
from schemas.source import Opened

opener, composer = ChildOpener(RenderRules()), SearchablePdf(RenderRules())
WORDS = (
    Word("García-Müller", Box(0.1, 0.2, 0.4, 0.23), 0.9, 0),
    Word("12/03/1950", Box(0.45, 0.2, 0.6, 0.23), 0.9, 0),
    Word("ﬁn", Box(0.7, 0.9, 0.75, 0.92), 0.9, 1),
)


def sheet(size=(850, 1100), mode="L"):
    image = Image.new(mode, size, "white")
    ImageDraw.Draw(image).rectangle((size[0] // 10, size[1] // 20, size[0] // 5, size[1] // 10), fill="black")
    return image


def as_bytes(image, **options):
    out = io.BytesIO()
    image.save(out, **options)
    return out.getvalue()


def scanned(angle=0, pages=1):
    out = io.BytesIO()
    paper = canvas.Canvas(out, pagesize=(612, 792))
    for number in range(pages):
        paper.drawImage(ImageReader(sheet((425 + number, 1100), "RGB")), 0, 0, 612, 792)
        paper.showPage()
    paper.save()
    with pikepdf.open(out) as pdf:
        for page in pdf.pages:
            page.obj.Rotate, page.obj.CropBox = angle, pikepdf.Array([50, 100, 550, 700])
        changed = io.BytesIO()
        pdf.save(changed)
    return changed.getvalue()


def composed(tmp_path, content, turn=0, words=WORDS, numbers=None, read_from=ReadFrom.OCR):
    original = tmp_path / "original"
    original.write_bytes(content)
    opened = opener.inspect(original)
    assert isinstance(opened, Opened)
    chosen = [opened.pages[number - 1] for number in numbers] if numbers else opened.pages
    readings = [
        PageReading(page.number, PageKind.TEXT, words, read_from, width_pt=page.width_pt, height_pt=page.height_pt, turn=turn) for page in chosen
    ]
    return composer.compose(original, opened, readings, tmp_path)


def words_in(pdf):
    """The words a viewer finds, with their boxes as shares of the page as shown."""
    opened = opener.inspect(pdf)
    pages = opener.render(pdf, opened, [page.number for page in opened.pages], pdf.parent)
    return [{word.text: word.box for word in page.layer} for page in pages]


def drawn(pdf, folder, name):
    subprocess.run(["pdftoppm", "-r", "50", "-cropbox", "-gray", "-singlefile", pdf, folder / name], check=True)
    return Image.open(folder / f"{name}.pgm")


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_words_are_found_where_the_upright_page_shows_them(tmp_path, angle, turn):
    pdf = composed(tmp_path, scanned(angle), turn)
    [found] = words_in(pdf)
    assert found == {word.text.replace("ﬁ", "fi"): pytest.approx(word.box, abs=0.01) for word in WORDS}
    with pikepdf.open(pdf) as made:
        assert made.pages[0].rotation == (angle + turn) % 360


def bboxes(pdf):
    """Words with boxes as shares of the page, straight from poppler's own listing."""
    listed = subprocess.run(["pdftotext", "-bbox", "-cropbox", pdf, "-"], capture_output=True, text=True, check=True).stdout
    wide, high = (float(side) for side in re.search(r'<page width="([\d.]+)" height="([\d.]+)"', listed).groups())
    with pikepdf.open(pdf) as made:
        wide, high = (high, wide) if made.pages[0].rotation in (90, 270) else (wide, high)  # poppler gives the page's size before it is turned
    found = re.findall(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>', listed)
    return {text: (float(x0) / wide, float(y0) / high, float(x1) / wide, float(y1) / high) for x0, y0, x1, y1, text in found}


EVERY_SCRIPT = tuple(
    Word(text, Box(0.1, 0.1 + row / 10, 0.1 + len(text) / 40, 0.13 + row / 10), 0.9, row)
    for row, text in enumerate(("Señora", "Łukasz", "Ωμέγα", "Київ", "病歴要約", "환자", "Nguyễn"))
)


@pytest.mark.parametrize("unit", [1, 2.5])
@pytest.mark.parametrize("turn", [0, 90])
@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_words_of_every_script_stand_in_their_boxes_on_pages_turned_cropped_and_scaled(tmp_path, angle, turn, unit):
    with pikepdf.open(io.BytesIO(scanned(angle))) as pdf:
        pdf.pages[0].obj.UserUnit = unit
        content = io.BytesIO()
        pdf.save(content, min_version="1.6")
    pdf = composed(tmp_path, content.getvalue(), turn, EVERY_SCRIPT)
    assert bboxes(pdf) == {word.text: pytest.approx(word.box, abs=0.005) for word in EVERY_SCRIPT}
    assert images_of(pdf) == images_of(tmp_path / "original")


def test_the_page_looks_as_it_did(tmp_path):
    pdf = composed(tmp_path, scanned(90))
    before, after = drawn(tmp_path / "original", tmp_path, "before"), drawn(pdf, tmp_path, "after")
    assert before.size == after.size
    assert ImageStat.Stat(ImageChops.difference(before, after)).mean[0] < 0.1


def images_of(pdf):
    with pikepdf.open(pdf) as made:
        return [hashlib.sha256(image.read_raw_bytes()).hexdigest() for page in made.pages for image in page.images.values()]


def test_images_of_a_pdf_stay_bit_identical(tmp_path):
    photo = as_bytes(sheet(mode="RGB"), format="JPEG")
    pdf = composed(tmp_path, img2pdf.convert(photo))
    assert images_of(pdf) == images_of(tmp_path / "original") == [hashlib.sha256(photo).hexdigest()]


def test_a_jpeg_goes_in_bit_identical_and_upright(tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    photo = as_bytes(sheet().transpose(Image.Transpose.ROTATE_90), format="JPEG", exif=exif, dpi=(100, 100))
    pdf = composed(tmp_path, photo)
    assert images_of(pdf) == [hashlib.sha256(photo).hexdigest()]
    shown = drawn(pdf, tmp_path, "after")
    assert shown.size == (425, 550)
    assert shown.point(lambda value: 255 * (value < 128)).getbbox() == pytest.approx((42, 27, 86, 56), abs=2)


def test_a_fax_stays_group_4(tmp_path):
    fax = as_bytes(sheet((1728, 1078), "1"), format="TIFF", compression="group4", dpi=(204, 98))
    pdf = composed(tmp_path, fax)
    with pikepdf.open(pdf) as made:
        [image] = made.pages[0].images.values()
        assert list(image.Filter) == ["/CCITTFaxDecode"]
        assert [float(side) for side in made.pages[0].mediabox] == pytest.approx([0, 0, 609.9, 792], abs=0.1)
    assert set(words_in(pdf)[0]) == {"García-Müller", "12/03/1950", "fin"}


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_every_orientation_is_shown_upright(tmp_path, kind, turn):
    exif = Image.Exif()
    exif[274] = turn
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    image = sheet() if turn == 1 else sheet().transpose(undo[turn])
    shown = drawn(composed(tmp_path, as_bytes(image, format=kind, exif=exif, dpi=(100, 100)), words=()), tmp_path, "after")
    assert shown.point(lambda value: 255 * (value < 128)).getbbox() == pytest.approx((42, 27, 86, 56), abs=2)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_any_tiff_mode_can_be_composed(tmp_path, mode):
    image = sheet().convert("I").point(lambda value: value * 257).convert("I;16") if mode == "I;16" else sheet(mode="RGBA").convert(mode)
    shown = drawn(composed(tmp_path, as_bytes(image, format="TIFF", dpi=(100, 100)), words=()), tmp_path, "after")
    assert shown.point(lambda value: 255 * (value < 128)).getbbox() == pytest.approx((42, 27, 86, 56), abs=2)


def test_pages_come_in_the_order_of_the_readings_and_no_others(tmp_path):
    pdf = composed(tmp_path, scanned(pages=4), numbers=[3, 1])
    with pikepdf.open(pdf) as made:
        assert [next(iter(page.images.values())).Width for page in made.pages] == [427, 425]


def test_one_page_of_many_in_a_tiff(tmp_path):
    content = as_bytes(sheet((100, 100)), format="TIFF", save_all=True, append_images=[sheet((300, 200), "1"), sheet((500, 500))], dpi=(100, 100))
    with pikepdf.open(composed(tmp_path, content, numbers=[2])) as made:
        [image] = made.pages[0].images.values()
        assert (image.Width, image.Height, list(image.Filter)) == (300, 200, ["/CCITTFaxDecode"])


def entangled():
    """Two pages, the first with scripts, an attachment and a link to the second."""
    with pikepdf.open(io.BytesIO(scanned(pages=2))) as pdf:
        one, two = pdf.pages
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], Dest=pikepdf.Array([two.obj, pikepdf.Name.Fit])
        )
        box = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Square,
            Rect=[0, 0, 9, 9],
            P=two.obj,
            A=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="1"),
        )
        one.obj.Annots = pikepdf.Array([pdf.make_indirect(link), pdf.make_indirect(box)])
        one.obj.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))
        one.obj.PieceInfo = pikepdf.Dictionary(Other=two.obj)
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.attachments["x.txt"] = b"hello"
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def test_nothing_but_the_page_comes_along(tmp_path):
    pdf = composed(tmp_path, entangled(), numbers=[1])
    assert opener.inspect(pdf).flags == ()
    with pikepdf.open(pdf) as made:
        things = [thing for thing in made.objects if isinstance(thing, pikepdf.Dictionary)]
        assert sum(thing.get("/Type") == "/Page" for thing in things) == 1
        assert not any({"/JS", "/Dest", "/AA", "/EmbeddedFiles"} & set(thing.keys()) for thing in things)


def test_words_do_not_leak_through_content_that_two_pages_share(tmp_path):
    with pikepdf.open(io.BytesIO(scanned())) as pdf:
        pdf.pages[0].obj.Contents = pdf.make_indirect(pikepdf.Array([pdf.pages[0].obj.Contents]))
        pdf.pages.append(pdf.pages[0])
        pdf.save(tmp_path / "original")
    original = tmp_path / "original"
    opened = opener.inspect(original)
    readings = [
        PageReading(number, PageKind.TEXT, (Word(text, Box(0.1, 0.1, 0.3, 0.13), 1, 0),), ReadFrom.OCR, width_pt=500, height_pt=600)
        for number, text in ((1, "first"), (2, "second"))
    ]
    assert [set(found) for found in words_in(composer.compose(original, opened, readings, tmp_path))] == [{"first"}, {"second"}]


def test_a_page_with_its_own_layer_gets_no_second_one(tmp_path):
    assert words_in(composed(tmp_path, scanned(), read_from=ReadFrom.LAYER)) == [{}]


def test_equal_input_gives_equal_bytes(tmp_path):
    for content in (scanned(), as_bytes(sheet(), format="PNG")):
        first = composed(tmp_path, content).read_bytes()
        assert composed(tmp_path, content).read_bytes() == first


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1, max_size=30), st.sampled_from([0, 90, 180, 270]))
def test_any_text_gives_a_content_stream_that_parses(text, turn):
    layer = text_layer([(text, 0.1, 0.1, 0.2, 0.2)], (0, 0, 612, 792), turn)
    with pikepdf.new() as pdf:
        shown = [one for one in pikepdf.parse_content_stream(pdf.make_stream(layer)) if str(one.operator) == "Tj"]
    assert [bytes(one.operands[0]) for one in shown] == [encode(text) + b"\0 "]
